"""Tokens for automation, made and ended by a token."""

from __future__ import annotations

import httpx2

from web.interface.rig import Rig, last


def test_a_token_makes_one_for_its_own_person_only(client: httpx2.Client, made: Rig):
    """T-52: nobody acts in the name of another administrator."""
    answer = client.post("/tokens", json={"label": "looks", "read_only": True, "days": 3})
    assert answer.status_code == 201
    token, secret = answer.json()["token"], answer.json()["secret"]
    assert (token["user"], token["may_change"], token["label"]) == ("ada", False, "looks")
    with made.client(secret) as other:
        assert other.get("/links").status_code == 200
        assert other.post("/tokens", json={"label": "x"}).status_code == 403
    assert secret not in client.get("/tokens").text
    assert client.post("/tokens", json={"label": "x", "user": "grace"}).status_code == 400
    assert client.post("/tokens", json={"label": "x", "days": 366}).status_code == 422


def test_a_token_can_end_itself(client: httpx2.Client, made: Rig):
    (own,) = client.get("/tokens", params={"user": "ada"}).json()["tokens"]
    assert client.delete(f"/tokens/{own['id']}").status_code == 204
    assert client.get("/tokens").status_code == 401
    assert last(made).kind == "token revoked"
