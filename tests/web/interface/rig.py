"""A real application with data behind its interface: a database, a directory, links, grants, consents, records and tokens.

What it asks of others is answered by the tracker, which knows it, and by nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from applinks import AppLinks, Consumer, Person, Provider, clock
from applinks.audit import Entry
from applinks.errors import TransportFailed
from applinks.frameworks import ASGIPages, WSGIMiddleware, WSGIPages
from applinks.incoming import KeepRefusal, Principal, Refusal, receive
from applinks.links import (
    AccessToken,
    Grant,
    KeepComparison,
    KeepRequestToken,
    KeepToken,
    RequestToken,
    SpendRequestToken,
    digest_of,
)
from applinks.people import Comparison, KeepMember, Member, Names, Verdict
from applinks.people.comparing import By, Compared
from applinks.questions import Ask
from applinks.scripts import HERE, Event, HookKind, KeepEvent, KeepPasted, KeepSource, NewRun, PastedScript, QueueRuns, Source
from applinks.web.interface import BELOW
from applinks.wire.messages import Request, Response
from in_memory import InMemory, link_to
from putting import put

URL = "https://wiki.example.com"
NEVER = 4_000_000_000
COMPARED = Comparison((Compared("alice", Verdict.PROVEN), Compared("grace", Verdict.ANOTHER)), 3, 1, By.EMAIL, 1)


@dataclass
class Directory:
    """The host application's people, who may change at any moment."""

    people: dict[str, Person] = field(
        default_factory=lambda: {
            "ada": Person("ada", "Ada Adams", administrator=True),
            "grace": Person("grace", administrator=True),
            "alice": Person("alice"),
            "dave": Person("dave", active=False),
        }
    )

    def find(self, name: str) -> Person | None:
        return self.people.get(name)

    def sign_in(self, name: str, password: str) -> Person | None:
        return self.people.get(name) if password == f"{name}'s" else None


@dataclass
class Rig:
    """The application, and a client for each token."""

    applinks: AppLinks
    directory: Directory
    tracker: InMemory
    asked: list[Request] = field(default_factory=list)

    @property
    def wsgi(self) -> Any:
        return WSGIMiddleware(WSGIPages(self.applinks), self.applinks)

    @property
    def asgi(self) -> Any:
        return ASGIPages(self.applinks)

    def token(self, user: str = "ada", **more: Any) -> str:
        return self.applinks.make_token("nightly", user=user, by="root", **more).secret

    def client(self, token: str | None = None) -> httpx2.Client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(transport=httpx2.WSGITransport(self.wsgi), base_url=f"{URL}{BELOW}", headers=headers)

    def id(self, name: str) -> str:
        return self.applinks.link(name).id


def opened(database: str) -> Rig:
    """The application of a database that may have been filled before."""
    directory, tracker = Directory(), InMemory("Tracker")
    tracker.now = clock.now()
    applinks = AppLinks(database, url=URL, name="Wiki", type="confluence", people=directory)
    made = Rig(applinks, directory, tracker)
    applinks._answers[Ask] = _network(made)
    return made


def filled(database: str) -> Rig:
    """With links by pairing and by hand, and what people have allowed."""
    made = opened(database)
    applinks, tracker = made.applinks, made.tracker
    put(applinks, link_to(tracker))
    put(applinks, link_to(InMemory("Archive")))
    applinks.register_link(
        "Library",
        "https://library.example.com",
        consumer=Consumer("library", secret="swordfish"),
        provider=Provider("us", secret="swordfish"),
        by="ada",
    )
    for number, user in enumerate(("alice", "grace")):
        _allowed(applinks, tracker.identity.id, user, f"grant-{number}")
        applinks.answer(KeepToken(AccessToken(tracker.identity.id, user, "t", "s", 1)))
    applinks.answer(KeepComparison(tracker.identity.id, COMPARED, Names()))
    applinks.answer(KeepRefusal(_refused(tracker)))
    applinks.answer(KeepSource(Source("source-0", "Old events", "jira", False, None, True, None, 1.0, "ada", secret="s" * 43)))
    applinks.answer(KeepEvent(Event(HERE, "confluence", "page_created", "1", {}, 1.0, user="alice")))
    applinks.answer(KeepMember(Member("alice"), None))
    return made


def with_scripts(made: Rig) -> None:
    """A run that waits for its turn, and a script that was pasted."""
    made.applinks.answer(QueueRuns((NewRun("run-1", "publish:when_done", "listener", "alice", "alice"),)))
    made.applinks.answer(KeepPasted(PastedScript("script-0", "log('x')", HookKind.BY_HAND, changed_by="ada")))


def _refused(tracker: InMemory) -> Refusal:
    """A request of the tracker whose signature did not hold, as it is kept."""
    proof = f'OAuth oauth_consumer_key="{tracker.identity.consumer_key}",oauth_signature_method="RSA-SHA1",oauth_signature="x"'
    request = Request("GET", f"{URL}/rest/page?secret=hunter2", (("authorization", proof),))
    return Refusal("refusal-0", tracker.identity.id, clock.now(), "signature_invalid", "the signature does not hold", request)


def _allowed(applinks: AppLinks, link_id: str, user: str, id: str) -> None:  # noqa: A002
    wish = RequestToken(digest_of(id), "secret", link_id, None, NEVER)
    applinks.answer(KeepRequestToken(wish))
    grant = Grant(id, link_id, user, digest_of(f"{id} token"), "secret", "handle", 1, NEVER, NEVER)
    assert applinks.answer(SpendRequestToken(wish.digest, grant))


def _who_am_i(principal: Principal | None) -> Response:
    """As Jira says it."""
    return Response(200, body=json.dumps({"name": principal.person.name if principal else ""}).encode())


def _network(made: Rig) -> Callable[[Ask], Response]:
    def ask(question: Ask) -> Response:
        request = question.request
        made.asked.append(request)
        for url, run in ((URL, made.applinks.run), (made.tracker.identity.url, made.tracker.run)):
            if request.url.startswith(f"{url}/"):
                answer = run(receive(request))
                return answer if isinstance(answer, Response) else _who_am_i(answer)
        raise TransportFailed(f"{request.url[:50]!r} cannot be reached.", remedy="Check it.")

    made.tracker.network = lambda request: ask(Ask(request))
    return ask


def last(made: Rig) -> Entry:
    """What was written down last."""
    return made.applinks.audit(1)[0].entry


def problem(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal, which is a whole problem document (RFC 9457)."""
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["status"] == answer.status_code
    assert told["type"] == "about:blank"
    assert told["title"]
    assert told["detail"]
    assert told["remedy"]
    return answer.status_code, told["code"]
