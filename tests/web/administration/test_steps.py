"""What is to be entered over there, and whether it was: the page of one link."""

from __future__ import annotations

import pytest

from applinks.links import Consumer, Level, Provider, register, set_up_product
from applinks.web.administration.links import path_of
from applinks.wire.messages import Response
from in_memory import InMemory, link_to
from links.test_looking import JIRA, There
from web.dom import Dom
from web.visitor import heading, said_by

TOKEN = Response(200, (), b"oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true")
REFUSED = Response(401, (("www-authenticate", 'OAuth oauth_problem="consumer_key_unknown"'),), b"")
ENDPOINT = f"{JIRA}/plugins/servlet/oauth/request-token"


@pytest.fixture
def jira(root, tracker) -> There:
    """A product; our end of a link with it is made."""
    tracker.network = There()
    tracker.run(set_up_product(JIRA, same_users=True, by="root"))
    return tracker.network


def steps(tracker: InMemory, name: str = "Tickets") -> str:
    return f"{path_of(tracker.link(name))}/steps"


def checked(root, tracker, name: str = "Tickets", **said: str):
    path = steps(tracker, name)
    return root.post(path, {**Dom(root.get(path).body.decode()).fields(), **said})


def test_each_value_stands_there_by_the_label_of_the_dialog(root, tracker, jira):
    page = root.get(steps(tracker))
    text = said_by(page)
    assert heading(page) == "What to enter in Tickets"
    assert "In Jira 9.12.5, by its administrator" in text
    assert f"Consumer Key {tracker.identity.consumer_key}" in text
    assert f"Public Key {tracker.key.public.text}" in text
    assert f"{JIRA}/plugins/servlet/applinks/listApplicationLinks" in Dom(page.body.decode()).links()


def test_what_is_wrong_is_said_with_the_field_to_correct(root, tracker, jira):
    jira.answers[ENDPOINT] = REFUSED
    text = said_by(checked(root, tracker))
    assert "Not all of it is right yet." in text
    assert "Wrong: our consumer key, public key and callback, entered there" in text
    assert f"must be exactly '{tracker.identity.consumer_key}'" in text


def test_a_step_is_right_when_none_of_what_proves_it_failed(root, tracker, jira):
    jira.answers[ENDPOINT] = TOKEN
    text = said_by(checked(root, tracker, user=""))
    assert "All that can be checked is right." in text
    assert "Right: 3. Let this application call it" in text


def test_a_check_is_on_record_for_whoever_asked_for_it(root, tracker, jira):
    jira.answers[ENDPOINT] = TOKEN
    checked(root, tracker, user="alice")
    (entry,) = [entry for entry in tracker.entries if entry.kind == "link checked"]
    assert (entry.actor, entry.subject) == ("root", "alice")


def test_nobody_is_named_where_nobody_is_impersonated(root, tracker, jira):
    tracker.run(set_up_product(JIRA, same_users=False, by="root"))
    assert "user" not in Dom(root.get(steps(tracker)).body.decode()).filled()


def test_a_consumer_is_told_our_addresses_and_has_nothing_to_check(root, tracker):
    consumer = Consumer("reports", secret="a secret of theirs")
    tracker.run(register("Reports", None, consumer=consumer, by="root"))
    text = said_by(root.get(steps(tracker, "Reports")))
    assert f"Request token URL {tracker.identity.url}/plugins/servlet/oauth/request-token" in text
    assert "nothing that could be checked from here" in said_by(checked(root, tracker, "Reports"))


def test_a_provider_is_told_our_key_in_both_spellings(root, tracker):
    tracker.network = There(None)
    tracker.run(register("Photos", "https://photos.example.com", provider=Provider(), by="root"))
    text = said_by(root.get(steps(tracker, "Photos")))
    assert tracker.key.public.text in text
    assert "BEGIN PUBLIC KEY" in text


def test_what_is_to_be_entered_here_leads_to_the_form_for_it(root, tracker):
    tracker.network = There()
    del tracker.network.answers[f"{JIRA}/plugins/servlet/oauth/consumer-info"]
    made = tracker.run(set_up_product(JIRA, same_users=False, by="root"))
    assert made.link.incoming.level is Level.DISABLED
    links = Dom(root.get(steps(tracker)).body.decode()).links()
    assert [link for link in links if link.endswith(f"/make/by-hand?link={made.link.id}")]


def test_an_application_that_was_paired_has_nothing_left_to_be_entered_but_its_values(root, tracker, wiki):
    tracker.save(link_to(wiki))
    assert root.get(steps(tracker, "Wiki")).status == 200
