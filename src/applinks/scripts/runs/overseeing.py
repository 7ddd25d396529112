"""What people do about runs: cancel one, say what became of a call, have it tried again, have an event told again.

Rules of this file:
- Each act is on the record, with whoever did it as actor and the person whose rights the run has as subject.
- An administrator may do all of it. Others see the runs of which they are user or actor, and cancel or retry those of them that
  wait for a consent; what became of a call is said by the person in whose name it was made.
- Nothing doubtful is done twice by itself: a call is settled only while it is unclear, and what begins anew is a new run.
"""

from __future__ import annotations

from typing import Any

from applinks.audit import Entry, WriteDown
from applinks.errors import AdministratorNeeded, ConfigurationError, RunNotFound
from applinks.questions import Flow, Moment, Now
from applinks.scripts.messages.message import SettleMessages
from applinks.scripts.runs.journal import Answer, Call, CallsOf, SettleCall, is_unclear
from applinks.scripts.runs.run import ENDED, IMMEDIATE, CancelRun, NewRun, QueueRuns, RetryRun, Run, RunOf, RunState
from applinks.wire import plain_json

LEAST_STATUS, MOST_STATUS = 200, 599


def run_for(number: int, by: str, *, administrator: bool) -> Flow[Run]:
    """The run of that number, for whoever may see it; `RunNotFound` for anybody else (T-53)."""
    run: Run | None = yield RunOf(number)
    if run is None or not (administrator or by in {run.user, run.actor}):
        raise RunNotFound(
            f"There is no run {number}.", remedy="It may have been forgotten since: look at those that there are."
        )
    return run


def cancel_run(number: int, by: str, *, administrator: bool) -> Flow[Run]:
    """End a run that has not ended; the run as it is then.

    One that runs makes no further call, and its process is ended within a quarter of a minute.
    """
    run = yield from run_for(number, by, administrator=administrator)
    may = administrator or run.state is RunState.PARKED
    if not may or not (yield CancelRun(number, by)):
        raise _not_like_that(
            run, "be cancelled", "What has not ended can be, by an administrator; what waits for a consent by its person, too."
        )
    return (yield from _noted(run, by, _of(run), kind="run cancelled"))


def retry_run(number: int, by: str, *, administrator: bool) -> Flow[Run]:
    """Have a parked run tried again now; if its person has not consented, it is parked again."""
    run = yield from run_for(number, by, administrator=administrator)
    if not (yield RetryRun(number)):
        raise _not_like_that(run, "be retried", "What waits for a consent can be.")
    return (yield from _noted(run, by, _of(run), kind="run retried"))


def settle_call(number: int, place: str, answer: Answer | None, by: str, *, administrator: bool) -> Flow[Run]:
    """Say what became of a call of unknown outcome: what would have been answered, or None, and it is sent again.

    The run goes on with that. Raises `ConfigurationError` for a call whose outcome is known, or was said meanwhile.
    """
    run = yield from run_for(number, by, administrator=administrator)
    call = yield from _unclear_call(run, place)
    if not administrator and by not in {run.user} & {call.asked.user}:
        raise AdministratorNeeded(
            f"Call {place} of run {number} was not made in your name.", remedy="Ask that person, or an administrator."
        )
    if not (yield SettleCall(number, place, answer)):
        raise _settled(run, place)
    yield SettleMessages(number)
    asked = call.asked
    said = "it did not happen" if answer is None else f"it happened, status {answer.status}"
    request = asked.line
    return (
        yield from _noted(run, by, f"{_of(run)}, call {place}: {said}", link=asked.link, request=request, kind="call settled")
    )


def answer_said(status: int, text: str) -> Answer:
    """What a far side would have answered, in the words of whoever has looked; `text` is JSON, or nothing.

    Raises `ConfigurationError` for what no answer can be.
    """
    if not LEAST_STATUS <= status <= MOST_STATUS:
        raise ConfigurationError(f"{status} is no status of an answer.", remedy=f"Say {LEAST_STATUS} to {MOST_STATUS}.")
    body = text.strip().encode("utf-8", "surrogatepass")
    if not body:
        return Answer(status, (), b"")
    try:
        plain_json.parse(body)
    except plain_json.NotJson as trouble:
        raise ConfigurationError(
            str(trouble), remedy='Give what was answered as JSON, like {"id": "17"}, or nothing.'
        ) from None
    return Answer(status, (("content-type", "application/json"),), body)


def run_again(number: int, by: str) -> Flow[int]:
    """Queue a new run like one that has ended, for the same people; its number. Calls that were made are made again."""
    run = yield from run_for(number, by, administrator=True)
    if run.state not in ENDED or run.kind in IMMEDIATE:
        raise _not_like_that(run, "be run again", "What has ended can be, unless somebody waited for its answer.")
    moment: Moment = yield Now()
    why = f"run {number} again, by {by}"
    new = NewRun(
        key=f"again {number} {moment.nonce}",
        hook=run.hook,
        kind=run.kind,
        user=run.user,
        actor=run.actor,
        reason=f"{run.reason} ({why})" if run.reason else why,
        event=run.event,
        item=run.item,
        depth=run.depth,
        again=run.again,
        parameters=run.parameters,
    )
    (queued,) = yield QueueRuns((new,))
    yield from _noted(run, by, f"{_of(run)}, as run {queued}", kind="run repeated")
    return int(queued)


def _unclear_call(run: Run, place: str) -> Flow[Call]:
    calls: tuple[Call, ...] = yield CallsOf(run.number)
    found = next((call for call in calls if call.asked.place == place and is_unclear(call)), None)
    if found is None or run.state is not RunState.UNCLEAR:
        raise _settled(run, place)
    return found


def _settled(run: Run, place: str) -> ConfigurationError:
    return ConfigurationError(
        f"Nothing is to be said about call {place[:50]!r} of run {run.number}.",
        remedy="Look at the run again: somebody may have said it meanwhile.",
    )


def _not_like_that(run: Run, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"Run {run.number} is {run.state.value}, and cannot {what}.", remedy=remedy)


def _of(run: Run) -> str:
    return f"run {run.number} of {run.hook}"


def _noted(run: Run, by: str, outcome: str, *, kind: str, **more: Any) -> Flow[Run]:
    """Write it down; the run as it is now."""
    yield WriteDown(Entry(kind, outcome, subject=run.user, actor=by, **more))
    now: Run | None = yield RunOf(run.number)
    return now or run
