"""How the story is told: the same steps as lines and as data, and never better than they were."""

from __future__ import annotations

import json
from types import SimpleNamespace

import httpx2
import pytest

from applinks.audit import Entry
from applinks.demo import telling
from applinks.demo.telling import SHOWN, Step, Story, Teller, shortened

MEMBERS = ["name", "link", "subject", "actor", "reason", "mechanism", "request", "status", "ok"]
PAGE = "https://wiki.example.com/rest/api/content"
CALL = Entry(
    "call", "answered", "deployment", "alice", "space for OPS-1", "Wiki", "2LOi", f"POST {PAGE}", 200, explanation="POST&https"
)  # fmt: skip
LINK = SimpleNamespace(
    name="Wiki",
    outgoing=SimpleNamespace(level="oauth_impersonation", signature_method="RSA-SHA256"),
    same_users=SimpleNamespace(said_by="admin"),
)


@pytest.fixture
def teller() -> Teller:
    return Teller(quiet=False)


def last(teller: Teller) -> Step:
    return teller.story.steps[-1]


# ---- the story as a whole


def test_a_story_is_as_told_only_if_it_has_steps_and_all_of_them_are():
    good = Step("a", None, None, None, None, None, None, None, ok=True)
    bad = Step("b", None, None, None, None, None, None, None, ok=False)
    assert [Story(steps).ok for steps in ([], [good], [good, good], [good, bad], [bad, good])] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_as_data_it_is_ok_and_steps_each_with_exactly_its_members(teller):
    teller.linked("Tracker – Wiki", LINK)
    teller.call("a call", CALL, good=True)
    data = json.loads(json.dumps(teller.story.as_data()))
    assert list(data) == ["ok", "steps"]
    assert [list(step) for step in data["steps"]] == [MEMBERS, MEMBERS]
    assert data["ok"] is True


# ---- the steps


def test_a_link_that_was_made_is_a_step_and_says_who_answered_for_the_users(teller, capsys):
    teller.linked("Tracker – Wiki", LINK)
    assert last(teller) == Step("Tracker – Wiki are linked, both ways", "Wiki", *6 * (None,), ok=True)
    assert capsys.readouterr().out == (
        "  ✓ Tracker – Wiki: oauth_impersonation both ways, RSA-SHA256, same users: admin said so\n"
    )


def test_a_call_is_told_with_whose_rights_applied_who_it_really_was_and_why(teller, capsys):
    teller.call("a page appears", CALL, good=True)
    assert last(teller) == Step(
        "a page appears", "Wiki", "deployment", "alice", "space for OPS-1", "2LOi", f"POST {PAGE}", 200, ok=True
    )
    assert capsys.readouterr().out.splitlines() == [
        "  ✓ a page appears",
        f"      POST {PAGE}  →  200",
        "      as deployment over 'Wiki' by 2LOi, really alice: space for OPS-1",
        "      signed: POST&https",
    ]


def test_of_a_call_by_whoever_acts_no_other_person_is_told(teller, capsys):
    teller.call("alice asks", Entry("call", "answered", "alice", "alice", link="Wiki", request="GET /", status=200), good=True)
    assert "really" not in capsys.readouterr().out


def test_a_call_that_was_refused_is_told_with_the_problem(teller, capsys):
    teller.call("erin asks", Entry("call", "permission_denied", "erin", "erin", request="GET /", status=401), good=True)
    assert "GET /  →  401 permission_denied" in capsys.readouterr().out


def test_of_a_call_that_came_to_nothing_the_error_is_told(teller, capsys):
    teller.call("carol asks", Entry("call", "credentials-required", "carol", "carol", request="GET /"), good=True)
    assert "      GET /  →  credentials-required\n" in capsys.readouterr().out


def test_a_call_that_was_not_as_told_is_marked_in_the_lines_and_in_the_data(teller, capsys):
    teller.call("alice asks", CALL, good=False)
    assert last(teller).ok is False
    assert capsys.readouterr().out.startswith("  ✗ alice asks\n")


def test_a_call_that_was_never_made_is_a_step_that_was_not_as_told(teller, capsys):
    teller.call("alice asks", None, good=True)
    assert last(teller) == Step("alice asks", *7 * (None,), ok=False)
    assert capsys.readouterr().out == "  ✗ alice asks: no such call was made\n"


