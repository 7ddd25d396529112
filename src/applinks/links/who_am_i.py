"""What we know about each type of application: how it says who is calling (protocol.md 9.1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

GENERIC = "generic"


def _plain(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip()


def _member(name: str) -> Callable[[bytes], str]:
    def read(body: bytes) -> str:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return ""
        return str(found.get(name) or "") if isinstance(found, dict) else ""

    return read


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """A path that tells who is calling, and how to read the user name from its answer (empty: nobody)."""

    path: str
    read: Callable[[bytes], str]


ANYWHERE = WhoAmI("plugins/servlet/applinks/whoami", _plain)
"""Served by everything that speaks application links [inferred for the products; ours does]."""

WHO_AM_I = {
    "jira": WhoAmI("rest/auth/1/session", _member("name")),
    "confluence": WhoAmI("rest/api/user/current", _member("username")),
    "bitbucket": ANYWHERE,
    "bamboo": WhoAmI("rest/api/latest/currentUser.json", _member("name")),
}


def who_am_i(type: str) -> WhoAmI:  # noqa: A002
    """The who-am-I of a type; for types that we do not know, the one that every application with links has."""
    return WHO_AM_I.get(type, ANYWHERE)
