"""Runs in every state, in an application that answers questions; as scripts and engines would have left them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from applinks.scripts import (
    HERE,
    AddLines,
    Answer,
    Asked,
    ClaimRun,
    Ending,
    EndRun,
    Event,
    Hook,
    KeepEvent,
    NewRun,
    NoteAnswered,
    NoteProgress,
    NoteSent,
    ParkRun,
    Progress,
    QueueRuns,
    RunState,
    load,
)

HOLDER = "a process"
HOOK = "publish:when_done"
URL = "https://wiki.example.com/base/rest/api/content"
SCRIPT = '''
from typing import Annotated, Literal
from applinks.scripts import Secret, by_hand, job, listener, post_function

@listener("jira:issue_updated", application="jira", when=lambda issue: issue.project == "OPS")
def when_done(issue, wiki, log, *, space: Annotated[str, "Space of the pages"] = "OPS", labels: list[str] = [],
              loud: bool = False, level: Literal["low", "high"] = "low", password: Annotated[str, "Of the printer", Secret()] = "x"):
    """Makes a page of the issue."""

@job("0 7 * * mon-fri", user="deployment", zone="Europe/Berlin")
def nightly(log, *, days: int):
    """Tidies up."""

@by_hand()
def hello(log):
    """Says hello."""
'''


def hooks_in(folder: Path, text: str = SCRIPT.replace("wiki, ", "confluence, ")) -> dict[str, Hook]:
    """The hooks of that script, loaded from a file."""
    (folder / "publish.py").write_text(text)
    found = load(folder)
    assert not [fault for fault in found.faults if fault.fatal], found.faults
    return {hook.id: hook for hook in found.hooks}


def happened(us: Any, payload: dict[str, Any] | None = None, **more: Any) -> int:
    """An event that an application has told."""
    event = {
        "source": HERE,
        "application": "jira",
        "kind": "jira:issue_updated",
        "user": "alice",
        "item": "issue OPS-7",
        **more,
    }
    kept = us.answer(
        KeepEvent(
            Event(
                delivery=f"d{us.now}",
                payload=payload or {"issue": {"key": "OPS-7"}},
                received_at=us.now,
                **event,
            )
        )
    )
    return int(kept.number)


def queued(application: Any, hook: str = HOOK, user: str | None = "alice", **more: Any) -> int:
    """A run that waits for its turn."""
    key = more.pop("key", f"{hook} {application.now} {len(application.asked)}")
    run = NewRun(key, hook, more.pop("kind", "listener"), user, more.pop("actor", user), **more)
    (number,) = application.answer(QueueRuns((run,)))
    return int(number)


def running(application: Any, *args: Any, **more: Any) -> int:
    """A run that has begun."""
    number = queued(application, *args, **more)
    assert application.answer(ClaimRun(HOLDER, number)) is not None
    return number


def ended(
    application: Any, state: RunState = RunState.DONE, *args: Any, result: Any = None, error: str | None = None, **more: Any
) -> int:
    """A run that has ended like this."""
    number = running(application, *args, **more)
    ending = Ending(state, result, error, elapsed=1.25, cpu=0.5, revision="abcdef0123456789")
    assert application.answer(EndRun(number, HOLDER, ending))
    return number


def parked(application: Any, link_id: str, *args: Any, waits_for: str = "alice", **more: Any) -> int:
    """A run that waits for somebody's consent."""
    number = running(application, *args, **more)
    park = ParkRun(number, HOLDER, link_id, waits_for, application.now + 14 * 86_400, 0.5, 0.1)
    assert application.answer(park)
    return number


def sent(
    application: Any, number: int, place: str, method: str = "POST", user: str | None = "alice", status: int | None = None
) -> None:
    """A call that such a run has made; answered, if there is a status."""
    asked = Asked(place, method, URL, "wiki", "Wiki", user, "digest")
    assert application.answer(NoteSent(number, HOLDER, asked))
    if status is not None:
        assert application.answer(NoteAnswered(number, HOLDER, place, Answer(status, (), b"hunter2", "2LOi")))


def wrote(application: Any, number: int, *lines: tuple[str, str]) -> None:
    """Lines of a log."""
    assert application.answer(AddLines(number, HOLDER, tuple((application.now, level, text) for level, text in lines)))


def came(application: Any, number: int, done: int, of: int, text: str = "") -> None:
    """How far it is."""
    assert application.answer(NoteProgress(number, HOLDER, Progress(done, of, text)))


def unclear(application: Any, *args: Any, **more: Any) -> int:
    """A run with two answered calls, and one of which nobody knows whether it happened."""
    number = running(application, *args, **more)
    user = more.get("user", args[1] if len(args) > 1 else "alice")
    sent(application, number, "1", "GET", user, 200)
    sent(application, number, "2", "POST", user, 500)
    sent(application, number, "3", "POST", user)
    ending = Ending(RunState.UNCLEAR, error="POST was sent and never answered.", elapsed=1.0)
    assert application.answer(EndRun(number, HOLDER, ending))
    return number
