"""Who acts is bound to a scope: nothing of it reaches tasks, threads, background work or other requests (R-27, R-28, T-25)."""

from __future__ import annotations

import asyncio
import contextvars
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from applinks import NobodyActing, current_user, run_as
from journeys.world import Caller, World


async def ask(world: World) -> str:
    """Who the far side says is calling."""
    return (await (await world.asynchronous.link("Tracker")).get("echo")).json()["user"]


def ask_now(world: World) -> str:
    return world.front.applinks.link("Tracker").get("echo").json()["user"]


def test_a_task_that_outlives_run_as_acts_as_nobody(world: World) -> None:
    async def journey() -> tuple[str, str, list[str]]:
        over = asyncio.Event()

        async def work() -> str:
            before = await ask(world)
            inside.set()
            await over.wait()
            with pytest.raises(NobodyActing, match="outlived it"):
                await ask(world)
            return before

        inside = asyncio.Event()
        async with world.asynchronous.acting_as("alice"):
            async with run_as("deployment", reason="to start a task"):
                task = asyncio.create_task(work())
                await inside.wait()
            outside = await ask(world)
            over.set()
            return await task, outside, [entry.subject for entry in world.front.entries("call")[-2:]]

    assert world.runner.run(journey()) == ("deployment", "alice", ["deployment", "alice"])


def test_a_thread_does_not_inherit_who_acts_and_a_copied_context_loses_it_with_the_scope(world: World) -> None:
    applinks = world.front.applinks
    with ThreadPoolExecutor(1) as pool:
        with applinks.acting_as("alice"), run_as("deployment", reason="to start threads"):
            with pytest.raises(NobodyActing):
                pool.submit(ask_now, world).result()
            context = contextvars.copy_context()
            assert pool.submit(context.run, ask_now, world).result() == "deployment"
        with pytest.raises(NobodyActing, match="outlived it"):
            pool.submit(context.run, ask_now, world).result()


def test_work_sent_to_a_thread_by_asyncio_keeps_who_acts_while_it_is_awaited(world: World) -> None:
    async def journey() -> str:
        async with world.asynchronous.acting_as("bob"):
            return await asyncio.to_thread(ask_now, world)

    assert world.runner.run(journey()) == "bob"


def test_many_tasks_at_once_each_act_as_their_own_person_even_where_some_are_cancelled_t25(world: World) -> None:
    random_ = random.Random(25)

    async def one(name: str, deployment: bool) -> str:
        async with world.asynchronous.acting_as(name):
            if deployment:
                async with run_as("deployment", reason="among many"):
                    assert await ask(world) == "deployment"
            assert current_user().name == name
            return await ask(world)

    async def journey() -> None:
        names = [random_.choice(["alice", "bob"]) for _ in range(120)]
        tasks = [asyncio.create_task(one(name, name == "alice" and random_.random() < 0.3)) for name in names]
        doomed = random_.sample(tasks, 30)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in doomed:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for name, result, task in zip(names, results, tasks, strict=True):
            assert result == name or (task in doomed and isinstance(result, asyncio.CancelledError))
        with pytest.raises(NobodyActing):
            current_user()

    world.runner.run(journey())


def test_run_as_is_undone_by_an_error_in_its_body_and_nests_with_the_same_actor(caller: Caller) -> None:
    def journey():
        linked = yield caller.applinks.link("Tracker")
        with pytest.raises(ZeroDivisionError), run_as("deployment", reason="to fail"):
            raise ZeroDivisionError
        with run_as("deployment", reason="outer"), run_as("deployment", reason="inner"):
            yield linked.get("echo")
        return (yield linked.get("echo")).json()["user"]

    with caller.applinks.acting_as("alice"):
        assert caller.play(journey()) == "alice"
    inner, outer = caller.world.front.entries("call")[-2:]
    assert (inner.subject, inner.actor, inner.reason) == ("deployment", "alice", "inner")
    assert (outer.subject, outer.actor, outer.reason) == ("alice", "alice", None)


def test_background_work_of_a_request_acts_as_nobody_once_the_request_is_over(world: World) -> None:
    records = world.tracker.records
    records.background.clear()
    records.background_done.clear()
    with world.front.applinks.acting_as("alice"):
        world.front.applinks.link("Tracker").get("background")
    assert records.background_done.wait(20)
    assert records.background == ["alice", None]


def test_requests_at_once_from_many_threads_are_each_answered_for_their_own_person(world: World) -> None:
    start = threading.Barrier(12)

    def one(name: str) -> set[str]:
        start.wait()
        with world.front.applinks.acting_as(name):
            return {ask_now(world) for _ in range(5)}

    names = ["alice", "bob", "Émile Ångström"] * 4
    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(one, names)) == [{name} for name in names]


def test_a_request_after_an_admitted_one_on_the_same_connection_is_nobodys(world: World) -> None:
    with world.front.applinks.acting_as("alice"), world.front.applinks.link("Tracker").client() as client:
        assert client.get("echo").json()["user"] == "alice"
        plain = client.get("echo", auth=lambda request: request)
    assert plain.json()["user"] is None
    with httpx2.Client() as stranger:
        assert stranger.get(f"{world.tracker.url}/echo").json()["user"] is None
