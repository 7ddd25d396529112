"""Scripts and their runs in a real browser: a script really runs, waits for a consent, is allowed, and goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from applinks.web.visit import CHARTS, INBOX, OWN_RUNS, RUNS, SCRIPTS
from browser.rig import Look
from browser.two_applications import Two, running

PICTURES = "scripts"
SCRIPT = '''
from typing import Annotated, Literal
from applinks.scripts import Secret, by_hand, listener

@by_hand()
def issues(applinks, log, messages, *, most: Annotated[int, "How many are told"] = 5, tone: Literal["plain", "loud"] = "plain",
           password: Annotated[str, "Of the printer", Secret()] = ""):
    """Counts the issues of the tracker."""
    log.info("asking, and telling %d at most", most)
    found = applinks.link("Tracker").get("issues").json()
    print("of", found["name"])
    messages.success(f"The issues of {found['name']} are counted.")
    return found

@listener("page_made")
def wrong(log):
    """Fails each time."""
    log.warning("this will not do")
    raise ValueError("no such page")
'''
BROKEN = '''
from applinks.scripts import listener

@listener("page_made", when=lambda issue: issue.project == 5)
def never(issue):
    """Waits for what never comes."""
'''


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("scripts")
    (folder / "count.py").write_text(SCRIPT)
    (folder / "broken.py").write_text(BROKEN)
    with running(tmp_path_factory.mktemp("files"), scripts=folder) as two:
        yield two


def opened(page: Page, address: str, name: str = "admin") -> None:
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Sign in").click()


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def confirmed(page: Page) -> None:
    page.get_by_label("Your password in").fill("admin's")
    page.get_by_role("button", name="Confirm").click()


def waited_for(page: Page, state: str) -> None:
    """Load the page of the run anew until it stands like this."""
    for _ in range(100):
        if page.get_by_role("heading", level=1).inner_text().endswith(state):
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError(f"the run is not {state}: {page.get_by_role('main').inner_text()}")


def test_a_script_is_set_run_by_hand_waits_is_allowed_and_goes_on(each_page: Page, two: Two, look: Look) -> None:
    two.start_over()
    page = each_page
    opened(page, f"{two.at_front}{SCRIPTS}")
    heading(page, "Scripts")
    expect(page.get_by_text("It is not used:")).to_be_visible()
    look(page, "scripts")
    page.get_by_role("link", name="Counts the issues of the tracker.").click()
    heading(page, "count:issues")
    page.get_by_label("most").fill("seven")
    page.get_by_role("button", name="Keep them").click()
    confirmed(page)
    page.get_by_label("most").fill("seven")
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_text("It must be a whole number.").first).to_be_visible()
    look(page, "wrong-parameters")
    page.get_by_label("most").fill("7")
    page.get_by_label("password").fill("hunter2")
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_role("status")).to_contain_text("Kept.")
    look(page, "hook")
    page.get_by_role("button", name="Run it", exact=True).click()
    waited_for(page, "waits")
    expect(page.get_by_role("main")).to_contain_text("waits for admin’s consent in Tracker since")
    look(page, "waiting-run")
    number = re.search(r"/runs/(\d+)", page.url)[1]  # type: ignore[index]
    page.goto(f"{two.at_front}{OWN_RUNS}")
    heading(page, "My runs")
    look(page, "my-runs")
    page.goto(f"{two.at_front}{INBOX}")
    heading(page, "Inbox")
    look(page, "inbox")
    page.get_by_role("main").get_by_role("button", name="Allow it").first.click()
    if page.get_by_label("Name").is_visible():
        page.get_by_label("Name").fill("admin")
        page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(re.compile(re.escape(two.at_front)))
    page.wait_for_load_state()
    page.goto(f"{two.at_front}{RUNS}/{number}")
    waited_for(page, "done")
    expect(page.get_by_role("main")).to_contain_text("asking, and telling 7 at most")
    expect(page.get_by_role("main")).to_contain_text("by 3LO")
    expect(page.get_by_role("main")).not_to_contain_text("hunter2")
    look(page, "done-run")
    expect(page.get_by_role("complementary", name="Unread messages")).to_contain_text("The issues of Ada Admin are counted.")
    page.get_by_role("link", name="Inbox").first.click()
    page.get_by_role("button", name="I have read all").click()
    expect(page.get_by_role("status")).to_contain_text("Read.")
    expect(page.get_by_role("complementary", name="Unread messages")).to_have_count(0)
    look(page, "read-inbox")


def test_a_failure_is_found_repeated_drawn_and_exported(each_page: Page, two: Two, look: Look) -> None:
    page = each_page
    opened(page, f"{two.at_front}{SCRIPTS}/hook?id=count%3Awrong")
    page.get_by_label("Or with what you write").fill(json.dumps({"page": 1}))
    page.get_by_role("button", name="Run it", exact=True).click()
    confirmed(page)
    page.get_by_label("Or with what you write").fill(json.dumps({"page": 1}))
    page.get_by_role("button", name="Run it", exact=True).click()
    waited_for(page, "failed")
    expect(page.get_by_role("main")).to_contain_text("ValueError: no such page")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"count\.py, line \d+, in wrong"))
    look(page, "failed-run")
    page.get_by_role("button", name="Run it again").click()
    expect(page.get_by_role("status")).to_contain_text("This is the new run.")
    waited_for(page, "failed")
    page.goto(f"{two.at_front}{RUNS}")
    page.get_by_label("State").select_option("failed")
    page.get_by_label("Hook").select_option("count:wrong")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("tbody tr").first).to_contain_text("failed")
    look(page, "runs")
    with page.expect_download() as saved:
        page.get_by_role("link", name="as JSON lines").click()
    lines = [json.loads(line) for line in Path(saved.value.path()).read_text().splitlines()]
    assert {line["state"] for line in lines} == {"failed"}
    page.goto(f"{two.at_front}{CHARTS}?hook=count%3Awrong")
    expect(page.get_by_role("img")).to_be_visible()
    look(page, "charts")
    page.get_by_role("link", name="2 years").click()
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("cell").first).to_be_visible()
    look(page, "charts-of-years")
