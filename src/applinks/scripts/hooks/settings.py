"""What administrators have set for single hooks: whether they are on, and the values of their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from applinks.questions import Question


@dataclass(frozen=True, slots=True)
class HookSetting:
    """What is set for one hook. A hook for which nothing is set is on, with the defaults of its parameters."""

    hook: str
    enabled: bool = True
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    changed_at: float = 0.0
    changed_by: str = ""


def set_for(hook: str, settings: Mapping[str, HookSetting]) -> HookSetting:
    """What is set for the hook of that id; where nothing is, it is on, with its defaults."""
    return settings.get(hook) or HookSetting(hook)


@dataclass(frozen=True, slots=True)
class HookSettings(Question):
    """All that is set: the id of each hook → its `HookSetting`."""


@dataclass(frozen=True, slots=True)
class SetHook(Question):
    """Keep what is set for a hook, by this person. The answer is the `HookSetting` as it is kept."""

    hook: str
    enabled: bool
    parameters: Mapping[str, Any] = field(repr=False)
    by: str
