"""Making a link in the browser, with every question answered in memory: the steps, what they show, and what they leave behind."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from applinks.links import Level
from applinks.web.administration.making import AGREED, MAKE
from applinks.web.visit import LINKS
from in_memory import InMemory
from web.dom import Dom
from web.visitor import Visitor, at, confirmed, followed, heading, said_by

WIKI = "https://wiki.example.com/base"


def found(root: Visitor, url: str = WIKI):
    page = root.get(MAKE)
    return root.post(MAKE, {**Dom(page.body.decode()).fields(), "url": url})


def gone(root: Visitor, **chosen: str):
    """The second form, sent."""
    fields = Dom(found(root).body.decode()).fields()
    return root.post(f"{MAKE}/go", {**fields, "same_users": "yes", "way": "visit", **chosen})


def agreed(wiki: InMemory, answer, decision: str = "agree"):
    """What an administrator over there does with the address to which the browser was sent."""
    ada = confirmed(at(wiki, "root"))
    page = ada.open(answer.header("location") or "")
    assert heading(page) == "Link with Tracker?"
    return ada.press(page, "decision", decision)


def nothing(*applications: InMemory) -> bool:
    return all(
        not application.links and "link made" not in [e.kind for e in application.entries] for application in applications
    )


def test_both_ends_are_made_by_five_pages_and_no_password_crosses(root, tracker, wiki):
    """R-06"""
    back = agreed(wiki, gone(root))
    ends = root.open(back.header("location") or "")
    assert heading(ends) == "Wiki agrees"
    assert nothing(tracker, wiki)
    made = root.post(AGREED, Dom(ends.body.decode()).fields())
    assert "Linked, both ways." in said_by(made)
    assert "What was looked at" in said_by(made)
    for application, other in ((tracker, "Wiki"), (wiki, "Tracker")):
        link = application.link(other)
        assert (link.outgoing.level, link.incoming.level) == (Level.OAUTH_IMPERSONATION, Level.OAUTH_IMPERSONATION)
    assert [entry.actor for entry in wiki.entries if entry.kind == "link made"] == ["root"]


def test_the_answer_about_the_users_decides_the_level(root, tracker, wiki):
    """R-07"""
    back = agreed(wiki, gone(root, same_users="no"))
    ends = root.open(back.header("location") or "")
    root.post(AGREED, Dom(ends.body.decode()).fields())
    assert {tracker.link("Wiki").outgoing.level, wiki.link("Tracker").incoming.level} == {Level.OAUTH}


@pytest.mark.parametrize("stop", ["address", "found", "sent", "declined", "agreed"])
def test_whoever_stops_anywhere_leaves_nothing_behind(root, tracker, wiki, stop):
    root.get(MAKE)
    if stop != "address":
        found(root)
    if stop in {"sent", "declined", "agreed"}:
        answer = gone(root)
        if stop != "sent":
            back = agreed(wiki, answer, "decline" if stop == "declined" else "agree")
            page = root.open(back.header("location") or "")
            assert page.status == (303 if stop == "declined" else 200)
    assert nothing(tracker, wiki)
    assert [tracker.dances, wiki.dances, tracker.secrets, wiki.secrets] == [{}] * 4


def test_what_was_agreed_is_good_once(root, tracker, wiki):
    back = agreed(wiki, gone(root))
    fields = Dom(root.open(back.header("location") or "").body.decode()).fields()
    root.post(AGREED, fields)
    again = root.post(AGREED, fields)
    assert (again.status, "This agreement was used before." in said_by(again)) == (400, True)


def test_what_was_agreed_ends_after_ten_minutes(root, tracker, wiki):
    back = agreed(wiki, gone(root)).header("location") or ""
    tracker.now += 601
    answer = confirmed(root).open(back)
    assert (answer.status, "older than 10 minutes" in said_by(answer)) == (400, True)
    assert nothing(tracker, wiki)


def test_an_agreement_to_another_answer_about_the_users_is_worth_nothing(root, tracker, wiki):
    """Nobody can turn an agreement to a cautious link into one that impersonates."""
    cautious = dict(parse_qsl(urlsplit(agreed(wiki, gone(root, same_users="no")).header("location") or "").query))
    bold = dict(parse_qsl(urlsplit(agreed(wiki, gone(root)).header("location") or "").query))
    page = root.get(AGREED, bold)
    fields = {**Dom(page.body.decode()).fields(), "agreement": cautious["agreement"]}
    answer = root.post(AGREED, fields)
    assert (answer.status, "made for another person, browser or proposal" in said_by(answer)) == (400, True)
    assert nothing(tracker, wiki)


def test_only_the_browser_and_the_person_that_began_can_finish(root, tracker, wiki):
    """T-44: an address that somebody else is made to open makes no link."""
    back = agreed(wiki, gone(root)).header("location") or ""
    elsewhere = confirmed(at(tracker, "root"))
    answer = elsewhere.open(back)
    assert (answer.status, "made for another person, browser or proposal" in said_by(answer)) == (400, True)
    assert nothing(tracker, wiki)


def test_the_browser_is_sent_to_the_application_that_was_looked_at_and_may_go_there(root):
    page = found(root)
    assert "form-action 'self' https://wiki.example.com;" in (page.header("content-security-policy") or "")
    assert (gone(root).header("location") or "").startswith(f"{WIKI}/plugins/servlet/applinks/admin/agree?proposal=")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "not a plain http(s) address"),
        ("nowhere.example.com", "https://nowhere.example.com"),
        ("javascript:alert(1)", "not a plain http(s) address"),
        ("https://tracker.example.com", "That is this application itself."),
        ("https://nowhere.example.com", "nowhere.example.com"),
        ("http://wiki.example.com/base", "plain http"),
        ("http://localhost/wiki", "on this machine only"),
        ("https://wiki.example.com/other", "cannot be reached"),
        ("wiki.example.com", "cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_asked_for_again_with_the_reason(root, tracker, url, said):
    page = found(root, url)
    assert (page.status, heading(page)) == (400, "Not done – Make a link")
    assert said in said_by(page)
    assert f'value="{url}"' in page.body.decode()
    assert nothing(tracker)


def test_a_name_and_a_password_over_there_do_without_the_visit(root, tracker, wiki):
    answer = gone(root, way="password", name="root", password="root's")
    assert "Linked, both ways." in said_by(answer)
    assert (tracker.link("Wiki").name, wiki.link("Tracker").name) == ("Wiki", "Tracker")


@pytest.mark.parametrize(("name", "password"), [("root", "wrong"), ("alice", "alice's"), ("", ""), ("root", "")])
def test_a_wrong_password_over_there_makes_nothing_and_is_not_shown_again(root, tracker, wiki, name, password):
    answer = gone(root, way="password", name=name, password=password)
    assert (answer.status, heading(answer)) == (400, "Not done – Link with Wiki")
    assert nothing(tracker, wiki)
    assert not password or password not in answer.body.decode()


def test_each_administrator_can_make_their_own_end(root, tracker, wiki):
    answer = gone(root, way="ours")
    assert "Our end is made." in said_by(followed(root, answer))
    assert nothing(wiki)
    assert tracker.link("Wiki").outgoing.level is Level.OAUTH_IMPERSONATION


def test_a_link_that_is_there_is_renewed_and_says_so(root, tracker, wiki):
    gone(root, way="password", name="root", password="root's")
    assert "There is a link to it already, Wiki." in said_by(found(root))


def test_cancelling_leads_back_to_the_links(root):
    assert Dom(found(root).body.decode()).links().count(LINKS) == 2  # in the frame, and beside the button
