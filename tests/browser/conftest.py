"""A browser for each module, and pages as different people see them. A complaint of the browser fails the test that caused it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import rig

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. It goes with the module: other tests of this process need the event loop that it occupies."""
    with rig.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an empty page in a context of its own: `open_page("dark")`, with Playwright's own options behind."""
    complaints: list[list[str]] = []
    with ExitStack() as stack:

        def open_one(look: str = "light", **options: object) -> Page:
            page, found = stack.enter_context(rig.opened(browser, look, **options))
            complaints.append(found)
            return page

        yield open_one
    heard = [complaint for found in complaints for complaint in found]
    assert not heard, "\n".join(["the browser complained:", *heard])


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page("light")


@pytest.fixture
def dark_page(open_page: OpenPage) -> Page:
    return open_page("dark")


@pytest.fixture
def scriptless_page(open_page: OpenPage) -> Page:
    return open_page("without JavaScript")


@pytest.fixture
def small_page(open_page: OpenPage) -> Page:
    return open_page("small")


@pytest.fixture(params=list(rig.LOOKS))
def each_page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """The test runs once for each look."""
    return open_page(request.param)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails with what axe-core finds in the page as it stands."""
    if not rig.AXE.exists():
        pytest.skip("axe-core is not here; tools/peers fetches it")
    return rig.axe


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """`screenshot(page, name)` keeps a picture where APPLINKS_SCREENSHOTS names a folder."""
    return rig.screenshot


@pytest.fixture
def look(axe: Callable[[Page], None], request: pytest.FixtureRequest) -> rig.Look:
    """Looks closely at a page of ours: everybody can use it, and it is no wider than the window. Keeps a picture.

    The picture is named after the `PICTURES` of the module, the page, and the look in which the test runs.
    """
    which = request.node.callspec.id if hasattr(request.node, "callspec") else "light"

    def closely(page: Page, name: str) -> None:
        page.wait_for_load_state()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the window"
        expect(page.locator("main")).to_have_count(1)
        rig.screenshot(page, f"{request.module.PICTURES}-{name}-{which}".replace(" ", "-"))

    return closely
