"""What can be done to links over HTTP: the same as by commands and pages, by the same rules."""

from __future__ import annotations

import logging
from typing import Any

import httpx2
import pytest

from applinks.links import Level, SecretOf, SecretUse
from applinks.people import Policy
from web.interface.rig import URL, Rig, last

CANARY = "canary-7d1f"


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_the_application_tells_who_it_is_and_the_key_to_compare(client: httpx2.Client, made: Rig):
    told = client.get("/application").json()
    us = made.applinks.identity
    assert {name: told[name] for name in ("id", "name", "url", "consumer_key")} == {
        "id": us.id,
        "name": us.name,
        "url": us.url,
        "consumer_key": us.consumer_key,
    }
    assert told["fingerprint"].startswith("SHA256:")
    assert told["mechanisms"] == ["2LOi", "3LO", "2LO"]
    described = client.get("/openapi.json").json()["components"]["schemas"]["Application"]["properties"]
    assert told.keys() == described.keys()


def test_links_are_listed_in_parts_primary_ones_first(client: httpx2.Client):
    def names(**query: Any) -> list[str]:
        return [link["name"] for link in client.get("/links", params=query).json()["links"]]

    assert names() == ["Library", "Tracker", "Archive"]
    assert names(type="jira") == ["Tracker", "Archive"]
    assert names(limit=1) + names(offset=1, limit=1) + names(offset=2) == names()
    assert names(offset=3) == []
    assert client.get("/links", params={"limit": 1}).json()["total"] == 3


def test_a_link_is_told_whole_and_without_a_key_or_secret(client: httpx2.Client, made: Rig):
    """T-66"""
    told = client.get(f"/links/{made.id('Library')}").json()
    assert (told["name"], told["outgoing"]["consumer_key"], told["incoming"]["consumer_key"]) == ("Library", "us", "library")
    assert told["incoming"]["policy"]["excluded_users"] == []
    assert told["same_users"]["said_by"] == "ada"
    listed = client.get("/links").text
    assert "swordfish" not in listed
    assert made.tracker.key.public.text not in listed


def test_both_ends_are_made_with_an_administrator_of_theirs(client: httpx2.Client, made: Rig):
    made.applinks.delete_link("Tracker", by="ada")
    said = {"url": made.tracker.identity.url, "administrator": {"name": "root", "password": "root's"}, "same_users": True}
    answer = client.post("/pairings", json={**said, "name": "Issues"})
    assert (answer.status_code, answer.json()["name"]) == (201, "Issues")
    assert made.tracker.link("Wiki").application_url == URL
    assert (last(made).kind, last(made).actor, last(made).reason) == ("link made", "ada", "by the token 'nightly'")
    assert "root's" not in answer.text


@pytest.mark.parametrize(
    ("url", "password", "status", "code"),
    [
        ("https://tracker.example.com", "wrong", 422, "pairing-refused"),
        ("https://nobody.example.com", "x", 424, "transport-failed"),
        ("nonsense", "x", 422, "pairing-refused"),
        (URL, "x", 422, "pairing-refused"),
        ("http://127.0.0.1", "x", 422, "pairing-refused"),
    ],
)
def test_what_cannot_be_made_says_why_and_leaves_nothing(client, made, url, password, status, code):
    made.applinks.delete_link("Tracker", by="ada")
    said = {"url": url, "administrator": {"name": "root", "password": password}, "same_users": True}
    before = made.applinks.audit(1)
    answer = client.post("/pairings", json=said)
    assert refused(answer) == (status, code)
    assert made.applinks.audit(1) == before
    assert [linked.name for linked in made.applinks.links()] == ["Archive", "Library"]


def test_a_link_is_made_by_hand_and_changed(client: httpx2.Client, made: Rig):
    answer = client.post(
        "/links",
        json={
            "name": "Store",
            "url": "https://store.example.com",
            "provider": {"consumer_key": "wiki", "secret": CANARY, "endpoints": endpoints()},
            "consumer": {"key": "store", "secret": CANARY, "callback": "https://store.example.com/back", "execute_as": "alice"},
        },
    )
    assert answer.status_code == 201
    path = f"/links/{answer.json()['id']}"
    link = made.applinks.link("Store").link
    assert (link.incoming.execute_as, link.incoming.callback) == ("alice", "https://store.example.com/back")
    assert link.outgoing.endpoints.authorize == "oauth/authorize"
    changed = client.patch(path, json={"incoming": "disabled", "callback": None, "excluded": ["bob"], "fixed_user": True})
    assert changed.status_code == 200
    link = made.applinks.link("Store").link
    assert (link.incoming.level, link.incoming.callback, link.outgoing.fixed_user) == (Level.DISABLED, None, True)
    assert link.incoming.execute_as == "alice"
    assert (last(made).kind, last(made).link) == ("link changed", "Store")


def endpoints() -> dict[str, str]:
    return {"request_token": "oauth/request", "authorize": "oauth/authorize", "access_token": "oauth/access"}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"outgoing": "oauth_impersonation"}, "configuration"),
        ({"incoming": "trusted"}, "configuration"),
        ({"execute_as": "ada"}, "configuration"),
        ({"execute_as": "nobody"}, "configuration"),
        ({"impersonation_parameter": "who"}, "configuration"),
        ({"callback": "javascript:alert(1)"}, "configuration"),
    ],
)
def test_the_same_rules_hold_as_behind_every_other_door(client: httpx2.Client, made: Rig, settings: Any, code: str):
    """R-49"""
    answer = client.patch(f"/links/{made.id('Library')}", json=settings)
    assert refused(answer) == (422, code)
    assert answer.json()["remedy"]


