"""One pass through a script: whatever happens in it becomes one ending."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from applinks.errors import Throttled
from applinks.scripts import ClaimRun, GiveUpRun, KeepHolding, Limits, MessagesOf, RequestTold, RunState, Words
from applinks.scripts.passes.executing import asked_to_wait, described, execute
from running.world import links_to
from scripts.one_pass import EVENT, Passes


def test_a_script_is_given_what_it_names_and_acts_as_whom_the_run_names(desk: Passes) -> None:
    run = desk.once(
        """
        from applinks import current_user

        @listener("order")
        def hook(event, issue, user, actor, run, applinks, log, messages):
            log.warning("%s %s", issue.key, event.payload["name"])
            return [current_user().name, user.name, actor.name, run.number]
        """,
        event=EVENT,
    )
    assert (run.state, run.result) == (RunState.DONE, ["alice", "alice", "alice", run.number])
    assert desk.lines(run.number) == [("warning", "OPS-7 a")]
    assert run.elapsed > 0
    assert run.revision == desk.loaded.scripts["script:hook"].hook.revision


def test_a_run_of_somebody_else_acts_as_them_and_knows_who_caused_it(desk: Passes) -> None:
    text = """
        from applinks.people import acting

        @listener("order", run_as="robot", reason="to tidy up")
        def hook(user, actor):
            return [user.name, actor.name, acting().actor.name, acting().reason]
    """
    run = desk.once(text, user="robot", actor="alice", reason="to tidy up")
    assert run.result == ["robot", "alice", "alice", "to tidy up"]
    refused = desk.make(desk.queue(user="robot", actor="bob", reason="to tidy up"))
    assert refused.state is RunState.FAILED
    assert "robot" in (refused.error or "")


@pytest.mark.parametrize("user", ["nobody1", "gone1"])
def test_a_run_of_somebody_who_is_not_there_or_disabled_fails(desk: Passes, user: str) -> None:
    run = desk.once("@listener('order')\ndef hook(): return 1", user=user, actor=user)
    assert run.state is RunState.FAILED
    assert user in (run.error or "")


def test_where_nobody_caused_it_a_script_runs_and_a_call_that_needs_somebody_fails(desk: Passes) -> None:
    text = """
        @listener("order")
        def hook(user, applinks, log):
            log.info("as %s", user)
            applinks.link("Shop").get("read")
    """
    run = desk.once(text, user=None, actor=None)
    assert desk.lines(run.number)[0] == ("info", "as None")
    assert (run.state, desk.far.asked) == (RunState.FAILED, [])


def test_a_condition_is_asked_before_a_script_runs(desk: Passes) -> None:
    text = """
        @listener("order", when=lambda event: event.payload["name"] == "b")
        def hook(event):
            return event.payload["name"]
    """
    assert desk.once(text, event=EVENT).state is RunState.SKIPPED
    run = desk.make(desk.queue(event=replace(EVENT, payload={"name": "b"})))
    assert (run.state, run.result) == (RunState.DONE, "b")


def test_a_validator_refuses(desk: Passes) -> None:
    run = desk.once("""
        @validator("jira", transition="Done")
        def hook():
            raise Refuse("Say why.", field="comment")
    """)
    assert (run.state, run.result, run.error) == (RunState.REFUSED, {"message": "Say why.", "field": "comment"}, "Say why.")


def test_a_condition_must_say_yes_or_no(desk: Passes) -> None:
    run = desk.once('@condition("jira", transition="Done")\ndef hook(): return 1')
    assert run.state is RunState.FAILED
    assert "True or False" in (run.error or "")


def test_an_endpoint_is_given_its_request(desk: Passes) -> None:
    desk.script('@endpoint("get", "orders")\ndef hook(request): return [request.method, request.query["q"]]')
    run = desk.make(desk.queue(), request=RequestTold("GET", {}, {"q": "x"}, None))
    assert run.result == ["GET", "x"]


@pytest.mark.parametrize(
    ("does", "error"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("return object()", "JSON"),
        ("return float('nan')", "JSON"),
        ("return 'x' * 70000", "70002 characters"),
        ("raise MemoryError", "It used more than 512 megabytes of memory."),
    ],
)
def test_what_goes_wrong_is_said_with_its_place(desk: Passes, does: str, error: str) -> None:
    run = desk.once(f"@listener('order')\ndef hook():\n    {does}\n")
    assert run.state is RunState.FAILED
    assert error in (run.error or "")
    assert all("applinks/scripts/executing" not in text for _, text in desk.lines(run.number))


def test_the_lines_of_a_failure_lead_through_the_script(desk: Passes) -> None:
    run = desk.once("""
        def inner():
            raise ValueError("wrong")

        @listener("order")
        def hook():
            inner()
    """)
    texts = [text for _, text in desk.lines(run.number)]
    assert len(texts) == 3
    assert texts[0].endswith("in hook: inner()")
    assert texts[1].endswith('in inner: raise ValueError("wrong")')
    assert texts[2] == "ValueError: wrong"


def test_what_filled_the_memory_is_let_go_before_the_end_is_written(desk: Passes) -> None:
    """The pass of a script that was refused more memory needs some to say so."""
    run = desk.once("""
        import weakref

        class Large:
            pass

        kept = []

        @listener("order")
        def hook():
            large = Large()
            kept.append(weakref.ref(large))
            raise MemoryError
    """)
    assert run.state is RunState.FAILED
    module = desk.loaded.scripts["script:hook"].function.__globals__
    assert module["kept"][0]() is None


def test_parameters_are_read_as_the_script_says_they_are(desk: Passes) -> None:
    text = """
        from datetime import date

        @by_hand()
        def hook(*, day: date, often: int = 2):
            return [day.year, often]
    """
    desk.script(text)
    assert desk.make(desk.queue(parameters={"day": "2026-01-31"})).result == [2026, 2]
    run = desk.make(desk.queue(parameters={"day": "never", "colour": "red"}))
    assert run.state is RunState.FAILED
    assert "day" in (run.error or "")


def test_a_failure_is_tried_again_later_each_time_after_twice_as_long(desk: Passes) -> None:
    desk.script('@listener("order", retries=Retries(2, first=30.0))\ndef hook():\n    1 / 0')
    number = desk.queue()
    waits = []
    for passes in (1, 2):
        run = desk.make(number)
        assert (run.state, run.passes) == (RunState.QUEUED, passes)
        waits.append(run.due_at - run.made_at)
        desk.applinks._answers[ClaimRun] = _claim_early(desk)
    assert 30 <= waits[0] < 40
    assert 60 <= waits[1] < 75
    assert desk.make(number).state is RunState.FAILED


def _claim_early(desk: Passes):
    """As if its time had come."""
    from sqlalchemy import text

    from applinks.store.database import Use

    store = desk.applinks._store

    def claim(question: ClaimRun):
        with store._database.transaction(Use.WRITE) as connection:
            connection.execute(text("UPDATE runs SET due_at = 0"))
        return store.answer(question)

    return claim


def test_a_mistake_of_the_script_is_not_tried_again(desk: Passes) -> None:
    run = desk.once('@listener("order", retries=3)\ndef hook():\n    return object()')
    assert (run.state, run.again) == (RunState.FAILED, 3)


def test_a_missing_consent_parks_the_run_and_asks_the_person_once(desk: Passes) -> None:
    run = desk.once("""
        @listener("order")
        def hook(applinks):
            applinks.link("Bank").post("effect")
    """)
    assert (run.state, run.parked_link, run.parked_user) == (RunState.PARKED, "bank", "alice")
    (message,) = desk.applinks.answer(MessagesOf("alice"))
    assert (message.words, message.run, message.told["link"]) == (Words.CONSENT_NEEDED, run.number, "Bank")
    assert "authorize" in (message.address or "")


def test_a_call_that_was_never_answered_has_to_be_looked_at(desk: Passes) -> None:
    run = desk.once("""
        @listener("order", retries=3)
        def hook(applinks):
            applinks.link("Shop").post("broken")
    """)
    assert run.state is RunState.UNCLEAR
    assert "was sent and never answered" in (run.error or "")
    assert desk.far.effects["broken"] == 1


def test_a_call_that_may_be_repeated_is_tried_again(desk: Passes) -> None:
    run = desk.once("""
        @listener("order", retries=3)
        def hook(applinks):
            applinks.link("Shop").put("broken")
    """)
    assert run.state is RunState.QUEUED


def test_a_hook_that_is_gone_says_so(desk: Passes) -> None:
    desk.script("@listener('order')\ndef hook(): return 1")
    number = desk.queue()
    desk.script("@listener('order')\ndef other(): return 1")
    run = desk.make(number)
    assert run.state is RunState.FAILED
    assert "script:hook" in (run.error or "")


def test_who_does_not_hold_the_run_begins_nothing(desk: Passes) -> None:
    desk.script("@listener('order')\ndef hook(applinks): applinks.link('Shop').post('effect')")
    number = desk.queue()
    desk.applinks.answer(ClaimRun("somebody", number))
    execute(number, "somebody else", desk.loaded, desk.applinks)
    execute(10_000, "somebody", desk.loaded, desk.applinks)
    assert desk.far.asked == []
    assert desk.run(number).state is RunState.RUNNING


def test_who_loses_the_run_on_the_way_stops_there(desk: Passes, caplog: pytest.LogCaptureFixture) -> None:
    """F-56: not even a script that catches everything goes on."""
    desk.script("""
        from applinks.scripts import ClaimRun, GiveUpRun

        @listener("order")
        def hook(applinks, run):
            applinks.link("Shop").get("read")
            taken_over()
            try:
                applinks.link("Shop").post("effect")
            except Exception:
                pass
            applinks.link("Shop").post("effect")
    """)
    number = desk.queue()

    def taken_over() -> None:
        desk.applinks.answer(GiveUpRun(number, "first", "x"))
        desk.applinks.answer(ClaimRun("second", number))

    desk.loaded.scripts["script:hook"].function.__globals__["taken_over"] = taken_over
    with caplog.at_level(logging.WARNING):
        run = desk.make(number, holder="first")
    assert (run.state, run.holder) == (RunState.RUNNING, "second")
    assert desk.applinks.answer(KeepHolding(("first", "second"))) == {"second"}
    assert desk.far.effects.total() == 0
    assert "taken over" in caplog.text


def test_an_error_that_asks_for_patience_is_given_it() -> None:
    assert asked_to_wait(Throttled("wait", status=429, retry_after=120.0)) == 120.0
    assert asked_to_wait(Throttled("wait", status=429, retry_after=1e9)) == 3600.0
    assert asked_to_wait(Throttled("wait", status=429, retry_after=None)) == 0.0
    assert asked_to_wait(ValueError()) == 0.0
    assert described(ValueError("x"), Limits()) == "ValueError: x"


def test_the_links_of_a_pass_are_those_of_the_application(desk: Passes) -> None:
    assert [link.id for link in links_to("http://x.test")] == ["shop", "bank"]
    run = desk.once("""
        @listener("order")
        def hook(applinks):
            return sorted(link.name for link in applinks.links())
    """)
    assert run.result == ["Bank", "Shop"]
