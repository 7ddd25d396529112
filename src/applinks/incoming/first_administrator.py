"""How an application with people of its own gets its first administrator: by an address that is told where it was started.

Whoever can read what the process prints may set it up, once, within an hour, and only while nobody can sign in as an
administrator. It is done in one transaction: there is an administrator, or nothing has happened (F-44).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.audit import Entry, WriteDown
from applinks.errors import ConfigurationError
from applinks.links import digest_of
from applinks.people import AdministratorsAble, Checked, Member, StaffMember, described, digest_of_new, name_taken
from applinks.questions import Flow, FreshSecrets, Moment, Now, Question

LIFE = 3600
"""Seconds for which an invitation is good."""


@dataclass(frozen=True, slots=True)
class KeepInvitation(Question):
    """Keep the digest of an invitation to set this application up; those that have run out by `now` are swept. None."""

    digest: str = field(repr=False)
    now: int
    until: int


@dataclass(frozen=True, slots=True)
class InvitationStands(Question):
    """Whether there is an invitation of that digest which holds at that second: True or False."""

    digest: str = field(repr=False)
    now: int


@dataclass(frozen=True, slots=True)
class SetUp(Question):
    """Spend all invitations for one of them, and keep the first administrator with that digest of a password.

    Atomic: True if that was done; False, and nothing was, if the invitation does not hold any more, an administrator can sign
    in already, or the name is taken.
    """

    invitation: str = field(repr=False)
    now: int
    member: Member
    digest: str = field(repr=False)


def invite() -> Flow[str | None]:
    """The secret of a new invitation, or None where an administrator can sign in already."""
    if (yield AdministratorsAble()):
        return None
    moment: Moment = yield Now()
    (secret,) = yield FreshSecrets(1)
    yield KeepInvitation(digest_of(secret), int(moment.now), int(moment.now) + LIFE)
    return str(secret)


def is_invited(secret: str) -> Flow[bool]:
    """Whether whoever shows this may set the application up."""
    moment: Moment = yield Now()
    stands: bool = yield InvitationStands(digest_of(secret), int(moment.now))
    return stands and not (yield AdministratorsAble())


def set_up(secret: str, name: str, full_name: str, password: str) -> Flow[Checked | None]:
    """Keep the first administrator; None where the invitation does not hold. `ConfigurationError` for what cannot be kept."""
    if not (yield from is_invited(secret)):
        return None
    moment: Moment = yield Now()
    plain = Member(name, administrator=True, has_password=True, made_at=int(moment.now))
    member = described(plain, {"full_name": full_name})
    if (yield StaffMember(name)) is not None:
        raise name_taken(name)
    digest = yield from digest_of_new(password)
    if not (yield SetUp(digest_of(secret), int(moment.now), member, digest)):
        return None
    yield WriteDown(Entry("person added", "done", subject=name, actor=name, reason="the first administrator"))
    return Checked(member, digest)


def explained() -> ConfigurationError:
    """Why an invitation is refused, the same whatever is wrong with it."""
    return ConfigurationError(
        "This address was used, or has run out, or an administrator can sign in already.",
        remedy="Start the application again to be told another one, or make an administrator on the command line: "
        "`applinks person add NAME --administrator`.",
    )
