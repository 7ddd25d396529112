"""2LO: as the one user whom the called side has fixed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import Level, LinkOfConsumer
from applinks.mechanisms import Presented
from applinks.mechanisms import two_legged as mechanism
from applinks.people import Person
from applinks.wire import oauth1
from applinks.wire.messages import Request
from mechanisms.halves import URL, Pair, problem


def pair(level: Level = Level.OAUTH, *, wanted: bool = True, execute_as: str | None = "deployment") -> Pair:
    made = Pair(mechanism, level)
    made.front.save(replace(made.ours, outgoing=replace(made.ours.outgoing, fixed_user=wanted)))
    made.wiki.save(replace(made.theirs, incoming=replace(made.theirs.incoming, execute_as=execute_as)))
    return made


def test_whoever_acts_here_it_is_the_fixed_user_over_there():
    both = pair()
    for user in ("alice", "bob"):
        request = both.proven(user=user)
        assert both.examined(request).claimed_user == "deployment"
        assert user not in request.url + request.header("authorization")


def test_the_token_is_there_and_empty():
    """protocol.md 1.8"""
    assert 'oauth_token=""' in pair().proven().header("authorization")


def test_the_request_itself_stays_as_it_was():
    request = Request("POST", f"{URL}?a=1", (("content-type", "application/json"),), b"{}")
    proven = pair().proven(request)
    assert (proven.method, proven.url, proven.body) == (request.method, request.url, request.body)


def test_it_is_used_only_where_the_link_says_that_this_is_wanted():
    """R-20: never silently anybody else."""
    assert pair().objection() is None
    assert "does not let calls go as its fixed user" in pair(wanted=False).objection().why
    assert not pair(wanted=False).objection().consent


@pytest.mark.parametrize("level", [Level.DISABLED, Level.TRUSTED, Level.BASIC])
def test_on_another_level_it_is_not_used_though_it_is_wanted(level):
    assert str(level) in pair(level).objection().why


def test_who_it_is_over_there_is_for_the_far_side_to_say():
    """Strict-fake checklist 14: the road then still refuses an answer for nobody."""
    assert mechanism.witness(None, "alice") is None


@pytest.mark.parametrize("fixed", [None, ""])
def test_a_link_without_a_fixed_user_does_not_accept_it(fixed):
    """protocol.md 1.8: never as anybody, and never anonymous."""
    both = pair(execute_as=fixed)
    assert mechanism.incoming_objection(both.theirs) == "the link has no fixed user"
    assert both.examined(both.proven()).claimed_user == ""


def test_an_administrator_or_a_disabled_person_is_never_the_fixed_user():
    """T-20, R-13: looked at anew for each call."""
    link = pair().theirs
    assert mechanism.person_objection(Person("deployment"), link, "GET", "/") is None
    assert "administrator" in mechanism.person_objection(Person("deployment", administrator=True), link, "GET", "/")
    assert "disabled" in mechanism.person_objection(Person("deployment", active=False), link, "GET", "/")


def test_no_policy_makes_an_administrator_of_it():
    """T-20: even one that the link's policy names for impersonation."""
    theirs = pair().theirs
    policy = replace(theirs.incoming.policy, administrators=frozenset({"deployment"}))
    named = replace(theirs, incoming=replace(theirs.incoming, policy=policy))
    assert mechanism.person_objection(Person("deployment", administrator=True), named, "GET", "/")


@pytest.mark.parametrize("query", ["user_id=alice", "xoauth_requestor_id=alice", "user_id=", "user%5Fid=alice"])
def test_a_request_that_names_anybody_is_not_its_own(query):
    """T-23: never the fixed user in place of the one who is named."""
    request = pair().proven(Request("GET", f"{URL}?{query}"))
    assert not mechanism.recognise(Presented(request, oauth1.read(request)))


def test_a_user_in_a_json_body_names_nobody():
    """T-04"""
    request = Request("POST", URL, (("content-type", "application/json"),), b'{"user_id": "root"}')
    both = pair()
    assert both.examined(both.proven(request)).claimed_user == "deployment"


def test_without_a_token_at_all_it_is_no_proof_and_never_the_fixed_user():
    """Strict-fake checklist 1"""
    both = pair()
    bare = both.proven()
    header = bare.header("authorization").replace('oauth_token="", ', "")
    with pytest.raises(Exception, match="oauth_token") as refused:
        oauth1.read(bare.with_header("authorization", header))
    assert refused.value.problem == "parameter_absent"


def test_the_sender_is_the_consumer_key():
    request = pair().proven()
    assert isinstance(mechanism.sender(Presented(request, oauth1.read(request))), LinkOfConsumer)


def test_a_signature_for_another_request_does_not_hold():
    """T-01"""
    both = pair()
    request = both.proven()
    assert problem(both.examined(replace(request, url=f"{URL}?more=1"))) == "signature_invalid"
    assert problem(both.examined(replace(request, method="DELETE"))) == "signature_invalid"
