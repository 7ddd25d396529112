"""Hooks of scripts by a token: listed, set, and run by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from applinks.frameworks import WSGIMiddleware, WSGIPages
from applinks.scripts import EventOf, Hook, HookSettings, RunOf
from applinks.web.interface import BELOW
from scripts.happened import HOOK, ended, happened, hooks_in
from web.interface.rig import URL, Rig, problem


@dataclass
class Scripts:
    """What runs scripts in this process, as the pages know it."""

    hooks: tuple[Hook, ...]
    faults: tuple[object, ...] = ()
    said: list[str] = field(default_factory=list)

    def say(self) -> None:
        self.said.append("something is to be done")


@pytest.fixture
def us(made: Rig):
    made.applinks.now = 1_800_000_000.0
    made.applinks.asked = []
    return made.applinks


@pytest.fixture
def running(made: Rig, tmp_path: Path) -> Iterator[httpx2.Client]:
    """A client where scripts are loaded."""
    pages = WSGIPages(made.applinks, scripts=Scripts(tuple(hooks_in(tmp_path).values())))  # type: ignore[arg-type]
    transport = httpx2.WSGITransport(WSGIMiddleware(pages, made.applinks))
    with httpx2.Client(
        transport=transport, base_url=f"{URL}{BELOW}", headers={"authorization": f"Bearer {made.token()}"}
    ) as client:
        yield client


def test_those_that_are_loaded_and_those_that_are_known_are_listed(running: httpx2.Client, client: httpx2.Client, us):
    ended(us, hook="gone:hook")
    assert [hook["id"] for hook in running.get("/hooks").json()["hooks"]] == [
        "gone:hook",
        "publish:hello",
        "publish:nightly",
        HOOK,
    ]
    (known,) = client.get("/hooks").json()["hooks"]
    assert (known["id"], known["last"]["state"]) == ("gone:hook", "done")


def test_one_is_switched_and_its_parameters_are_set(running: httpx2.Client, us):
    answer = running.patch(
        "/hooks", json={"hook": HOOK, "enabled": False, "parameters": {"labels": ["a"], "password": "hunter2"}}
    )
    assert (answer.status_code, answer.json()["enabled"]) == (200, False)
    assert "hunter2" not in answer.text
    kept = us.answer(HookSettings())[HOOK]
    assert (kept.enabled, kept.parameters["labels"], kept.parameters["space"]) == (False, ["a"], "OPS")


def test_what_is_wrong_leaves_all_as_it_was(running: httpx2.Client, us):
    said = {"hook": HOOK, "enabled": False, "parameters": {"loud": "perhaps"}}
    assert problem(running.patch("/hooks", json=said)) == (422, "parameters-wrong")
    assert us.answer(HookSettings()) == {}


def test_where_no_scripts_are_loaded_a_hook_that_has_run_is_switched_and_no_more(client: httpx2.Client, us):
    ended(us)
    assert client.patch("/hooks", json={"hook": HOOK, "enabled": False}).json()["enabled"] is False
    assert problem(client.patch("/hooks", json={"hook": HOOK, "parameters": {}})) == (422, "configuration")
    assert problem(client.patch("/hooks", json={"hook": "a:b", "enabled": True})) == (422, "configuration")
    assert problem(client.post("/hooks/runs", json={"hook": HOOK})) == (422, "configuration")


def test_one_is_run_by_hand_as_the_person_of_the_token(running: httpx2.Client, us):
    answer = running.post("/hooks/runs", json={"hook": HOOK, "payload": '{"issue": {}}', "parameters": {"space": "X"}})
    assert (answer.status_code, answer.json()["user"], answer.json()["state"]) == (201, "ada", "queued")
    run = us.answer(RunOf(answer.json()["number"]))
    assert run.parameters["space"] == "X"
    assert us.answer(EventOf(run.event)).payload == {"issue": {}}


def test_it_is_told_what_an_event_has_told(running: httpx2.Client, us):
    answer = running.post("/hooks/runs", json={"hook": HOOK, "event": happened(us, {"issue": {"key": "OPS-9"}})})
    assert us.answer(EventOf(answer.json()["event"])).payload == {"issue": {"key": "OPS-9"}}


@pytest.mark.parametrize("said", [{"event": 99}, {"payload": "{"}, {"payload": "[]"}, {"parameters": {"colour": 1}}])
def test_what_cannot_be_told_is_refused(running: httpx2.Client, us, said):
    assert running.post("/hooks/runs", json={"hook": HOOK, **said}).status_code == 422
    assert us.answer(RunOf(1)) is None
