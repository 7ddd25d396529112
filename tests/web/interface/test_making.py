"""A look at an address, and links with products, over HTTP."""

from __future__ import annotations

import httpx2

from web.interface.rig import Rig, last, problem


def test_an_address_is_looked_at_before_anything_is_made(client: httpx2.Client, made: Rig):
    before = made.applinks.audit(1)
    told = client.post("/looks", json={"url": made.tracker.identity.url}).json()
    assert (told["name"], told["kind"], told["linked"]) == ("Tracker", "application", "Tracker")
    nobody = client.post("/looks", json={"url": "https://nobody.example.com"}).json()
    assert nobody["remarks"][0]["blocks"] is True
    assert made.applinks.audit(1) == before


def test_what_is_no_product_is_not_set_up_as_one(client: httpx2.Client, made: Rig):
    said = {"url": made.tracker.identity.url, "same_users": True, "administrator": {"name": "root", "password": "root's"}}
    answer = client.post("/products", json=said)
    assert problem(answer) == (422, "pairing-refused")
    assert "root's" not in answer.text


def test_what_is_to_be_entered_is_told_and_checked(client: httpx2.Client, made: Rig):
    path = f"/links/{made.id('Library')}/steps"
    guide = client.get(path).json()
    assert guide["link"] == "Library"
    assert "us" in [field["value"] for step in guide["steps"] for field in step["fields"]]
    checked = client.post(f"{path}/check", json={}).json()
    assert checked["ok"] is False
    assert {check["id"] for check in checked["checks"]} >= {"address", "consumer"}
    assert (last(made).kind, last(made).actor, last(made).reason) == ("link checked", "ada", "by the token 'nightly'")
