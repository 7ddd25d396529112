"""Linked and unlinked applications that sign requests for one of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from applinks.incoming import receive
from applinks.links import Grant, digest_of
from applinks.people import Person, Policy
from applinks.wire import oauth1
from applinks.wire.encoding import form
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.problems import refusal_in
from in_memory import InMemory, link_to

BASE = "https://example.com/wiki"
URL = f"{BASE}/rest/page"


def wiki(*people: Person, policy: Policy | None = None, **terms: Any) -> tuple[InMemory, InMemory]:
    """The application that is called, and one that is linked with it."""
    front = InMemory("Front")
    called = InMemory("Wiki", url=BASE, type="confluence")
    called.people |= {person.name: person for person in people}
    called.save(link_to(front, policy=policy, **terms))
    return called, front


def allow(called: InMemory, user: str, token: str, *, sender: InMemory | None = None, secret: str = "") -> Grant:
    """That user's grant to that application (Front, if none is named), in return for this access token."""
    link = called.link((sender or InMemory("Front")).identity.name)
    now = int(called.now)
    grant = Grant(f"{user} {token}", link.id, user, digest_of(token), secret, digest_of("handle"), now, now + 3600, now + 7200)
    called.grants[grant.id] = grant
    return grant


def signed(
    sender: InMemory,
    request: Request | None = None,
    *,
    user: str | None = "alice",
    parameter: str = "user_id",
    token: str = "",
    method: SignatureMethod = SignatureMethod.RSA_SHA256,
    nonce: str = "n-1",
    at: float | None = None,
    key: Any = None,
) -> Request:
    """A request with a proof by that application, as that user."""
    request = request or Request("GET", URL)
    if user is not None:
        joint = "&" if "?" in request.url else "?"
        request = Request(request.method, f"{request.url}{joint}{form([(parameter, user)])}", request.headers, request.body)
    credentials = oauth1.Credentials(sender.identity.consumer_key, key or sender.key, method, token=token)
    second = int(sender.now if at is None else at)
    return oauth1.sign(request, credentials, timestamp=second, nonce=nonce).request


def outcome(called: InMemory, request: Request, **more: Any) -> Any:
    """What becomes of the request."""
    return called.run(receive(request, called.mechanisms, **more))


def refused_with(called: InMemory, request: Request, **more: Any) -> tuple[int, str]:
    """Status and body of the refusal; its header says the same."""
    answer = outcome(called, request, **more)
    assert isinstance(answer, Response), answer
    said = refusal_in(answer)
    assert said == refusal_in(replace(answer, body=b"")) == refusal_in(replace(answer, headers=()))
    return answer.status, answer.body.decode()
