"""Pasted scripts, by a program."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest

from web.interface.rig import Rig, last, problem

pytest.importorskip("pydantic_monty")

HELLO = "/pasted-scripts/hello"


@pytest.fixture(autouse=True)
def allowed(made: Rig) -> None:
    made.applinks.settings = replace(made.applinks.settings, pasted_scripts=True)


def test_one_is_kept_listed_without_its_text_shown_with_it_and_forgotten(client: httpx2.Client, made: Rig):
    said = {"text": "log('x')", "kind": "listener", "events": ["order"], "parameters": ["space"]}
    kept = client.put(HELLO, json=said)
    assert kept.status_code == 200, kept.text
    assert {name: kept.json()[name] for name in said} == said
    assert (kept.json()["changed_by"], last(made).kind) == ("ada", "script pasted")
    (listed,) = client.get("/pasted-scripts").json()["scripts"]
    assert listed == {name: value for name, value in kept.json().items() if name != "text"}
    assert client.get(HELLO).json() == kept.json()
    assert client.delete(HELLO).status_code == 204
    assert problem(client.get(HELLO)) == problem(client.delete(HELLO)) == (404, "not-found")


def test_a_mistake_is_told_with_its_place(client: httpx2.Client):
    for answer in (client.put(HELLO, json={"text": "y = ("}), client.post(f"{HELLO}/check", json={"text": "y = ("})):
        assert problem(answer) == (422, "script-wrong")
        assert "line 1, column 6" in answer.json()["detail"]
    assert client.post(f"{HELLO}/check", json={"text": "y = 1"}).status_code == 204
    assert client.get("/pasted-scripts").json() == {"scripts": []}


def test_where_that_is_off_none_is_kept(client: httpx2.Client, made: Rig):
    made.applinks.settings = replace(made.applinks.settings, pasted_scripts=False)
    assert problem(client.put(HELLO, json={"text": "y = 1"})) == (422, "configuration")


@pytest.mark.parametrize("more", [{"kind": "job"}, {"text": ""}, {"events": "order"}, {"secret": "x"}])
def test_what_it_is_not_is_refused(client: httpx2.Client, more: dict[str, object]):
    assert client.put(HELLO, json={"text": "y = 1", **more}).status_code == 400
