"""The page of keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import Told, signing_keys
from applinks.web.administration.keys import TOLD
from applinks.web.administration.links import path_of
from applinks.web.visit import KEYS
from applinks.wire.messages import Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import link_to
from suspended import suspend
from web.dom import Dom
from web.visitor import at, followed, outcome, records, said_by


@pytest.fixture
def link(tracker, wiki):
    wiki.save(link_to(tracker))
    return tracker.save(link_to(wiki))


def press(root, **button: str):
    page = root.get(KEYS)
    ((name, value),) = button.items()
    assert (name, value) in Dom(page.body.decode()).buttons()
    return root.post(KEYS, {**Dom(page.body.decode()).fields(), **button})


def rotated(tracker) -> None:
    """Without telling anybody."""
    tracker.run(signing_keys.rotate(by="root"))


def test_the_page_tells_all_that_another_application_must_know(root, tracker, link):
    text = said_by(root.get(KEYS))
    for words in (
        tracker.identity.consumer_key,
        tracker.key.public.fingerprint,
        "-----BEGIN PUBLIC KEY-----",
        tracker.key.public.text[64:128],
    ):
        assert words in text
    assert "PRIVATE" not in text


def test_a_new_key_is_made_and_accepted_by_the_other_application(root, tracker, wiki, link):
    before = tracker.key.public
    page = followed(root, press(root, do="rotate"))
    assert "There is a new key." in said_by(page)
    assert "It has accepted our key." in said_by(page)
    assert tracker.key.public != before
    assert wiki.link("Tracker").incoming.public_key == tracker.key.public.text


def test_one_that_could_not_be_told_keeps_its_key_and_is_told_again(root, tracker, wiki, link):
    reached, tracker.network = tracker.network, lambda request: Response(503)
    page = followed(root, press(root, do="rotate"))
    assert "It could not be told. status 503" in said_by(page)
    assert tracker.link("Wiki").outgoing.key_id == "first"
    tracker.network = reached
    followed(root, press(root, announce=link.id))
    assert tracker.link("Wiki").outgoing.key_id is None
    assert wiki.link("Tracker").incoming.public_key == tracker.key.public.text


def test_all_that_are_behind_are_told_by_one_button(root, tracker, wiki, link):
    rotated(tracker)
    assert "Announced." in said_by(followed(root, press(root, do="announce")))
    assert tracker.link("Wiki").outgoing.key_id is None
    assert ("do", "announce") not in Dom(root.get(KEYS).body.decode()).buttons()


def test_a_key_that_was_entered_by_hand_is_used_at_once(root, tracker, link):
    rotated(tracker)
    press(root, use=link.id)
    assert tracker.link("Wiki").outgoing.key_id is None
    assert tracker.entries[-1].kind == "key switched"


def test_keys_that_no_link_signs_with_can_be_deleted_and_no_others(root, tracker, link):
    rotated(tracker)
    assert ("do", "retire") not in Dom(root.get(KEYS).body.decode()).buttons()
    press(root, use=link.id)
    press(root, do="retire")
    assert [key.key.public for key in tracker.keys] == [tracker.key.public]


def test_what_cannot_be_done_is_said_on_the_page(root, tracker, link):
    tracker.save(replace(link, outgoing=replace(link.outgoing, signature_method=SignatureMethod.HMAC_SHA256)))
    answer = root.post(KEYS, {**Dom(root.get(KEYS).body.decode()).fields(), "use": link.id})
    assert outcome(answer) == (400, "Not done – Keys")
    assert "is not signed with a key of ours" in said_by(answer)


@pytest.mark.parametrize("do", ["rotate", "announce"])
def test_a_copy_neither_makes_a_key_nor_tells_one(root, tracker, link, do):
    """G-06"""
    rotated(tracker)
    suspend(tracker)
    before, keys = records(tracker), list(tracker.keys)
    answer = press(root, do=do)
    assert outcome(answer) == (400, "Not done – Keys")
    assert "This may be a copy" in said_by(answer)
    assert (records(tracker), tracker.keys) == (before, keys)


@pytest.mark.parametrize("fields", [{}, {"do": "something"}])
def test_a_button_that_is_not_there_does_nothing(root, tracker, link, fields):
    before, keys = records(tracker), list(tracker.keys)
    answer = root.post(KEYS, {**Dom(root.get(KEYS).body.decode()).fields(), **fields})
    assert (answer.header("location"), records(tracker), tracker.keys) == (KEYS, before, keys)


def test_a_link_that_does_not_exist_is_no_page(root, tracker, link):
    assert root.post(KEYS, {**Dom(root.get(KEYS).body.decode()).fields(), "use": "nobody"}).status == 404


def test_who_has_not_confirmed_is_asked_and_comes_back_to_the_keys(tracker, wiki, link):
    visitor = at(tracker, "root")
    fields = Dom(visitor.get(KEYS).body.decode()).fields()
    before = list(tracker.keys)
    answer = visitor.post(KEYS, {**fields, "do": "rotate"})
    assert (answer.header("location") or "").endswith("%2Fkeys")
    assert tracker.keys == before


def test_each_link_leads_to_its_page(root, tracker, link):
    assert path_of(link) in Dom(root.get(KEYS).body.decode()).links()


def test_there_are_words_for_each_way_in_which_telling_ends():
    assert set(TOLD) == set(Told)
