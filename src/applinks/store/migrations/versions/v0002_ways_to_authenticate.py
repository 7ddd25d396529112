"""What the dance, the fixed user, Trusted Applications and Basic need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns to links; make link_secrets, access_tokens, dances, request_tokens and grants."""
    for column in (
        sa.Column("outgoing_consumer_key", sa.String),
        sa.Column("outgoing_endpoints", sa.JSON),
        sa.Column("outgoing_fixed_user", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("outgoing_account", sa.String),
        sa.Column("incoming_callback", sa.String),
        sa.Column("incoming_execute_as", sa.String),
        sa.Column("incoming_limits", sa.JSON),
        sa.Column("same_users_excluded", sa.JSON),
    ):
        op.add_column("links", column)
    op.create_index("links_by_account", "links", ["incoming_execute_as"])
    op.create_table(
        "link_secrets",
        sa.Column("id", sa.String, primary_key=True),
        _link(),
        sa.Column("secret", sa.LargeBinary, nullable=False),
    )
    _of_the_calling_side()
    _of_the_called_side()
    for table, name in (
        ("link_secrets", "link_id"),
        ("access_tokens", "link_id"),
        ("access_tokens", "user_name"),
        ("dances", "link_id"),
        ("dances", "until"),
        ("request_tokens", "link_id"),
        ("request_tokens", "until"),
        ("grants", "link_id"),
        ("grants", "user_name"),
        ("grants", "ends_at"),
    ):
        op.create_index(f"ix_{table}_{name}", table, [name])


def _of_the_calling_side() -> None:
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.String, primary_key=True),
        _link(),
        sa.Column("user_name", sa.String, nullable=False),
        sa.Column("credentials", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("ends_at", sa.BigInteger),
    )
    op.create_table(
        "dances",
        sa.Column("id", sa.String, primary_key=True),
        _link(),
        sa.Column("user_name", sa.String, nullable=False),
        sa.Column("credentials", sa.LargeBinary, nullable=False),
        sa.Column("return_to", sa.String, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )


def _of_the_called_side() -> None:
    op.create_table(
        "request_tokens",
        sa.Column("digest", sa.String, primary_key=True),
        _link(),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("callback", sa.String),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("user_name", sa.String),
        sa.Column("verifier", sa.String),
        sa.Column("wrong_verifiers", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.String, primary_key=True),
        _link(),
        sa.Column("user_name", sa.String, nullable=False),
        sa.Column("token", sa.String, nullable=False, unique=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("handle", sa.String, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )


def _link() -> sa.Column[str]:
    return sa.Column("link_id", sa.String, sa.ForeignKey("links.id", ondelete="CASCADE"), nullable=False)
