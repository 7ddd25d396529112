"""The door to an application that runs: its HTTP interface, below its address, opened by a token for automation.

Rules of this file:
- The token goes to the address that the file tells and nowhere else: over TLS or within this machine, unless plain http was
  accepted for all links; no redirect is followed. It is in no error and no log, whatever comes back.
- The application is hostile until it has answered as it must: answers are bounded in size and time, and read by their types.
- An application is never made here: it must be there and run. What it is called, it says itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from applinks.audit import printable
from applinks.declared.model import DeclaredApplication, Secret
from applinks.declared.steps import Act, Drop, Introduce, LinkThings, Observed, Put, SetSecret, UnlinkThings
from applinks.errors import (
    AppLinksError,
    ConfigurationError,
    FarSideError,
    LinkExists,
    LinkNotFound,
    MalformedAnswer,
    MechanismMissing,
    PairingRefused,
    RedirectedElsewhere,
    StoreUnavailable,
    TransportFailed,
    TrustSuspended,
)
from applinks.links import EntityLink, Identity, Link, is_safe_way, secret_place
from applinks.outgoing import Connections, fetch
from applinks.wire import values
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.values import Unfit

INTERFACE = "plugins/servlet/applinks/api/1"
AT_ONCE = 100
"""Links that are read by one request; fewer where they are so large that the answer is beyond its limit."""
MOST_PARTS = 1000
_KNOWN = (ConfigurationError, LinkExists, LinkNotFound, MechanismMissing, PairingRefused, StoreUnavailable, TrustSuspended)
_ERRORS: Mapping[str, type[AppLinksError]] = {"not-found": LinkNotFound, **{kind.code: kind for kind in _KNOWN}}


class InterfaceDoor:
    """The door to an application whose url and token the file tells."""

    def __init__(self, application: DeclaredApplication, *, plain_http: bool) -> None:
        if application.token is None or not (plain_http or is_safe_way(application.url)):
            raise ConfigurationError(
                f"A token is not sent to {application.url}: it is plain http.",
                remedy="Use https, or set APPLINKS_PLAIN_HTTP=1.",
            )
        self._where = application
        self._token: Secret = application.token
        self._connections = Connections()
        self._seen = Observed()

    def observe(self) -> Observed:
        """All that stands, in parts. Raises `ConfigurationError` where the token or the address is wrong, `TheirFault`."""
        links: list[Link] = []
        things: list[EntityLink] = []
        at_once = AT_ONCE
        for _ in range(MOST_PARTS):
            try:
                said = self._asked("GET", f"standing?offset={len(links)}&limit={at_once}")
            except TransportFailed as failure:
                if failure.reason != "too-large" or at_once == 1:
                    raise
                at_once = max(1, at_once // 4)
                continue
            part = self._read(said, "links", Link)
            links += part
            things += self._read(said, "entity_links", EntityLink)
            if not part or len(links) >= self._member(said, "total", int):
                self._seen = self._observed(said, tuple(links), tuple(things))
                return self._seen
        raise self._malformed("it has more links than can be read")

    def holds(self, link: Link, direction: str, secret: str) -> bool:
        """Asked of the interface, which counts how often. Where the link is to become another one first, it is not known."""
        stands = self._seen.link(link.id)
        if stands is None or secret_place(stands, direction) != secret_place(link, direction):
            return False
        said = self._asked("POST", f"{_link(link.id)}/secret/comparison", {"direction": direction, "secret": secret})
        held: bool = self._member(said, "holds", bool)
        return held

    def do(self, act: Act, *, by: str) -> None:  # noqa: ARG002 that says the token
        """One request, in the name of the person for whom the token acts; their record says by which token."""
        if isinstance(act, Introduce):
            raise ConfigurationError(
                f"{self._where.url} cannot be introduced from here.", remedy="It must be there: `applinks init`, there."
            )
        try:
            self._asked(*_request_for(act))
        except LinkNotFound:
            if isinstance(act, Put | SetSecret | LinkThings):
                raise

    def close(self) -> None:
        """Give back the connections."""
        self._connections.close()

    # ---- asking

    def _asked(self, method: str, path: str, body: Any = None) -> Any:
        sent: Pairs = (("authorization", f"Bearer {self._token.value}"), ("accept", "application/json"))
        if body is not None:
            sent = (*sent, ("content-type", "application/json"))
        address = f"{self._where.url}/{INTERFACE}/{path}"
        content = b"" if body is None else json.dumps(body).encode()
        response = fetch(self._connections.client(), Request(method, address, sent, content))
        said = _json(response)
        if response.status in {200, 201, 204} and (response.status == 204 or isinstance(said, dict)):
            return said
        raise self._failure(response, said if isinstance(said, dict) else {})

    def _failure(self, response: Response, said: Mapping[str, Any]) -> AppLinksError:
        """The typed error, with what to do; what the other side says in it is printable, short, and without the token."""
        url, status, code = self._where.url, response.status, said.get("code")
        if status == 401:
            remedy = "Is it one of that application, which has not expired, and whose person is an active administrator there?"
            return ConfigurationError(f"{url} does not accept the token {self._token.reference}.", remedy=remedy)
        if 300 <= status < 400:
            remedy = "Give the address at which it answers itself."
            return RedirectedElsewhere(f"{url} redirects; the token follows nowhere.", remedy=remedy)
        if code is None:
            if status in {200, 403, 404, 405}:
                remedy = "Are the pages of application links mounted there, at /plugins/servlet, and is it the right address?"
                return ConfigurationError(f"There is no HTTP interface at {url} ({status}).", remedy=remedy)
            return FarSideError(f"{url} answered {status}.", status=status, body=None)
        if code in {"not-found", "method-not-allowed"} and self._seen.identity is None:
            remedy = "It has an older version of applinks: update it, or let the file name its database."
            return ConfigurationError(f"The HTTP interface at {url} does not know all that a link file needs.", remedy=remedy)
        detail, advice = self._plain(said.get("detail")), self._plain(said.get("remedy"))
        return _ERRORS.get(str(code), ConfigurationError)(f"{url}: {detail}", remedy=advice or None)

    def _plain(self, text: Any) -> str:
        return printable(str(text or "").replace(self._token.value, "•••"))[:500]

    # ---- reading

    def _observed(self, said: Any, links: tuple[Link, ...], things: tuple[EntityLink, ...]) -> Observed:
        keys, current = self._member(said, "keys", dict), self._member(said, "current_key", str)
        mechanisms = self._member(said, "mechanisms", list)
        if current not in keys or not all(isinstance(text, str) for text in (*keys.values(), *mechanisms)):
            raise self._malformed("its keys or mechanisms cannot be read")
        us = self._value(Identity, said.get("application"))
        return Observed(us, keys[current], links, tuple(mechanisms), keys, things)

    def _read(self, said: Any, name: str, kind: type[Any]) -> list[Any]:
        return [self._value(kind, one) for one in self._member(said, name, list)]

    def _value(self, kind: type[Any], said: Any) -> Any:
        try:
            return values.read(kind, said)
        except (Unfit, ConfigurationError) as wrong:
            raise self._malformed(str(wrong)) from None

    def _member(self, said: Any, name: str, kind: type[Any]) -> Any:
        value = said.get(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self._malformed(f"{name} is not what it must be")
        return value

    def _malformed(self, why: str) -> MalformedAnswer:
        return MalformedAnswer(
            f"{self._where.url} does not answer as the HTTP interface does: {self._plain(why)}.",
            remedy="Have both the same version of applinks?",
        )


def _request_for(act: Put | SetSecret | Drop | LinkThings | UnlinkThings) -> tuple[str, str, Any]:
    """An act, as the interface has it."""
    if isinstance(act, Put):
        wanted = values.data(act.wanted, also=("public_key",))
        del wanted["outgoing"]["key_id"], wanted["incoming"]["previous_key_until"]
        return "PUT", f"{_link(act.wanted.id)}/declaration", wanted
    if isinstance(act, SetSecret):
        return "PUT", f"{_link(act.link_id)}/secret", {"direction": act.direction, "secret": act.secret.value}
    if isinstance(act, LinkThings):
        ours, theirs = values.data(act.ours), values.data(act.theirs)
        return "POST", f"{_link(act.link_id)}/entities", {"local": ours, "remote": theirs, "primary": act.primary}
    if isinstance(act, Drop):
        return "DELETE", _link(act.link_id), None
    return "DELETE", f"entity-links/{quote(act.id, safe='')}", None


def _link(id: str) -> str:  # noqa: A002
    return f"links/{quote(id, safe='')}"


def _json(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None
