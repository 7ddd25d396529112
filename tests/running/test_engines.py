"""What every engine keeps, on every kind of database that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from applinks.running import Scripts
from applinks.scripts import MOST_DEATHS, RunState
from running.far_side import far_side
from running.processes import performing, process, told_of
from running.world import World, until, world
from servers import new_database

ON_ALL = ["in-process, sqlite", "in-process, postgresql", "procrastinate, postgresql", "celery, postgresql"]
HOOKS = """
    import os
    import threading

    @listener("order", retries=Retries(3, first=0.05))
    def order(event, applinks, log, user):
        shop = applinks.link("Shop")
        read = shop.get("read").json()
        log.info("read %s as %s", read["path"], user.name)
        return shop.post("effect", json={"name": event.payload["name"]}).json()["count"]

    @listener("ordered")
    def ordered(event, applinks):
        applinks.link("Shop").get(event.payload["first"])
        applinks.link("Shop").post("effect", json={"name": event.payload["name"]})

    @listener("failing", retries=Retries(3, first=0.05))
    def failing(event, applinks):
        shop = applinks.link("Shop")
        shop.post("effect", json={"name": event.payload["name"]})
        return shop.put("failing/2", json={"name": event.payload["name"] + " at last"}).json()["count"]

    @listener("pay")
    def pay(event, applinks):
        applinks.link("Shop").post("effect", json={"name": event.payload["name"] + " ordered"})
        return applinks.link("Bank").post("effect", json={"name": event.payload["name"]}).json()["count"]

    @listener("slow", limits=Limits(seconds=0.3))
    def slow():
        threading.Event().wait()

    @listener("busy", limits=Limits(cpu_seconds=1))
    def busy():
        while True:
            pass

    @listener("greedy", limits=Limits(megabytes=64))
    def greedy():
        taken = []
        while True:
            taken.append(bytearray(1024 * 1024))

    @listener("talkative", limits=Limits(characters=100))
    def talkative():
        for number in range(1000):
            print("line", number)

    @listener("exits")
    def exits(event):
        os._exit(event.payload["status"])
"""


@pytest.fixture(scope="module", params=ON_ALL)
def kind(request: pytest.FixtureRequest) -> str:
    """An engine and a kind of database."""
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def everywhere(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An application with that engine, and one script for all tests."""
    engine, _, database = kind.partition(", ")
    if engine != "in-process":
        pytest.importorskip(engine)
    broker = request.getfixturevalue("valkey_server") if engine == "celery" else None
    folder = tmp_path_factory.mktemp("engine")
    server = request.getfixturevalue("postgresql_server") if database == "postgresql" else None
    with ExitStack() as stack:
        url = stack.enter_context(new_database(server)) if server else None
        yield stack.enter_context(world(folder, stack.enter_context(far_side()), url, engine, broker)).script(HOOKS)


@pytest.fixture(scope="module")
def scripts(everywhere: World) -> Iterator[Scripts]:
    """They run."""
    with everywhere.scripts() as running:
        yield running


def happened(scripts: Scripts, kind: str, name: str, user: str = "alice", **more: Any) -> int:
    payload = {"name": name, **more.pop("payload", {})}
    return scripts.occurred(kind, payload, user=user, **more)


def test_an_event_becomes_a_run_that_calls_as_whoever_caused_it_and_ends(everywhere: World, scripts: Scripts) -> None:
    run = everywhere.end_of(happened(scripts, "order", "first"))
    assert (run.state, run.result, run.passes, run.error) == (RunState.DONE, 1, 1, None)
    assert everywhere.calls(run.number) == [("GET", "answered", 200), ("POST", "answered", 200)]
    assert everywhere.lines(run.number) == [("info", "read read as alice")]
    assert f"applinks-run-{run.number}/2" in everywhere.far.keys


