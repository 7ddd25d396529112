"""Which pages there are and who may see each: the whole table, walked."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from applinks.people import Person
from applinks.web.pages import PAGES, Route, Who
from in_memory import InMemory
from web.dom import Dom
from web.visitor import Visitor, at, heading, outcome, records

OF_ADMINISTRATORS = [page for page in PAGES if page.who is Who.ADMINISTRATOR]
NOT_THERE = (404, "There is no such page")


def path_of(route: Route, application: InMemory) -> str:
    return route.path.replace("{id}", quote(next(iter(application.links), "none"), safe="")).replace("{name}", "alice")


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", OF_ADMINISTRATORS, ids=named)
@pytest.mark.parametrize(
    "person",
    [Person("alice"), Person("root", groups=frozenset({"administrators"})), Person("deployment")],
    ids=lambda it: it.name,
)
def test_a_page_of_administrators_does_not_exist_for_anybody_else(tracker, wiki, route, person):
    """T-50, T-53: not even for whoever goes by the name of one."""
    before = records(tracker)
    visitor = Visitor(tracker, person)
    answer = visitor.ask(route.method, path_of(route, tracker), {"sec-fetch-site": "same-origin"})
    assert outcome(answer) == NOT_THERE
    assert records(tracker) == before


@pytest.mark.parametrize("route", PAGES, ids=named)
def test_every_page_needs_somebody_who_is_signed_in(tracker, wiki, route):
    answer = Visitor(tracker, None).ask(route.method, path_of(route, tracker))
    assert (answer.status, (answer.header("location") or "").partition("?")[0]) == (303, "/login")


@pytest.mark.parametrize("route", [page for page in PAGES if page.method == "POST"], ids=named)
@pytest.mark.parametrize("token", ["", "x", "1.00", None])
def test_a_form_that_is_not_ours_changes_nothing(tracker, wiki, route, token):
    """T-40."""
    before = records(tracker)
    root = at(tracker, "root")
    fields = {} if token is None else {"form_token": token}
    assert outcome(root.post(path_of(route, tracker), fields)) == (403, "Please try that again")
    assert records(tracker) == before


@pytest.mark.parametrize("route", [page for page in OF_ADMINISTRATORS if page.sudo and page.method == "GET"], ids=named)
def test_what_gives_trust_or_takes_it_away_is_asked_for_after_a_confirmation(tracker, wiki, route):
    answer = at(tracker, "root").ask("GET", path_of(route, tracker))
    place, _, back = (answer.header("location") or "").partition("?back=")
    assert (answer.status, place) == (303, "/plugins/servlet/applinks/admin/confirm")
    assert back == quote(path_of(route, tracker), safe="")


@pytest.mark.parametrize("route", [page for page in OF_ADMINISTRATORS if page.sudo and page.method == "POST"], ids=named)
def test_a_genuine_form_without_a_confirmation_is_not_carried_out(tracker, wiki, route):
    root = at(tracker, "root")
    token = Dom(root.get("/plugins/servlet/applinks/admin/confirm").body.decode()).fields()["form_token"]
    before = records(tracker)
    answer = root.post(path_of(route, tracker), {"form_token": token})
    assert (answer.status, (answer.header("location") or "").partition("?")[0]) == (
        303,
        "/plugins/servlet/applinks/admin/confirm",
    )
    assert records(tracker) == before


@pytest.mark.parametrize(
    "path",
    [
        "/admin/links/x;/change",
        "/admin/links//change",
        "/admin/links/x/../x/delete",
        "/admin/links/x/delete/",
        "/admin/%6cinks/x",
    ],
)
def test_what_is_not_quite_the_path_of_a_page_is_none(tracker, path):
    """T-51: who may see it is asked of the page that was found, never of the text of a path."""
    answer = at(tracker, "alice").get(f"/plugins/servlet/applinks{path}")
    assert outcome(answer) == NOT_THERE


def test_a_link_that_is_gone_is_a_page_that_is_not_there(tracker):
    answer = at(tracker, "root").get("/plugins/servlet/applinks/admin/links/gone")
    assert (answer.status, heading(answer)) == NOT_THERE


@pytest.mark.parametrize("route", [page for page in PAGES if page.own_people], ids=named)
def test_where_the_host_application_keeps_the_people_there_is_no_page_for_them(tracker, route):
    root = at(tracker, "root")
    root.keeps_people = False
    assert outcome(root.ask(route.method, path_of(route, tracker), {"sec-fetch-site": "same-origin"})) == NOT_THERE
