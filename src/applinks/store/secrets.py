"""Answers about the secrets of links. Each is sealed for its link, its use and its origin: nowhere else does it unseal."""

from __future__ import annotations

import hmac

from sqlalchemy import Connection, bindparam, delete, select, update

from applinks.links import HoldsSecret, KeepSecret, SecretOf, SecretUse
from applinks.store.insertion import insert_or_replace
from applinks.store.links import move_version
from applinks.store.sealing import Place, Sealing
from applinks.store.tables import link_secrets

_ONE = select(link_secrets.c.secret).where(link_secrets.c.id == bindparam("id"))


class Secrets:
    """Keeps and finds them."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def keep(self, connection: Connection, question: KeepSecret) -> None:
        """Replace the secret; those for other origins are dropped, since the link leads there no more."""
        move_version(connection)
        begins = _id(question.link_id, question.use, "")
        connection.execute(delete(link_secrets).where(link_secrets.c.id.startswith(begins, autoescape=True)))
        if question.secret is None:
            return
        id = _id(question.link_id, question.use, question.origin)  # noqa: A001
        sealed = self._sealing.seal(question.secret.encode(), _place(id))
        row = {"id": id, "link_id": question.link_id, "secret": sealed}
        connection.execute(insert_or_replace(connection, link_secrets), row)

    def follow(self, connection: Connection, old: str, new: str) -> None:
        """Seal the secrets of a link anew, after its id has changed from the old one."""
        for row in connection.execute(select(link_secrets).where(link_secrets.c.link_id == new)).all():
            id = f"{new}{row.id.removeprefix(old)}"  # noqa: A001
            sealed = self._sealing.seal(self._sealing.unseal(row.secret, _place(row.id)), _place(id))
            connection.execute(update(link_secrets).where(link_secrets.c.id == row.id).values(id=id, secret=sealed))

    def find(self, connection: Connection, question: SecretOf) -> str | None:
        """The secret, or None."""
        id = _id(question.link_id, question.use, question.origin)  # noqa: A001
        sealed = connection.execute(_ONE, {"id": id}).scalar()
        return None if sealed is None else self._sealing.unseal(sealed, _place(id)).decode()

    def holds(self, connection: Connection, question: HoldsSecret) -> bool:
        """Whether it is this one; the time tells nothing of it."""
        kept = self.find(connection, SecretOf(question.link_id, question.use, question.origin))
        return kept is not None and hmac.compare_digest(kept.encode(), question.secret.encode())


def _id(link_id: str, use: SecretUse, origin: str) -> str:
    return f"{link_id} {use} {origin}"


def _place(id: str) -> Place:  # noqa: A002
    return ("link_secrets", "secret", id)
