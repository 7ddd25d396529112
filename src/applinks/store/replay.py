"""Where nonces are spent: what the setting `replay` may say."""

from __future__ import annotations

from collections.abc import Callable

from applinks.errors import ConfigurationError
from applinks.store.database import Database
from applinks.store.grouping import Grouped
from applinks.store.nonces import Nonces
from applinks.store.spending import Memory, Spending

VALKEY = ("valkey://", "valkeys://", "redis://", "rediss://")


def spending_at(replay: str | None, database: Database, clock: Callable[[], float]) -> Spending:
    """The database if nothing is said, the memory of this process, or a Valkey server.

    Raises `ConfigurationError`, and `StoreUnavailable` if the server does not answer.
    """
    if replay is None:
        return Grouped(Nonces(database, clock))
    if replay == "memory":
        return Memory(clock)
    if replay.startswith(VALKEY):
        from applinks.store.valkey import Valkey  # not loaded where it is not used

        return Grouped(Valkey.open(replay, database, clock))
    raise ConfigurationError(
        "Nonces cannot be spent where the setting replay says.",
        remedy="In replay=… or APPLINKS_REPLAY, say nothing for the database, memory for one process only, or an address like "
        "valkey://host:6379/0.",
    )
