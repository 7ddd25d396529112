"""Windows for the story: the same clicks in a real browser and over plain HTTP, and never a story without either."""

from __future__ import annotations

import sys

import pytest

from applinks.demo import window
from applinks.demo.window import Chromium, NotShown, Plain, Reading, opened

KINDS = {"plain HTTP": Plain, "a real browser": Chromium}
PAGE = """
<a href="/here">Go <b>here</b></a> <a>nowhere</a>
<form method="post" action="/first"><input type="hidden" name="token" value="t"><input name="name">
  <button name="decision" value="allow">Allow</button> <button name="decision" value="deny"> Deny </button></form>
<form method="post" action="/second"><button aria-label="Who am I in Wiki?">Who am I there?</button></form>
"""


@pytest.fixture(params=KINDS)
def carol(request, world):
    """A window of either kind, in which carol has signed in to the tracker."""
    with opened(real=request.param == "a real browser") as found:
        if not isinstance(found, KINDS[request.param]):
            pytest.skip("no Chromium here that Playwright could drive; tools/browser installs one")
        found.open(f"{world.urls['Tracker']}/login")
        found.press("Sign in", name="carol", password="carol")
        yield found


def test_a_form_is_filled_in_and_sent_and_what_comes_of_it_is_shown(carol, world):
    assert carol.address == f"{world.urls['Tracker']}/"
    assert carol.status == 200
    assert "<span>Carol Clark</span>" in carol.text


def test_links_are_found_by_what_they_say_and_followed(carol, world):
    address = f"{world.urls['Tracker']}/linked"
    assert carol.link("Linked applications") == address
    assert carol.link("No such link") is None
    carol.follow("Linked applications")
    assert carol.address == address


def test_buttons_are_found_by_what_is_said_of_them_and_a_refusal_is_a_page_too(carol):
    carol.follow("Linked applications")
    carol.press("Who am I in Wiki?")
    assert carol.status == 409
    assert carol.link("Allow it in Wiki") is not None


def test_what_is_not_on_the_page_is_not_pressed_or_followed(carol):
    if isinstance(carol, Chromium):
        carol._page.set_default_timeout(300)
    with pytest.raises(NotShown, match="'No such button' at http"):
        carol.press("No such button")
    with pytest.raises(NotShown, match="'No such link' at http"):
        carol.follow("No such link")


def test_sessions_at_several_applications_stand_side_by_side(carol, world):
    carol.open(f"{world.urls['Forge']}/login")
    carol.press("Sign in", name="bob", password="bob")
    assert "<span>Bob Brown</span>" in carol.text
    carol.open(f"{world.urls['Tracker']}/")
    assert "<span>Carol Clark</span>" in carol.text


def test_each_says_what_it_is(carol):
    assert carol.kind.startswith(next(kind for kind, made in KINDS.items() if isinstance(carol, made)))


# ---- which of them


def test_without_a_wish_for_a_real_one_it_is_plain():
    with opened(real=False) as found:
        assert (type(found), found.kind) == (Plain, "plain HTTP")


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/chromium"])
def test_where_the_browser_is_missing_or_does_not_start_it_is_plain_and_says_so(monkeypatch, program):
    monkeypatch.setenv("APPLINKS_TEST_BROWSER", program)
    with opened(real=True) as found:
        assert type(found) is Plain
        assert "no Chromium" in found.kind


def test_where_playwright_is_missing_it_is_plain_and_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    monkeypatch.setattr(window, "executable", lambda: "/bin/true")
    with opened(real=True) as found:
        assert type(found) is Plain


def test_the_browser_that_is_named_is_taken_before_those_on_the_path(monkeypatch, tmp_path):
    for name in ("mine", "chromium"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("APPLINKS_TEST_BROWSER", raising=False)
    assert window.executable() == str(tmp_path / "chromium")
    monkeypatch.setenv("APPLINKS_TEST_BROWSER", "mine")
    assert window.executable() == str(tmp_path / "mine")


def test_the_one_that_was_unpacked_beside_the_source_is_found(monkeypatch, tmp_path):
    unpacked = tmp_path / ".tools/browser/chromium"
    unpacked.parent.mkdir(parents=True)
    unpacked.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("APPLINKS_TEST_BROWSER", raising=False)
    monkeypatch.chdir(tmp_path)
    assert window.executable() == ".tools/browser/chromium"


# ---- reading a page


def test_a_page_is_read_as_its_links_and_its_forms():
    found = Reading.of(PAGE)
    assert found.links == [("Go here", "/here"), ("nowhere", "")]
    first, second = found.forms
    assert (first.action, first.hidden) == ("/first", {"token": "t"})
    assert first.buttons == [("Allow", {"decision": "allow"}), ("Deny", {"decision": "deny"})]
    assert second.buttons == [("Who am I in Wiki?", {})]
