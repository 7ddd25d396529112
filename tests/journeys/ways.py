"""Which journeys are made by which way of proving a call: the table that drives `test_ways.py`.

`docs/reference/ways.md` shows the same one; `tests/docs/test_ways.py` holds both equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from applinks import CredentialsRequired
from journeys.people import FIXED, THERE
from journeys.visitor import Visitor
from journeys.world import ASGI, ASYNC, SYNC, WSGI, Caller, Pair

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
WAYS = ("2LOi", "3LO", "2LO", "Trusted", "Basic")
VARIANTS = ((SYNC, ASGI, SQLITE), (SYNC, WSGI, POSTGRESQL), (ASYNC, WSGI, SQLITE), (ASYNC, ASGI, POSTGRESQL))
"""Each way meets both faces, both kinds of server and both stores, and each face both of the others."""

THEMSELVES = "the person agreed to it, so no policy is asked: they take it back, or are disabled"
ONE_ACCOUNT = "it is one account for everybody's calls; whoever else is named or excluded changes nothing"
NOT_ASKED = "nobody was asked, so there is nothing to take back"
PASSWORD = "a password proves nothing but itself: neither a repetition nor a change is noticed, which only TLS prevents"
ADDRESS_ONLY = "the certificate vouches for the address, not for the body"

TABLE: Mapping[str, Mapping[str, str]] = {
    "as the current user": {},
    "as another user, on the record": {},
    "a page from a transition": {},
    "a name in any script": {},
    "who am I, and why": {},
    "parameters, forms, JSON": {},
    "multipart, streams": {},
    "an error of the far side": {},
    "a redirect below the link": {},
    "another person's call in between": {},
    "the record on both sides": {},
    "somebody disabled there": {},
    "somebody excluded by the policy": {"3LO": THEMSELVES, "2LO": ONE_ACCOUNT, "Basic": ONE_ACCOUNT},
    "a consent taken back": {"2LOi": NOT_ASKED, "2LO": NOT_ASKED, "Trusted": NOT_ASKED, "Basic": NOT_ASKED},
    "the link disabled there": {},
    "the same request again": {"Basic": PASSWORD},
    "another path or query": {"Basic": PASSWORD},
    "another form": {"Trusted": ADDRESS_ONLY, "Basic": PASSWORD},
}
"""Journey → way → why it cannot be made; all others are made."""


@dataclass
class Way(Caller):
    """One face of front, over a link that is configured for one way."""

    name: str

    def account(self, person: str) -> str:
        """As whom the far side knows a call by that person."""
        return {"3LO": THERE.get(person, person), "2LO": FIXED, "Basic": FIXED}.get(self.name, person)

    @contextmanager
    def acting_as(self, person: str) -> Iterator[None]:
        """That person acts, and has consented if that is needed."""
        self.consent(person)
        with self.applinks.acting_as(person):
            yield

    def consent(self, person: str) -> None:
        """Through the pages of both applications; only for the dance, and once."""
        if self.name == "3LO" and not self.world.front.applinks.consents(person, link="Tracker"):
            with visitor(self.world, person) as somebody:
                somebody.consent(address_for(self.world, person))

    def configure(self) -> None:
        """Whatever the link was configured for before."""
        front, tracker = self.world.front.applinks, self.world.tracker.applinks
        forget_consents(self.world)
        fixed = FIXED if self.name in {"2LO", "Basic"} else ""
        level = {"2LOi": "oauth_impersonation", "Trusted": "trusted", "Basic": "basic"}.get(self.name, "oauth")
        tracker.change_link("Front", incoming=level, execute_as=fixed, by="admin")
        front.change_link("Tracker", outgoing=level, account=fixed, fixed_user=self.name == "2LO", excluded=(), by="admin")
        if self.name == "Basic":
            front.set_secret("Tracker", "outgoing", tracker.new_secret("Front", by="admin"), by="admin")


def visitor(pair: Pair, person: str) -> Visitor:
    """That person at a browser, with an account in both applications."""
    return Visitor({pair.front.url: person, pair.tracker.url: THERE.get(person, person)})


def address_for(pair: Pair, person: str) -> str:
    """Where that person can consent, as a call tells that needs it."""
    with pair.front.applinks.acting_as(person), pytest.raises(CredentialsRequired) as caught:
        pair.front.applinks.link("Tracker").get("echo")
    assert caught.value.authorization_url is not None
    return caught.value.authorization_url


def forget_consents(pair: Pair) -> None:
    """At both ends."""
    for held in pair.front.applinks.consents():
        pair.front.applinks.forget_consent("Tracker", held.user, by="admin")
    for given in pair.tracker.applinks.grants():
        pair.tracker.applinks.revoke_grant(given.grant.id, by="admin")
