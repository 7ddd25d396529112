"""`applinks demo`: hands the story its folder and its manner, and ends as the story ended. The story itself: tests/demo."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from applinks import demo
from applinks.cli import demo as command
from applinks.demo.telling import Step, Story

GOOD = Step("a call", "Wiki", "alice", "alice", None, "2LOi", "GET https://wiki.example.com/", 200, ok=True)
BAD = Step("another", None, None, None, None, None, None, None, ok=False)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """How the story was asked for; its steps are those of `steps`."""
    seen = SimpleNamespace(steps=[GOOD])

    def tell(data: Any, **how: Any) -> Story:
        seen.data, seen.there, seen.how = data, data.exists(), how
        return Story(seen.steps)

    monkeypatch.setattr(demo, "tell", tell)
    return seen


@pytest.mark.parametrize(("steps", "status"), [([GOOD], 0), ([GOOD, BAD], 1), ([], 1)])
def test_it_ends_with_0_only_if_every_step_was_as_told(run, told, steps, status):
    told.steps = steps
    run("demo", "--once", status=status)


def test_as_data_it_prints_the_story_and_nothing_else(run, told):
    told.steps = [GOOD, BAD]
    data = run("demo", "--once", "--json", status=1).data
    assert list(data) == ["ok", "steps"]
    assert data["ok"] is False
    assert [list(step) for step in data["steps"]] == 2 * [
        ["name", "link", "subject", "actor", "reason", "mechanism", "request", "status", "ok"]
    ]
    assert told.how == {"quiet": True, "stay": False, "real": True}


def test_its_files_are_gone_afterwards_unless_a_folder_was_named(run, told, tmp_path):
    run("demo", "--once")
    assert (told.there, told.data.exists()) == (True, False)
    run("demo", "--data", str(tmp_path / "kept"))
    assert told.data == tmp_path / "kept"


@pytest.mark.parametrize(
    ("terminal", "options", "stay"),
    [(True, (), True), (True, ("--once",), False), (True, ("--json",), False), (False, (), False)],
)
def test_it_stays_up_only_in_a_terminal_where_somebody_can_click(run, told, monkeypatch, terminal, options, stay):
    monkeypatch.setattr(command, "sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: terminal)))
    run("demo", *options)
    assert told.how["stay"] is stay


@pytest.mark.parametrize(("options", "real"), [((), True), (("--browser",), True), (("--no-browser",), False)])
def test_consent_is_given_in_a_real_browser_unless_that_is_not_wanted(run, told, options, real):
    run("demo", "--once", *options)
    assert told.how["real"] is real


def test_without_its_extra_it_says_what_to_install(run, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("applinks.demo")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    ran = run("demo", status=1)
    assert ran.err.splitlines() == ["applinks: the demo needs uvicorn.", "  → pip install 'applinks[demo]'"]
    assert ran.out == ""
