"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make identity, keys, links, versions, nonces, audit and its head."""
    op.create_table(
        "keys",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
    )
    op.create_table(
        "identity",
        sa.Column(
            "singleton",
            sa.Integer,
            sa.CheckConstraint("singleton = 1", name="one_identity"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("application_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("consumer_key", sa.String, nullable=False),
        sa.Column("key_id", sa.String, sa.ForeignKey("keys.id"), nullable=False),
    )
    _links()
    op.create_table(
        "versions",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "nonces",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("keep_until", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_nonces_keep_until", "nonces", ["keep_until"])
    _audit()


def _links() -> None:
    by_code_point = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "links",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("folded_name", by_code_point, nullable=False, unique=True),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("display_url", sa.String, nullable=False),
        sa.Column("application_url", sa.String, nullable=False),
        sa.Column("is_primary", sa.Boolean, nullable=False),
        sa.Column("outgoing_level", sa.String, nullable=False),
        sa.Column("outgoing_signature_method", sa.String, nullable=False),
        sa.Column("outgoing_impersonation_parameter", sa.String),
        sa.Column("incoming_level", sa.String, nullable=False),
        sa.Column("incoming_consumer_key", sa.String, unique=True),
        sa.Column("incoming_public_key", sa.Text),
        sa.Column("incoming_signature_method", sa.String, nullable=False),
        sa.Column("incoming_policy", sa.JSON, nullable=False),
        sa.Column("same_users_answer", sa.Boolean),
        sa.Column("same_users_said_by", sa.String),
        sa.Column("same_users_said_at", sa.BigInteger),
    )
    op.create_index("links_in_order", "links", ["type", sa.text("is_primary DESC"), "folded_name"])
    primary = sa.text("is_primary")
    op.create_index("one_primary_of_a_type", "links", ["type"], unique=True, sqlite_where=primary, postgresql_where=primary)


def _audit() -> None:
    big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "audit",
        sa.Column("sequence", big, primary_key=True, autoincrement=False),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("link", sa.String),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("key_id", sa.String, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column(
            "singleton", sa.Integer, sa.CheckConstraint("singleton = 1", name="one_head"), primary_key=True, autoincrement=False
        ),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.String, nullable=False),
        sa.Column("voucher", sa.LargeBinary, nullable=False),
    )
