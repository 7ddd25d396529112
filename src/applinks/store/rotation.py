"""A new sealing key, and everything sealed anew with it, while other processes go on working."""

from __future__ import annotations

from sqlalchemy import Column, Connection, LargeBinary, Table, func, literal, select, update

from applinks.store.database import Database, Use
from applinks.store.sealing import Sealing, key_id_of
from applinks.store.tables import sealed_columns

ROWS_AT_ONCE = 100


def rotate(database: Database, sealing: Sealing) -> int:
    """Add a key and seal everything with it; how many values that were."""
    with database.transaction(Use.WRITE_DURABLY):  # whose lock keeps two rotations from overwriting each other's key
        sealing.add_key()
    return reseal(database, sealing)


def reseal(database: Database, sealing: Sealing) -> int:
    """Seal with the first key what still is sealed with another; also finishes a rotation that was interrupted."""
    done = 0
    for place in sealed_columns():
        while True:
            with database.transaction(Use.WRITE_DURABLY) as connection:
                batch = _reseal_some(connection, sealing, *place)
            if not batch:
                break
            done += batch
    return done


def values_per_key(connection: Connection) -> dict[str, int]:
    """How many values each key seals: a key with none may leave the file (once the audit does not need it either)."""
    counts: dict[str, int] = {}
    for _, _, column in sealed_columns():
        for sealed in connection.scalars(select(column).where(column.is_not(None))):
            counts[key_id_of(sealed)] = counts.get(key_id_of(sealed), 0) + 1
    return counts


def _reseal_some(connection: Connection, sealing: Sealing, table: Table, owner: Column, column: Column) -> int:  # type: ignore[type-arg]
    header = sealing.header
    begins = func.substr(column, 1, len(header), type_=LargeBinary)
    rows = connection.execute(select(owner, column).where(begins != literal(header, LargeBinary)).limit(ROWS_AT_ONCE)).all()
    for name, sealed in rows:
        place = (table.name, column.name, str(name))
        anew = sealing.seal(sealing.unseal(sealed, place), place)
        connection.execute(update(table).where(owner == name, column == sealed).values({column.name: anew}))
    return len(rows)
