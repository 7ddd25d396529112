"""The part of the story in which scripts do the work: what happens in one application is done in another, as whoever caused it.

They run in processes of their own, so what they called is told from the records of `applinks`, not from its log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from applinks import AsyncAppLinks
from applinks.demo.scene import Scene
from applinks.demo.telling import Step
from applinks.demo.window import NotShown, Window, opened
from applinks.scripts import ENDED, Events, RunOf, Runs, RunState

PATIENCE = 60.0
"""Seconds for a script to run; far more than it takes."""
RELEASE = "41"
NOTES = "Release notes OPS-7: Sweep the pad"
PULL_REQUEST = "/projects/OPS/repos/launch-scripts/pull-requests/1"


def with_scripts(scene: Scene) -> None:
    """The page's examples once more, as scripts."""
    scene.teller.title("Scripts: what happens in one application is done in another, as whoever caused it")
    _by_hand(scene)
    _refused(scene)
    _released(scene)
    _mentioned(scene)
    with opened(real=scene.real) as carol:
        try:
            _parked(scene, carol)
        except NotShown as missing:
            scene.teller.call(f"carol does not find {missing}, which a script should have made", None, good=False)


def _by_hand(scene: Scene) -> None:
    tracker, record = scene.three.tracker, Record(scene.three.tracker.applinks)
    number = tracker.scripts.run("who_am_i:who_am_i", user="alice")
    _until(lambda: tracker.applinks.answer(RunOf(number)).state in ENDED)
    _tell(scene, "alice runs the script who_am_i in Tracker: it asks Wiki as her", record, "/user/current")
    name = tracker.applinks.answer(RunOf(number)).result
    scene.teller.says(f"Making the request as: {name}", good=name == "alice")


def _refused(scene: Scene) -> None:
    page = scene.browser("Tracker", "alice").press("/browse/OPS-6", "/browse/OPS-6/transition", transition=RELEASE)
    stays = scene.three.tracker.records.issue("OPS-6")
    good = page.status_code == 409 and stays is not None and stays.status == "Done"
    name = "alice wants to release OPS-6: the script may_be_released objects, and the issue stays"
    request = f"POST {scene.three.addresses()['Tracker']}/browse/OPS-6/transition"
    scene.teller.page(Step(name, None, "alice", "alice", None, None, request, page.status_code, ok=good), "refused")
    for said in ("Description:</strong> Say what is released.", "OPS-6 is a part of OPS-4 and is released with it."):
        scene.teller.says(said.replace("</strong>", ""), good=said in page.text)


def _released(scene: Scene) -> None:
    three, record = scene.three, Record(scene.three.tracker.applinks)
    scene.browser("Tracker", "alice").press("/browse/OPS-4", "/browse/OPS-4/transition", transition=RELEASE)
    _settle(three.tracker)
    _tell(scene, "alice releases OPS-4: the script release_notes writes pages in Wiki as her", record, "/content", of=3)
    notes = [page for page in three.wiki.records.pages(space="OPS") if page.title.startswith("Release notes")]
    below = [page for page in notes if page.parent == notes[0].id]
    scene.teller.says(f"{len(below)} sub-tasks have pages below “{notes[0].title if notes else ''}”", good=len(below) == 2)
    _tell(scene, "for the same release, the script space_for_release creates a space as deployment", record, "/space")
    record = Record(three.wiki.applinks, since=0)
    _settle(three.wiki)
    _tell(scene, "in Wiki, the script link_back leads back from each issue, as deployment", record, "/remotelink", of=3)


def _mentioned(scene: Scene) -> None:
    forge, record = scene.three.forge, Record(scene.three.forge.applinks)
    scene.browser("Forge", "alice").press(PULL_REQUEST, f"{PULL_REQUEST}/comments", text="This is for OPS-2.")
    _settle(forge)
    _tell(scene, "alice names OPS-2 in Forge: the script mention comments on it in Tracker as her", record, "/comment")


def _parked(scene: Scene, carol: Window) -> None:
    tracker, at = scene.three.tracker, scene.three.addresses()["Tracker"]
    record = Record(tracker.applinks)
    carol.open(f"{at}/login")
    carol.press("Sign in", name="carol", password="carol")  # noqa: S106 each password is the name
    carol.open(f"{at}/browse/OPS-7")
    carol.press("Release")
    status = carol.status
    _settle(tracker)
    carol.open(f"{at}/browse/OPS-7")
    (run,) = (run for run in tracker.applinks.answer(Runs({"hook": "release_notes:write"})) if run.item == "issue OPS-7")
    good = run.state is RunState.PARKED and carol.link("Allow it") is not None and not record.calls("")
    name = "carol releases OPS-7: the script release_notes sends nothing, waits, and asks her for consent"
    request = f"POST {at}/browse/OPS-7/transition"
    scene.teller.page(Step(name, "Wiki", "carol", "carol", None, None, request, status, ok=good), "parked")
    scene.teller.says("A banner on her page says: Wiki needs your consent", good="Wiki needs your consent" in carol.text)
    _allowed(scene, carol, record, run.number)


def _allowed(scene: Scene, carol: Window, record: Record, number: int) -> None:
    tracker, at = scene.three.tracker, scene.three.addresses()["Tracker"]
    carol.follow("Allow it")
    carol.press("Sign in", name="cclark", password="cclark")  # noqa: S106 each password is the name
    carol.press("Allow")
    back = carol.address == f"{at}/browse/OPS-7"
    name = "carol follows the banner of the script, allows it as cclark, and is back at OPS-7"
    step = Step(name, "Wiki", "carol", "carol", None, "3LO", f"GET {carol.address}", carol.status, ok=back)
    scene.teller.page(step)
    _until(lambda: tracker.applinks.answer(RunOf(number)).state in ENDED)
    _tell(scene, "nobody does anything again: the script goes on by itself, and writes the page as her", record, "/content")
    scene.teller.says("The page is there once", good=len(scene.three.wiki.records.pages(title=NOTES)) == 1)
    carol.open(f"{at}/browse/OPS-7")
    scene.teller.says("The banner is gone", good="Wiki needs your consent" not in carol.text)


@dataclass
class Record:
    """What an application has on record about its calls since this was made, or since a number."""

    applinks: Any
    since: int = field(default=-1)

    def __post_init__(self) -> None:
        if self.since < 0:
            self.since = max((written.sequence for written in self._read(1)), default=0)

    def calls(self, wanted: str) -> list[Any]:
        """Those that would change something and whose request ends with `wanted`, or any such; oldest first."""
        found = [written.entry for written in self._read(200, kind="call") if written.sequence > self.since]
        return [entry for entry in reversed(found) if entry.request.endswith(wanted)]

    def _read(self, limit: int, **only: Any) -> Any:
        read = self.applinks.audit(limit, **only)
        if not isinstance(self.applinks, AsyncAppLinks):
            return read
        with ThreadPoolExecutor(1) as elsewhere:  # a real browser occupies the event loop of this thread
            return elsewhere.submit(asyncio.run, read).result()


def _tell(scene: Scene, name: str, record: Record, wanted: str, *, of: int = 1) -> None:
    """Tell the first of so many calls that a script has made; there must be no more and no fewer."""
    calls = [entry for entry in record.calls(wanted) if not (wanted == "/content" and entry.request.startswith("GET"))]
    good = len(calls) == of and all(entry.status in {200, 201} for entry in calls)
    scene.teller.call(name, calls[0] if calls else None, good=good)


def _settle(application: Any) -> None:
    """Wait until the scripts of an application have done what they can."""
    for event in application.applinks.answer(Events()):
        application.scripts.settled(event.number, PATIENCE)


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
