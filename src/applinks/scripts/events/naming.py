"""Who somebody is whom the far side names by a key only, as Confluence does in its events (protocol.md 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from applinks.errors import AppLinksError, StoreUnavailable, TransportFailed, TrustSuspended
from applinks.links import Link
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.outgoing import ActsFor, trying
from applinks.people import active_person
from applinks.questions import Flow, Moment, Now
from applinks.wire.messages import members

KNOWN_FOR = 3600.0
"""Seconds for which a name is remembered, in one process."""
MOST_KNOWN = 10_000
WHERE: Mapping[str, str] = {"confluence": "rest/api/user?key={}"}
"""Type of application → where it is asked who has a key."""


class NotNow(Exception):
    """The far side cannot be asked at the moment; the text says why."""


class CannotTell(Exception):
    """Nobody can say whose key it is; the text says why."""


class NamesOfKeys:
    """Asks the far side for the names of its people, and remembers them for a while. `mechanisms` are those that are loaded."""

    def __init__(self, mechanisms: Sequence[Mechanism] = MECHANISMS) -> None:
        self._mechanisms = mechanisms
        self._known: dict[tuple[str, str], tuple[str, float]] = {}

    def name_of(self, link: Link, key: str, asks_as: str) -> Flow[str]:
        """The name that the application of a link has for whoever has the key, asked as this user of ours.

        Raises `NotNow`, `CannotTell`, `StoreUnavailable`.
        """
        moment: Moment = yield Now()
        name, until = self._known.get((link.id, key), ("", 0.0))
        if not 0 < until - moment.now <= KNOWN_FOR:
            name = yield from self._asked(link, key, asks_as)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[link.id, key] = (name, moment.now + KNOWN_FOR)
        return name

    def _asked(self, link: Link, key: str, asks_as: str) -> Flow[str]:
        if link.type not in WHERE:
            raise CannotTell(f"{link.name!r} is of the type {link.type}, which nobody can be asked for by key.")
        path = WHERE[link.type].format(quote(key, safe=""))
        try:
            person = yield from active_person(asks_as)
            acts = ActsFor(person, person, None)
            response = (yield from trying.fetched(link, path, acts, self._mechanisms)).response
        except (TransportFailed, TrustSuspended) as away:
            raise NotNow(f"{link.name!r} cannot be asked who it was: {away.message}") from away
        except StoreUnavailable:
            raise
        except AppLinksError as trouble:
            raise CannotTell(f"{link.name!r} cannot be asked who it was: {trouble.message}") from trouble
        if response.status == HTTPStatus.TOO_MANY_REQUESTS or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NotNow(f"{link.name!r} could not say who it was (status {response.status}).")
        told = members(response.body)
        name = told.get("username")
        if response.status != HTTPStatus.OK or told.get("userKey") != key or not isinstance(name, str) or not name:
            raise CannotTell(f"{link.name!r} did not say to {asks_as!r} who it was (status {response.status}).")
        return name
