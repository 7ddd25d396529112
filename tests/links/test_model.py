from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from applinks.links import (
    IMPERSONATION_PARAMETERS,
    OAUTH_LEVELS,
    REQUESTOR_ID,
    USER_ID,
    Incoming,
    Level,
    Limits,
    Link,
    Outgoing,
    SameUsers,
)
from applinks.people import Names, Policy, Verdict
from in_memory import InMemory, link_to


def test_a_link_of_which_nothing_more_is_said_allows_nothing():
    link = Link("id", "Wiki", "confluence", "https://w", "https://w")
    assert link.outgoing == Outgoing(Level.DISABLED)
    assert link.incoming == Incoming(Level.DISABLED)
    assert (link.primary, link.same_users, link.incoming.policy) == (False, None, Policy())


def test_links_are_values_that_do_not_change():
    link = link_to(InMemory("Wiki"))
    with pytest.raises(FrozenInstanceError):
        link.name = "Other"


def test_levels_are_told_by_their_words():
    assert [str(level) for level in Level] == ["disabled", "oauth", "oauth_impersonation", "trusted", "basic"]


def test_two_levels_are_those_of_oauth_and_stand_for_several_mechanisms():
    """protocol.md 1.9"""
    assert {Level.OAUTH, Level.OAUTH_IMPERSONATION} == OAUTH_LEVELS


def test_nobody_is_fixed_and_no_secret_account_or_callback_is_there_unless_somebody_says_so():
    link = Link("id", "Wiki", "confluence", "https://w", "https://w")
    assert (link.outgoing.fixed_user, link.outgoing.account, link.outgoing.consumer_key, link.outgoing.endpoints) == (
        False,
        None,
        None,
        None,
    )
    assert (link.incoming.execute_as, link.incoming.callback) == (None, None)


def test_a_trusted_application_may_call_from_anywhere_for_anything_within_ten_seconds():
    """protocol.md 2.5"""
    assert Limits() == Limits(addresses=(), paths=(), max_age=10_000)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://wiki.example.com", "https://wiki.example.com"),
        ("https://wiki.example.com/", "https://wiki.example.com"),
        ("https://wiki.example.com/products/wiki", "https://wiki.example.com"),
        ("https://Wiki.Example.com/Wiki", "https://wiki.example.com"),
        ("https://wiki.example.com:443/wiki", "https://wiki.example.com"),
        ("http://wiki.example.com:80", "http://wiki.example.com"),
        ("https://wiki.example.com:80", "https://wiki.example.com:80"),
        ("http://wiki.example.com:443", "http://wiki.example.com:443"),
        ("http://wiki.example.com:8080/x", "http://wiki.example.com:8080"),
        ("https://wiki.example.com:8443/x", "https://wiki.example.com:8443"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
        ("", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port_however_they_are_written(address, origin):
    """T-37: secrets are bound to it."""
    assert Link("id", "Wiki", "confluence", address, address).origin == origin


def test_where_the_users_are_the_same_a_name_may_be_excluded_in_any_case_of_letters():
    """R-07"""
    shared = SameUsers(True, "root", 1, frozenset({"Alice"}))
    assert "'alice' is excluded" in shared.objection("alice", None)
    assert shared.objection("bob", None) is None
    assert "root said so" in SameUsers(False, "root", 1).objection("bob", None)


def test_with_only_proven_nobody_is_shared_of_whom_the_last_comparison_does_not_say_so():
    """G-02"""
    shared = SameUsers(True, "root", 1, only_proven=True)
    assert shared.objection("alice", Verdict.PROVEN) is None
    for verdict in set(Verdict) - {Verdict.PROVEN}:
        assert shared.objection("alice", verdict).startswith("'alice' is not proven to be the same person")
    assert "were not compared" in shared.objection("alice", None)
    assert SameUsers(True, "root", 1).objection("alice", Verdict.ANOTHER) is None, "unless it is asked for"


def test_a_name_that_is_mapped_to_somebody_else_is_shared_with_nobody():
    shared = SameUsers(True, "root", 1, names=Names((("carol", "cclark"),)))
    assert shared.objection("carol", None) is None
    assert "another person over there" in shared.objection("CClark", None)


def test_a_statement_that_is_made_again_keeps_what_was_set_about_single_people():
    before = SameUsers(True, "root", 1, frozenset({"bob"}), True, Names((("carol", "cclark"),)))
    after = before.said_again(False, "ada", 2)
    assert (after.answer, after.said_by, after.said_at) == (False, "ada", 2)
    assert replace(after, answer=True, said_by="root", said_at=1) == before


def test_the_user_travels_by_one_of_two_names_the_commoner_one_first():
    assert (USER_ID, REQUESTOR_ID) == IMPERSONATION_PARAMETERS == ("user_id", "xoauth_requestor_id")


def test_a_link_does_not_show_the_key_it_is_known_by():
    """T-66: not a secret, and yet too long for a log."""
    link = link_to(InMemory("Wiki"))
    assert link.incoming.public_key not in repr(link)
