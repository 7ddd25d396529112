"""How a row is measured: the task and the bare operation by turns, in short batches, and the medians are compared.

So both meet the same machine at nearly the same moment, and what a neighbour costs now and then falls out of the median.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

BATCH = 0.00025  # seconds; a call that takes longer is a batch of its own
FEWEST = 7  # batches, however long they take


@dataclass(frozen=True)
class Task:
    """Something to time against `base`. `must` and `goal` are ratios; without `must` it is there for comparison."""

    name: str
    run: Callable[[], object]
    base: Callable[[], object]
    must: float | None = None
    goal: float | None = None


@dataclass(frozen=True)
class Found:
    """Seconds of one call of each."""

    task: float
    base: float

    @property
    def ratio(self) -> float:
        """How many times the bare operation the task takes."""
        return self.task / self.base


def measure(task: Task, budget: float) -> Found:
    """Measure for `budget` seconds, or a little longer."""
    runs = task.run, task.base
    times = [max(1, int(BATCH / min(seconds(run, 1) for _ in range(3)))) for run in runs]
    batches: tuple[list[float], list[float]] = [], []
    end = perf_counter() + budget
    while perf_counter() < end or len(batches[0]) < FEWEST:
        for run, many, taken in zip(runs, times, batches, strict=True):
            taken.append(seconds(run, many))
    return Found(median(batches[0]), median(batches[1]))


def seconds(run: Callable[[], object], times: int) -> float:
    """How long one call takes, of so many in a row."""
    start = perf_counter()
    for _ in range(times):
        run()
    return (perf_counter() - start) / times
