"""The demo's pages in a real browser: everybody can read them, and the browser has nothing to complain about."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from applinks.demo.servers import running


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with running(tmp_path_factory.mktemp("demo")) as three:
        yield three.addresses()


@pytest.fixture
def address(addresses: dict[str, str]) -> str:
    """One of the three, where their pages are the same."""
    return addresses["Tracker"]


def sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("name", ["Tracker", "Wiki", "Forge"])
def test_the_sign_in_page_can_be_read_by_everybody(
    each_page: Page,
    addresses: dict[str, str],
    name: str,
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], None],
    request: pytest.FixtureRequest,
) -> None:
    """Each has a colour of its own."""
    each_page.goto(f"{addresses[name]}/login")
    expect(each_page.get_by_role("heading", level=1)).to_have_text("Sign in")
    axe(each_page)
    screenshot(each_page, request.node.name)


def test_a_refused_sign_in_can_be_read_by_everybody(each_page: Page, address: str, axe: Callable[[Page], None]) -> None:
    sign_in(each_page, address, "alice", "wrong")
    expect(each_page.get_by_role("alert")).to_contain_text("do not go together")
    axe(each_page)


def test_who_signs_in_is_greeted_by_name_and_reaches_the_content_by_keyboard(
    each_page: Page, address: str, axe: Callable[[Page], None]
) -> None:
    sign_in(each_page, address, "alice", "alice")
    expect(each_page.locator("form.person")).to_contain_text("Alice")
    axe(each_page)
    each_page.keyboard.press("Tab")
    expect(each_page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_no_page_is_wider_than_a_small_screen(small_page: Page, address: str) -> None:
    sign_in(small_page, address, "alice", "alice")
    expect(small_page.get_by_role("button", name="Sign out")).to_be_visible()
    assert small_page.evaluate("document.documentElement.scrollWidth") <= 360
