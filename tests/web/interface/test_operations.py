"""The operations of the table, all of them: what they change is on record."""

from __future__ import annotations

import httpx2

from web.interface.rig import Rig


def test_every_change_says_who_and_by_which_token(client: httpx2.Client, made: Rig):
    """R-47"""
    before = made.applinks.audit(1)[0].sequence
    link = f"/links/{made.id('Tracker')}"
    client.patch(link, json={"execute_as": "alice"})
    client.put(f"{link}/policy", json={})
    client.post(f"{link}/primary")
    client.delete(f"{link}/consent", params={"user": "grace"})
    client.delete("/grants/grant-1")
    client.post("/tokens", json={"label": "other"})
    client.delete(link)
    entries = [record.entry for record in made.applinks.audit(100) if record.sequence > before]
    assert {(entry.actor, entry.reason) for entry in entries} == {("ada", "by the token 'nightly'")}
    assert [entry.kind for entry in reversed(entries)] == [
        "link changed",
        "policy changed",
        "link made primary",
        "consent forgotten",
        "grant revoked",
        "token made",
        "link became primary",
        "link deleted",
    ]
