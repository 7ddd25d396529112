"""The application that stands alone in a real browser: from the first set-up to signing out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.rig import Look

PROGRAM = Path(sys.executable).with_name("applinks")
PASSWORD = "correct horse battery"
PICTURES = "standing"


@pytest.fixture
def told(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A process of its own on a new database, and what it says at its start."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
    process = subprocess.Popen(
        [PROGRAM, "serve", "--port", "0", "--name", "Scripts", "--json"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    page.wait_for_load_state()


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_from_the_first_set_up_to_signing_out(each_page: Page, told: dict[str, str], look: Look) -> None:
    page = each_page
    page.goto(told["set_up"])
    heading(page, "Set up Scripts")
    look(page, "set-up")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Full name").fill("Ada Adams")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    heading(page, "Hello Ada Adams")
    look(page, "home")

    page.get_by_role("navigation", name="Administration").get_by_role("link", name="People").click()
    heading(page, "People")
    look(page, "people")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Your password in Scripts").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    heading(page, "Add a person")
    page.get_by_label("User name").fill("deployment")
    look(page, "add")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status")).to_have_text("Added.")

    page.get_by_role("link", name="Sign out").click()
    heading(page, "Sign out")
    look(page, "sign-out")
    page.get_by_role("button", name="Sign out").click()
    heading(page, "Sign in to Scripts")
    sign_in(page, "something else")
    expect(page.get_by_role("alert")).to_contain_text("Name or password is wrong.")
    look(page, "sign-in")
    sign_in(page)
    heading(page, "Hello Ada Adams")

    page.get_by_role("link", name="My password").click()
    heading(page, "My password")
    look(page, "password")
    page.goto(told["set_up"])
    heading(page, "Set up Scripts")
    expect(page.get_by_role("alert")).to_contain_text("This address was used, or has run out")
