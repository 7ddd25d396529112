"""The last step of a link with a product: when it writes, where the password goes, and what comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import Consumer, Level, register
from applinks.web.administration.making import MAKE, PRODUCT
from applinks.wire.messages import Response
from links.test_looking import ABOUT, JIRA, There
from web.dom import Dom
from web.visitor import followed, heading, said_by

PASSWORD = "canary-5e1d"


@pytest.fixture
def jira(root, tracker) -> There:
    """A product that has no REST for links."""
    tracker.network = There()
    return tracker.network


def found(root, url: str = JIRA):
    page = root.get(MAKE)
    return root.post(MAKE, {**Dom(page.body.decode()).fields(), "url": url})


def sent(root, url: str = JIRA, **chosen: str):
    """The form about the product, filled in and sent."""
    fields = Dom(found(root, url).body.decode()).fields()
    return root.post(PRODUCT, {**fields, "same_users": "yes", "way": "list", **chosen})


def test_what_is_there_is_shown_with_its_version_and_nothing_is_written(root, tracker, jira):
    page = found(root)
    assert heading(page) == "Link with Tickets"
    assert "Tickets (jira 9.12.5)" in said_by(page)
    assert tracker.links == {}


def test_without_a_password_our_end_is_made_and_the_list_is_shown(root, tracker, jira):
    page = followed(root, sent(root, link_name="Our Jira", execute_as="robot"))
    assert (page.status, heading(page)) == (200, "What to enter in Our Jira")
    assert "Our end is made." in said_by(page)
    assert "Execute as robot" in said_by(page)
    assert Dom(page.body.decode()).fields()["execute_as"] == "robot"
    link = tracker.link("Our Jira")
    assert (link.outgoing.level, link.outgoing.fixed_user) == (Level.OAUTH_IMPERSONATION, True)
    assert not [asked for asked in jira.asked if asked.header("authorization")]


def test_the_answer_about_the_users_decides_the_level(root, tracker, jira):
    """R-07"""
    sent(root, same_users="no")
    assert tracker.link("Tickets").outgoing.level is Level.OAUTH


@pytest.mark.parametrize(("name", "password"), [("", ""), ("admin", ""), ("", PASSWORD)])
def test_a_name_without_a_password_makes_nothing(root, tracker, jira, name, password):
    page = sent(root, way="password", name=name, password=password)
    assert (page.status, "name and password are missing" in said_by(page)) == (400, True)
    assert tracker.links == {}


def test_what_the_product_refuses_is_shown_above_the_form_as_it_was_but_for_the_password(root, tracker, jira):
    """T-66"""
    jira.answers |= {
        f"{JIRA}/{path}": Response(401) for path in ("rest/applinks/3.0/applinks", "rest/applinks/1.0/applicationlink")
    }
    page = sent(root, way="password", name="admin", password=PASSWORD, link_name="Our Jira", execute_as="robot")
    assert (page.status, heading(page)) == (400, "Not done – Link with Tickets")
    assert tracker.links == {}
    assert PASSWORD not in page.body.decode()
    fields = Dom(page.body.decode()).filled()
    assert (fields["name"], fields["link_name"], fields["execute_as"]) == ("admin", "Our Jira", "robot")
    assert [entry for entry in tracker.entries if PASSWORD in repr(entry)] == []


def test_over_plain_http_no_password_is_asked_for_nor_sent(root, tracker):
    """T-27: the page says why, and offers the list."""
    url = "http://jira.example.com/jira"
    tracker.plain_http = True
    tracker.network = There(replace(ABOUT, url=url), url)
    page = found(root, url)
    assert "is plain http, so no password is sent there" in said_by(page)
    assert Dom(page.body.decode()).buttons() == [("way", "list")]
    refused = sent(root, url, way="password", name="admin", password=PASSWORD)
    assert (refused.status, tracker.links) == (400, {})
    assert not [asked for asked in tracker.network.asked if asked.header("authorization")]


def test_a_name_that_another_link_has_is_asked_for_again(root, tracker, jira):
    tracker.run(register("Tickets", None, consumer=Consumer("tickets", secret="a secret of theirs"), by="root"))
    page = sent(root)
    assert (page.status, "There is a link named 'Tickets' already" in said_by(page)) == (400, True)
    assert sent(root, link_name="Other tickets").status == 303


def test_an_address_in_which_the_product_does_not_believe_is_offered_by_one_click(root, tracker):
    tracker.network = There(replace(ABOUT, url="https://jira.example.com"))
    page = found(root)
    assert (page.status, "the context path differs" in said_by(page)) == (400, True)
    assert ("url", "https://jira.example.com") in Dom(page.body.decode()).buttons()
