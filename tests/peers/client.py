"""OAuth 1.0a clients that others wrote, each behind the same face: one task in, one answer out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from peers.provider import verifier_of

RSA_SHA1, RSA_SHA256, RSA_SHA512 = "RSA-SHA1", "RSA-SHA256", "RSA-SHA512"
HMAC_SHA1, HMAC_SHA256 = "HMAC-SHA1", "HMAC-SHA256"
METHODS = (RSA_SHA1, RSA_SHA256, RSA_SHA512, HMAC_SHA1, HMAC_SHA256)
PLAINTEXT = "PLAINTEXT"
REQUEST_TOKEN, ACCESS_TOKEN, RENEWAL, CALL = "request_token", "access_token", "renewal", "call"
IN_HEADER, IN_QUERY, NOWHERE = "in the header", "in the query", ""


@dataclass(frozen=True)
class Task:
    """One step. A call without a token is two-legged; with the empty token "" it is so as linked applications want it,
    and the user then stands in the query of `url`."""

    consumer_key: str
    signature_method: str
    secret: str = ""
    private_key: str = ""
    """PEM."""
    site: str = ""
    """Address of the application, for clients that know the paths in it."""
    request_token_url: str = ""
    authorize_url: str = ""
    access_token_url: str = ""
    callback: str = "oob"
    step: str = CALL
    http_method: str = "GET"
    url: str = ""
    token: str | None = None
    token_secret: str = ""
    verifier: str | None = ""
    """None: it is left out."""
    session_handle: str = ""


@dataclass(frozen=True)
class Answer:
    """What the far side said, as far as the client tells; `token`, `token_secret` and `session_handle` if it gave them,
    `authorize` if the client says where the person goes next."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""
    token_secret: str = ""
    authorize: str = ""
    session_handle: str = ""


class Unable(Exception):
    """The client itself refuses to do that."""


@dataclass(frozen=True)
class Peer:
    """A client. `lacks` says why it cannot run here, or nothing."""

    name: str
    language: str
    play: Callable[[Task], Answer]
    lacks: Callable[[], str] = lambda: ""
    signs_by: tuple[str, ...] = (RSA_SHA1, HMAC_SHA1)
    plain: bool = True
    """It would send its secret in the open, by PLAINTEXT."""
    dances: bool = True
    """It can fetch tokens; the others take the token that somebody has fetched."""
    empty_token: str = IN_QUERY
    """Where it can put the empty `oauth_token` of a two-legged call, so that it is signed."""
    leaves_verifier_out: bool = False
    """It asks for an access token without a verifier, if it is given none."""
    remark: str = ""
    """What it does otherwise than one would think, for the page of `docs/`."""

    def run(self, task: Task) -> Answer:
        """Play one step, or skip the test with what is missing."""
        if missing := self.lacks():
            pytest.skip(f"{self.name}: {missing}")
        return self.play(task)

    def dance(self, task: Task, approve: Callable[[str], str]) -> Task:
        """All steps up to the access token, which is in the task that comes back. `approve` takes a request token to the person
        and gives the address to which the browser is then sent."""
        asked = self.run(replace(task, step=REQUEST_TOKEN))
        assert (asked.status, bool(asked.token)) == (200, True), asked
        verifier = verifier_of(approve(asked.token))
        return self.exchange(task, asked, verifier)

    def exchange(self, task: Task, asked: Answer, verifier: str) -> Task:
        """The last step of the dance alone."""
        given = self.run(exchange_of(task, asked, verifier))
        assert (given.status, bool(given.token)) == (200, True), given
        return with_token(task, given)

    def renew(self, task: Task) -> Task:
        """A fresh token for the one in the task."""
        given = self.run(replace(task, step=RENEWAL))
        assert (given.status, bool(given.token)) == (200, True), given
        return with_token(task, given)

    def two_legged(self, task: Task) -> Task:
        """The call with an empty token where this client can put one."""
        if self.empty_token == IN_HEADER:
            return replace(task, token="")
        joint = "&" if "?" in task.url else "?"
        return replace(task, url=f"{task.url}{joint}oauth_token=")

    def __str__(self) -> str:
        return self.name


def exchange_of(task: Task, asked: Answer, verifier: str | None) -> Task:
    """The step that makes an access token of a request token."""
    return replace(task, step=ACCESS_TOKEN, token=asked.token, token_secret=asked.token_secret, verifier=verifier)


def with_token(task: Task, given: Answer) -> Task:
    """A call with the access token that was given."""
    tokens = {"token": given.token, "token_secret": given.token_secret, "session_handle": given.session_handle}
    return replace(task, step=CALL, verifier="", **tokens)
