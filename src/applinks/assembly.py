"""Builds one application from its settings: the only module that knows all rooms."""

from __future__ import annotations

import asyncio
import builtins
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from applinks import clock, links, people, settings
from applinks.announcements import Announce, Fact
from applinks.audit import CALL, Entry, WriteDown, printable
from applinks.doctor import Examined, LastExamined, NoteExamined
from applinks.errors import AdministratorNeeded, ConfigurationError
from applinks.incoming import RememberRefusal, remember
from applinks.links import ClockSkew, FormerUrl, FreshKey, Identity, LearnSkew, PlainHttpAllowed, SealFor, WhoWeAre
from applinks.mechanisms import load
from applinks.outgoing import Connections, fetch, fetch_async, is_proven
from applinks.people import (
    Everybody,
    FindPerson,
    KeepsPeople,
    KnowsPeople,
    MayRunAs,
    People,
    Person,
    RunAsSetting,
    SignIn,
    Staff,
    checked_run_as,
    may_run_as,
)
from applinks.questions import Ask, Calculate, Flow, FreshSecrets, Moment, Now, Question, Wait, drive, drive_async
from applinks.scripts import OurChannels, OurWords, PastedAllowed, PostComment, SendMail, comment, load_catalogue, post_mail
from applinks.store import Afterwards, Backup, Sealing, Store
from applinks.wire.messages import Response

T = TypeVar("T")
F = TypeVar("F", bound=Fact)

WAITING = 8
"""How many may wait for scripts at the same time. More wait for these, and sign-in and the pages for none of them (T-79)."""

log = logging.getLogger("applinks")
_waiting = ThreadPoolExecutor(WAITING, "applinks-waiting")


