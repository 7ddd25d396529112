"""Confirming once more that it is you."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.incoming import receive
from applinks.incoming.replay import TRIES
from applinks.web.sudo import COOKIE, LIFE
from applinks.web.visit import LINKS
from applinks.wire.messages import Request
from in_memory import InMemory
from web.dom import Dom
from web.visitor import Visitor, at, outcome

CONFIRM = "/plugins/servlet/applinks/admin/confirm"
MAKE = "/plugins/servlet/applinks/admin/make"


def confirm(visitor: Visitor, password: str, back: str = MAKE):
    page = visitor.get(CONFIRM, {"back": back})
    return visitor.post(CONFIRM, {**Dom(page.body.decode()).fields(), "password": password})


@pytest.fixture
def root(tracker: InMemory) -> Visitor:
    return at(tracker, "root")


def test_the_right_password_opens_what_was_asked_for(root):
    assert root.get(MAKE).status == 303
    assert confirm(root, "root's").header("location") == MAKE
    assert root.get(MAKE).status == 200


def test_it_holds_for_ten_minutes(root, tracker):
    confirm(root, "root's")
    tracker.now += LIFE - 1
    assert root.get(MAKE).status == 200
    tracker.now += 1
    assert root.get(MAKE).status == 303


def test_a_wrong_password_opens_nothing_and_says_so(root):
    answer = confirm(root, "alice's")
    assert (answer.status, "That is not your password." in answer.body.decode()) == (403, True)
    assert root.get(MAKE).status == 303


def test_passwords_cannot_be_tried_at_will(root):
    """S-21."""
    assert [confirm(root, "wrong").status for _ in range(12)] == [403] * 12
    assert "Wait a quarter of an hour." in confirm(root, "root's").body.decode()
    assert root.get(MAKE).status == 303


def test_strangers_who_try_passwords_elsewhere_lock_no_administrator_out(root, tracker):
    """S-21: else whoever may ask the pairing endpoint could keep everybody from deleting a link."""
    proposal = Request(
        "POST",
        f"{tracker.identity.url}/rest/applinks-pairing/1.0/pair",
        (("content-type", "application/json"), ("authorization", "Basic cm9vdDp3cm9uZw==")),
        b"{}",
    )
    answers = [tracker.run(receive(proposal)).status for _ in range(TRIES + 1)]
    assert answers == [401] * TRIES + [429]
    assert confirm(root, "root's").header("location") == MAKE


def test_it_holds_for_one_person_in_one_browser(root, tracker):
    """A cookie that was carried elsewhere, or stays when somebody else signs in, opens nothing."""
    confirm(root, "root's")
    elsewhere = at(tracker, "root", cookies={name: value for name, value in root.cookies.items() if COOKIE in name})
    assert elsewhere.get(MAKE).status == 303
    other = replace(root, person=replace(root.person, name="ada"))
    assert other.get(MAKE).status == 303


@pytest.mark.parametrize(
    "cookie", ["", ".", "9999999999", "9999999999.", "9999999999.x.y", "x.y", "99999999999999999999.1.2", "²."]
)
def test_a_made_up_confirmation_opens_nothing(root, cookie):
    root.get(CONFIRM)
    root.cookies[f"__Host-{COOKIE}"] = cookie
    assert root.get(MAKE).status == 303


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/elsewhere",
        "\\evil",
        "",
        "/plugins/servlet/oauth/x",
        "/plugins/servlet/applinks/admin/../../../logout",
        "/plugins/servlet/applinks/admin/%2e%2e/%2e%2e/%2e%2e/logout",
    ],
)
def test_it_leads_to_a_page_of_the_administration_and_nowhere_else(root, back):
    """T-42."""
    assert confirm(root, "root's", back).header("location") == LINKS


def test_a_form_that_came_too_late_leads_back_to_the_page_of_its_link(root, wiki):
    confirm(root, "root's")
    (id_,) = root.application.links
    page = root.get(f"/plugins/servlet/applinks/admin/links/{id_}/policy")
    del root.cookies[f"__Host-{COOKIE}"]
    answer = root.post(f"/plugins/servlet/applinks/admin/links/{id_}/policy", Dom(page.body.decode()).fields())
    assert answer.header("location") == f"{CONFIRM}?back=%2Fplugins%2Fservlet%2Fapplinks%2Fadmin%2Flinks%2F{id_}"


def test_who_is_no_administrator_is_not_even_asked(tracker):
    assert outcome(at(tracker, "alice").get(CONFIRM)) == (404, "There is no such page")
