"""What making, seeing and mending links needs: the place of the database, overlapping keys, people, entities, tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BY_CODE_POINT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Add columns to identity and links; make comparisons, people_compared, entity_links, api_tokens and refusals."""
    for column in (
        sa.Column("place", sa.String),
        sa.Column("suspended_at", sa.Double),
        sa.Column("suspended_why", sa.String),
    ):
        op.add_column("identity", column)
    for column in (
        sa.Column("outgoing_key_id", sa.String),
        sa.Column("incoming_previous_key", sa.Text),
        sa.Column("incoming_previous_key_until", sa.BigInteger),
        sa.Column("same_users_only_proven", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("same_users_mapping", sa.JSON),
    ):
        op.add_column("links", column)
    _comparisons()
    _people_compared()
    _entity_links()
    _api_tokens()
    _refusals()


def _comparisons() -> None:
    op.create_table(
        "comparisons",
        sa.Column("link_id", sa.String, sa.ForeignKey("links.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("there", sa.Integer, nullable=False),
        sa.Column("unmatched", sa.Integer, nullable=False),
        sa.Column("compared_by", sa.String, nullable=False),
        sa.Column("compared_at", sa.BigInteger, nullable=False),
    )


def _people_compared() -> None:
    op.create_table(
        "people_compared",
        sa.Column("link_id", sa.String, sa.ForeignKey("links.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("folded_name", BY_CODE_POINT, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("compared_at", sa.BigInteger, nullable=False),
    )


def _entity_links() -> None:
    op.create_table(
        "entity_links",
        sa.Column("id", sa.String, primary_key=True),
        _link(),
        sa.Column("local_type", sa.String, nullable=False),
        sa.Column("local_key", BY_CODE_POINT, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("key", BY_CODE_POINT, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("is_primary", sa.Boolean, nullable=False),
        sa.UniqueConstraint("local_type", "local_key", "link_id", "type", "key", name="one_link_of_two_entities"),
    )
    op.create_index("ix_entity_links_link_id", "entity_links", ["link_id"])
    op.create_index(
        "one_primary_entity_of_a_type",
        "entity_links",
        ["local_type", "local_key", "type"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False, unique=True),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("user_name", sa.String, nullable=False),
        sa.Column("may_change", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("ix_api_tokens_user_name", "api_tokens", ["user_name"])


def _refusals() -> None:
    op.create_table(
        "refusals",
        sa.Column("id", sa.String, primary_key=True),
        _link(),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("problem", sa.String, nullable=False),
        sa.Column("request", sa.LargeBinary, nullable=False),
    )
    for name in ("link_id", "time"):
        op.create_index(f"ix_refusals_{name}", "refusals", [name])


def _link() -> sa.Column[str]:
    return sa.Column("link_id", sa.String, sa.ForeignKey("links.id", ondelete="CASCADE"), nullable=False)
