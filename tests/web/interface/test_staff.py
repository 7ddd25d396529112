"""People whom an application keeps itself, over the HTTP interface."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from applinks import AppLinks
from applinks.frameworks import WSGIPages
from applinks.people import Staff
from applinks.web.interface import BELOW
from web.interface.rig import Rig, problem

URL = "https://scripts.example.com"


@pytest.fixture
def us() -> Iterator[AppLinks]:
    with AppLinks("sqlite://", url=URL, people=Staff()) as made:
        made.add_member("ada", administrator=True, by="ops")
        yield made


@pytest.fixture
def http(us: AppLinks) -> Iterator[httpx2.Client]:
    secret = us.make_token("nightly", user="ada", by="ops").secret
    headers = {"authorization": f"Bearer {secret}"}
    with httpx2.Client(transport=httpx2.WSGITransport(WSGIPages(us)), base_url=f"{URL}{BELOW}", headers=headers) as client:
        yield client


def test_somebody_is_added_changed_and_read(us, http):
    answer = http.post("/people", json={"name": "bob", "groups": ["staff"], "language": "de"})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["groups"], made["has_password"], made["administrator"]) == ("bob", ["staff"], False, False)
    assert http.patch("/people/BOB", json={"email": "bob@example.com"}).json() == {**made, "email": "bob@example.com"}
    assert http.get("/people/bob").json()["email"] == "bob@example.com"
    record = us.audit(1)[0].entry
    assert (record.kind, record.actor, record.reason) == ("person changed", "ada", "by the token 'nightly'")


def test_they_are_listed_some_at_a_time(us, http):
    us.add_member("bob", by="ada")
    assert [one["name"] for one in http.get("/people").json()["people"]] == ["ada", "bob"]
    assert [one["name"] for one in http.get("/people", params={"limit": 1}).json()["people"]] == ["ada"]
    assert [one["name"] for one in http.get("/people", params={"after": "ada"}).json()["people"]] == ["bob"]


@pytest.mark.parametrize("said", [{"password": "correct horse battery"}, {"administrator": True}, {"has_password": True}])
def test_no_token_leaves_a_way_in_behind(us, http, said):
    """T-52: neither a password nor the mark of an administrator is given here."""
    us.add_member("bob", by="ada")
    assert http.post("/people", json={"name": "eve", **said}).status_code == 400
    assert http.patch("/people/bob", json=said).status_code == 400
    assert not us.member("bob").administrator
    assert http.put("/people/bob/password", json=said).status_code == 404


def test_somebody_is_disabled_and_enabled(us, http):
    us.add_member("bob", by="ada")
    assert http.post("/people/bob/disabled").json()["active"] is False
    assert us.member("bob").active is False
    assert http.delete("/people/bob/disabled").json()["active"] is True


def test_who_may_run_as_whom(us, http):
    us.add_member("deployment", by="ada")
    assert http.put("/people/deployment/runners/group:staff").json() == {"runners": ["group:staff"]}
    assert http.put("/people/deployment/runners/ada").json() == {"runners": ["ada", "group:staff"]}
    assert http.get("/people/deployment/runners").json() == {"runners": ["ada", "group:staff"]}
    assert http.delete("/people/deployment/runners/ada").json() == {"runners": ["group:staff"]}
    assert problem(http.put("/people/deployment/runners/nobody")) == (422, "person-unknown")


def test_of_nobody_there_is_nothing(http):
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/disabled"), ("DELETE", "/disabled"), ("GET", "/runners")):
        answer = http.request(method, f"/people/nobody{path}", json={} if method == "PATCH" else None)
        assert problem(answer) == (404, "not-found")


def test_a_name_that_is_taken_is_refused(http):
    assert problem(http.post("/people", json={"name": "ADA"})) == (422, "configuration")


def test_where_the_host_application_keeps_its_people_nobody_is_changed_here(client, made: Rig):
    assert problem(client.post("/people", json={"name": "bob"})) == (422, "configuration")
    assert problem(client.post("/people/alice/disabled")) == (422, "configuration")
