"""What the pages of scripts call things."""

from __future__ import annotations

from applinks.scripts import Hook, HookKind, RunState, Severity
from applinks.web.scripts.views import State

STATES = {
    RunState.QUEUED: State("queued", "…", "unknown"),
    RunState.RUNNING: State("running", "▸", "unknown"),
    RunState.PARKED: State("waits", "‖", "warm"),
    RunState.UNCLEAR: State("unclear", "?", "bad"),
    RunState.DONE: State("done", "✓", "good"),
    RunState.SKIPPED: State("skipped", "–", "unknown"),
    RunState.REFUSED: State("refused", "⊘", "warm"),
    RunState.FAILED: State("failed", "✗", "bad"),
    RunState.EXPIRED: State("expired", "✗", "bad"),
    RunState.CANCELLED: State("cancelled", "×", "unknown"),
}
"""Each state: a word and a sign, so that the colour says nothing that they do not."""

EXPLAINED = {
    RunState.QUEUED: "Waits for its turn",
    RunState.RUNNING: "Is running",
    RunState.PARKED: "Waits for a consent",
    RunState.UNCLEAR: "A call was sent and never answered",
    RunState.DONE: "Done",
    RunState.SKIPPED: "Its condition was not met",
    RunState.REFUSED: "A validator said no",
    RunState.FAILED: "Failed",
    RunState.EXPIRED: "Nobody consented in time",
    RunState.CANCELLED: "Cancelled",
}

GROUPS = (
    ("done", "Done", (RunState.DONE,)),
    ("waiting", "Waiting or running", (RunState.QUEUED, RunState.RUNNING, RunState.PARKED, RunState.UNCLEAR)),
    ("failed", "Failed or expired", (RunState.FAILED, RunState.EXPIRED)),
    ("other", "Refused or cancelled", (RunState.REFUSED, RunState.CANCELLED)),
)
"""What charts tell apart: the mark of a bar, its words, and the states. Those that were skipped are not drawn."""

MEANT = {
    Severity.SUCCESS: ("good", "✓", "Done"),
    Severity.INFO: ("info", "i", "Note"),
    Severity.WARNING: ("warm", "!", "Please look"),
    Severity.ERROR: ("bad", "✗", "Error"),
}
"""How a message is meant: its tone, a sign and a word."""

DONE = {
    "cancelled": "Cancelled. Nothing more is done.",
    "retried": "It is tried again now.",
    "settled": "Noted. The run goes on with that.",
    "repeated": "This is the new run.",
    "replayed": "The event is told again. What comes of it stands among the runs in a moment.",
    "on": "On. It runs from the next event on.",
    "off": "Off. It does not run any more, on any node, until it is on again.",
    "set": "Kept. It holds from the next run on.",
    "pasted": "Kept. It is loaded in a moment, and runs from the next event on.",
    "unpasted": "Removed. It does not run any more; its runs stay.",
    "queued": "This is the run that you have begun.",
    "read": "Read. It stays here.",
}
"""What a page says after something was done: the word in its query → the sentence."""


def took(seconds: float) -> str:
    """A length of time, shortly: "340 ms", "2.4 s", "3 min 20 s"."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def into(hook: Hook) -> str:
    """What a hook hooks into, in a sentence."""
    where = f" in {hook.application}" if hook.application else ""
    transition = "any transition" if hook.transition == "*" else f"the transition “{hook.transition}”"
    sentences = {
        HookKind.LISTENER: f"When {_events(hook)} has happened{where}.",
        HookKind.CONDITION: f"Says whether {transition} is offered{where}.",
        HookKind.VALIDATOR: f"Asked before {transition}{where}.",
        HookKind.POST_FUNCTION: f"After {transition}{where}.",
        HookKind.JOB: f"By the clock: {hook.cron} ({hook.zone}).",
        HookKind.BY_HAND: "When somebody runs it by hand.",
        HookKind.ENDPOINT: f"When {hook.method} /{hook.path} is asked for{_members(hook)}.",
        HookKind.OPERATION: f"When a linked application asks for it{_members(hook)}.",
    }
    return sentences[hook.kind]


def as_whom(hook: Hook) -> str:
    """As whom it runs."""
    if hook.run_as is not None:
        return f"{hook.run_as} ({hook.reason})"
    if hook.user is not None:
        return hook.user
    others = {
        HookKind.BY_HAND: "whoever runs it",
        HookKind.ENDPOINT: "whoever is signed in",
        HookKind.OPERATION: "the person who is named",
    }
    return others.get(hook.kind, "whoever caused it")


def _events(hook: Hook) -> str:
    return "anything" if "*" in hook.events else " or ".join(hook.events)


def _members(hook: Hook) -> str:
    return f", by members of {', '.join(sorted(hook.groups))}" if hook.groups else ""
