"""Answers about the people whom this application keeps itself, their passwords, and who may run as whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, literal, or_, select, update

from applinks.incoming import (
    BeginSession,
    EndSession,
    InvitationStands,
    KeepInvitation,
    NoteSession,
    Session,
    SessionOf,
    SetUp,
)
from applinks.people import (
    AdministratorsAble,
    AllowRunning,
    AllStaff,
    KeepMember,
    Member,
    PasswordOf,
    RunnersOf,
    SetPassword,
    StaffMember,
    folded,
)
from applinks.questions import Question
from applinks.store.insertion import insert
from applinks.store.script_tables import invitations, runners, sessions
from applinks.store.script_tables import staff as table

Answers = Mapping[type[Question], Callable[[Connection, Any], Any]]


# ---- people


def member(connection: Connection, question: StaffMember) -> Member | None:
    """By the folded name."""
    row = connection.execute(select(table).where(table.c.folded_name == folded(question.name))).first()
    return None if row is None else _read(row)


def everybody(connection: Connection, question: AllStaff) -> tuple[Member, ...]:
    """In the order of their folded names."""
    query = select(table).order_by(table.c.folded_name).limit(question.limit)
    if question.after is not None:
        query = query.where(table.c.folded_name > folded(question.after))
    return tuple(_read(row) for row in connection.execute(query))


def keep(connection: Connection, question: KeepMember) -> bool:
    """Insert somebody new; or change who is still as they were."""
    if question.instead_of is None:
        return _insert(connection, question.member, question.digest)
    if member(connection, StaffMember(question.member.name)) != question.instead_of:
        return False
    changed = _row(question.member)
    connection.execute(update(table).where(table.c.name == question.member.name).values(changed))
    if not question.member.active:
        _end_sessions(connection, question.member.name)
    return True


def password(connection: Connection, question: PasswordOf) -> str | None:
    """By the folded name."""
    found: str | None = connection.execute(
        select(table.c.password).where(table.c.folded_name == folded(question.name))
    ).scalar()
    return found


def set_password(connection: Connection, question: SetPassword) -> bool:
    """And end their sessions."""
    changed = update(table).where(table.c.name == question.name).values(password=question.digest)
    found = connection.execute(changed.returning(table.c.name)).first()
    _end_sessions(connection, question.name)
    return found is not None


def able(connection: Connection, _question: AdministratorsAble) -> tuple[str, ...]:
    """Two are as good as any number."""
    query = select(table.c.name).where(table.c.active, table.c.administrator, table.c.password.is_not(None))
    return tuple(connection.execute(query.order_by(table.c.folded_name).limit(2)).scalars())


def runners_of(connection: Connection, question: RunnersOf) -> tuple[str, ...]:
    """Sorted here, where all databases sort alike."""
    query = select(runners.c.runner).where(runners.c.user_name == question.user)
    return tuple(sorted(connection.execute(query).scalars()))


def allow_running(connection: Connection, question: AllowRunning) -> bool:
    """Insert or delete one row."""
    row = {"user_name": question.user, "runner": question.runner}
    if question.allowed:
        added = insert(connection, runners).values(row).on_conflict_do_nothing().returning(runners.c.runner)
        return connection.execute(added).first() is not None
    gone = delete(runners).where(runners.c.user_name == question.user, runners.c.runner == question.runner)
    return connection.execute(gone.returning(runners.c.runner)).first() is not None


# ---- who is at a browser


def begin_session(connection: Connection, question: BeginSession) -> bool:
    """Only for somebody active, whose password is what was looked at."""
    kept = question.session
    over = or_(sessions.c.used_at <= kept.made_at - question.idle, sessions.c.made_at <= kept.made_at - question.life)
    connection.execute(delete(sessions).where(over))
    stands = exists().where(table.c.name == kept.user, table.c.active, table.c.password == question.password)
    if not connection.execute(select(literal(1)).where(stands)).first():
        return False
    row = {"digest": question.digest, "user_name": kept.user, "made_at": kept.made_at, "used_at": kept.used_at}
    connection.execute(sessions.insert(), row)
    return True


def session(connection: Connection, question: SessionOf) -> Session | None:
    """By its digest."""
    row = connection.execute(select(sessions).where(sessions.c.digest == question.digest)).first()
    return None if row is None else Session(row.user_name, row.made_at, row.used_at)


def note_session(connection: Connection, question: NoteSession) -> None:
    """Of several notes at once, the latest stays."""
    earlier = (sessions.c.digest == question.digest, sessions.c.used_at < question.at)
    connection.execute(update(sessions).where(*earlier).values(used_at=question.at))


def end_session(connection: Connection, question: EndSession) -> bool:
    """Delete it."""
    gone = delete(sessions).where(sessions.c.digest == question.digest)
    return connection.execute(gone.returning(sessions.c.digest)).first() is not None


# ---- the first administrator


def keep_invitation(connection: Connection, question: KeepInvitation) -> None:
    """Sweep those that have run out."""
    connection.execute(delete(invitations).where(invitations.c.until <= question.now))
    connection.execute(invitations.insert(), {"digest": question.digest, "until": question.until})


def invitation_stands(connection: Connection, question: InvitationStands) -> bool:
    """By its digest, and before its end."""
    there = select(invitations.c.until).where(invitations.c.digest == question.digest, invitations.c.until > question.now)
    return connection.execute(there).first() is not None


def set_up(connection: Connection, question: SetUp) -> bool:
    """All of it, since nobody else writes meanwhile; or nothing."""
    stands = invitation_stands(connection, InvitationStands(question.invitation, question.now))
    if not stands or able(connection, AdministratorsAble()) or not _insert(connection, question.member, question.digest):
        return False
    connection.execute(delete(invitations))
    return True


READ: Answers = {
    StaffMember: member,
    AllStaff: everybody,
    PasswordOf: password,
    AdministratorsAble: able,
    RunnersOf: runners_of,
    SessionOf: session,
    InvitationStands: invitation_stands,
}
WRITTEN: Answers = {
    KeepMember: keep,
    SetPassword: set_password,
    AllowRunning: allow_running,
    BeginSession: begin_session,
    NoteSession: note_session,
    EndSession: end_session,
    KeepInvitation: keep_invitation,
    SetUp: set_up,
}


def _insert(connection: Connection, new: Member, digest: str | None) -> bool:
    row = {**_row(new), "password": digest, "made_at": new.made_at}
    added = insert(connection, table).values(row).on_conflict_do_nothing().returning(table.c.name)
    return connection.execute(added).first() is not None


def _end_sessions(connection: Connection, user: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.user_name == user))


def _row(kept: Member) -> dict[str, Any]:
    return {
        "name": kept.name,
        "folded_name": folded(kept.name),
        "full_name": kept.full_name,
        "email": kept.email,
        "language": kept.language,
        "active": kept.active,
        "administrator": kept.administrator,
        "groups": sorted(kept.groups),
    }


def _read(row: Row[Any]) -> Member:
    return Member(
        name=row.name,
        full_name=row.full_name,
        email=row.email,
        language=row.language,
        active=row.active,
        administrator=row.administrator,
        groups=frozenset(row.groups),
        has_password=row.password is not None,
        made_at=row.made_at,
    )
