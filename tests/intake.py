"""An application with a database of its own that events come to, and its pages without a server in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from applinks import AppLinks, Person, clock
from applinks.announcements import EventKept
from applinks.incoming import Principal
from applinks.questions import Moment, Now
from applinks.scripts import Event, EventOf, SourceMade, add_source
from applinks.web import PageVisit, serve
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.webhooks import hub_headers
from scripts.payloads import MOMENT

URL = "https://desk.example.com"
EVENTS = "/plugins/servlet/applinks/events"
PEOPLE = (
    Person("alice", groups=frozenset({"staff"})),
    Person("bob", groups=frozenset({"releasers"})),
    Person("dave", active=False),
    Person("root", administrator=True),
)


class Directory:
    """The people of the host application."""

    def __init__(self, people: tuple[Person, ...] = PEOPLE) -> None:
        self.people = {person.name: person for person in people}

    def find(self, name: str) -> Person | None:
        return self.people.get(name)

    def sign_in(self, name: str, password: str) -> Person | None:
        return self.people.get(name) if password == name else None


@dataclass
class Desk:
    """The application; `now` is its time, `woken` what was announced."""

    applinks: AppLinks
    now: float = MOMENT
    woken: list[EventKept] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.applinks._answers[Now] = lambda _: Moment(self.now, clock.fresh_nonce())
        self.applinks.listen(EventKept, self.woken.append)

    def add(self, name: str = "Jira", application: str = "jira", **more: Any) -> SourceMade:
        return self.applinks.run(add_source(name, application, by="root", **more))

    def send(self, path: str, body: bytes, headers: Pairs = (), method: str = "POST", *, whole: bool = True) -> Response:
        """A request as it comes to the pages."""
        request = Request(method, f"{self.applinks.identity.url}{path}", headers, body)
        visit = PageVisit(request, path.partition("?")[0], self.applinks.identity, None, whole=whole)
        return self.applinks.run(serve(visit))

    def signed(self, made: SourceMade, body: bytes, headers: Pairs = ()) -> Response:
        """As a product sends it."""
        return self.send(path_of(made), body, (*hub_headers(body, made.secret or ""), *headers))

    def event(self, number: int) -> Event:
        found: Event | None = self.applinks.answer(EventOf(number))
        assert found is not None
        return found

    def visit(self, method: str, path: str, person: Person | None, principal: Principal | None = None, **more: Any) -> Response:
        request = Request(method, f"{self.applinks.identity.url}{path}", more.get("headers", ()), more.get("body", b""))
        where = path.partition("?")[0]
        return self.applinks.run(serve(PageVisit(request, where, self.applinks.identity, person, principal=principal)))


def path_of(made: SourceMade) -> str:
    return made.address.removeprefix(URL)


@contextmanager
def desk(database: str = "sqlite://") -> Iterator[Desk]:
    """One whose clock stands at the moment of the payloads."""
    applinks = AppLinks(database, url=URL, name="Desk", type="jira", people=Directory())
    try:
        yield Desk(applinks)
    finally:
        applinks.close()
