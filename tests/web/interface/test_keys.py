"""Keys while calls go on, over HTTP."""

from __future__ import annotations

import httpx2

from in_memory import key_of
from web.interface.rig import Rig, last, problem


def test_our_key_is_rotated_told_used_and_retired(client: httpx2.Client, made: Rig):
    """R-16"""
    before = client.get("/keys").json()
    answer = client.post("/keys", json={"announce": False})
    assert answer.status_code == 201
    status = answer.json()
    assert status["fingerprint"] != before["fingerprint"]
    assert {link["current"] for link in status["links"]} == {False}
    told = client.post(f"/links/{made.id('Archive')}/key/announcement").json()
    assert [link["told"] for link in told["links"] if link["link"] == "Archive"] == ["unreachable"]
    assert client.delete("/keys").json() == {"retired": []}
    for name in ("Archive", "Tracker"):
        assert client.post(f"/links/{made.id(name)}/key").json()["outgoing"]["key_id"] is None
    assert (last(made).kind, last(made).reason) == ("key switched", "by the token 'nightly'")
    assert client.post("/keys/announcements").json()["older"][0]["links"] == []
    assert client.delete("/keys").json() == {"retired": [before["fingerprint"]]}


def test_the_other_application_is_known_by_another_key(client: httpx2.Client, made: Rig):
    path, fresh = f"/links/{made.id('Tracker')}/public-key", key_of("another").public.text
    assert client.put(path, json={"public_key": fresh, "overlap": 60}).status_code == 200
    link = made.applinks.link("Tracker").link
    assert (link.incoming.public_key, link.incoming.previous_key) == (fresh, made.tracker.key.public.text)
    assert problem(client.put(path, json={"public_key": "nonsense"})) == (422, "configuration")
    assert problem(client.put(f"/links/{made.id('Library')}/public-key", json={"public_key": fresh})) == (422, "configuration")


def test_a_link_that_is_not_signed_with_a_key_uses_none(client: httpx2.Client, made: Rig):
    assert problem(client.post(f"/links/{made.id('Library')}/key")) == (422, "configuration")
