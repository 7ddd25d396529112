"""Consent in a real browser, between two applications that are different sites to it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from applinks.links import KeepRequestToken, RequestToken, digest_of
from applinks.web.visit import AUTHORIZE, GRANTS, START
from browser.two_applications import Two, running

Look = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with running(tmp_path_factory.mktemp("two")) as two:
        yield two


@pytest.fixture
def two(applications: Two) -> Iterator[Two]:
    yield applications
    applications.start_over()


@pytest.fixture
def look(axe: Callable[[Page], None], screenshot: Look, request: pytest.FixtureRequest) -> Look:
    """Looks closely at a page of ours: everybody can use it, and it is no wider than the window. Keeps a picture."""
    used = [name.removesuffix("_page") for name in request.fixturenames if name.endswith("_page") and name != "open_page"]
    which = request.node.callspec.id if used == ["each"] else (used or ["light"])[0]

    def closely(page: Page, name: str) -> None:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the window"
        expect(page.locator("main")).to_have_count(1)
        screenshot(page, f"consent-{name}-{which}".replace(" ", "-"))

    return closely


def heading(page: Page, text: str) -> None:
    """The page has come, whole: whoever leaves earlier breaks off the loading of its sheets, which would be a complaint."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    page.wait_for_load_state()


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Sign in").click()


def to_consent(page: Page, two: Two, name: str = "alice", issues: str = "/issues") -> None:
    """From a call that needs consent to the page that asks for it, signed in at both."""
    page.goto(f"{two.at_front}/login?{urlencode({'next': issues})}")
    sign_in(page, name)
    page.get_by_role("link", name="Ask it").click()
    heading(page, "Sign in to Tracker")
    sign_in(page, name)
    heading(page, "Let Front act as you?")


def wish(two: Two, token: str, callback: str | None, seconds: int = 600) -> str:
    """Front has asked the tracker for consent by this request token; the address at which people decide."""
    link = two.tracker.link("Front").link
    until = int(time.time()) + seconds
    two.tracker.answer(KeepRequestToken(RequestToken(digest_of(token), "secret", link.id, callback, until)))
    return f"{two.at_tracker}{AUTHORIZE}?oauth_token={token}"


def test_from_the_first_call_to_the_revocation(each_page: Page, two: Two, look: Look) -> None:
    """The whole way, in every look: asked, signed in, allowed, back, served; revoked, and asked anew."""
    page, issues = each_page, "/issues?project=OPS"
    to_consent(page, two, issues=issues)
    look(page, "ask")
    expect(page.get_by_text("You return to 127.0.0.1")).to_be_visible()
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(f"{two.at_front}{issues}")
    expect(page.get_by_text("These are of Alice Adams.")).to_be_visible()

    page.goto(f"{two.at_tracker}{GRANTS}")
    heading(page, "What I have allowed")
    look(page, "grants")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("Revoked. It holds from now on")
    expect(page.get_by_text("No application may act as you here.")).to_be_visible()
    look(page, "revoked")
    page.goto(f"{two.at_front}{issues}")
    page.get_by_role("link", name="Ask it").click()
    heading(page, "Let Front act as you?")


def test_who_says_no_is_told_on_the_other_side(dark_page: Page, two: Two, look: Look) -> None:
    to_consent(dark_page, two)
    dark_page.get_by_role("button", name="Deny").click()
    heading(dark_page, "You said no")
    assert dark_page.url.startswith(two.at_front)
    look(dark_page, "denied")
    assert (two.tracker.grants(), two.front.consents()) == ((), ())


def test_who_opens_an_address_of_another_is_told_so(
    scriptless_page: Page, open_page: Callable[..., Page], two: Two, look: Look
) -> None:
    """T-44."""
    scriptless_page.goto(f"{two.at_front}/login?next=/issues")
    sign_in(scriptless_page, "alice")
    address = scriptless_page.get_by_role("link", name="Ask it").get_attribute("href") or ""
    assert f"{START}?" in address
    scriptless_page.context.clear_cookies()
    scriptless_page.goto(address)
    sign_in(scriptless_page, "bob")
    heading(scriptless_page, "This was meant for somebody else")
    look(scriptless_page, "not-yours")


