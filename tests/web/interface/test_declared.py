"""What links as code need of an application, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from applinks.incoming import SECRETS
from applinks.links import Link, WantedLink, WhoWeAre
from applinks.wire.values import data, read
from in_memory import key_of
from web.interface.rig import Rig, last, problem

CANARY = "canary-7d1f"


def test_all_that_stands_is_told_with_the_keys_and_no_secret(client: httpx2.Client, made: Rig):
    """T-66"""
    answer = client.get("/standing")
    told = answer.json()
    assert told["application"] == data(made.applinks.answer(WhoWeAre()))
    assert told["keys"][told["current_key"]] == client.get("/application").json()["public_key"]
    assert [read(Link, link) for link in told["links"]] == [linked.link for linked in made.applinks.links()]
    assert "swordfish" not in answer.text


def wanted(made: Rig, **more: Any) -> dict[str, Any]:
    them = made.tracker.identity
    return {
        "id": them.id,
        "name": "Issues",
        "type": "jira",
        "display_url": them.url,
        "application_url": them.url,
        "same_users": True,
        "only_proven": True,
        "mapping": {"alice": "a.adams"},
        "outgoing": {"level": "oauth"},
        "incoming": {
            "level": "oauth_impersonation",
            "consumer_key": them.consumer_key,
            "public_key": made.tracker.key.public.text,
            "policy": {"users": ["alice"]},
        },
        **more,
    }


def test_a_link_is_put_whole_in_one_change_and_the_second_time_nothing_is_written(client: httpx2.Client, made: Rig):
    said = wanted(made)
    path = f"/links/{said['id']}/declaration"
    assert client.put(path, json=said).json()["name"] == "Issues"
    link = made.applinks.link("Issues").link
    assert link == read(WantedLink, said).upon(link, by="", now=0)
    assert (link.only_proven, link.names.there("alice")) == (True, "a.adams")
    sequence = made.applinks.audit(1)[0].sequence
    assert (last(made).kind, last(made).reason) == ("link changed", "by the token 'nightly'")
    assert client.put(path, json=said).status_code == 200
    assert made.applinks.audit(1)[0].sequence == sequence


def test_a_link_that_is_not_there_is_made(client: httpx2.Client, made: Rig):
    made.applinks.delete_link("Tracker", by="ada")
    said = wanted(made)
    assert client.put(f"/links/{said['id']}/declaration", json=said, headers={"if-match": "*"}).status_code == 412
    assert client.put(f"/links/{said['id']}/declaration", json=said).status_code == 200
    assert (last(made).kind, last(made).link) == ("link made", "Issues")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"id": "another"}, 422, "configuration"),
        ({"outgoing": {"key_id": "x"}}, 400, "invalid"),
        ({"same_users": False}, 422, "configuration"),
        ({"mapping": {"alice": "x", "bob": "X"}}, 422, "configuration"),
        ({"name": "Library"}, 409, "link-exists"),
        ({"application_url": "http://tracker.example.com"}, 422, "pairing-refused"),
        ({"outgoing": {"level": "basic", "account": "x"}}, 422, "configuration"),
    ],
    ids=repr,
)
def test_the_same_rules_hold_as_behind_every_other_door(client: httpx2.Client, made: Rig, more: Any, status: int, code: str):
    """R-49"""
    said = wanted(made, **more)
    assert problem(client.put(f"/links/{made.tracker.identity.id}/declaration", json=said)) == (status, code)
    assert made.applinks.link("Tracker")


def test_whether_a_secret_is_the_same_is_told_to_changers_and_on_record_if_it_is_not(client: httpx2.Client, made: Rig):
    """T-52"""
    path = f"/links/{made.id('Library')}/secret/comparison"
    before = made.applinks.audit(1)
    assert client.post(path, json={"direction": "incoming", "secret": "swordfish"}).json() == {"holds": True}
    assert made.applinks.audit(1) == before
    answer = client.post(path, json={"direction": "incoming", "secret": CANARY})
    assert answer.json() == {"holds": False}
    assert (last(made).kind, last(made).outcome, last(made).actor) == ("secret compared", "incoming oauth: another one", "ada")
    assert CANARY not in answer.text + repr(made.applinks.audit(10))


def test_it_is_told_only_so_often_so_that_nobody_finds_it_out(client: httpx2.Client, made: Rig):
    """T-52: the count is shared by all tokens, and by all processes."""
    path = f"/links/{made.id('Library')}/secret/comparison"
    for number in range(SECRETS):
        assert client.post(path, json={"direction": "incoming", "secret": f"guess {number}"}).status_code == 200
    answer = client.post(path, json={"direction": "incoming", "secret": "swordfish"})
    assert problem(answer) == (429, "too-often")
    assert answer.headers["retry-after"] == "3600"
    with made.client(made.token("grace")) as other:
        assert other.post(path, json={"direction": "incoming", "secret": "swordfish"}).status_code == 429
    assert client.post(path, json={"direction": "outgoing", "secret": "swordfish"}).json() == {"holds": True}


def test_an_older_key_is_told_beside_the_link_that_signs_with_it(client: httpx2.Client, made: Rig):
    first = client.get("/standing").json()
    client.post("/keys", json={"announce": False})
    told = client.get("/standing").json()
    (link,) = (read(Link, link) for link in told["links"] if link["name"] == "Tracker")
    assert told["keys"][link.outgoing.key_id] == first["keys"][first["current_key"]]
    assert key_of("another").public.text not in told["keys"].values()
