"""Who is at a browser, where this application has people of its own: signing in, and the session that begins with it.

Rules of this file:
- A session is a row in the store, found by the digest of what the browser keeps: signing out, another password and disabling
  end it for good, on every machine (S-06, C-73).
- It begins anew with each signing in, and only while the password that was looked at is still the one that is kept.
- It ends half an hour after it was last used, and half a day after it began.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from applinks.incoming.replay import may_sign_in
from applinks.links import digest_of
from applinks.people import Checked, FindPerson, Person, checked
from applinks.questions import Flow, FreshSecrets, Moment, Now, Question

IDLE, LIFE = 30 * 60, 12 * 3600
"""Seconds since it was last used, and since it began."""
NOTED_EVERY = 60
"""Seconds between two notes of when a session was used last: not every page is worth a write."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in at a browser. Times are seconds since the epoch; `used_at` is right to the minute."""

    user: str
    made_at: int
    used_at: int

    def holds(self, now: float) -> bool:
        """Whether it has not run out."""
        return now < min(self.used_at + IDLE, self.made_at + LIFE)


@dataclass(frozen=True, slots=True)
class BeginSession(Question):
    """Keep a new session; those that have run out are swept.

    Atomic: True if it was kept, False if its person has been disabled, or `password` is not what is kept of theirs any more.
    """

    digest: str = field(repr=False)
    session: Session
    password: str = field(repr=False)
    idle: int = IDLE
    life: int = LIFE


@dataclass(frozen=True, slots=True)
class SessionOf(Question):
    """The `Session` of that digest, whatever its time, or None. Read anew each time."""

    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoteSession(Question):
    """Note that the session of that digest was used at that second; it never goes back. The answer is None."""

    digest: str = field(repr=False)
    at: int

    durable = False


@dataclass(frozen=True, slots=True)
class EndSession(Question):
    """End the session of that digest: True if there was one."""

    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has just signed in, and the `secret` that their browser keeps from now on."""

    person: Person
    secret: str = field(repr=False)


class NotSignedIn(StrEnum):
    """Why somebody is not: never said more precisely, since strangers listen."""

    WRONG = "wrong"
    TOO_MANY = "too many"


def sign_in(name: str, password: str) -> Flow[SignedIn | NotSignedIn]:
    """Begin a session for whoever knows the password."""
    if not (yield from may_sign_in(name)):
        return NotSignedIn.TOO_MANY
    found = yield from checked(name, password)
    begun = (yield from begin(found)) if found is not None else None
    return begun or NotSignedIn.WRONG


def begin(found: Checked) -> Flow[SignedIn | None]:
    """A session for somebody whose password was right just now; None if that has changed since."""
    moment: Moment = yield Now()
    (secret,) = yield FreshSecrets(1)
    session = Session(found.member.name, int(moment.now), int(moment.now))
    if not (yield BeginSession(digest_of(secret), session, found.digest)):
        return None
    return SignedIn(found.member.person, secret)


def whose(secret: str) -> Flow[Person | None]:
    """Who is signed in at a browser that keeps this; None if nobody is, any more."""
    digest = digest_of(secret)
    session: Session | None = yield SessionOf(digest)
    if session is None:
        return None
    moment: Moment = yield Now()
    person: Person | None = yield FindPerson(session.user)
    if person is None or not person.active or not session.holds(moment.now):
        yield EndSession(digest)
        return None
    if moment.now - session.used_at >= NOTED_EVERY:
        yield NoteSession(digest, int(moment.now))
    return person


def sign_out(secret: str) -> Flow[None]:
    """End the session of a browser that keeps this; what it keeps is worth nothing afterwards."""
    yield EndSession(digest_of(secret))
