"""Scripts of an application, as the application itself uses them: it tells what happens, and asks before a transition."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from applinks import clock
from applinks.announcements import ConsentGiven, EventKept
from applinks.audit import printable
from applinks.errors import ConfigurationError
from applinks.front import AppLinks, AsyncAppLinks
from applinks.links import LinkByName
from applinks.people import Person, current_user, depth_here
from applinks.questions import drive
from applinks.running.clockwork import KEPT_FOR, LEAST_KEPT_FOR, Clockwork
from applinks.running.driving import Driver
from applinks.running.engines import Engine, EngineContext, EngineFactory
from applinks.running.in_process import WORKERS, InProcess
from applinks.running.pace import USUAL, Pace
from applinks.running.passing_on import PassesOn
from applinks.running.performer import Performer
from applinks.running.setup import Setup
from applinks.scripts import (
    BEFORE,
    DEEPEST,
    HELD_FOR,
    HERE,
    Event,
    EventOf,
    EventState,
    Fault,
    Hook,
    HookKind,
    KeepEvent,
    NamesOfKeys,
    NewRun,
    Refusal,
    RequestTold,
    Run,
    RunOf,
    Runs,
    RunState,
    Told,
    hook_of,
    refusals_of,
    run_by_hand,
    runs_before,
    to_json,
)

log = logging.getLogger("applinks.scripts")

ANSWERS_WITHIN = 10.0
"""Seconds that somebody waits for what is asked before a transition."""
LOOK_EVERY = 0.05
"""Seconds between two looks at whether an event is settled."""


class Scripts:
    """The scripts in a folder, for this application.

    `applinks` is its `AppLinks` or `AsyncAppLinks`; with `engine=False`, other processes run what is queued here
    (`applinks worker`), and this one only answers what is asked before a transition. An event to which `deepest` runs have led,
    one after the other, causes no more. `tell` says which linked applications are told of what happens here:
    `{"Wiki": {"issue_updated"}}`, or `{"*"}` for all. Use it as a context manager, with `async with` where there is an event
    loop, or `start()` and `close()`. What its methods do they do at once: in an event loop, hand `refusals` and `is_offered` to
    a thread.
    """

    def __init__(
        self,
        applinks: AppLinks | AsyncAppLinks,
        folder: str | Path,
        *,
        engine: bool | EngineFactory = True,
        workers: int = WORKERS,
        kept_for: float = KEPT_FOR,
        deepest: int = DEEPEST,
        tell: Mapping[str, Collection[str]] | None = None,
        pace: Pace = USUAL,
    ) -> None:
        if kept_for < LEAST_KEPT_FOR:
            raise ConfigurationError(
                f"Events cannot be forgotten after {kept_for:g} seconds: sent again, one would count twice.",
                remedy=f"Say kept_for={LEAST_KEPT_FOR:g} at least.",
            )
        self.applinks = applinks
        self.deepest = deepest
        self._driver = Driver(applinks)
        self.drive = self._driver.drive
        self.performer = Performer(Setup.of(applinks, Path(folder)), self.drive, applinks.answer, pace=pace)
        names = NamesOfKeys(applinks.mechanisms)
        self._clockwork = Clockwork(self.drive, lambda: self.performer.hooks, kept_for, deepest, names, pace)
        self._context = EngineContext(self.performer, self._clockwork, applinks.answer, pace)
        self._engine: Engine | None = None
        if engine:
            factory = InProcess.with_workers(workers) if engine is True else engine
            self._engine = factory(self._context)
        applinks.listen(ConsentGiven, self._consented)
        self._tell = checked(tell or {})
        self._passes_on = PassesOn(self.drive)
        applinks.listen(EventKept, lambda _: self.say())

    def start(self) -> Self:
        """Begin to run what is due."""
        self._driver.notice_loop()
        if self._engine is not None:
            self._engine.start()
            self._passes_on.start()
        return self

    def drain(self, asked_to_stop: threading.Event, *, workers: int = WORKERS) -> None:
        """Do all that is due now, and return when nothing is; for processes that are started now and then."""
        InProcess(self._context, workers=workers).drain(asked_to_stop)
        self._passes_on.turn()

    def close(self, seconds: float = HELD_FOR) -> None:
        """Take nothing more and wait for what runs; what takes longer than `seconds` begins again elsewhere."""
        if self._engine is not None:
            self._passes_on.stop(seconds)
            self._engine.stop(seconds)
        else:
            self.performer.close(seconds)
        self._driver.close()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """The hooks that are loaded."""
        return self.performer.hooks

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the scripts, with file and line."""
        return self.performer.faults

    @property
    def busy(self) -> int:
        """How many runs this process performs now."""
        return self.performer.busy

    @property
    def trouble(self) -> str | None:
        """Why nothing that is queued runs here though it should, in a few words; None if it does, or others are to do that."""
        return None if self._engine is None else self._engine.trouble or self.performer.trouble

    def say(self) -> None:
        """Something may have to be done: an event came in, somebody consented."""
        if self._engine is not None:
            self._engine.say()

    def _consented(self, _fact: ConsentGiven) -> None:
        self._clockwork.sweep_soon()
        self.say()

    # ---- events

    def occurred(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        item: str | None = None,
        user: str | Person | None = None,
        delivery: str | None = None,
        depth: int | None = None,
    ) -> int:
        """Something has happened in this application; its number. It is kept when this returns, and its scripts run soon.

        `user` caused it: whoever acts here, if nobody is named. `delivery` tells it from any other; what is told twice counts
        once. `depth` is how many runs led to it: as many as to the request in which this is said, if it came over a link.
        """
        return self._kept(self._event(kind, payload, item, user, delivery, depth))

    def _kept(self, event: Event) -> int:
        number: int = self.applinks.answer(KeepEvent(event, self._to_tell(event.kind))).number
        self.say()
        self._passes_on.say()
        return number

    def _to_tell(self, kind: str) -> tuple[str, ...]:
        """The links over which such an event is told. One that is not there any more is no reason to lose the event."""
        found = {name: self.applinks.answer(LinkByName(name)) for name, kinds in self._tell.items() if {kind, "*"} & {*kinds}}
        for name in [name for name, link in found.items() if link is None]:
            log.warning("there is no link %r over which %s could be told", name, printable(kind))
        return tuple(link.id for link in found.values() if link is not None)

    def _event(
        self,
        kind: str,
        payload: Mapping[str, Any],
        item: str | None = None,
        user: str | Person | None = None,
        delivery: str | None = None,
        depth: int | None = None,
    ) -> Event:
        person = user if user is not None else current_user(default=None)
        return Event(
            source=HERE,
            application=self.applinks.identity.type,
            kind=kind,
            delivery=delivery or clock.fresh_nonce(),
            payload=payload,
            received_at=clock.now(),
            item=item,
            user=person.name if isinstance(person, Person) else person,
            depth=depth_here() if depth is None else depth,
        )

    def settled(self, event: int, seconds: float = ANSWERS_WITHIN) -> bool:
        """Wait until the runs of an event have ended or wait for somebody, so that its person is told at once; False if not."""
        until = time.monotonic() + seconds
        while not self._is_settled(event):
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_EVERY)
        return True

    def _is_settled(self, event: int) -> bool:
        found: Event | None = self.applinks.answer(EventOf(event))
        runs: tuple[Run, ...] = self.applinks.answer(Runs({"event": event}))
        is_sorted = found is None or found.state is not EventState.RECEIVED
        return is_sorted and not any(run.state in {RunState.QUEUED, RunState.RUNNING} for run in runs)

    # ---- before a transition

    def refusals(self, payload: Mapping[str, Any], *, user: str | Person | None = None) -> tuple[Refusal, ...]:
        """What stands against a transition: what its validators say, and conditions that are not met."""
        return self._refusals(BEFORE, payload, user)

    def is_offered(self, payload: Mapping[str, Any], *, user: str | Person | None = None) -> bool:
        """Whether all conditions of a transition are met."""
        return not self._refusals(frozenset({HookKind.CONDITION}), payload, user)

    def _refusals(
        self, kinds: frozenset[HookKind], payload: Mapping[str, Any], user: str | Person | None
    ) -> tuple[Refusal, ...]:
        event = self._event("transition", payload, user=user)
        hooks = {hook.id: hook for hook in self.hooks}
        asked, refusals = drive(runs_before(event, list(hooks.values()), kinds, self.deepest), self.applinks.answer)
        begun = [self.performer.begin(run) for run in asked]
        ended = [self._outcome(run, hooks[run.hook]) for run in begun]
        return (*refusals, *(refusal for run in ended for refusal in refusals_of(run, hooks[run.hook])))

    # ---- for somebody who waits

    def perform(self, new: NewRun, request: RequestTold | None = None) -> Run:
        """Begin a run of an operation or an endpoint, and wait a while for what comes of it; the run as it is then.

        One that was begun by the same key before is not begun again, unless it has failed. Not in an event loop.
        """
        hook = self.hook(new.hook)
        run = self.performer.begin(new, request)
        while run.state is RunState.FAILED:
            run = self.performer.begin(replace(new, key=f"{new.key} after {run.number}"), request)
        return self._outcome(run, hook)

    def _outcome(self, run: Run, hook: Hook) -> Run:
        self.performer.wait(run.number, min(ANSWERS_WITHIN, hook.limits.seconds) + 1.0)
        ended: Run = self.applinks.answer(RunOf(run.number))
        return ended

    # ---- by hand

    def run(
        self,
        hook: str,
        *,
        user: str | Person | None = None,
        parameters: Mapping[str, Any] | None = None,
        event: Mapping[str, Any] | None = None,
        kind: str = "by hand",
    ) -> int:
        """Queue a run of a hook by hand, as whoever acts, or as `user`; its number. `event` is a payload for it."""
        person = user if user is not None else current_user()
        name = person.name if isinstance(person, Person) else person
        told = None if event is None else Told(event, kind)
        given = None if parameters is None else to_json(parameters)
        queued: int = self.drive(run_by_hand(self.hook(hook), name, parameters=given, told=told))
        self.say()
        return queued

    def hook(self, id: str) -> Hook:  # noqa: A002
        """The hook of that id; `ConfigurationError` lists what there is."""
        return hook_of(self.hooks, id)


def checked(tell: Mapping[str, Collection[str]]) -> Mapping[str, Collection[str]]:
    """What is told to whom; `ConfigurationError` where one kind stands in place of several (a text holds many shorter ones)."""
    for link, kinds in tell.items():
        if isinstance(kinds, str):
            raise ConfigurationError(f"tell says {kinds!r} for {link!r}.", remedy=f"Write tell={{{link!r}: {{{kinds!r}}}}}.")
    return tell
