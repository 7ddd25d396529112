"""The tables, in the words of the domain; migrations/ makes them, and a test holds the two together.

Only what SQLite and PostgreSQL both have. A column marked `sealed` holds what `Sealing.seal` made and is sealed anew when keys
are rotated; its table has one primary key, which names the owner. What an index is limited to is said for SQLite only, and for
PostgreSQL by the migrations: to name a dialect here loads it into every process.
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
    UniqueConstraint,
    false,
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
    Column("place", String),
    Column("suspended_at", Double),
    Column("suspended_why", String),
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
    Column("outgoing_consumer_key", String),
    Column("outgoing_endpoints", JSON(none_as_null=True)),
    Column("outgoing_fixed_user", Boolean, nullable=False, server_default=false()),
    Column("outgoing_account", String),
    Column("incoming_callback", String),
    Column("incoming_execute_as", String),
    Column("incoming_limits", JSON(none_as_null=True)),
    Column("same_users_excluded", JSON(none_as_null=True)),
    Column("outgoing_key_id", String),
    Column("incoming_previous_key", Text),
    Column("incoming_previous_key_until", BigInteger),
    Column("same_users_only_proven", Boolean, nullable=False, server_default=false()),
    Column("same_users_mapping", JSON(none_as_null=True)),
)
Index("links_in_order", links.c.type, links.c.is_primary.desc(), links.c.folded_name)
Index(
    "one_primary_of_a_type",
    links.c.type,
    unique=True,
    sqlite_where=text("is_primary"),
)

Index("links_by_account", links.c.incoming_execute_as)

link_secrets = Table(
    "link_secrets",
    metadata,
    Column("id", String, primary_key=True),
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("secret", LargeBinary, nullable=False, info=SEALED),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_name", String, nullable=False, index=True),
    Column("credentials", LargeBinary, nullable=False, info=SEALED),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("ends_at", BigInteger),
)

dances = Table(
    "dances",
    metadata,
    Column("id", String, primary_key=True),
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_name", String, nullable=False),
    Column("credentials", LargeBinary, nullable=False, info=SEALED),
    Column("return_to", String, nullable=False),
    Column("until", BigInteger, nullable=False, index=True),
)

request_tokens = Table(
    "request_tokens",
    metadata,
    Column("digest", String, primary_key=True),
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("secret", LargeBinary, nullable=False, info=SEALED),
    Column("callback", String),
    Column("until", BigInteger, nullable=False, index=True),
    Column("decision", String, nullable=False),
    Column("user_name", String),
    Column("verifier", String),
    Column("wrong_verifiers", Integer, nullable=False, server_default="0"),
)

grants = Table(
    "grants",
    metadata,
    Column("id", String, primary_key=True),
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_name", String, nullable=False, index=True),
    Column("token", String, nullable=False, unique=True),
    Column("secret", LargeBinary, nullable=False, info=SEALED),
    Column("handle", String, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False, index=True),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), primary_key=True),
    Column("there", Integer, nullable=False),
    Column("unmatched", Integer, nullable=False),
    Column("compared_by", String, nullable=False),
    Column("compared_at", BigInteger, nullable=False),
)

people_compared = Table(
    "people_compared",
    metadata,
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), primary_key=True),
    Column("folded_name", BY_CODE_POINT, primary_key=True),
    Column("name", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("compared_at", BigInteger, nullable=False),
)

entity_links = Table(
    "entity_links",
    metadata,
    Column("id", String, primary_key=True),
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("local_type", String, nullable=False),
    Column("local_key", BY_CODE_POINT, nullable=False),
    Column("type", String, nullable=False),
    Column("key", BY_CODE_POINT, nullable=False),
    Column("name", String, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    UniqueConstraint("local_type", "local_key", "link_id", "type", "key", name="one_link_of_two_entities"),
)
Index(
    "one_primary_entity_of_a_type",
    entity_links.c.local_type,
    entity_links.c.local_key,
    entity_links.c.type,
    unique=True,
    sqlite_where=text("is_primary"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    Column("label", String, nullable=False),
    Column("user_name", String, nullable=False, index=True),
    Column("may_change", Boolean, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

refusals = Table(
    "refusals",
    metadata,
    Column("id", String, primary_key=True),
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("time", Double, nullable=False, index=True),
    Column("problem", String, nullable=False),
    Column("request", LargeBinary, nullable=False, info=SEALED),
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
    Column("keep_until", BigInteger, nullable=False),
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
