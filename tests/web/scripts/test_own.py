"""A person's own runs: what is theirs, and nothing of others."""

from __future__ import annotations

import pytest

from applinks.scripts import RunOf, RunState
from applinks.web.scripts.runs import AT_ONCE
from applinks.web.visit import OWN_RUNS, START
from scripts.happened import came, ended, happened, parked, queued, running, unclear, wrote
from web.dom import Dom
from web.visitor import at, followed, said_by


def listed(visitor, **query: str) -> list[int]:
    links = Dom(visitor.get(OWN_RUNS, query).body.decode()).links()
    return [int(link.rpartition("/")[2]) for link in links if link and link.startswith(f"{OWN_RUNS}/")]


def test_they_see_those_in_their_name_and_those_that_they_caused(tracker, alice):
    queued(tracker)
    queued(tracker, user="deployment", actor="alice")
    queued(tracker, user="bob")
    ended(tracker, RunState.SKIPPED)
    assert listed(alice) == [2, 1]


def test_it_says_what_waits_for_them_with_the_way_to_allow_it(tracker, alice, wiki):
    parked(tracker, wiki.id)
    page = alice.get(OWN_RUNS)
    assert "waits for alice’s consent in Wiki since" in said_by(page)
    assert [link for link in Dom(page.body.decode()).links() if link and START in link]


def test_what_waits_for_somebody_else_has_no_such_way(tracker, alice, wiki):
    number = parked(tracker, wiki.id, user="bob", actor="alice", waits_for="bob")
    for path in (OWN_RUNS, f"{OWN_RUNS}/{number}"):
        assert not [link for link in Dom(alice.get(path).body.decode()).links() if link and START in link]


def test_while_one_is_running_a_bar_says_how_far_it_is(tracker, alice):
    number = running(tracker)
    came(tracker, number, 0, 0)
    for path in (OWN_RUNS, f"{OWN_RUNS}/{number}"):
        page = alice.get(path)
        (bar,) = Dom(page.body.decode()).all("progress")
        assert (bar["value"], bar["max"]) == ("1", "1"), "where there is nothing to do, all is done"
        assert "0 of 0" in said_by(page)
    assert dict(page.headers)["refresh"] == "5"


def test_there_are_pages_of_them(tracker, alice):
    for number in range(AT_ONCE + 1):
        queued(tracker, key=str(number))
    assert len(listed(alice)) == AT_ONCE
    assert listed(alice, before="2") == [1]
    assert listed(alice, before="x") == listed(alice)


def test_one_of_them_shows_no_payload_log_result_or_parameter(tracker, alice):
    event = happened(tracker, {"secret": "hunter2"})
    number = running(tracker, user="deployment", actor="alice", event=event, parameters={"space": "hunter2"})
    wrote(tracker, number, ("info", "hunter2"))
    text = said_by(alice.get(f"{OWN_RUNS}/{number}"))
    assert "As deployment" in text
    assert "hunter2" not in text


def test_of_its_calls_they_see_those_in_their_own_name(tracker, alice):
    theirs, another = unclear(tracker), unclear(tracker, user="deployment", actor="alice")
    assert "sent, never answered" in said_by(alice.get(f"{OWN_RUNS}/{theirs}"))
    text = said_by(alice.get(f"{OWN_RUNS}/{another}"))
    assert "It has made no calls in your name." in text


@pytest.mark.parametrize("make", [lambda it: queued(it, user="bob"), lambda _: 99])
def test_a_run_of_others_is_not_there(tracker, alice, make):
    """T-53"""
    number = make(tracker)
    assert alice.get(f"{OWN_RUNS}/{number}").status == 404
    token = Dom(alice.get("/plugins/servlet/oauth/users/access-tokens").body.decode()).fields().get("form_token", "")
    assert alice.post(f"{OWN_RUNS}/{number}", {"form_token": token, "act": "cancel"}).status in {403, 404}


def test_they_cancel_their_own_while_it_waits(tracker, alice, wiki):
    number = parked(tracker, wiki.id)
    shown = followed(alice, alice.press(alice.get(f"{OWN_RUNS}/{number}"), "act", "cancel"))
    assert "Cancelled." in said_by(shown)
    assert tracker.answer(RunOf(number)).state is RunState.CANCELLED


@pytest.mark.parametrize("act", ["again", "replay", "cancel"])
def test_they_do_not_do_what_is_for_administrators(tracker, alice, wiki, act):
    parked_page = alice.get(f"{OWN_RUNS}/{parked(tracker, wiki.id)}")
    number = queued(tracker, event=happened(tracker))
    page = alice.get(f"{OWN_RUNS}/{number}")
    assert not Dom(page.body.decode()).buttons()
    token = Dom(parked_page.body.decode()).fields()["form_token"]
    answer = alice.post(f"{OWN_RUNS}/{number}", {"form_token": token, "act": act})
    assert answer.status in {400, 403}
    assert tracker.answer(RunOf(number)).state is RunState.QUEUED


def test_they_settle_a_call_that_was_made_in_their_name(tracker, alice):
    number = unclear(tracker)
    alice.press(alice.get(f"{OWN_RUNS}/{number}"), "act", "happened", status="200", body="")
    assert tracker.answer(RunOf(number)).state is RunState.QUEUED


def test_whoever_has_none_is_told_so(tracker):
    assert "No script has run for you." in said_by(at(tracker, "bob").get(OWN_RUNS))
