"""What is known of hooks without loading a script: those that have run, or for which something is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from applinks.questions import Flow, Moment, Now
from applinks.scripts.hooks.settings import HookSetting, HookSettings
from applinks.scripts.runs.history import DAY, HooksLately, Lately
from applinks.scripts.runs.run import Run

LATELY = 7 * DAY
"""Seconds for which failures are counted."""


@dataclass(frozen=True, slots=True)
class KnownHook:
    """A hook as the records know it: whether it is on, its last run if that is not forgotten, and its failures of a week.

    `changed_by` and `changed_at` (seconds since the epoch) say who has set something for it, None where nobody has.
    """

    id: str
    enabled: bool = True
    last: Run | None = None
    failures: int = 0
    changed_by: str | None = None
    changed_at: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)


def known_hooks() -> Flow[dict[str, KnownHook]]:
    """All of them, by their ids in their order."""
    moment: Moment = yield Now()
    settings: Mapping[str, HookSetting] = yield HookSettings()
    lately: Mapping[str, Lately] = yield HooksLately(moment.now - LATELY)
    return {id: _known(id, settings.get(id), lately.get(id)) for id in sorted({*settings, *lately})}  # noqa: A001


def known_hook(id: str) -> Flow[KnownHook]:  # noqa: A002
    """The one of that id; one that nobody knows is on."""
    known = yield from known_hooks()
    return known.get(id, KnownHook(id))


def _known(id: str, setting: HookSetting | None, lately: Lately | None) -> KnownHook:  # noqa: A002
    return KnownHook(
        id=id,
        enabled=setting is None or setting.enabled,
        last=lately.last if lately is not None else None,
        failures=lately.failures if lately is not None else 0,
        changed_by=setting.changed_by if setting is not None else None,
        changed_at=setting.changed_at if setting is not None else None,
        parameters=setting.parameters if setting is not None else {},
    )
