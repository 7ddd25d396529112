"""Answers about what was given on the called side: request tokens, and the grants that people gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from applinks.links import (
    CountWrongVerifier,
    Decide,
    Decision,
    Grant,
    GrantOfToken,
    GrantsGiven,
    KeepRequestToken,
    RenewGrant,
    RequestToken,
    RequestTokenOf,
    RevokeGrant,
    SpendRequestToken,
)
from applinks.store.insertion import make_room
from applinks.store.links import move_version
from applinks.store.sealing import Place, Sealing
from applinks.store.tables import grants, request_tokens

MOST_WRONG = 5
"""So many wrong verifiers burn a request token (security.md T-18)."""

MOST_WISHES = 1000
"""Request tokens of one application, at the same time; the oldest make room (security.md T-77)."""
MOST_GRANTS = 10
"""Of one person to one application: so many of its installations may have one each; the oldest make room."""
MOST_SHOWN = 1000

_WISH = select(request_tokens).where(request_tokens.c.digest == bindparam("wanted"))
_OF_TOKEN = select(grants).where(grants.c.token == bindparam("wanted"))


class Grants:
    """Keeps, finds, decides and ends them; the token secrets are sealed, since HMAC needs them in the clear."""

    def __init__(self, sealing: Sealing, clock: Callable[[], float]) -> None:
        self._sealing = sealing
        self._clock = clock

    # ---- request tokens

    def keep_request_token(self, connection: Connection, question: KeepRequestToken) -> None:
        """Insert it; those whose time is over are swept, a while after it, so that they are told to be expired."""
        token = question.token
        connection.execute(delete(request_tokens).where(request_tokens.c.until < int(self._clock()) - 3600))
        theirs = select(request_tokens.c.digest).where(request_tokens.c.link_id == token.link_id)
        make_room(connection, request_tokens.c.digest, theirs.order_by(request_tokens.c.until.desc()), MOST_WISHES)
        row = {
            "digest": token.digest,
            "link_id": token.link_id,
            "secret": self._sealing.seal(token.secret.encode(), _place("request_tokens", token.digest)),
            "callback": token.callback,
            "until": token.until,
            "decision": token.decision.value,
            "user_name": token.user,
            "verifier": token.verifier,
        }
        connection.execute(request_tokens.insert(), row)

    def request_token_of(self, connection: Connection, question: RequestTokenOf) -> RequestToken | None:
        """The request token of that digest."""
        row = connection.execute(_WISH, {"wanted": question.digest}).first()
        if row is None:
            return None
        return RequestToken(
            digest=row.digest,
            secret=self._sealing.unseal(row.secret, _place("request_tokens", row.digest)).decode(),
            link_id=row.link_id,
            callback=row.callback,
            until=row.until,
            decision=Decision(row.decision),
            user=row.user_name,
            verifier=row.verifier,
        )

    def decide(self, connection: Connection, question: Decide) -> bool:
        """Only what is undecided is decided."""
        undecided = (request_tokens.c.digest == question.digest, request_tokens.c.decision == Decision.NONE.value)
        decided = {"decision": question.decision.value, "user_name": question.user, "verifier": question.verifier}
        changed = update(request_tokens).where(*undecided).values(decided).returning(request_tokens.c.digest)
        return connection.execute(changed).first() is not None

    def count_wrong_verifier(self, connection: Connection, question: CountWrongVerifier) -> None:
        """One more; the last one deletes the row."""
        wrong = request_tokens.c.wrong_verifiers
        this = request_tokens.c.digest == question.digest
        connection.execute(update(request_tokens).where(this).values(wrong_verifiers=wrong + 1))
        connection.execute(delete(request_tokens).where(this, wrong >= MOST_WRONG))

    def spend_request_token(self, connection: Connection, question: SpendRequestToken) -> bool:
        """Who deletes the row has spent it; the grant comes in the same transaction."""
        spent = delete(request_tokens).where(request_tokens.c.digest == question.digest).returning(request_tokens.c.digest)
        if connection.execute(spent).first() is None:
            return False
        if question.grant is not None:
            move_version(connection)
            connection.execute(delete(grants).where(grants.c.ends_at < int(self._clock())))
            same = (grants.c.link_id == question.grant.link_id, grants.c.user_name == question.grant.user)
            theirs = select(grants.c.id).where(*same).order_by(grants.c.made_at.desc(), grants.c.id)
            make_room(connection, grants.c.id, theirs, MOST_GRANTS)
            connection.execute(grants.insert(), {"id": question.grant.id, **self._columns(question.grant)})
        return True

    # ---- grants

    def grant_of_token(self, connection: Connection, question: GrantOfToken) -> Grant | None:
        """The grant whose access token has that digest."""
        row = connection.execute(_OF_TOKEN, {"wanted": question.digest}).first()
        return None if row is None else self._read(row)

    def renew(self, connection: Connection, question: RenewGrant) -> bool:
        """Who still has the old token replaces it."""
        stands = (grants.c.id == question.grant.id, grants.c.token == question.instead_of)
        renewed = update(grants).where(*stands).values(self._columns(question.grant)).returning(grants.c.id)
        if connection.execute(renewed).first() is None:
            return False
        move_version(connection)
        return True

    def given(self, connection: Connection, question: GrantsGiven) -> tuple[Grant, ...]:
        """The newest first."""
        query = select(grants).where(grants.c.ends_at > int(self._clock())).order_by(grants.c.made_at.desc(), grants.c.id)
        if question.user is not None:
            query = query.where(grants.c.user_name == question.user)
        if question.link_id is not None:
            query = query.where(grants.c.link_id == question.link_id)
        return tuple(self._read(row) for row in connection.execute(query.limit(MOST_SHOWN)))

    def revoke(self, connection: Connection, question: RevokeGrant) -> Grant | None:
        """Delete it, if it is theirs."""
        this = [grants.c.id == question.id]
        if question.user is not None:
            this.append(grants.c.user_name == question.user)
        row = connection.execute(delete(grants).where(*this).returning(grants)).first()
        if row is None:
            return None
        move_version(connection)
        return self._read(row)

    def _columns(self, grant: Grant) -> dict[str, Any]:
        return {
            "link_id": grant.link_id,
            "user_name": grant.user,
            "token": grant.token,
            "secret": self._sealing.seal(grant.secret.encode(), _place("grants", grant.id)),
            "handle": grant.handle,
            "made_at": grant.made_at,
            "expires_at": grant.expires_at,
            "ends_at": grant.ends_at,
        }

    def _read(self, row: Row[Any]) -> Grant:
        return Grant(
            id=row.id,
            link_id=row.link_id,
            user=row.user_name,
            token=row.token,
            secret=self._sealing.unseal(row.secret, _place("grants", row.id)).decode(),
            handle=row.handle,
            made_at=row.made_at,
            expires_at=row.expires_at,
            ends_at=row.ends_at,
        )


def _place(table: str, owner: str) -> Place:
    return (table, "secret", owner)
