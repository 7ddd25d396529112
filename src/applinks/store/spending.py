"""Where nonces are spent, and how those who ask at the same moment share one write."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from typing import Protocol, TypeVar
from weakref import WeakKeyDictionary

from applinks.errors import StoreUnavailable
from applinks.incoming import SpendNonce
from applinks.store.nonces import digest

AT_ONCE = 50
"""So many nonces at most in one write: it is over soon, and a failure refuses no more requests than these."""


Verdict = bool | StoreUnavailable


class Spending(Protocol):
    """Answers `SpendNonce`, from any thread and any event loop."""

    def spend(self, question: SpendNonce) -> bool:
        """Whether it is spent now for the first time."""

    async def spend_async(self, question: SpendNonce) -> bool:
        """The same, without keeping the event loop waiting."""

    async def close_of_this_loop(self) -> None:
        """Close the connections of the event loop that is running."""

    def close(self) -> None:
        """Close all others."""


class Ledger(Protocol):
    """Where many nonces are spent by one write, in an order of its own choice; equal ones once."""

    def spend_all(self, batch: Sequence[SpendNonce]) -> Sequence[Verdict]:
        """For each, whether it is spent now for the first time, or why nobody can tell. If it raises, some may be spent."""

    async def spend_all_async(self, batch: Sequence[SpendNonce]) -> Sequence[Verdict]:
        """The same, without keeping the event loop waiting."""

    async def close_of_this_loop(self) -> None:
        """Close the connections of the event loop that is running."""

    def close(self) -> None:
        """Close all others."""


class Memory:
    """For one process only: another one would admit the same request again, and so would this one after it was restarted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        self._spent: set[bytes] = set()
        self._in_order: deque[tuple[int, bytes]] = deque()

    def spend(self, question: SpendNonce) -> bool:
        """Whether it is spent now for the first time."""
        nonce = digest(question)  # which is short, however long the sender made it
        with self._turn:
            self._forget(self._clock())
            if nonce in self._spent:
                return False
            self._spent.add(nonce)
            self._in_order.append((question.keep_until, nonce))
            return True

    def _forget(self, now: float) -> None:
        """What came first goes first: no nonce too early, and few of them somewhat late."""
        while self._in_order and self._in_order[0][0] < int(now):
            _, nonce = self._in_order.popleft()
            self._spent.discard(nonce)

    async def spend_async(self, question: SpendNonce) -> bool:
        """Done at once."""
        return self.spend(question)

    async def close_of_this_loop(self) -> None:
        """Nothing of it belongs to an event loop."""

    def close(self) -> None:
        """There is nothing to close."""


class Waiting(Protocol):
    """One who asked: the part of a future that is needed here."""

    def done(self) -> bool: ...

    def set_result(self, result: bool, /) -> None: ...

    def set_exception(self, exception: Exception, /) -> None: ...


Asked = tuple[SpendNonce, Waiting]
A = TypeVar("A", bound=Asked)