def test_runs_for_one_item_go_in_the_order_of_their_events(everywhere: World, scripts: Scripts) -> None:
    far = everywhere.far
    far.gate.clear()
    item = {"item": "issue OPS-1"}
    numbers = [happened(scripts, "ordered", "o1", payload={"first": "gate"}, **item)]
    numbers += [happened(scripts, "ordered", name, payload={"first": "read"}, **item) for name in ("o2", "o3")]
    until(far.arrived.is_set)
    other = everywhere.end_of(happened(scripts, "ordered", "other", payload={"first": "read"}, item="issue OPS-2"))
    assert other.state is RunState.DONE
    assert far.effects["o2"] == far.effects["o3"] == 0
    far.gate.set()
    ended = [everywhere.end_of(number) for number in numbers]
    assert {run.state for run in ended} == {RunState.DONE}
    assert ended[0].ended_at < ended[1].started_at
    assert ended[1].ended_at < ended[2].started_at


def test_a_failure_is_tried_again_and_what_was_done_is_not_repeated(everywhere: World, scripts: Scripts) -> None:
    run = everywhere.end_of(happened(scripts, "failing", "f"))
    assert (run.state, run.result, run.passes, run.again) == (RunState.DONE, 1, 3, 1)
    assert everywhere.far.effects["f"] == 1


def test_a_missing_consent_parks_a_run_until_it_is_given(everywhere: World, scripts: Scripts) -> None:
    run = everywhere.end_of(happened(scripts, "pay", "p", user="carol"))
    assert (run.state, run.parked_user, run.parked_link) == (RunState.PARKED, "carol", "bank")
    assert everywhere.far.effects["p"] == 0
    everywhere.consent("carol")
    done = until(lambda: (found := everywhere.run(run.number)).state is RunState.DONE and found)
    assert (done.result, done.passes, done.deaths) == (1, 2, 0)
    assert everywhere.far.effects["p ordered"] == everywhere.far.effects["p"] == 1


@pytest.mark.parametrize(
    ("kind_of_event", "error"),
    [
        ("slow", "It took longer than 0.3 seconds."),
        ("busy", "It used more than 1 seconds of processor time."),
        ("greedy", "It used more than 64 megabytes of memory."),
    ],
)
def test_a_run_that_uses_too_much_is_ended(everywhere: World, scripts: Scripts, kind_of_event: str, error: str) -> None:
    run = everywhere.end_of(happened(scripts, kind_of_event, ""))
    assert (run.state, run.error, run.passes) == (RunState.FAILED, error, 1)


def test_a_run_that_writes_too_much_goes_on_and_says_so_once(everywhere: World, scripts: Scripts) -> None:
    run = everywhere.end_of(happened(scripts, "talkative", ""))
    assert run.state is RunState.DONE
    lines = [text for _, text in everywhere.lines(run.number)]
    assert "writes too much" in lines[-1]
    assert sum(map(len, lines)) < 200


@pytest.mark.parametrize("status", [0, 3])
def test_a_script_that_ends_its_process_is_given_up_after_a_few_times(everywhere: World, scripts: Scripts, status: int) -> None:
    """F-67."""
    run = everywhere.end_of(happened(scripts, "exits", "", payload={"status": status}))
    assert (run.state, run.passes, run.deaths) == (RunState.FAILED, MOST_DEATHS, MOST_DEATHS)
    assert f"exit status {status}" in run.error


def test_two_processes_take_each_run_once(everywhere: World, kind: str, request: pytest.FixtureRequest) -> None:
    engine = kind.partition(", ")[0]
    broker = request.getfixturevalue("valkey_server") if engine == "celery" else None
    told = told_of(everywhere, everywhere.folder.parent, engine=engine, broker=broker)
    sender = everywhere.scripts(engine=False)
    with process(performing, told) as one, process(performing, told) as other:
        numbers = [happened(sender, "order", f"each {number}") for number in range(20)]
        runs = [everywhere.end_of(number) for number in numbers]
        assert {(run.state, run.passes, run.result) for run in runs} == {(RunState.DONE, 1, 1)}
        assert {one.end(), other.end()} <= {0, -15}  # the latter where it had hardly begun
