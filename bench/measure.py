"""How a row is measured: the task and what it is compared with by turns, in short batches, and the medians are compared.

So all meet the same machine at nearly the same moment, and what a neighbour costs now and then falls out of the median.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Protocol

BATCH = 0.00025  # seconds; a call that takes longer is a batch of its own
FEWEST = 7  # batches, however long they take


class Work(Protocol):
    """Something that can be timed."""

    @property
    def fewest(self) -> int:
        """So many calls are a batch, at least."""

    def seconds(self, times: int) -> float:
        """How long one call takes, of so many in a row; what has to be made ready before is not counted."""


@dataclass(frozen=True)
class Call:
    """A plain call."""

    run: Callable[[], object]
    fewest: int = 1

    def seconds(self, times: int) -> float:
        """How long one call takes, of so many in a row."""
        run, start = self.run, perf_counter()
        for _ in range(times):
            run()
        return (perf_counter() - start) / times


@dataclass(frozen=True)
class Task:
    """Something to time against `base`; with `less`, only what it takes beyond that.

    `must` and `goal` are ratios; without `must` it is there for comparison. `patience` is for rows that need more time.
    """

    name: str
    work: Work
    base: Work
    less: Work | None = None
    must: float | None = None
    goal: float | None = None
    patience: float = 1.0


@dataclass(frozen=True)
class Missing:
    """A row that cannot be measured on this machine, and why."""

    name: str
    why: str


Rows = Iterator[Task | Missing]
"""Each is measured before the next is asked for: what it needs runs only then."""


@dataclass(frozen=True)
class Found:
    """Seconds of one call of each."""

    task: float
    base: float
    less: float = 0.0

    @property
    def ratio(self) -> float:
        """How many times the base the task takes."""
        return (self.task - self.less) / self.base


def measure(task: Task, budget: float) -> Found:
    """Measure for `budget` seconds times the task's patience, or a little longer."""
    works = [work for work in (task.work, task.base, task.less) if work is not None]
    times = [max(work.fewest, int(BATCH / min(work.seconds(work.fewest) for _ in range(3)))) for work in works]
    batches: list[list[float]] = [[] for _ in works]
    end = perf_counter() + budget * task.patience
    while perf_counter() < end or len(batches[0]) < FEWEST:
        for work, many, taken in zip(works, times, batches, strict=True):
            taken.append(work.seconds(many))
    return Found(*map(median, batches))
