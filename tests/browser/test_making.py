"""Links with everything that is no application of ours, made in a real browser: products, providers, consumers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from applinks import CredentialsRequired
from applinks.links import Level
from applinks.web.visit import LINKS
from browser.rig import Look
from browser.test_administration import Hand
from browser.two_applications import Two, running
from peers.client import HMAC_SHA1, Task
from peers.known import SOMEBODY
from peers.reference_provider import OAuthlibProvider
from products.imitation import JIRA_9, Answer, Product
from products.imitation import running as product_running

PICTURES = "making"
SECRET = "a secret that both know"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    """Front knows nobody."""
    with running(tmp_path, linked=False) as two:
        yield two


@pytest.fixture
def jira() -> Iterator[Product]:
    with product_running(JIRA_9) as product:
        yield product


def begun(page: Page, two: Two, first: str = "Make a link") -> Hand:
    """Signed in at the links, confirmed, and on the page that comes first."""
    hand = Hand(page)
    page.goto(f"{two.at_front}{LINKS}")
    hand.sign_in()
    hand.press(first)
    hand.confirm()
    return hand


def looked(page: Page, two: Two, address: str) -> Hand:
    """What is at an address is shown."""
    hand = begun(page, two)
    page.get_by_label("Its address").fill(address)
    hand.press("Look")
    return hand


def field(page: Page, label: str) -> Locator:
    """What a dialog is to be filled with, by the label that stands there."""
    return page.locator(".steps dl > div", has=page.get_by_text(label, exact=True)).first.locator("dd")


def entered(page: Page, jira: Product, **wrong: str) -> None:
    """An administrator of the product copies what the page says into its dialogs."""
    key, public_key = (field(page, label).locator("code").inner_text() for label in ("Consumer Key", "Public Key"))
    key = page.locator(".steps li", has_text="Let this application call it").locator("code").first.inner_text()
    ticked = "do not" not in field(page, "Allow user impersonation through 2-Legged OAuth").inner_text()
    jira.links.clear()
    typed = {"key": key, "public_key": public_key, "twoLOImpersonationAllowed": ticked, **wrong}
    jira.enter(field(page, "Consumer Name").inner_text(), **typed)


# ---- products


def test_with_a_name_and_a_password_both_ends_of_a_link_with_a_product_are_made(
    each_page: Page, two: Two, jira: Product, look: Look
) -> None:
    page, hand = each_page, looked(each_page, two, f"{jira.url}/secure/Dashboard.jspa")
    hand.heading("Link with Jira")
    expect(page.locator("main")).to_contain_text("jira 9.12.5")
    look(page, "product")
    hand.click(page.get_by_label("Yes: calls go as whoever"))
    page.get_by_label("Your name there").fill("admin")
    page.get_by_label("Your password there").fill("wrong")
    hand.press("Make both ends")
    expect(page.get_by_role("alert")).to_contain_text("Check name and password")
    expect(page.get_by_label("Your password there")).to_have_value("")
    assert (two.front.links(), jira.links) == ((), {})
    look(page, "wrong-password")
    page.get_by_label("Your password there").fill("s3cret")
    hand.press("Make both ends")
    hand.heading("Linked with Jira")
    expect(page.locator("#done ~ ul li")).to_have_count(4)
    look(page, "both-ends")
    page.get_by_label("As whom to try it").fill("alice")
    hand.press("Check what I have entered")
    expect(page.get_by_role("status")).to_have_text("All that can be checked is right.")
    with two.front.acting_as("alice"):
        assert two.front.link("Jira").who_am_i() == "alice"


def test_without_a_password_each_value_is_told_and_checked_when_entered(
    each_page: Page, two: Two, jira: Product, look: Look
) -> None:
    page, hand = each_page, looked(each_page, two, jira.url)
    hand.click(page.get_by_label("Yes: calls go as whoever"))
    assert two.front.links() == ()
    hand.press("Make our end, and tell what to enter")
    hand.heading("What to enter in Jira")
    assert jira.links == {}
    hand.press("To the link")
    hand.press("What to enter over there")
    expect(page.get_by_role("heading", level=2).first).to_have_text("In Jira 9.12.5, by its administrator")
    look(page, "steps")
    page.get_by_label("As whom to try it").fill("alice")
    entered(page, jira, key="front")
    hand.press("Check what I have entered")
    expect(page.get_by_role("status")).to_have_text("Not all of it is right yet.")
    wrong = page.locator(".marks li", has_text="our consumer key, public key and callback")
    expect(wrong).to_contain_text("Wrong: our consumer key")
    expect(wrong).to_contain_text("Consumer Key there must be exactly")
    look(page, "steps-wrong")
    entered(page, jira)
    hand.press("Check what I have entered")
    expect(page.get_by_role("status")).to_have_text("All that can be checked is right.")
    expect(page.locator(".steps h3", has_text="Right:")).to_have_count(3)
    look(page, "steps-right")


def test_an_address_in_which_the_application_does_not_believe_is_put_right_by_one_click(
    each_page: Page, two: Two, jira: Product, look: Look
) -> None:
    """Known by two names: as 127.0.0.1 it is found, as localhost it believes to be."""
    page = each_page
    jira.base_url = jira.url.replace("127.0.0.1", "localhost")
    hand = looked(page, two, jira.url)
    expect(page.get_by_role("alert")).to_contain_text("the host differs")
    look(page, "other-address")
    jira.url = jira.base_url
    hand.press(f"Use {jira.base_url}")
    hand.heading("Link with Jira")


# ---- by hand


def test_a_provider_is_described_by_hand_and_called_after_the_first_consent(each_page: Page, two: Two, look: Look) -> None:
    page = each_page
    with OAuthlibProvider() as photos:
        photos.register_consumer("front-17", secret=SECRET)
        hand = looked(page, two, photos.url)
        look(page, "no-manifest")
        hand.press("Describe it")
        hand.heading("Describe an application")
        page.get_by_label("Name", exact=True).fill("Photos")
        for label, address in (
            ("Request token", "request-token"),
            ("Authorize", "authorize"),
            ("Access token", "access-token"),
        ):
            page.get_by_label(f"{label} address").fill(address)
        page.get_by_label("Our consumer key there").fill("front-17")
        page.get_by_label("Our secret there").fill(SECRET)
        page.get_by_label("Authorize address").fill("the page")
        look(page, "by-hand")
        hand.press("Make the link")
        expect(page.get_by_role("alert")).to_contain_text("address")
        expect(page.get_by_label("Our secret there")).to_have_value("")
        expect(page.get_by_label("Our consumer key there")).to_have_value("front-17")
        assert two.front.links() == ()
        page.get_by_label("Authorize address").fill("authorize")
        page.get_by_label("Our secret there").fill(SECRET)
        hand.press("Make the link")
        hand.heading("What to enter in Photos")
        look(page, "provider-steps")
        hand.press("Check what I have entered")
        expect(page.locator(".marks li", has_text="Right:")).to_contain_text("it knows 'front-17'")
        with two.front.acting_as("admin"), pytest.raises(CredentialsRequired) as missing:
            two.front.link("Photos").get("whoami")
        page.goto(f"{missing.value.authorization_url}&return_to=%2Flogin")
        page.get_by_label("Name").fill("ada")
        hand.press("Allow")
        expect(page).to_have_url(f"{two.at_front}/login")
        with two.front.acting_as("admin"):
            assert two.front.link("Photos").get("whoami").text == "ada"


def test_a_consumer_without_an_address_is_registered_and_its_first_call_is_served(
    each_page: Page, two: Two, look: Look
) -> None:
    page = each_page
    hand = begun(page, two, "Register a consumer")
    hand.heading("Describe an application")
    look(page, "consumer")
    page.get_by_label("Name", exact=True).fill("Reports")
    page.get_by_label("Its consumer key").fill("reports")
    page.get_by_label("or a secret that both sides know").fill(SECRET)
    page.get_by_label("Calls that name nobody act as").fill("erin")
    hand.press("Make the link")
    expect(page.get_by_role("alert")).to_contain_text("administrator")
    assert SECRET not in page.content()
    assert two.front.links() == ()
    page.get_by_label("or a secret that both sides know").fill(SECRET)
    page.get_by_label("Calls that name nobody act as").fill("alice")
    hand.press("Make the link")
    expect(page.get_by_role("status")).to_contain_text("Our end is made.")
    expect(field(page, "Request token URL")).to_have_text(f"{two.at_front}/plugins/servlet/oauth/request-token")
    look(page, "consumer-steps")
    whoami = f"{two.at_front}/plugins/servlet/applinks/whoami"
    answer = SOMEBODY.run(SOMEBODY.two_legged(Task("reports", HMAC_SHA1, secret=SECRET, url=whoami)))
    assert (answer.status, answer.body) == (200, "alice")


def test_what_of_a_products_calls_could_not_be_read_is_described_afterwards(page: Page, two: Two, jira: Product) -> None:
    """The step leads to the form, filled with what the product says by now."""
    jira.failing["consumer-info"] = Answer(404)
    hand = looked(page, two, jira.url)
    hand.press("Make our end, and tell what to enter")
    assert two.front.link("Jira").link.incoming.level is Level.DISABLED
    del jira.failing["consumer-info"]
    hand.press("Enter it here", "link")
    expect(page.get_by_label("Its consumer key")).to_have_value("Jira:4711")
    hand.press("Make the link")
    link = two.front.link("Jira").link
    assert (link.incoming.level, link.incoming.consumer_key) == (Level.OAUTH, "Jira:4711")
    assert link.outgoing.level is Level.OAUTH, "the other direction stays"


@pytest.mark.parametrize("where", ["address", "product", "by hand"])
def test_cancelling_leaves_nothing_behind(page: Page, two: Two, jira: Product, where: str) -> None:
    hand = begun(page, two, "Register a consumer") if where == "by hand" else begun(page, two)
    if where == "product":
        page.get_by_label("Its address").fill(jira.url)
        hand.press("Look")
    hand.press("Cancel")
    hand.heading("Links")
    assert (two.front.links(), jira.links) == ((), {})


def test_what_is_not_ticked_takes_no_room_and_comes_with_the_tick(scriptless_page: Page, two: Two) -> None:
    hand = begun(scriptless_page, two, "Register a consumer")
    expect(scriptless_page.get_by_label("Its consumer key")).to_be_visible()
    expect(scriptless_page.get_by_label("Authorize address")).to_be_hidden()
    hand.click(scriptless_page.get_by_role("checkbox", name="This application calls it"))
    expect(scriptless_page.get_by_label("Authorize address")).to_be_visible()
