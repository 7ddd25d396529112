"""The people whom an application keeps itself, in its own database, where no host application does (`applinks serve`).

Rules of this file:
- A name is somebody's for ever, in any spelling: people are disabled, never deleted, so that no record comes to mean another.
- What is kept of a password is a digest; it leaves the store for nothing but a comparison.
- As long as one administrator can sign in, there is one: the last of them is not disabled and stays an administrator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple, TypedDict, Unpack

from applinks.audit import Change, Entry, WriteDown
from applinks.errors import ConfigurationError, PersonUnknown
from applinks.people import passwords
from applinks.people.names import folded
from applinks.people.person import Everybody, FindPerson, KeepsPeople, KnowsPeople, Person, SignIn
from applinks.people.scopes import MayRunAs, RunAsSetting, may_run_as
from applinks.questions import Calculate, Flow, FreshSecrets, Moment, Now, Question

LANGUAGE = "en"
LONGEST = 100
"""Letters of a name, and of anything else that is said of somebody."""
GROUP = "group:"
"""Begins the name of a runner who is a whole group."""

_is_language = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}").fullmatch  # RFC 5646, without its rarer parts


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody whom this application keeps itself: a `Person`, the language of what is written to them, and whether they have
    a password. Without one nobody can sign in as them; scripts may run as them. `made_at` is in seconds since the epoch.
    """

    name: str
    full_name: str = ""
    email: str = ""
    language: str = LANGUAGE
    active: bool = True
    administrator: bool = False
    groups: Set[str] = frozenset()
    has_password: bool = False
    made_at: int = 0

    @property
    def person(self) -> Person:
        """The same, as all rooms know people."""
        return Person(self.name, self.full_name, self.active, self.administrator, self.groups, self.email)


class MemberSettings(TypedDict, total=False):
    """What can be said of somebody; what is not named stays."""

    full_name: str
    email: str
    language: str
    groups: Sequence[str]
    administrator: bool


# ---- questions


@dataclass(frozen=True, slots=True)
class StaffMember(Question):
    """The `Member` of that name, in any case of letters, disabled ones too; None if there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class AllStaff(Question):
    """At most so many `Member`s as a tuple, in the order of their names; those after a name, if it is given."""

    limit: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class KeepMember(Question):
    """Keep somebody new, with the digest of their password, or as they are after a change; a change leaves the password alone.

    Atomic: True if it was kept, False if what stands under that name is not `instead_of` any more. The sessions of somebody who
    is disabled end with it.
    """

    member: Member
    instead_of: Member | None
    digest: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PasswordOf(Question):
    """What is kept of the password of that person; None if they have none, or there is nobody of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class SetPassword(Question):
    """Keep this digest in place of another one, or none, and end all their sessions: True, or False if there is nobody."""

    name: str
    digest: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AdministratorsAble(Question):
    """The names of at most two active administrators with a password, as a tuple."""


@dataclass(frozen=True, slots=True)
class RunnersOf(Question):
    """Who may run as that user, by this application's own records: names and "group:x", sorted, as a tuple."""

    user: str


@dataclass(frozen=True, slots=True)
class AllowRunning(Question):
    """Let a runner run as a user, or no more: True if that was a change."""

    user: str
    runner: str
    allowed: bool


# ---- the directory


class Checked(NamedTuple):
    """Somebody whose password was right, and what is kept of it."""

    member: Member
    digest: str


def checked(name: str, password: str) -> Flow[Checked | None]:
    """Somebody by name and password, if they may sign in; None after the same effort for whatever is wrong (T-08)."""
    digest: str | None = yield PasswordOf(name)
    right: bool = yield Calculate(partial(passwords.is_right, password, digest))
    member: Member | None = yield StaffMember(name)
    if digest is None or not right or member is None or not member.active:
        return None
    return Checked(member, digest)