class Grouped:
    """Spends in a ledger, where a write costs far more than one row of it: those who ask during one write share the next.

    One of them has the lead, writes for all, and hands the lead to the first of those who came meanwhile.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._start_anew()

    def _start_anew(self) -> None:
        self._process = os.getpid()
        self._turn = threading.Lock()  # for what follows, never held while anything is written
        self._queue: deque[tuple[SpendNonce, _InThread]] = deque()
        self._leader: _InThread | None = None
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _OfLoop] = WeakKeyDictionary()

    def spend(self, question: SpendNonce) -> bool:
        """Whether it is spent now for the first time."""
        here, waiting = self._here(), _InThread()
        try:
            if not here._comes_to_lead(question, waiting):
                waiting.wait()
            if not waiting.done():
                here._write()
            return waiting.result()
        finally:
            here._leaves(waiting)

    def _comes_to_lead(self, question: SpendNonce, waiting: _InThread) -> bool:
        with self._turn:
            self._queue.append((question, waiting))
            if self._leader is None:
                self._leader = waiting
            return self._leader is waiting

    def _write(self) -> None:
        with self._turn:
            batch = _some_of(self._queue)  # the leader is in front
        with _answering(batch) as questions:
            _tell(batch, self._ledger.spend_all(questions))

    def _leaves(self, waiting: _InThread) -> None:
        with self._turn:
            if not waiting.done():  # interrupted
                self._queue = deque(asked for asked in self._queue if asked[1] is not waiting)
            if self._leader is waiting:
                self._leader = self._queue[0][1] if self._queue else None
                if self._leader is not None:
                    self._leader.go_on()

    async def spend_async(self, question: SpendNonce) -> bool:
        """The same, without keeping the event loop waiting."""
        loop = asyncio.get_running_loop()
        here = self._here()
        if loop not in here._by_loop:
            here._by_loop[loop] = _OfLoop(self._ledger)
        return await here._by_loop[loop].spend(question, loop)

    async def close_of_this_loop(self) -> None:
        """Close the connections of the event loop that is running."""
        await self._ledger.close_of_this_loop()

    def close(self) -> None:
        """Close all others."""
        self._ledger.close()

    def _here(self) -> Grouped:
        if self._process != os.getpid():  # nobody here will ever release a lock that was held when the process was forked
            self._start_anew()
        return self


class _OfLoop:
    """The same on one event loop. A task of its own has the turn, so that no request that is cancelled takes others along."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._queue: deque[Asked] = deque()
        self._serving: asyncio.Task[None] | None = None

    async def spend(self, question: SpendNonce, loop: asyncio.AbstractEventLoop) -> bool:
        waiting: asyncio.Future[bool] = loop.create_future()
        self._queue.append((question, waiting))
        if self._serving is None:
            self._serving = loop.create_task(self._serve(), context=Context())  # on behalf of nobody in particular
        return await waiting

    async def _serve(self) -> None:
        try:
            while self._queue:
                batch = _some_of(self._queue)
                with _answering(batch) as questions:
                    _tell(batch, await self._ledger.spend_all_async(questions))
        finally:
            self._serving = None


class _InThread:
    """Waits until it is answered, or has the lead."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._gate.acquire()  # open once for each reason to go on
        self._answer: bool | None = None
        self._error: Exception | None = None

    def wait(self) -> None:
        self._gate.acquire()

    def go_on(self) -> None:
        self._gate.release()

    def done(self) -> bool:
        return self._answer is not None or self._error is not None

    def set_result(self, result: bool, /) -> None:
        self._answer = result
        self.go_on()

    def set_exception(self, exception: Exception, /) -> None:
        self._error = exception
        self.go_on()

    def result(self) -> bool:
        if self._error is not None:
            raise self._error
        return bool(self._answer)


@contextmanager
def _answering(batch: Sequence[Asked]) -> Iterator[list[SpendNonce]]:
    """What fails, fails for all of a batch: nobody knows which of them are spent."""
    try:
        yield [question for question, _ in batch]
    except Exception as error:  # noqa: BLE001 each of them raises it
        _fail(batch, error)
    except BaseException:
        _fail(batch, StoreUnavailable("Spending a nonce was interrupted.", remedy="Send a new request."))
        raise


def _some_of(queue: deque[A]) -> list[A]:
    return [queue.popleft() for _ in range(min(len(queue), AT_ONCE))]


def _tell(batch: Sequence[Asked], verdicts: Sequence[Verdict]) -> None:
    for (_, waiting), verdict in zip(batch, verdicts, strict=True):
        if waiting.done():  # cancelled meanwhile
            continue
        if isinstance(verdict, bool):
            waiting.set_result(verdict)
        else:
            waiting.set_exception(verdict)


def _fail(batch: Sequence[Asked], error: Exception) -> None:
    for _, waiting in batch:
        if not waiting.done():
            waiting.set_exception(error)
