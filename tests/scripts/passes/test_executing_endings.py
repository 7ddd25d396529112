"""How a pass ends, who is told of it, and what is kept; whatever a script says, its end can be written down."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from applinks.audit import WriteDown
from applinks.links import AccessToken, KeepToken
from applinks.people import Person
from applinks.scripts import (
    PARKED_FOR,
    ClaimRun,
    GiveUpRun,
    KeepMessages,
    Message,
    MessagesOf,
    NoteAnswered,
    ParkRun,
    RunState,
    SettleCall,
    Severity,
    WakeRuns,
    Words,
    load_catalogue,
)
from applinks.scripts.messages.written import write
from applinks.scripts.passes.executing import LARGEST_RESULT, LONGEST_ERROR
from applinks.scripts.passes.output import AT_ONCE
from running.directory import Anybody
from scripts.one_pass import EVENT, Passes

BANK = '''
    @listener("order")
    def hook(applinks, messages):
        """Pays an order. And more."""
        messages.info("It begins.")
        applinks.link("Shop").post("effect", json={"name": "ordered"})
        applinks.link("Bank").post("effect", params={"pin": "1234"}, json={"name": "paid"})
        messages.success("It is paid.")
        return "paid"
'''


def told(desk: Passes, user: str = "alice") -> list[Message]:
    """The oldest first."""
    return list(reversed(desk.applinks.answer(MessagesOf(user))))


def consents(desk: Passes, user: str = "alice") -> None:
    desk.applinks.answer(KeepToken(AccessToken(link_id="bank", user=user, token="t", secret="s", made_at=1)))


def in_english(message: Message, language: str = "en") -> str:
    return write(message, language, load_catalogue(), "https://desk.test").text


@pytest.fixture
def asked(desk: Passes) -> list[Any]:
    """All that is asked of the store to change something."""
    found: list[Any] = []

    def noticing(kind: type) -> Any:
        before = desk.applinks._answers[kind]
        return lambda question: (found.append(question), before(question))[1]

    for kind in (ParkRun, KeepMessages, WriteDown):
        desk.applinks._answers[kind] = noticing(kind)
    return found


# ---- a consent is missing


def test_parking_says_who_is_asked_for_what_by_which_script(desk: Passes, asked: list[Any]) -> None:
    run = desk.once(BANK, event=EVENT, item="issue OPS-7")
    assert run.state is RunState.PARKED
    said, asks = told(desk)
    assert (said.words, said.text) == (None, "It begins.")
    assert (asks.words, asks.severity, asks.item) == (Words.CONSENT_NEEDED, Severity.WARNING, "issue OPS-7")
    attempt = f"POST {desk.far.url}/bank/effect"
    assert asks.told == {"user": "alice", "script": "Pays an order. And more", "link": "Bank", "attempt": attempt}
    for language in ("en", "de"):
        text = in_english(asks, language)
        assert attempt in text
        assert "{" not in text, "every brace is filled in"
    assert "1234" not in repr(asks)


def test_it_is_parked_and_told_by_one_change(desk: Passes, asked: list[Any]) -> None:
    desk.once(BANK)
    (park,) = [question for question in asked if isinstance(question, ParkRun)]
    assert [message.words for message in park.messages] == [Words.CONSENT_NEEDED]
    kept = [message for question in asked if isinstance(question, KeepMessages) for message in question.messages]
    assert [message.text for message in kept] == ["It begins."], "only what the script itself has told"
    run = desk.run(park.number)
    assert run.parked_until == park.until
    assert run.made_at + PARKED_FOR <= park.until <= run.made_at + PARKED_FOR + 60


def test_somebody_with_a_name_is_called_by_it(desk: Passes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Anybody, "find", lambda _, name: Person(name, full_name="Alice Adams"))
    desk.once(BANK)
    assert told(desk)[-1].told["user"] == "Alice Adams"


def test_after_the_consent_it_is_done_once_and_told_once_over_both_passes(desk: Passes) -> None:
    run = desk.once(BANK)
    consents(desk)
    assert desk.applinks.answer(WakeRuns()) == (run.number,)
    run = desk.make(run.number)
    assert (run.state, run.result, run.passes) == (RunState.DONE, "paid", 2), run.error
    assert desk.far.effects == {"ordered": 1, "paid": 1}
    texts = [message.text or message.words for message in told(desk)]
    assert texts == ["It begins.", Words.CONSENT_NEEDED, "It is paid.", Words.RUN_DONE_AFTER_CONSENT]
    done = told(desk)[-1]
    assert (done.severity, done.told["link"], done.told["script"]) == (Severity.SUCCESS, "Bank", "Pays an order. And more")
    assert "{" not in in_english(done)


def test_who_was_not_asked_for_anything_is_not_told_that_it_is_done(desk: Passes) -> None:
    consents(desk)
    assert desk.once(BANK).state is RunState.DONE
    assert [message.text for message in told(desk)] == ["It begins.", "It is paid."]


def test_who_has_to_consent_is_asked_and_not_who_caused_it(desk: Passes) -> None:
    run = desk.once(
        "@listener('order', run_as='robot', reason='x')\ndef hook(applinks): applinks.link('Bank').post('effect')",
        user="robot",
        reason="x",
    )
    assert (run.state, run.parked_user) == (RunState.PARKED, "robot")
    assert told(desk) == []
    assert [message.words for message in told(desk, "robot")] == [Words.CONSENT_NEEDED]


def test_a_consent_that_a_script_catches_parks_nothing(desk: Passes) -> None:
    """It is an `Exception`: who calls may know another way."""
    run = desk.once("""
        from applinks.errors import CredentialsRequired

        @listener("order")
        def hook(applinks):
            try:
                applinks.link("Bank").post("effect")
            except CredentialsRequired:
                return applinks.link("Shop").post("effect").status_code
    """)
    assert (run.state, run.result) == (RunState.DONE, 200)


# ---- refused, failed, unclear


def test_a_refusal_in_general_belongs_to_no_field(desk: Passes) -> None:
    run = desk.once('@validator("jira", transition="Done")\ndef hook():\n    raise Refuse("Not today.")')
    assert (run.state, run.result) == (RunState.REFUSED, {"message": "Not today.", "field": None})
    assert told(desk) == [], "whoever asked has the answer"


def test_a_refusal_may_be_something_that_becomes_a_text(desk: Passes) -> None:
    """As translations are in Django."""
    run = desk.once("""
        class Lazy:
            def __str__(self):
                return "Heute nicht."

        @validator("jira", transition="Done")
        def hook():
            raise Refuse(Lazy(), field=Lazy())
    """)
    assert (run.state, run.error) == (RunState.REFUSED, "Heute nicht.")
    assert run.result == {"message": "Heute nicht.", "field": "Heute nicht."}


@pytest.mark.parametrize(
    ("decorator", "words"),
    [
        ("@post_function('jira', transition='Done')", Words.RUN_FAILED),
        ("@by_hand()", Words.RUN_FAILED),
        ("@job('0 7 * * *', user='robot')", Words.JOB_FAILED),
        ("@listener('order')", None),
        ("@validator('jira', transition='Done')", None),
        ("@operation()", None),
    ],
)
def test_for_whom_something_was_to_happen_is_told_that_it_failed(desk: Passes, decorator: str, words: str | None) -> None:
    run = desk.once(f"{decorator}\ndef hook():\n    '''Does it.'''\n    1 / 0")
    assert run.state is RunState.FAILED
    messages = told(desk)
    assert [message.words for message in messages] == ([] if words is None else [words])
    if messages:
        assert messages[0].told["error"] == "ZeroDivisionError: division by zero"
        assert messages[0].told["script"] == "Does it"
        assert "{" not in in_english(messages[0])


def test_nobody_is_told_of_a_failure_that_is_tried_again(desk: Passes) -> None:
    run = desk.once("@by_hand(retries=1)\ndef hook():\n    1 / 0")
    assert (run.state, run.again) == (RunState.QUEUED, 0)
    assert run.error == "ZeroDivisionError: division by zero"
    assert told(desk) == []


def test_an_open_call_asks_whoever_caused_it_to_look(desk: Passes) -> None:
    run = desk.once("""
        @by_hand()
        def hook(applinks):
            applinks.link("Shop").get("read")
            applinks.link("Shop").post("broken", params={"pin": "1234"})
    """)
    assert run.state is RunState.UNCLEAR
    (message,) = told(desk)
    attempt = f"POST {desk.far.url}/broken"
    assert (message.words, message.told["link"], message.told["attempt"]) == (Words.RUN_UNCLEAR, "Shop", attempt)
    assert "1234" not in repr(message) + (run.error or "")
    assert "{" not in in_english(message)
    assert desk.applinks.answer(SettleCall(run.number, "2", None))


def test_another_pass_that_meets_an_open_call_asks_about_it(desk: Passes) -> None:
    desk.script("@by_hand()\ndef hook(applinks): applinks.link('Shop').post('effect', params={'pin': '1234'})")
    number = desk.queue()

    def loses(question: NoteAnswered) -> bool:
        desk.applinks.answer(GiveUpRun(number, "first", "x"))
        found: bool = desk.applinks._store.answer(question)
        return found

    desk.applinks._answers[NoteAnswered] = loses
    assert desk.make(number, holder="first").state is RunState.QUEUED
    run = desk.make(number)
    assert run.state is RunState.UNCLEAR
    (message,) = told(desk)
    assert (message.told["link"], message.told["attempt"]) == ("Shop", f"POST {desk.far.url}/effect")
    assert desk.far.effects == {"effect": 1}


# ---- conditions and rights


def test_who_need_not_run_needs_no_right_to_run_as_somebody(desk: Passes, asked: list[Any]) -> None:
    """bob may not run as robot; but here nothing is run."""
    text = """
        @listener("order", run_as="robot", reason="x", when=lambda event: event.payload["name"] == "b")
        def hook(): return 1
    """
    run = desk.once(text, event=EVENT, user="robot", actor="bob", reason="x")
    assert run.state is RunState.SKIPPED
    assert [question for question in asked if isinstance(question, WriteDown)] == []
    run = desk.make(desk.queue(event=replace(EVENT, payload={"name": "b"}), user="robot", actor="bob", reason="x"))
    assert run.state is RunState.FAILED
    assert "may not run as" in (run.error or "")
    (refused,) = [question.entry for question in asked if isinstance(question, WriteDown)]
    assert (refused.kind, refused.subject, refused.actor, refused.outcome) == ("run_as", "robot", "bob", "refused")


def test_who_may_does_so_on_the_record_from_beginning_to_end(desk: Passes, asked: list[Any]) -> None:
    run = desk.once(
        "@listener('order', run_as='robot', reason='x')\ndef hook(applinks): applinks.link('Shop').post('effect')",
        user="robot",
        reason="x",
    )
    assert run.state is RunState.DONE
    entries = [question.entry for question in asked if isinstance(question, WriteDown)]
    assert [(entry.kind, entry.outcome) for entry in entries] == [
        ("run_as", "begun"),
        ("call", "answered"),
        ("run_as", "ended"),
    ]
    assert {(entry.subject, entry.actor, entry.reason) for entry in entries} == {("robot", "alice", "x")}


@pytest.mark.parametrize("says", ["1", "None", "event.payload.get('name')", "event.nothing"])
def test_a_condition_that_says_neither_yes_nor_no_fails_at_its_line_and_is_not_tried_again(desk: Passes, says: str) -> None:
    (desk.folder / "_said.py").write_text(f"def said(event): return {says}\n")
    run = desk.once(
        """
        import _said

        @listener("order", retries=3, when=lambda event: _said.said(event))
        def hook(): return 1
    """,
        event=EVENT,
    )
    assert (run.state, run.again) == (RunState.FAILED, 3)
    assert "script.py, line 6: " in (run.error or "")
    sys.modules.pop("_said")


def test_where_nobody_acts_a_script_that_calls_as_nobody_can(desk: Passes) -> None:
    run = desk.once(
        "@listener('order')\ndef hook(applinks, actor): return [actor, applinks.link('Shop').anonymously().post('effect').status_code]",
        user=None,
        actor=None,
    )
    assert (run.state, run.result) == (RunState.DONE, [None, 200])
    assert "authorization" not in desk.far.headers[0]


def test_where_nobody_acts_a_message_must_name_its_reader(desk: Passes) -> None:
    run = desk.once("@listener('order')\ndef hook(messages): messages.info('x')", user=None, actor=None)
    assert run.state is RunState.FAILED
    assert "Nobody has caused this run." in (run.error or "")


def test_whoever_surrounds_a_pass_does_not_act_in_it(desk: Passes) -> None:
    with desk.applinks.acting_as("ada"):
        run = desk.once("@listener('order')\ndef hook(applinks): applinks.link('Shop').post('effect')", user=None, actor=None)
    assert (run.state, desk.far.asked) == (RunState.FAILED, [])


# ---- what is kept


@pytest.mark.parametrize(("size", "state"), [(LARGEST_RESULT - 2, RunState.DONE), (LARGEST_RESULT - 1, RunState.FAILED)])
def test_a_result_of_just_that_size_is_kept(desk: Passes, size: int, state: RunState) -> None:
    run = desk.once(f"@listener('order')\ndef hook(): return 'x' * {size}")
    assert run.state is state
    assert (run.result is None) == (state is RunState.FAILED)


@pytest.mark.parametrize(
    ("result", "kept"),
    [("(1, 2)", [1, 2]), ("{1: None}", {"1": None}), ("'\\udc80\\0'", "\udc80\0"), ("None", None), ("{1, 2}", None)],
)
def test_a_result_is_what_json_makes_of_it(desk: Passes, result: str, kept: object) -> None:
    run = desk.once(f"@listener('order')\ndef hook(): return {result}")
    assert run.result == kept
    assert run.state is (RunState.FAILED if result == "{1, 2}" else RunState.DONE)


@pytest.mark.parametrize(
    ("does", "error", "line"),
    [
        ("raise ValueError('a\\udc80b')", "ValueError: a?b", "ValueError: a?b"),
        ("raise ValueError('a\\0b')", "ValueError: a\N{REPLACEMENT CHARACTER}b", "ValueError: a\N{REPLACEMENT CHARACTER}b"),
        ("print('a\\udc80b\\0')", None, "a?b\N{REPLACEMENT CHARACTER}"),
        ("raise Refuse('a\\udc80b')", "a?b", None),
    ],
)
def test_whatever_a_script_writes_its_end_can_be_written_down(
    desk: Passes, does: str, error: str | None, line: str | None
) -> None:
    """Names of files may hold halves of characters, and no database keeps these; PostgreSQL keeps no NUL either."""
    run = desk.once(f"@validator('jira', transition='Done')\ndef hook():\n    {does}")
    assert (run.ended_at is not None, run.error) == (True, error)
    assert [text for _, text in desk.lines(run.number)][-1:] == ([] if line is None else [line])


def test_an_error_without_end_is_cut(desk: Passes) -> None:
    run = desk.once("@by_hand()\ndef hook(): raise ValueError('x' * 1_000_000)")
    assert (run.state, len(run.error or "")) == (RunState.FAILED, LONGEST_ERROR)
    assert len(told(desk)[0].told["error"]) == LONGEST_ERROR


def test_who_loses_the_run_while_it_writes_stops_there(desk: Passes) -> None:
    desk.script(f"""
        @listener("order")
        def hook(applinks):
            taken_over()
            try:
                for number in range({AT_ONCE}):
                    print(number)
            except Exception:
                pass
            reached.append("the end")
    """)
    number, reached = desk.queue(), []

    def taken_over() -> None:
        desk.applinks.answer(GiveUpRun(number, "first", "x"))
        desk.applinks.answer(ClaimRun("second", number))

    desk.loaded.scripts["script:hook"].function.__globals__.update(taken_over=taken_over, reached=reached)
    run = desk.make(number, holder="first")
    assert (run.state, run.holder, reached) == (RunState.RUNNING, "second", [])
    assert desk.lines(number) == []


def test_what_all_passes_took_is_added_up(desk: Passes) -> None:
    first = desk.once(BANK)
    consents(desk)
    desk.applinks.answer(WakeRuns())
    both = desk.make(first.number)
    assert 0 < first.elapsed < both.elapsed
    assert 0 < first.cpu < both.cpu
    assert both.started_at == first.started_at
