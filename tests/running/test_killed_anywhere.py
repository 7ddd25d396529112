"""Kills processes at every named point of intake, run, park, resume and journal (R-37, F-29 to F-41, F-67).

No event is lost that its sender was told is kept; no call is repeated that was answered; no parked run is forgotten; where
nobody can know, somebody is asked. `APPLINKS_KILLS` says how many kills there are on each engine (CONTRIBUTING.md).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import pytest
from sqlalchemy import text

from applinks.audit import VerifyAudit
from applinks.running import Pace
from applinks.scripts import MOST_DEATHS, CallsOf, EventOf, EventState, Run, RunState, Words
from applinks.store.database import Use
from running import killing
from running.far_side import far_side
from running.killing import AFTER, BEFORE, CHILD, ENGINE, INTAKE, Point
from running.processes import Process, Sender, Told, performing, process, taking_in, told_of
from running.world import AT_REST, World, until, world
from servers import new_database

KILLS = int(os.environ.get("APPLINKS_KILLS", "15"))
"""On each engine."""
PACE = Pace(look_every=0.05, sweep_every=0.1, watch_every=60.0, held_for=2.0, tell_again_after=1.0)
SCRIPT = """
    import os
    from pathlib import Path
    from running import killing

    killing.arm(Path(__file__).parents[1], "child")

    @listener("order", retries=Retries(3, first=0.05))
    def order(event, applinks, log, run):
        name = event.payload["name"]
        shop = applinks.link("Shop")
        shop.get("read")
        first = shop.post("effect", json={"name": name + " ordered"}).json()
        log.info("ordered: %s", first)
        if event.payload["dies"] and run.passes == 1:
            os._exit(3)
        paid = applinks.link("Bank").post("effect", json={"name": name + " paid"}).json()
        shop.put("failing/1", json={"name": name + " kept"})
        return [first["count"], paid["count"]]
