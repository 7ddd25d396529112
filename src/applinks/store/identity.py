"""Answers about ourselves: who we are, and the key that we sign with."""

from __future__ import annotations

import hmac
import re
import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select, update

from applinks.errors import ConfigurationError
from applinks.links import (
    Facts,
    FactsFor,
    Identity,
    IsOurStamp,
    LinkById,
    OurKey,
    SecretOf,
    Stamp,
    VerdictOf,
    WhoWeAre,
    outgoing_use,
)
from applinks.store.comparisons import verdict_of
from applinks.store.links import link_by_id, move_version
from applinks.store.sealing import Place, Sealing
from applinks.store.secrets import Secrets
from applinks.store.tables import identity, keys
from applinks.store.tokens import Tokens
from applinks.wire.keys import PrivateKey

_WHO = select(identity)
_KEY = select(keys.c.id, keys.c.private_key).join(identity, identity.c.key_id == keys.c.id)


def who_we_are(connection: Connection, _question: WhoWeAre) -> Identity:
    """Our identity; `ConfigurationError` before the first start has given us one."""
    return find_identity(connection) or _nobody_yet()


def find_identity(connection: Connection) -> Identity | None:
    """Our identity, if we have one."""
    row = connection.execute(_WHO).first()
    return None if row is None else _read(row)


def establish(connection: Connection, found: Identity, key: PrivateKey, sealing: Sealing, now: float) -> Identity:
    """Keep the identity and its key, unless another process was first; the answer is the one that stands."""
    move_version(connection)  # which also makes others wait until this is done
    standing = find_identity(connection)
    if standing is not None:
        return standing
    key_id = str(uuid.uuid4())
    sealed = sealing.seal(key.to_der(), _place(key_id))
    connection.execute(keys.insert().values(id=key_id, private_key=sealed, made_at=now))
    connection.execute(identity.insert().values(singleton=1, key_id=key_id, **_columns(found)))
    return found


def describe(connection: Connection, found: Identity) -> None:
    """Replace what we say about ourselves; id, consumer key and key pair are for life."""
    connection.execute(update(identity).values(name=found.name, type=found.type, url=found.url))
    move_version(connection)


def new_identity(name: str, type: str, url: str) -> Identity:  # noqa: A002
    """An identity that nobody ever had."""
    id = str(uuid.uuid4())  # noqa: A001
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or type
    return Identity(id=id, name=name, type=type, url=url.rstrip("/"), consumer_key=f"{slug}:{id}")


def described_as(found: Identity, name: str, type: str, url: str) -> Identity:  # noqa: A002
    """The same application under another name, type or address."""
    return replace(found, name=name, type=type, url=url.rstrip("/"))


class Keys:
    """Our key pairs: each is unsealed and parsed once and kept, since parsing costs more than signing with it."""

    def __init__(self, sealing: Sealing, secrets: Secrets, tokens: Tokens) -> None:
        self._sealing = sealing
        self._secrets = secrets
        self._tokens = tokens
        self._parsed: tuple[bytes, PrivateKey] | None = None

    def our_key(self, connection: Connection, _question: OurKey) -> PrivateKey:
        """The private key."""
        row = connection.execute(_KEY).first() or _nobody_yet()
        parsed = self._parsed
        if parsed is None or parsed[0] != row.private_key:
            der = self._sealing.unseal(row.private_key, _place(row.id))
            self._parsed = parsed = (row.private_key, PrivateKey.read(der, trusted=True))
        return parsed[1]

    def facts_for(self, connection: Connection, question: FactsFor) -> Facts | None:
        """A link, who we are towards it, and what we hold for that user, read in one transaction."""
        link = link_by_id(connection, LinkById(question.link_id))
        if link is None:
            return None
        token = None if question.user is None else self._tokens.find(connection, link.id, question.user)
        secret = self._secrets.find(connection, SecretOf(link.id, outgoing_use(link), link.origin))
        asked = link.only_proven and question.user is not None
        verdict = verdict_of(connection, VerdictOf(link.id, question.user or "")) if asked else None
        return Facts(link, who_we_are(connection, WhoWeAre()), self.our_key(connection, OurKey()), token, secret, verdict)

    def stamp(self, question: Stamp) -> str:
        """The id of a sealing key, and a digest with it."""
        return self._stamped(question.text)

    def is_our_stamp(self, question: IsOurStamp) -> bool:
        """Made anew with the key that it names, as long as that is known."""
        key_id, _, _ = question.stamp.rpartition(".")
        if not key_id or not self._sealing.knows(key_id):
            return False
        return hmac.compare_digest(self._stamped(question.text, key_id).encode(), question.stamp.encode("utf-8", "replace"))

    def _stamped(self, text: str, key_id: str | None = None) -> str:
        chosen, key = self._sealing.stamp_key(key_id)
        return f"{chosen}.{hmac.digest(key, text.encode('utf-8', 'surrogatepass'), 'sha256').hex()}"


def _nobody_yet() -> Any:
    raise ConfigurationError(
        "This application has no identity yet.", remedy="Give it one: `applinks init`, or the settings name, type and url."
    )


def _place(key_id: str) -> Place:
    return ("keys", "private_key", key_id)


def _columns(found: Identity) -> dict[str, str]:
    return {
        "application_id": found.id,
        "name": found.name,
        "type": found.type,
        "url": found.url,
        "consumer_key": found.consumer_key,
    }


def _read(row: Row[Any]) -> Identity:
    return Identity(id=row.application_id, name=row.name, type=row.type, url=row.url, consumer_key=row.consumer_key)
