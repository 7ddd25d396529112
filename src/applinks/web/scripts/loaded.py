"""What scripts are loaded in this process, if any are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from applinks.errors import AppLinksError
from applinks.questions import Calculate, Flow
from applinks.scripts import Fault, Hook
from applinks.web.scripts.views import FaultRow
from applinks.web.visit import PageVisit, RunsScripts


@dataclass(frozen=True, slots=True)
class Loaded:
    """The hooks that are loaded here, and what is wrong with scripts. `trouble`: they should be loaded and cannot be."""

    here: bool = False
    hooks: Sequence[Hook] = ()
    faults: Sequence[Fault] = ()
    trouble: AppLinksError | None = None

    def hook(self, id: str) -> Hook | None:  # noqa: A002
        """The hook of that id, if it is loaded."""
        return next((hook for hook in self.hooks if hook.id == id), None)

    def about(self, id: str) -> str:  # noqa: A002
        """What it says about itself, if it is loaded."""
        hook = self.hook(id)
        return hook.about if hook is not None else ""


def loaded(visit: PageVisit) -> Flow[Loaded]:
    """What is loaded; it may have to be loaded first, which takes a moment."""
    scripts = visit.scripts
    if scripts is None:
        return Loaded()
    found: Loaded = yield Calculate(lambda: _asked(scripts))
    return found


def _asked(scripts: RunsScripts) -> Loaded:
    try:
        return Loaded(True, tuple(scripts.hooks), tuple(scripts.faults))
    except AppLinksError as trouble:
        return Loaded(trouble=trouble)


def fault_rows(faults: Sequence[Fault]) -> tuple[FaultRow, ...]:
    """What is wrong, the fatal first."""
    rows = (FaultRow(fault.file, fault.line, fault.message, fault.remedy or "", fault.fatal) for fault in faults)
    return tuple(sorted(rows, key=lambda row: (not row.fatal, row.file, row.line)))
