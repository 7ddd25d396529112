"""Links between single things, over HTTP."""

from __future__ import annotations

import httpx2

from web.interface.rig import Rig, last


def test_two_things_are_linked_listed_and_unlinked(client: httpx2.Client, made: Rig):
    path = f"/links/{made.id('Tracker')}/entities"
    said = {"local": {"type": "space", "key": "OPS"}, "remote": {"type": "project", "key": "OPS", "name": "Operations"}}
    answer = client.post(path, json=said)
    assert answer.status_code == 201
    linked = answer.json()
    assert (linked["link_id"], linked["primary"], linked["remote"]["name"]) == (made.id("Tracker"), True, "Operations")
    assert (last(made).kind, last(made).actor, last(made).reason) == ("entities linked", "ada", "by the token 'nightly'")
    assert client.get("/entity-links", params={"type": "project"}).json() == {"entity_links": [linked]}
    assert client.get("/entity-links", params={"link": made.id("Archive")}).json() == {"entity_links": []}
    assert client.delete(f"/entity-links/{linked['id']}").status_code == 204
    assert client.delete(f"/entity-links/{linked['id']}").status_code == 404


def test_what_is_no_plain_name_of_a_thing_is_refused(client: httpx2.Client, made: Rig):
    said = {"local": {"type": " space", "key": "OPS"}, "remote": {"type": "project", "key": "OPS"}}
    answer = client.post(f"/links/{made.id('Tracker')}/entities", json=said)
    assert (answer.status_code, answer.json()["code"]) == (422, "configuration")
