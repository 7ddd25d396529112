"""Answers about what we hold on the calling side: people's access tokens, and dances that have begun."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from applinks.links import (
    AccessToken,
    Consent,
    ConsentsHeld,
    Dance,
    DanceOf,
    EndDance,
    ForgetToken,
    KeepDance,
    KeepToken,
    TakeTurn,
    digest_of,
)
from applinks.store.insertion import insert_first, insert_or_replace, make_room
from applinks.store.links import move_version
from applinks.store.nonces import digest_of_turn
from applinks.store.sealing import Place, Sealing
from applinks.store.tables import access_tokens, dances, nonces

MOST_DANCES = 10
"""Of one person with one link, at the same time; the oldest make room (security.md T-77)."""

_ONE = select(access_tokens).where(access_tokens.c.id == bindparam("id"))
_DANCE = select(dances).where(dances.c.id == bindparam("id"))


class Tokens:
    """Keeps, finds and forgets them; the tokens themselves are sealed for their person and link."""

    def __init__(self, sealing: Sealing, clock: Callable[[], float]) -> None:
        self._sealing = sealing
        self._clock = clock

    def keep(self, connection: Connection, question: KeepToken) -> None:
        """Insert or replace."""
        token = question.token
        move_version(connection)
        id = _id(token.link_id, token.user)  # noqa: A001
        credentials = {"token": token.token, "secret": token.secret, "session_handle": token.session_handle}
        row = {
            "id": id,
            "link_id": token.link_id,
            "user_name": token.user,
            "credentials": self._seal(credentials, _place("access_tokens", id)),
            "made_at": token.made_at,
            "expires_at": token.expires_at,
            "ends_at": token.ends_at,
        }
        connection.execute(insert_or_replace(connection, access_tokens), row)

    def find(self, connection: Connection, link_id: str, user: str) -> AccessToken | None:
        """The token of a person for a link."""
        row = connection.execute(_ONE, {"id": _id(link_id, user)}).first()
        return None if row is None else self._read(row)

    def follow(self, connection: Connection, new: str) -> None:
        """Seal the tokens of a link anew, after its id has changed to that one."""
        for row in connection.execute(select(access_tokens).where(access_tokens.c.link_id == new)).all():
            id = _id(new, row.user_name)  # noqa: A001
            credentials = self._unseal(row.credentials, _place("access_tokens", row.id))
            changed = {"id": id, "credentials": self._seal(credentials, _place("access_tokens", id))}
            connection.execute(update(access_tokens).where(access_tokens.c.id == row.id).values(changed))

    def forget(self, connection: Connection, question: ForgetToken) -> bool:
        """Delete it, if it still is the one that is meant."""
        held = self.find(connection, question.link_id, question.user)
        if held is None or question.token not in {None, held.token}:
            return False
        move_version(connection)
        id = _id(question.link_id, question.user)  # noqa: A001
        connection.execute(delete(access_tokens).where(access_tokens.c.id == id))
        return True

    def held(self, connection: Connection, question: ConsentsHeld) -> tuple[Consent, ...]:
        """The newest first. What proves them stays sealed."""
        query = select(access_tokens).order_by(access_tokens.c.made_at.desc(), access_tokens.c.id)
        if question.user is not None:
            query = query.where(access_tokens.c.user_name == question.user)
        if question.link_id is not None:
            query = query.where(access_tokens.c.link_id == question.link_id)
        rows = connection.execute(query)
        return tuple(Consent(row.link_id, row.user_name, row.made_at, row.expires_at, row.ends_at) for row in rows)

    def keep_dance(self, connection: Connection, question: KeepDance) -> None:
        """Insert it; those whose time is over are swept."""
        dance = question.dance
        connection.execute(delete(dances).where(dances.c.until < int(self._clock())))
        theirs = select(dances.c.id).where(dances.c.link_id == dance.link_id, dances.c.user_name == dance.user)
        make_room(connection, dances.c.id, theirs.order_by(dances.c.until.desc()), MOST_DANCES)
        id = digest_of(dance.state)  # noqa: A001
        row = {
            "id": id,
            "link_id": dance.link_id,
            "user_name": dance.user,
            "credentials": self._seal({"token": dance.token, "secret": dance.secret}, _place("dances", id)),
            "return_to": dance.return_to,
            "until": dance.until,
        }
        connection.execute(dances.insert(), row)

    def dance_of(self, connection: Connection, question: DanceOf) -> Dance | None:
        """The dance of that state."""
        row = connection.execute(_DANCE, {"id": digest_of(question.state)}).first()
        if row is None:
            return None
        credentials = self._unseal(row.credentials, _place("dances", row.id))
        return Dance(
            state=question.state,
            link_id=row.link_id,
            user=row.user_name,
            return_to=row.return_to,
            until=row.until,
            **credentials,
        )

    def end_dance(self, connection: Connection, question: EndDance) -> bool:
        """Who deletes the row has ended it."""
        ended = delete(dances).where(dances.c.id == digest_of(question.state)).returning(dances.c.id)
        return connection.execute(ended).first() is not None

    def take_turn(self, connection: Connection, question: TakeTurn) -> bool:
        """Who inserts the row has the turn; one whose time is over counts no more, since nobody may ever sweep it."""
        digest = digest_of_turn(question.name)
        connection.execute(delete(nonces).where(nonces.c.digest.in_((digest,)), nonces.c.keep_until < int(self._clock())))
        row = {"digest": digest, "keep_until": question.keep_until}
        return bool(connection.execute(insert_first(connection, nonces), row).all())

    def _seal(self, credentials: dict[str, str | None], place: Place) -> bytes:
        return self._sealing.seal(json.dumps(credentials).encode(), place)

    def _unseal(self, sealed: bytes, place: Place) -> dict[str, Any]:
        credentials: dict[str, Any] = json.loads(self._sealing.unseal(sealed, place))
        return credentials

    def _read(self, row: Row[Any]) -> AccessToken:
        return AccessToken(
            link_id=row.link_id,
            user=row.user_name,
            made_at=row.made_at,
            expires_at=row.expires_at,
            ends_at=row.ends_at,
            **self._unseal(row.credentials, _place("access_tokens", row.id)),
        )


def _id(link_id: str, user: str) -> str:
    return digest_of(f"{len(link_id)}:{link_id}{user}")


def _place(table: str, id: str) -> Place:  # noqa: A002
    return (table, "credentials", id)