@pytest.mark.parametrize("good", [True, False])
def test_a_forgery_is_told_with_the_problem_that_it_met_and_without_its_query(teller, capsys, good):
    request = httpx2.Request("GET", f"{PAGE}?user_id=admin")
    teller.forgery("a stranger asks", request, httpx2.Response(401), "signature_invalid", good=good)
    step = last(teller)
    assert (step.actor, step.request, step.status, step.ok) == ("a stranger", f"GET {PAGE}", 401, good)
    assert f"GET {PAGE}  →  401 signature_invalid" in capsys.readouterr().out


@pytest.mark.parametrize(("good", "mark"), [(True, "✓"), (False, "✗")])
def test_what_was_done_in_a_browser_is_a_step_too(teller, capsys, good, mark):
    step = Step("carol is asked", "Wiki", "carol", "carol", None, None, f"POST {PAGE}", 409, ok=good)
    teller.page(step, "credentials-required")
    assert last(teller) == step
    assert capsys.readouterr().out.splitlines() == [
        f"  {mark} carol is asked",
        f"      POST {PAGE}  →  409 credentials-required",
    ]


def test_an_aside_is_no_step(teller, capsys):
    teller.aside("She uses plain HTTP.")
    assert teller.story.steps == []
    assert capsys.readouterr().out == "  She uses plain HTTP.\n"


def test_a_page_that_does_not_say_what_it_should_spoils_the_step_before_it(teller):
    teller.call("first", CALL, good=True)
    teller.call("second", CALL, good=True)
    teller.says("Making the request as: alice", good=True)
    assert teller.story.ok
    teller.says("Making the request as: nobody", good=False)
    assert [(step.name, step.ok) for step in teller.story.steps] == [("first", True), ("second", False)]


# ---- the end


def test_the_last_line_says_whether_all_was_as_told(teller, capsys):
    teller.call("first", CALL, good=True)
    teller.end({"Wiki": PAGE}, stay=False)
    assert capsys.readouterr().out.endswith("\nEvery step was as told.\n")
    teller.call("second", None, good=True)
    teller.end({"Wiki": PAGE}, stay=False)
    assert capsys.readouterr().out.endswith("\nNot as told.\n")


def test_whoever_may_stay_is_told_where_to_click(teller, capsys):
    teller.end({"Wiki": "http://127.0.0.1:8001", "Forge": "http://127.0.0.1:8002"}, stay=True)
    out = capsys.readouterr().out
    assert "  Wiki     http://127.0.0.1:8001\n  Forge    http://127.0.0.1:8002\n" in out
    assert "Ctrl+C" in out


# ---- manners


def tell_all(teller: Teller) -> None:
    teller.title("An act")
    teller.linked("Tracker – Wiki", LINK)
    teller.call("a [bold]call[/bold] to http://127.0.0.1:8001/1.2.3", CALL, good=True)
    teller.says("done", good=True)
    teller.end({"Wiki": PAGE}, stay=True)


def test_quiet_it_keeps_the_steps_and_prints_nothing(capsys):
    teller = Teller(quiet=True)
    tell_all(teller)
    assert len(teller.story.steps) == 2
    assert capsys.readouterr() == ("", "")


def test_in_a_pipe_it_is_plain_text_as_it_was_said(teller, capsys):
    tell_all(teller)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert all(line.isprintable() for line in out.splitlines())
    assert "a [bold]call[/bold] to http://127.0.0.1:8001/1.2.3" in out


def test_in_a_terminal_the_same_lines_have_colours(monkeypatch, capsys):
    monkeypatch.setattr(telling, "Console", lambda **more: Console_(**more, force_terminal=True, color_system="standard"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    tell_all(Teller(quiet=False))
    assert "\x1b[" in capsys.readouterr().out


Console_ = telling.Console


def test_a_long_line_is_not_broken(teller, capsys):
    teller.call("x" * 300, CALL, good=True)
    assert f"  ✓ {'x' * 300}\n" in capsys.readouterr().out


def test_a_base_string_is_decoded_once_and_shown_without_its_middle():
    assert shortened("GET&https%3A%2F%2Fwiki&a%253D1") == "GET&https://wiki&a%3D1"
    assert shortened("") == ""
    whole = "a" * SHOWN + "b" * SHOWN
    assert shortened(whole) == whole
    assert shortened(f"{'a' * SHOWN}middle{'b' * SHOWN}") == f"{'a' * SHOWN} … {'b' * SHOWN}"
