"""Builds one application from its settings: the only module that knows all rooms."""

from __future__ import annotations

import asyncio
import builtins
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from applinks import clock, links, people, settings
from applinks.announcements import Announce, Fact
from applinks.audit import CALL, Entry, WriteDown, printable
from applinks.errors import AdministratorNeeded, ConfigurationError
from applinks.links import ClockSkew, Identity, LearnSkew, PlainHttpAllowed, WhoWeAre
from applinks.mechanisms import load
from applinks.outgoing import Connections, fetch, fetch_async
from applinks.people import (
    FindPerson,
    KnowsPeople,
    MayRunAs,
    People,
    Person,
    RunAsSetting,
    SignIn,
    checked_run_as,
    may_run_as,
)
from applinks.questions import Ask, Flow, FreshSecrets, Moment, Now, Question, Wait, drive, drive_async
from applinks.store import Sealing, Store

T = TypeVar("T")
F = TypeVar("F", bound=Fact)

log = logging.getLogger("applinks")


class Application:
    """This application with its records, its people and its drivers: what both faces and the middleware stand on.

    `people` is the host application's directory; `run_as` says who may run as whom; the rest is described by
    `applinks.settings.Settings` and read from the environment where it is not given.
    """

    def __init__(
        self,
        database: str | None = None,
        *,
        url: str | None = None,
        name: str | None = None,
        type: str | None = None,  # noqa: A002
        people: People | None = None,
        run_as: RunAsSetting | None = None,
        plain_http: bool | None = None,
        mechanisms: Iterable[str] | None = None,
        replay: str | None = None,
    ) -> None:
        told = settings.from_environment(
            database=database, url=url, name=name, type=type, plain_http=plain_http, mechanisms=mechanisms, replay=replay
        )
        self._begin(told, people, run_as)

    @classmethod
    def from_settings(cls, told: settings.Settings, *, sealing: Sealing | None = None) -> Self:
        """The application of exactly these settings, one of several in this process: the environment adds nothing."""
        made = cls.__new__(cls)
        made._begin(told, sealing=sealing)
        return made

    def _begin(
        self,
        told: settings.Settings,
        people: People | None = None,
        run_as: RunAsSetting | None = None,
        sealing: Sealing | None = None,
    ) -> None:
        self.connections = Connections()
        self._settings = told
        self.mechanisms = load(self._settings.mechanisms)
        self._people = people
        self._run_as = checked_run_as(run_as or {})
        self._skews: dict[str, float] = {}
        self._listeners: dict[builtins.type[Any], list[Callable[[Any], object]]] = defaultdict(list)
        self._store = Store.open(told.database, replay=told.replay, sealing=sealing, create=told.url is not None)
        try:
            self._introduce()
        except BaseException:
            self._store.close()
            raise
        self._answers = self._all_answers()

    def _all_answers(self) -> dict[type[Question], Callable[[Any], Any]]:
        """Who answers what: the store, the host application, the clock, and we ourselves."""
        return {
            **dict.fromkeys(self._store.answers, self._store.answer),
            Now: lambda _: Moment(clock.now(), clock.fresh_nonce()),
            FindPerson: lambda question: None if self._people is None else self._people.find(question.name),
            KnowsPeople: lambda _: self._people is not None,
            SignIn: lambda question: None if self._people is None else self._people.sign_in(question.name, question.password),
            MayRunAs: lambda question: may_run_as(self._run_as, question.actor, question.user),
            FreshSecrets: lambda question: tuple(clock.fresh_secret() for _ in range(question.count)),
            Wait: lambda question: time.sleep(question.seconds),
            ClockSkew: lambda question: self._skews.get(question.link_id, 0.0),
            LearnSkew: lambda question: self._skews.update({question.link_id: question.seconds}),
            Announce: self._announce,
            PlainHttpAllowed: lambda _: self._settings.plain_http,
            WriteDown: self._write_down,
            Ask: lambda question: fetch(self.connections.client(), question.request),
        }

    def _introduce(self) -> None:
        """Say who we are, where the settings say more than the store knows."""
        told = self._settings
        try:
            known = self.identity
        except ConfigurationError:
            if told.url is None:
                raise
            name = told.name or (urlsplit(told.url).hostname or "")
            self._store.identify(name=name, type=told.type or links.GENERIC, url=told.url.rstrip("/"))
        else:
            url = (told.url or known.url).rstrip("/")
            self._store.identify(name=told.name or known.name, type=told.type or known.type, url=url)

    @property
    def identity(self) -> Identity:
        """Who this application is towards the others."""
        identity: Identity = self._store.answer(WhoWeAre())
        return identity

    def acting_as(self, user: str | Person) -> people.ActingAs:
        """Say who acts, for the length of a `with` (or `async with`) block: after your own sign-in, in a job, in a shell."""
        if self._people is None and isinstance(user, str):
            raise ConfigurationError(
                f"This application cannot look up {user!r}: it was given no directory of people.",
                remedy="Say AppLinks(…, people=…), or hand over a Person.",
            )
        return people.ActingAs(user, self)

    def rotate_sealing(self) -> int:
        """Add a new sealing key and seal all secrets with it, while others run; how many secrets that were."""
        return self._store.rotate()

    def reseal(self) -> int:
        """Seal with the first key what others sealed, after the keys were changed by hand; how many secrets that were."""
        return self._store.reseal()

    def secrets_per_sealing_key(self) -> dict[str, int]:
        """How many stored secrets each sealing key seals. Old keys must stay while records were made with them."""
        return self._store.values_per_key()

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end, in synchronous code."""
        return drive(flow, self.answer)

    async def run_async(self, flow: Flow[T]) -> T:
        """Run a flow to its end, in asynchronous code."""
        return await drive_async(flow, self.answer_async)

    def answer(self, question: Any) -> Any:
        """Answer one question at once."""
        answer = self._answers[type(question)](question)
        if isawaitable(answer):
            if iscoroutine(answer):
                answer.close()
            raise ConfigurationError(
                f"The directory of people answers {type(question).__name__} asynchronously.",
                remedy="Use AsyncAppLinks, or give AppLinks a directory with plain functions.",
            )
        return answer

    async def answer_async(self, question: Any) -> Any:
        """Answer one question, awaiting what must be awaited."""
        if isinstance(question, Ask):
            return await fetch_async(self.connections.client_of_this_loop(), question.request)
        if isinstance(question, Wait):
            return await asyncio.sleep(question.seconds)
        if type(question) in self._store.answers:
            answer = await self._store.answer_async(question)
            if isinstance(question, WriteDown):
                _tell(question.entry)
            return answer
        answer = self._answers[type(question)](question)
        return await answer if isawaitable(answer) else answer

    def _write_down(self, question: WriteDown) -> None:
        self._store.answer(question)
        _tell(question.entry)

    def _announce(self, question: Announce) -> None:
        """Tell all who listen; what one of them breaks is his own affair, and the others hear it all the same."""
        for hear in self._listeners[type(question.fact)]:
            try:
                hear(question.fact)
            except Exception:
                log.exception("a listener failed at %r", question.fact)

    def listen(self, fact: builtins.type[F], hear: Callable[[F], object]) -> None:
        """Call `hear` with each `ConsentGiven` or `ConsentEnded`: what waited for somebody's consent can then go on.

        In the process where it happens, in the thread that serves the person: start long work elsewhere. `hear` is a plain
        function; `ConfigurationError` for an asynchronous one, which nobody would await.
        """
        if iscoroutinefunction(hear):
            raise ConfigurationError(f"{hear!r} is asynchronous.", remedy="Listen with a plain function that starts a task.")
        self._listeners[fact].append(hear)

    def administrator(self, by: str | None) -> str:
        """The administrator who makes a change: named by trusted code, else whoever acts, if they may.

        Under `run_as` the rights are those of the user who is run as, and the name is that of the person who really acts.
        """
        if by is not None:
            return by
        now = people.acting()
        if not now.user.administrator:
            raise AdministratorNeeded(
                f"{now.user.name!r} is not an administrator of this application.", remedy="Ask one to do it."
            )
        return now.actor.name


def _tell(entry: Entry) -> None:
    """The same fact for whoever watches the log in this process; the record carries the whole entry as `applinks_entry`."""
    who = entry.subject if entry.actor in {None, entry.subject} else f"{entry.subject} (really {entry.actor})"
    log.getChild("outgoing" if entry.kind == CALL else "records").info(
        "%s %s as %s: %s",
        entry.kind,
        printable(entry.request or ""),
        printable(who),
        printable(entry.status or entry.outcome),
        extra={"applinks_entry": entry},
    )
