"""A far side written by hand, as strict as protocol.md 14 asks, that knows one name for the impersonated user."""

from __future__ import annotations

import json
import time
from typing import Any

from applinks.errors import NotAdmitted
from applinks.wire import problems
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Request
from applinks.wire.oauth1 import SignatureMethod, check_window, read, verify

KNOWN = {"alice", "bob"}


class StrictFarSide:
    """A WSGI application. `takes` is the parameter it knows, `skew` the seconds by which its clock is ahead.

    `seen` has one row for each request: method, path, the parameter that named a user, and as whom it was answered.
    """

    def __init__(self, url: str, consumer_key: str, key: PublicKey) -> None:
        self.takes = "xoauth_requestor_id"
        self.skew = 0
        self.seen: list[tuple[str, str, str | None, str]] = []
        self._url, self._consumer_key, self._key = url, consumer_key, key
        self._nonces: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        request = self._request(environ)
        try:
            user = self._admitted(request)
        except NotAdmitted as refusal:
            response = problems.refusal(self._url, refusal.problem, refusal.companions)
            start_response(f"{response.status} Refused", list(response.headers))
            return [response.body]
        if request.method == "DELETE" and request.header("x-atlassian-token") != "no-check":
            return self._answer(start_response, 403, "anonymous", {"message": "XSRF check failed"})
        if user is None:
            return self._answer(start_response, 200, "anonymous", {})
        return self._answer(start_response, 200, user, {"name": user})

    def _request(self, environ: dict[str, Any]) -> Request:
        origin = self._url[: self._url.index("/", 8)]
        headers = tuple(
            (name[5:].replace("_", "-").lower(), value) for name, value in environ.items() if name.startswith("HTTP_")
        )
        return Request(environ["REQUEST_METHOD"], origin + environ["REQUEST_URI"], headers)

    def _admitted(self, request: Request) -> str | None:
        """The user, or None for a request that proves an application and names nobody that we understand."""
        claim = read(request)
        assert claim is not None, "the product signs everything"
        assert request.header("cookie") is None
        assert not request.header("user-agent").startswith("Mozilla")
        assert dict(claim.oauth)["oauth_token"] == ""
        check_window(claim.timestamp, time.time() + self.skew)
        if claim.consumer_key != self._consumer_key:
            raise NotAdmitted("unknown", problem="consumer_key_unknown")
        if claim.method is not SignatureMethod.RSA_SHA1 or not verify(claim, self._key):
            raise NotAdmitted("wrong", problem="signature_invalid")
        if claim.nonce in self._nonces:
            raise NotAdmitted("again", problem="nonce_used")
        self._nonces.add(claim.nonce)
        named = [(name, value) for name, value in claim.parameters if name in {"user_id", "xoauth_requestor_id"}]
        user = next((value for name, value in named if name == self.takes), None)
        if user is not None and user not in KNOWN:
            raise NotAdmitted("no such user", problem="permission_denied")
        path = request.url.partition("?")[0].removeprefix(self._url)
        self.seen.append((request.method, path, named[0][0] if named else None, user or "anonymous"))
        return user

    def _answer(self, start_response: Any, status: int, user: str, body: dict[str, str]) -> list[bytes]:
        start_response(f"{status} Answered", [("Content-Type", "application/json"), ("X-AUSERNAME", user)])
        return [json.dumps(body).encode()]
