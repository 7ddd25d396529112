"""What every operation is given: the link as it is, and whether it is the one that was read (RFC 9110, 13.1.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2

from applinks.links import SaveLink
from applinks.people import Policy
from applinks.web.interface import etag_of
from in_memory import InMemory, link_to
from web.interface.rig import Rig, problem


def test_a_tag_is_another_one_as_soon_as_anything_of_the_link_is():
    link = link_to(InMemory("Tracker"))
    changed = [
        replace(link, name="Other"),
        replace(link, incoming=replace(link.incoming, public_key="other")),
        replace(link, incoming=replace(link.incoming, policy=Policy({"alice"}))),
    ]
    assert len({etag_of(each) for each in (link, *changed)}) == 4
    assert etag_of(link) == etag_of(replace(link))


def test_a_link_is_changed_only_from_what_was_read(client: httpx2.Client, made: Rig):
    path = f"/links/{made.id('Tracker')}"
    read = client.get(path).headers["etag"]
    first = client.patch(path, json={"execute_as": "alice"}, headers={"if-match": read})
    assert first.status_code == 200
    assert first.headers["etag"] == client.get(path).headers["etag"] != read
    for method, below, body in (("PATCH", "", {"execute_as": None}), ("PUT", "/policy", {}), ("DELETE", "", None)):
        answer = client.request(method, path + below, json=body, headers={"if-match": read})
        assert problem(answer) == (412, "changed-meanwhile")
    assert made.applinks.link("Tracker").link.incoming.execute_as == "alice"
    assert (
        client.patch(path, json={"execute_as": None}, headers={"if-match": f'"x", {first.headers["etag"]}'}).status_code == 200
    )
    assert client.delete(path, headers={"if-match": "*"}).status_code == 204


def test_nor_where_it_is_changed_between_looking_and_writing(client: httpx2.Client, made: Rig):
    path, tag = f"/links/{made.id('Tracker')}", client.get(f"/links/{made.id('Tracker')}").headers["etag"]
    answers = made.applinks._answers
    save = answers[SaveLink]

    def interrupted(question: SaveLink) -> Any:
        answers[SaveLink] = save
        made.applinks.change_policy("Tracker", Policy(methods={"GET"}), by="grace")
        return save(question)

    answers[SaveLink] = interrupted
    assert problem(client.patch(path, json={"execute_as": "alice"}, headers={"if-match": tag})) == (412, "changed-meanwhile")
    link = made.applinks.link("Tracker").link
    assert (link.incoming.execute_as, link.incoming.policy) == (None, Policy(methods={"GET"}))


def test_without_it_both_changes_hold(client: httpx2.Client, made: Rig):
    answers = made.applinks._answers
    save = answers[SaveLink]

    def interrupted(question: SaveLink) -> Any:
        answers[SaveLink] = save
        made.applinks.change_policy("Tracker", Policy(methods={"GET"}), by="grace")
        return save(question)

    answers[SaveLink] = interrupted
    assert client.patch(f"/links/{made.id('Tracker')}", json={"execute_as": "alice"}).status_code == 200
    link = made.applinks.link("Tracker").link
    assert (link.incoming.execute_as, link.incoming.policy) == ("alice", Policy(methods={"GET"}))
