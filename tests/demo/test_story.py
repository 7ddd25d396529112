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
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from applinks import Policy, cli
from applinks.audit import Entry
from applinks.demo import story
from applinks.demo.story import Scene, Watch
from applinks.demo.telling import Teller

APPLINKS = Path(sys.executable).with_name("applinks")
MEMBERS = ["name", "link", "subject", "actor", "reason", "mechanism", "request", "status", "ok"]
ALICE = Entry("call", "answered", "alice", "alice", None, "Wiki", "2LOi", "GET http://wiki/rest/api/user/current", 200)
HERE_AND_THERE = [("Tracker", "Wiki"), ("Wiki", "Tracker"), ("Forge", "Tracker"), ("Tracker", "Forge")]


# ---- as a program


def test_as_a_program_it_tells_the_whole_story_of_the_issue_as_data(tmp_path):
    done = subprocess.run(
        [APPLINKS, "demo", "--once", "--json"], cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
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

    links, asked, page, spaces, refused = steps[:3], steps[3:7], steps[7], steps[8:11], steps[11:]
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


# ---- what an act works with


@dataclass
class Watched:
    """A watch that saw these calls, in the time before the act and during it."""

    during: list[Entry]
    before: list[Entry] = field(default_factory=lambda: [ALICE])

    def calls(self) -> list[Entry]:
        seen, self.before = self.before, []
        if seen:
            return seen
        seen, self.during = self.during, []
        return seen


ANOTHER = Entry("call", "answered", "alice", "alice", None, "Wiki", "2LOi", "GET http://wiki/rest/api/space/OPS", 200)
REFUSED = Entry("call", "permission_denied", "alice", "alice", None, "Wiki", "2LOi", ALICE.request, 403)


@pytest.mark.parametrize(
    ("during", "status", "good"),
    [
        ([ALICE], 200, True),
        ([ANOTHER, ALICE], 200, True),
        ([REFUSED], 403, True),
        ([], 200, False),
        ([ANOTHER], 200, False),
        ([REFUSED], 200, False),
        ([ALICE], 403, False),
        ([ALICE, ALICE], 200, False),
    ],
)
def test_a_step_is_as_told_only_if_one_such_call_was_made_and_ended_so(during, status, good):
    teller = Teller(quiet=True)
    scene = Scene(SimpleNamespace(), teller, Watched(during))  # type: ignore[arg-type]
    page = scene.tell("alice asks", lambda: httpx2.Response(200), wanted="rest/api/user/current", status=status)
    assert page.status_code == 200
    (step,) = teller.story.steps
    assert (step.name, step.ok) == ("alice asks", good)
    assert (step.request is None) == (not [call for call in during if call is not ANOTHER])


def test_a_watch_collects_the_calls_that_are_written_down_while_it_watches():
    log = logging.getLogger("applinks.outgoing")
    with Watch() as watch:
        log.info("a call", extra={"applinks_entry": ALICE})
        log.info("something else")
        log.info("an admission", extra={"applinks_entry": Entry("admission", "admitted")})
        log.debug("too much detail", extra={"applinks_entry": ANOTHER})
        assert watch.calls() == [ALICE]
        assert watch.calls() == [], "they were told twice"
    log.info("afterwards", extra={"applinks_entry": ANOTHER})
    assert watch.calls() == []


def test_each_person_has_one_browser_at_each_application_and_all_are_closed(monkeypatch):
    made: list[Any] = []

    class FakeBrowser:
        def __init__(self, url: str, name: str) -> None:
            self.at, self.closed = (url, name), False
            made.append(self)

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(story, "Browser", FakeBrowser)
    three = SimpleNamespace(addresses=lambda: {"Wiki": "http://w", "Forge": "http://f"})
    scene = Scene(three, Teller(quiet=True), Watched([]))  # type: ignore[arg-type]
    assert scene.browser("Wiki", "alice") is scene.browser("Wiki", "alice")
    scene.browser("Wiki", "bob")
    scene.browser("Forge", "alice")
    assert [browser.at for browser in made] == [("http://w", "alice"), ("http://w", "bob"), ("http://f", "alice")]
    scene.close()
    assert all(browser.closed for browser in made)


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
