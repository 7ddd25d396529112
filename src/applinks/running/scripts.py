"""Scripts of an application, as the application itself uses them: it tells what happens, and asks before a transition."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from applinks import clock
from applinks.announcements import ConsentGiven
from applinks.errors import ConfigurationError
from applinks.front import AppLinks, AsyncAppLinks
from applinks.people import Person, current_user
from applinks.running.clockwork import KEPT_FOR, Clockwork
from applinks.running.driving import Driver
from applinks.running.engines import Engine, MakesEngine, Shop
from applinks.running.in_process import WORKERS, InProcess
from applinks.running.pace import USUAL, Pace
from applinks.running.performer import Performer
from applinks.running.setup import Setup
from applinks.scripts import (
    BEFORE,
    BY_HAND,
    HELD_FOR,
    HERE,
    Event,
    EventState,
    Fault,
    Hook,
    HookKind,
    HookSetting,
    HookSettings,
    KeepEvent,
    NewRun,
    QueueRuns,
    Run,
    RunOf,
    RunState,
    as_json,
    read,
    takes,
)

ANSWERS_WITHIN = 10.0
"""Seconds that somebody waits for what is asked before a transition."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a transition is not to be taken, by which hook; with `field`, it belongs to that field."""

    hook: str
    message: str
    field: str | None = None