def test_a_name_that_is_taken_is_a_conflict(client: httpx2.Client):
    answer = client.post("/links", json={"name": "Tracker", "url": "https://x.example.com", "provider": {}})
    assert refused(answer) == (409, "link-exists")
    assert answer.json()["link"] == "Tracker"


def test_the_policy_is_replaced_whole(client: httpx2.Client, made: Rig):
    path = f"/links/{made.id('Tracker')}/policy"
    assert client.put(path, json={"users": ["alice"], "methods": ["get"], "paths": ["/rest"]}).status_code == 200
    assert made.applinks.link("Tracker").link.incoming.policy == Policy({"alice"}, methods={"GET"}, paths=("/rest",))
    assert client.put(path, json={}).json()["incoming"]["policy"]["users"] == []


def test_another_link_becomes_primary_and_one_is_deleted(client: httpx2.Client, made: Rig):
    assert client.post(f"/links/{made.id('Archive')}/primary").json()["primary"] is True
    assert made.applinks.primary("jira").name == "Archive"
    gone = f"/links/{made.id('Archive')}"
    answer = client.delete(gone)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers
    assert client.delete(gone).status_code == 404
    assert made.applinks.primary("jira").name == "Tracker"


def test_secrets_are_set_and_made_and_never_read(client: httpx2.Client, made: Rig, caplog: pytest.LogCaptureFixture):
    """T-52, T-66: the canary is in no answer, log, error or record."""
    link, answers = made.applinks.link("Library").link, []
    path = f"/links/{link.id}/secret"
    with caplog.at_level(logging.DEBUG):
        answers.append(client.put(path, json={"direction": "outgoing", "secret": CANARY}))
        answers.append(client.put(path, json={"direction": "sideways", "secret": CANARY}))
        answers.append(client.put(path, json={"direction": "outgoing", "secret": CANARY, "more": CANARY}))
        answers.append(client.put(path, json={"direction": "outgoing", "secret": f"{CANARY}\n"}))
        answers.append(client.post("/links", json={"name": "x", "url": "nonsense", "provider": {"secret": CANARY}}))
        administrator = {"name": "root", "password": CANARY}
        answers.append(client.post("/pairings", json={"url": "https://x.example.com", "administrator": administrator}))
        answers += [client.get(below) for below in ("/links", f"/links/{link.id}", "/audit", "/application", "/tokens")]
    assert [answer.status_code for answer in answers[:6]] == [204, 400, 400, 400, 422, 400]
    assert not [answer.text for answer in answers if CANARY in answer.text]
    assert CANARY not in caplog.text + repr(made.applinks.audit(100))
    assert made.applinks.answer(SecretOf(link.id, SecretUse.OUTGOING_OAUTH, link.origin)) == CANARY
    fresh = client.post(path).json()["secret"]
    assert made.applinks.answer(SecretOf(link.id, SecretUse.INCOMING_OAUTH, "")) == fresh
    assert fresh not in client.get("/audit").text


def test_it_is_explained_by_which_way_a_call_would_go(client: httpx2.Client, made: Rig):
    path = f"/links/{made.id('Tracker')}/explanation"
    told = client.get(path, params={"user": "alice"}).json()
    assert (told["mechanism"], told["user"], told["consent_helps"]) == ("2LOi", "alice", False)
    told = client.get(path, params={"user": "alice", "using": "3LO"}).json()
    assert (told["rungs"][0]["mechanism"], told["rungs"][0]["objection"]) == ("2LOi", "3LO was demanded")
    assert client.get(path, params={"user": "alice", "using": "nothing"}).json()["mechanism"] is None


def test_a_link_is_tried_as_somebody_on_the_record(client: httpx2.Client, made: Rig):
    """R-46"""
    linked_back(made)
    path = f"/links/{made.id('Tracker')}/test"
    told = client.post(path, json={"user": "alice"}).json()
    assert told == {
        "link": "Tracker",
        "asked": "alice",
        "expected": "alice",
        "answered": "alice",
        "mechanism": "2LOi",
        "good": True,
    }
    entry = last(made)
    assert (entry.kind, entry.subject, entry.actor, entry.reason) == ("call", "alice", "ada", "by the token 'nightly'")
    told = client.post(path, json={"user": "alice", "using": "anonymous"}).json()
    assert (told["answered"], told["expected"], told["good"]) == ("", "", True)


def linked_back(made: Rig) -> None:
    """The tracker knows us, too."""
    said = {"url": made.tracker.identity.url, "administrator": {"name": "root", "password": "root's"}, "same_users": True}
    with made.client(made.token()) as client:
        assert client.post("/pairings", json=said).status_code == 201


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"user": "nobody"}, 422, "person-unknown"),
        ({"user": "dave"}, 422, "person-unknown"),
        ({"user": "alice", "using": "Basic"}, 409, "mechanism-missing"),
        ({"user": "grace"}, 424, "access-refused"),
    ],
)
def test_a_test_that_cannot_be_made_or_is_refused_says_so(client, made, said, status, code):
    linked_back(made)
    assert refused(client.post(f"/links/{made.id('Tracker')}/test", json=said)) == (status, code)


def test_whose_consent_is_missing_is_told_with_the_address_for_it(client: httpx2.Client, made: Rig):
    """R-40"""
    answer = client.post(f"/links/{made.id('Library')}/test", json={"user": "alice"})
    assert refused(answer) == (409, "credentials-required")
    assert answer.json()["authorization_url"].startswith(f"{URL}/plugins/servlet/applinks/oauth/login-dance/authorize?")
