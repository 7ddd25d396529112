"""The tables, in the words of the domain; migrations/ makes them, and a test holds the two together.

Only what SQLite and PostgreSQL both have. A column marked `sealed` holds what `Sealing.seal` made and is sealed anew when keys
are rotated; its table has one primary key, which names the owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

SEALED = {"sealed": True}

BY_CODE_POINT = String().with_variant(String(collation="C"), "postgresql")
"""Text that is sorted the same everywhere."""

identity = Table(
    "identity",
    metadata,
    Column("singleton", Integer, CheckConstraint("singleton = 1", name="one_identity"), primary_key=True, autoincrement=False),
    Column("application_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("type", String, nullable=False),
    Column("url", String, nullable=False),
    Column("consumer_key", String, nullable=False),
    Column("key_id", String, ForeignKey("keys.id"), nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("private_key", LargeBinary, nullable=False, info=SEALED),
    Column("made_at", Double, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("folded_name", BY_CODE_POINT, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("display_url", String, nullable=False),
    Column("application_url", String, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    Column("outgoing_level", String, nullable=False),
    Column("outgoing_signature_method", String, nullable=False),
    Column("outgoing_impersonation_parameter", String),
    Column("incoming_level", String, nullable=False),
    Column("incoming_consumer_key", String, unique=True),
    Column("incoming_public_key", Text),
    Column("incoming_signature_method", String, nullable=False),
    Column("incoming_policy", JSON, nullable=False),
    Column("same_users_answer", Boolean),
    Column("same_users_said_by", String),
    Column("same_users_said_at", BigInteger),
)
Index("links_in_order", links.c.type, links.c.is_primary.desc(), links.c.folded_name)
Index(
    "one_primary_of_a_type",
    links.c.type,
    unique=True,
    sqlite_where=text("is_primary"),
    postgresql_where=text("is_primary"),
)

versions = Table(
    "versions",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

nonces = Table(
    "nonces",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("keep_until", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("time", Double, nullable=False),
    Column("kind", String, nullable=False),
    Column("link", String),
    Column("entry", Text, nullable=False),
    Column("key_id", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("singleton", Integer, CheckConstraint("singleton = 1", name="one_head"), primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("key_id", String, nullable=False),
    Column("voucher", LargeBinary, nullable=False),
)


def sealed_columns() -> Iterator[tuple[Table, Column[Any], Column[Any]]]:
    """Each table with its owner column and a sealed one."""
    for table in metadata.sorted_tables:
        (owner, *_) = table.primary_key.columns
        yield from ((table, owner, column) for column in table.columns if column.info.get("sealed"))