class Staff:
    """Tells `AppLinks` to keep its people itself: `AppLinks(…, people=Staff())`.

    A directory like any other, whose functions are flows, which the application runs on its own database. It holds nothing,
    so every process can make one, or be handed one.
    """

    def find(self, name: str) -> Flow[Person | None]:
        """The person of that name, disabled ones too."""
        member: Member | None = yield StaffMember(name)
        return member.person if member else None

    def sign_in(self, name: str, password: str) -> Flow[Person | None]:
        """The person, if the password is theirs and they are active."""
        found = yield from checked(name, password)
        return found.member.person if found else None

    def everyone(self, limit: int) -> Flow[tuple[Person, ...]]:
        """All people, disabled ones too."""
        members: tuple[Member, ...] = yield AllStaff(limit)
        return tuple(member.person for member in members)

    def flows(self, setting: RunAsSetting) -> Mapping[type[Question], Callable[[Any], Flow[Any]]]:
        """Which flow answers which question about people."""
        return {
            FindPerson: lambda question: self.find(question.name),
            SignIn: lambda question: self.sign_in(question.name, question.password),
            Everybody: lambda question: self.everyone(question.limit),
            MayRunAs: lambda question: self.may_run_as(setting, question.actor, question.user),
        }

    def may_run_as(self, setting: RunAsSetting, actor: Person, user: str) -> Flow[bool]:
        """Whether the setting or the records allow it."""
        runners: tuple[str, ...] = yield RunnersOf(user)
        return may_run_as(setting, actor, user) or may_run_as({user: runners}, actor, user)


# ---- what administrators do


def member_named(name: str) -> Flow[Member]:
    """Who goes by that name, disabled or not. Raises `PersonUnknown`."""
    found: Member | None = yield StaffMember(name)
    if found is None:
        raise PersonUnknown(
            f"There is nobody called {name!r} here.", remedy="`applinks person list` shows whom this application keeps."
        )
    return found


def add(name: str, *, password: str | None = None, by: str, **said: Unpack[MemberSettings]) -> Flow[Member]:
    """Keep somebody new. Raises `ConfigurationError` for a name that is none, or is somebody's in any spelling."""
    yield from _check_ours()
    moment: Moment = yield Now()
    member = described(Member(name, made_at=int(moment.now), has_password=password is not None), said)
    digest = (yield from digest_of_new(password)) if password is not None else None
    if not (yield KeepMember(member, None, digest)):
        raise name_taken(name)
    yield WriteDown(Entry("person added", "done", subject=name, actor=by, changes=_changes(None, member)))
    return member


def change(name: str, *, by: str, **said: Unpack[MemberSettings]) -> Flow[Member]:
    """Change what is said of somebody. Raises `PersonUnknown`, `ConfigurationError`."""
    return (yield from _altered(name, lambda member: described(member, said), kind="person changed", by=by))


def disable(name: str, *, by: str) -> Flow[Member]:
    """Let somebody in no more: refused from the next request on, and signed out everywhere. Raises as `change` does."""
    return (yield from _altered(name, lambda member: replace(member, active=False), kind="person disabled", by=by))


def enable(name: str, *, by: str) -> Flow[Member]:
    """Let somebody in again. Raises as `change` does."""
    return (yield from _altered(name, lambda member: replace(member, active=True), kind="person enabled", by=by))


def set_password(name: str, password: str | None, *, by: str) -> Flow[Member]:
    """Set somebody's password, or take it away; they are signed out everywhere. Raises as `change` does."""
    yield from _check_ours()
    member = yield from member_named(name)
    if password is None:
        yield from _check_not_the_last(member)
    digest = (yield from digest_of_new(password)) if password is not None else None
    yield SetPassword(member.name, digest)
    outcome = "set" if password is not None else "taken away"
    yield WriteDown(Entry("password set", outcome, subject=member.name, actor=by))
    return replace(member, has_password=password is not None)


def allow_running(user: str, runner: str, *, by: str, allowed: bool = True) -> Flow[tuple[str, ...]]:
    """Let a person, or "group:x", run as that user, or no more; who may from now on. Raises as `change` does."""
    yield from _check_ours()
    member = yield from member_named(user)
    if not runner.startswith(GROUP):
        runner = (yield from member_named(runner)).name
    _check_plain("runner", runner.removeprefix(GROUP))
    if (yield AllowRunning(member.name, runner, allowed)):
        entry = Entry("run_as allowed", runner) if allowed else Entry("run_as forbidden", runner)
        yield WriteDown(replace(entry, subject=member.name, actor=by))
    runners: tuple[str, ...] = yield RunnersOf(member.name)
    return runners


