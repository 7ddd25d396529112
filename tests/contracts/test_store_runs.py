"""What the questions about events, runs and their journal promise, on every kind of database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import AccessToken, KeepToken, Link
from applinks.scripts import (
    ENDED,
    HELD_FOR,
    MOST_DEATHS,
    STEPS,
    AddLines,
    Answer,
    Asked,
    BeginRun,
    CallsOf,
    CallState,
    CancelRun,
    ClaimRun,
    DropOldRuns,
    DueRuns,
    Ending,
    EndRun,
    Event,
    EventOf,
    Events,
    EventsReceived,
    EventState,
    ExpireRun,
    ForgetCall,
    GiveUpRun,
    JobTimes,
    KeepEvent,
    KeepHolding,
    LinesOf,
    MessagesOf,
    NewMessage,
    NewRun,
    NoteAnswered,
    NoteJobTime,
    NoteProgress,
    NoteSent,
    OverdueRuns,
    ParkRun,
    Progress,
    QueueRuns,
    Run,
    RunCounts,
    RunFilters,
    RunOf,
    Runs,
    RunState,
    SettleCall,
    Severity,
    SortEvent,
    TakeAnswerOut,
    WakeRuns,
    Words,
)
from applinks.store import Store
from contracts.conftest import Clock
from putting import put

EVENT = Event(
    "webhook 1", "jira", "jira:issue_updated", "d1", {"issue": {"key": "OPS-7"}}, 1_800_000_000.0, "issue OPS-7", "alice"
)
ASKED = Asked("1", "POST", "https://wiki.test/rest/api/content", "wiki", "Wiki", "alice", "digest")
ANSWER = Answer(200, (("content-type", "application/json"),), b'{"id": 1}\xe4', "2LOi")


def new(key: str, item: str | None = None, **more: object) -> NewRun:
    return NewRun(key, "publish:publish", "listener", "alice", "alice", item=item, **more)  # type: ignore[arg-type]


def queued(store: Store, *runs: NewRun) -> tuple[int, ...]:
    numbers: tuple[int, ...] = store.answer(QueueRuns(runs))
    return numbers


def claimed(store: Store, holder: str = "one", number: int | None = None) -> Run:
    run: Run | None = store.answer(ClaimRun(holder, number))
    assert run is not None
    return run


def state(store: Store, number: int) -> RunState:
    found: RunState = store.answer(RunOf(number)).state
    return found


def test_an_event_is_kept_once_for_each_delivery_of_its_source(store: Store) -> None:
    first = store.answer(KeepEvent(EVENT))
    assert first.new
    again = store.answer(KeepEvent(EVENT))
    assert (again.number, again.new) == (first.number, False)
    kept = store.answer(EventOf(first.number))
    assert (kept.payload, kept.user, kept.state) == (EVENT.payload, "alice", EventState.RECEIVED)
    assert store.answer(EventsReceived()) == (first.number,)
    assert [event.number for event in store.answer(Events())] == [first.number]
    assert store.answer(Events(before=first.number)) == ()


def test_an_event_is_sorted_once_and_its_runs_are_queued_with_it(store: Store) -> None:
    number = store.answer(KeepEvent(EVENT)).number
    runs = store.answer(SortEvent(number, (new("e1"), new("e2")), "two scripts"))
    assert len(runs) == 2
    assert store.answer(SortEvent(number, (new("e3"),))) == ()
    assert store.answer(EventsReceived()) == ()
    assert store.answer(EventOf(number)).note == "two scripts"
    assert [run.number for run in store.answer(Runs())] == [runs[1], runs[0]]


def test_a_run_is_queued_once_for_its_key(store: Store) -> None:
    (first,) = queued(store, new("same"))
    assert queued(store, new("same"), new("other"))[0] == first
    assert len(store.answer(Runs())) == 2


def test_one_holder_gets_a_run_and_the_other_nothing(store: Store) -> None:
    (number,) = queued(store, new("a"))
    assert claimed(store).number == number
    assert store.answer(ClaimRun("two")) is None
    assert store.answer(ClaimRun("two", number)) is None


def test_a_run_is_not_begun_before_it_is_due(store: Store, clock: Clock) -> None:
    (number,) = queued(store, new("a", due_at=clock.now + 10))
    assert store.answer(ClaimRun("one")) is None
    assert store.answer(DueRuns()) == ()
    clock.now += 10
    assert store.answer(DueRuns()) == (number,)
    assert claimed(store).number == number


def test_runs_of_one_item_go_in_their_order_and_others_pass_by(store: Store) -> None:
    first, second, other = queued(store, new("a", "issue 1"), new("b", "issue 1"), new("c", "issue 2"))
    assert claimed(store).number == first
    assert store.answer(ClaimRun("two", second)) is None
    assert claimed(store, "two").number == other
    assert store.answer(EndRun(first, "one", Ending(RunState.DONE)))
    assert claimed(store).number == second


def test_a_parked_run_does_not_hold_up_those_behind_it(store: Store, clock: Clock) -> None:
    first, second = queued(store, new("a", "issue 1"), new("b", "issue 1"))
    claimed(store)
    assert store.answer(ParkRun(first, "one", "wiki", "alice", clock.now + 60, 0.1, 0.1))
    assert claimed(store).number == second


def test_a_run_that_somebody_waits_for_begins_at_once_and_nobody_takes_it_over(store: Store, clock: Clock) -> None:
    run = store.answer(BeginRun(replace(new("a"), kind="validator"), "one"))
    assert (run.state, run.holder, run.passes) == (RunState.RUNNING, "one", 1)
    assert store.answer(ClaimRun("two")) is None
    clock.now += HELD_FOR + 1
    assert store.answer(ClaimRun("two")) is None
    assert state(store, run.number) is RunState.FAILED
    run = store.answer(BeginRun(replace(new("b"), kind="endpoint"), "one"))
    assert store.answer(GiveUpRun(run.number, "one", "signal 9")) is RunState.FAILED


def test_a_job_is_noted_and_never_goes_back_unless_its_schedule_changes(store: Store) -> None:
    for due in (10.0, 20.0, 15.0):
        store.answer(NoteJobTime("a:b", "* * * * * UTC", due))
    assert store.answer(JobTimes()) == {"a:b": ("* * * * * UTC", 20.0)}
    store.answer(NoteJobTime("a:b", "0 * * * * UTC", 5.0))
    assert store.answer(JobTimes()) == {"a:b": ("0 * * * * UTC", 5.0)}


def test_only_its_holder_writes_in_the_name_of_a_run(store: Store) -> None:
    (number,) = queued(store, new("a"))
    claimed(store)
    assert not store.answer(NoteSent(number, "two", ASKED))
    assert not store.answer(AddLines(number, "two", ((1.0, "info", "x"),)))
    assert not store.answer(EndRun(number, "two", Ending(RunState.DONE)))
    assert not store.answer(ParkRun(number, "two", "wiki", "alice", 0, 0, 0))
    assert store.answer(GiveUpRun(number, "two", "x")) is None
    assert store.answer(CallsOf(number)) == ()
    assert store.answer(LinesOf(number)) == ()
    assert state(store, number) is RunState.RUNNING


def test_a_holder_that_is_not_heard_of_any_more_loses_its_run(store: Store, clock: Clock) -> None:
    (number,) = queued(store, new("a"))
    claimed(store)
    clock.now += HELD_FOR - 1
    assert store.answer(KeepHolding(("one", "three"))) == {"one"}
    clock.now += HELD_FOR - 1
    assert store.answer(ClaimRun("two")) is None
    clock.now += 2
    again = claimed(store, "two")
    assert (again.passes, again.deaths) == (2, 1)
    assert store.answer(KeepHolding(("one",))) == frozenset()
    assert not store.answer(EndRun(number, "one", Ending(RunState.DONE)))


def test_a_run_whose_process_dies_again_and_again_is_given_up_f67(store: Store, clock: Clock) -> None:
    (number,) = queued(store, new("a"))
    for death in range(1, MOST_DEATHS + 1):
        claimed(store)
        ended = store.answer(GiveUpRun(number, "one", "signal 9"))
        assert ended is (RunState.FAILED if death == MOST_DEATHS else RunState.QUEUED)
    run = store.answer(RunOf(number))
    assert "signal 9" in run.error
    assert run.ended_at == clock.now
    (other,) = queued(store, new("b"))
    for _ in range(MOST_DEATHS):
        claimed(store)
        clock.now += HELD_FOR + 1
    assert store.answer(ClaimRun("one")) is None
    assert state(store, other) is RunState.FAILED


def test_a_run_ends_with_what_it_took_and_what_came_of_it(store: Store, clock: Clock) -> None:
    (number,) = queued(store, new("a"))
    claimed(store)
    assert store.answer(EndRun(number, "one", Ending(RunState.DONE, {"page": 1}, None, 1.5, 0.5, "abc")))
    run = store.answer(RunOf(number))
    assert (run.state, run.result, run.elapsed, run.cpu, run.revision) == (RunState.DONE, {"page": 1}, 1.5, 0.5, "abc")
    assert run.ended_at == clock.now
    assert not store.answer(CancelRun(number, "ada"))


def test_a_run_that_may_is_tried_again_later(store: Store, clock: Clock) -> None:
    (number,) = queued(store, new("a", again=2))
    claimed(store)
    store.answer(EndRun(number, "one", Ending(RunState.QUEUED, error="503", retry_at=clock.now + 30)))
    run = store.answer(RunOf(number))
    assert (run.state, run.again, run.due_at, run.error) == (RunState.QUEUED, 1, clock.now + 30, "503")


def test_parking_a_run_and_telling_its_person_are_one(store: Store, clock: Clock) -> None:
    put(store, Link("wiki", "Wiki", "confluence", "https://wiki.test", "https://wiki.test"))
    (number,) = queued(store, new("a"))
    claimed(store)
    told = NewMessage("run 1 consent", "carol", Severity.WARNING, words="consent-needed", told={"link": "Wiki"}, run=number)
    assert store.answer(ParkRun(number, "one", "wiki", "carol", clock.now + 60, 0.2, 0.1, "abc", (told,)))
    run = store.answer(RunOf(number))
    assert (run.state, run.parked_link, run.parked_user) == (RunState.PARKED, "wiki", "carol")
    assert store.answer(WakeRuns()) == ()
    store.answer(KeepToken(AccessToken(link_id="wiki", user="carol", token="t", secret="s", made_at=int(clock.now))))
    assert store.answer(WakeRuns()) == (number,)
    assert store.answer(WakeRuns()) == ()
    assert store.answer(RunOf(number)).parked_until is None
    assert store.answer(MessagesOf("carol", unread=True)) == ()
    assert store.answer(MessagesOf("carol"))[0].settled_at == clock.now


def test_a_parked_run_for_which_nobody_consents_ends(store: Store, clock: Clock) -> None:
    (number,) = queued(store, new("a"))
    claimed(store)
    store.answer(ParkRun(number, "one", "wiki", "carol", clock.now + 60, 0, 0))
    assert store.answer(OverdueRuns()) == ()
    clock.now += 61
    assert [run.number for run in store.answer(OverdueRuns())] == [number]
    told = NewMessage("run 1 expired", "carol", Severity.WARNING, text="It stopped waiting.", run=number)
    assert store.answer(ExpireRun(number, (told,)))
    assert not store.answer(ExpireRun(number, (replace(told, key="again"),)))
    assert [message.text for message in store.answer(MessagesOf("carol"))] == ["It stopped waiting."]
    assert state(store, number) is RunState.EXPIRED
    assert store.answer(OverdueRuns()) == ()


@pytest.mark.parametrize("way", ["consented", "expired", "cancelled"])
def test_who_need_not_allow_anything_any_more_is_not_asked_any_more(store: Store, clock: Clock, way: str) -> None:
    put(store, Link("wiki", "Wiki", "confluence", "https://wiki.test", "https://wiki.test"))
    numbers = queued(store, new("a"), new("b"))
    for number in numbers:
        asks = NewMessage(f"run {number} consent", "carol", Severity.WARNING, words=Words.CONSENT_NEEDED, run=number)
        said = NewMessage(f"run {number}/1", "carol", Severity.INFO, "By the script itself.", run=number)
        claimed(store, number=number)
        user = "carol" if number == numbers[0] else "alice"
        store.answer(ParkRun(number, "one", "wiki", user, clock.now + 60 * number, 0, 0, messages=(asks, said)))
    if way == "consented":
        store.answer(KeepToken(AccessToken(link_id="wiki", user="carol", token="t", secret="s", made_at=int(clock.now))))
        store.answer(WakeRuns())
    elif way == "expired":
        clock.now += 60 * numbers[0] + 1
        store.answer(ExpireRun(numbers[0]))
    else:
        store.answer(CancelRun(numbers[0], "ada"))
    open_ones = {(message.run, message.words) for message in store.answer(MessagesOf("carol", unread=True))}
    assert open_ones == {(numbers[0], None), (numbers[1], Words.CONSENT_NEEDED), (numbers[1], None)}


@pytest.mark.parametrize("where", ["queued", "running", "parked", "unclear"])
def test_a_run_can_be_cancelled_until_it_has_ended(store: Store, where: str) -> None:
    (number,) = queued(store, new("a"))
    if where != "queued":
        claimed(store)
    if where == "parked":
        store.answer(ParkRun(number, "one", "wiki", "carol", 0, 0, 0))
    if where == "unclear":
        store.answer(EndRun(number, "one", Ending(RunState.UNCLEAR)))
    assert store.answer(CancelRun(number, "ada"))
    assert store.answer(RunOf(number)).error == "Cancelled by ada."
    assert not store.answer(CancelRun(number, "ada"))


def test_who_executes_a_run_that_was_cancelled_holds_it_no_more(store: Store) -> None:
    (number,) = queued(store, new("a"))
    claimed(store)
    store.answer(CancelRun(number, "ada"))
    assert store.answer(KeepHolding(("one",))) == frozenset()
    assert not store.answer(NoteSent(number, "one", ASKED))
    assert not store.answer(EndRun(number, "one", Ending(RunState.DONE)))
    assert store.answer(GiveUpRun(number, "one", "x")) is None
    assert store.answer(RunOf(number)).state is RunState.CANCELLED


def test_the_journal_keeps_what_was_sent_and_what_was_answered(store: Store) -> None:
    (number,) = queued(store, new("a"))
    claimed(store)
    assert store.answer(NoteSent(number, "one", ASKED))
    (call,) = store.answer(CallsOf(number))
    assert (call.state, call.answer) == (CallState.SENT, None)
    assert store.answer(NoteAnswered(number, "one", "1", ANSWER))
    (call,) = store.answer(CallsOf(number))
    assert (call.state, call.status, call.by, call.answer) == (CallState.ANSWERED, 200, "2LOi", None)
    (call,) = store.answer(CallsOf(number, with_answers=True))
    assert call.answer == ANSWER
    assert store.answer(TakeAnswerOut(number, "one", "1"))
    (call,) = store.answer(CallsOf(number, with_answers=True))
    assert (call.state, call.status, call.answered_at, call.answer) == (CallState.SENT, None, None, None)
    assert store.answer(ForgetCall(number, "one", "1"))
    assert store.answer(CallsOf(number)) == ()


@pytest.mark.parametrize("answer", [ANSWER, None])
def test_somebody_settles_what_became_of_a_call(store: Store, answer: Answer | None) -> None:
    (number,) = queued(store, new("a"))
    claimed(store)
    store.answer(NoteSent(number, "one", ASKED))
    assert not store.answer(SettleCall(number, "1", answer))
    store.answer(EndRun(number, "one", Ending(RunState.UNCLEAR, error="?")))
    assert store.answer(SettleCall(number, "1", answer))
    assert not store.answer(SettleCall(number, "1", answer))
    assert state(store, number) is RunState.QUEUED
    assert [call.answer for call in store.answer(CallsOf(number, with_answers=True))] == ([ANSWER] if answer else [])


def test_lines_are_kept_with_their_pass(store: Store) -> None:
    (number,) = queued(store, new("a"))
    claimed(store)
    store.answer(AddLines(number, "one", ((1.0, "info", "first"), (2.0, "error", "second"))))
    store.answer(GiveUpRun(number, "one", "x"))
    claimed(store)
    store.answer(AddLines(number, "one", ((3.0, "info", "third"),)))
    found = [(line.number_of_pass, line.level, line.text) for line in store.answer(LinesOf(number))]
    assert found == [(1, "info", "first"), (1, "error", "second"), (2, "info", "third")]


def test_how_far_a_run_is_is_said_by_its_holder_and_forgotten_by_the_next_pass(store: Store) -> None:
    (number,) = queued(store, new("a"))
    progress = Progress(7, 10**15, "page 7")
    assert not store.answer(NoteProgress(number, "one", progress)), "nobody holds it yet"
    claimed(store)
    assert store.answer(RunOf(number)).progress is None
    assert not store.answer(NoteProgress(number, "two", progress))
    assert store.answer(NoteProgress(number, "one", progress))
    assert store.answer(NoteProgress(number, "one", replace(progress, done=8)))
    assert store.answer(RunOf(number)).progress == replace(progress, done=8)
    store.answer(GiveUpRun(number, "one", "x"))
    assert store.answer(RunOf(number)).progress == replace(progress, done=8)
    claimed(store)
    assert store.answer(RunOf(number)).progress is None
    store.answer(EndRun(number, "one", Ending(RunState.DONE)))
    assert not store.answer(NoteProgress(number, "one", progress))


def test_runs_are_listed_and_counted(store: Store, clock: Clock) -> None:
    queued(store, new("a"), new("b"))
    clock.now += 3600
    (third,) = queued(store, new("c"))
    claimed(store, number=third)
    begin = clock.now - 3600
    assert store.answer(RunCounts(begin, 3600)) == {(begin, RunState.QUEUED): 2, (begin + 3600, RunState.RUNNING): 1}
    assert [run.number for run in store.answer(Runs({"state": "running"}))] == [third]
    assert len(store.answer(Runs({"until": clock.now}))) == 2
    assert len(store.answer(Runs({"since": clock.now}))) == 1
    assert len(store.answer(Runs({"before": third, "user": "alice", "hook": "publish:publish"}))) == 2
    assert store.answer(Runs({"event": 5})) == ()


def test_runs_of_a_person_are_those_as_them_and_those_caused_by_them_each_once(store: Store) -> None:
    whose = [("bob", "bob"), ("robot", "bob"), ("robot", "carol"), ("bob", "carol"), (None, None), ("bob", "bob")]
    named = [replace(new(f"run {n}"), user=user, actor=actor) for n, (user, actor) in enumerate(whose)]
    numbers = queued(store, *named)
    mine = [numbers[n] for n in (5, 3, 1, 0)]

    def found(limit: int = 100, **only: object) -> list[int]:
        filters: RunFilters = {"person": "bob", **only}  # type: ignore[typeddict-item]
        return [run.number for run in store.answer(Runs(filters, limit))]

    assert found() == mine
    assert found(limit=3) == mine[:3]
    assert found(before=mine[1]) == mine[2:]
    claimed(store, number=mine[0])
    assert found(limit=2, without="running") == mine[1:3]
    assert found(state="running") == mine[:1]
    assert store.answer(Runs({"person": "zoe"})) == ()


def test_old_runs_are_forgotten_with_all_that_belongs_to_them(store: Store, clock: Clock) -> None:
    number = store.answer(KeepEvent(EVENT)).number
    (run,) = store.answer(SortEvent(number, (new("a", event=number),)))
    claimed(store)
    store.answer(NoteSent(run, "one", ASKED))
    store.answer(AddLines(run, "one", ((1.0, "info", "x"),)))
    store.answer(EndRun(run, "one", Ending(RunState.DONE)))
    (other,) = queued(store, new("b"))
    assert store.answer(DropOldRuns(clock.now)) == 0
    assert store.answer(DropOldRuns(clock.now + 1)) == 1
    assert store.answer(CallsOf(run)) == ()
    assert store.answer(LinesOf(run)) == ()
    assert store.answer(EventOf(number)) is None
    assert state(store, other) is RunState.QUEUED


def test_every_state_is_in_the_table_and_those_that_end_stay() -> None:
    assert set(STEPS) == set(RunState)
    assert {RunState.DONE, RunState.FAILED, RunState.EXPIRED} <= ENDED
    assert not ENDED & {after for follows in STEPS.values() for after in follows} - ENDED


def test_a_run_that_somebody_waits_for_is_begun_once_for_its_key(store: Store):
    first = store.answer(BeginRun(new("once"), "one"))
    again = store.answer(BeginRun(new("once"), "two"))
    assert (again.number, again.holder) == (first.number, "one")
    assert store.answer(BeginRun(new("other"), "two")).holder == "two"
