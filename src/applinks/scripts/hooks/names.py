"""What a hook may name, and the type of what each name stands for; what does stand for it, a pass looks up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from applinks.links import DIALECTS
from applinks.people import Person
from applinks.scripts.events.bindings import BINDINGS, everything_told
from applinks.scripts.hooks.decorators import BEFORE, Hook, HookKind

ALWAYS: Mapping[str, str] = {
    "applinks": "All links: applinks.link('Wiki'), .primary('jira'), .links('jira').",
    "event": "What happened, as it was told: event.kind, event.payload.",
    "user": "The person whose rights apply, or None.",
    "actor": "The person who caused it; another than `user` where the hook runs as somebody else.",
    "log": "Writes lines into the record of this run.",
    "messages": "Tells people something: messages.warning(…).",
    "progress": "Says how far it is: progress(7, 120, 'page 7').",
    "run": "This run: run.number, run.passes, run.depth.",
}
"""What every hook may name, and what it is."""


@dataclass(frozen=True, slots=True)
class RequestTold:
    """A request to an endpoint: its method, the parts of its path by name, its query, and its body as JSON or text."""

    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


def names_of(hook: Hook) -> Mapping[str, Any]:
    """The names that this hook may use, with the type of what they stand for, where it is one of ours."""
    told = BINDINGS.get(hook.application, {}) if hook.application else everything_told()
    own = {"request": RequestTold} if hook.kind is HookKind.ENDPOINT else {}
    happened = told if hook.kind in {HookKind.LISTENER, HookKind.POST_FUNCTION, HookKind.BY_HAND, *BEFORE} else {}
    return {**dict.fromkeys(sorted(DIALECTS)), **dict.fromkeys(ALWAYS), "user": Person, "actor": Person, **happened, **own}
