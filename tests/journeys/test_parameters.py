"""The two names by which the impersonated user travels: both are accepted, and the one that the far side takes is learnt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest

from applinks import ActedAsSomeoneElse, FarSideError
from applinks.links import Incoming, LearnSkew, Level, Link, LinkByName, OurKey, Outgoing, RemoveLink, SameUsers
from applinks.questions import Now
from applinks.wire.messages import Request
from applinks.wire.oauth1 import Credentials, SignatureMethod, sign
from journeys.serving import address_of, listen, wsgi
from journeys.strict_far_side import StrictFarSide
from journeys.world import Caller, World
from putting import put


def signed(world: World, url: str) -> httpx2.Response:
    """Sent to the tracker as front would send it, with whatever the address says."""
    front = world.front.applinks
    credentials = Credentials(front.identity.consumer_key, front.answer(OurKey()), SignatureMethod.RSA_SHA256)
    moment = front.answer(Now())
    request = sign(Request("GET", url), credentials, timestamp=int(moment.now), nonce=moment.nonce).request
    with httpx2.Client() as client:
        return client.get(request.url, headers=list(request.headers))


@pytest.mark.parametrize(
    "query",
    [
        "user_id=alice",
        "xoauth_requestor_id=alice",
        "user_id=alice&x=1&xoauth_requestor_id=alice",
        "x=%20&xoauth_requestor_id=%61lice",
    ],
)
def test_either_name_is_accepted_and_both_where_they_agree(world: World, query: str) -> None:
    answer = signed(world, f"{world.tracker.url}/echo?{query}")
    assert (answer.status_code, answer.json()["user"]) == (200, "alice")


@pytest.mark.parametrize(
    "query",
    [
        "user_id=alice&xoauth_requestor_id=bob",
        "user_id=alice&user_id=bob",
        "user_id=alice&user_id=alice",
        "xoauth_requestor_id=alice&xoauth_requestor_id=alice",
        "user_id=&xoauth_requestor_id=alice",
        "user_id=",
    ],
)
def test_names_that_disagree_repeat_or_are_empty_are_refused(world: World, query: str) -> None:
    answer = signed(world, f"{world.tracker.url}/echo?{query}")
    assert answer.status_code == 400
    assert "oauth_problem=parameter_rejected" in answer.text


def test_a_signed_request_that_names_nobody_is_refused_and_not_taken_for_anonymous(world: World) -> None:
    answer = signed(world, f"{world.tracker.url}/echo?x=1")
    assert (answer.status_code, "permission_denied" in answer.text) == (401, True)


# ---- a far side that is not built with this package, knows one name only, and is strict


@pytest.fixture
def strict(caller: Caller) -> Iterator[StrictFarSide]:
    front = caller.world.front.applinks
    with listen() as listening:
        url = address_of(listening, "/base/jira")
        far = StrictFarSide(url, front.identity.consumer_key, front.answer(OurKey()).public)
        link = Link(
            id="strict",
            name="Strict",
            type="jira",
            display_url="https://jira.example.test",
            application_url=url,
            outgoing=Outgoing(Level.OAUTH_IMPERSONATION, SignatureMethod.RSA_SHA1),
            incoming=Incoming(),
            same_users=SameUsers(True, "admin", 0),
        )
        put(front, link)
        with wsgi(far, listening):
            yield far
        front.answer(RemoveLink(link.id))


def test_the_name_that_the_far_side_takes_is_learnt_once_and_for_all_processes(caller: Caller, strict: StrictFarSide) -> None:
    strict.takes = "xoauth_requestor_id"

    def journey():
        linked = yield caller.applinks.link("Strict")
        first = (yield linked.get("rest/api/2/myself")).json()["name"]
        second = (yield linked.post("/rest/api/2/issue?x=1", json={"summary": "S"})).json()["name"]
        return first, second

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey()) == ("alice", "alice")
    asked = "/rest/auth/1/session"
    assert strict.seen == [
        ("GET", asked, "user_id", "anonymous"),
        ("GET", asked, "xoauth_requestor_id", "alice"),
        ("GET", "/rest/api/2/myself", "xoauth_requestor_id", "alice"),
        ("POST", "/rest/api/2/issue", "xoauth_requestor_id", "alice"),
    ]
    other_process = caller.world.applinks("async" if caller.face == "sync" else "sync")
    link = other_process.answer(LinkByName("Strict"))
    assert link.outgoing.impersonation_parameter == "xoauth_requestor_id"


def test_a_far_side_that_takes_the_commoner_name_is_asked_once(caller: Caller, strict: StrictFarSide) -> None:
    strict.takes = "user_id"

    def journey():
        linked = yield caller.applinks.link("Strict")
        return (yield linked.get("rest/api/2/myself")).json()["name"]

    with caller.applinks.acting_as("bob"):
        assert caller.play(journey()) == "bob"
    assert [parameter for _, _, parameter, _ in strict.seen] == ["user_id", "user_id"]


def test_a_far_side_that_takes_neither_answers_as_nobody_and_that_is_an_error_never_a_result(
    caller: Caller, strict: StrictFarSide
) -> None:
    strict.takes = "something else"

    def journey():
        linked = yield caller.applinks.link("Strict")
        with pytest.raises(ActedAsSomeoneElse, match="'anonymous'"):
            yield linked.get("rest/api/2/myself")

    with caller.applinks.acting_as("alice"):
        caller.play(journey())
    link = caller.world.front.applinks.link("Strict").link
    assert link.outgoing.impersonation_parameter is None


def test_a_delete_carries_the_header_that_the_far_side_wants(caller: Caller, strict: StrictFarSide) -> None:
    strict.takes = "user_id"

    def journey():
        linked = yield caller.applinks.link("Strict")
        return (yield linked.delete("rest/api/2/issue/OPS-1")).json()

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey())["name"] == "alice"


@pytest.fixture
def skewed(caller: Caller, strict: StrictFarSide) -> Iterator[StrictFarSide]:
    """Its clock is to be set by the test; what we learn of it is forgotten afterwards."""
    front = caller.world.front.applinks
    link = front.link("Strict").link
    put(front, replace(link, outgoing=replace(link.outgoing, impersonation_parameter="user_id")))
    strict.takes = "user_id"
    yield strict
    caller.applinks.answer(LearnSkew(link.id, 0.0))


def test_a_far_side_whose_clock_differs_is_believed_within_bounds_t12(caller: Caller, skewed: StrictFarSide) -> None:
    skewed.skew = 600

    def journey():
        linked = yield caller.applinks.link("Strict")
        return (yield linked.post("rest/api/2/issue", json={})).json()["name"], (yield linked.get("rest/api/2/myself")).json()

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey()) == ("alice", {"name": "alice"})


def test_beyond_them_the_problem_that_it_names_is_told_with_its_remedy_t12(caller: Caller, skewed: StrictFarSide) -> None:
    skewed.skew = 1000

    def journey():
        linked = yield caller.applinks.link("Strict")
        with pytest.raises(FarSideError) as caught:
            yield linked.get("rest/api/2/myself")
        return caught.value

    with caller.applinks.acting_as("alice"):
        error = caller.play(journey())
    assert (error.problem, error.status) == ("timestamp_refused", 400)
    assert "clocks" in error.remedy
