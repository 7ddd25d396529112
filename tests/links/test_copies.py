"""Whether this is the original: what is noticed, what each of the two answers does, and what is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from answering import Answers
from applinks.audit import Entry, WriteDown
from applinks.errors import TrustSuspended
from applinks.links import (
    BecomeAnother,
    Identity,
    Level,
    LinkById,
    Links,
    NotePlace,
    NoticePlace,
    OurKey,
    SaveLink,
    Suspension,
    WhoWeAre,
    arrive,
    copied,
    moved,
    oddity,
    trusted_identity,
)
from applinks.questions import drive
from in_memory import InMemory, key_of, link_to

HERE, THERE = "sqlite inode=1 filesystem=a path=/here", "sqlite inode=2 filesystem=a path=/there"
US = Identity("our-id", "Front", "jira", "https://front.example.com", "front:our-id", place=HERE)
SUSPENDED = replace(US, suspension=Suspension(1_800_000_000.0, "the database lies elsewhere"))


def test_a_known_place_and_address_are_nothing_odd():
    for url in (None, US.url, "https://FRONT.example.com:443/base"):
        assert oddity(US, url, HERE, same_place=True) is None


def test_another_place_and_another_origin_are_named_with_what_was_noted():
    why = oddity(US, "https://staging.example.com", THERE, same_place=False)
    assert why is not None
    for word in (HERE, THERE, US.url, "https://staging.example.com"):
        assert word in why


@pytest.mark.parametrize("url", ["http://front.example.com", "https://front.example.com:8443", "https://front.example.org"])
def test_scheme_host_and_port_belong_to_the_address(url):
    assert url in (oddity(US, url, HERE, same_place=True) or "")


def test_the_start_that_notices_is_the_one_that_writes_it_down():
    written: list[Entry] = []
    begun = SUSPENDED.suspension
    answers = Answers({NoticePlace: lambda _: begun, WriteDown: lambda question: written.append(question.entry)})
    assert drive(arrive(None), answers) == begun
    assert written == [Entry(kind="trust suspended", outcome=begun.why)]
    assert drive(arrive(None), Answers({NoticePlace: lambda _: None})) is None


def test_who_we_are_is_proven_to_nobody_while_trust_is_suspended():
    assert drive(trusted_identity(), Answers({WhoWeAre: lambda _: US})) == US
    with pytest.raises(TrustSuspended) as refused:
        drive(trusted_identity(), Answers({WhoWeAre: lambda _: SUSPENDED}))
    for way_out in ("applinks identity moved", "applinks identity copied"):
        assert way_out in (refused.value.remedy or "")
    assert SUSPENDED.suspension.why in refused.value.message


def test_the_original_that_was_moved_is_written_down_with_both_places():
    written: list[Entry] = []
    after = replace(US, place=THERE)
    answers = {WhoWeAre: lambda _: SUSPENDED, NotePlace: lambda _: after, WriteDown: lambda asked: written.append(asked.entry)}
    assert drive(moved(by="ada"), Answers(answers)) == after
    (entry,) = written
    assert (entry.kind, entry.actor, entry.reason) == ("identity moved", "ada", SUSPENDED.suspension.why)
    assert entry.changes == (("place", HERE, THERE),)


class Copy(InMemory):
    """A copy in dictionaries, which becomes another as the store does; `meanwhile` happens once, right before."""

    def __init__(self) -> None:
        super().__init__("Front")
        self.save(link_to(InMemory("Tracker")))
        self.save(link_to(InMemory("Archive")))
        self.meanwhile: Iterator[object] = iter(())

    def answer(self, question: object) -> object:
        if not isinstance(question, BecomeAnother):
            return super().answer(question)
        next(self.meanwhile, None)
        if any(
            link.outgoing.level is not Level.DISABLED or link.incoming.level is not Level.DISABLED
            for link in self.links.values()
        ):
            return None
        self.identity = replace(self.identity, id="another-id", consumer_key="front:another-id", suspension=None)
        self.key = key_of("another")
        return self.identity


def test_a_copy_disables_its_links_both_ways_and_writes_each_down_with_what_it_was():
    us = Copy()
    before, key = us.identity, us.key
    after = us.run(copied(by="ada"))
    assert (after.id, us.run(_ask(OurKey()))) == ("another-id", key_of("another"))
    for link in us.run(_ask(Links())):
        assert {link.outgoing.level, link.incoming.level} == {Level.DISABLED}
    *changed, last = us.entries
    assert {(entry.kind, entry.link) for entry in changed} == {("link changed", "Tracker"), ("link changed", "Archive")}
    for entry in changed:
        assert ("outgoing", "oauth_impersonation", "disabled") in entry.changes
        assert ("incoming", "oauth_impersonation", "disabled") in entry.changes
    assert (last.kind, last.actor) == ("identity copied", "ada")
    assert ("id", before.id, "another-id") in last.changes
    assert ("key", key.public.fingerprint, key_of("another").public.fingerprint) in last.changes


def test_names_policies_and_addresses_of_a_copy_stay():
    us = Copy()
    before = us.link("Tracker")
    us.run(copied(by="ada"))
    after = us.link("Tracker")
    assert (after.name, after.application_url, after.same_users) == (before.name, before.application_url, before.same_users)
    assert after.incoming.policy == before.incoming.policy


def test_a_link_that_is_made_meanwhile_is_disabled_too():
    us = Copy()
    us.meanwhile = (us.save(link_to(InMemory(name))) for name in ("Wiki", "Forge"))
    us.run(copied(by="ada"))
    assert {us.link(name).outgoing.level for name in ("Wiki", "Forge")} == {Level.DISABLED}


def test_a_link_that_is_deleted_meanwhile_stays_deleted():
    us = Copy()
    gone = us.link("Archive").id
    answered = InMemory.answer

    def answer(question: object) -> object:
        found = Copy.answer(us, question)
        if isinstance(question, Links):
            us.links.pop(gone, None)
        return found

    us.answer = answer  # type: ignore[method-assign]
    us.run(copied(by="ada"))
    assert answered(us, LinkById(gone)) is None
    assert not any(isinstance(asked, SaveLink) and asked.link.id == gone for asked in us.asked)


def _ask(question):
    return (yield question)
