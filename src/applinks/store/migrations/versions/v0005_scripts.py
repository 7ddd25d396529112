"""What scripts need: events, runs with their calls and lines, messages and their delivery, sources, settings, people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of scripts."""
    _events()
    _runs()
    _run_days()
    _run_calls()
    _run_lines()
    _messages()
    _deliveries()
    _sources()
    _outbox()
    _hook_settings()
    _staff()
    _runners()
    _sessions()
    _invitations()
    _job_times()
    _pasted_scripts()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("delivery", sa.String, nullable=False),
        sa.Column("application", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("item", sa.String),
        sa.Column("user_name", sa.String),
        sa.Column("user_key", sa.String),
        sa.Column("happened_at", sa.Double),
        sa.Column("received_at", sa.Double, nullable=False),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("source", "delivery", name="one_event_of_a_delivery"),
        sqlite_autoincrement=True,
    )
    op.create_index("events_by_state", "events", ["state", "number"])
    op.create_index("events_of_an_item", "events", ["item", "state"])
    op.create_index("ix_events_received_at", "events", ["received_at"])


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("hook", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("user_name", sa.String),
        sa.Column("actor", sa.String),
        sa.Column("reason", sa.Text),
        sa.Column("event", NUMBER),
        sa.Column("item", sa.String),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("again", sa.Integer, nullable=False),
        sa.Column("parameters", sa.LargeBinary),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        sa.Column("passes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("deaths", sa.Integer, nullable=False, server_default="0"),
        sa.Column("elapsed", sa.Double, nullable=False, server_default="0"),
        sa.Column("cpu", sa.Double, nullable=False, server_default="0"),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("parked_link", sa.String),
        sa.Column("parked_user", sa.String),
        sa.Column("parked_until", sa.Double),
        sa.Column("revision", sa.String),
        sa.Column("progress_done", sa.BigInteger),
        sa.Column("progress_of", sa.BigInteger),
        sa.Column("progress_text", sa.String),
        sa.Column("holder", sa.String),
        sa.Column("held_until", sa.Double),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_ended_at", "runs", ["ended_at"])
    op.create_index("ix_runs_event", "runs", ["event"])
    op.create_index("ix_runs_made_at", "runs", ["made_at"])
    op.create_index("runs_as_a_person", "runs", ["user_name", "number"])
    op.create_index("runs_by_state", "runs", ["state", "due_at", "number"])
    op.create_index("runs_caused_by_a_person", "runs", ["actor", "number"])
    op.create_index("runs_of_a_hook", "runs", ["hook", "number"])
    op.create_index("runs_of_an_item", "runs", ["item", "hook", "state"])


def _run_days() -> None:
    op.create_table(
        "run_days",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hook", sa.String, primary_key=True),
        sa.Column("state", sa.String, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def _run_calls() -> None:
    op.create_table(
        "run_calls",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run", NUMBER, sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("link_id", sa.String, nullable=False),
        sa.Column("link", sa.String, nullable=False),
        sa.Column("user_name", sa.String),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("sent_at", sa.Double, nullable=False),
        sa.Column("answered_at", sa.Double),
        sa.Column("status", sa.Integer),
        sa.Column("mechanism", sa.String),
        sa.Column("answer", sa.LargeBinary),
    )
    op.create_index("calls_of_a_run", "run_calls", ["run", "sent_at"])


def _run_lines() -> None:
    op.create_table(
        "run_lines",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("run", NUMBER, sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
        sa.Column("number_of_pass", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_run_lines_run", "run_lines", ["run"])


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("user_name", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("words", sa.String),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("run", NUMBER),
        sa.Column("item", sa.String),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("read_at", sa.Double),
        sa.Column("settled_at", sa.Double),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_made_at", "messages", ["made_at"])
    op.create_index("messages_of_a_person", "messages", ["user_name", "number"])
    op.create_index("messages_of_a_run", "messages", ["run"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("message", NUMBER, sa.ForeignKey("messages.number", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("channel", sa.String),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("held_until", sa.Double),
        sa.Column("note", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_due", "deliveries", ["state", "due_at"])
    op.create_index("ix_deliveries_message", "deliveries", ["message"])


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("application", sa.String, nullable=False),
        sa.Column("link_id", sa.String, sa.ForeignKey("links.id", ondelete="SET NULL")),
        sa.Column("of_link", sa.Boolean, nullable=False),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("previous_secret", sa.LargeBinary),
        sa.Column("address_digest", sa.String),
        sa.Column("previous_address_digest", sa.String),
        sa.Column("previous_until", sa.Double),
        sa.Column("believes_user", sa.Boolean, nullable=False),
        sa.Column("asks_as", sa.String),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("link_id", sa.String, sa.ForeignKey("links.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event", NUMBER, nullable=False),
        sa.Column("item", sa.String),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("note", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])
    op.create_index("outbox_of_a_link", "outbox", ["link_id", "item", "number"])


def _hook_settings() -> None:
    op.create_table(
        "hook_settings",
        sa.Column("hook", sa.String, primary_key=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("parameters", sa.LargeBinary),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
    )


def _staff() -> None:
    by_code_point = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "staff",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("folded_name", by_code_point, nullable=False, unique=True),
        sa.Column("full_name", sa.String, nullable=False),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("administrator", sa.Boolean, nullable=False),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.Column("password", sa.String),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )


def _runners() -> None:
    op.create_table(
        "runners",
        sa.Column("user_name", sa.String, primary_key=True),
        sa.Column("runner", sa.String, primary_key=True),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("user_name", sa.String, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_sessions_user_name", "sessions", ["user_name"])


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )


def _job_times() -> None:
    op.create_table(
        "job_times",
        sa.Column("hook", sa.String, primary_key=True),
        sa.Column("cron", sa.String, nullable=False),
        sa.Column("last_due", sa.Double, nullable=False),
    )


def _pasted_scripts() -> None:
    op.create_table(
        "pasted_scripts",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("application", sa.String),
        sa.Column("events", sa.JSON, nullable=False),
        sa.Column("transition", sa.String),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("revision", sa.String, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
    )
