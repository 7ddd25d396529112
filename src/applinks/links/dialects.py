"""What we know about each type of application: its paths and its habits (protocol.md 1.1, 3, 9.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from applinks.links.model import Endpoints, Link
from applinks.wire.messages import members

GENERIC = "generic"


def _plain(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip()


def _member(name: str) -> Callable[[bytes], str]:
    def read(body: bytes) -> str:
        return str(members(body).get(name) or "")

    return read


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """A path that tells who is calling, and how to read the user name from its answer (empty: nobody)."""

    path: str
    read: Callable[[bytes], str]


ANYWHERE = WhoAmI("plugins/servlet/applinks/whoami", _plain)
"""Served by everything that speaks application links [inferred for the products; ours does]."""

SERVLETS = Endpoints(
    "plugins/servlet/oauth/request-token", "plugins/servlet/oauth/authorize", "plugins/servlet/oauth/access-token"
)

COME_BACK_PATH = "plugins/servlet/applinks/oauth/login-dance/access"
"""Below our own address: where people come back to from the dance; the callback that is entered on the far side."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The paths and habits of one type. `basic_query` asks it to refuse a wrong password instead of answering as nobody.

    `names_problems` says that it names what is wrong with a proof, so that a bare 401 means something else (protocol.md 1.6).
    """

    who_am_i: WhoAmI = ANYWHERE
    endpoints: Endpoints = SERVLETS
    basic_query: str = ""
    names_problems: bool = True


_SERAPH = "os_authType=basic"

DIALECTS = {
    "jira": Dialect(WhoAmI("rest/auth/1/session", _member("name")), basic_query=_SERAPH),
    "confluence": Dialect(WhoAmI("rest/api/user/current", _member("username")), basic_query=_SERAPH),
    "bitbucket": Dialect(),
    "bamboo": Dialect(WhoAmI("rest/api/latest/currentUser.json", _member("name")), basic_query=_SERAPH),
    GENERIC: Dialect(names_problems=False),
}

PRODUCTS = frozenset(DIALECTS) - {GENERIC}
"""Those whose dialogs and REST we know."""

ALIASES = {"stash": "bitbucket"}
"""Older names of a type (protocol.md 4.3)."""


def dialect_of(type: str) -> Dialect:  # noqa: A002
    """The dialect of a type; for those that we do not know, what every application with links speaks."""
    return DIALECTS.get(ALIASES.get(type, type), DIALECTS[GENERIC])


def who_am_i(type: str) -> WhoAmI:  # noqa: A002
    """The who-am-I of a type."""
    return dialect_of(type).who_am_i


def endpoints_of(link: Link) -> Endpoints:
    """The three addresses of the dance on the far side of a link, absolute."""
    written = link.outgoing.endpoints or dialect_of(link.type).endpoints
    return Endpoints(
        *(_absolute(link, address) for address in (written.request_token, written.authorize, written.access_token))
    )


def _absolute(link: Link, address: str) -> str:
    if address.startswith(("https://", "http://")):
        return address
    return f"{link.application_url.rstrip('/')}/{address.lstrip('/')}"


def id_of(base: str, consumer_key: str = "") -> str:
    """The id of an application that says none: the name UUID of its address, as products make it (protocol.md 4.4).

    That of its consumer key, if it has no address.
    """
    text = base or f"consumer {consumer_key}"
    digest = bytearray(hashlib.md5(text.encode(), usedforsecurity=False).digest())
    digest[6] = digest[6] & 0x0F | 0x30  # version 3
    digest[8] = digest[8] & 0x3F | 0x80
    written = digest.hex()
    return "-".join((written[:8], written[8:12], written[12:16], written[16:20], written[20:]))
