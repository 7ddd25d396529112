"""Answers about links between single things of two applications."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update

from applinks.links import Entity, EntityLink, EntityLinks, RemoveEntityLink, SaveEntityLink
from applinks.store.insertion import insert
from applinks.store.links import move_version
from applinks.store.tables import entity_links as table

_IN_ORDER = (table.c.is_primary.desc(), table.c.name, table.c.key, table.c.id)


def save_entity_link(connection: Connection, question: SaveEntityLink) -> EntityLink:
    """Insert it or renew its name, keeping one primary of each type."""
    move_version(connection)  # which also makes others wait until this is done
    wanted = question.entity_link
    row = _row(wanted) | {"is_primary": False}
    between = ["local_type", "local_key", "link_id", "type", "key"]
    kept = insert(connection, table).values(row)
    kept = kept.on_conflict_do_update(index_elements=between, set_={"name": wanted.remote.name})
    stored = connection.execute(kept.returning(table)).one()
    if wanted.primary or connection.execute(_primary(wanted.local, stored.type)).first() is None:
        connection.execute(update(table).where(_of(wanted.local, stored.type)).values(is_primary=False))
        stored = connection.execute(update(table).where(table.c.id == stored.id).values(is_primary=True).returning(table)).one()
    return _read(stored)


def remove_entity_link(connection: Connection, question: RemoveEntityLink) -> EntityLink | None:
    """Delete it; the next of its type takes over."""
    move_version(connection)
    row = connection.execute(delete(table).where(table.c.id == question.id).returning(table)).first()
    if row is None:
        return None
    gone = _read(row)
    if gone.primary:
        heir = select(table.c.id).where(_of(gone.local, gone.remote.type)).order_by(*_IN_ORDER).limit(1).scalar_subquery()
        connection.execute(update(table).where(table.c.id == heir).values(is_primary=True))
    return gone


def entity_links(connection: Connection, question: EntityLinks) -> tuple[EntityLink, ...]:
    """Primary ones first."""
    query = select(table).order_by(*_IN_ORDER)
    if question.local is not None:
        query = query.where(table.c.local_type == question.local.type, table.c.local_key == question.local.key)
    if question.link_id is not None:
        query = query.where(table.c.link_id == question.link_id)
    if question.type is not None:
        query = query.where(table.c.type == question.type)
    return tuple(_read(row) for row in connection.execute(query))


def _of(local: Entity, type: str) -> Any:  # noqa: A002
    return and_(table.c.local_type == local.type, table.c.local_key == local.key, table.c.type == type)


def _primary(local: Entity, type: str) -> Any:  # noqa: A002
    return select(table.c.id).where(_of(local, type), table.c.is_primary)


def _row(link: EntityLink) -> dict[str, Any]:
    return {
        "id": link.id,
        "link_id": link.link_id,
        "local_type": link.local.type,
        "local_key": link.local.key,
        "type": link.remote.type,
        "key": link.remote.key,
        "name": link.remote.name,
        "is_primary": link.primary,
    }


def _read(row: Row[Any]) -> EntityLink:
    local, remote = Entity(row.local_type, row.local_key), Entity(row.type, row.key, row.name)
    return EntityLink(row.id, row.link_id, local, remote, bool(row.is_primary))
