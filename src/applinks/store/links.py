"""Answers about links. Changes to links queue up: each begins by moving their version, which only one at a time can do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, delete, func, or_, select, update

from applinks.errors import LinkExists
from applinks.links import (
    Endpoints,
    Incoming,
    Level,
    Limits,
    Link,
    LinkById,
    LinkByName,
    LinkOfAccount,
    LinkOfConsumer,
    Links,
    Outgoing,
    RememberParameter,
    RemoveLink,
    SameUsers,
    SaveLink,
    name_taken,
)
from applinks.people import Names, Policy, folded
from applinks.store.insertion import insert
from applinks.store.tables import entity_links, links, people_compared, versions
from applinks.wire.oauth1 import SignatureMethod

_ONE = select(links).where(links.c.id == bindparam("id"))
_NAMED = select(links).where(links.c.folded_name == bindparam("folded_name"))
_OF_CONSUMER = select(links).where(links.c.incoming_consumer_key == bindparam("consumer_key"))
_OF_ACCOUNT = select(links).where(
    links.c.incoming_level == Level.BASIC.value, links.c.incoming_execute_as == bindparam("account")
)
_ALL = select(links).order_by(links.c.is_primary.desc(), links.c.folded_name)


def link_by_id(connection: Connection, question: LinkById) -> Link | None:
    """The link of that id."""
    return _link(connection.execute(_ONE, {"id": question.id}).first())


def link_by_name(connection: Connection, question: LinkByName) -> Link | None:
    """The link of that name, in any case of letters."""
    return _link(connection.execute(_NAMED, {"folded_name": folded(question.name)}).first())


def link_of_consumer(connection: Connection, question: LinkOfConsumer) -> Link | None:
    """The link that expects requests signed with this consumer key."""
    return _link(connection.execute(_OF_CONSUMER, {"consumer_key": question.consumer_key}).first())


def link_of_account(connection: Connection, question: LinkOfAccount) -> Link | None:
    """The link that expects calls by Basic under this user name."""
    return _link(connection.execute(_OF_ACCOUNT, {"account": question.account}).first())


def all_links(connection: Connection, question: Links) -> tuple[Link, ...]:
    """Primary ones first, then by name."""
    query = _ALL if question.type is None else _ALL.where(links.c.type == question.type)
    return tuple(_read(row) for row in connection.execute(query.limit(question.limit)))


def save_link(connection: Connection, question: SaveLink) -> Link | None:
    """Insert or replace, keeping one primary link of each type; None if the link is not what the change was based on."""
    link = question.link
    move_version(connection)
    before = connection.execute(_ONE, {"id": link.id}).first()
    if _link(before) != question.instead_of:
        return None
    _refuse_double(connection, link)
    primary = link.primary or _stays_primary(before, link) or not _has_primary(connection, link.type)
    if primary:
        others = update(links).where(links.c.type == link.type, links.c.is_primary, links.c.id != link.id)
        connection.execute(others.values(is_primary=False))
    if before is not None:
        _forget_verdicts(connection, link, _read(before))
    row = _row(link) | {"is_primary": primary}
    stored = insert(connection, links).values(row).on_conflict_do_update(index_elements=["id"], set_=row).returning(links)
    saved = connection.execute(stored).one()
    if before is not None and before.type != link.type:
        _promote(connection, before.type)
    return _read(saved)


def remove_link(connection: Connection, question: RemoveLink) -> str | None:
    """Delete it; the next of its type by name takes over as primary, and is told."""
    move_version(connection)
    gone = connection.execute(delete(links).where(links.c.id == question.id).returning(links.c.type)).first()
    if gone is None:
        return None
    _promote_entities(connection)
    return _promote(connection, gone.type)


def remember_parameter(connection: Connection, question: RememberParameter) -> None:
    """Note the name under which the other application takes the impersonated user."""
    move_version(connection)
    noted = update(links).where(links.c.id == question.link_id)
    connection.execute(noted.values(outgoing_impersonation_parameter=question.parameter))


def move_version(connection: Connection) -> None:
    """Tell every process, when this transaction commits, that links, identity or keys are no longer what they were."""
    first = insert(connection, versions).values(name="links", number=1)
    next_one = {"number": versions.c.number + 1}
    connection.execute(first.on_conflict_do_update(index_elements=["name"], set_=next_one))


def _forget_verdicts(connection: Connection, link: Link, before: Link) -> None:
    """What was found about a name that means another person now says nothing any more."""
    if changed := before.names.changed(link.names):
        theirs = people_compared.c.link_id == link.id
        connection.execute(delete(people_compared).where(theirs, people_compared.c.folded_name.in_(changed)))


def _refuse_double(connection: Connection, link: Link) -> None:
    same = [links.c.folded_name == folded(link.name)]
    if link.incoming.level is Level.BASIC:
        same.append(and_(links.c.incoming_level == Level.BASIC.value, links.c.incoming_execute_as == link.incoming.execute_as))
    if link.incoming.consumer_key is not None:
        same.append(links.c.incoming_consumer_key == link.incoming.consumer_key)
    double = select(links).where(links.c.id != link.id, or_(*same)).order_by(links.c.folded_name)
    other = connection.execute(double.limit(1)).first()
    if other is None:
        return
    if other.folded_name == folded(link.name):
        raise name_taken(_read(other))
    if other.incoming_consumer_key != link.incoming.consumer_key:
        raise LinkExists(
            f"The link {other.name!r} expects calls by Basic as {other.incoming_execute_as!r} already.",
            remedy="Give each application an account of its own.",
        )
    raise LinkExists(
        f"The link {other.name!r} expects the consumer key {other.incoming_consumer_key!r} already.",
        remedy="Two applications cannot go by one consumer key: give the copy an identity of its own, or remove that link.",
    )


def _stays_primary(before: Row[Any] | None, link: Link) -> bool:
    return before is not None and before.type == link.type and bool(before.is_primary)


def _has_primary(connection: Connection, type: str) -> bool:  # noqa: A002
    return connection.execute(select(links.c.id).where(links.c.type == type, links.c.is_primary)).first() is not None


def _promote(connection: Connection, type: str) -> str | None:  # noqa: A002
    if _has_primary(connection, type):
        return None
    next_one = select(links.c.id).where(links.c.type == type).order_by(links.c.folded_name).limit(1).scalar_subquery()
    promoted = update(links).where(links.c.id == next_one).values(is_primary=True).returning(links.c.name)
    return connection.execute(promoted).scalar()


def _promote_entities(connection: Connection) -> None:
    """Where the primary one of the things that are linked with a thing of ours went with its link, the next takes over."""
    group = (entity_links.c.local_type, entity_links.c.local_key, entity_links.c.type)
    headless = select(*group).group_by(*group).having(func.max(case((entity_links.c.is_primary, 1), else_=0)) == 0)
    for local_type, local_key, type_ in connection.execute(headless).all():
        theirs = and_(group[0] == local_type, group[1] == local_key, group[2] == type_)
        heir = select(entity_links.c.id).where(theirs).order_by(entity_links.c.name, entity_links.c.key).limit(1)
        taken = update(entity_links).where(entity_links.c.id == heir.scalar_subquery())
        connection.execute(taken.values(is_primary=True))


def _row(link: Link) -> dict[str, Any]:
    outgoing, incoming, same = link.outgoing, link.incoming, link.same_users
    return {
        "id": link.id,
        "name": link.name,
        "folded_name": folded(link.name),
        "type": link.type,
        "display_url": link.display_url,
        "application_url": link.application_url,
        "is_primary": link.primary,
        "outgoing_level": outgoing.level.value,
        "outgoing_signature_method": outgoing.signature_method.value,
        "outgoing_impersonation_parameter": outgoing.impersonation_parameter,
        "incoming_level": incoming.level.value,
        "incoming_consumer_key": incoming.consumer_key,
        "incoming_public_key": incoming.public_key,
        "incoming_signature_method": incoming.signature_method.value,
        "incoming_policy": incoming.policy.as_data(),
        "same_users_answer": same and same.answer,
        "same_users_said_by": same and same.said_by,
        "same_users_said_at": same and same.said_at,
        "same_users_excluded": sorted(same.excluded) if same and same.excluded else None,
        "same_users_only_proven": bool(same and same.only_proven),
        "same_users_mapping": [list(pair) for pair in same.names.pairs] if same and same.names.pairs else None,
        "outgoing_consumer_key": outgoing.consumer_key,
        "outgoing_endpoints": outgoing.endpoints and asdict(outgoing.endpoints),
        "outgoing_fixed_user": outgoing.fixed_user,
        "outgoing_account": outgoing.account,
        "outgoing_key_id": outgoing.key_id,
        "incoming_callback": incoming.callback,
        "incoming_execute_as": incoming.execute_as,
        "incoming_previous_key": incoming.previous_key,
        "incoming_previous_key_until": incoming.previous_key_until,
        "incoming_limits": None if incoming.limits == Limits() else asdict(incoming.limits),
    }


def _link(row: Row[Any] | None) -> Link | None:
    return None if row is None else _read(row)


def _read(row: Row[Any]) -> Link:
    return Link(
        id=row.id,
        name=row.name,
        type=row.type,
        display_url=row.display_url,
        application_url=row.application_url,
        primary=row.is_primary,
        outgoing=Outgoing(
            level=Level(row.outgoing_level),
            signature_method=SignatureMethod(row.outgoing_signature_method),
            impersonation_parameter=row.outgoing_impersonation_parameter,
            consumer_key=row.outgoing_consumer_key,
            endpoints=None if row.outgoing_endpoints is None else Endpoints(**row.outgoing_endpoints),
            fixed_user=row.outgoing_fixed_user,
            account=row.outgoing_account,
            key_id=row.outgoing_key_id,
        ),
        incoming=Incoming(
            level=Level(row.incoming_level),
            consumer_key=row.incoming_consumer_key,
            public_key=row.incoming_public_key,
            signature_method=SignatureMethod(row.incoming_signature_method),
            policy=Policy.from_data(row.incoming_policy),
            callback=row.incoming_callback,
            execute_as=row.incoming_execute_as,
            limits=_limits(row.incoming_limits),
            previous_key=row.incoming_previous_key,
            previous_key_until=row.incoming_previous_key_until,
        ),
        same_users=None
        if row.same_users_answer is None
        else SameUsers(
            row.same_users_answer,
            row.same_users_said_by,
            row.same_users_said_at,
            frozenset(row.same_users_excluded or ()),
            row.same_users_only_proven,
            Names(tuple((ours, theirs) for ours, theirs in row.same_users_mapping or ())),
        ),
    )


def _limits(stored: dict[str, Any] | None) -> Limits:
    if stored is None:
        return Limits()
    return Limits(tuple(stored["addresses"]), tuple(stored["paths"]), stored["max_age"])
