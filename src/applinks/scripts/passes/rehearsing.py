"""A rehearsal: a script is run without doing anything, and what it would do is told.

What only reads is really asked, as whoever would ask. What would change something is not sent, nor what is looked for where
there is nothing but in imagination; the script goes on with an imagined answer, which has whatever it looks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx2

from applinks.errors import CredentialsRequired
from applinks.outgoing import PROBLEM, Caller, trying
from applinks.scripts.events.event import Event
from applinks.scripts.hooks.adjusting import values_by_hand
from applinks.scripts.hooks.decorators import Hook
from applinks.scripts.hooks.loading import Script
from applinks.scripts.hooks.parameters import to_json
from applinks.scripts.messages.message import NewMessage
from applinks.scripts.messages.telling import Messages
from applinks.scripts.passes.executing import Pass, pass_through
from applinks.scripts.passes.output import Lines, Output
from applinks.scripts.passes.progressing import Progressing
from applinks.scripts.passes.recording import Recorder
from applinks.scripts.runs.journal import Asked
from applinks.scripts.runs.run import Ending, Progress, Run, RunState

READING = frozenset({"GET", "HEAD", "OPTIONS"})
_IMAGINED = re.compile(r"<answer[.>]")
"""How a part of an imagined answer is written where it has become part of an address."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A call that the script makes: where, as whom (None: as nobody), and by which way; `sent` if it was asked really.

    `address` has no query: that may hold a secret.
    """

    method: str
    address: str
    link: str
    user: str | None
    way: str | None
    sent: bool


@dataclass(slots=True)
class Rehearsed:
    """What a rehearsal has shown."""

    hook: Hook
    ending: Ending | CredentialsRequired
    calls: list[Planned] = field(default_factory=list)
    messages: list[NewMessage] = field(default_factory=list)
    lines: list[tuple[float, str, str]] = field(default_factory=list)
    progress: Progress | None = None


class Imagined(dict[str, Any]):
    """An answer that nobody gave: each member that is looked for is there, and imagined as well."""

    def __init__(self, where: str = "answer") -> None:
        super().__init__()
        self._where = where

    def __missing__(self, name: object) -> Imagined:
        return Imagined(f"{self._where}.{name}")

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ARG002 nothing is missing
        """The member, imagined."""
        return self[name]

    def __str__(self) -> str:
        return f"<{self._where}>"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __radd__(self, text: str) -> str:
        return f"{text}{self}"

    def __add__(self, text: str) -> str:
        return f"{self}{text}"


class ImaginedResponse(httpx2.Response):
    """A response that nobody gave, and that took no time."""

    @classmethod
    def to(cls, request: httpx2.Request) -> ImaginedResponse:
        """The one to that request."""
        response = cls(200, json={}, request=request, extensions={PROBLEM: None})
        response.elapsed = timedelta(0)
        return response

    def json(self, **_: Any) -> Any:
        """Whatever is looked for in it."""
        return Imagined()


class Rehearsal(Recorder):
    """Sends what only reads, and notes all calls."""

    def __init__(self, application: Caller, found: Rehearsed) -> None:
        super().__init__(0, "", (), lambda _: True)
        self._application = application
        self._found = found
        self.key = "applinks-rehearsal"

    def before(self, asked: Asked, request: httpx2.Request) -> httpx2.Response | None:
        """An imagined answer to what would change something, or cannot be there."""
        sent = asked.method in READING and not _IMAGINED.search(unquote(str(request.url)))
        why = trying.explained(asked.link_id, asked.user, None, self._application.mechanisms)
        way = self._application.run(why).mechanism if asked.user is not None else None
        self._found.calls.append(Planned(asked.method, asked.address, asked.link, asked.user, way, sent))
        if sent:
            return None
        if asked.user is not None and way is None:
            raise self._missing(asked)
        return ImaginedResponse.to(request)

    def unclear(self) -> None:
        """Nothing was sent that could be."""

    def _missing(self, asked: Asked) -> CredentialsRequired:
        return CredentialsRequired(
            f"{asked.user!r} has to allow this application to act for them in {asked.link!r}.",
            user=asked.user or "",
            link=asked.link,
            link_id=asked.link_id,
            direction="outgoing",
        )


def rehearse(
    script: Script, application: Caller, user: str | None, *, event: Event | None = None, parameters: Mapping[str, Any] = {}
) -> Rehearsed:
    """Run a script as that user without doing anything; nothing is kept of it but the audit records of what was read.

    Parameters that are not given are as they are set, as in a run by hand. Raises `ParametersWrong`.
    """
    hook = script.hook
    found = Rehearsed(hook, Ending(RunState.FAILED))
    run = Run(
        number=0,
        key="rehearsal",
        hook=hook.id,
        kind=hook.kind.value,
        user=hook.run_as or hook.user or user,
        actor=user if hook.user is None else hook.user,
        reason=hook.reason,
        event=None,
        item=event.item if event else None,
        depth=0,
        again=0,
        parameters=application.run(values_by_hand(hook, to_json(parameters))),
        state=RunState.RUNNING,
        made_at=0.0,
        due_at=0.0,
    )

    def keep(more: Lines) -> None:
        found.lines.extend(more)

    def come(so_far: Progress) -> None:
        found.progress = so_far

    output, progress = Output(keep, hook.limits.characters), Progressing(come)
    messages = Messages(found.messages.append, 0, run.actor, run.item)
    one = Pass(run, script, "", application, Rehearsal(application, found), output, event, messages, progress)
    found.ending = pass_through(one)
    one.keep_what_was_said()
    return found
