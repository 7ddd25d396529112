"""Making, seeing, changing and deleting links in a real browser, between two applications that are different sites to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from applinks import Provider
from applinks.links import Level
from applinks.web.pages import ONE
from applinks.web.visit import LINKS, STATUS_PAGE
from browser.rig import Look
from browser.two_applications import ADMIN, Two, running

PICTURES = "admin"


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with running(tmp_path_factory.mktemp("fresh"), linked=False) as two:
        yield two


@pytest.fixture
def two(applications: Two) -> Iterator[Two]:
    """Fresh ones: they know nobody."""
    for application in (applications.front, applications.tracker):
        for linked in application.links():
            application.delete_link(linked.link.name, by="admin")
    return applications


@pytest.fixture
def linked(two: Two) -> Two:
    two.front.create_link(two.at_tracker, ADMIN, same_users=True, by="admin")
    return two


class Hand:
    """Somebody at a browser who signs in where they are asked to; each press of a button or a link is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def press(self, name: str, role: str = "button") -> None:
        self.click(self.page.get_by_role(role, name=name))

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()
        self.page.wait_for_load_state()

    def sign_in(self, name: str = "admin") -> None:
        self.page.get_by_label("Name").fill(name)
        self.press("Sign in")

    def confirm(self, name: str = "admin") -> None:
        self.page.get_by_label("Your password in").fill(f"{name}'s")
        self.press("Confirm")

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)


def test_a_reciprocal_link_is_made_from_the_address_alone_in_under_ten_clicks(each_page: Page, two: Two, look: Look) -> None:
    """Between two fresh instances: signing in and confirming on both sides is counted, too."""
    page, hand = each_page, Hand(each_page)
    page.goto(f"{two.at_front}{LINKS}")
    hand.sign_in()
    hand.heading("Links")
    look(page, "no-links")
    hand.press("Make a link")
    hand.heading("Confirm that it is you")
    look(page, "confirm")
    hand.confirm()
    hand.heading("Make a link")
    look(page, "address")
    page.get_by_label("Its address").fill(two.at_tracker)
    hand.press("Look")
    hand.heading("Link with Tracker")
    look(page, "found")
    hand.click(page.get_by_label("Yes: calls go as whoever"))
    hand.press("Yes, visit Tracker")
    hand.heading("Sign in to Tracker")
    hand.sign_in()
    hand.heading("Link Tracker with Front?")
    look(page, "agree")
    page.get_by_label("Your password in").fill("admin's")
    hand.press("Agree")
    hand.heading("Tracker agrees")
    look(page, "ends")
    assert (two.front.links(), two.tracker.links()) == ((), ())
    hand.press("Make the link")
    expect(page.get_by_role("status")).to_contain_text("Linked, both ways.")
    hand.heading("Tracker: connected")
    look(page, "linked")
    assert hand.clicks < 10
    for application, name in ((two.front, "Tracker"), (two.tracker, "Front")):
        link = application.link(name).link
        assert (link.outgoing.level, link.incoming.level) == (Level.OAUTH_IMPERSONATION, Level.OAUTH_IMPERSONATION)
    with two.front.acting_as("alice"):
        assert two.front.link("Tracker").get("issues").json() == {"name": "Alice Adams"}
    page.goto(f"{two.at_front}{LINKS}")
    look(page, "links")


def test_a_link_is_broken_and_its_page_names_the_cause_and_leads_to_the_cure(each_page: Page, linked: Two, look: Look) -> None:
    """Switched off at the other end, then deleted there: each is seen from here, and mended through the pages."""
    page, hand, two = each_page, Hand(each_page), linked
    id_ = two.front.link("Tracker").id
    here = f"{two.at_front}{ONE.replace('{id}', id_)}"
    page.goto(here)
    hand.sign_in()
    look(page, "one-link")
    page.get_by_label("As", exact=True).fill("alice")
    hand.press("Check it")
    hand.heading("Tracker: connected")
    look(page, "connected")

    two.tracker.change_link("Front", incoming="disabled", by="admin")
    hand.press("Check again")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Tracker: connected")
    expect(page.get_by_text("What to do:").first).to_be_visible()
    look(page, "broken")
    other = two.tracker.link("Front").id
    page.goto(f"{two.at_tracker}{ONE.replace('{id}', other)}")
    hand.sign_in()
    hand.press("Settings")
    hand.confirm()
    page.get_by_label("Incoming: what we accept").select_option(label="OAuth with impersonation")
    look(page, "settings")
    hand.press("Save")
    expect(page.get_by_role("status")).to_contain_text("Changed.")
    page.goto(here)
    page.get_by_label("As", exact=True).fill("alice")
    hand.press("Check it")
    hand.heading("Tracker: connected")

    two.tracker.delete_link("Front", by="admin")
    hand.press("Check again")
    expect(page.get_by_text("NO_REVERSE_LINK")).to_be_visible()
    page.goto(f"{two.at_front}{LINKS}")
    look(page, "links")
    hand.press("Make a link")
    hand.confirm()
    page.get_by_label("Its address").fill(two.at_tracker)
    hand.press("Look")
    page.get_by_label("Yes: calls go as whoever").click()
    hand.press("Yes, visit Tracker")
    hand.press("Agree")
    hand.press("Make the link")
    hand.heading("Tracker: connected")


def test_the_status_page_checks_all_links(each_page: Page, linked: Two, look: Look) -> None:
    page, hand = each_page, Hand(each_page)
    linked.front.register_link("Gone", "http://127.0.0.1:9", provider=Provider(), by="admin")
    page.goto(f"{linked.at_front}{STATUS_PAGE}")
    hand.sign_in()
    hand.press("Check all")
    expect(page.get_by_text("cannot be reached")).to_be_visible()
    look(page, "status")
