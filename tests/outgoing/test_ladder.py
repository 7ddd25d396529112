"""Which mechanism is taken, and why each was passed over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import CredentialsRequired, MechanismMissing
from applinks.links import Level, Link, SameUsers
from applinks.mechanisms import MECHANISMS
from applinks.outgoing.ladder import ANONYMOUS, KNOWN, choose, climb
from in_memory import InMemory, link_to

LINK = link_to(InMemory("Wiki"))


def at(level: Level, **more: object) -> Link:
    return replace(LINK, outgoing=replace(LINK.outgoing, level=level), **more)


def test_an_impersonating_link_carries_a_call_as_anybody():
    """R-19"""
    mechanism, explanation = climb(LINK, "alice")
    assert mechanism is MECHANISMS[0]
    assert (explanation.link, explanation.user, explanation.mechanism) == ("Wiki", "alice", "2LOi")
    assert [(rung.mechanism, rung.objection) for rung in explanation.rungs] == [("2LOi", None)]
    assert choose(LINK, "alice") is mechanism


def test_an_explanation_reads_as_one_line_for_each_rung():
    assert str(climb(LINK, "alice")[1]) == "Wiki, as alice: 2LOi\n  2LOi: taken"
    assert str(climb(at(Level.OAUTH), "alice")[1]).startswith("Wiki, as alice: no way\n  2LOi: the outgoing level")
    assert str(climb(LINK, None)[1]) == "Wiki, as nobody in particular: no way\n  2LOi: nobody is acting"
    assert str(climb(LINK, "alice", ANONYMOUS)[1]) == "Wiki, as nobody in particular: anonymous\n  anonymous: taken"


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (at(Level.OAUTH), "the outgoing level of the link is oauth, not oauth_impersonation"),
        (at(Level.DISABLED), "the outgoing level of the link is disabled"),
        (replace(LINK, same_users=SameUsers(False, "root", 1)), "do not share their users (root said so)"),
    ],
)
def test_every_rung_that_is_passed_over_keeps_its_reason(link, reason):
    """R-19"""
    mechanism, explanation = climb(link, "alice")
    assert mechanism is None
    assert explanation.mechanism is None
    assert reason in explanation.rungs[0].objection


def test_where_a_person_could_agree_they_are_asked_to():
    """R-07"""
    with pytest.raises(CredentialsRequired) as needed:
        choose(at(Level.OAUTH), "alice")
    assert needed.value.user == "alice"
    assert (needed.value.link, needed.value.direction) == ("Wiki", "outgoing")
    assert needed.value.remedy


@pytest.mark.parametrize("link", [at(Level.DISABLED), replace(LINK, same_users=SameUsers(False, "root", 1))])
def test_where_nobody_could_the_error_names_link_direction_and_remedy(link):
    with pytest.raises(MechanismMissing, match="'Wiki' offers no way to call as 'alice'") as missing:
        choose(link, "alice")
    assert (missing.value.link, missing.value.direction) == ("Wiki", "outgoing")
    assert link.application_url in missing.value.remedy


def test_nothing_weaker_is_ever_taken_silently():
    """R-20"""
    for link in (at(Level.OAUTH), at(Level.DISABLED), replace(LINK, same_users=SameUsers(False, "root", 1))):
        for demanded in (None, "2LOi"):
            with pytest.raises((CredentialsRequired, MechanismMissing)):
                choose(link, "alice", demanded)


def test_a_demanded_mechanism_is_used_or_nothing_is():
    """R-20"""
    assert choose(LINK, "alice", "2LOi") is MECHANISMS[0]
    with pytest.raises(MechanismMissing, match="the outgoing level of the link is oauth"):
        choose(at(Level.OAUTH), "alice", "2LOi")


@pytest.mark.parametrize("demanded", ["3LO", "2LO", "Basic", "2loi", "", "\x1b[31m"])
def test_one_that_does_not_exist_is_an_error_that_lists_those_that_do(demanded):
    with pytest.raises(MechanismMissing) as missing:
        choose(LINK, "alice", demanded)
    assert (missing.value.link, missing.value.direction) == ("Wiki", "outgoing")
    assert all(known in missing.value.remedy for known in KNOWN)
    assert str(missing.value).isprintable()


@pytest.mark.parametrize("link", [LINK, at(Level.DISABLED)])
def test_an_anonymous_call_is_one_only_if_that_is_demanded(link):
    assert choose(link, "alice", ANONYMOUS) is None
    assert climb(link, "alice", ANONYMOUS)[1].user is None
