"""Two requests on one connection: the second never acts as the person of the first (T-25).

uvicorn may start the task of the next request inside the context of the one before: when they are pipelined, or when the first
one paused the reading of the connection.
"""

import asyncio
import re
import socket
import time
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from applinks import AppLinks, Person, current_user
from applinks.frameworks import ASGIMiddleware
from applinks.links import Incoming, Level, Link, new_key
from applinks.wire.messages import Request
from applinks.wire.oauth1 import Credentials, SignatureMethod, sign
from journeys.serving import address_of, asgi, listen
from putting import put

KEY = new_key()
CALLER = Credentials("caller", KEY, SignatureMethod.RSA_SHA256)


class People:
    def find(self, name):
        return Person(name)

    def sign_in(self, name, password):
        return None


class Passing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)


class Views:
    """The first view keeps its person acting, by a background task, until the second one has been asked."""

    def __init__(self):
        self.asked = asyncio.Event()

    async def first(self, request):
        await request.body()
        return PlainTextResponse(who("first"), background=BackgroundTask(self.asked.wait))

    async def second(self, request):
        self.asked.set()
        return PlainTextResponse(who("second"))


def who(view):
    person = current_user(default=None)
    return f"<{view}: {person.name if person else 'nobody'}>"


@contextmanager
def running(tmp_path, *middleware):
    views = Views()
    routes = [Route("/first", views.first, methods=["GET", "POST"]), Route("/second", views.second)]
    app = Starlette(routes=routes)
    for kind in middleware:
        app.add_middleware(kind)
    listening = listen()
    url = address_of(listening)
    with AppLinks(f"sqlite:///{tmp_path}/links.db", url=url, name="Callee", people=People()) as applinks:
        incoming = Incoming(Level.OAUTH_IMPERSONATION, "caller", KEY.public.text, SignatureMethod.RSA_SHA256)
        put(applinks, Link("caller", "Caller", "generic", "http://c.test", "http://c.test", incoming=incoming))
        with asgi(ASGIMiddleware(app, applinks), listening):
            yield listening.getsockname(), url


def signed(method, url, body=b""):
    request = Request(method, f"{url}/first?user_id=alice", (("host", "callee"), ("content-type", "application/json")))
    proven = sign(request, CALLER, timestamp=int(time.time()), nonce=f"{time.time_ns()}").request
    lines = "".join(f"{name}: {value}\r\n" for name, value in proven.headers)
    head = f"{method} /first?user_id=alice HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


UNSIGNED = b"GET /second HTTP/1.1\r\nhost: callee\r\n\r\n"


def until(connection, mark, received=b""):
    while mark not in received:
        piece = connection.recv(65536)
        assert piece, received
        received += piece
    return received


@pytest.mark.parametrize("middleware", [(), (Passing,)], ids=["plain", "with a middleware that starts tasks"])
@pytest.mark.parametrize("pipelined", [True, False], ids=["pipelined", "one after the other"])
@pytest.mark.parametrize("size", [0, 400_000], ids=["small", "reading was paused"])
def test_the_second_request_acts_as_nobody(tmp_path, middleware, pipelined, size):
    with running(tmp_path, *middleware) as (peer, url), socket.create_connection(peer, timeout=20) as connection:
        first = signed("POST", url, b"x" * size)
        if pipelined:
            connection.sendall(first + UNSIGNED)
            received = until(connection, b"<first:")
        else:
            connection.sendall(first)
            received = until(connection, b"<first:")
            connection.sendall(UNSIGNED)
        received = until(connection, b"<second: ", received)
        said = dict(
            re.findall(rb"<(first|second): (\w+)", until(connection, b">", received[received.index(b"<second: ") :]) + received)
        )
        assert said == {b"first": b"alice", b"second": b"nobody"}
