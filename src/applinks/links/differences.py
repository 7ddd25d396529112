"""What a change to a link changed, in words, for the record (B-29). Public keys show as fingerprints; secrets are not in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any

from applinks.audit import Change
from applinks.errors import ConfigurationError
from applinks.links.model import Endpoints, Incoming, Link, Outgoing, SameUsers
from applinks.people import Policy
from applinks.wire.keys import PublicKey

LONGEST = 2000
"""So many letters of a value are written down (security.md T-67)."""

_ON_BOTH_SIDES = {field.name for field in fields(Outgoing)} & {field.name for field in fields(Incoming)}
_PREFIXES = {Policy: "policy_", Endpoints: "endpoint_"}
_KEYS = {"public_key", "previous_key"}


def differences(before: Link | None, after: Link | None) -> tuple[Change, ...]:
    """Each value that differs, by its name, in the words of `LinkSettings`; rules of the policy begin with `policy_`.

    `before` is None for a new link, `after` for one that was deleted.
    """
    was, now = (dict(_values(link)) if link else {} for link in (before, after))
    names = was | now
    return tuple(
        (name, _shortened(was.get(name)), _shortened(now.get(name))) for name in names if was.get(name) != now.get(name)
    )


def _values(part: Any) -> Iterator[tuple[str, str | None]]:
    for field in fields(part):
        value = getattr(part, field.name)
        if is_dataclass(value):
            yield from _values(value)
        elif not (value is None and field.name in {"same_users", "endpoints"}):
            yield _name(part, field.name), _fingerprint(value) if field.name in _KEYS else _text(value)


def _name(part: Any, field: str) -> str:
    if isinstance(part, Outgoing | Incoming) and field in _ON_BOTH_SIDES:
        direction = type(part).__name__.lower()
        return direction if field == "level" else f"{direction}_{field}"
    if isinstance(part, SameUsers) and field in {"answer", "said_by", "said_at"}:
        return "same_users" if field == "answer" else f"same_users_{field}"
    return f"{_PREFIXES.get(type(part), '')}{field}"


def _text(value: Any) -> str | None:
    """The value in words; None where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {other}" for name, other in sorted(value.items())) or None
    if isinstance(value, Set):
        return ", ".join(sorted(value)) or None
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or None
    return None if value is None or value == "" else str(value)


def _fingerprint(key: str | None) -> str | None:
    if key is None:
        return None
    try:
        return PublicKey.read(key).fingerprint
    except ConfigurationError:  # of a row that somebody else wrote
        return "unreadable"


def _shortened(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST else f"{value[:LONGEST]}… ({len(value)} letters)"
