"""The page of the first administrator (F-44)."""

from __future__ import annotations

import asyncio

import pytest

from applinks import AppLinks, AsyncAppLinks
from applinks.incoming import first_administrator
from applinks.people import Staff
from applinks.serve import create, set_up_path
from serve.browsing import PASSWORD, Browser, Standing, heading, said


@pytest.fixture
def fresh(tmp_path, cheap_passwords):
    """Nobody is there yet."""
    database = f"sqlite:///{tmp_path}/applinks.db"
    applinks = AsyncAppLinks(database, url="http://localhost:8080/scripts", name="Scripts", people=Staff())
    with AppLinks(database, people=Staff()) as records:
        yield Standing(create(applinks), applinks, records)
    asyncio.run(applinks.close())


@pytest.fixture
def path(fresh) -> str:
    """As it is told where the application was started."""
    return f"/scripts{set_up_path(fresh.records.run(first_administrator.invite()))}"


@pytest.fixture
def browser(fresh) -> Browser:
    return fresh.browser()


def filled(browser: Browser, path: str, **said: str):
    browser.get(path)
    return browser.send(path, **{"name": "ada", "full_name": "Ada Adams", "password": PASSWORD, "again": PASSWORD, **said})


def test_the_first_administrator_is_made_and_signed_in(fresh, browser, path):
    assert heading(browser.get(path)) == "Set up"
    answer = filled(browser, path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/scripts/")
    home = browser.get("/scripts/")
    assert "Hello Ada Adams" in said(home)
    assert "/scripts/plugins/servlet/applinks/listApplicationLinks" in home.text
    assert fresh.records.member("ada").administrator


def test_afterwards_the_address_is_of_no_use(fresh, browser, path):
    filled(browser, path)
    other = fresh.browser()
    page = other.get(path)
    assert (page.status_code, heading(page)) == (403, "Not done – Set up")
    assert "<form" not in page.text
    assert "This address was used, or has run out" in said(page)


def test_two_who_look_at_it_at_once_make_one(fresh, path):
    first, second = fresh.browser(), fresh.browser()
    first.get(path)
    second.get(path)
    for each, name in ((first, "ada"), (second, "eve")):
        each.send(path, name=name, full_name="", password=PASSWORD, again=PASSWORD)
    assert [member.name for member in fresh.records.staff()] == ["ada"]
    assert second.page.status_code == 403


@pytest.mark.parametrize("query", ["", "?invitation=", "?invitation=x", "?invitation=x&invitation=x"])
def test_without_an_invitation_there_is_no_form(fresh, browser, path, query):
    page = browser.get(f"/scripts/set-up{query}")
    assert page.status_code == 403
    assert "<form" not in page.text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"name": ""}, "The name is ''."),
        ({"password": "short", "again": "short"}, "A password has 12 to 200 letters."),
        ({"again": "something else"}, "The two passwords differ."),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_can_be_mended(fresh, browser, path, words, told):
    page = filled(browser, path, **words)
    assert page.status_code == 400
    assert told in said(page)
    assert PASSWORD not in page.text
    assert fresh.records.staff() == ()
    assert filled(browser, path).status_code == 303


def test_a_form_from_elsewhere_sets_nothing_up(fresh, browser, path):
    """T-40"""
    browser.get(path)
    answer = browser.send(path, name="eve", password=PASSWORD, again=PASSWORD, form_token="x")
    assert answer.status_code == 403
    assert fresh.records.staff() == ()
