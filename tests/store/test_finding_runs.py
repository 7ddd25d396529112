"""The query for runs: what each filter finds is told by the contracts of stores; here, that it is found by an index."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from applinks.scripts import RunFilters, Runs, RunState
from applinks.store import Store
from applinks.store.database import Use
from applinks.store.finding_runs import wanted


@pytest.fixture
def plan(open_store: Callable[[], Store]) -> Callable[[RunFilters], list[str]]:
    """How SQLite would find runs that are asked for."""
    database = open_store()._database

    def plan(only: RunFilters) -> list[str]:
        query = wanted(Runs(only, 51)).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        with database.transaction(Use.READ) as connection:
            return [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))]

    return plan


@pytest.mark.parametrize("before", [None, 17])
def test_somebodys_own_runs_are_found_without_looking_at_those_of_others(
    plan: Callable[[RunFilters], list[str]], before: int | None
) -> None:
    """As their page asks; and each half is in order already, so that it ends where enough are found."""
    only = RunFilters(person="alice", without=RunState.SKIPPED.value)
    steps = plan(only if before is None else {**only, "before": before})
    assert [step for step in steps if step.startswith("SCAN runs")] == []
    for index in ("runs_as_a_person (user_name=?", "runs_caused_by_a_person (actor=?"):
        assert any(index in step for step in steps), steps
    assert not any("ORDER BY" in step and "TEMP" in step for step in steps), steps


def test_runs_of_a_hook_are_found_by_it(plan: Callable[[RunFilters], list[str]]) -> None:
    (step,) = plan(RunFilters(hook="publish:when_done"))
    assert "runs_of_a_hook (hook=?)" in step
