"""Builds one application from its settings: the only module that knows all rooms."""

from __future__ import annotations

import logging
from collections.abc import Callable
from inspect import isawaitable, iscoroutine
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from applinks import clock, links, people, settings
from applinks.audit import CALL, AuditTrail, AuditVerdict, Entry, Head, VerifyAudit, WriteDown, Written, printable
from applinks.errors import AdministratorNeeded, ConfigurationError
from applinks.links import Administrator, Identity, Link, PlainHttpAllowed, WhoWeAre, pairing
from applinks.outgoing import AsyncLinkedApplication, Connections, LinkedApplication, fetch, fetch_async
from applinks.people import FindPerson, MayRunAs, People, Person, Policy, RunAsSetting, SignIn, checked_run_as, may_run_as
from applinks.questions import Ask, Flow, Moment, Now, Question, drive, drive_async
from applinks.store import Store

T = TypeVar("T")

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
    ) -> None:
        self.connections = Connections()
        self._settings = settings.from_environment(database=database, url=url, name=name, type=type, plain_http=plain_http)
        self._people = people
        self._run_as = checked_run_as(run_as or {})
        self._store = Store.open(self._settings.database, create=self._settings.url is not None)
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
            SignIn: lambda question: None if self._people is None else self._people.sign_in(question.name, question.password),
            MayRunAs: lambda question: may_run_as(self._run_as, question.actor, question.user),
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
        answer = self._answers[type(question)](question)
        return await answer if isawaitable(answer) else answer

    def _write_down(self, question: WriteDown) -> None:
        self._store.answer(question)
        _tell(question.entry)

    def _by(self, by: str | None) -> str:
        """The administrator who makes a change: named by trusted code, else whoever acts, if they are one."""
        if by is not None:
            return by
        person = people.current_user()
        if not person.administrator:
            raise AdministratorNeeded(
                f"{person.name!r} is not an administrator of this application.", remedy="Ask one to do it."
            )
        return person.name


