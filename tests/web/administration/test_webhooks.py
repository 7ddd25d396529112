"""Webhooks as administrators see them: added, changed, given another proof, taken away."""

from __future__ import annotations

import pytest

from applinks.scripts import Source
from applinks.web.administration.webhooks import ADD
from applinks.web.visit import WEBHOOKS
from in_memory import InMemory, link_to
from web.dom import Dom
from web.visitor import Visitor, heading, said_by


def sent(root: Visitor, path: str, **said: str):
    page = root.get(path)
    return root.post(path, {**Dom(page.body.decode()).fields(), **said})


def one(tracker: InMemory) -> Source:
    (source,) = tracker.sources.values()
    return source


def of(source: Source, page: str) -> str:
    return f"{WEBHOOKS}/of/{source.id}/{page}"


def test_without_webhooks_the_page_says_so(root: Visitor):
    assert "There are no webhooks." in said_by(root.get(WEBHOOKS))


def test_one_is_added_and_what_to_enter_over_there_is_shown_once(tracker: InMemory, root: Visitor):
    answer = sent(root, ADD, name="Jira", application="jira")
    assert (answer.status, heading(answer)) == (200, "The webhook Jira")
    source = one(tracker)
    assert source.secret
    assert source.secret in answer.body.decode()
    assert f"{tracker.identity.url}/plugins/servlet/applinks/events/{source.id}" in answer.body.decode()
    assert "Jira: Administration → System → Webhooks" in said_by(answer)
    assert not source.believes_user
    listed = root.get(WEBHOOKS).body.decode()
    assert "Jira" in listed
    assert source.secret not in listed
    (entry,) = [entry for entry in tracker.entries if entry.kind == "webhook added"]
    assert entry.actor == "root"


def test_one_that_cannot_sign_is_known_by_its_address(tracker: InMemory, root: Visitor):
    answer = sent(root, ADD, name="Jira", application="jira", unsigned="yes")
    assert "Secret" not in Dom(answer.body.decode()).text
    assert one(tracker).address_digest
    assert "a secret part of its address" in said_by(root.get(WEBHOOKS))


def test_its_people_are_those_of_a_link(tracker: InMemory, root: Visitor):
    tracker.save(link_to(InMemory("Forge", type="bitbucket")))
    sent(root, ADD, name="Forge events", link="Forge", believes_user="yes", asks_as="alice")
    source = one(tracker)
    assert (source.application, source.of_link, source.believes_user, source.asks_as) == ("bitbucket", True, True, "alice")
    tracker.links.clear()
    assert "gone" in said_by(root.get(WEBHOOKS))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": ""}, "needs a name"),
        ({"application": ""}, "which type of application"),
        ({"secret": "short"}, "at least 16"),
        ({"asks_as": "alice"}, "Without a link"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_beside_what_was_entered(tracker: InMemory, root: Visitor, said, words):
    answer = sent(root, ADD, **{"name": "Jira", "application": "jira", **said})
    assert answer.status == 400
    assert words in said_by(answer)
    assert tracker.sources == {}
    assert "short" not in answer.body.decode()


def test_it_is_changed(tracker: InMemory, root: Visitor):
    sent(root, ADD, name="Jira", application="jira")
    answer = sent(root, of(one(tracker), "change"), name="Tracker", believes_user="yes")
    assert answer.status == 303
    assert (one(tracker).name, one(tracker).believes_user) == ("Tracker", True)
    assert "Changed." in said_by(root.get(WEBHOOKS, {"done": "changed"}))
    refused = sent(root, of(one(tracker), "change"), name="")
    assert (refused.status, one(tracker).name) == (400, "Tracker")


def test_it_is_given_another_proof_and_the_former_one_holds_for_a_day(tracker: InMemory, root: Visitor):
    sent(root, ADD, name="Jira", application="jira")
    before = one(tracker)
    answer = sent(root, of(before, "proof"))
    after = one(tracker)
    assert after.secret
    assert after.secret in answer.body.decode()
    assert after.secrets_at(tracker.now) == (after.secret, before.secret)


def test_it_is_taken_away(tracker: InMemory, root: Visitor):
    sent(root, ADD, name="Jira", application="jira")
    source = one(tracker)
    assert sent(root, of(source, "remove")).status == 303
    assert tracker.sources == {}
    for page in ("change", "proof", "remove"):
        assert root.get(of(source, page)).status == 404


def test_the_store_being_away_is_no_mistake_of_theirs(tracker: InMemory, root: Visitor):
    from applinks.errors import StoreUnavailable
    from applinks.scripts import KeepSource

    page = root.get(ADD)
    tracker.failing[KeepSource] = StoreUnavailable("away")
    answer = root.post(ADD, {**Dom(page.body.decode()).fields(), "name": "Jira", "application": "jira"})
    assert answer.status == 503
