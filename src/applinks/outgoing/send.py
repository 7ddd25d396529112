"""Carries a call over httpx2: the driver of the outgoing road, in both worlds.

Rules of this file: what was signed is what is sent, byte for byte; no cookie is ever kept, since a kept session would make the
next call run as the previous user (protocol.md 11); nothing is followed or repeated here, that is the road's own decision.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from socket import gaierror
from ssl import SSLCertVerificationError, SSLContext, SSLError
from typing import Any

import httpx2

from applinks.errors import AppLinksError, ConfigurationError, TimedOut, TlsFailed, TransportFailed
from applinks.links import Link
from applinks.mechanisms import Mechanism
from applinks.outgoing import reading
from applinks.outgoing.address import base_of
from applinks.outgoing.answer import ERRORS
from applinks.outgoing.call import Answered, call
from applinks.outgoing.ladder import ANONYMOUS
from applinks.people import acting
from applinks.questions import Application, Done, Flow, answered, answered_async, drive, drive_async, resume
from applinks.wire.messages import Pairs, Request, Response

HEADERS = {
    "accept": "application/json",  # several resources of the products answer XML unless asked (protocol.md 6.1)
    "user-agent": "applinks",  # a name that begins with Mozilla would meet the browsers' XSRF rule (protocol.md 11)
    "x-atlassian-token": "no-check",
}
PROBLEM = "applinks.problem"
"""Under this name a response carries what the far side says against our proof."""
PROOFS = "x-seraph-trusted-app-"
"""The headers by which Trusted Applications prove a request begin so."""
TIMEOUT = httpx2.Timeout(30.0, connect=5.0, read=15.0)

_LOOK = "It may still have done what was asked: look before asking again."
REASONS: tuple[tuple[type[BaseException], type[TransportFailed], str, str, str], ...] = (
    (
        httpx2.ConnectTimeout,
        TimedOut,
        "connect-timeout",
        "did not take the connection in time",
        "Check the address, and the network on the way.",
    ),
    (httpx2.TimeoutException, TimedOut, "read-timeout", "did not answer in time", _LOOK),
    (
        SSLError,
        TlsFailed,
        "tls-protocol",
        "cannot be trusted",
        "Check its certificate: name, dates, and whether we trust its issuer.",
    ),
    (httpx2.ProxyError, TransportFailed, "proxy", "was refused by a proxy on the way", "Ask whoever runs the proxy."),
    (gaierror, TransportFailed, "unknown-host", "cannot be reached", "Check its address, and that it runs."),
    (ConnectionRefusedError, TransportFailed, "refused", "cannot be reached", "Check its address, and that it runs."),
    (httpx2.ConnectError, TransportFailed, "connect-timeout", "cannot be reached", "Check its address, and that it runs."),
    (httpx2.HTTPError, TransportFailed, "broken", "broke off", _LOOK),
    (Exception, TransportFailed, "address", "has an address that cannot be used", "Correct it."),
)
"""What each failure of the transport means, the first that fits; the place where foreign errors become ours."""
VERIFYING = {62: "tls-host", 64: "tls-host", 9: "tls-expired", 10: "tls-expired"}
"""OpenSSL's numbers for a certificate of another name or address, not yet valid, or expired; any other is untrusted."""


