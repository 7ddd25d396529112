"""`applinks demo`, as somebody runs it: the story of the issue, as data and as text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from applinks import AppLinks

APPLINKS = Path(sys.executable).with_name("applinks")
pytestmark = pytest.mark.timeout(280)
KEYS = ["name", "link", "subject", "actor", "reason", "mechanism", "request", "status", "ok"]


def demo(*options: str) -> str:
    done = subprocess.run([APPLINKS, "demo", *options], capture_output=True, text=True, timeout=250, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def story() -> dict[str, Any]:
    return json.loads(demo("--once", "--json"))


def steps(story: dict[str, Any], *, script: bool = False, **facts: Any) -> list[dict[str, Any]]:
    """The steps of which all these facts are true; a request is given by its end. Those of scripts are told apart."""
    end = facts.pop("request", "")
    return [
        step
        for step in story["steps"]
        if ("script" in step["name"]) is script
        and (step["request"] or "").endswith(end)
        and all(step[name] == value for name, value in facts.items())
    ]


def test_the_story_is_told_and_every_step_was_as_told(story: dict[str, Any]) -> None:
    assert list(story) == ["ok", "steps"]
    assert story["ok"] is True
    assert all(step["ok"] is True for step in story["steps"])
    assert [list(step) for step in story["steps"]] == [KEYS] * len(story["steps"])
    names = [step["name"] for step in story["steps"]]
    assert len(set(names)) == len(names)


def test_alice_asks_who_she_is_from_each_of_the_three(story: dict[str, Any]) -> None:
    asked = [
        step
        for step in steps(story, subject="alice", actor="alice", status=200, mechanism="2LOi")
        if step["request"].endswith(("/session", "/user/current", "/whoami"))
    ]
    assert all(any(f"in {application}," in step["name"] for step in asked) for application in ("Tracker", "Wiki", "Forge"))
    assert {step["link"] for step in asked} == {"Tracker", "Wiki", "Forge"}


def test_a_page_by_alice_is_created(story: dict[str, Any]) -> None:
    (page,) = steps(story, subject="alice", actor="alice", link="Wiki", request="/rest/api/content")
    assert (page["status"], page["request"].startswith("POST ")) == (200, True)


def test_deployment_does_three_things_with_the_real_actor_and_a_reason(story: dict[str, Any]) -> None:
    acts = steps(story, subject="deployment", actor="alice", mechanism="2LOi")
    assert len(acts) == 3
    assert all("asked by alice" in act["reason"] and act["status"] in {200, 201} for act in acts)
    assert [
        application for application in ("Tracker", "Forge", "Wiki") for act in acts if f"in {application}," in act["name"]
    ] == [
        "Tracker",
        "Forge",
        "Wiki",
    ]


def test_carol_who_is_unknown_in_wiki_is_refused_with_an_address(story: dict[str, Any]) -> None:
    """Nothing is sent before she has agreed."""
    (asked,) = steps(story, subject="carol", actor="carol", status=409)
    assert (asked["link"], asked["mechanism"]) == ("Wiki", None)
    assert asked["request"].endswith("/browse/OPS-3/transition")


def test_bob_gets_nowhere_with_carols_address(story: dict[str, Any]) -> None:
    """T-44."""
    (tried,) = steps(story, subject="carol", actor="bob")
    assert (tried["link"], tried["status"]) == ("Wiki", 403)
    assert tried["request"].endswith("/login-dance/authorize")


def test_she_consents_and_the_same_call_then_works(story: dict[str, Any]) -> None:
    consented, called = steps(story, subject="carol", mechanism="3LO", status=200)
    assert consented["request"].endswith("/browse/OPS-3"), "she is back where she was"
    assert called["link"] == "Wiki"
    assert called["request"].startswith("POST ")
    assert called["request"].endswith("/rest/api/content")


def test_she_revokes_and_the_next_call_asks_again(story: dict[str, Any]) -> None:
    (revoked,) = steps(story, subject="cclark", mechanism="3LO")
    assert (revoked["link"], revoked["status"]) == ("Tracker", 200)
    (asked,) = steps(story, subject="carol", mechanism="3LO", status=401)
    assert asked["request"].endswith("/rest/api/user/current")
    assert story["steps"].index(asked) > story["steps"].index(revoked)


def test_what_everybody_may_know_is_asked_as_the_fixed_user_of_the_link(story: dict[str, Any]) -> None:
    (asked,) = steps(story, mechanism="2LO")
    assert (asked["link"], asked["status"]) == ("Forge", 200)


def test_five_things_are_refused(story: dict[str, Any]) -> None:
    (bob,) = steps(story, subject="bob", status=403)
    assert "no rights" in bob["name"]
    (erin,) = steps(story, subject="erin", status=401)
    assert "administrator" in erin["name"]
    forged = [step["name"] for step in steps(story, status=401, link="Wiki", mechanism="2LOi") if step is not erin]
    assert len(forged) == 3
    for word in ("sent again", "query", "key"):
        assert [word in name for name in forged].count(True) == 1


def test_scripts_act_as_whoever_caused_what_they_run_on(story: dict[str, Any]) -> None:
    (asked,) = steps(story, script=True, request="/rest/api/user/current")
    pages = steps(story, script=True, request="/rest/api/content")
    (mentioned,) = steps(story, script=True, request="/comment")
    assert [(step["subject"], step["mechanism"]) for step in (asked, *pages, mentioned)] == [
        ("alice", "2LOi"), ("alice", "2LOi"), ("carol", "3LO"), ("alice", "2LOi"),
    ]  # fmt: skip
    as_deployment = steps(story, script=True, subject="deployment", actor="alice")
    assert [step["request"].rpartition("/")[2] for step in as_deployment] == ["space", "remotelink"]
    assert all(step["reason"] for step in as_deployment)


def test_a_script_refuses_and_another_one_waits_for_carol(story: dict[str, Any]) -> None:
    (refused,) = steps(story, script=True, status=409)
    assert (refused["subject"], refused["request"].endswith("/browse/OPS-6/transition")) == ("alice", True)
    waits, allows, goes_on = steps(story, script=True, subject="carol")
    assert (waits["mechanism"], waits["request"].endswith("/browse/OPS-7/transition")) == (None, True)
    assert (allows["mechanism"], allows["request"].endswith("/browse/OPS-7")) == ("3LO", True)
    assert (goes_on["mechanism"], goes_on["status"]) == ("3LO", 200)


def test_in_a_pipe_the_story_is_plain_text_with_requests_statuses_and_base_strings(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    text = demo("--no-browser", "--data", str(kept))  # without --once: where nobody can click, it ends by itself
    assert "\x1b" not in text
    assert "\r" not in text
    assert text.count("Making the request as: alice") >= 3
    assert "✗" not in text
    for telling in (
        "/rest/api/content  →  200",
        "really alice",
        "signed: POST&",
        "→  403",
        "401 nonce_used",
        "401 signature_invalid",
        "409 credentials-required",
        "Wiki asked her: Let Tracker act as you?",
        "The page says that cclark wrote it",
        "by 3LO",
        "Forge admitted: integration",
        "Description: Say what is released.",
        "A banner on her page says: Wiki needs your consent",
        "The page is there once",
    ):
        assert telling in text
    assert "She uses plain HTTP.\n" in text
    assert "Every step was as told." in text

    assert {file.name for file in kept.iterdir()} >= {"applinks-tracker.db", "applinks-wiki.db", "applinks-forge.db"}
    with AppLinks(f"sqlite:///{kept}/applinks-wiki.db") as applinks:
        assert applinks.verify_audit().broken is None
