"""An application behind a real server, with a link for each corrupted request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from applinks import AppLinks
from applinks.frameworks import ASGIMiddleware
from applinks.links import Incoming, KeepSecret, Level, Link, SameUsers, SecretUse
from applinks.wire.oauth1 import SignatureMethod
from doctor.corrupting import CASES, DECLARED, KEY, OTHER_KEY, Case, text_of
from generated.callee import in_starlette
from generated.raw import Outcome, Raw, on_the_wire, through_socket
from journeys.people import Directory
from journeys.serving import asgi, listen
from putting import put


@dataclass(frozen=True)
class Callee:
    applinks: AppLinks
    address: tuple[str, int]

    def send(self, raw: Raw) -> Outcome:
        return through_socket(self.address, on_the_wire(raw))


def consumer_key(case: Case) -> str:
    return f"front of {case.name}"


def register(applinks: Any, case: Case) -> None:
    """The link of that case."""
    level = Level(case.link.get("level", "oauth_impersonation"))
    method = SignatureMethod(case.link.get("method", "RSA-SHA1"))
    incoming = Incoming(level, consumer_key(case), text_of(KEY), method)
    address = f"https://{len(case.name)}.example.test"
    link = Link(case.name, case.name, "generic", address, address, incoming=incoming, same_users=SameUsers(True, "admin", 0))
    put(applinks, link)
    if "secret" in case.link:
        applinks.answer(KeepSecret(link.id, SecretUse.INCOMING_OAUTH, "", case.link["secret"]))


@contextmanager
def serving(folder: Path) -> Iterator[Callee]:
    with ExitStack() as stack:
        listening = stack.enter_context(listen())
        applinks = stack.enter_context(
            AppLinks(f"sqlite:///{folder}/wiki.db", url=DECLARED, name="Wiki", type="confluence", people=Directory())
        )
        for case in CASES:
            register(applinks, case)
        other = Incoming(Level.OAUTH, "another", text_of(OTHER_KEY))
        put(applinks, Link("another", "another", "generic", "https://a.test", "https://a.test", incoming=other))
        stack.enter_context(asgi(ASGIMiddleware(in_starlette, applinks), listening))
        yield Callee(applinks, listening.getsockname())
