"""What scripts are loaded in this process, if any are."""

from __future__ import annotations

from dataclasses import replace

from applinks.errors import ConfigurationError
from applinks.scripts import Fault
from applinks.web import PageVisit
from applinks.web.scripts.loaded import Loaded, fault_rows, loaded
from applinks.wire.messages import Request
from in_memory import InMemory
from scripts.happened import HOOK


def visit(application: InMemory, scripts=None) -> PageVisit:
    return PageVisit(Request("GET", application.identity.url), "/", application.identity, None, scripts=scripts)


def test_where_none_are_run_nothing_is_asked(tracker):
    assert tracker.run(loaded(visit(tracker))) == Loaded()
    assert tracker.asked == []


def test_loading_them_holds_up_nobody_else(tracker, scripts):
    found = tracker.run(loaded(visit(tracker, scripts)))
    assert tracker.kinds() == ["Calculate"]
    assert found.here
    assert found.hook(HOOK).id == HOOK
    assert found.about(HOOK) == "Makes a page of the issue."
    assert (found.hook("a:b"), found.about("a:b")) == (None, "")


def test_that_they_cannot_be_loaded_is_told(tracker, scripts):
    scripts.trouble = ConfigurationError("There is no folder.")
    found = tracker.run(loaded(visit(tracker, scripts)))
    assert (found.here, found.trouble) == (False, scripts.trouble)


def test_what_keeps_a_script_from_being_used_comes_first():
    fault = Fault("b.py", 1, "m")
    rows = fault_rows([Fault("c.py", 1, "m", fatal=False), fault, replace(fault, file="a.py", remedy="r")])
    assert [(row.file, row.remedy, row.fatal) for row in rows] == [("a.py", "r", True), ("b.py", "", True), ("c.py", "", False)]
