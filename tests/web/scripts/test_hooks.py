"""All hooks, loaded or known by their runs, and what is wrong with scripts."""

from __future__ import annotations

from applinks.errors import ConfigurationError
from applinks.scripts import Fault, RunState, set_parameters, switch_hook
from applinks.web.visit import SCRIPTS
from scripts.happened import HOOK, ended
from web.visitor import at, said_by


def test_each_hook_tells_into_what_it_hooks_as_whom_it_runs_and_where_it_stands(root):
    text = said_by(root.get(SCRIPTS))
    assert "Makes a page of the issue. publish:when_done publish.py, line 5" in text
    assert "When jira:issue_updated has happened in jira. if its condition is met" in text
    assert "whoever caused it" in text
    assert "By the clock: 0 7 * * mon-fri (Europe/Berlin)." in text
    assert "deployment" in text
    assert "never" in text


def test_it_tells_the_last_run_and_the_failures_of_the_last_week(tracker, root):
    ended(tracker, RunState.FAILED)
    tracker.now += 8 * 86_400
    ended(tracker, RunState.FAILED)
    ended(tracker, RunState.FAILED)
    ended(tracker)
    assert "✓ done" in said_by(root.get(SCRIPTS))
    assert "2 failed in the last week" in said_by(root.get(SCRIPTS))


def test_a_hook_that_is_off_says_so(tracker, root):
    ended(tracker)
    tracker.run(switch_hook(HOOK, False, "root"))
    assert " off" in said_by(root.get(SCRIPTS))


def test_what_is_wrong_stands_at_the_top_the_fatal_first(root, scripts):
    scripts.faults = (
        Fault("/srv/a.py", 3, "it is never false.", None, fatal=False),
        Fault("/srv/b.py", 12, "there is no name `jirra`.", "Write `jira`."),
    )
    text = said_by(root.get(SCRIPTS))
    assert "It is not used: /srv/b.py, line 12 there is no name jirra. Write jira." in text
    assert text.index("b.py") < text.index("A doubt: /srv/a.py, line 3")
    assert text.index("a.py") < text.index("publish:when_done")


def test_where_no_scripts_run_it_shows_what_the_records_know_and_says_so(tracker, root, scripts):
    ended(tracker)
    tracker.run(set_parameters(scripts.loaded[1], {"days": 3}, "root"))
    root.scripts = None
    text = said_by(root.get(SCRIPTS))
    assert "No scripts are loaded in this process" in text
    assert "publish:when_done It is not loaded here." in text
    assert scripts.loaded[1].id in text


def test_scripts_that_cannot_be_loaded_are_told_with_the_remedy(root, scripts):
    scripts.trouble = ConfigurationError("There is no folder 'x' for scripts.", remedy="Make it: mkdir x.")
    text = said_by(root.get(SCRIPTS))
    assert "There is no folder 'x' for scripts. Make it: mkdir x." in text


def test_others_do_not_see_them(tracker):
    assert at(tracker, "alice").get(SCRIPTS).status == 404
