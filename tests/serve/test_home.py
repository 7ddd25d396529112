"""Where a person arrives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from applinks import clock
from applinks.links import Level
from applinks.scripts import ClaimRun, NewRun, ParkRun, QueueRuns
from applinks.serve import home
from in_memory import InMemory, link_to
from putting import put
from serve.browsing import said
from web.dom import Dom

START = "/plugins/servlet/applinks/oauth/login-dance/authorize"


@pytest.fixture
def parked(standing) -> Callable[..., None]:
    """A run of somebody waits for somebody's consent at the wiki."""
    records, wiki = standing.records, InMemory("Wiki")
    put(records, link_to(wiki, level=Level.OAUTH))

    def park(user: str, hook: str, needs: str, number: int = 0) -> None:
        new = NewRun(f"{hook} {number}", hook, "by hand", user, user, item="issue OPS-7")
        (number,) = records.answer(QueueRuns((new,)))
        assert records.answer(ClaimRun("one", number))
        until = clock.now() + 600
        assert records.answer(ParkRun(number, "one", wiki.identity.id, needs, until, 0, 0))

    return park


def test_a_person_sees_their_ways_and_no_others(bob):
    page = bob.get("/")
    assert "Hello Bob" in said(page)
    assert "Nothing waits for you." in said(page)
    links = Dom(page.text).links()
    assert {"/plugins/servlet/oauth/users/access-tokens", "/password", "/sign-out"} <= set(links)
    assert not [link for link in links if "admin" in link or "listApplicationLinks" in link]


def test_an_administrator_sees_more(somebody):
    somebody.sign_in("ada")
    links = Dom(somebody.get("/").text).links()
    assert {"/plugins/servlet/applinks/listApplicationLinks", "/plugins/servlet/applinks/admin/people"} <= set(links)
    below_head = [link for link in links if links.count(link) > 1]
    assert {f"/plugins/servlet/applinks/admin/{page}" for page in ("webhooks", "scripts", "runs")} <= set(below_head)


def test_what_waits_for_their_consent_is_told_with_the_way_to_it(bob, parked):
    parked("bob", "publish", "bob")
    parked("ada", "another", "ada")
    page = bob.get("/")
    assert "publish issue OPS-7 Allow it in Wiki" in said(page)
    assert "another" not in said(page)
    (way,) = [link for link in Dom(page.text).links() if link.startswith(START)]
    assert "return_to=%2F" in way


def test_what_waits_for_somebody_else_shows_no_way(bob, parked):
    """T-44: the address would not be theirs."""
    parked("bob", "publish", "deployment")
    page = bob.get("/")
    assert "publish issue OPS-7 Wiki" in said(page)
    assert not [link for link in Dom(page.text).links() if link.startswith(START)]


def test_of_many_it_says_that_there_are_more(bob, parked, monkeypatch):
    monkeypatch.setattr(home, "MOST", 2)
    for number in range(3):
        parked("bob", "publish", "bob", number)
    page = bob.get("/")
    assert page.text.count("Allow it in") == 2
    assert "And more." in said(page)
