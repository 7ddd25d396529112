"""OAuth 1.0a clients that others wrote, each behind the same face: one task in, one answer out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from peers.provider import verifier_of

RSA_SHA1, HMAC_SHA1 = "RSA-SHA1", "HMAC-SHA1"
REQUEST_TOKEN, ACCESS_TOKEN, CALL = "request_token", "access_token", "call"


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
    verifier: str = ""


@dataclass(frozen=True)
class Answer:
    """What the far side said, as far as the client tells; `token` and `token_secret` if it gave them, `authorize` if the client
    says where the person goes next."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""
    token_secret: str = ""
    authorize: str = ""


@dataclass(frozen=True)
class Peer:
    """A client. `lacks` says why it cannot run here, or nothing."""

    name: str
    play: Callable[[Task], Answer]
    lacks: Callable[[], str] = lambda: ""
    signs_by: tuple[str, ...] = (HMAC_SHA1, RSA_SHA1)
    dances: bool = True
    """It can fetch tokens; the others take the token that somebody has fetched."""
    sends_empty_token: bool = False
    """An empty token goes out as one. The others leave it away; in the query of the address they sign it like any parameter,
    if `signs_empty_token_in_query`."""
    signs_empty_token_in_query: bool = True

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
        task = replace(task, step=ACCESS_TOKEN, token=asked.token, token_secret=asked.token_secret, verifier=verifier)
        given = self.run(task)
        assert (given.status, bool(given.token)) == (200, True), given
        return replace(task, step=CALL, token=given.token, token_secret=given.token_secret, verifier="")

    def __str__(self) -> str:
        return self.name