class LinkAuth(httpx2.Auth):
    """Proves each request of an httpx2 client over one link, as whoever acts when it is sent."""

    def __init__(self, link: Link, demanded: str | None, application: Application, mechanisms: Sequence[Mechanism]) -> None:
        self.link = link
        self._link_id = link.id
        self._base = base_of(link)
        self._demanded = demanded
        self._application = application
        self._mechanisms = mechanisms

    @property
    def anonymous(self) -> bool:
        """Whether it proves nothing, on demand."""
        return self._demanded == ANONYMOUS

    def below(self, url: str) -> str:
        """The part of an address below that of the link, or all of it."""
        return url.removeprefix(self._base)

    def _call(self, request: Request, body: bytes, *, again: bool) -> Flow[Answered]:
        who = None if self.anonymous else acting()
        whole = replace(request, body=body)
        return call(whole, self._link_id, who, self._demanded, self._mechanisms, again=again, base=self._base)

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Drive the road; the client carries what it sends."""
        wire = _as_wire(request)
        flow = self._call(wire, request.read() if wire.is_form() else b"", again=_can_be_sent_again(request))
        answer = self._application.answer
        step = resume(flow)
        try:
            while not isinstance(step, Done):
                if isinstance(step, Request):
                    response = yield _as_httpx2(step, request)
                    if response.status_code >= ERRORS:
                        reading.read(response)
                    step = resume(flow, as_wire_response(response))
                else:
                    step = answered(flow, step, answer)
            response.extensions[PROBLEM] = step.result.problem
        except BaseException as broken:
            drive(_abandoned(flow, broken), answer)
            raise

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """The same, awaited."""
        wire = _as_wire(request)
        flow = self._call(wire, await request.aread() if wire.is_form() else b"", again=_can_be_sent_again(request))
        answer = self._application.answer_async
        step = resume(flow)
        try:
            while not isinstance(step, Done):
                if isinstance(step, Request):
                    response = yield _as_httpx2(step, request)
                    if response.status_code >= ERRORS:
                        await reading.read_async(response)
                    step = resume(flow, as_wire_response(response))
                else:
                    step = await answered_async(flow, step, answer)
            response.extensions[PROBLEM] = step.result.problem
        except BaseException as broken:
            await drive_async(_abandoned(flow, broken), answer)
            raise


def _abandoned(flow: Flow[Answered], broken: BaseException) -> Flow[None]:
    """The transport failed (httpx2 then closes us) or the task was cancelled: let the road write that down before it ends."""
    error = (
        broken if isinstance(broken, AppLinksError) else TransportFailed("The HTTP client gave up before there was an answer.")
    )
    try:
        step = resume(flow, error=error)
        while not isinstance(step, Done):
            step = resume(flow, (yield step))
    except AppLinksError:
        return


def _can_be_sent_again(request: httpx2.Request) -> bool:
    """A body that is at hand as a whole, and not a stream that is gone once it was sent."""
    return isinstance(request.stream, httpx2.ByteStream)


@cache
def _trusted() -> SSLContext:
    """The certificates that the system trusts; made once, since reading them costs more than a hundred signatures."""
    return httpx2.create_ssl_context()


def client_options(base_url: str) -> dict[str, Any]:
    """How every client towards a link is set up, synchronous or not."""
    return {
        "base_url": base_url,
        "headers": HEADERS,
        "timeout": TIMEOUT,
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=())),
        "follow_redirects": False,
        "verify": _trusted(),
    }


def transport_failure(error: Exception, whom: str, link: str | None) -> TransportFailed:
    """Our error for a failure of httpx2."""
    causes = [error, *_causes(error)]
    found = ((cause, reason) for reason in REASONS for cause in causes if isinstance(cause, reason[0]))
    cause, (_, ours, reason, what, remedy) = next(found)
    if isinstance(cause, SSLCertVerificationError):
        reason = VERIFYING.get(getattr(cause, "verify_code", 0), "tls-untrusted")
    return ours(f"{whom} {what}: {str(error).rstrip('.')}.", remedy=remedy, link=link, direction="outgoing", reason=reason)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What led to an error, the nearest cause first; where several were tried, each of them."""
    while (cause := error.__cause__ or error.__context__) is not None:
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            yield from cause.exceptions
        error = cause


def as_wire_response(response: httpx2.Response) -> Response:
    """A response as the roads know it; the body only if it was read."""
    try:
        body = response.content
    except httpx2.ResponseNotRead:
        body = b""
    return Response(response.status_code, pairs_of(response.headers), body)


def pairs_of(headers: httpx2.Headers) -> Pairs:
    """Headers as the roads know them."""
    return tuple((name.lower(), value) for name, value in headers.multi_items())


def _as_wire(request: httpx2.Request) -> Request:
    """The request without its body, which only a form needs to show."""
    return Request(request.method, _as_sent(request.url), pairs_of(request.headers))


def _as_sent(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}"


@lru_cache(1024)
def parsed(url: str) -> httpx2.URL:
    """An address as httpx2 has it; the same ones are called again and again, and reading one takes a fifth of a signature."""
    return httpx2.URL(url)


def _as_httpx2(proven: Request, original: httpx2.Request) -> httpx2.Request:
    """The caller's own request, with its proof."""
    url = parsed(proven.url)
    if _as_sent(url) != proven.url:
        raise ConfigurationError(
            f"The address {proven.url.partition('?')[0]!r} would be changed by the HTTP client after it was signed.",
            remedy="Write it in plain characters, everything else percent-encoded.",
        )
    if url.netloc != original.url.netloc:  # the link has moved since the request was made
        original.headers["host"] = url.netloc.decode("ascii")
    original.url = url
    for name, value in proven.headers:
        if _proves(name):
            original.headers[name] = value
    return original


def is_proven(request: Request) -> bool:
    """Whether a request carries anything that proves who sends it."""
    return any(_proves(name) for name, _ in request.headers)


def _proves(header: str) -> bool:
    return header == "authorization" or header.startswith(PROOFS)
