"""Runs of scripts, and what can be done about them, by a token."""

from __future__ import annotations

import httpx2
import pytest

from applinks.scripts import CallsOf, RunState
from scripts.happened import HOOK, ended, happened, parked, queued, running, sent, unclear, wrote
from web.interface.rig import Rig, last, problem


@pytest.fixture
def us(made: Rig):
    made.applinks.now = 1_800_000_000.0
    made.applinks.asked = []
    return made.applinks


def test_they_are_listed_the_newest_first_in_parts(client: httpx2.Client, us):
    for number in range(3):
        queued(us, key=str(number))
    first = client.get("/runs", params={"limit": 2}).json()
    assert ([run["number"] for run in first["runs"]], first["before"]) == ([3, 2], 2)
    rest = client.get("/runs", params={"limit": 2, "before": first["before"]}).json()
    assert ([run["number"] for run in rest["runs"]], rest["before"]) == ([1], None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "failed"}, [1]),
        ({"without": "failed"}, [2]),
        ({"person": "bob"}, [2]),
        ({"hook": "a:b"}, []),
        ({"until": 5}, []),
    ],
)
def test_only_those_that_are_asked_for_are_listed(client: httpx2.Client, us, query, found):
    ended(us, RunState.FAILED, key="1")
    queued(us, key="2", actor="bob")
    assert [run["number"] for run in client.get("/runs", params=query).json()["runs"]] == found


def test_another_state_is_none(client: httpx2.Client):
    assert problem(client.get("/runs", params={"state": "odd"})) == (400, "invalid")


def test_one_is_told_with_its_calls_and_log_and_nothing_secret(client: httpx2.Client, us):
    """T-66"""
    number = running(us, event=happened(us, {"secret": "hunter2"}), parameters={"password": "hunter2"})
    sent(us, number, "1", status=201)
    wrote(us, number, ("info", "hello"))
    answer = client.get(f"/runs/{number}")
    record = answer.json()
    assert (record["run"]["hook"], record["calls"][0]["status"], record["log"][0]["text"]) == (HOOK, 201, "hello")
    assert record["event"]["kind"] == "jira:issue_updated"
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("number", ["99", "x", "0", "9" * 30, "-1"])
@pytest.mark.parametrize("act", ["", "/cancel", "/retry", "/repeat"])
def test_one_that_there_is_not_is_not_found(client: httpx2.Client, us, number, act):
    answer = client.post(f"/runs/{number}{act}") if act else client.get(f"/runs/{number}")
    assert answer.status_code == 404


def test_one_is_cancelled_retried_and_repeated_on_the_record(client: httpx2.Client, us, made: Rig):
    waits, parks, done = queued(us, key="1"), parked(us, "wiki", key="2"), ended(us, key="3")
    assert client.post(f"/runs/{waits}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/runs/{parks}/retry").json()["state"] == "queued"
    answer = client.post(f"/runs/{done}/repeat")
    assert (answer.status_code, answer.json()["number"]) == (201, 4)
    assert (last(made).kind, last(made).actor, last(made).reason) == ("run repeated", "ada", "by the token 'nightly'")
    assert problem(client.post(f"/runs/{waits}/cancel")) == (422, "configuration")


def test_a_call_is_settled(client: httpx2.Client, us):
    number = unclear(us)
    assert client.post(f"/runs/{number}/settle", json={"place": "3", "status": 201, "answer": "{}"}).json()["state"] == "queued"
    assert us.answer(CallsOf(number))[2].status == 201


def test_a_call_that_did_not_happen_is_sent_again(client: httpx2.Client, us):
    number = unclear(us)
    assert client.post(f"/runs/{number}/settle", json={"place": "3", "status": None}).status_code == 200
    assert len(us.answer(CallsOf(number))) == 2


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"place": "3"}, (400, "invalid")),
        ({"place": "3", "status": 99}, (400, "invalid")),
        ({"place": "3", "status": 200, "answer": "{"}, (422, "configuration")),
        ({"place": "1", "status": 200}, (422, "configuration")),
    ],
)
def test_what_cannot_be_said_of_a_call_is_refused(client: httpx2.Client, us, said, refused):
    assert problem(client.post(f"/runs/{unclear(us)}/settle", json=said)) == refused
