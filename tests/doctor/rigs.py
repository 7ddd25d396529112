"""What the rows of the table are tried on: two real applications that are linked, or one of them and an imitation."""

from __future__ import annotations

import asyncio
import re
import shlex
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme
from typer.testing import CliRunner

from applinks import AppLinks, AsyncAppLinks, Policy
from applinks.cli import app
from applinks.doctor import Diagnosis, Finding
from applinks.links import Incoming, Level, Link, LinkByName, Outgoing, SameUsers
from applinks.mechanisms import TABLE
from applinks.outgoing import send
from applinks.wire.oauth1 import SignatureMethod
from doctor.imitation import CONSUMER_KEY, ID, KEY, Imitation
from journeys.people import ADMIN, PASSWORD, Directory
from journeys.visitor import Visitor
from journeys.world import ASGI, WSGI, Member, running
from putting import put

HOST = "wiki.test"
"""A name that only `OneWithImitation` can resolve."""


class Rig:
    """What a row needs: to examine a link, and to do what a remedy says."""

    applinks: AppLinks
    database: str
    name: str
    patch: pytest.MonkeyPatch

    def examine(self, user: str | None, name: str | None = None, *, strict: bool = False) -> Diagnosis:
        return self.applinks.diagnose(name or self.name, user, by="ops", strict=strict)

    def examine_in_a_loop(self, user: str | None) -> Diagnosis:
        """The same, from asynchronous code."""

        async def examined() -> Diagnosis:
            async with AsyncAppLinks(self.database, people=Directory()) as applinks:
                return await applinks.diagnose(self.name, user, by="ops")

        return asyncio.run(examined())

    def link(self) -> Link:
        found: Link = self.applinks.answer(LinkByName(self.name))
        return found

    def follow(self, finding: Finding, number: int = 0, *more: str, database: str | None = None, stdin: str = "") -> None:
        """Say a command of the remedy, the first if no other is meant, on the command line."""
        (*commands,) = re.findall(r"`applinks ([^`]+)`", finding.remedy)
        assert "…" not in commands[number], finding.remedy
        self.say(*shlex.split(commands[number]), *more, database=database, stdin=stdin)

    def say(self, *words: str, database: str | None = None, stdin: str = "") -> None:
        done = CliRunner().invoke(app, [*words, "--database", database or self.database], input=stdin)
        assert done.exit_code == 0, (words, done.output, done.exception)

    def create_again(self, finding: Finding) -> None:
        """The remedy of last resort."""
        self.follow(finding, 0, "--administrator", "admin", "--password-stdin", "--same-users", stdin=f"{PASSWORD}\n")


class OnTheWay:
    """Stands before an application: passes everything on, or does what it is told."""

    def __init__(self) -> None:
        self.meddle: Any = None

    def __call__(self, inner: Any) -> Any:
        async def served(scope: Any, receive: Any, send: Any) -> None:
            if self.meddle is None or scope["type"] != "http":
                await inner(scope, receive, send)
            else:
                await self.meddle(inner, scope, receive, send)

        return served


class Two(Rig):
    """Front, which is examined, and Tracker, both real."""

    name = "Tracker"

    def __init__(self, front: Member, tracker: Member, way: OnTheWay, patch: pytest.MonkeyPatch) -> None:
        self.front, self.tracker, self.way, self.patch = front, tracker, way, patch
        self.applinks, self.database = front.applinks, front.database

    def theirs(self) -> Link:
        found: Link = self.tracker.applinks.answer(LinkByName("Front"))
        return found

    def levels(self, level: str) -> None:
        """Of calls from front to tracker, on both ends."""
        self.tracker.applinks.change_link("Front", incoming=level, by="admin")
        self.applinks.change_link("Tracker", outgoing=level, by="admin")

    def visitor(self) -> Visitor:
        return Visitor({self.front.url: "alice", self.tracker.url: "alice"})


@contextmanager
def two(folder: Path) -> Iterator[Two]:
    way = OnTheWay()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APPLINKS_MECHANISMS", ",".join(TABLE))
        with (
            running(folder, "Front", WSGI, type="bitbucket", mechanisms=tuple(TABLE)) as front,
            running(folder, "Tracker", ASGI, outside=way, mechanisms=tuple(TABLE)) as tracker,
        ):
            front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
            tracker.applinks.change_policy("Front", Policy(), by="admin")
            yield Two(front, tracker, way, patch)


