"""Pasted scripts in a real browser: an administrator pastes one with a mistake, mends it, keeps it, runs it, sets it, takes it away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from applinks import Policy
from applinks.scripts import has_sandbox
from applinks.web.visit import HOOK, PASTE, PASTED, SCRIPTS
from browser.rig import Look
from browser.test_scripts import confirmed, heading, opened, waited_for
from browser.two_applications import ADMIN, Two, running

pytestmark = pytest.mark.skipif(not has_sandbox(), reason="needs the extra sandbox")

PICTURES = "pasted"
TEXT = """# Asks the tracker who somebody is there.
log('asking for ' + user)
found = call('Tracker', 'GET', 'issues')
log(parameters['greeting'] + ', ' + found['json']['name'])
"""
WRONG = TEXT.replace("+ user)", "+ user))")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Users are shared, so that no call waits for a consent."""
    with running(
        tmp_path_factory.mktemp("files"), linked=False, scripts=tmp_path_factory.mktemp("scripts"), pasted=True
    ) as two:
        two.front.create_link(two.at_tracker, ADMIN, same_users=True, by="admin")
        two.tracker.change_policy("Front", Policy(administrators=frozenset({"admin"})), by="admin")
        yield two


def pressed(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def test_a_script_is_pasted_mended_kept_run_set_and_taken_away(each_page: Page, two: Two, look: Look) -> None:
    page = each_page
    opened(page, f"{two.at_front}{PASTED}")
    heading(page, "Pasted scripts")
    expect(page.get_by_text("Nobody has pasted a script yet.")).to_be_visible()
    look(page, "none")
    page.get_by_role("button", name="Paste a script").click()
    page.wait_for_load_state()
    if page.get_by_label("Your password in").is_visible():
        confirmed(page)
    heading(page, "Paste a script")

    page.get_by_label("Name", exact=True).fill("who-is-it")
    page.get_by_label("It runs").select_option("by hand")
    page.get_by_label("Parameters").fill("greeting")
    page.get_by_label("Text", exact=True).fill(WRONG)
    pressed(page, "Keep it")
    expect(page.get_by_role("alert")).to_contain_text("who-is-it, line 2, column 26")
    beside = page.locator("form .finding")
    expect(beside).to_contain_text("Line 2, column 26")
    expect(beside).to_contain_text("log('asking for ' + user))")
    assert page.get_by_label("Text", exact=True).input_value() == WRONG, "what was written stays"
    look(page, "mistake")

    page.get_by_label("Text", exact=True).fill(TEXT)
    pressed(page, "Check it")
    expect(page.get_by_role("status")).to_contain_text("No mistake was found.")
    expect(beside).to_have_count(0)
    pressed(page, "Keep it")
    heading(page, "Pasted scripts")
    expect(page.get_by_role("status")).to_contain_text("Kept.")
    expect(page.get_by_role("row")).to_have_count(2)
    look(page, "kept")

    page.get_by_role("link", name="who-is-it").click()
    page.get_by_role("button", name="Its hook and runs").click()
    heading(page, "pasted/who-is-it")
    loaded(page)
    page.get_by_label("greeting").fill("Good morning")
    pressed(page, "Keep them")
    expect(page.get_by_role("status")).to_contain_text("Kept.")
    expect(page.get_by_label("greeting")).to_have_value("Good morning")
    look(page, "hook")
    pressed(page, "Run it")
    waited_for(page, "done")
    expect(page.get_by_role("list", name="Log of pass 1")).to_contain_text("asking for admin")
    expect(page.get_by_role("list", name="Log of pass 1")).to_contain_text("Good morning, Ada Admin")
    calls = page.get_by_role("table", name="Calls")
    expect(calls).to_contain_text(re.compile(r"GET .*/tracker/issues"))
    expect(calls).to_contain_text("by 2LOi")
    look(page, "run")

    page.get_by_role("link", name="pasted/who-is-it").click()
    page.get_by_role("button", name="Its text").click()
    pressed(page, "Remove it")
    expect(page.get_by_role("status")).to_contain_text("Removed.")
    expect(page.get_by_text("Nobody has pasted a script yet.")).to_be_visible()


def test_whoever_is_no_administrator_sees_none_of_it(page: Page, two: Two) -> None:
    opened(page, f"{two.at_front}{PASTED}", "alice")
    heading(page, "There is no such page")
    page.wait_for_load_state()
    for path in (PASTED, PASTE, SCRIPTS, f"{HOOK}?id=pasted%2Fwho-is-it"):
        answer = page.goto(f"{two.at_front}{path}")
        assert answer is not None
        assert answer.status == 404, path
        heading(page, "There is no such page")
    expect(page.get_by_role("link", name="Scripts")).to_have_count(0)


def loaded(page: Page) -> None:
    """Load the page of a hook anew until its script is there."""
    for _ in range(100):
        if page.get_by_label("greeting").is_visible():
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError(f"it is not loaded: {page.get_by_role('main').inner_text()}")
