"""Every call of a script is in the journal of its run: sent once, answered from there in later passes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.links import LinkById, SaveLink
from applinks.scripts import (
    Asked,
    Call,
    CallsOf,
    CallState,
    Ending,
    EndRun,
    GiveUpRun,
    KeepHolding,
    NoteAnswered,
    NoteSent,
    RunState,
    SettleCall,
    is_unclear,
)
from applinks.scripts.passes.recording import DEPTH, IDEMPOTENCY, LARGEST_ANSWER, comes_after
from applinks.store.database import Use
from applinks.store.tables import metadata
from scripts.one_pass import Passes

ORDERS = """
    @listener("order")
    def hook(applinks, run):
        shop = applinks.link("Shop")
        one = shop.post("effect", json={"name": "one"}).json()
        before_two(run)
        two = shop.post("effect", json={"name": "two"}).json()
        return [one["count"], two["count"]]
"""


def interrupted(desk: Passes, text: str = ORDERS) -> int:
    """A run whose first pass was over, without a word, before its second call."""
    desk.script(text)
    number = desk.queue()

    def before_two(run) -> None:
        if run.passes == 1:
            desk.applinks.answer(GiveUpRun(number, "first", "x"))

    desk.loaded.scripts["script:hook"].function.__globals__["before_two"] = before_two
    desk.make(number, holder="first")
    return number


def test_a_call_is_noted_with_its_place_key_and_way(desk: Passes) -> None:
    run = desk.once(
        """
        @listener("order")
        def hook(applinks):
            applinks.link("Shop").get("read", params={"q": "x"})
            applinks.link("Shop").post("effect")
    """,
        depth=3,
    )
    read, effect = desk.applinks.answer(CallsOf(run.number, with_answers=True))
    assert (read.asked.place, read.asked.method, read.asked.user, read.by) == ("1", "GET", "alice", "2LOi")
    assert read.asked.address.endswith("/read")
    assert (effect.state, effect.status) == (CallState.ANSWERED, 200)
    assert effect.answer is not None
    assert b"count" in effect.answer.body
    sent = desk.far.headers[-1]
    assert sent[IDEMPOTENCY] == f"applinks-run-{run.number}/2"
    assert sent[DEPTH] == "4"


def test_what_stands_in_a_query_is_kept_nowhere(desk: Passes) -> None:
    """T-66: the secret of a script is sealed among its parameters, and must not lie open beside its calls."""
    run = desk.once(
        """
        @listener("order")
        def hook(applinks):
            applinks.link("Shop").get("read", params={"token": "canary-51c0"})
    """
    )
    with desk.applinks._store._database.transaction(Use.READ) as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(table.select())]
    assert run.state is RunState.DONE, run.error
    (call,) = desk.applinks.answer(CallsOf(run.number))
    assert any("/read" in str(row) for row in rows)
    assert "canary" not in str(rows)
    assert call.asked.digest not in str(rows)  # whoever guesses a short secret would see by it that they are right


def test_what_was_answered_is_not_sent_again(desk: Passes) -> None:
    number = interrupted(desk)
    assert desk.far.effects == {"one": 1}
    run = desk.make(number)
    assert (run.state, run.result) == (RunState.DONE, [1, 1])
    assert desk.far.effects == {"one": 1, "two": 1}
    assert desk.calls(number) == [("POST", "1", 200), ("POST", "2", 200)]


def test_a_script_that_asks_for_something_else_is_stopped(desk: Passes) -> None:
    number = interrupted(desk)
    desk.script(ORDERS.replace('"one"}', '"other"}'))
    run = desk.make(number)
    assert run.state is RunState.FAILED
    assert "start a new run" in (run.error or "")
    assert desk.far.effects == {"one": 1}


def test_a_call_whose_answer_was_lost_stops_the_run_until_somebody_says_what_became_of_it(desk: Passes) -> None:
    desk.script(ORDERS.replace("before_two(run)", ""))
    number = desk.queue()
    desk.applinks._answers[NoteAnswered] = lambda _: 1 / 0
    desk.make(number, holder="first")
    desk.applinks._answers[NoteAnswered] = desk.applinks._store.answer
    assert desk.run(number).state is RunState.UNCLEAR
    assert desk.far.effects == {"one": 1}
    (call,) = desk.applinks.answer(CallsOf(number))
    assert is_unclear(call)
    desk.applinks.answer(SettleCall(number, "1", None))
    run = desk.make(number)
    assert (run.state, run.result) == (RunState.DONE, [2, 1])


def test_a_pass_that_meets_an_open_call_of_an_earlier_one_sends_nothing(desk: Passes) -> None:
    desk.script(ORDERS.replace("before_two(run)", ""))
    number = desk.queue()
    for question in (NoteAnswered, EndRun):
        desk.applinks._answers[question] = died
    with pytest.raises(Died):
        desk.make(number, holder="first")
    for question in (NoteAnswered, EndRun):
        desk.applinks._answers[question] = desk.applinks._store.answer
    desk.applinks.answer(GiveUpRun(number, "first", "x"))
    run = desk.make(number)
    assert run.state is RunState.UNCLEAR
    assert "was sent and never answered" in (run.error or "")
    assert desk.far.effects == {"one": 1}


class Died(BaseException):
    """The process is gone."""


def died(_: object) -> None:
    raise Died


def test_what_may_be_repeated_is_sent_again(desk: Passes) -> None:
    desk.script("""
        @listener("order")
        def hook(applinks):
            return applinks.link("Shop").put("effect", json={"name": "kept"}).json()["count"]
    """)
    number = desk.queue()
    desk.applinks._answers[NoteAnswered] = lambda _: 1 / 0
    desk.make(number, holder="first")
    assert desk.run(number).state is RunState.FAILED
    assert desk.far.effects == {"kept": 1}
    assert not is_unclear(desk.applinks.answer(CallsOf(number))[0])


def test_nothing_is_sent_that_could_not_be_noted(desk: Passes) -> None:
    desk.script(ORDERS.replace("before_two(run)", ""))
    number = desk.queue()
    desk.applinks._answers[NoteSent] = lambda _: 1 / 0
    assert desk.make(number).state is RunState.FAILED
    assert desk.far.asked == []


def test_what_never_left_is_not_in_the_journal(desk: Passes) -> None:
    shop = desk.applinks.answer(LinkById("shop"))
    desk.applinks.answer(SaveLink(replace(shop, application_url="http://127.0.0.1:9"), instead_of=shop))
    run = desk.once("""
        @listener("order", retries=1)
        def hook(applinks):
            applinks.link("Shop").post("effect")
    """)
    assert run.state is RunState.QUEUED, run.error
    assert desk.calls(run.number) == []


def test_what_our_side_refuses_was_never_sent(desk: Passes) -> None:
    run = desk.once("""
        @listener("order")
        def hook(applinks):
            applinks.link("Shop").post("https://elsewhere.test/effect")
    """)
    assert run.state is RunState.FAILED
    assert desk.calls(run.number) == []
    assert desk.far.asked == []


def test_a_client_of_the_scripts_own_is_recorded_too(desk: Passes) -> None:
    run = desk.once("""
        @listener("order")
        def hook(applinks):
            with applinks.link("Shop").client() as client:
                client.post("effect", json={"name": "own"})
                return client.get("read").json()["path"]
    """)
    assert (run.state, run.result) == (RunState.DONE, "read"), run.error
    assert desk.calls(run.number) == [("POST", "1", 200), ("GET", "2", 200)]


def test_a_client_without_the_proof_of_its_link_sends_nothing(desk: Passes) -> None:
    run = desk.once("""
        @listener("order")
        def hook(applinks):
            with applinks.link("Shop").client() as client:
                client.auth = ("alice", "secret")
                client.post("effect")
    """)
    assert run.state is RunState.FAILED
    assert "proves its calls over its link" in (run.error or "")
    assert desk.far.asked == []


def test_a_large_answer_to_what_only_reads_is_asked_for_again(desk: Passes) -> None:
    desk.script("""
        @listener("order", retries=1)
        def hook(applinks):
            applinks.link("Shop").get("large")
    """)
    run = desk.make(desk.queue())
    assert LARGEST_ANSWER < 2_000_000
    assert (run.state, desk.calls(run.number)) == (RunState.DONE, [])


def test_an_upload_is_the_same_call_whatever_its_boundary(desk: Passes) -> None:
    text = """
        @listener("order")
        def hook(applinks, run):
            applinks.link("Shop").post("upload", files={"file": ("a.txt", b"text")})
            before_two(run)
            return "done"
    """
    number = interrupted(desk, text)
    run = desk.make(number)
    assert (run.state, run.result) == (RunState.DONE, "done"), run.error
    assert desk.far.asked == [("POST", "upload")]


def test_a_failure_is_asked_again_in_the_next_try_and_what_led_on_is_not(desk: Passes) -> None:
    """A page is looked for, not found, made; then something fails: in the next pass it is still the one that was not there."""
    desk.script("""
        from applinks.errors import FarSideError

        @listener("order", retries=Retries(2, first=0.0))
        def hook(applinks):
            shop = applinks.link("Shop")
            try:
                shop.get("missing/page")
            except FarSideError:
                shop.post("effect", json={"name": "page"})
            return shop.put("failing/1", json={"name": "last"}).json()["count"]
    """)
    number = desk.queue()
    assert desk.make(number).state is RunState.QUEUED
    assert desk.calls(number) == [("GET", "1", 404), ("POST", "2", 200)]
    desk.far.effects["missing/page"] = 1  # it is there by now
    run = desk.make(number)
    assert (run.state, run.result) == (RunState.DONE, 1), run.error
    assert desk.far.effects["page"] == 1


def test_calls_beside_one_another_have_places_of_their_own(desk: Passes) -> None:
    run = desk.once("""
        from applinks.outgoing import fan_out

        @listener("order")
        def hook(applinks):
            outcomes = fan_out([applinks.link("Shop")], lambda one: one.post("effect").json()["count"])
            return [outcome.result for outcome in outcomes]
    """)
    assert (run.state, run.result) == (RunState.DONE, [1]), run.error
    assert desk.calls(run.number) == [("POST", "1.shop/1", 200)]


@pytest.mark.parametrize(
    ("place", "other", "after"),
    [
        ("2", "1", True),
        ("1", "2", False),
        ("1", "1", False),
        ("10", "9", True),
        ("3", "2.wiki/1", True),
        ("2", "2.wiki/1", False),
        ("2.wiki/2", "2.wiki/1", True),
        ("2.jira/2", "2.wiki/1", False),
        ("2.wiki/1", "1", True),
        ("2.wiki/1.jira/2", "2.wiki/1.jira/1", True),
        ("2.wiki/2", "2.wiki/1.jira/1", True),
        ("2.1.example/1", "2.1.example/2", False),
    ],
)
def test_the_order_of_places(place: str, other: str, after: bool) -> None:
    assert comes_after(place, other) is after


@given(st.lists(st.integers(1, 20), min_size=1, max_size=3), st.lists(st.integers(1, 20), min_size=1, max_size=3))
def test_of_two_places_at_most_one_comes_after_the_other(one: list[int], other: list[int]) -> None:
    first, second = (".l/".join(map(str, numbers)) for numbers in (one, other))
    assert not (comes_after(first, second) and comes_after(second, first))
    assert not comes_after(first, first)


@pytest.mark.parametrize(
    ("method", "state", "unclear"),
    [("POST", "sent", True), ("PATCH", "sent", True), ("PUT", "sent", False), ("POST", "answered", False)],
)
def test_what_is_unclear(method: str, state: str, unclear: bool) -> None:
    assert is_unclear(Call(Asked("1", method, "u", "l", "L", "alice", "d"), CallState(state), 1.0)) is unclear


def test_who_lost_the_run_notes_nothing(desk: Passes) -> None:
    number = interrupted(desk)
    assert desk.applinks.answer(KeepHolding(("first",))) == frozenset()
    assert not desk.applinks.answer(EndRun(number, "first", Ending(RunState.DONE)))
    assert desk.run(number).state is RunState.QUEUED
