"""The page's dance and its message to the user, between the three applications, from both kinds of framework."""

from __future__ import annotations

import asyncio

import pytest

from applinks.demo.window import Chromium, Plain, Window, opened

ADMISSION = "admission"


@pytest.fixture
def carol(world):
    """Her browser; she has allowed nothing yet."""
    asyncio.run(world.tracker.applinks.forget_consent("Wiki", "carol", by="admin"))
    world.forge.applinks.forget_consent("Wiki", "carol", by="admin")
    window = Plain("a test")
    yield window
    window.close()


def sign_in(window: Window, address: str, name: str) -> None:
    window.open(f"{address}/login")
    window.press("Sign in", name=name, password=name)


def ask(window: Window, world, here: str) -> None:
    """Ask the wiki who one is there."""
    window.open(f"{world.urls[here]}/linked")
    window.press("Who am I in Wiki?")


@pytest.mark.parametrize("here", ["Tracker", "Forge"])
def test_carol_is_asked_allows_it_is_served_revokes_it_and_is_asked_again(world, carol, here):
    sign_in(carol, world.urls[here], "carol")
    ask(carol, world, here)
    assert (carol.status, "Not done yet." in carol.text) == (409, True)

    carol.follow("Allow it in Wiki")
    assert carol.address.startswith(f"{world.urls['Wiki']}/login?next=")
    carol.press("Sign in", name="cclark", password="cclark")
    assert f"Let <bdi>{here}</bdi> act as you?" in carol.text
    carol.press("Allow")
    assert carol.address == f"{world.urls[here]}/linked"
    assert '<div class="message info" role="status">' in carol.text

    ask(carol, world, here)
    assert "Making the request as: <strong>cclark</strong>" in carol.text
    assert "Allowed." not in carol.text, "she was told already"

    carol.open(f"{world.urls['Wiki']}/plugins/servlet/oauth/users/access-tokens")
    while carol.link(here):  # and not only what she allowed in this test
        carol.press("Revoke")
    ask(carol, world, here)
    assert (carol.status, "Not done yet." in carol.text) == (409, True)
    assert carol.link("Allow it in Wiki")


@pytest.mark.parametrize("here", ["Tracker", "Forge"])
def test_who_says_no_is_told_so_and_asked_again_the_next_time(world, carol, here):
    sign_in(carol, world.urls["Wiki"], "cclark")
    sign_in(carol, world.urls[here], "carol")
    ask(carol, world, here)
    carol.follow("Allow it in Wiki")
    carol.press("Deny")
    assert carol.address.startswith(world.urls[here])
    assert "You said no" in carol.text
    ask(carol, world, here)
    assert carol.status == 409


@pytest.mark.parametrize("here", ["Tracker", "Forge"])
def test_somebody_elses_address_leads_nowhere(world, carol, here):
    """T-44."""
    sign_in(carol, world.urls[here], "carol")
    ask(carol, world, here)
    address = carol.link("Allow it in Wiki")
    with world.browsing(here, "bob") as bob:
        answer = bob.get(address)
        assert answer.status_code == 403
        assert str(answer.url).startswith(world.urls[here])
        assert "This was meant for somebody else" in bob.page


@pytest.mark.parametrize("here", ["Tracker", "Forge"])
def test_who_was_signed_out_signs_in_and_goes_on(world, carol, here):
    sign_in(carol, world.urls[here], "carol")
    ask(carol, world, here)
    address = carol.link("Allow it in Wiki")
    carol.press("Sign out")
    carol.open(address)
    assert carol.address.startswith(f"{world.urls[here]}/login?next=")
    carol.press("Sign in", name="carol", password="carol")
    carol.follow("Go on")
    assert carol.address.startswith(f"{world.urls['Wiki']}/login?next=")


@pytest.mark.parametrize("here", ["Tracker", "Forge"])
def test_a_real_browser_goes_on_by_itself_although_our_forms_lead_nowhere_else(world, here):
    """The policy of the sign-in form forbids redirects to the wiki; the dance starts from a page of its own."""
    with opened(real=True) as carol:
        if not isinstance(carol, Chromium):
            pytest.skip("no Chromium here that Playwright could drive; tools/browser installs one")
        sign_in(carol, world.urls[here], "carol")
        ask(carol, world, here)
        address = carol.link("Allow it in Wiki")
        carol.press("Sign out")
        carol.open(address)
        carol.press("Sign in", name="carol", password="carol")
        carol._page.wait_for_url(f"{world.urls['Wiki']}/login?next=**")


def test_cclark_reads_what_is_open_in_the_forge_as_its_fixed_user(world):
    with world.browsing("Wiki", "cclark") as she:
        answer = she.get("/spaces/OPS/pull-requests")
    assert answer.status_code == 200
    assert "Count down aloud</a> <small>by Alice Adams</small>" in answer.text
    admitted = next(written.entry for written in world.forge.applinks.audit(5) if written.entry.kind == ADMISSION)
    assert (admitted.subject, admitted.mechanism) == ("integration", "2LO")


def test_what_the_forge_does_not_know_is_told_in_a_message(world):
    world.wiki.records.add_space("ELSE", "Elsewhere", "", creator="admin")
    with world.browsing("Wiki", "cclark") as she:
        answer = she.get("/spaces/ELSE/pull-requests")
    assert answer.status_code == 409
    assert "This was not done." in answer.text
    assert "<h1>" in answer.text
