"""Processes beside one another on one database; the claim is the same on every engine."""

from __future__ import annotations

from pathlib import Path

from applinks.running import Pace
from applinks.scripts import RunState
from running.processes import everybody_below, freeze, performing, process, thaw, told_of
from running.world import World, until


def test_a_frozen_process_loses_its_run_and_writes_nothing_more(here: World, tmp_path: Path) -> None:
    """F-40, F-56."""
    here.script("""
        @listener("order")
        def order(applinks):
            applinks.link("Shop").get("gate")
            applinks.link("Shop").post("effect", json={"name": "frozen"})
    """)
    told = told_of(here, tmp_path, pace=Pace(look_every=0.05, sweep_every=0.1, watch_every=60.0, held_for=2.0))
    with process(performing, told) as first:
        number = here.scripts(engine=False).occurred("order", {}, user="alice")
        until(here.far.arrived.is_set)
        frozen = everybody_below(first.pid)
        freeze(frozen)
        here.far.gate.set()
        with process(performing, told):
            run = here.end_of(number)
        assert (run.state, run.passes, run.deaths) == (RunState.DONE, 2, 1)
        calls = here.calls(run.number)
        thaw(frozen)
        until(lambda: frozen[-1] not in everybody_below(first.pid))
        assert here.run(run.number) == run
        assert here.calls(run.number) == calls
        assert here.far.effects["frozen"] == 1
