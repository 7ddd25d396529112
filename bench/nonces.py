"""Spending a nonce in each store, alone and where many wait at the same moment, beside a set in the process.

What is spent is made before the clock starts. Under load, a hundred tasks of one event loop ask at once; what a hundred tasks
cost that only wait for one turn of the loop is taken off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from time import perf_counter

from applinks import clock
from applinks.incoming import SpendNonce
from applinks.store.opening import open_database
from applinks.store.replay import spending_at
from applinks.store.schema import bring_up_to_date
from applinks.store.spending import Spending
from bench import servers
from bench.measure import Missing, Rows, Task

AT_ONCE = 100
PATIENCE = 1.5

Numbers = tuple[float | None, float | None]
"""Must and goal."""
NONE: Numbers = (None, None)


def rows() -> Rows:
    """Each store, alone and under load."""
    with servers.folder() as folder, Loop() as loop:
        alone, turns = InSet(), Waiting(loop)
        for name, opened, by_itself, together in STORES:
            try:
                with opened(folder) as spending:
                    yield Task(f"spend a nonce, {name}, alone", Alone(spending), alone, None, *by_itself, PATIENCE)
                    grouped = Together(spending, loop)
                    yield Task(f"spend a nonce, {name}, {AT_ONCE} at once", grouped, alone, turns, *together, PATIENCE)
                    loop.run(spending.close_of_this_loop())
            except servers.NotThere as why:
                yield Missing(f"spend a nonce, {name}", str(why))


def fresh(times: int) -> list[SpendNonce]:
    """Nonces that nobody has spent."""
    now = int(clock.now())
    return [SpendNonce("bench", "", now, clock.fresh_nonce(), now + 360) for _ in range(times)]


# ---- what is timed


class InSet:
    """The least that could be done: to look into a set, and to add to it."""

    fewest = 200

    def __init__(self) -> None:
        self._spent: set[tuple[str, str, int, str]] = set()

    def seconds(self, times: int) -> float:
        """Of one nonce."""
        questions, start = fresh(times), perf_counter()
        for question in questions:
            assert self.spend(question)
        return (perf_counter() - start) / times

    def spend(self, question: SpendNonce) -> bool:
        """Whether it is spent now for the first time."""
        nonce = (question.consumer_key, question.token, question.timestamp, question.nonce)
        if nonce in self._spent:
            return False
        self._spent.add(nonce)
        return True


class Alone:
    """One after the other, in synchronous code."""

    fewest = 10

    def __init__(self, spending: Spending) -> None:
        self._spending = spending

    def seconds(self, times: int) -> float:
        """Of one nonce."""
        questions, start = fresh(times), perf_counter()
        for question in questions:
            assert self._spending.answer(question)
        return (perf_counter() - start) / times


class Loop:
    """One event loop for all that is asynchronous."""

    def __enter__(self) -> Loop:
        self._runner = asyncio.Runner()
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def run(self, coroutine: object) -> object:
        """Its result."""
        return self._runner.run(coroutine)  # type: ignore[arg-type]


class Together:
    """Many at once, in asynchronous code."""

    fewest = AT_ONCE

    def __init__(self, spending: Spending, loop: Loop) -> None:
        self._spending = spending
        self._loop = loop

    def seconds(self, times: int) -> float:
        """Of one nonce."""
        rounds = [fresh(AT_ONCE) for _ in range(max(1, times // AT_ONCE))]
        taken = self._loop.run(self._spend(rounds))
        return float(taken) / (len(rounds) * AT_ONCE)  # type: ignore[arg-type]

    async def _spend(self, rounds: list[list[SpendNonce]]) -> float:
        start = perf_counter()
        for questions in rounds:
            assert all(await asyncio.gather(*map(self._spending.answer_async, questions)))
        return perf_counter() - start


class Waiting:
    """As many tasks, which do nothing but wait for their next turn: a server would have them anyway."""

    fewest = AT_ONCE

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def seconds(self, times: int) -> float:
        """Of one task."""
        rounds = max(1, times // AT_ONCE)
        return float(self._loop.run(self._wait(rounds))) / (rounds * AT_ONCE)  # type: ignore[arg-type]

    async def _wait(self, rounds: int) -> float:
        start = perf_counter()
        for _ in range(rounds):
            await asyncio.gather(*(asyncio.sleep(0) for _ in range(AT_ONCE)))
        return perf_counter() - start


# ---- stores


@contextmanager
def store(url: str, replay: str | None) -> Iterator[Spending]:
    """What spends nonces, on a database with tables."""
    with closing(open_database(url)) as database:
        bring_up_to_date(database)
        with closing(spending_at(replay, database, clock.now)) as spending:
            yield spending


def memory(folder: Path) -> AbstractContextManager[Spending]:
    """The process."""
    return store(f"sqlite:///{folder}/memory.db", "memory")


def sqlite(folder: Path) -> AbstractContextManager[Spending]:
    """A file."""
    return store(f"sqlite:///{folder}/sqlite.db", None)


@contextmanager
def postgresql(_: Path) -> Iterator[Spending]:
    """A server that waits for the disk."""
    with servers.postgresql() as url, store(url, None) as spending:
        yield spending


@contextmanager
def valkey(folder: Path) -> Iterator[Spending]:
    """A server that keeps them in memory."""
    with servers.valkey() as url, store(f"sqlite:///{folder}/valkey.db", url) as spending:
        yield spending


STORES: tuple[tuple[str, Callable[[Path], AbstractContextManager[Spending]], Numbers, Numbers], ...] = (
    ("memory", memory, (2.0, 1.3), NONE),
    ("SQLite", sqlite, NONE, (12.0, 8.0)),
    ("PostgreSQL", postgresql, NONE, (20.0, 12.0)),
    ("Valkey", valkey, NONE, (20.0, 12.0)),
)
