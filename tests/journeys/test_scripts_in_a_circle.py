"""R-35: two linked applications whose scripts trigger each other stop, and say so, on whichever side the last one was."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from applinks.scripts import EventState, RunState
from journeys.two_with_scripts import two, until

PASSES_ON = """
from applinks.scripts import listener

@listener("changed")
def pass_on(applinks, event):
    applinks.link({other!r}).post("rest/change", json={{}})
"""


def test_scripts_that_trigger_each_other_are_cut_off(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Each side begins one circle, so that each side ends one."""
    caplog.set_level(logging.WARNING, "applinks.scripts")
    with two(tmp_path, PASSES_ON.format(other="Wiki"), PASSES_ON.format(other="Desk"), deepest=3) as (desk, wiki):
        desk.changed()
        until(lambda: desk.is_quiet() and wiki.is_quiet() and len(wiki.events()) == 2)
        wiki.changed()
        until(lambda: desk.is_quiet() and wiki.is_quiet() and len(desk.events()) == 4)
        for side in (desk, wiki):
            assert sorted(event.depth for event in side.events()) == [0, 1, 2, 3]
            (cut,) = [event for event in side.events() if event.state is EventState.REFUSED]
            assert cut.depth == 3
            assert "3 runs led to it" in (cut.note or "")
            assert f"event {cut.number} (changed) was cut off at depth 3: scripts trigger each other" in caplog.messages
            assert {event.user for event in side.events()} == {"alice"}
            assert {run.state for run in side.runs()} == {RunState.DONE}
            assert len(side.runs()) == 3
