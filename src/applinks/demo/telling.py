"""How the story is told: line by line on a terminal (in colour) or in a pipe (plain), and as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote

import httpx2
from rich.console import Console
from rich.text import Text

SHOWN = 58


@dataclass(frozen=True)
class Step:
    """One call of the story: over which link, as whom, by whom really and why, how, what came back, and whether as told."""

    name: str
    link: str | None
    subject: str | None
    actor: str | None
    reason: str | None
    mechanism: str | None
    request: str | None
    status: int | None
    ok: bool


@dataclass
class Story:
    """All steps."""

    steps: list[Step] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every step was as told."""
        return bool(self.steps) and all(step.ok for step in self.steps)

    def as_data(self) -> dict[str, Any]:
        """For `--json`."""
        return {"ok": self.ok, "steps": [asdict(step) for step in self.steps]}


class Teller:
    """Prints the story while it happens, and keeps it."""

    def __init__(self, *, quiet: bool) -> None:
        self.story = Story()
        self._console = Console(quiet=quiet, highlight=False, soft_wrap=True)

    def title(self, text: str) -> None:
        """The heading of an act."""
        self._console.print(Text(f"\n{text}", "bold"))

    def linked(self, name: str, link: Any) -> None:
        """A link that was made."""
        self._add(Step(f"{name} are linked, both ways", link.name, None, None, None, None, None, None, ok=True))
        same = f"same users: {link.same_users.said_by} said so"
        self._line(f"{name}: {link.outgoing.level} both ways, {link.outgoing.signature_method}, {same}", good=True)

    def call(self, name: str, entry: Any, *, good: bool) -> None:
        """A call that `applinks` wrote down; None if there was none."""
        if entry is None:
            self._add(Step(name, None, None, None, None, None, None, None, ok=False))
            self._line(f"{name}: no such call was made", good=False)
            return
        proof = (entry.link, entry.subject, entry.actor, entry.reason, entry.mechanism, entry.request, entry.status)
        self._add(Step(name, *proof, ok=good))
        self._line(name, good=good)
        self._detail(entry.request, entry.status, entry.outcome)
        really = "" if entry.actor == entry.subject else f", really {entry.actor}: {entry.reason}"
        self._faint(f"as {entry.subject} over {entry.link!r} by {entry.mechanism}{really}")
        if entry.explanation:
            self._faint(f"signed: {shortened(entry.explanation)}")

    def page(self, step: Step, outcome: str = "answered") -> None:
        """Something that was done in a browser, and what came of it."""
        self._add(step)
        self._line(step.name, good=step.ok)
        self._detail(step.request, step.status, outcome)

    def forgery(self, name: str, request: httpx2.Request, answer: httpx2.Response, problem: str, *, good: bool) -> None:
        """A request that somebody else made up, and what came of it."""
        line = f"{request.method} {str(request.url).partition('?')[0]}"
        self.page(Step(name, "Wiki", "alice", "a stranger", None, "2LOi", line, answer.status_code, ok=good), problem)

    def aside(self, text: str) -> None:
        """Something that is worth knowing about what comes next."""
        self._console.print(Text(f"  {text}", "dim"))

    def says(self, text: str, *, good: bool) -> None:
        """Something that a page says; if it does not, the step before was not as told."""
        if not good:
            last = self.story.steps.pop()
            self._add(Step(**{**asdict(last), "ok": False}))
        self._console.print(Text("      ").append(text, "green" if good else "red"))

    def end(self, addresses: dict[str, str], *, stay: bool) -> None:
        """The last lines."""
        good = self.story.ok
        self._console.print(
            Text("\nEvery step was as told." if good else "\nNot as told.", "bold green" if good else "bold red")
        )
        if stay:
            for name, address in addresses.items():
                self._console.print(f"  {name:8} {address}")
            self._console.print("Sign in as alice, bob, erin or carol (in Wiki: cclark); passwords are names. Ctrl+C ends it.")

    def _add(self, step: Step) -> None:
        self.story.steps.append(step)

    def _line(self, text: str, *, good: bool) -> None:
        self._console.print(Text("  ").append("✓ " if good else "✗ ", "green" if good else "bold red").append(text))

    def _detail(self, request: str | None, status: int | None, outcome: str) -> None:
        told = " ".join(str(part) for part in (status, outcome) if part not in {None, "answered"})
        self._console.print(Text("      ").append(f"{request}  →  {told}", "cyan"))

    def _faint(self, text: str) -> None:
        self._console.print(Text(f"      {text}", "dim"))


def shortened(base_string: str) -> str:
    """A signed base string, decoded once and without its middle, for a line of the terminal."""
    text = unquote(base_string)
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]} … {text[-SHOWN:]}"
