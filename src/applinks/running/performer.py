"""Runs what it is told to run: claims, has passes made in processes of the nursery, and looks after those that ended badly.

May be used from any thread. What came of a run stands in the store; nothing that is kept here is needed by anybody else.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from applinks.errors import ConfigurationError
from applinks.questions import Flow
from applinks.running.lookout import Closed
from applinks.running.nursery import Begin, Kill, Over, Ready
from applinks.running.pace import USUAL, Pace
from applinks.running.setup import Setup
from applinks.running.started import RunningPass, StartedNursery
from applinks.running.stopping import became, waiting
from applinks.scripts import (
    HELD_FOR,
    BeginRun,
    CallsOf,
    ClaimRun,
    Ending,
    EndRun,
    Fault,
    GiveUpRun,
    Hook,
    KeepHolding,
    NewRun,
    PastedRevisions,
    RequestTold,
    Run,
    RunOf,
    RunState,
    checked_folder,
    glance_at,
    is_unclear,
    joint_revision,
    revision_of,
)

STARTS_AGAIN_AFTER = 10.0
"""Seconds after which it is tried again to load scripts whose process did not start."""
SHUT_DOWN = "the process that ran it was shut down"

log = logging.getLogger("applinks.scripts")
Drive = Callable[[Flow[Any]], Any]


class Performer:
    """Executes runs, many at a time. `drive` runs flows of this application, and `answer` answers questions, from any thread.

    A run is held for a while (`pace`), and again while its pass goes on. A changed script is soon loaded again; passes that run
    go on as they began.
    """

    def __init__(
        self,
        setup: Setup,
        drive: Drive,
        answer: Callable[[Any], Any],
        *,
        pace: Pace = USUAL,
    ) -> None:
        self._setup = setup
        self._drive = drive
        self._answer = answer
        self._held_for = pace.held_for
        self._watch_every = pace.watch_every
        self._name = f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex[:8]}"
        self._count = 0
        self._turn = threading.RLock()
        self._nursery: StartedNursery | None = None
        self._next: StartedNursery | None = None
        self._former: list[StartedNursery] = []
        self._failed_at: float | None = None
        self._seen: object = None
        self._stopping = False
        self._cut_off = Counter[RunState | None]()
        self._closed = threading.Event()
        self._watch: threading.Thread | None = None
        self.on_over: Callable[[], None] = lambda: None

    # ---- scripts

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """The hooks that are loaded."""
        return self._ready().hooks

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the scripts."""
        return self._ready().faults

    @property
    def processes(self) -> tuple[int, ...]:
        """The numbers of the processes in which scripts are loaded."""
        with self._turn:
            loaded = [one for one in (self._nursery, self._next, *self._former) if one is not None]
            return tuple(one.pid for one in loaded if one.pid is not None)

    def reload(self) -> None:
        """Load the scripts again, in a process of their own; when this returns, that is the one where runs begin.

        Raises `ConfigurationError` if it does not start; what was loaded before is used further on.
        """
        self._load_next().wait_until_ready()

    @property
    def is_ready(self) -> bool:
        """Whether scripts are loaded."""
        with self._turn:
            return self._nursery is not None and self._nursery.ready is not None

    @property
    def trouble(self) -> str | None:
        """Why no run can begin here just now, in a few words; None if one can, or scripts were never loaded."""
        with self._turn:
            if self._watch is None:
                return None
            if self._nursery is None:
                return "the process for scripts has ended, and is started again in a moment"
            return None if self._nursery.ready is not None else "the scripts are being loaded"

    def _ready(self) -> Ready:
        try:
            return self._current().wait_until_ready()
        except ConfigurationError:
            self._check_open()
            raise

    def _current(self) -> StartedNursery:
        with self._turn:
            self._check_open()
            if self._nursery is None:
                if self._failed_at is not None and time.monotonic() - self._failed_at < STARTS_AGAIN_AFTER:
                    raise ConfigurationError(
                        "The process for scripts did not start, and is tried again in a moment.",
                        remedy="Its own message stands above, in this terminal or log.",
                    )
                self._nursery = self._started()
                self._begin_to_watch()
            return self._nursery

    def _started(self) -> StartedNursery:
        self._seen = self._glance()
        return StartedNursery(self._setup, self._heard)

    def _glance(self) -> tuple[object, Mapping[str, str]]:
        """What shows that scripts have changed: the files of the folder, and the revisions of those that were pasted."""
        pasted = self._answer(PastedRevisions()) if self._setup.settings.pasted_scripts else {}
        return glance_at(checked_folder(self._setup.folder)), pasted

    def _load_next(self) -> StartedNursery:
        with self._turn:
            self._check_open()
            if self._next is not None:
                self._next.end()
            self._next = self._started()
            self._begin_to_watch()
            return self._next

    def _check_open(self) -> None:
        if self._stopping:
            raise Closed("This is closed.")

    # ---- what nurseries say, in a thread of each

    def _heard(self, nursery: StartedNursery, told: Ready | Over | None) -> None:
        if isinstance(told, Ready):
            self._loaded(nursery, told)
        elif isinstance(told, Over):
            self._note_end(told)
            self._forget(nursery, told.holder)
        else:
            self._lost(nursery)

    def _loaded(self, nursery: StartedNursery, ready: Ready) -> None:
        for fault in ready.faults:
            log.warning("%s %s", fault.told, fault.remedy or "")
        with self._turn:
            self._failed_at = None
            if nursery is self._next:
                former, self._nursery, self._next = self._nursery, nursery, None
                self._former += [former] if former is not None else []
        self._let_go()

    def _note_end(self, over: Over) -> None:
        """A pass has ended; if it could not say so itself, we do."""
        try:
            if over.limit is not None:
                self._drive(stop_run(over.number, over.holder, over.limit))
                return
            run: Run | None = self._answer(RunOf(over.number))
            if run is not None and run.holder == over.holder:
                self._answer(GiveUpRun(over.number, over.holder, over.died or "exit status 0"))
        except Exception:
            log.exception("the end of run %d could not be written down; it will be noticed later", over.number)

    def _lost(self, nursery: StartedNursery) -> None:
        """A nursery has ended. If nobody told it to, its runs begin again, and the next one starts a new nursery."""
        with self._turn:
            if nursery is self._nursery:
                self._nursery = None
                self._failed_at = time.monotonic() if nursery.ready is None else None
            if nursery is self._next:
                self._next = None
                log.error("the scripts could not be loaded again; those that were loaded before are used further on")
            self._former = [former for former in self._former if former is not nursery]
            lost = list(nursery.passes.items())
        for holder, one in lost:
            self._give_up(one.run.number, holder, "the process for scripts has died")
            self._forget(nursery, holder)

    def _give_up(self, number: int, holder: str, why: str) -> None:
        blameless = self._stopping
        try:
            state = self._answer(GiveUpRun(number, holder, SHUT_DOWN if blameless else why, blameless))
            if blameless:
                self._cut_off[state] += 1
        except Exception:
            log.exception("run %d could not be given up; it will be noticed later", number)

    def _forget(self, nursery: StartedNursery, holder: str) -> None:
        with self._turn:
            one = nursery.passes.pop(holder, None)
        if one is not None:
            one.over.set()
        self._let_go()
        self.on_over()

    def _let_go(self) -> None:
        """Former nurseries end with their last pass."""
        with self._turn:
            for former in self._former:
                if not former.passes:
                    former.end()

    # ---- runs

    @property
    def busy(self) -> int:
        """How many passes are running."""
        with self._turn:
            return sum(len(nursery.passes) for nursery in self._nurseries())

    def take(self, number: int | None = None) -> Run | None:
        """Claim a run and begin it; None if there is none to be had, or this is closing."""
        if self._stopping:
            return None
        self._ready()
        holder = self._new_holder()
        run: Run | None = self._answer(ClaimRun(holder, number, self._held_for))
        if run is not None:
            self._begin(run, holder, None)
        return run

    def begin(self, new: NewRun, request: RequestTold | None = None) -> Run:
        """Begin a run at once, for somebody who waits for it; or the one that was begun by the same key before."""
        self._ready()
        holder = self._new_holder()
        run: Run = self._answer(BeginRun(new, holder, self._held_for))
        if run.holder == holder:
            self._begin(run, holder, request)
        return run

    def wait(self, number: int, seconds: float | None = None) -> bool:
        """Wait until the pass of a run that was taken here is over; False if it still runs."""
        with self._turn:
            found = [one for nursery in self._nurseries() for one in nursery.passes.values() if one.run.number == number]
        return found[0].over.wait(seconds) if found else True

    def _begin(self, run: Run, holder: str, request: RequestTold | None) -> None:
        try:
            with self._turn:
                nursery = self._current()
                nursery.passes[holder] = RunningPass(run)
        except ConfigurationError:
            self._give_up(run.number, holder, "the process for scripts did not start")
            raise
        nursery.send(Begin(run.number, holder, run.hook, request))

    def _nurseries(self) -> list[StartedNursery]:
        return [*([self._nursery] if self._nursery else []), *self._former]

    def _new_holder(self) -> str:
        with self._turn:
            self._count += 1
            return f"{self._name} {self._count}"

    # ---- looking after them

    def _begin_to_watch(self) -> None:
        if self._watch is None:
            self._watch = threading.Thread(target=self._look_after, name="applinks-performer", daemon=True)
            self._watch.start()

    def _look_after(self) -> None:
        """In a thread of its own: whoever is late here loses runs."""
        look_at = hold_at = time.monotonic()
        while not self._closed.wait(min(self._watch_every, self._held_for / 4)):
            now = time.monotonic()
            try:
                if now >= hold_at:
                    hold_at = now + self._held_for / 4
                    self.keep_holding()
                if now >= look_at:
                    look_at = now + self._watch_every
                    self._start_what_ended()
                    self._load_what_changed()
            except Exception:
                log.exception("runs could not be looked after, and are again in a moment")

    def keep_holding(self) -> None:
        """Say that we are alive, and end what somebody else has taken over."""
        with self._turn:
            holders = {holder: nursery for nursery in self._nurseries() for holder in nursery.passes}
        if not holders:
            return
        held = self._answer(KeepHolding(tuple(holders), self._held_for))
        for holder in holders.keys() - held:
            holders[holder].send(Kill(holder))

    def _start_what_ended(self) -> None:
        """The process for scripts, so that the next run need not wait for it."""
        with self._turn:
            is_early = self._failed_at is not None and time.monotonic() - self._failed_at < STARTS_AGAIN_AFTER
            if self._nursery is None and not is_early and not self._stopping:
                self._current()

    def _load_what_changed(self) -> None:
        seen = self._glance()
        with self._turn:
            loaded = self._nursery.ready if self._nursery is not None else None
            if seen == self._seen or (self._nursery is not None and loaded is None):
                return
            self._seen, self._failed_at = seen, None
        if loaded is not None and loaded.revision != joint_revision(revision_of(checked_folder(self._setup.folder)), seen[1]):
            self._load_next()

    def close(self, seconds: float = HELD_FOR) -> None:
        """Begin nothing more, wait for what runs, and end it where that takes longer; it will begin again elsewhere.

        The log says for how many runs is waited, and what becomes of them.
        """
        self._stopping = True
        waited_for = self.busy
        if waited_for:
            log.info("%s", waiting(seconds, waited_for))
        self._wait_for_all(seconds)
        self._closed.set()
        with self._turn:
            nurseries = [*self._nurseries(), *([self._next] if self._next else [])]
            watch = self._watch
        for nursery in nurseries:
            nursery.end()
        for nursery in nurseries:
            nursery.join()
        if watch is not None:
            watch.join()
        if waited_for:
            log.info("%s", became(waited_for, self._cut_off))

    def _wait_for_all(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.busy and time.monotonic() < deadline:
            with self._turn:
                running = [one for nursery in self._nurseries() for one in nursery.passes.values()]
            if running:
                running[0].over.wait(max(0.0, deadline - time.monotonic()))


def stop_run(number: int, holder: str, why: str) -> Flow[None]:
    """A pass was ended from outside, because it used too much: it has failed, or left a call open."""
    open_calls = [call for call in (yield CallsOf(number)) if is_unclear(call)]
    if not open_calls:
        yield EndRun(number, holder, Ending(RunState.FAILED, error=why))
        return
    asked = open_calls[0].asked
    said = f"{why} {asked.line} was sent and never answered."
    yield EndRun(number, holder, Ending(RunState.UNCLEAR, error=said))
