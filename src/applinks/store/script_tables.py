"""The tables of scripts: events, runs, their calls and lines, messages; see `tables`."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from applinks.store.tables import BY_CODE_POINT, SEALED, metadata

NUMBER = BigInteger().with_variant(Integer, "sqlite")

events = Table(
    "events",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("delivery", String, nullable=False),
    Column("application", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("item", String),
    Column("user_name", String),
    Column("user_key", String),
    Column("happened_at", Double),
    Column("received_at", Double, nullable=False, index=True),
    Column("depth", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("note", Text),
    Column("payload", Text, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    UniqueConstraint("source", "delivery", name="one_event_of_a_delivery"),
    sqlite_autoincrement=True,
)
Index("events_by_state", events.c.state, events.c.number)
Index("events_of_an_item", events.c.item, events.c.state)

runs = Table(
    "runs",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("hook", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("user_name", String),
    Column("actor", String),
    Column("reason", Text),
    Column("event", NUMBER, index=True),
    Column("item", String),
    Column("depth", Integer, nullable=False),
    Column("again", Integer, nullable=False),
    Column("parameters", LargeBinary, info=SEALED),
    Column("state", String, nullable=False),
    Column("made_at", Double, nullable=False, index=True),
    Column("due_at", Double, nullable=False),
    Column("started_at", Double),
    Column("ended_at", Double, index=True),
    Column("passes", Integer, nullable=False, server_default="0"),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("elapsed", Double, nullable=False, server_default="0"),
    Column("cpu", Double, nullable=False, server_default="0"),
    Column("result", Text),
    Column("error", Text),
    Column("parked_link", String),
    Column("parked_user", String),
    Column("parked_until", Double),
    Column("revision", String),
    Column("progress_done", BigInteger),
    Column("progress_of", BigInteger),
    Column("progress_text", String),
    Column("holder", String),
    Column("held_until", Double),
    sqlite_autoincrement=True,
)
Index("runs_by_state", runs.c.state, runs.c.due_at, runs.c.number)
Index("runs_of_an_item", runs.c.item, runs.c.hook, runs.c.state)
Index("runs_of_a_hook", runs.c.hook, runs.c.number)
Index("runs_as_a_person", runs.c.user_name, runs.c.number)
Index("runs_caused_by_a_person", runs.c.actor, runs.c.number)

run_days = Table(
    "run_days",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("hook", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

run_calls = Table(
    "run_calls",
    metadata,
    Column("id", String, primary_key=True),
    Column("run", NUMBER, ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
    Column("place", String, nullable=False),
    Column("method", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("link_id", String, nullable=False),
    Column("link", String, nullable=False),
    Column("user_name", String),
    Column("digest", LargeBinary, nullable=False, info=SEALED),
    Column("state", String, nullable=False),
    Column("sent_at", Double, nullable=False),
    Column("answered_at", Double),
    Column("status", Integer),
    Column("mechanism", String),
    Column("answer", LargeBinary, info=SEALED),
)
Index("calls_of_a_run", run_calls.c.run, run_calls.c.sent_at)

run_lines = Table(
    "run_lines",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("run", NUMBER, ForeignKey("runs.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("number_of_pass", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("level", String, nullable=False),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("user_name", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("words", String),
    Column("told", JSON, nullable=False),
    Column("address", Text),
    Column("run", NUMBER),
    Column("item", String),
    Column("made_at", Double, nullable=False, index=True),
    Column("read_at", Double),
    Column("settled_at", Double),
    sqlite_autoincrement=True,
)
Index("messages_of_a_person", messages.c.user_name, messages.c.number)
Index("messages_of_a_run", messages.c.run)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("message", NUMBER, ForeignKey("messages.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("channel", String),
    Column("tries", Integer, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("held_until", Double),
    Column("note", Text),
    sqlite_autoincrement=True,
)
Index("deliveries_due", deliveries.c.state, deliveries.c.due_at)

sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("application", String, nullable=False),
    Column("link_id", String, ForeignKey("links.id", ondelete="SET NULL")),
    Column("of_link", Boolean, nullable=False),
    Column("secret", LargeBinary, info=SEALED),
    Column("previous_secret", LargeBinary, info=SEALED),
    Column("address_digest", String),
    Column("previous_address_digest", String),
    Column("previous_until", Double),
    Column("believes_user", Boolean, nullable=False),
    Column("asks_as", String),
    Column("made_at", Double, nullable=False),
    Column("made_by", String, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("link_id", String, ForeignKey("links.id", ondelete="CASCADE"), nullable=False),
    Column("event", NUMBER, nullable=False),
    Column("item", String),
    Column("made_at", Double, nullable=False),
    Column("due_at", Double, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("note", Text),
    sqlite_autoincrement=True,
)
Index("outbox_of_a_link", outbox.c.link_id, outbox.c.item, outbox.c.number)

hook_settings = Table(
    "hook_settings",
    metadata,
    Column("hook", String, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("parameters", LargeBinary, info=SEALED),
    Column("changed_at", Double, nullable=False),
    Column("changed_by", String, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("name", String, primary_key=True),
    Column("folded_name", BY_CODE_POINT, nullable=False, unique=True),
    Column("full_name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("language", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("administrator", Boolean, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("password", String),
    Column("made_at", BigInteger, nullable=False),
)

runners = Table(
    "runners",
    metadata,
    Column("user_name", String, primary_key=True),
    Column("runner", String, primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String, primary_key=True),
    Column("user_name", String, nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("digest", String, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

job_times = Table(
    "job_times",
    metadata,
    Column("hook", String, primary_key=True),
    Column("cron", String, nullable=False),
    Column("last_due", Double, nullable=False),
)

pasted_scripts = Table(
    "pasted_scripts",
    metadata,
    Column("name", String, primary_key=True),
    Column("text", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("application", String),
    Column("events", JSON, nullable=False),
    Column("transition", String),
    Column("parameters", JSON, nullable=False),
    Column("revision", String, nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("changed_by", String, nullable=False),
)
