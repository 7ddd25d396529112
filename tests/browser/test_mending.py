"""Mending links in a real browser: names, keys, people, both ends, and which of two copies this is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from applinks.errors import TrustSuspended
from applinks.links import arrive, new_key
from applinks.web.visit import KEYS, LINKS
from browser.rig import Look
from browser.two_applications import ADMIN, Two, running

PICTURES = "mending"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    """Freshly linked; their own for each test, since passwords may be tried a few times only."""
    with running(tmp_path, linked=False) as two:
        two.front.create_link(two.at_tracker, ADMIN, same_users=True, by="admin")
        yield two


@pytest.fixture(params=["light", "dark", "small"])
def administrator(request: pytest.FixtureRequest, open_page: Callable[..., Page], two: Two) -> Page:
    """At the links of front, having confirmed that it is they."""
    page = open_page(request.param)
    page.goto(f"{two.at_front}{LINKS}")
    page.get_by_label("Name").fill("admin")
    press(page, "Sign in")
    page.goto(f"{two.at_front}/plugins/servlet/applinks/admin/confirm")
    page.get_by_label("Your password in").fill("admin's")
    press(page, "Confirm")
    expect(page.get_by_role("heading", level=1)).to_have_text("Links")
    return page


def press(page: Page, name: str, role: str = "button") -> None:
    page.get_by_role(role, name=name, exact=True).click()
    page.wait_for_load_state()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def call(two: Two) -> object:
    with two.front.acting_as("alice"):
        return two.front.link("Tracker").get("issues").json()


def test_a_link_is_given_another_name_and_keeps_its_ways(administrator: Page, two: Two, look: Look) -> None:
    page = administrator
    press(page, "Tracker", "link")
    press(page, "Name")
    heading(page, "Name and address of Tracker")
    look(page, "rename")
    page.get_by_label("Name", exact=True).fill("Issues")
    press(page, "Save")
    heading(page, "Issues")
    assert two.front.link("Issues").link.application_url == two.at_tracker


def test_what_cannot_be_moved_or_taken_as_a_key_is_said_in_the_form(administrator: Page, two: Two, look: Look) -> None:
    page = administrator
    press(page, "Tracker", "link")
    press(page, "It has moved")
    page.get_by_label("Its new address").fill(two.at_front)
    press(page, "Move")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "move")
    press(page, "Cancel")
    press(page, "Its key")
    page.get_by_label("Its new public key").fill(new_key().public.text)
    press(page, "Take this key")
    heading(page, "The key of Tracker")
    look(page, "key")


def test_the_key_is_rotated_and_calls_go_on(administrator: Page, two: Two, look: Look) -> None:
    page = administrator
    before = two.front.key_status().fingerprint
    page.goto(f"{two.at_front}{KEYS}")
    press(page, "Make a new key")
    expect(page.get_by_role("status")).to_contain_text("There is a new key.")
    page.get_by_text("The public key, as it is entered").click()
    look(page, "keys")
    assert two.front.key_status().fingerprint != before
    assert call(two) == {"name": "Alice Adams"}
    press(page, "Delete keys that no link signs with")
    assert two.front.key_status().older == ()
    assert call(two) == {"name": "Alice Adams"}
    press(page, "Who this application is")
    look(page, "identity")


def test_people_are_excluded_one_by_one(administrator: Page, two: Two, look: Look) -> None:
    page = administrator
    press(page, "Tracker", "link")
    press(page, "Compare people")
    press(page, "Compare now")
    expect(page.get_by_role("alert")).to_contain_text("cannot list its people")
    page.get_by_label("User name here").fill("alice")
    press(page, "Save")
    expect(page.get_by_role("status")).to_contain_text("Decided.")
    look(page, "people")
    assert two.front.link("Tracker").link.same_users.excluded == {"alice"}


def test_both_ends_are_deleted(administrator: Page, two: Two, look: Look) -> None:
    page = administrator
    press(page, "Tracker", "link")
    press(page, "Delete")
    look(page, "delete")
    page.get_by_label("Delete the other end, too").check()
    press(page, "Delete")
    heading(page, "Both ends of the link to Tracker are deleted")
    look(page, "deleted")
    assert (two.front.links(), two.tracker.links()) == ((), ())


def test_a_suspended_application_calls_again_once_it_is_said_to_be_the_original(
    administrator: Page, two: Two, look: Look
) -> None:
    """G-06"""
    page = administrator
    two.front.run(arrive("https://elsewhere.example.com"))
    with pytest.raises(TrustSuspended):
        call(two)
    page.goto(f"{two.at_front}{LINKS}")
    look(page, "suspended")
    press(page, "Say which it is", "link")
    heading(page, "The original, or a copy?")
    look(page, "original-or-copy")
    press(page, "This is the original")
    expect(page.get_by_role("status")).to_contain_text("Calls go out again.")
    assert call(two) == {"name": "Alice Adams"}
