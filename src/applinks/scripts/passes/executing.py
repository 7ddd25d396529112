"""One pass through a script: from the claimed run to how it ended.

Rules of this file:
- A pass begins with nobody acting, and acts as whoever the run names; where it names nobody, a call that needs somebody fails.
- Whatever happens in the script becomes one of the endings below. A missing consent parks the run and tells the person.
- Everything else (the process dies, its time is over) is the business of whoever started the process.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from inspect import signature
from pathlib import Path
from typing import Any

from applinks.errors import AppLinksError, CredentialsRequired, ParametersWrong, ScriptWrong, Throttled
from applinks.outgoing import Caller, in_lane
from applinks.people import ActingAs, FindPerson, Person, nobody_acting, run_as
from applinks.questions import Flow, Moment, Now
from applinks.scripts.conditions import evaluate
from applinks.scripts.events.event import Event, EventOf
from applinks.scripts.hooks.decorators import BEFORE, Hook, HookKind, Limits, Refuse
from applinks.scripts.hooks.loading import Loaded, Script
from applinks.scripts.hooks.names import RequestTold
from applinks.scripts.hooks.parameters import read
from applinks.scripts.messages.message import KeepMessages, NewMessage, Severity, Words
from applinks.scripts.messages.telling import Messages
from applinks.scripts.passes.meanwhile import Meanwhile
from applinks.scripts.passes.output import Lines, Output, as_kept
from applinks.scripts.passes.parking import PARKED_FOR, ParkRun, about_run
from applinks.scripts.passes.progressing import Progressing
from applinks.scripts.passes.recording import NotHeld, NotTheSame, Recorder, RunCaller, UnclearCall
from applinks.scripts.passes.surroundings import LinksOfRun, Surroundings
from applinks.scripts.runs.journal import Call, CallsOf, is_unclear
from applinks.scripts.runs.run import AddLines, Ending, EndRun, NoteProgress, Progress, Run, RunOf, RunState

LARGEST_RESULT = 64 * 1024
LONGEST_ERROR = 2000
"""Characters that are kept of what went wrong; its lines tell more."""
TOLD_OF_FAILURE = frozenset({HookKind.POST_FUNCTION, HookKind.BY_HAND, HookKind.JOB})
"""The kinds of hooks whose person is told when a run has failed: those for whom something was to happen."""
OURS = str(Path(__file__).parents[1])
log = logging.getLogger("applinks.scripts")


@dataclass(slots=True)
class Pass:
    """One pass of one run, and what it needs of its surroundings."""

    run: Run
    script: Script
    holder: str
    application: Caller
    recorder: Recorder
    output: Output
    event: Event | None
    messages: Messages
    progress: Progressing
    request: RequestTold | None = None
    began: float = field(default_factory=time.perf_counter)
    cpu_began: float = field(default_factory=time.process_time)

    @property
    def spent(self) -> dict[str, float]:
        """Seconds on the clock and of the processor, until now."""
        return {"elapsed": time.perf_counter() - self.began, "cpu": time.process_time() - self.cpu_began}

    def keep_what_was_said(self) -> None:
        """The lines and the progress that are not kept yet."""
        self.output.flush()
        self.progress.flush()


def execute(number: int, holder: str, loaded: Loaded, application: Caller, request: RequestTold | None = None) -> None:
    """Make one pass of a run that this holder has claimed, and write down how it ended."""
    run: Run | None = application.answer(RunOf(number))
    if run is None or run.holder != holder:
        return
    script = loaded.scripts.get(run.hook)
    if script is None:
        gone = f"There is no hook {run.hook!r} any more; its script was taken away, or has a mistake."
        application.answer(EndRun(number, holder, Ending(RunState.FAILED, error=gone)))
        return
    known = application.answer(CallsOf(number, with_answers=True))
    recorder = Recorder(number, holder, known, application.answer)
    said = _Said(application, number, holder)
    output, progress = Output(said.lines, script.hook.limits.characters), Progressing(said.progress)
    event: Event | None = None if run.event is None else application.answer(EventOf(run.event))
    messages = Messages(lambda message: application.answer(KeepMessages((message,))), number, run.actor, run.item)
    one = Pass(run, script, holder, application, recorder, output, event, messages, progress, request)
    try:
        _end(one)
    except NotHeld:
        log.warning("run %d was taken over by another process", number)


def _end(one: Pass) -> None:
    with Meanwhile(one.keep_what_was_said):
        ending = pass_through(one)
    one.keep_what_was_said()
    if isinstance(ending, Ending):
        error = None if ending.error is None else as_kept(ending.error[:LONGEST_ERROR])
        one.application.run(_finish(one, replace(ending, error=error)))
    elif one.script.hook.kind in BEFORE:
        one.application.run(_refuse(one, ending))
    else:
        one.application.run(_park(one, ending))


def pass_through(one: Pass) -> Ending | CredentialsRequired:
    """Run the script; whatever it raises becomes an ending."""
    try:
        with one.output.captured(), nobody_acting(), in_lane(""):
            return _ran(one)
    except CredentialsRequired as missing:
        return missing
    except Refuse as refused:
        said = {"message": refused.message, "field": refused.field}
        return Ending(RunState.REFUSED, said, refused.message, **_common(one))
    except UnclearCall as unclear:
        return Ending(RunState.UNCLEAR, None, str(unclear), **_common(one))
    except NotTheSame as other:
        return Ending(RunState.FAILED, None, str(other), **_common(one))
    except NotHeld:
        raise
    except BaseException as error:  # noqa: BLE001 a script may even call sys.exit
        return _failed(one, error)


def _ran(one: Pass) -> Ending:
    hook = one.script.hook
    caller = RunCaller(one.application, one.recorder, one.run.depth)
    with ExitStack() as scopes:
        scopes.callback(caller.connections.close)
        user, actor = _people(one.run, caller, scopes)
        links = LinksOfRun(caller)
        said = (one.output.log, one.messages, one.progress)
        around = Surroundings(one.run, one.event, user, actor, *said, links, one.request)
        if one.script.when is not None and not evaluate(one.script.when, around.bound(signature(one.script.when).parameters)):
            return Ending(RunState.SKIPPED, **_common(one))
        if actor is not None and one.run.user != actor.name:  # only now: who need not run needs no right to
            around = replace(around, user=scopes.enter_context(run_as(one.run.user or "", reason=one.run.reason or "")))
        result = one.script.function(**around.bound(one.script.names), **read(hook.parameters, one.run.parameters))
    return _result(one, hook, result)


def _people(run: Run, caller: Caller, scopes: ExitStack) -> tuple[Person | None, Person | None]:
    """The user and the actor whom the run names; the actor acts from here on."""
    if run.user is None:
        return None, None
    actor = scopes.enter_context(ActingAs(run.actor or run.user, caller))
    user: Person | None = actor if run.user == actor.name else caller.answer(FindPerson(run.user))
    return user, actor


def _result(one: Pass, hook: Hook, result: Any) -> Ending:
    """What a hook returns is kept if JSON can hold it."""
    if hook.kind is HookKind.CONDITION and not isinstance(result, bool):
        raise ScriptWrong(
            f"{hook.id} returned {result!r}.", file=hook.file, line=hook.line, remedy="A condition returns True or False."
        )
    return Ending(RunState.DONE, kept(result, hook), **_common(one))


def kept(result: Any, hook: Hook) -> Any:
    """A result as it is kept; raises `ScriptWrong` for one that JSON cannot hold, or that is too large."""
    try:
        size = len(json.dumps(result, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ScriptWrong(
            f"{hook.id} returned what JSON cannot hold: {error}.", file=hook.file, line=hook.line, remedy="Return plain values."
        ) from error
    if size > LARGEST_RESULT:
        raise ScriptWrong(
            f"{hook.id} returned {size} characters.", file=hook.file, line=hook.line, remedy=f"At most {LARGEST_RESULT}."
        )
    return result


def _failed(one: Pass, error: BaseException) -> Ending:
    """A failure is tried again if the script says so; one that leaves a call open has to be looked at."""
    traceback.clear_frames(error.__traceback__)  # what filled the memory is let go before more is wanted
    for line in _shown(error, one.script):
        one.output.log.error(line)
    unclear = one.recorder.unclear()
    if unclear is not None:
        why = f"{unclear.asked.line} was sent and never answered ({error})."
        return Ending(RunState.UNCLEAR, None, why, **_common(one))
    if one.run.again > 0 and isinstance(error, Exception) and not isinstance(error, ScriptWrong | ParametersWrong):
        return _tried_again(one, error)
    return Ending(RunState.FAILED, None, described(error, one.script.hook.limits), **_common(one))


def _tried_again(one: Pass, error: Exception) -> Ending:
    """The next pass is due after a while, unless that could do something twice."""
    doubtful = one.recorder.forget_failures()
    if doubtful is not None:
        why = f"{doubtful.asked.line} was answered {doubtful.status} by a gateway: nobody knows whether it happened."
        return Ending(RunState.UNCLEAR, None, why, **_common(one))
    retries = one.script.hook.retries
    moment: Moment = one.application.answer(Now())
    wait = max(retries.wait(retries.times - one.run.again), asked_to_wait(error))
    why = described(error, one.script.hook.limits)
    return Ending(RunState.QUEUED, None, why, retry_at=moment.now + wait, **_common(one))


def asked_to_wait(error: BaseException) -> float:
    """Seconds for which the far side has asked, an hour at most."""
    return min(error.retry_after or 0.0, 3600.0) if isinstance(error, Throttled) else 0.0


def described(error: BaseException, limits: Limits) -> str:
    """An error in one line."""
    if isinstance(error, MemoryError):
        return f"It used more than {limits.megabytes} megabytes of memory."
    return str(error) if isinstance(error, AppLinksError) else f"{type(error).__name__}: {error}"


def _shown(error: BaseException, script: Script) -> Iterator[str]:
    """Where in the script it happened, and in what it called; how we go on from there tells its author nothing."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = next((number for number, frame in enumerate(frames) if frame.filename == script.file), len(frames))
    for frame in frames[theirs:]:
        if not frame.filename.startswith(OURS):
            yield f"{frame.filename}, line {frame.lineno}, in {frame.name}: {frame.line}"
    yield described(error, script.hook.limits)