"""
QUESTIONS = {
    INTAKE: ["KeepEvent"],
    ENGINE: ["SortEvent", "ClaimRun", "WakeRuns", "GiveUpRun", "DueRuns", "KeepHolding"],
    CHILD: [
        "CallsOf",
        *(f"{name} {place}" for place in (1, 2, 3, 4) for name in ("NoteSent", "NoteAnswered")),
        *("WriteDown", "ForgetCall 4", "AddLines", "ParkRun", "EndRun queued", "EndRun done"),
    ],
}
RETRIES = 3
KINDS = ["in-process, sqlite", "in-process, postgresql", "procrastinate, postgresql", "celery, postgresql"]
POINTS = [Point(role, when, name) for role, names in QUESTIONS.items() for name in names for when in (BEFORE, AFTER)]
SENT_AND_NOT_NOTED = {
    point
    for place in (2, 3)
    for point in (Point(CHILD, AFTER, f"NoteSent {place}"), Point(CHILD, BEFORE, f"NoteAnswered {place}"))
}
"""Where nobody can know what became of a call. All that runs in a process that was killed is killed with it, at any point."""
STATES = {RunState.DONE, RunState.UNCLEAR}


@dataclass
class Counted:
    """What a whole test has seen."""

    kills: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.kills.total()} kills, {dict(self.kills)}; never came there: {dict(self.missed)}; ends: {dict(self.ends)}"


@dataclass
class Rig:
    """The application, its two processes, and who tells it events."""

    here: World
    told: Told
    engine: Process
    intake: Process
    sender: Sender
    counted: Counted = field(default_factory=Counted)

    def keep_alive(self) -> None:
        """Whoever was killed is started again, as a service manager would."""
        for one in (self.engine, self.intake):
            if not one.is_alive:
                one.start()

    def until_state(self, event: int, states: frozenset[RunState]) -> Run:
        """The run of an event, when it has come so far. Meanwhile, the dead are started again."""

        def found() -> Run | None:
            self.keep_alive()
            runs = self.here.runs_of(event)
            return runs[0] if runs and runs[0].state in states else None

        run: Run = until(found)
        return run


@contextmanager
def rig(here: World, folder: Path, engine: str, broker: str | None) -> Iterator[Rig]:
    here.script(SCRIPT)
    told = told_of(here, folder, engine=engine, broker=broker, pace=PACE)
    with process(performing, told) as performer, process(taking_in, told) as intake:
        yield Rig(here, told, performer, intake, Sender(intake, told))


def once(rig: Rig, number: int, point: Point) -> None:
    """One event, with one kill on its way; then everything must be as if nothing had happened, or somebody is asked."""
    name, user = f"{number}", f"user{number}"
    killing.aim(rig.told.tmp_path, point)
    payload = {"name": name, "dies": point.question == "GiveUpRun"}
    item = f"issue {number % 3} of {number // 20}"  # more runs for one of them in a minute would be taken for a circle
    event = rig.sender.tell("order", payload, user=user, item=item, delivery=name)
    run = rig.until_state(event, AT_REST)
    parked = run.state is RunState.PARKED
    if parked:
        rig.here.consent(user)
        run = rig.until_state(event, AT_REST - {RunState.PARKED})
    hit = killing.has_hit(rig.told.tmp_path)
    killing.take_aim_away(rig.told.tmp_path)
    rig.keep_alive()
    (rig.counted.kills if hit else rig.counted.missed)[str(point)] += 1
    rig.counted.ends[run.state.value] += 1
    check(rig, event, run, name, point)


def check(rig: Rig, event: int, run: Run, name: str, point: Point) -> None:
    """What must hold of one event, whatever was killed."""
    here, far = rig.here, rig.here.far
    assert [run.number] == [one.number for one in here.runs_of(event)], "one run for one event"
    assert here.applinks.answer(EventOf(event)).state is EventState.SORTED
    assert run.state in STATES, f"{point}: {run}"
    assert run.deaths < MOST_DEATHS
    done = {step: far.effects[f"{name} {step}"] for step in ("ordered", "paid")}
    calls, told = here.applinks.answer(CallsOf(run.number)), told_about(here, run)
    if run.state is RunState.DONE:
        assert done == {"ordered": 1, "paid": 1}, f"{point}: {run}"
        assert run.result == [1, 1]
        assert all(call.status is not None for call in calls)
        assert told == {Words.CONSENT_NEEDED: 1, Words.RUN_DONE_AFTER_CONSENT: 1}, "who had to consent was told once"
        assert point not in SENT_AND_NOT_NOTED, "nobody can know that"
        retries = RETRIES - run.again  # one, unless the pass was killed that had just failed
        assert retries in {0, 1}
        assert run.passes == 1 + 1 + retries + run.deaths, f"{point}: woken once: {run}"
        return
    assert all(count <= 1 for count in done.values()), f"{point}: {run}"
    assert told[Words.RUN_UNCLEAR] == 1, "somebody is asked"
    (open_call,) = [call for call in calls if call.status is None]
    assert open_call.asked.method == "POST"
    assert point in SENT_AND_NOT_NOTED or point.role == ENGINE, f"{point}: {run}"
    if point.when == AFTER:
        assert far.effects[f"{name} {'ordered' if open_call.asked.place == '2' else 'paid'}"] == 0 or point.role == ENGINE


def told_about(here: World, run: Run) -> Counter[str]:
    """What people were told about a run, and how often."""
    with here.applinks._store._database.transaction(Use.READ) as connection:
        rows = connection.execute(text("SELECT words FROM messages WHERE run = :run"), {"run": run.number})
        return Counter(rows.scalars())


def check_all(rig: Rig, rounds: int) -> None:
    """What must hold of all together."""
    here = rig.here
    assert here.applinks.answer(VerifyAudit()).broken is None
    with here.applinks._store._database.transaction(Use.READ) as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == rounds, "each event is there once"
    by_key = {key: count for key, count in here.far.keys.items() if count > 1}
    repeated = [key for key in by_key if not key.endswith(("/4", "/5"))]  # a PUT may be repeated
    assert repeated == [], "no call that does something was sent twice"


@pytest.mark.timeout(4 * 3600 if KILLS > 50 else 300)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_or_done_twice_wherever_a_process_is_killed(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    engine, _, database = kind.partition(", ")
    if engine != "in-process":
        pytest.importorskip(engine)
    broker = request.getfixturevalue("valkey_server") if engine == "celery" else None
    server = request.getfixturevalue("postgresql_server") if database == "postgresql" else None
    with ExitStack() as stack:
        url = stack.enter_context(new_database(server)) if server else None
        here = stack.enter_context(world(tmp_path, stack.enter_context(far_side()), url))
        running = stack.enter_context(rig(here, tmp_path, engine, broker))
        for number, point in enumerate(points(kind)):
            once(running, number, point)
        check_all(running, KILLS)
        print(f"\n{kind}: {running.counted}")
        assert running.counted.kills.total() >= 0.9 * KILLS


def points(kind: str) -> Iterator[Point]:
    """As many as are wanted; a sample begins elsewhere on each engine, so that together they come everywhere."""
    start = KINDS.index(kind)
    by_role = {role: cycle(rotated([point for point in POINTS if point.role == role], start)) for role in QUESTIONS}
    roles = cycle([CHILD, CHILD, ENGINE] * 4 + [CHILD, INTAKE])
    return islice((next(by_role[role]) for role in roles), KILLS)


def rotated(some: list[Point], start: int) -> list[Point]:
    """Begun a quarter later for each kind."""
    first = start * len(some) // len(KINDS)
    return some[first:] + some[:first]