def described(member: Member, said: MemberSettings) -> Member:
    """Somebody as they are described from now on. Raises `ConfigurationError`."""
    _check_name(member.name)
    texts: Any = {name: str(said[name]).strip() for name in ("full_name", "email", "language") if name in said}
    for what, text in texts.items():
        _check_plain(what.replace("_", " "), text, needed=what == "language")
    if not _is_language(texts.get("language", LANGUAGE)):
        raise ConfigurationError(f"{texts['language']!r} is no language.", remedy="Say it like en, de or pt-BR.")
    if "groups" in said:
        texts["groups"] = _groups(said["groups"])
    if "administrator" in said:
        texts["administrator"] = bool(said["administrator"])
    return replace(member, **texts)


def digest_of_new(password: str) -> Flow[str]:
    """What is to be kept of a password that was chosen just now. Raises `ConfigurationError` where it is no good one."""
    passwords.check(password)
    (salt,) = yield FreshSecrets(1)
    digest: str = yield Calculate(partial(passwords.kept, password, salt))
    return digest


def name_taken(name: str) -> ConfigurationError:
    """Names are compared without regard to case."""
    return ConfigurationError(f"Somebody is called {name!r} already, in some spelling.", remedy="Take another name.")


def _altered(name: str, alter: Callable[[Member], Member], *, kind: str, by: str) -> Flow[Member]:
    yield from _check_ours()
    while True:
        stored = yield from member_named(name)
        wanted = alter(stored)
        if wanted == stored:
            return stored
        if not (wanted.active and wanted.administrator):
            yield from _check_not_the_last(stored)
        if (yield KeepMember(wanted, stored)):
            break  # else somebody else was faster: what they changed holds, too
    yield WriteDown(Entry(kind, "done", subject=wanted.name, actor=by, changes=_changes(stored, wanted)))
    return wanted


def _check_ours() -> Flow[None]:
    if (yield KnowsPeople()) and not (yield KeepsPeople()):
        raise ConfigurationError(
            "The people of this application are kept by the application that embeds it.", remedy="Change them there."
        )


def _check_not_the_last(member: Member) -> Flow[None]:
    able: tuple[str, ...] = yield AdministratorsAble()
    if able == (member.name,):
        raise ConfigurationError(
            f"{member.name!r} is the only administrator who can sign in.", remedy="Make somebody else one before."
        )


def _check_name(name: str) -> None:
    _check_plain("name", name)
    if name.startswith(GROUP) or len(folded(name)) > 2 * LONGEST:
        raise ConfigurationError(f"{name!r} is no user name.", remedy=f"Names do not begin with {GROUP!r}.")


def _check_plain(what: str, text: str, *, needed: bool = True) -> None:
    if not text.isprintable() or text != text.strip() or len(text) > LONGEST or (needed and not text):
        raise ConfigurationError(
            f"The {what} is {text[:LONGEST]!a}.", remedy=f"Write it in 1 to {LONGEST} letters, without blanks at its ends."
        )


def _groups(said: Iterable[str]) -> frozenset[str]:
    found = frozenset((said,) if isinstance(said, str) else said)
    for group in found:
        _check_plain("group", group)
    return found


def _changes(before: Member | None, after: Member) -> tuple[Change, ...]:
    told, was = _told(after), _told(before) if before else {}
    return tuple((name, was.get(name), value) for name, value in told.items() if was.get(name) != value)


def _told(member: Member) -> dict[str, str | None]:
    facts = {
        "full name": member.full_name,
        "email": member.email,
        "language": member.language,
        "groups": ", ".join(sorted(member.groups)),
        "administrator": "yes" if member.administrator else "no",
        "active": "yes" if member.active else "no",
    }
    return {name: value or None for name, value in facts.items()}