class OneWithImitation(Rig):
    """Front, linked with an imitation."""

    name = "Wiki"

    def __init__(self, far: Imitation, folder: Path, patch: pytest.MonkeyPatch, stack: ExitStack) -> None:
        self.far, self.folder, self.patch, self._stack = far, folder, patch, stack
        self.open(f"sqlite:///{folder}/front.db")
        self.authority = trustme.CA()
        self.trusted = folder / "trusted.pem"
        self.authority.cert_pem.write_to_path(str(self.trusted))
        put(self.applinks, self.link_to(far.url))

    def open(self, database: str) -> None:
        """Examine from here on with what is kept there."""
        self.database = database
        front = AppLinks(database, url="http://127.0.0.1:1", name="Front", type="bitbucket", people=Directory())
        self.applinks = self._stack.enter_context(front)

    @staticmethod
    def link_to(url: str) -> Link:
        level, method = Level.OAUTH_IMPERSONATION, SignatureMethod.RSA_SHA1
        incoming = Incoming(level, CONSUMER_KEY, KEY.public.text, method)
        outgoing = Outgoing(level, method, "user_id")
        same = SameUsers(True, "root", 1)
        return Link(ID, "Wiki", "jira", url, url, outgoing=outgoing, incoming=incoming, same_users=same)

    def address(self, url: str) -> None:
        """It is at this address, and knows it."""
        self.far.url = url
        self.far.manifest = replace(self.far.manifest, url=url)
        put(self.applinks, replace(self.link(), application_url=url, display_url=url))

    def patience(self, connect: float = 5.0, read: float = 15.0) -> None:
        """Of new connections; those that are open end."""
        self.patch.setattr(send, "TIMEOUT", httpx2.Timeout(30.0, connect=connect, read=read))
        self.applinks.connections.close()

    def environment(self, **settings: str) -> None:
        """Set or, by an empty text, taken away; read anew."""
        for name, value in settings.items():
            if value:
                self.patch.setenv(name, value)
            else:
                self.patch.delenv(name, raising=False)
        send._trusted.cache_clear()
        self.applinks.connections.close()

    def certificate(self, *names: str, by: trustme.CA | None = None, **more: Any) -> None:
        """Serve over TLS with a certificate for these names."""
        made = (by or self.authority).issue_cert(*names, **more)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.configure_cert(context)
        self.far.tls = context
        self.applinks.connections.close()

    def over_tls(self, *names: str) -> None:
        """At an address that begins with https, with a good certificate."""
        self.certificate(*(names or (HOST,)))
        self.environment(SSL_CERT_FILE=str(self.trusted))
        self.address(f"https://{HOST}:{self.far.port}")


@contextmanager
def with_imitation(folder: Path) -> Iterator[OneWithImitation]:
    far = Imitation()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("APPLINKS_MECHANISMS", ",".join(TABLE))
        patch.setenv("APPLINKS_PLAIN_HTTP", "1")
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE"):
            patch.delenv(variable, raising=False)
        resolve(patch, HOST)
        far.start()
        stack.callback(far.stop)
        yield OneWithImitation(far, folder, patch, stack)
        far.stop()
    send._trusted.cache_clear()


_REAL = socket.getaddrinfo


def resolve(patch: pytest.MonkeyPatch, *names: str) -> None:
    """These names are this machine, all others what they are."""

    def getaddrinfo(host: Any, *rest: Any, **more: Any) -> Any:
        known = host.decode() if isinstance(host, bytes) else host
        return _REAL("127.0.0.1" if known in names else host, *rest, **more)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)


class Jam:
    """Takes a port and no connection: whoever comes is left waiting, as by a firewall that drops."""

    def __init__(self, port: int) -> None:
        self._listening = socket.create_server(("127.0.0.1", port), backlog=0)
        self._waiting = []
        for _ in range(3):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            self._waiting.append(one)

    def close(self) -> None:
        for one in (*self._waiting, self._listening):
            one.close()


RIGS = {"two": two, "imitation": with_imitation}
