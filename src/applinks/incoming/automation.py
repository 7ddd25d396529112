"""Tokens for automation: a program administers this application over HTTP in the name of the person whose token it has.

Rules of this file:
- A token gives nobody more than its person has at this moment: the directory is asked for each request (T-21).
- What is kept of a token is its digest. The token itself is shown once, to whoever had it made.
- Nothing that was made with a token outlives it, or acts for somebody else: a stolen one leaves nothing behind (T-52).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from applinks.audit import Entry, WriteDown
from applinks.errors import AdministratorNeeded, BadProof, ConfigurationError, NoProof, PersonNotAdmitted
from applinks.links import digest_of
from applinks.people import FindPerson, KnowsPeople, Person, active_person
from applinks.questions import Flow, FreshSecrets, Moment, Now, Question

PREFIX = "applinks_"
"""By this, secret scanners and people know one when they see it: `applinks_[A-Za-z0-9_-]{43}`."""
DAY = 24 * 3600
DAYS, MOST_DAYS = 90, 366
"""For how long a token holds if nothing is said, and at most."""
MOST_TOKENS = 100
"""Of one person, at the same time."""
LONGEST_LABEL = 100
NOTED_EVERY = 60
"""Seconds between two notes of when a token was used last: a busy one must not write for each request."""

_is_token = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}").fullmatch


@dataclass(frozen=True, slots=True)
class AutomationToken:
    """A token for automation, without what proves it; seconds since the epoch.

    `label` says what it is for, `user` whose rights it uses. `may_change` is false for one that only reads. `used_at` is right
    to the minute, None while it was never used.
    """

    id: str
    label: str
    user: str
    may_change: bool
    made_at: int
    expires_at: int
    used_at: int | None = None


@dataclass(frozen=True, slots=True)
class TokenMade:
    """A token that was just made, and the `secret` to be sent as `Authorization: Bearer`, which is shown only here."""

    token: AutomationToken
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepAutomationToken(Question):
    """Keep a new token, unless its person has so many already; expired ones are swept. The answer: whether it was kept."""

    token: AutomationToken
    digest: str = field(repr=False)
    most: int = MOST_TOKENS


@dataclass(frozen=True, slots=True)
class AutomationTokenOf(Question):
    """The `AutomationToken` of that digest, whatever its time, or None. Read anew each time: a revoked one is gone at once."""

    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AutomationTokens(Question):
    """The `AutomationToken`s of one person, or all, as a tuple, the newest first; expired ones until they are swept."""

    user: str | None = None


@dataclass(frozen=True, slots=True)
class RevokeAutomationToken(Question):
    """End the token of that id. The answer: the `AutomationToken`, or None if there was none."""

    id: str


@dataclass(frozen=True, slots=True)
class NoteUse(Question):
    """Note that the token of that id was used at that second. The answer is None."""

    id: str
    at: int

    durable = False


@dataclass(frozen=True, slots=True)
class Automation:
    """A request of a program: by which token, and the administrator in whose name."""

    token: AutomationToken
    person: Person


def make_token(
    label: str,
    user: str,
    *,
    by: str,
    may_change: bool = True,
    days: int | None = None,
    within: AutomationToken | None = None,
) -> Flow[TokenMade]:
    """Make a token with which a program acts as that user, who must be an active administrator.

    `within` is the token by which it is asked for, if it is: the new one must be for the same person and end no later. Raises
    `ConfigurationError`, `PersonUnknown`, `AdministratorNeeded`. Where the application has no directory of people, as on the
    command line, who the user is shows when the token is used.
    """
    _check_label(label)
    name = yield from _administrator(user)
    moment: Moment = yield Now()
    made_at = int(moment.now)
    text, number = yield FreshSecrets(2)
    secret = f"{PREFIX}{text}"
    expires_at = _end(made_at, days, within)
    token = AutomationToken(digest_of(number)[:16], label, name, may_change, made_at, expires_at)
    if not (yield KeepAutomationToken(token, digest_of(secret))):
        raise ConfigurationError(
            f"{name!r} has {MOST_TOKENS} tokens already.", remedy="Revoke one that is not needed: `applinks token revoke ID`."
        )
    yield _entry("token made", token, by)
    return TokenMade(token, secret)


def tokens_of(user: str | None = None) -> Flow[tuple[AutomationToken, ...]]:
    """The tokens of one person, or all, the newest first."""
    found: tuple[AutomationToken, ...] = yield AutomationTokens(user)
    return found


def revoke_token(id: str, *, by: str) -> Flow[AutomationToken]:  # noqa: A002
    """End a token: it is refused from the next request on, on every node. `ConfigurationError` if there is none of that id."""
    revoked: AutomationToken | None = yield RevokeAutomationToken(id)
    if revoked is None:
        raise ConfigurationError("There is no such token.", remedy="`applinks token list` shows what there is.")
    yield _entry("token revoked", revoked, by)
    return revoked


def admitted_by_token(authorization: str | None) -> Flow[Automation]:
    """Who is behind an `Authorization` header (RFC 6750, 2.1).

    Raises `NoProof` if it brings no token, `BadProof` for one that is unknown, revoked or expired, `PersonNotAdmitted` where
    its person is no active administrator at this moment. The messages are for our own log.
    """
    scheme, _, text = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        raise NoProof("The request brings no token.", problem="token_rejected")
    secret = text.strip(" ")
    if not _is_token(secret):
        raise BadProof("The token is none of ours.", problem="token_rejected")
    token: AutomationToken | None = yield AutomationTokenOf(digest_of(secret))
    if token is None:
        raise BadProof("The token is unknown, or was revoked.", problem="token_rejected")
    moment: Moment = yield Now()
    if moment.now >= token.expires_at:
        raise BadProof(f"The token {token.label!r} of {token.user!r} has expired.", problem="token_expired")
    person: Person | None = yield FindPerson(token.user)
    if person is None or person.name.casefold() != token.user.casefold() or not (person.active and person.administrator):
        raise PersonNotAdmitted(
            f"The token {token.label!r} acts for {token.user!r}, who is no active administrator here.",
            problem="permission_denied",
        )
    if token.used_at is None or moment.now - token.used_at >= NOTED_EVERY:
        yield NoteUse(token.id, int(moment.now))
    return Automation(token, person)


def _administrator(user: str) -> Flow[str]:
    """The name, as the directory spells it."""
    if not user or not user.isprintable() or user != user.strip():
        raise ConfigurationError("A token acts for a user: name one.", remedy="Say whom, as the directory spells the name.")
    if not (yield KnowsPeople()):
        return user
    person = yield from active_person(user)
    if not person.administrator:
        raise AdministratorNeeded(
            f"{person.name!r} is not an administrator of this application.", remedy="A token acts for one who is."
        )
    return person.name


def _check_label(label: str) -> None:
    if not label.strip() or not label.isprintable() or len(label) > LONGEST_LABEL:
        raise ConfigurationError(
            f"A token needs a label of plain text, {LONGEST_LABEL} letters at most.", remedy="Say what the token is for."
        )


def _end(made_at: int, days: int | None, within: AutomationToken | None) -> int:
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise ConfigurationError(f"A token cannot hold for {days} days.", remedy=f"Say 1 to {MOST_DAYS}.")
    end = made_at + (days or DAYS) * DAY
    if within is None or end <= within.expires_at:
        return end
    if days is None:
        return within.expires_at
    raise ConfigurationError(
        "A token cannot outlive the one by which it is made.",
        remedy="Say fewer days, or have it made on the command line: `applinks token make`.",
    )


def _entry(kind: str, token: AutomationToken, by: str) -> WriteDown:
    rights = "may change" if token.may_change else "reads only"
    return WriteDown(Entry(kind, f"{token.label!r}, {rights}", subject=token.user, actor=by))
