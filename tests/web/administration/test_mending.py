"""The forms that mend a link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import Level, SecretUse
from applinks.web.administration.links import path_of
from applinks.web.visit import LINKS, START
from applinks.wire.messages import Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import NOW, InMemory, key_of, link_to
from web.dom import Dom
from web.visitor import followed, heading, records, said_by

ELSEWHERE = "https://pages.example.net"


@pytest.fixture
def link(tracker, wiki):
    wiki.save(link_to(tracker))
    return tracker.save(link_to(wiki))


def send(root, link, name: str, **fields: str):
    page = root.get(f"{path_of(link)}/{name}")
    return root.post(f"{path_of(link)}/{name}", {**Dom(page.body.decode()).fields(), **fields})


def test_a_link_gets_another_name_and_another_address_for_people(root, tracker, link):
    told = send(root, link, "rename", new_name=" Pages ", display_url=f"{ELSEWHERE}/")
    assert "Changed." in said_by(followed(root, told))
    assert tracker.link("Pages") == replace(link, name="Pages", display_url=ELSEWHERE)


def test_a_name_that_another_link_has_is_refused_and_shown_again(root, tracker, link):
    tracker.save(link_to(InMemory("Forge", type="bitbucket")))
    answer = send(root, link, "rename", new_name="Forge", display_url=link.display_url)
    assert (answer.status, heading(answer)) == (400, "Not done – Name and address of Wiki")
    assert 'value="Forge"' in answer.body.decode()
    assert tracker.link("Wiki") == link


def test_a_link_follows_an_application_that_proves_to_be_the_same(root, tracker, wiki, link):
    wiki.identity = replace(wiki.identity, url=ELSEWHERE)
    answer = send(root, link, "move", url=f"{ELSEWHERE}/")
    assert (answer.status, heading(answer)) == (200, "Wiki has moved")
    assert "It has proven" in said_by(answer)
    assert (tracker.link("Wiki").application_url, tracker.entries[-1].kind) == (ELSEWHERE, "link moved")


def test_nothing_moves_to_where_nobody_is(root, tracker, link):
    before = records(tracker)
    assert send(root, link, "move", url=ELSEWHERE).status == 400
    assert records(tracker) == before


def test_what_an_unproven_move_took_away_is_told(root, tracker, wiki, link):
    """T-37: the shared secret stays with the old origin."""
    tracker.save(replace(link, outgoing=replace(link.outgoing, signature_method=SignatureMethod.HMAC_SHA256)))
    tracker.secrets[link.id, SecretUse.OUTGOING_OAUTH, link.origin] = "a canary"
    reached = tracker.network

    def speaks_no_proof(request):
        return Response(404) if "applinks-pairing" in request.url else reached(request)

    wiki.identity, tracker.network = replace(wiki.identity, url=ELSEWHERE), speaks_no_proof
    refused = send(root, link, "move", url=ELSEWHERE)
    assert (refused.status, "cannot prove" in said_by(refused), "tick it" in said_by(refused)) == (400, True, True)
    answer = send(root, link, "move", url=ELSEWHERE, unproven="yes")
    assert (answer.status, heading(answer)) == (200, "Wiki has moved")
    text = said_by(answer)
    assert "you said so" in text
    assert "Enter it again." in text
    assert "a canary" not in text
    assert f"{path_of(link)}/secret" in answer.body.decode()


def test_a_link_that_leads_there_already_is_left_alone(root, tracker, link):
    told = send(root, link, "move", url=link.application_url)
    assert "leads there already" in said_by(followed(root, told))
    assert tracker.link("Wiki") == link


def test_another_key_is_taken_and_the_old_one_holds_for_a_while(root, tracker, wiki, link):
    fresh = key_of("another").public
    answer = send(root, link, "key", key=fresh.text, overlap="2")
    assert fresh.fingerprint in said_by(answer)
    assert "holds until" in said_by(answer)
    setting = tracker.link("Wiki").incoming
    assert (setting.public_key, setting.previous_key) == (fresh.text, link.incoming.public_key)
    assert setting.previous_key_until == int(NOW) + 2 * 24 * 3600


def test_a_key_that_is_not_to_be_trusted_is_replaced_at_once(root, tracker, link):
    answer = send(root, link, "key", key=key_of("another").public.text, overlap="0")
    assert "does not hold any more" in said_by(answer)
    assert tracker.link("Wiki").incoming.previous_key is None


@pytest.mark.parametrize("said", [{"overlap": "long"}, {"overlap": "nan"}, {"overlap": "400"}, {"key": "no key"}])
def test_what_is_no_key_or_no_time_changes_nothing(root, tracker, link, said):
    fields = {"key": key_of("another").public.text, "overlap": "3", **said}
    answer = send(root, link, "key", **fields)
    assert (answer.status, 'role="alert"' in answer.body.decode()) == (400, True)
    assert tracker.link("Wiki") == link


def test_our_end_is_deleted_after_it_was_asked_once_more(root, tracker, wiki, link):
    assert heading(root.get(f"{path_of(link)}/delete")) == "Delete the link to Wiki?"
    answer = send(root, link, "delete")
    assert (answer.header("location"), tracker.links) == (f"{LINKS}?done=deleted", {})
    assert wiki.links


def test_both_ends_are_deleted_and_the_page_says_so(root, tracker, wiki, link):
    answer = send(root, link, "delete", both="yes")
    assert (answer.status, heading(answer)) == (200, "Both ends of the link to Wiki are deleted")
    assert "It answered 200" in said_by(answer)
    assert (tracker.links, wiki.links) == ({}, {})


def test_where_the_other_end_cannot_be_deleted_neither_is(root, tracker, wiki, link):
    del tracker.network
    tracker.network = lambda request: Response(500)
    answer = send(root, link, "delete", both="yes")
    assert (answer.status, heading(answer)) == (400, "Not done – Delete the link to Wiki?")
    assert tracker.link("Wiki") == link


def test_who_has_not_allowed_it_over_there_is_led_to_where_they_can(root, tracker, wiki, link):
    """A product deletes its end for its administrators only, so it is asked in the person's name."""
    tracker.save(replace(link, outgoing=replace(link.outgoing, level=Level.OAUTH)))
    tracker.network = lambda request: Response(404)
    answer = send(root, link, "delete", both="yes")
    assert heading(answer) == "Ask Wiki first"
    (way,) = [it for it in Dom(answer.body.decode()).links() if it.startswith(START)]
    assert "return_to=" in way
    assert tracker.links
