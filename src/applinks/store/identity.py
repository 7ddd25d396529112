"""Answers about ourselves: who we are, and the key that we sign with."""

from __future__ import annotations

import hmac
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, or_, select, update

from applinks.errors import ConfigurationError
from applinks.links import (
    Facts,
    FactsFor,
    Identity,
    IsOurStamp,
    Level,
    LinkById,
    NoticePlace,
    OurKey,
    OurKeys,
    RetireKeys,
    RotateKey,
    SecretOf,
    SigningKey,
    Stamp,
    Suspension,
    VerdictOf,
    WhoWeAre,
    oddity,
    outgoing_use,
)
from applinks.store.comparisons import verdict_of
from applinks.store.links import link_by_id, move_version
from applinks.store.place import is_same
from applinks.store.sealing import Place, Sealing
from applinks.store.secrets import Secrets
from applinks.store.tables import (
    access_tokens,
    api_tokens,
    dances,
    grants,
    identity,
    keys,
    link_secrets,
    links,
    request_tokens,
)
from applinks.store.tokens import Tokens
from applinks.wire.keys import PrivateKey

_WHO = select(identity)
_KEY = select(keys).join(identity, identity.c.key_id == keys.c.id)
_ONE_KEY = select(keys).where(keys.c.id == bindparam("id"))
_ALL_KEYS = select(keys).order_by(keys.c.made_at.desc(), keys.c.id)
_SIGNING = and_(
    links.c.outgoing_level != Level.BASIC.value,
    links.c.application_url != "",
    or_(links.c.outgoing_level == Level.TRUSTED.value, links.c.outgoing_signature_method.not_like("HMAC-%")),
)
"""The same rule as `applinks.links.signing_keys.signs`."""
KEPT_KEYS = 100


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
    key_id = _keep_key(connection, key, sealing, now)
    connection.execute(identity.insert().values(singleton=1, key_id=key_id, **_columns(found)))
    return found


def _keep_key(connection: Connection, key: PrivateKey, sealing: Sealing, now: float) -> str:
    key_id = str(uuid.uuid4())
    sealed = sealing.seal(key.to_der(), _place(key_id))
    connection.execute(keys.insert().values(id=key_id, private_key=sealed, made_at=now))
    return key_id


def describe(connection: Connection, found: Identity) -> None:
    """Replace what we say about ourselves; id, consumer key and key pair are for life."""
    connection.execute(update(identity).values(name=found.name, type=found.type, url=found.url))
    move_version(connection)


def notice_place(connection: Connection, question: NoticePlace, found: str | None, now: float) -> Suspension | None:
    """Note the place, or suspend outgoing trust; the suspension, if it begins here."""
    us = find_identity(connection)
    if us is None or us.suspension is not None:
        return None
    odd = oddity(us, question.url, found, same_place=is_same(us.place, found))
    if odd is None or not _calls_out(connection):
        _note(connection, place=found)
        return None
    _note(connection, suspended_at=now, suspended_why=odd)
    return Suspension(now, odd)


def note_place(connection: Connection, found: str | None) -> Identity:
    """Note the place, and end the suspension."""
    _note(connection, place=found, suspended_at=None, suspended_why=None)
    return who_we_are(connection, WhoWeAre())


def become_another(connection: Connection, found: str | None, key: PrivateKey, sealing: Sealing, now: float) -> Identity | None:
    """Another id, consumer key and key; what was said and given to the original is dropped. None while a link is on."""
    us = who_we_are(connection, WhoWeAre())
    if _is_any_on(connection):
        return None
    another = new_identity(us.name, us.type, us.url)
    key_id = _keep_key(connection, key, sealing, now)
    _note(connection, key_id=key_id, place=found, suspended_at=None, suspended_why=None, **_columns(another))
    connection.execute(update(links).values(outgoing_key_id=None))
    connection.execute(delete(keys).where(keys.c.id != key_id))
    for theirs in (access_tokens, dances, request_tokens, grants, link_secrets, api_tokens):
        connection.execute(delete(theirs))
    return replace(another, place=found)


def is_settled(us: Identity, question: NoticePlace, found: str | None) -> bool:
    """Whether nothing has to be written: all is as it was noted, or trust is suspended already."""
    return us.suspension is not None or (us.place == found and oddity(us, question.url, found, same_place=True) is None)


