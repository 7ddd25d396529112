"""R-35: two linked applications whose scripts trigger each other stop, and say so, on whichever side the last one was."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx2
import pytest

import intake
from applinks.people import at_depth
from applinks.running.scripts import Scripts
from applinks.scripts import EventState, RunState
from journeys.two_with_scripts import two, until

PASSES_ON = """
from applinks.scripts import listener

@listener("changed")
def pass_on(applinks, event):
    applinks.link({other!r}).post("rest/change", json={{}})
"""

VALIDATES = """
from applinks.scripts import validator

@validator("jira", transition="*")
def check():
    pass
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


def test_nobody_but_a_linked_application_says_how_many_runs_led_to_a_request(tmp_path: Path):
    """Else a stranger could have scripts cut off."""
    with two(tmp_path, "", "", engine=False) as sides:
        for side in sides:
            address = f"{side.applinks.identity.url}/rest/change"
            assert httpx2.post(address, json={}, headers={"applinks-depth": "9"}).status_code == 200
            assert [event.depth for event in side.events()] == [0]


def test_what_is_asked_before_a_transition_is_cut_off_too(tmp_path: Path):
    """Validators that ask one another would otherwise never answer."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "checks.py").write_text(VALIDATES)
    payload = {"transition": {"transitionName": "Done", "from_status": "To Do", "to_status": "Done"}}
    with intake.desk(f"sqlite:///{tmp_path}/applinks.db") as here:
        scripts = Scripts(here.applinks, tmp_path / "scripts", engine=False, deepest=3)
        try:
            with at_depth(2):
                assert scripts.refusals(payload, user="alice") == ()
            with at_depth(3):
                (refused,) = scripts.refusals(payload, user="alice")
        finally:
            scripts.close()
        assert (refused.hook, "3 runs led to it" in refused.message) == ("checks:check", True)
        asked, cut = reversed(here.applinks.events())
        assert (asked.state, asked.depth, cut.state, cut.depth) == (EventState.ASKED, 2, EventState.REFUSED, 3)