def test_who_comes_back_as_another_is_stopped_and_the_right_one_goes_on(page: Page, two: Two) -> None:
    """T-44, C-21, C-22: the answer is good for whoever asked, in whichever session it arrives."""
    to_consent(page, two)
    other = page.context.new_page()
    other.goto(f"{two.at_front}/login?next=/")
    sign_in(other, "bob")
    expect(other.get_by_role("link", name="Ask it")).to_be_visible()
    page.get_by_role("button", name="Allow").click()
    heading(page, "This was meant for somebody else")
    assert two.front.consents() == ()
    other.goto(f"{two.at_front}/login?next=/")
    sign_in(other, "alice")
    expect(other.get_by_role("link", name="Ask it")).to_be_visible()
    page.reload()
    expect(page.get_by_text("These are of Alice Adams.")).to_be_visible()


def test_who_has_been_signed_out_meanwhile_signs_in_and_arrives_all_the_same(page: Page, two: Two) -> None:
    """The way back leads through the sign-in, on the origin that the consent page's policy names."""
    to_consent(page, two)
    page.context.clear_cookies(name="front")
    page.get_by_role("button", name="Allow").click()
    heading(page, "Sign in to Front")
    sign_in(page, "alice")
    expect(page.get_by_text("These are of Alice Adams.")).to_be_visible()


def test_the_code_is_shown_where_there_is_no_way_back(
    small_page: Page, two: Two, look: Look, request: pytest.FixtureRequest
) -> None:
    small_page.goto(wish(two, request.node.name, None))
    sign_in(small_page, "alice")
    expect(small_page.get_by_text("You will see a code to copy into Front.")).to_be_visible()
    small_page.get_by_role("button", name="Allow").click()
    heading(small_page, "Your code for Front")
    expect(small_page.locator(".code")).to_have_text(re.compile(r"\s*[\w-]{22}\s*"))
    look(small_page, "code")


@pytest.mark.parametrize("state", ["unknown", "expired", "used"])
def test_a_wish_that_no_longer_stands_is_explained(page: Page, two: Two, look: Look, state: str) -> None:
    address = wish(two, f"token {state}", None, -1 if state == "expired" else 600)
    page.goto(address if state != "unknown" else f"{address}x")
    sign_in(page, "alice")
    if state == "used":
        page.get_by_role("button", name="Deny").click()
        page.goto(address)
    expected = {"unknown": "Nobody is asking", "expired": "That took too long", "used": "This was decided already"}
    heading(page, expected[state])
    look(page, state)


