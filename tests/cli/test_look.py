"""`applinks look`, and `applinks link create` and `steps` with a product: what is there, what is done, what is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from applinks import AppLinks
from applinks.links import OurKey
from journeys.serving import address_of, listen
from products.imitation import JIRA_9, JIRA_11, Answer, Product, running

PASSWORD = "s3cret"


@pytest.fixture
def jira(files) -> Iterator[Product]:
    """A product that runs on this machine, as does the application whose command line this is."""
    with moved_here(), running(JIRA_9) as product:
        yield product


@contextmanager
def moved_here() -> Iterator[None]:
    """The application comes to lie on this machine, and is no copy."""
    with AppLinks(url="http://127.0.0.1:1/forge") as applinks:
        applinks.identity_moved(by="ada")
    yield


# ---- look


def test_it_is_told_who_is_there(run, jira):
    ran = run("look", jira.url)
    assert ran.out.splitlines()[:4] == [
        f"Jira (jira 9.12.5) at {jira.url}",
        "  accepts       2LOi, 3LO, 2LO",
        "  sends         2LOi, 3LO, 2LO, compatibility",
        "  consumer key  Jira:4711",
    ]
    assert "  ! It is plain http, within this machine." in ran.out


def test_as_data_it_has_everything_that_was_found(run, jira):
    data = run("look", jira.url, "--json").data
    assert (data["kind"], data["type"], data["version"], data["id"]) == ("product", "jira", "9.12.5", jira.id)
    assert data["remarks"][0]["code"] == "plain-http"


def test_what_stands_against_a_link_ends_with_1(run, jira):
    jira.base_url = "https://jira.example.com"
    ran = run("look", jira.url, status=1)
    assert "believes that its address is https://jira.example.com" in ran.out
    assert "\n    → " in ran.out
    with listen() as listening:
        nobody = address_of(listening)
    assert run("look", nobody, "--json", status=1).data["remarks"][0]["code"] == "transport-failed"


def test_a_look_leaves_nothing_behind(run, jira, applinks):
    before = applinks.audit()
    run("look", jira.url)
    assert len(applinks.links()) == 3
    assert applinks.audit() == before


# ---- link create


def test_with_its_administrator_both_ends_are_made(run, jira, applinks):
    ran = run("link", "create", jira.url, "-a", "admin", "--password-stdin", "--same-users", stdin=f"{PASSWORD}\n")
    assert ran.out.startswith(f"Jira (jira) at {jira.url}\n  outgoing    oauth_impersonation, signed with RSA-SHA1\n")
    assert ran.out.endswith(
        "  ✓ It has a link to this application now.\n"
        "  ✓ It knows our key, and takes our calls.\n"
        "  ✓ The levels of both directions are set there.\n"
        "  ✓ Our end was made: 'Jira'.\n"
        "Nothing is left to be entered over there.\n"
    )
    assert PASSWORD not in ran.out + ran.err
    assert run("link", "test", "Jira", "--as", "alice").out == "Jira answered as alice, by 2LOi.\n"


def test_without_one_nobody_is_asked_for_a_password_and_the_steps_are_told(run, jira, applinks):
    ran = run("link", "create", jira.url, "--same-users", "--name", "Tickets")
    assert jira.links == {}
    key = applinks.answer(OurKey()).public.text
    for line in (
        "To be entered in Jira 9.12.5, by its administrator:",
        f"  {jira.url}/plugins/servlet/applinks/listApplicationLinks",
        "     Application type: choose Atlassian product",
        "     Application URL: http://127.0.0.1:1/forge",
        f"     Public Key: {key}",
        "     Allow 2-Legged OAuth: tick",
    ):
        assert line in ran.out.splitlines()


def test_as_data_there_is_the_link_what_was_done_and_what_is_left(run, jira):
    data = run("link", "create", jira.url, "--different-users", "--execute-as", "robot", "--json").data
    assert (data["name"], data["outgoing"]["fixed_user"]) == ("Jira", True)
    assert data["done"] == ["Our end was made: 'Jira'."]
    assert data["refused"] == []
    assert [step["id"] for step in data["left"]["steps"]] == ["open", "form", "incoming", "two-legged", "levels"]
    fields = {field["label"]: field for field in data["left"]["steps"][3]["fields"]}
    assert fields["Execute as"] == {"label": "Execute as", "fill": "enter", "value": "robot"}
    assert data["left"]["values"]["public_key_pem"].startswith("-----BEGIN PUBLIC KEY-----\n")


def test_what_it_refuses_is_told_above_what_is_left(run, files):
    with moved_here(), running(JIRA_11) as product:
        ran = run("link", "create", product.url, "-a", "admin", "--password-stdin", "--same-users", stdin=f"{PASSWORD}\n")
    assert "This resource requires WebSudo." in ran.out
    assert "1. Begin a link" in ran.out


def test_a_wrong_password_is_two_lines_and_neither_end(run, jira, applinks):
    """T-66"""
    ran = run("link", "create", jira.url, "-a", "admin", "--password-stdin", "--same-users", stdin="canary\n", status=1)
    assert len(ran.err.splitlines()) == 2
    assert "Client must be authenticated" in ran.err
    assert "canary" not in ran.out + ran.err
    assert (jira.links, len(applinks.links())) == ({}, 3)


def test_where_nothing_says_what_it_is_nothing_is_asked_and_the_way_by_hand_is_told(run, jira):
    jira.failing["manifest"] = Answer(404)
    ran = run("link", "create", jira.url, status=1)
    assert "applinks link register" in ran.err
    assert ran.out == ""


# ---- link steps


def test_the_steps_are_told_again_and_checked_when_entered(run, jira, applinks):
    made = run("link", "create", jira.url, "--same-users").out
    steps = run("link", "steps", "Jira").out
    assert made.endswith(steps)
    ran = run("link", "steps", "Jira", "--check", "--as", "alice", status=1)
    assert (
        "  ✗ our consumer key, public key and callback, entered there: it refused with 'consumer_key_unknown' (401)" in ran.out
    )
    assert f"    → *Consumer Key* there must be exactly '{applinks.identity.consumer_key}'." in ran.out
    values = run("link", "steps", "Jira", "--json").data["values"]
    jira.enter(
        "Forge",
        key=values["consumer_key"],
        public_key=values["public_key_pem"],
        twoLOAllowed=True,
        twoLOImpersonationAllowed=True,
    )
    ran = run("link", "steps", "Jira", "--check", "--as", "alice")
    assert "  ✓ user impersonation: it answered as 'alice'" in ran.out
    data = run("link", "steps", "Jira", "--check", "--json").data
    assert (data["ok"], data["link"], [check["id"] for check in data["checks"]]) == (
        True, "Jira", ["address", "their-key", "consumer", "fixed-user", "impersonation"],
    )  # fmt: skip
