"""A working day of events, with far sides that fail and people who do not agree: all accounted for, where an administrator looks.

`APPLINKS_EVENTS` says how many events the day has (CONTRIBUTING.md).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from applinks import AppLinks
from applinks.web.visit import CHARTS, RUNS
from browser.two_applications import EVERYBODY, front_application
from journeys.serving import address_of, listen, wsgi
from running.working_day import asks, fails

EVENTS = int(os.environ.get("APPLINKS_EVENTS", "120"))
LONG = EVENTS > 1000


def the_day(database: str, url: str) -> dict[str, object]:
    """In a process of its own, whose clock is another one and whose memory is looked at."""
    paths = os.pathsep.join(entry for entry in sys.path if entry)
    command = [sys.executable, "-m", "running.working_day", str(EVENTS), database, url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths})
    assert done.returncode == 0, done.stderr
    day: dict[str, object] = json.loads(done.stdout)
    print(day)
    return day


def expected() -> dict[str, int]:
    """How many runs there are of each state in the end."""
    failed = sum(fails(number) and number % 2 == 1 for number in range(EVENTS))
    parked = sum(asks(number) and (number // 100) % 2 == 1 for number in range(EVENTS))
    return {"done": EVENTS - failed - parked, "failed": failed, "parked": parked}


def steady(memory: list[tuple[int, float]]) -> bool:
    """Megabytes after a fifth of the events, and at the end: not a tenth more."""
    first = next(size for number, size in memory if number >= EVENTS / 5)
    return memory[-1][1] < first * 1.1


@pytest.mark.timeout(4 * 3600 if LONG else 300)
def test_all_of_it_is_accounted_for_and_the_chart_shows_it(
    page: Page, tmp_path: Path, axe: Callable[[Page], None], screenshot: Callable[[Page, str], None]
) -> None:
    database = f"sqlite:///{tmp_path}/day.db"
    with listen() as listening:
        url = address_of(listening)
        day = the_day(database, url)
        assert (day["kept"], day["unsorted"], day["made_again"]) == (EVENTS, 0, 0)
        assert day["states"] == expected()
        assert day["made"] == expected()["done"]
        assert steady(day["memory"]), day["memory"]  # type: ignore[arg-type]
        with (
            AppLinks(database, people=EVERYBODY, plain_http=True) as desk,
            wsgi(front_application(desk, lambda: url), listening),
        ):
            page.goto(f"{url}{CHARTS}")
            page.get_by_label("Name").fill("admin")
            page.get_by_role("button", name="Sign in").click()
            legend = page.get_by_role("figure").get_by_role("listitem")
            found = dict(text.strip().split(": ") for text in legend.all_inner_texts())
            assert found == {
                "Done": str(expected()["done"]),
                "Waiting or running": str(expected()["parked"]),
                "Failed or expired": str(expected()["failed"]),
                "Refused or cancelled": "0",
            }
            axe(page)
            screenshot(page, "scripts-a-working-day-light")
            for state in ("failed", "parked"):
                page.goto(f"{url}{RUNS}?state={state}")
                numbers = page.get_by_role("row").filter(has_text="answer:answer")
                expect(numbers).to_have_count(min(expected()[state], 50))
