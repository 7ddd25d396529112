"""A link is made what was declared, whole, in one change; what is so already is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from applinks.errors import ConfigurationError, LinkExists, PairingRefused
from applinks.links import Endpoints, Incoming, Level, Limits, Outgoing, SameUsers, SaveLink, WantedLink, declare
from applinks.people import Policy
from applinks.wire.oauth1 import SignatureMethod
from in_memory import NOW, InMemory, key_of, link_to

POLICY = Policy(administrators={"deployment"}, methods={"GET"})


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front")


def wanted(**changes: Any) -> WantedLink:
    wiki = InMemory("Wiki")
    link = WantedLink(
        wiki.identity.id,
        "Wiki",
        "confluence",
        wiki.identity.url,
        wiki.identity.url,
        same_users=True,
        excluded=frozenset({"carol"}),
        outgoing=Outgoing(Level.OAUTH_IMPERSONATION, SignatureMethod.RSA_SHA256),
        incoming=Incoming(
            Level.OAUTH_IMPERSONATION,
            wiki.identity.consumer_key,
            key_of("Wiki").public.text,
            SignatureMethod.RSA_SHA256,
            policy=POLICY,
        ),
    )
    return replace(link, **changes)


def test_a_new_link_has_its_policy_from_its_first_moment(us):
    us.run(declare(wanted(), by="ada"))
    saves = [question for question in us.asked if isinstance(question, SaveLink)]
    assert [(save.link.incoming.policy, save.link.same_users.excluded) for save in saves] == [(POLICY, frozenset({"carol"}))]
    assert us.link("Wiki").same_users == SameUsers(True, "ada", int(NOW), frozenset({"carol"}))
    assert us.outcomes("link made") == ["done"]


def test_saying_the_same_again_writes_nothing_and_nothing_down(us):
    us.run(declare(wanted(), by="ada"))
    us.asked.clear()
    us.now += 1000
    us.run(declare(wanted(), by="bob"))
    assert not [question for question in us.asked if isinstance(question, SaveLink)]
    assert [entry.kind for entry in us.entries] == ["link made"]
    assert us.link("Wiki").same_users.said_by == "ada"


def test_what_was_set_otherwise_is_as_declared_again_and_what_was_learnt_stays(us):
    us.save(
        replace(
            link_to(InMemory("Wiki")),
            primary=True,
            outgoing=Outgoing(Level.OAUTH, impersonation_parameter="xoauth_requestor_id", fixed_user=True, consumer_key="x"),
            incoming=Incoming(Level.OAUTH, limits=Limits(paths=("/x",)), callback="https://x", execute_as="bob"),
        )
    )
    us.run(declare(wanted(), by="ada"))
    link = us.link("Wiki")
    assert link.outgoing == replace(wanted().outgoing, impersonation_parameter="xoauth_requestor_id")
    assert link.incoming == wanted().incoming
    assert link.primary
    assert us.outcomes("link changed") == ["done"]


@pytest.mark.parametrize(("before", "who"), [(True, "root"), (False, "ada")])
def test_who_said_that_the_users_are_the_same_stays_as_long_as_the_answer_does(us, before, who):
    us.save(replace(link_to(InMemory("Wiki")), same_users=SameUsers(before, "root", 1)))
    us.run(declare(wanted(), by="ada"))
    same = us.link("Wiki").same_users
    assert (same.answer, same.said_by) == (True, who)


def test_a_link_of_another_type_does_not_take_the_flag_of_that_type_along():
    stored = replace(link_to(InMemory("Wiki")), type="jira", primary=True)
    assert not wanted(id=stored.id).upon(stored, by="ada", now=1).primary
    assert wanted(id=stored.id, type="jira").upon(stored, by="ada", now=1).primary
    assert wanted(primary=True).upon(None, by="ada", now=1).primary


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"same_users": False}, ConfigurationError),
        ({"application_url": "http://wiki.example.com"}, PairingRefused),
        ({"application_url": "", "display_url": ""}, ConfigurationError),
        ({"outgoing": Outgoing(Level.BASIC, account="svc")}, ConfigurationError),
        ({"outgoing": Outgoing(Level.OAUTH, consumer_key=" x")}, ConfigurationError),
        ({"outgoing": Outgoing(Level.OAUTH, endpoints=Endpoints("a", "https://u@w/b", "c"))}, PairingRefused),
        ({"incoming": Incoming(Level.OAUTH, execute_as="root")}, ConfigurationError),
    ],
)
def test_what_no_other_door_accepts_is_refused_and_nothing_is_written(us, changes, error):
    with pytest.raises(error):
        us.run(declare(wanted(**changes), by="ada"))
    assert not us.links
    assert not us.entries


def test_a_legacy_level_needs_its_mechanism(us):
    basic = wanted(outgoing=Outgoing(Level.BASIC, account="svc"))
    us.run(declare(basic, by="ada", loaded=("Basic",)))
    assert us.link("Wiki").outgoing.account == "svc"


def test_a_name_that_another_link_has_is_refused(us):
    us.save(replace(link_to(InMemory("Other")), name="wiki"))
    with pytest.raises(LinkExists):
        us.run(declare(wanted(), by="ada"))
