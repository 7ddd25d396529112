"""How those who ask for the same thing at the same moment share one way to the database and back."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from typing import Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

from applinks.errors import StoreUnavailable

AT_ONCE = 50
"""So many questions at most in one write: it is over soon, and a failure refuses no more requests than these."""

Q = TypeVar("Q")
A = TypeVar("A")
Q_contra = TypeVar("Q_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)


class Ledger(Protocol[Q_contra, A_co]):
    """Where many questions are answered by one write."""

    def answer_all(self, batch: Sequence[Q_contra]) -> Sequence[A_co | StoreUnavailable]:
        """For each its answer, or why nobody can tell. If it raises, some may be written."""

    async def answer_all_async(self, batch: Sequence[Q_contra]) -> Sequence[A_co | StoreUnavailable]:
        """The same, without keeping the event loop waiting."""

    async def close_of_this_loop(self) -> None:
        """Close its own connections of the event loop that is running; none, unless it says more."""
        return

    def close(self) -> None:
        """Close all its others."""
        return


class Grouped(Generic[Q, A]):
    """Asks a ledger, where a write costs far more than one row of it: those who ask during one write share the next.

    One of them has the lead, writes for all, and hands the lead to the first of those who came meanwhile.
    """

    def __init__(self, ledger: Ledger[Q, A]) -> None:
        self._ledger = ledger
        self._start_anew()

    def _start_anew(self) -> None:
        self._process = os.getpid()
        self._turn = threading.Lock()  # for what follows, never held while anything is written
        self._queue: deque[tuple[Q, _InThread[A]]] = deque()
        self._leader: _InThread[A] | None = None
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _OfLoop[Q, A]] = WeakKeyDictionary()

    def answer(self, question: Q) -> A:
        """The answer, given when it is written."""
        here, waiting = self._here(), _InThread[A]()
        try:
            if not here._comes_to_lead(question, waiting):
                waiting.wait()
            if not waiting.done():
                here._write()
            return waiting.result()
        finally:
            here._leaves(waiting)

    def _comes_to_lead(self, question: Q, waiting: _InThread[A]) -> bool:
        with self._turn:
            self._queue.append((question, waiting))
            if self._leader is None:
                self._leader = waiting
            return self._leader is waiting

    def _write(self) -> None:
        with self._turn:
            batch = _some_of(self._queue)  # the leader is in front
        with _answering(batch) as questions:
            _tell(batch, self._ledger.answer_all(questions))

    def _leaves(self, waiting: _InThread[A]) -> None:
        with self._turn:
            if not waiting.done():  # interrupted
                self._queue = deque(asked for asked in self._queue if asked[1] is not waiting)
            if self._leader is waiting:
                self._leader = self._queue[0][1] if self._queue else None
                if self._leader is not None:
                    self._leader.go_on()

    async def answer_async(self, question: Q) -> A:
        """The same, without keeping the event loop waiting."""
        loop = asyncio.get_running_loop()
        here = self._here()
        if loop not in here._by_loop:
            here._by_loop[loop] = _OfLoop(self._ledger)
        return await here._by_loop[loop].answer(question, loop)

    async def close_of_this_loop(self) -> None:
        """Close the connections of the event loop that is running."""
        await self._ledger.close_of_this_loop()

    def close(self) -> None:
        """Close all others."""
        self._ledger.close()

    def _here(self) -> Grouped[Q, A]:
        if self._process != os.getpid():  # nobody here will ever release a lock that was held when the process was forked
            self._start_anew()
        return self


class _OfLoop(Generic[Q, A]):
    """The same on one event loop. A task of its own has the turn, so that no request that is cancelled takes others along."""

    def __init__(self, ledger: Ledger[Q, A]) -> None:
        self._ledger = ledger
        self._queue: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._serving: asyncio.Task[None] | None = None

    async def answer(self, question: Q, loop: asyncio.AbstractEventLoop) -> A:
        waiting: asyncio.Future[A] = loop.create_future()
        self._queue.append((question, waiting))
        if self._serving is None or self._serving.done():
            self._serving = loop.create_task(self._serve(), context=Context())  # on behalf of nobody in particular
            self._serving.add_done_callback(self._served)
        return await waiting

    async def _serve(self) -> None:
        while self._queue:
            batch = _some_of(self._queue)
            with _answering(batch) as questions:
                _tell(batch, await self._ledger.answer_all_async(questions))

    def _served(self, serving: asyncio.Task[None]) -> None:
        """A loop that ends cancels all its tasks, this one too; what was asked for by then is written all the same."""
        while self._queue and self._serving is serving:
            batch = _some_of(self._queue)
            with _answering(batch) as questions:
                _tell(batch, self._ledger.answer_all(questions))


class _InThread(Generic[A]):
    """Waits until it is answered, or has the lead."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._gate.acquire()  # open once for each reason to go on
        self._answer: list[A] = []
        self._error: Exception | None = None

    def wait(self) -> None:
        self._gate.acquire()

    def go_on(self) -> None:
        self._gate.release()

    def done(self) -> bool:
        return bool(self._answer) or self._error is not None

    def set_result(self, result: A, /) -> None:
        self._answer.append(result)
        self.go_on()

    def set_exception(self, exception: Exception, /) -> None:
        self._error = exception
        self.go_on()

    def result(self) -> A:
        if self._error is not None:
            raise self._error
        (answer,) = self._answer
        return answer


Asked = tuple[Q, _InThread[A] | asyncio.Future[A]]
W = TypeVar("W")


@contextmanager
def _answering(batch: Sequence[Asked[Q, A]]) -> Iterator[list[Q]]:
    """What fails, fails for all of a batch: nobody knows which of them are written."""
    try:
        yield [question for question, _ in batch]
    except Exception as error:  # noqa: BLE001 each of them raises it
        _fail(batch, error)
    except BaseException:
        _fail(batch, StoreUnavailable("A write that several requests share was interrupted.", remedy="Send a new request."))
        raise


def _some_of(queue: deque[W]) -> list[W]:
    return [queue.popleft() for _ in range(min(len(queue), AT_ONCE))]


def _tell(batch: Sequence[Asked[Q, A]], answers: Sequence[A | StoreUnavailable]) -> None:
    for (_, waiting), answer in zip(batch, answers, strict=True):
        if waiting.done():  # cancelled meanwhile
            continue
        if isinstance(answer, StoreUnavailable):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)


def _fail(batch: Sequence[Asked[Q, A]], error: Exception) -> None:
    for _, waiting in batch:
        if not waiting.done():
            waiting.set_exception(error)
