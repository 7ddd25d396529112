"""Changes to links: atomic, written down, and never lost to one made at the same time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from answering import Answers
from applinks.audit import WriteDown
from applinks.errors import ConfigurationError, LinkExists, LinkNotFound, StoreUnavailable
from applinks.links import (
    Changes,
    Level,
    LinkById,
    SameUsers,
    SaveLink,
    change,
    change_policy,
    make_primary,
    name_taken,
    remove,
)
from applinks.people import Policy
from applinks.questions import drive
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory, link_to

GETS = Policy(methods=frozenset({"GET"}))


@pytest.fixture
def us() -> InMemory:
    here = InMemory("Front")
    here.save(link_to(InMemory("Tracker")))
    here.save(link_to(InMemory("Archive")))
    return here


def test_a_policy_is_replaced_and_nothing_else_of_the_link(us):
    before = us.link("Tracker")
    after = us.run(change_policy(before, GETS, by="root"))
    assert after == us.link("Tracker") == replace(before, incoming=replace(before.incoming, policy=GETS))


def test_the_primary_flag_moves(us):
    """R-03"""
    assert us.link("Tracker").primary
    us.run(make_primary(us.link("Archive"), by="root"))
    assert [us.link(name).primary for name in ("Tracker", "Archive")] == [False, True]


def test_a_removed_primary_link_leaves_the_flag_to_another(us):
    us.run(remove(us.link("Tracker"), by="root"))
    assert [link.name for link in us.links.values()] == ["Archive"]
    assert us.link("Archive").primary


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda link: change_policy(link, GETS, by="root"), "policy changed"),
        (lambda link: make_primary(link, by="root"), "link made primary"),
        (lambda link: change(link, Changes(outgoing=Level.DISABLED), by="root"), "link changed"),
        (lambda link: remove(link, by="root"), "link deleted"),
    ],
)
def test_each_change_is_written_down_once_with_who_said_so(us, make, kind):
    us.run(make(us.link("Tracker")))
    assert [(entry.kind, entry.actor, entry.link, entry.outcome) for entry in us.entries] == [(kind, "root", "Tracker", "done")]
    assert WriteDown(us.entries[0]).durable, "a change survives a power cut"


def test_what_is_not_said_stays(us):
    before = us.link("Tracker")
    assert us.run(change(before, Changes(), by="root")) == before
    after = us.run(change(before, Changes(incoming=Level.OAUTH, impersonation_parameter="xoauth_requestor_id"), by="root"))
    assert (after.outgoing.level, after.incoming.level) == (before.outgoing.level, Level.OAUTH)
    assert after.outgoing.impersonation_parameter == "xoauth_requestor_id"


def test_the_signature_method_is_that_of_both_directions(us):
    after = us.run(change(us.link("Tracker"), Changes(signature_method=SignatureMethod.RSA_SHA512), by="root"))
    assert after.outgoing.signature_method is after.incoming.signature_method is SignatureMethod.RSA_SHA512


@pytest.mark.parametrize("answer", [None, SameUsers(False, "root", 1)])
@pytest.mark.parametrize("direction", ["outgoing", "incoming"])
def test_impersonation_needs_the_statement_that_the_users_are_the_same(us, answer, direction):
    """R-07"""
    link = us.save(replace(us.link("Tracker"), same_users=answer))
    with pytest.raises(ConfigurationError, match="--same-users"):
        us.run(change(link, Changes(**{direction: Level.OAUTH_IMPERSONATION}), by="root"))
    us.run(change(link, Changes(**{direction: Level.OAUTH}), by="root"))


def test_a_change_is_made_to_the_link_as_it_is_stored_not_as_it_was_looked_up(us):
    looked_up = us.link("Tracker")
    us.run(change(looked_up, Changes(incoming=Level.DISABLED), by="root"))
    after = us.run(change_policy(looked_up, GETS, by="root"))
    assert after.incoming.level is Level.DISABLED


def test_where_somebody_else_was_faster_the_change_is_made_again_to_what_stands_then():
    first = link_to(InMemory("Tracker"))
    second = replace(first, name="Renamed")
    stored, refusals = [first, second], [True, False]
    answers = Answers(
        {
            LinkById: lambda _: stored.pop(0),
            SaveLink: lambda question: None if refusals.pop(0) else question.link,
            WriteDown: None,
        }
    )
    after = drive(change_policy(first, GETS, by="root"), answers)
    assert (after.name, after.incoming.policy) == ("Renamed", GETS)
    assert answers.kinds() == ["LinkById", "SaveLink", "LinkById", "SaveLink", "WriteDown"]
    assert [question.instead_of for question in answers.asked if isinstance(question, SaveLink)] == [first, second]


@pytest.mark.parametrize("make", [lambda link: make_primary(link, by="r"), lambda link: change_policy(link, GETS, by="r")])
def test_a_link_that_was_deleted_meanwhile_does_not_come_back(us, make):
    link = us.link("Tracker")
    us.run(remove(link, by="root"))
    with pytest.raises(LinkNotFound):
        us.run(make(link))
    assert link.id not in us.links


def test_a_change_that_cannot_be_stored_is_not_written_down(us):
    us.failing[SaveLink] = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable):
        us.run(change_policy(us.link("Tracker"), GETS, by="root"))
    assert us.entries == []


def test_the_error_for_a_taken_name_says_who_has_it_and_how_to_take_another():
    taken: LinkExists = name_taken(link_to(InMemory("Wiki")))
    assert "'Wiki'" in str(taken)
    assert "https://wiki.example.com" in str(taken)
    assert "--name" in str(taken)
    assert taken.link == "Wiki"
