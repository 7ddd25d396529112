"""One link with its two directions side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.audit import Entry
from applinks.links import Level, SameUsers
from applinks.people import Policy
from applinks.web.administration.links import path_of
from in_memory import InMemory, link_to
from web.visitor import allowed, at, said_by


def shown(tracker: InMemory, wiki: InMemory, change=lambda link: link) -> str:
    link = tracker.save(change(link_to(wiki)))
    return said_by(at(tracker, "root").get(path_of(link)))


def test_both_directions_are_told_with_keys_and_fingerprints(tracker, wiki):
    text = shown(tracker, wiki)
    for words in (
        tracker.identity.consumer_key,
        tracker.key.public.fingerprint,
        wiki.identity.consumer_key,
        wiki.key.public.fingerprint,
    ):
        assert words in text
    assert text.index("Outgoing: what we send") < text.index("Incoming: what we accept")


@pytest.mark.parametrize("level", list(Level))
def test_every_level_of_both_directions_can_be_shown(tracker, wiki, level):
    def change(link):
        outgoing = replace(link.outgoing, level=level, account="bot", fixed_user=True)
        return replace(link, outgoing=outgoing, incoming=replace(link.incoming, level=level, execute_as="deployment"))

    text = shown(tracker, wiki, change)
    assert "deployment" in text
    assert "bot" in text


def test_the_policy_and_the_answer_about_the_users_are_told_in_words(tracker, wiki):
    policy = Policy(users={"alice"}, administrators={"root"}, methods={"GET"}, paths=("/rest",))

    def change(link):
        return replace(
            link, incoming=replace(link.incoming, policy=policy), same_users=SameUsers(True, "root", 1, frozenset({"bob"}))
        )

    text = shown(tracker, wiki, change)
    for words in ("Only these people alice", "These administrators, too root", "Only these methods GET", "Except: bob."):
        assert words in text


def test_what_happened_lately_is_told_newest_first_and_only_of_this_link(tracker, wiki):
    link = tracker.save(link_to(wiki))
    for number, name in enumerate(["Wiki", "Forge", "Wiki"]):
        tracker.entries.append(Entry(kind=f"act {number}", outcome="done", link=name, actor="root", subject="alice"))
    text = said_by(at(tracker, "root").get(path_of(link)))
    assert text.index("act 2") < text.index("act 0")
    assert "alice (really root)" in text
    assert "act 1" not in text


def test_it_is_told_how_many_have_allowed_it(tracker, wiki):
    link = tracker.save(link_to(wiki))
    allowed(tracker, link.id, "alice", "one")
    allowed(tracker, link.id, "bob", "two")
    assert "Have allowed it here 2" in said_by(at(tracker, "root").get(path_of(link)))


@pytest.mark.parametrize(
    ("kind", "outcome", "tone"), [("key switched", "accepted: aa", "good"), ("call", "refused: no", "bad")]
)
def test_a_record_looks_as_it_does_on_the_page_of_records(tracker, wiki, kind, outcome, tone):
    link = tracker.save(link_to(wiki))
    tracker.entries.append(Entry(kind, outcome, link=link.name))
    page = at(tracker, "root").get(path_of(link)).body.decode()
    assert f'<span class="{tone}"><bdi>{outcome}</bdi>' in page