def _common(one: Pass) -> dict[str, Any]:
    return {**one.spent, "revision": one.script.hook.revision}


def _finish(one: Pass, ending: Ending) -> Flow[None]:
    """Write down how the run ended, and tell whoever should know."""
    run, script = one.run, _called(one)
    told: tuple[NewMessage, ...] = ()
    if ending.state is RunState.DONE and run.parked_user is not None:
        told = yield from about_run(run, Words.RUN_DONE_AFTER_CONSENT, Severity.SUCCESS, run.parked_user, script=script)
    elif ending.state is RunState.UNCLEAR:
        calls: tuple[Call, ...] = yield CallsOf(run.number)
        asked = next(call.asked for call in calls if is_unclear(call))
        where = {"link": asked.link, "attempt": asked.line}
        told = yield from about_run(run, Words.RUN_UNCLEAR, Severity.WARNING, run.actor, script=script, **where)
    elif ending.state is RunState.FAILED and run.kind in TOLD_OF_FAILURE:
        words = Words.JOB_FAILED if run.kind == HookKind.JOB else Words.RUN_FAILED
        told = yield from about_run(run, words, Severity.ERROR, run.actor, script=script, error=ending.error or "")
    yield EndRun(run.number, one.holder, ending, told)


def _refuse(one: Pass, missing: CredentialsRequired) -> Flow[None]:
    """Who asks before a transition cannot wait: the answer is no until the person has allowed it, and they are told where."""
    said = {"message": missing.message, "field": None}
    ending = Ending(RunState.REFUSED, said, missing.message, **_common(one))
    yield EndRun(one.run.number, one.holder, ending, ((yield from _asks(one, missing, Words.CONSENT_FIRST)),))