def test_with_the_keyboard_alone(page: Page, two: Two, screenshot: Look) -> None:
    """From the first link over the heading to the two buttons, each of which is seen to have the focus."""
    to_consent(page, two)
    stops = []
    while not stops or stops[-1][0] != "Allow":
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        ring = focused.evaluate("it => [getComputedStyle(it).outlineStyle, getComputedStyle(it).boxShadow]")
        stops.append((" ".join(focused.inner_text().split()), ring != ["none", "none"]))
        assert len(stops) < 12, stops
    assert [name for name, _ in stops] == [
        "Skip to content", "Tracker", "Inbox", "My runs", "What I have allowed", "Sign out",
        "Sign out", "What I have allowed", "Allow",
    ]  # fmt: skip
    assert all(seen for _, seen in stops), stops
    screenshot(page, "consent-keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_text("These are of Alice Adams.")).to_be_visible()
    page.goto(f"{two.at_tracker}{GRANTS}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Revoke")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Revoked")


def test_enter_alone_decides_nothing(page: Page, two: Two) -> None:
    """T-41: no field and no button has the focus when the page comes; whoever types on is not heard."""
    to_consent(page, two)
    for key in ("Enter", "Space", "y"):
        page.keyboard.press(key)
    heading(page, "Let Front act as you?")


@pytest.mark.parametrize(("host", "met_with"), [("127.0.0.1", "Sign in to Tracker"), ("localhost", "Please try that again")])
def test_a_page_from_elsewhere_cannot_decide(page: Page, two: Two, host: str, met_with: str) -> None:
    """T-40: not even with a token that it has somehow seen. Another site is not sent the host's cookies, the same site is."""
    to_consent(page, two)
    fields = {name: page.locator(f"[name={name}]").get_attribute("value") or "" for name in ("oauth_token", "form_token")}
    elsewhere = two.at_front.replace("127.0.0.1", host)
    page.goto(f"{elsewhere}/forged?{urlencode({**fields, 'decision': 'allow'})}")
    page.get_by_role("button", name="Play").click()
    heading(page, met_with)
    page.goto(f"{two.at_tracker}{AUTHORIZE}?oauth_token={fields['oauth_token']}")
    heading(page, "Let Front act as you?")


def test_a_form_that_was_left_open_while_somebody_else_signed_in_does_nothing(page: Page, two: Two, look: Look) -> None:
    """T-40, T-44: it was shown to alice, and bob presses the button."""
    to_consent(page, two)
    other = page.context.new_page()
    other.goto(f"{two.at_tracker}/login?next=/tracker/")
    sign_in(other, "bob")
    page.get_by_role("button", name="Allow").click()
    heading(page, "Please try that again")
    look(page, "forged")
    assert two.tracker.grants() == ()


def test_a_second_answer_to_the_same_question_is_none(page: Page, two: Two) -> None:
    """T-16: back, and once more."""
    to_consent(page, two)
    page.get_by_role("button", name="Deny").click()
    heading(page, "You said no")
    page.go_back()
    heading(page, "This was decided already")  # nothing was stored, so the page is asked for anew


def test_administrators_see_and_end_what_others_allowed(
    small_page: Page, open_page: Callable[..., Page], two: Two, look: Look
) -> None:
    """T-50, T-53: others do not."""
    for name in ("alice", "bob"):
        one = open_page()
        to_consent(one, two, name)
        one.get_by_role("button", name="Allow").click()
        expect(one).to_have_url(f"{two.at_front}/issues")
    one.goto(f"{two.at_tracker}{GRANTS}")
    expect(one.get_by_role("button")).to_have_count(1)
    expect(one.get_by_text("Alice")).to_have_count(0)
    small_page.goto(f"{two.at_tracker}{GRANTS}")
    sign_in(small_page, "erin")
    expect(small_page.get_by_role("heading", name="Everyone’s grants")).to_be_visible()
    look(small_page, "everyone")
    small_page.get_by_role("button", name="Revoke what Front may do as bob").click()
    expect(small_page.get_by_role("status")).to_contain_text("Revoked")
    assert [given.grant.user for given in two.tracker.grants()] == ["alice"]


def test_where_the_consent_is_held_it_can_be_forgotten(page: Page, two: Two, look: Look) -> None:
    to_consent(page, two)
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(f"{two.at_front}/issues")
    page.goto(f"{two.at_front}{GRANTS}")
    look(page, "held")
    page.get_by_role("button", name="Forget").click()
    expect(page.get_by_role("status")).to_contain_text("Forgotten")
    page.goto(f"{two.at_front}/issues")
    expect(page.get_by_role("link", name="Ask it")).to_be_visible()


def test_a_person_can_leave_by_the_page_if_it_is_somebody_else(page: Page, two: Two) -> None:
    to_consent(page, two)
    page.get_by_role("main").get_by_role("link", name="Sign out").click()
    heading(page, "Signed out")


def test_the_pages_come_in_no_frame(browser, two: Two) -> None:
    """T-41: the browser says why, so this page is not one whose complaints fail the test."""
    with browser.new_context() as context:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{two.at_front}/framing?{urlencode({'it': wish(two, 'framed', None)})}")
        page.wait_for_timeout(0)
        assert [text for text in said if "frame-ancestors" in text or "X-Frame-Options" in text]
