"""What people have allowed, listed and ended over HTTP."""

from __future__ import annotations

import httpx2

from web.interface.rig import Rig, last


def test_grants_are_listed_and_taken_back(client: httpx2.Client, made: Rig):
    """R-45"""
    assert {grant["id"] for grant in client.get("/grants").json()["grants"]} == {"grant-0", "grant-1"}
    (mine,) = client.get("/grants", params={"user": "alice", "link": made.id("Tracker")}).json()["grants"]
    assert set(mine) == {"id", "link_id", "user", "made_at", "expires_at", "ends_at"}
    assert client.get("/grants", params={"link": made.id("Archive")}).json()["grants"] == []
    assert client.delete("/grants/grant-0").status_code == 204
    assert (last(made).kind, last(made).subject, last(made).actor) == ("grant revoked", "alice", "ada")
    assert client.delete("/grants/grant-0").status_code == 404


def test_consents_are_listed_and_forgotten(client: httpx2.Client, made: Rig):
    assert {consent["user"] for consent in client.get("/consents").json()["consents"]} == {"alice", "grace"}
    path = f"/links/{made.id('Tracker')}/consent"
    assert client.delete(path, params={"user": "alice"}).status_code == 204
    assert client.delete(path, params={"user": "alice"}).status_code == 404
    assert [consent["user"] for consent in client.get("/consents").json()["consents"]] == ["grace"]