class Scripts:
    """The scripts in a folder, for this application.

    `applinks` is its `AppLinks` or `AsyncAppLinks`; with `engine=False`, other processes run what is queued here
    (`applinks worker`), and this one only answers what is asked before a transition. Use it as a context manager, with `async
    with` where there is an event loop, or `start()` and `close()`. What its methods do they do at once: in an event loop, hand
    `refusals` and `is_offered` to a thread.
    """

    def __init__(
        self,
        applinks: AppLinks | AsyncAppLinks,
        folder: str | Path,
        *,
        engine: bool | MakesEngine = True,
        workers: int = WORKERS,
        kept_for: float = KEPT_FOR,
        pace: Pace = USUAL,
    ) -> None:
        self.applinks = applinks
        self._driver = Driver(applinks)
        self.drive = self._driver.drive
        self.performer = Performer(Setup.of(applinks, Path(folder)), self.drive, applinks.answer, pace=pace)
        self._clockwork = Clockwork(self.drive, lambda: self.performer.hooks, kept_for, pace)
        self._engine: Engine | None = None
        if engine:
            making = InProcess.with_workers(workers) if engine is True else engine
            self._engine = making(Shop(self.performer, self._clockwork, applinks.answer, pace))
        applinks.listen(ConsentGiven, self._consented)

    def start(self) -> Self:
        """Begin to run what is due."""
        self._driver.notice_loop()
        if self._engine is not None:
            self._engine.start()
        return self

    def close(self, seconds: float = HELD_FOR) -> None:
        """Take nothing more and wait for what runs; what takes longer than `seconds` begins again elsewhere."""
        if self._engine is not None:
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
        depth: int = 0,
    ) -> int:
        """Something has happened in this application; its number. It is kept when this returns, and its scripts run soon.

        `user` caused it: whoever acts here, if nobody is named. `delivery` tells it from any other; what is told twice counts
        once.
        """
        return self._kept(self._event(kind, payload, item, user, delivery, depth))

    def _kept(self, event: Event) -> int:
        number: int = self.applinks.answer(KeepEvent(event)).number
        self.say()
        return number

    def _event(
        self,
        kind: str,
        payload: Mapping[str, Any],
        item: str | None = None,
        user: str | Person | None = None,
        delivery: str | None = None,
        depth: int = 0,
        source: str = HERE,
    ) -> Event:
        person = user if user is not None else current_user(default=None)
        return Event(
            source=source,
            application=self.applinks.identity.type,
            kind=kind,
            delivery=delivery or clock.fresh_nonce(),
            payload=payload,
            received_at=clock.now(),
            item=item,
            user=person.name if isinstance(person, Person) else person,
            depth=depth,
        )

    # ---- before a transition

    def refusals(self, payload: Mapping[str, Any], *, user: str | Person | None = None) -> tuple[Refusal, ...]:
        """What stands against a transition: what its validators say, and conditions that are not met."""
        return tuple(refusal for run, hook in self._asked(BEFORE, payload, user) for refusal in _said(run, hook))

    def is_offered(self, payload: Mapping[str, Any], *, user: str | Person | None = None) -> bool:
        """Whether all conditions of a transition are met."""
        return not any(
            refusal for run, hook in self._asked({HookKind.CONDITION}, payload, user) for refusal in _said(run, hook)
        )

    def _asked(
        self, kinds: set[HookKind] | frozenset[HookKind], payload: Mapping[str, Any], user: str | Person | None
    ) -> list[tuple[Run, Hook]]:
        event = self._event("transition", payload, user=user)
        settings: dict[str, HookSetting] = self.applinks.answer(HookSettings())
        wanted = [hook for hook in self.hooks if hook.kind in kinds and takes(hook, event) and _is_on(hook, settings)]
        if not wanted:
            return []
        number = self.applinks.answer(KeepEvent(replace(event, state=EventState.SORTED))).number
        runs = [self.performer.begin(_now(hook, event, number, settings.get(hook.id))) for hook in wanted]
        return [(self._outcome(run, hook), hook) for run, hook in zip(runs, wanted, strict=True)]

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
        found = self.hook(hook)
        person = user if user is not None else current_user()
        name = person.name if isinstance(person, Person) else person
        number = None if event is None else self._kept_by_hand(found, kind, event, name)
        checked = as_json(read(found.parameters, as_json(parameters or {})))
        run = NewRun(
            key=f"by hand {clock.fresh_nonce()}",
            hook=found.id,
            kind=found.kind.value,
            user=found.run_as or found.user or name,
            actor=name,
            reason=found.reason or (f"by hand, by {name}" if found.user else None),
            event=number,
            again=found.retries.times,
            parameters=checked,
        )
        (queued,) = self.applinks.answer(QueueRuns((run,)))
        self.say()
        return int(queued)

    def _kept_by_hand(self, hook: Hook, kind: str, payload: Mapping[str, Any], user: str) -> int:
        """An event that starts this one run, and no other."""
        event = self._event(kind, payload, user=user, source=BY_HAND)
        event = replace(event, application=hook.application or event.application, state=EventState.SORTED)
        return int(self.applinks.answer(KeepEvent(event)).number)

    def hook(self, id: str) -> Hook:  # noqa: A002
        """The hook of that id; `ConfigurationError` lists what there is."""
        found = next((hook for hook in self.hooks if hook.id == id), None)
        if found is None:
            known = ", ".join(hook.id for hook in self.hooks) or "none"
            raise ConfigurationError(f"There is no hook {id!r}.", remedy=f"There are: {known}.")
        return found


def _now(hook: Hook, event: Event, number: int, setting: HookSetting | None) -> NewRun:
    return NewRun(
        key=f"event {number} {hook.id}",
        hook=hook.id,
        kind=hook.kind.value,
        user=event.user,
        actor=event.user,
        event=number,
        depth=event.depth,
        parameters=setting.parameters if setting is not None else {},
    )


def _said(run: Run, hook: Hook) -> list[Refusal]:
    """What a run stands for: who cannot answer refuses, since nobody knows what it would have said."""
    if run.state is RunState.REFUSED:
        return [Refusal(hook.id, run.result["message"], run.result["field"])]
    if run.state is RunState.DONE:
        met = hook.kind is not HookKind.CONDITION or run.result is True
        return [] if met else [Refusal(hook.id, hook.about or f"{hook.id} is not met.")]
    if run.state is RunState.SKIPPED:
        return []
    return [Refusal(hook.id, f"{hook.id} could not be asked: {run.error or 'it takes too long'}")]


def _is_on(hook: Hook, settings: Mapping[str, HookSetting]) -> bool:
    setting = settings.get(hook.id)
    return setting is None or setting.enabled
