"""What an act of the story works with: people's browsers, and what `applinks` writes down meanwhile."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from applinks.audit import Entry
from applinks.demo import scene as stage
from applinks.demo.scene import Scene, Watch
from applinks.demo.telling import Teller

ALICE = Entry("call", "answered", "alice", "alice", None, "Wiki", "2LOi", "GET http://wiki/rest/api/user/current", 200)


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
ADMISSION = Entry("admission", "admitted")
REFUSED = Entry("call", "permission_denied", "alice", "alice", None, "Wiki", "2LOi", ALICE.request, 403)

UNANSWERED = Entry("call", "credentials-required", "carol", "carol", None, "Wiki", "3LO", ALICE.request, None)


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
        ([UNANSWERED], None, True),
        ([UNANSWERED], 200, False),
        ([ALICE], None, False),
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
        log.info("an admission", extra={"applinks_entry": ADMISSION})
        log.debug("too much detail", extra={"applinks_entry": ANOTHER})
        assert watch.calls() == [ALICE]
        assert watch.calls() == [], "they were told twice"
        log.info("an admission", extra={"applinks_entry": ADMISSION})
        assert watch.written("admission") == [ADMISSION]
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

    monkeypatch.setattr(stage, "Browser", FakeBrowser)
    three = SimpleNamespace(addresses=lambda: {"Wiki": "http://w", "Forge": "http://f"})
    scene = Scene(three, Teller(quiet=True), Watched([]))  # type: ignore[arg-type]
    assert scene.browser("Wiki", "alice") is scene.browser("Wiki", "alice")
    scene.browser("Wiki", "bob")
    scene.browser("Forge", "alice")
    assert [browser.at for browser in made] == [("http://w", "alice"), ("http://w", "bob"), ("http://f", "alice")]
    scene.close()
    assert all(browser.closed for browser in made)
