"""One piece of work for many linked applications at once, with a result or an error for each (product.md R-36).

What happens for one application is a *lane*: calls follow one another in it, and their order among lanes does not matter. A
script's journal numbers its calls by lane.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Generic, Protocol, TypeVar

from applinks.errors import ConfigurationError, CredentialsRequired

AT_ONCE = 8


class Named(Protocol):
    """What a linked application is to a fan-out."""

    @property
    def name(self) -> str:
        """The name of its link."""

    @property
    def id(self) -> str:
        """The id of its link."""


A = TypeVar("A", bound=Named)
T = TypeVar("T")


class Lane:
    """A line of things that follow one another: each gets the next place in it."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._numbers = count(1)
        self._turn = threading.Lock()

    def next(self) -> str:
        """The next place."""
        with self._turn:
            return f"{self._name}{next(self._numbers)}"


_lane: ContextVar[Lane | None] = ContextVar("applinks_lane", default=None)


def next_place() -> str:
    """The next place in the lane of whoever asks; where there is none, the first of a new one."""
    return (_lane.get() or Lane()).next()


@contextmanager
def in_lane(name: str) -> Iterator[None]:
    """A lane of its own for what happens beside other things."""
    token = _lane.set(Lane(name))
    try:
        yield
    finally:
        _lane.reset(token)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[A, T]):
    """What came of the work for one application: a result, or the error that it ended with."""

    application: A
    result: T | None = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.error is None

    def value(self) -> T | None:
        """The result; raises the error if there is one."""
        if self.error is not None:
            raise self.error
        return self.result


class Outcomes(tuple[Outcome[A, T], ...]):
    """What came of a fan-out, in the order of the applications."""

    __slots__ = ()

    def values(self) -> list[T | None]:
        """All results. Raises `CredentialsRequired` if a person has to agree first, or all errors together as a group."""
        failed = [outcome.error for outcome in self if outcome.error is not None]
        missing = next((error for error in failed if isinstance(error, CredentialsRequired)), None)
        if missing is not None:
            raise missing
        if failed:
            raise ExceptionGroup(f"{len(failed)} of {len(self)} applications failed", failed)
        return [outcome.result for outcome in self]


def fan_out(applications: Iterable[A], work: Callable[[A], T], *, at_once: int = AT_ONCE) -> Outcomes[A, T]:
    """Do this work for each application, as whoever acts here, so many at a time: `fan_out(applinks.links("jira"), count)`.

    None keeps another from being done, and each has a result or an error. Raises `ConfigurationError` where nothing may begin.
    """
    lanes = _lanes(applications, at_once)
    with ThreadPoolExecutor(min(at_once, max(1, len(lanes))), "applinks-fan-out") as pool:
        waiting = [pool.submit(contextvars.copy_context().run, _one, lane, one, work) for lane, one in lanes]
        return Outcomes(future.result() for future in waiting)


async def fan_out_async(
    applications: Iterable[A], work: Callable[[A], Awaitable[T]], *, at_once: int = AT_ONCE
) -> Outcomes[A, T]:
    """The same, awaited."""
    lanes, room = _lanes(applications, at_once), asyncio.Semaphore(at_once)

    async def one(lane: str, application: A) -> Outcome[A, T]:
        async with room:
            with in_lane(lane):
                try:
                    return Outcome(application, result=await work(application))
                except Exception as error:  # noqa: BLE001 each has its own
                    return Outcome(application, error=error)

    return Outcomes(await asyncio.gather(*(one(lane, application) for lane, application in lanes)))


def _one(lane: str, application: A, work: Callable[[A], T]) -> Outcome[A, T]:
    with in_lane(lane):
        try:
            return Outcome(application, result=work(application))
        except Exception as error:  # noqa: BLE001 each has its own
            return Outcome(application, error=error)


def _lanes(applications: Iterable[A], at_once: int) -> list[tuple[str, A]]:
    """Each application with the name of its lane. One that is there several times has as many."""
    if at_once < 1:
        raise ConfigurationError(f"at_once is {at_once}: nothing could ever begin.", remedy="Give 1 or more.")
    place, seen = next_place(), Counter[str]()
    lanes = []
    for application in applications:
        seen[application.id] += 1
        again = f" {seen[application.id]}" if seen[application.id] > 1 else ""
        lanes.append((f"{place}.{application.id}{again}/", application))
    return lanes
