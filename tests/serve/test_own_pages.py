"""The table of the application's own pages, walked."""

from __future__ import annotations

import pytest

from applinks.serve.own_pages import OWN_PAGES
from applinks.web import Route, Who
from serve.browsing import heading


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", [page for page in OWN_PAGES if page.who is not Who.ANYBODY], ids=named)
def test_whoever_is_nobody_is_led_to_sign_in(somebody, route):
    answer = somebody.ask(route.method, route.path)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


@pytest.mark.parametrize("route", [page for page in OWN_PAGES if page.method == "POST"], ids=named)
@pytest.mark.parametrize("token", ["", "x"])
def test_a_form_that_is_not_ours_does_nothing(bob, route, token):
    """T-40"""
    bob.get("/password")
    answer = bob.send(route.path, form_token=token, name="bob")
    assert (answer.status_code, heading(answer)) == (403, "Please try that again")
    assert bob.get("/").status_code == 200


@pytest.mark.parametrize("route", [page for page in OWN_PAGES if page.method == "GET"], ids=named)
def test_every_page_forbids_scripts_frames_and_caches(bob, route):
    """T-41, T-49"""
    answer = bob.get(route.path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/nothing", "/sign-in/", "/Sign-in", "/x//sign-in", "/password;x"])
def test_what_is_not_quite_the_path_of_a_page_is_none(bob, path):
    """T-51"""
    answer = bob.get(path)
    assert (answer.status_code, heading(answer)) == (404, "There is no such page")


def test_another_method_is_none_of_ours(bob):
    assert bob.ask("DELETE", "/password").status_code == 405
