"""What a pasted script is, and the questions about those that are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.questions import Question
from applinks.scripts.hooks.decorators import HookKind

KINDS = (HookKind.LISTENER, HookKind.VALIDATOR, HookKind.POST_FUNCTION, HookKind.BY_HAND)
"""What a pasted script can hook into."""
LARGEST_TEXT = 64 * 1024
"""Bytes of a text."""
PREFIX = "pasted/"
"""Before the name, in the id of the hook."""


@dataclass(frozen=True, slots=True)
class PastedScript:
    """A script that was pasted, and what it hooks into. `parameters` are names of texts that are set on the page of its hook.

    `application` is the type of the application, None for any. `revision` is a digest of all of it; times in seconds since the
    epoch.
    """

    name: str
    text: str = field(repr=False)
    kind: HookKind
    application: str | None = None
    events: tuple[str, ...] = ()
    transition: str | None = None
    parameters: tuple[str, ...] = ()
    revision: str = ""
    changed_at: float = 0.0
    changed_by: str = ""

    @property
    def hook(self) -> str:
        """The id of its hook."""
        return f"{PREFIX}{self.name}"


@dataclass(frozen=True, slots=True)
class PastedScripts(Question):
    """All of them, by their names, as a tuple."""


@dataclass(frozen=True, slots=True)
class PastedRevisions(Question):
    """The name of each, and its revision: whoever has loaded them sees by it that they have to be loaded again."""


@dataclass(frozen=True, slots=True)
class KeepPasted(Question):
    """Keep a script, in place of the one of its name. The answer is that one, or None; see the clock for `changed_at`."""

    script: PastedScript


@dataclass(frozen=True, slots=True)
class RemovePasted(Question):
    """Forget the one of that name. The answer is it, or None where there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class PastedAllowed(Question):
    """Whether this application was set up so that scripts may be pasted."""
