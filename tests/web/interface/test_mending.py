"""What moves or ends, over HTTP."""

from __future__ import annotations

import httpx2

from web.interface.rig import Rig, last, problem
from web.interface.test_links import linked_back


def test_a_link_follows_only_to_whoever_can_prove_it_or_is_vouched_for(client: httpx2.Client, made: Rig):
    """R-10"""
    path = f"/links/{made.id('Library')}/address"
    said = {"url": "https://books.example.com"}
    assert problem(client.post(path, json=said)) == (422, "pairing-refused")
    moved = client.post(path, json={**said, "unproven": True}).json()
    assert (moved["before"], moved["proven"], moved["link"]["application_url"]) == (
        "https://library.example.com",
        False,
        "https://books.example.com",
    )
    assert moved["secret_needed"] is True
    assert moved["old_id"]


def test_our_address_is_told_to_one_or_to_all(client: httpx2.Client, made: Rig):
    told = client.post(f"/links/{made.id('Archive')}/address/announcement").json()["told"]
    assert [(one["link"], one["told"]) for one in told] == [("Archive", "unreachable")]
    told = client.post("/application/announcements").json()["told"]
    assert {one["link"] for one in told} == {"Archive", "Library", "Tracker"}


def test_both_ends_are_deleted_or_neither(client: httpx2.Client, made: Rig):
    linked_back(made)
    assert problem(client.delete(f"/links/{made.id('Archive')}/both-ends")) == (424, "transport-failed")
    assert made.applinks.link("Archive")
    assert client.delete(f"/links/{made.id('Tracker')}/both-ends").json() == {"link": "Tracker", "status": 200}
    assert (made.applinks.links("jira")[0].name, made.tracker.links) == ("Archive", {})
    assert (last(made).kind, last(made).actor) == ("link deleted", "ada")


def test_the_application_is_said_to_be_the_original_or_a_copy(client: httpx2.Client, made: Rig):
    """G-06"""
    us = made.applinks.identity
    assert client.post("/application/moved").json()["id"] == us.id
    copy = client.post("/application/copied").json()
    assert copy["id"] != us.id
    assert problem(client.get("/application")) == (401, "not-admitted"), "a copy knows no tokens"
    assert (copy["id"], copy["suspension"]) == (made.applinks.identity.id, None)
    assert (last(made).kind, last(made).actor, last(made).reason) == ("identity copied", "ada", "by the token 'nightly'")
