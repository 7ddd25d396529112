"""Applications whose records are dictionaries: everything that the rooms ask is answered here, strictly, without a database.

Several of them may know one another through a `network`; what one asks of an address is then answered by the endpoints of the
application that has it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from applinks import clock
from applinks.audit import Entry, WriteDown
from applinks.errors import LinkExists, TransportFailed
from applinks.incoming import SpendNonce, receive
from applinks.links import (
    Facts,
    FactsFor,
    Identity,
    Incoming,
    Level,
    Link,
    LinkById,
    LinkByName,
    LinkOfConsumer,
    Links,
    OurKey,
    Outgoing,
    PlainHttpAllowed,
    RememberParameter,
    RemoveLink,
    SameUsers,
    SaveLink,
    WhoWeAre,
    new_key,
)
from applinks.people import ActingAs, FindPerson, MayRunAs, Person, Policy, SignIn, may_run_as
from applinks.questions import Ask, Flow, Moment, Now, drive, drive_async
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod

NOW = 1_800_000_000.0
EVERYBODY = (
    Person("alice", "Alice Adams", groups=frozenset({"staff"})),
    Person("bob", groups=frozenset({"staff", "releasers"})),
    Person("dave", active=False),
    Person("root", administrator=True, groups=frozenset({"staff"})),
    Person("deployment"),
)


@cache
def key_of(name: str) -> PrivateKey:
    """A key pair for each name; made once, since that is slow."""
    return new_key()


class InMemory:
    """One application. `asked` holds every question and `entries` all that was written down, in order."""

    def __init__(
        self,
        name: str,
        *,
        url: str | None = None,
        type: str = "jira",  # noqa: A002
        people: tuple[Person, ...] = EVERYBODY,
        run_as: Any = None,
    ) -> None:
        number = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        self.identity = Identity(number, name, type, url or f"https://{name.lower()}.example.com", f"{name}:{number}")
        self.key = key_of(name)
        self.people = {person.name: person for person in people}
        self.run_as = run_as or {}
        self.plain_http = False
        self.links: dict[str, Link] = {}
        self.nonces: set[Any] = set()
        self.entries: list[Entry] = []
        self.asked: list[Any] = []
        self.now = NOW
        self.network: Callable[[Request], Response] = _nobody_there
        self.failing: dict[type, Exception] = {}

    # ---- the host of flows, as the roads and the middleware know it

    def run(self, flow: Flow[Any]) -> Any:
        return drive(flow, self.answer)

    async def run_async(self, flow: Flow[Any]) -> Any:
        return await drive_async(flow, self.answer)

    def acting_as(self, user: str | Person) -> ActingAs:
        return ActingAs(user, self)

    async def answer_async(self, question: Any) -> Any:
        return self.answer(question)

    def answer(self, question: Any) -> Any:
        self.asked.append(question)
        if type(question) in self.failing:
            raise self.failing[type(question)]
        return _ANSWERS[type(question)](self, question)

    # ---- for tests to look at

    def kinds(self) -> list[str]:
        """The types of what was asked, in order."""
        return [type(question).__name__ for question in self.asked]

    def outcomes(self, kind: str) -> list[str]:
        """How each act of that kind ended, in order."""
        return [entry.outcome for entry in self.entries if entry.kind == kind]

    def link(self, name: str) -> Link:
        return next(link for link in self.links.values() if link.name == name)

    def save(self, link: Link) -> Link:
        """Store a link under the promises of `SaveLink`."""
        for other in self.links.values():
            if other.id != link.id and other.name.casefold() == link.name.casefold():
                raise LinkExists(f"There is a link named {other.name!r} already.")
            if other.id != link.id and other.incoming.consumer_key == link.incoming.consumer_key is not None:
                raise LinkExists(f"{other.name!r} has that consumer key already.")
        peers = [other for other in self.links.values() if other.type == link.type and other.id != link.id]
        before = self.links.get(link.id)
        primary = link.primary or (before is not None and before.primary) or not any(peer.primary for peer in peers)
        if primary:
            self.links |= {peer.id: replace(peer, primary=False) for peer in peers}
        self.links[link.id] = replace(link, primary=primary)
        return self.links[link.id]

    def remove(self, id: str) -> None:  # noqa: A002
        gone = self.links.pop(id, None)
        heirs = sorted((link for link in self.links.values() if gone and link.type == gone.type), key=lambda link: link.name)
        if gone and gone.primary and heirs:
            self.links[heirs[0].id] = replace(heirs[0], primary=True)

    def spend(self, question: SpendNonce) -> bool:
        spent = (question.consumer_key, question.token, question.timestamp, question.nonce)
        first_time = spent not in self.nonces
        self.nonces.add(spent)
        return first_time

    def all_links(self, question: Links) -> tuple[Link, ...]:
        found = [link for link in self.links.values() if question.type in {None, link.type}]
        return tuple(sorted(found, key=lambda link: (not link.primary, link.name)))[: question.limit]

    def facts(self, link_id: str) -> Facts | None:
        link = self.links.get(link_id)
        return Facts(link, self.identity, self.key) if link else None

    def remember(self, question: RememberParameter) -> None:
        link = self.links[question.link_id]
        outgoing = replace(link.outgoing, impersonation_parameter=question.parameter)
        self.links[link.id] = replace(link, outgoing=outgoing)


_ANSWERS: dict[type, Callable[[InMemory, Any], Any]] = {
    WhoWeAre: lambda us, _: us.identity,
    OurKey: lambda us, _: us.key,
    Now: lambda us, _: Moment(us.now, clock.fresh_nonce()),
    LinkById: lambda us, question: us.links.get(question.id),
    LinkByName: lambda us, question: next(
        (link for link in us.links.values() if link.name.casefold() == question.name.casefold()), None
    ),
    LinkOfConsumer: lambda us, question: next(
        (link for link in us.links.values() if link.incoming.consumer_key == question.consumer_key), None
    ),
    Links: InMemory.all_links,
    FactsFor: lambda us, question: us.facts(question.link_id),
    SaveLink: lambda us, question: us.save(question.link) if us.links.get(question.link.id) == question.instead_of else None,
    RemoveLink: lambda us, question: us.remove(question.id),
    RememberParameter: InMemory.remember,
    PlainHttpAllowed: lambda us, _: us.plain_http,
    FindPerson: lambda us, question: us.people.get(question.name),
    SignIn: lambda us, question: us.people.get(question.name) if question.password == f"{question.name}'s" else None,
    MayRunAs: lambda us, question: may_run_as(us.run_as, question.actor, question.user),
    SpendNonce: InMemory.spend,
    WriteDown: lambda us, question: us.entries.append(question.entry),
    Ask: lambda us, question: us.network(question.request),
}


def _nobody_there(request: Request) -> Response:
    raise TransportFailed(f"{request.url} cannot be reached.")


def connect(*applications: InMemory) -> None:
    """Each reaches all of them at their addresses."""

    def network(request: Request) -> Response:
        for one in applications:
            if request.url.startswith(f"{one.identity.url}/"):
                answer = one.run(receive(request))
                return answer if isinstance(answer, Response) else Response(404)
        return _nobody_there(request)

    for one in applications:
        one.network = network


def link_to(
    them: InMemory,
    *,
    level: Level = Level.OAUTH_IMPERSONATION,
    method: SignatureMethod = SignatureMethod.RSA_SHA256,
    parameter: str | None = "user_id",
    policy: Policy | None = None,
    **more: Any,
) -> Link:
    """A link to that application, as pairing would record it."""
    who = them.identity
    return Link(
        id=who.id,
        name=who.name,
        type=who.type,
        display_url=who.url,
        application_url=who.url,
        outgoing=Outgoing(level, method, parameter),
        incoming=Incoming(level, who.consumer_key, them.key.public.text, method, policy or Policy()),
        **{"same_users": SameUsers(True, "root", int(NOW)), **more},
    )


def linked(caller: InMemory, callee: InMemory, **terms: Any) -> tuple[Link, Link]:
    """Both ends of a link on the same terms; the caller's end first."""
    return caller.save(link_to(callee, **terms)), callee.save(link_to(caller, **terms))