def _calls_out(connection: Connection) -> bool:
    return (
        connection.execute(select(links.c.id).where(links.c.outgoing_level != Level.DISABLED.value).limit(1)).first()
        is not None
    )


def _is_any_on(connection: Connection) -> bool:
    on = or_(links.c.outgoing_level != Level.DISABLED.value, links.c.incoming_level != Level.DISABLED.value)
    return connection.execute(select(links.c.id).where(on).limit(1)).first() is not None


def _note(connection: Connection, **columns: Any) -> None:
    connection.execute(update(identity).values(**columns))
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

    def __init__(self, sealing: Sealing, secrets: Secrets, tokens: Tokens, clock: Callable[[], float]) -> None:
        self._sealing = sealing
        self._secrets = secrets
        self._tokens = tokens
        self._clock = clock
        self._parsed: dict[bytes, PrivateKey] = {}

    def our_key(self, connection: Connection, _question: OurKey) -> PrivateKey:
        """The private key."""
        return self._read(connection.execute(_KEY).first() or _nobody_yet())

    def our_keys(self, connection: Connection, _question: OurKeys) -> tuple[SigningKey, ...]:
        """The current one, and those before it."""
        current = connection.execute(_KEY).first() or _nobody_yet()
        older = [row for row in connection.execute(_ALL_KEYS) if row.id != current.id]
        return tuple(SigningKey(row.id, row.made_at, self._read(row)) for row in (current, *older))

    def rotate(self, connection: Connection, question: RotateKey) -> SigningKey:
        """Keep it as the current one; links that sign are pinned to the one that was."""
        move_version(connection)  # which also makes others wait until this is done
        before = connection.execute(_KEY).first() or _nobody_yet()
        now = self._clock()
        key_id = _keep_key(connection, question.key, self._sealing, now)
        connection.execute(update(identity).values(key_id=key_id))
        unpinned = update(links).where(links.c.outgoing_key_id.is_(None), _SIGNING)
        connection.execute(unpinned.values(outgoing_key_id=before.id))
        return SigningKey(key_id, now, question.key)

    def retire(self, connection: Connection, _question: RetireKeys) -> tuple[str, ...]:
        """Delete those that nothing signs with; what was pinned to them, and is disabled, takes the current one."""
        move_version(connection)
        signing = select(links.c.outgoing_key_id).where(
            links.c.outgoing_key_id.is_not(None), _SIGNING, links.c.outgoing_level != Level.DISABLED.value
        )
        used = (*connection.scalars(signing), *connection.scalars(select(identity.c.key_id)))
        gone = tuple(connection.scalars(delete(keys).where(keys.c.id.not_in(used)).returning(keys.c.id)))
        connection.execute(update(links).where(links.c.outgoing_key_id.in_(gone)).values(outgoing_key_id=None))
        return gone

    def _key_for(self, connection: Connection, key_id: str | None) -> PrivateKey:
        pinned = connection.execute(_ONE_KEY, {"id": key_id}).first() if key_id else None
        return self._read(pinned) if pinned is not None else self.our_key(connection, OurKey())

    def _read(self, row: Row[Any]) -> PrivateKey:
        key = self._parsed.get(row.private_key)
        if key is None:
            if len(self._parsed) >= KEPT_KEYS:
                self._parsed = {}
            key = PrivateKey.read(self._sealing.unseal(row.private_key, _place(row.id)), trusted=True)
            key = self._parsed.setdefault(row.private_key, key)
        return key

    def facts_for(self, connection: Connection, question: FactsFor) -> Facts | None:
        """A link, who we are towards it, and what we hold for that user, read in one transaction."""
        link = link_by_id(connection, LinkById(question.link_id))
        if link is None:
            return None
        token = None if question.user is None else self._tokens.find(connection, link.id, question.user)
        secret = self._secrets.find(connection, SecretOf(link.id, outgoing_use(link), link.origin))
        key = self._key_for(connection, link.outgoing.key_id)
        asked = link.only_proven and question.user is not None
        verdict = verdict_of(connection, VerdictOf(link.id, question.user or "")) if asked else None
        return Facts(link, who_we_are(connection, WhoWeAre()), key, token, secret, verdict)

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
    return Identity(
        id=row.application_id,
        name=row.name,
        type=row.type,
        url=row.url,
        consumer_key=row.consumer_key,
        place=row.place,
        suspension=None if row.suspended_at is None else Suspension(row.suspended_at, row.suspended_why or ""),
    )
