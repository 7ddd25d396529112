"""Webhooks and events, by a program."""

from __future__ import annotations

import httpx2
import pytest

from applinks.scripts import HERE, Event, KeepEvent
from web.interface.rig import URL, Rig, last, problem


def added(client: httpx2.Client, **said):
    answer = client.post("/sources", json={"name": "Jira", "application": "jira", **said})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_what_to_enter_over_there_is_told_once(client: httpx2.Client, made: Rig):
    told = added(client)
    source = told["source"]
    assert told["address"] == f"{URL}/plugins/servlet/applinks/events/{source['id']}" == source["address"]
    assert told["secret"]
    assert told["where"].startswith("Jira: ")
    listed = client.get("/sources")
    assert [one for one in listed.json()["sources"] if one["name"] == "Jira"] == [source]
    assert client.get(f"/sources/{source['id']}").json() == source
    assert told["secret"] not in listed.text
    assert (last(made).kind, last(made).actor) == ("webhook added", "ada")


def test_links_go_by_their_ids(client: httpx2.Client, made: Rig):
    source = added(client, link=made.id("Tracker"), asks_as="alice")["source"]
    assert (source["of_link"], source["link_id"], source["asks_as"]) == (True, made.id("Tracker"), "alice")
    changed = client.patch(f"/sources/{source['id']}", json={"link": None, "asks_as": None, "believes_user": False}).json()
    assert (changed["of_link"], changed["link_id"], changed["believes_user"]) == (False, None, False)
    assert problem(client.patch(f"/sources/{source['id']}", json={"link": "nothing"})) == (422, "configuration")


def test_another_proof_is_told_once_too(client: httpx2.Client, made: Rig):
    source = added(client, signed=False)["source"]
    renewed = client.post(f"/sources/{source['id']}/proof", json={"overlap": 60})
    assert renewed.status_code == 201
    assert renewed.json()["secret"] is None
    assert renewed.json()["source"]["previous_until"] is not None
    given = client.post(f"/sources/{source['id']}/proof", json={"secret": "it is long enough"}).json()
    assert given["source"]["is_signed"]


def test_it_is_taken_away(client: httpx2.Client, made: Rig):
    source = added(client)["source"]
    assert client.delete(f"/sources/{source['id']}").status_code == 204
    assert problem(client.delete(f"/sources/{source['id']}")) == (404, "not-found")
    assert problem(client.get("/sources/Jira")) == (404, "not-found")


def test_a_webhook_goes_by_its_id_only(client: httpx2.Client, made: Rig):
    added(client)
    assert problem(client.get("/sources/Jira")) == (404, "not-found")


@pytest.fixture
def number(made: Rig) -> int:
    event = Event(HERE, "jira", "issue_updated", "2", {"key": "OPS-7"}, 5.0, user="alice")
    return int(made.applinks.answer(KeepEvent(event)).number)


def test_events_are_listed_without_and_shown_with_what_they_told(client: httpx2.Client, number: int):
    event = client.get("/events").json()["events"][0]
    assert (event["number"], event["user"], event["state"]) == (number, "alice", "received")
    assert "payload" not in event
    assert client.get("/events", params={"state": "sorted"}).json() == {"events": [], "before": None}
    assert client.get("/events", params={"limit": 1}).json()["before"] == number
    assert client.get(f"/events/{number}").json() == {**event, "payload": {"key": "OPS-7"}}


def test_one_happens_once_more(client: httpx2.Client, made: Rig, number: int):
    answer = client.post(f"/events/{number}/replay")
    assert (answer.status_code, answer.json()) == (201, {"event": number + 1})
    assert last(made).kind == "event replayed"


@pytest.mark.parametrize("number", ["7", "x", "-1", "9" * 30])
def test_an_event_that_is_not_there_is_not_found(client: httpx2.Client, number: str):
    assert problem(client.get(f"/events/{number}")) == (404, "not-found")
    assert problem(client.post(f"/events/{number}/replay")) == (404, "not-found")
