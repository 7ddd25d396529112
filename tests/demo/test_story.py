"""The story: everything that the issue names is in it, and what does not happen as told is not told as if it had.

`tests/journeys/test_story.py` runs it as somebody does; here is what it must notice when something goes wrong.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import re
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from applinks import Policy, cli
from applinks.demo import story
from applinks.demo.scene import Scene

APPLINKS = Path(sys.executable).with_name("applinks")
pytestmark = pytest.mark.timeout(280)
MEMBERS = ["name", "link", "subject", "actor", "reason", "mechanism", "request", "status", "ok"]
HERE_AND_THERE = [("Tracker", "Wiki"), ("Wiki", "Tracker"), ("Forge", "Tracker"), ("Tracker", "Forge")]


# ---- as a program


def test_as_a_program_it_tells_the_whole_story_of_the_issue_as_data(tmp_path):
    done = subprocess.run(
        [APPLINKS, "demo", "--once", "--json", "--no-browser"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    told = json.loads(done.stdout)
    assert list(told) == ["ok", "steps"]
    assert told["ok"] is True
    steps = told["steps"]
    assert [list(step) for step in steps] == [MEMBERS] * len(steps)
    assert all(step["ok"] is True for step in steps)
    assert list(tmp_path.iterdir()) == [], "it left something behind"

    links, asked, page, spaces = steps[:3], steps[3:7], steps[7], steps[8:11]
    consent, fixed, refused, scripts = steps[11:17], steps[17], steps[18:23], steps[23:]
    assert [step["name"] for step in links] == [
        f"{one} – {other} are linked, both ways"
        for one, other in (("Tracker", "Wiki"), ("Tracker", "Forge"), ("Forge", "Wiki"))
    ]
    assert [step["name"] for step in asked] == [
        f"alice, in {here}, asks {there} who she is there" for here, there in HERE_AND_THERE
    ]
    assert {(step["subject"], step["actor"], step["mechanism"], step["status"]) for step in [*asked, page]} == {
        ("alice", "alice", "2LOi", 200)
    }
    assert page["request"].startswith("POST http://127.0.0.1:")
    assert page["request"].endswith("/rest/api/content")
    assert {(step["subject"], step["actor"], step["mechanism"]) for step in spaces} == {("deployment", "alice", "2LOi")}
    assert all("alice" in step["reason"] for step in spaces)
    assert [(step["subject"], step["actor"], step["mechanism"], step["status"]) for step in consent] == [
        ("carol", "carol", None, 409),
        ("carol", "bob", None, 403),
        ("carol", "carol", "3LO", 200),
        ("carol", "carol", "3LO", 200),
        ("cclark", "cclark", "3LO", 200),
        ("carol", "carol", "3LO", 401),
    ]
    assert (fixed["subject"], fixed["mechanism"], fixed["status"]) == ("cclark", "2LO", 200)
    assert [(step["subject"], step["status"]) for step in refused] == [
        ("bob", 403),
        ("erin", 401),
        ("alice", 401),
        ("alice", 401),
        ("alice", 401),
    ]
    assert [
        word in step["name"] for word, step in zip(("sent again", "query", "stranger's key"), refused[2:], strict=True)
    ] == [
        True,
        True,
        True,
    ]
    assert [(step["link"], step["subject"], step["actor"], step["mechanism"], step["status"]) for step in scripts] == [
        ("Wiki", "alice", "alice", "2LOi", 200),
        (None, "alice", "alice", None, 409),
        ("Wiki", "alice", "alice", "2LOi", 200),
        ("Wiki", "deployment", "alice", "2LOi", 200),
        ("Tracker", "deployment", "alice", "2LOi", 201),
        ("Tracker", "alice", "alice", "2LOi", 201),
        ("Wiki", "carol", "carol", None, 200),
        ("Wiki", "carol", "carol", "3LO", 200),
        ("Wiki", "carol", "carol", "3LO", 200),
    ]
    assert all("script" in step["name"] for step in scripts)


# ---- where something is not as told


def no_more_alice(scene: Scene) -> None:
    """An administrator of the wiki changes their mind."""
    asyncio.run(scene.three.wiki.applinks.change_policy("Tracker", Policy(excluded_users=frozenset({"alice"})), by="admin"))


def threads_since(before: set[threading.Thread]) -> list[threading.Thread]:
    """Those that were started since then and do not end; one that is just ending is given the time to."""
    since = set(threading.enumerate()) - before
    for thread in since:
        thread.join(5)
    return [thread for thread in since if thread.is_alive()]


def in_this_process(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The status with which `applinks demo` ends."""
    monkeypatch.setattr(sys, "argv", ["applinks", "demo", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    gc.collect()  # here, where complaints about what event loops left open are expected
    return ended.value.code or 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_step_that_the_other_application_refuses_is_not_ok_and_neither_is_the_story(monkeypatch, capsys):
    monkeypatch.setattr(story, "ACTS", (story.link, no_more_alice, story.as_the_current_user))
    before, log = set(threading.enumerate()), logging.getLogger("applinks")
    level, propagate, handlers = log.level, log.propagate, [*log.handlers]
    assert in_this_process(monkeypatch, "--once", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [(step["link"], step["status"], step["ok"]) for step in told["steps"][3:]] == [
        ("Wiki", 401, False),
        ("Tracker", 200, True),
        ("Tracker", 200, True),
        ("Forge", 200, True),
    ]
    assert threads_since(before) == []
    assert (log.level, log.propagate, log.handlers) == (level, propagate, handlers), "the log is not as it was"


def no_such_pages(scene: Scene) -> None:
    """Somebody has written all of them before."""
    records = scene.three.wiki.records
    for title in ("Release notes OPS-4: Launch the Endeavour", "Release notes OPS-7: Sweep the pad"):
        records.add_page("OPS", records.home("OPS").id, title, "", "alice")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_where_scripts_do_something_else_the_story_says_so_and_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(story, "ACTS", (story.link, no_such_pages, story.with_scripts))
    assert in_this_process(monkeypatch, "--once", "--json", "--no-browser") == 1
    steps = json.loads(capsys.readouterr().out)["steps"][3:]
    assert [step["ok"] for step in steps] == [True, True, False, True, False, True, True, True, False]


def carol_is_one_of_the_shared_users(scene: Scene) -> None:
    """The administrator of the tracker says so, and is wrong."""
    asyncio.run(scene.three.tracker.applinks.change_link("Wiki", excluded=[], by="admin"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_where_carol_is_not_asked_the_story_says_what_she_did_not_find_and_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(
        story, "ACTS", (story.link, carol_is_one_of_the_shared_users, story.with_consent, story.as_a_fixed_user)
    )
    assert in_this_process(monkeypatch, "--once", "--json", "--no-browser") == 1
    asked, bob, missing, fixed = json.loads(capsys.readouterr().out)["steps"][3:]
    assert (asked["status"], asked["ok"]) == (409, False)
    assert (bob["status"], bob["ok"]) == (200, False)
    assert missing["name"].startswith("carol does not find 'Allow it in Wiki' at http://127.0.0.1:")
    assert missing["ok"] is False
    assert fixed["ok"] is True


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_in_words_it_says_which_step_and_that_all_was_not_as_told(monkeypatch, capsys):
    def nothing_is_linked(scene: Scene) -> None:
        scene.teller.title("Nobody links anything")

    monkeypatch.setattr(story, "ACTS", (nothing_is_linked, story.as_the_current_user))
    assert in_this_process(monkeypatch) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    for here, there in HERE_AND_THERE:
        assert f"  ✗ alice, in {here}, asks {there} who she is there: no such call was made\n" in out
    assert out.count("Making the request as: nobody") == 4
    assert out.endswith("\nNot as told.\n")


def test_with_stay_they_are_served_until_somebody_interrupts(monkeypatch, tmp_path, capsys):
    statuses: list[int] = []

    class Clicking:
        """In place of the event that is waited for."""

        def wait(self) -> None:
            out = capsys.readouterr().out
            assert "Ctrl+C ends it." in out
            for address in re.findall(r"http://127\.0\.0\.1:\d+", out):
                statuses.append(httpx2.get(f"{address}/login", verify=False).status_code)  # noqa: PERF401
            raise KeyboardInterrupt

    monkeypatch.setattr(story, "ACTS", ())
    monkeypatch.setattr(story, "threading", SimpleNamespace(Event=Clicking))
    story.tell(tmp_path, stay=True)
    assert statuses == [200, 200, 200]