def _park(one: Pass, missing: CredentialsRequired) -> Flow[None]:
    """Let the run wait, and tell the person; both or neither."""
    moment: Moment = yield Now()
    asks = yield from _asks(one, missing, Words.CONSENT_NEEDED)
    yield ParkRun(
        number=one.run.number,
        holder=one.holder,
        link_id=missing.link_id,
        user=missing.user,
        until=moment.now + PARKED_FOR,
        revision=one.script.hook.revision,
        messages=(asks,),
        **one.spent,
    )


def _asks(one: Pass, missing: CredentialsRequired, words: Words) -> Flow[NewMessage]:
    """The message that asks a person to allow it, with what was attempted."""
    run, attempt = one.run, one.recorder.kept_from
    person: Person | None = yield FindPerson(missing.user)
    return NewMessage(
        key=f"run {run.number} {words} {run.passes}",
        user=missing.user,
        severity=Severity.WARNING,
        words=words,
        told={
            "user": (person.full_name if person is not None else "") or missing.user,
            "script": _called(one),
            "link": missing.link or "",
            "attempt": attempt.line if attempt is not None else "",
        },
        address=missing.authorization_url,
        run=run.number,
        item=run.item,
    )


def _called(one: Pass) -> str:
    """What people call this script: the first line of what its function says of itself."""
    return one.script.hook.about.rstrip(".") or one.run.hook


@dataclass(frozen=True, slots=True)
class _Said:
    """Keeps what a pass says, in the name of its holder; raises `NotHeld` where that is another by now."""

    application: Caller
    number: int
    holder: str

    def lines(self, lines: Lines) -> None:
        self._keep(AddLines(self.number, self.holder, lines))

    def progress(self, progress: Progress) -> None:
        self._keep(NoteProgress(self.number, self.holder, progress))

    def _keep(self, said: AddLines | NoteProgress) -> None:
        if not self.application.answer(said):
            raise NotHeld("Another process has taken over this run.")
