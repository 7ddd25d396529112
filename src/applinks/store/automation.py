"""Answers about tokens for automation: kept as digests, read anew for each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, or_, select, update

from applinks.incoming import (
    AutomationToken,
    AutomationTokenOf,
    AutomationTokens,
    KeepAutomationToken,
    NoteUse,
    RevokeAutomationToken,
)
from applinks.store.links import move_version
from applinks.store.tables import api_tokens

_OF_DIGEST = select(api_tokens).where(api_tokens.c.digest == bindparam("wanted"))
_ALL = select(api_tokens).order_by(api_tokens.c.made_at.desc(), api_tokens.c.id)


class AutomationTokensKept:
    """Keeps, finds and ends them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def keep(self, connection: Connection, question: KeepAutomationToken) -> bool:
        """Sweep, count and insert; those who move the version do so one at a time."""
        move_version(connection)
        token = question.token
        connection.execute(delete(api_tokens).where(api_tokens.c.expires_at <= int(self._clock())))
        theirs = select(func.count()).where(api_tokens.c.user_name == token.user)
        if connection.execute(theirs).scalar_one() >= question.most:
            return False
        row = {
            "id": token.id,
            "digest": question.digest,
            "label": token.label,
            "user_name": token.user,
            "may_change": token.may_change,
            "made_at": token.made_at,
            "expires_at": token.expires_at,
            "used_at": token.used_at,
        }
        connection.execute(api_tokens.insert(), row)
        return True

    def of_digest(self, connection: Connection, question: AutomationTokenOf) -> AutomationToken | None:
        """The token of that digest."""
        row = connection.execute(_OF_DIGEST, {"wanted": question.digest}).first()
        return None if row is None else _read(row)

    def all(self, connection: Connection, question: AutomationTokens) -> tuple[AutomationToken, ...]:
        """The newest first."""
        query = _ALL if question.user is None else _ALL.where(api_tokens.c.user_name == question.user)
        return tuple(_read(row) for row in connection.execute(query))

    def revoke(self, connection: Connection, question: RevokeAutomationToken) -> AutomationToken | None:
        """Delete it."""
        gone = delete(api_tokens).where(api_tokens.c.id == question.id).returning(api_tokens)
        row = connection.execute(gone).first()
        return None if row is None else _read(row)

    def note_use(self, connection: Connection, question: NoteUse) -> None:
        """Never back: of several at once, the latest stays."""
        earlier = or_(api_tokens.c.used_at.is_(None), api_tokens.c.used_at < question.at)
        connection.execute(update(api_tokens).where(api_tokens.c.id == question.id, earlier).values(used_at=question.at))


def _read(row: Row[Any]) -> AutomationToken:
    return AutomationToken(row.id, row.label, row.user_name, row.may_change, row.made_at, row.expires_at, used_at=row.used_at)
