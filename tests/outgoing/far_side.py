"""A caller in memory, whose HTTP client ends in a function: what was sent is kept and verified, what comes back is made up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx2

from answering import run
from applinks.links import Link
from applinks.mechanisms import MECHANISMS, Presented
from applinks.mechanisms import two_legged_impersonation as mechanism
from applinks.outgoing import AsyncLinkedApplication, LinkedApplication
from applinks.outgoing.send import client_options
from applinks.wire import oauth1
from applinks.wire.messages import Request
from in_memory import InMemory, link_to

Answer = Callable[[httpx2.Request], httpx2.Response]
BASE = "https://wiki.example.com"


class FarSide:
    """The other end of the wire. `sent` holds each request and its body as they arrived, in order."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer = answer or (lambda request: httpx2.Response(200, json={"ok": True}))
        self.sent: list[tuple[httpx2.Request, bytes]] = []

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self._keep(request, request.read())
        return self.answer(request)

    async def _handle_async(self, request: httpx2.Request) -> httpx2.Response:
        self._keep(request, await request.aread())
        return self.answer(request)

    def _keep(self, request: httpx2.Request, body: bytes) -> None:
        copy = httpx2.Request(request.method, request.url, headers=request.headers)  # the same one may be sent again, changed
        self.sent.append((copy, body))

    def transport(self, asynchronous: bool) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._handle_async if asynchronous else self._handle)

    @property
    def requests(self) -> list[httpx2.Request]:
        return [request for request, _ in self.sent]

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body in self.sent]

    def users(self, theirs: Link) -> list[str | None]:
        """For whom each request proves to be, by the bytes that arrived; None where it does not prove itself."""
        return [self._user(as_it_arrived(request, body), theirs) for request, body in self.sent]

    @staticmethod
    def _user(request: Request, theirs: Link) -> str | None:
        presented = Presented(request, oauth1.read(request))
        if not mechanism.recognise(presented):
            return None
        candidate = run(mechanism.accept(presented, theirs, presented.oauth.timestamp))
        return candidate.claimed_user if candidate.refusal is None else None


def as_it_arrived(request: httpx2.Request, body: bytes) -> Request:
    """Built from what the transport was given and nothing else."""
    target = request.url.raw_path.decode("ascii")
    url = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}{target}"
    headers = tuple((name.lower(), value) for name, value in request.headers.multi_items())
    return Request(request.method, url, headers, body)


class Connections:
    def __init__(self, far_side: FarSide) -> None:
        self._far_side = far_side
        self.made: list[Any] = []

    def client(self) -> httpx2.Client:
        self.made.append(httpx2.Client(**client_options(""), transport=self._far_side.transport(False)))
        return self.made[-1]

    def new_client(self, options: dict[str, Any]) -> httpx2.Client:
        return httpx2.Client(**options)

    def client_of_this_loop(self) -> httpx2.AsyncClient:
        self.made.append(httpx2.AsyncClient(**client_options(""), transport=self._far_side.transport(True)))
        return self.made[-1]


class Front(InMemory):
    """The calling application, linked with Wiki; `theirs` is Wiki's end of the link."""

    def __init__(self, far_side: FarSide, url: str = BASE, *, mechanisms: Any = MECHANISMS, **terms: Any) -> None:
        super().__init__("Front", run_as={"deployment": {"alice"}}, mechanisms=mechanisms)
        wiki = InMemory("Wiki", type="confluence", url=url)
        self.ours = self.save(link_to(wiki, **terms))
        self.theirs = link_to(self, **terms)
        self.far_side = far_side
        self.connections = Connections(far_side)

    def calls(self) -> list[Any]:
        """What was written down about calls."""
        return [entry for entry in self.entries if entry.kind == "call"]


class Face:
    """Calls over the link from synchronous or from asynchronous code."""

    def __init__(self, asynchronous: bool) -> None:
        self.asynchronous = asynchronous

    def linked(self, front: Front) -> Any:
        return (AsyncLinkedApplication if self.asynchronous else LinkedApplication)(front.ours, front)

    def do(self, result: Any) -> Any:
        """The result of a method, awaited where it must be."""
        return asyncio.run(result) if self.asynchronous else result

    def request(self, front: Front, method: str, path: str, *, linked: Any = None, **options: Any) -> httpx2.Response:
        return self.do((linked or self.linked(front)).request(method, path, **options))

    def through_client(self, front: Front, use: Callable[[Any], Iterator[Any]], **options: Any) -> list[Any]:
        """`use` yields what a client of our own is to do; the results."""
        transport = front.far_side.transport(self.asynchronous)
        if not self.asynchronous:
            with self.linked(front).client(transport=transport, **options) as client:
                return list(use(client))
        return asyncio.run(self._through_async_client(front, use, {"transport": transport, **options}))

    async def _through_async_client(self, front: Front, use: Any, options: Any) -> list[Any]:
        async with self.linked(front).client(**options) as client:
            return [await step for step in use(client)]
