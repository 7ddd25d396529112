"""Every view that our pages have, as it is served, in a real browser: whatever a journey does not come by is looked at here."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from applinks.web import look
from serve import sights as standing
from web import sights
from web.administration import sights as administration
from web.scripts import sights as scripts

HOST = "http://127.0.0.1:9"
KINDS = {
    kind.__name__: list(views)
    for kind, views in groupby(
        sorted(
            (*sights.SIGHTS, *sights.NOTICES, *administration.SIGHTS, *scripts.SIGHTS, *standing.SIGHTS),
            key=lambda it: type(it).__name__,
        ),
        type,
    )
}
"""By kind, with and without trouble, empty and full."""


def serve(page: Page, view: Any) -> None:
    """Show that view at an address, with its own headers and style sheets; nothing is reached."""
    answer = look.page(view)

    def respond(route: Route) -> None:
        sheet = look.STATIC.get(route.request.url.rpartition("/")[2])
        kind, body = sheet or ("text/html; charset=utf-8", answer.body)
        route.fulfill(headers={**dict(answer.headers), "content-type": kind}, body=body)

    page.unroute_all()
    page.route(re.compile(re.escape(HOST)), respond)
    page.goto(HOST)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("look_of", ["light", "dark", "small"])
def test_everybody_can_use_it(open_page: Callable[..., Page], axe: Callable[[Page], None], kind: str, look_of: str) -> None:
    page = open_page(look_of)
    for view in KINDS[kind]:
        serve(page, view)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the window"
