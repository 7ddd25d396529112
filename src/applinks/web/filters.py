"""What the query of a page that lists things asks for, and the address that asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from applinks.errors import ConfigurationError
from applinks.web.visit import PageVisit


def words_of(said: Mapping[str, str], names: Iterable[str], what: str) -> dict[str, str]:
    """What is said under these names, empty where nothing is. Raises `ConfigurationError` for what no such thing can have."""
    words = {name: said.get(name, "").strip() for name in names}
    for name, value in words.items():
        if not value.isprintable():
            raise ConfigurationError(f"No {what} has such a {name}.", remedy="Use plain letters.")
    return words


def begin_of(day: str) -> float:
    """When a day like 2026-01-31 begins, in seconds since the epoch. Raises `ConfigurationError` for anything else."""
    try:
        found = date.fromisoformat(day)
        return datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()
    except ValueError:
        raise ConfigurationError(f"{day[:50]!r} is no day.", remedy="Say it like 2026-01-31.") from None


def asking(visit: PageVisit, path: str, said: Mapping[str, str]) -> str:
    """The address of a page of ours that asks for this."""
    return visit.own(f"{path}?{urlencode(said)}" if said else path)