class Application:
    """This application with its records, its people and its drivers: what both faces and the middleware stand on.

    `people` is the host application's directory, or `Staff()` where this application keeps its people itself; `run_as` says
    who may run as whom; the rest is described by `applinks.settings.Settings` and read from the environment where it is not
    given.
    """

    def __init__(
        self,
        database: str | None = None,
        *,
        url: str | None = None,
        name: str | None = None,
        type: str | None = None,  # noqa: A002
        people: People | Staff | None = None,
        run_as: RunAsSetting | None = None,
        plain_http: bool | None = None,
        mechanisms: Iterable[str] | None = None,
        replay: str | None = None,
        former_url: str | None = None,
        pasted_scripts: bool | None = None,
    ) -> None:
        told = settings.from_environment(
            database=database,
            url=url,
            name=name,
            type=type,
            plain_http=plain_http,
            mechanisms=mechanisms,
            replay=replay,
            former_url=former_url,
            pasted_scripts=pasted_scripts,
        )
        self._begin(told, people, run_as)

    @classmethod
    def from_settings(
        cls,
        told: settings.Settings,
        *,
        people: People | Staff | None = None,
        run_as: RunAsSetting | None = None,
        sealing: Sealing | None = None,
    ) -> Self:
        """The application of exactly these settings, one of several in this process: the environment adds nothing."""
        made = cls.__new__(cls)
        made._begin(told, people, run_as, sealing)
        return made

    def _begin(
        self,
        told: settings.Settings,
        people: People | Staff | None = None,
        run_as: RunAsSetting | None = None,
        sealing: Sealing | None = None,
    ) -> None:
        self.connections = Connections()
        self.settings = told
        self.mechanisms = load(self.settings.mechanisms)
        self._catalogue = load_catalogue(told.words)
        self.people = people
        self.run_as = checked_run_as(run_as or {})
        self._staff: Mapping[builtins.type[Question], Callable[[Any], Flow[Any]]] = {}
        self._skews: dict[str, float] = {}
        self._examined: dict[str, Examined] = {}
        self._listeners: dict[builtins.type[Any], list[Callable[[Any], object]]] = defaultdict(list)
        self._afterwards: Afterwards[RememberRefusal] = Afterwards(lambda refused: self.run(remember(refused)))
        self._store = Store.open(told.database, replay=told.replay, sealing=sealing, create=told.url is not None)
        try:
            self._answers = self._all_answers()
            self._awaited = self._all_awaited()
            self._introduce()
        except BaseException:
            self._store.close()
            raise
        if (suspended := self.identity.suspension) is not None:
            log.warning("Outgoing trust is suspended: %s. See `applinks identity show`.", printable(suspended.why))

    def _all_answers(self) -> dict[type[Question], Callable[[Any], Any]]:
        """Who answers what: the store, the host application, the clock, and we ourselves."""
        return {
            **dict.fromkeys(self._store.answers, self._store.answer),
            Now: lambda _: Moment(clock.now(), clock.fresh_nonce()),
            **self._about_people(),
            Calculate: lambda question: question.work(),
            KnowsPeople: lambda _: self.people is not None,
            KeepsPeople: lambda _: bool(self._staff),
            FreshSecrets: lambda question: tuple(clock.fresh_secret() for _ in range(question.count)),
            Wait: lambda question: time.sleep(question.seconds),
            ClockSkew: lambda question: self._skews.get(question.link_id, 0.0),
            LastExamined: lambda _: dict(self._examined),
            NoteExamined: lambda question: self._examined.update({question.examined.diagnosis.link.id: question.examined}),
            LearnSkew: lambda question: self._skews.update({question.link_id: question.seconds}),
            Announce: self._announce,
            SealFor: lambda question: links.seal(question.public_key, question.content),
            PlainHttpAllowed: lambda _: self.settings.plain_http,
            PastedAllowed: lambda _: self.settings.pasted_scripts,
            FormerUrl: lambda _: self.settings.former_url and self.settings.former_url.rstrip("/"),
            FreshKey: lambda _: links.new_key(),
            WriteDown: self._write_down,
            RememberRefusal: self._afterwards.hand_over,
            Ask: self._ask,
            OurChannels: lambda _: self.settings.channels,
            OurWords: lambda _: self._catalogue,
            SendMail: lambda question: post_mail(question.server, question.message),
            PostComment: lambda question: comment.post(self, question),
        }

    def _about_people(self) -> dict[type[Question], Callable[[Any], Any]]:
        """The host application's directory, or nobody, or our own, whose functions are flows."""
        people = self.people
        if isinstance(people, Staff):
            self._staff = people.flows(self.run_as)
            return {kind: self._running(flow) for kind, flow in self._staff.items()}
        return {
            FindPerson: lambda question: None if people is None else people.find(question.name),
            SignIn: lambda question: None if people is None else people.sign_in(question.name, question.password),
            Everybody: self._everybody,
            MayRunAs: lambda question: may_run_as(self.run_as, question.actor, question.user),
        }

    def _running(self, flow: Callable[[Any], Flow[Any]]) -> Callable[[Any], Any]:
        return lambda question: self.run(flow(question))

    def _introduce(self) -> None:
        """Say who we are, where the settings say more than the store knows."""
        told = self.settings
        try:
            known = self.identity
        except ConfigurationError:
            if told.url is None:
                raise
            name = told.name or (urlsplit(told.url).hostname or "")
            self._store.identify(name=name, type=told.type or links.GENERIC, url=told.url.rstrip("/"))
            self.run(links.arrive(None))
        else:
            named = told.former_url is not None and links.origin_of(told.former_url) == links.origin_of(known.url)
            self.run(links.arrive(None if named else told.url))  # whoever names the former address has moved on purpose
            url = (told.url or known.url).rstrip("/")
            self._store.identify(name=told.name or known.name, type=told.type or known.type, url=url)

    @property
    def identity(self) -> Identity:
        """Who this application is towards the others."""
        identity: Identity = self._store.answer(WhoWeAre())
        return identity

    def acting_as(self, user: str | Person) -> people.ActingAs:
        """Say who acts, for the length of a `with` (or `async with`) block: after your own sign-in, in a job, in a shell."""
        if self.people is None and isinstance(user, str):
            raise ConfigurationError(
                f"This application cannot look up {user!r}: it was given no directory of people.",
                remedy="Say AppLinks(…, people=…), or hand over a Person.",
            )
        return people.ActingAs(user, self)

    @property
    def sealing(self) -> Sealing:
        """The keys that seal the secrets, for another process of this application."""
        return self._store.sealing

    def rotate_sealing(self) -> int:
        """Add a new sealing key and seal all secrets with it, while others run; how many secrets that were."""
        return self._store.rotate()

    def reseal(self) -> int:
        """Seal with the first key what others sealed, after the keys were changed by hand; how many secrets that were."""
        return self._store.reseal()

    def back_up(self, to: str | Path) -> Backup:
        """Write a backup of a SQLite database into a new file, while it is used; never over another file.

        Keep the sealing keys too, apart from it: neither is of use without the other. Raises `ConfigurationError`.
        """
        return self._store.back_up(Path(to))

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
        if _is_asynchronous(answer):
            if iscoroutine(answer):
                answer.close()
            raise ConfigurationError(
                f"The directory of people answers {type(question).__name__} asynchronously.",
                remedy="Use AsyncAppLinks, or give AppLinks a directory with plain functions.",
            )
        return answer

    async def answer_async(self, question: Any) -> Any:
        """Answer one question, awaiting what must be awaited."""
        if (awaited := self._awaited.get(type(question))) is not None:
            return await awaited(question)
        if type(question) in self._store.answers:
            answer = await self._store.answer_async(question)
            if isinstance(question, WriteDown):
                _tell(question.entry)
            return answer
        if (flow := self._staff.get(type(question))) is not None:
            return await self.run_async(flow(question))
        answer = self._answers[type(question)](question)
        answer = await answer if isawaitable(answer) else answer
        return await _collected(answer, question.limit) if isinstance(question, Everybody) else answer

    def _all_awaited(self) -> dict[type[Question], Callable[[Any], Awaitable[Any]]]:
        """What would hold up an event loop, and is answered beside it."""
        return {
            Ask: self._ask_async,
            FreshKey: lambda _: asyncio.to_thread(links.new_key),
            Wait: lambda question: asyncio.sleep(question.seconds),
            Calculate: _beside,
            SendMail: lambda question: asyncio.to_thread(post_mail, question.server, question.message),
            PostComment: lambda question: comment.post_async(self, question),
        }

    async def _ask_async(self, question: Ask) -> Response:
        if is_proven(question.request):
            (await self.answer_async(WhoWeAre())).check_trust()
        return await fetch_async(self.connections.client_of_this_loop(), question.request)

    def _everybody(self, question: Everybody) -> Any:
        """All people; as the directory gives them, if they must be awaited."""
        listing = getattr(self.people, "everyone", None)
        if listing is None:
            return None
        people = listing()
        return people if _is_asynchronous(people) else tuple(islice(people, question.limit))

    def _ask(self, question: Ask) -> Response:
        """Whatever flow asks: nothing that proves who we are leaves while trust is suspended."""
        if is_proven(question.request):
            self.identity.check_trust()
        return fetch(self.connections.client(), question.request)

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


async def _beside(question: Calculate) -> Any:
    """In a thread: one of those for everything, or of those that wait."""
    if not question.waits:
        return await asyncio.to_thread(question.work)
    return await asyncio.get_running_loop().run_in_executor(_waiting, copy_context().run, question.work)


def _is_asynchronous(answer: Any) -> bool:
    return isawaitable(answer) or isinstance(answer, AsyncIterable)


async def _collected(people: AsyncIterable[Person] | Iterable[Person] | None, limit: int) -> tuple[Person, ...] | None:
    """Those whom an asynchronous directory lists."""
    if not isinstance(people, AsyncIterable):
        return None if people is None else tuple(islice(people, limit))
    found: list[Person] = []
    async for person in people:
        found.append(person)
        if len(found) == limit:
            break
    return tuple(found)


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