class AppLinks(Application):
    """Application links, for synchronous code: finds links, makes and changes them."""

    def primary(self, type: str) -> LinkedApplication:  # noqa: A002
        """The application that is called for a type when none is named; `LinkNotFound` if there is none."""
        return LinkedApplication(self.run(links.primary_link(type)), self)

    def link(self, name: str | None = None, *, id: str | None = None) -> LinkedApplication:  # noqa: A002
        """The linked application of that name or id; `LinkNotFound` lists what there is."""
        return LinkedApplication(self.run(_one(name, id)), self)

    def links(self, type: str | None = None) -> tuple[LinkedApplication, ...]:  # noqa: A002
        """All linked applications, or all of a type; the primary one first."""
        return tuple(LinkedApplication(link, self) for link in self.run(links.links_of(type)))

    def create_link(
        self, url: str, administrator: Administrator, *, same_users: bool, name: str | None = None, by: str | None = None
    ) -> LinkedApplication:
        """Link this application and the one at `url`, both ways, in one operation; see `applinks.links.pairing`.

        `administrator` is one of theirs and signs in there for this; `same_users` is the answer whether a user name means the
        same person on both sides, said by `by` (the acting administrator, if nobody is named). Saying it again repairs.
        """
        flow = pairing.create(url, administrator, same_users=same_users, by=self._by(by), name=name)
        return LinkedApplication(self.run(flow), self)

    def change_policy(self, name: str, policy: Policy, *, by: str | None = None) -> Link:
        """Replace the rules for whom a linked application may impersonate here, and for what."""
        by = self._by(by)
        return self.run(_then(name, lambda link: links.change_policy(link, policy, by=by)))

    def change_link(
        self,
        name: str,
        *,
        outgoing: str | None = None,
        incoming: str | None = None,
        signature_method: str | None = None,
        impersonation_parameter: str | None = None,
        by: str | None = None,
    ) -> Link:
        """Set the level of a direction, the signature method of both, or the name under which the user travels.

        Levels are "disabled", "oauth" and "oauth_impersonation"; `impersonation_parameter` may be "learn": it is then found out
        by the next call. What is None stays.
        """
        by, changes = self._by(by), links.Changes.read(outgoing, incoming, signature_method, impersonation_parameter)
        return self.run(_then(name, lambda link: links.change(link, changes, by=by)))

    def make_primary(self, name: str, *, by: str | None = None) -> Link:
        """Make this link the one that is used for its type when none is named."""
        by = self._by(by)
        return self.run(_then(name, lambda link: links.make_primary(link, by=by)))

    def delete_link(self, name: str, *, by: str | None = None) -> None:
        """Delete our end of a link; delete the other end there."""
        by = self._by(by)
        self.run(_then(name, lambda link: links.remove(link, by=by)))

    def audit(self, limit: int = 100) -> tuple[Written, ...]:
        """The newest records of what was done, newest first."""
        records: tuple[Written, ...] = self.answer(AuditTrail(limit))
        return records

    def verify_audit(self, noted: Head | None = None) -> AuditVerdict:
        """Check the chain of the records; tells the first one that does not fit. `noted` is a head that was kept elsewhere."""
        verdict: AuditVerdict = self.answer(VerifyAudit(noted))
        return verdict

    def close(self) -> None:
        """Give back the connections."""
        self.connections.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncAppLinks(Application):
    """Application links, for asynchronous code: the methods of `AppLinks`, awaited."""

    async def primary(self, type: str) -> AsyncLinkedApplication:  # noqa: A002
        """The application that is called for a type when none is named; `LinkNotFound` if there is none."""
        return AsyncLinkedApplication(await self.run_async(links.primary_link(type)), self)

    async def link(self, name: str | None = None, *, id: str | None = None) -> AsyncLinkedApplication:  # noqa: A002
        """The linked application of that name or id; `LinkNotFound` lists what there is."""
        return AsyncLinkedApplication(await self.run_async(_one(name, id)), self)

    async def links(self, type: str | None = None) -> tuple[AsyncLinkedApplication, ...]:  # noqa: A002
        """All linked applications, or all of a type; the primary one first."""
        return tuple(AsyncLinkedApplication(link, self) for link in await self.run_async(links.links_of(type)))

    async def create_link(
        self, url: str, administrator: Administrator, *, same_users: bool, name: str | None = None, by: str | None = None
    ) -> AsyncLinkedApplication:
        """Link this application and the one at `url`, both ways, in one operation; see `AppLinks.create_link`."""
        flow = pairing.create(url, administrator, same_users=same_users, by=self._by(by), name=name)
        return AsyncLinkedApplication(await self.run_async(flow), self)

    async def change_policy(self, name: str, policy: Policy, *, by: str | None = None) -> Link:
        """Replace the rules for whom a linked application may impersonate here, and for what."""
        by = self._by(by)
        return await self.run_async(_then(name, lambda link: links.change_policy(link, policy, by=by)))

    async def change_link(
        self,
        name: str,
        *,
        outgoing: str | None = None,
        incoming: str | None = None,
        signature_method: str | None = None,
        impersonation_parameter: str | None = None,
        by: str | None = None,
    ) -> Link:
        """Set the level of a direction, the signature method of both, or the name under which the user travels.

        See `AppLinks.change_link`.
        """
        by, changes = self._by(by), links.Changes.read(outgoing, incoming, signature_method, impersonation_parameter)
        return await self.run_async(_then(name, lambda link: links.change(link, changes, by=by)))

    async def make_primary(self, name: str, *, by: str | None = None) -> Link:
        """Make this link the one that is used for its type when none is named."""
        by = self._by(by)
        return await self.run_async(_then(name, lambda link: links.make_primary(link, by=by)))

    async def delete_link(self, name: str, *, by: str | None = None) -> None:
        """Delete our end of a link; delete the other end there."""
        by = self._by(by)
        await self.run_async(_then(name, lambda link: links.remove(link, by=by)))

    async def audit(self, limit: int = 100) -> tuple[Written, ...]:
        """The newest records of what was done, newest first."""
        records: tuple[Written, ...] = await self.answer_async(AuditTrail(limit))
        return records

    async def verify_audit(self, noted: Head | None = None) -> AuditVerdict:
        """Check the chain of the records; see `AppLinks.verify_audit`."""
        verdict: AuditVerdict = await self.answer_async(VerifyAudit(noted))
        return verdict

    async def close(self) -> None:
        """Give back the connections of this event loop, and those to the store."""
        await self.connections.close_of_this_loop()
        self._store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _one(name: str | None, id: str | None) -> Flow[Link]:  # noqa: A002
    if (name is None) == (id is None):
        raise ConfigurationError("Name a link either by its name or by its id.", remedy="link('Wiki') or link(id='…').")
    return links.link_named(name) if name is not None else links.link_with_id(str(id))


def _then(name: str, change: Callable[[Link], Flow[T]]) -> Flow[T]:
    link = yield from links.link_named(name)
    return (yield from change(link))


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
