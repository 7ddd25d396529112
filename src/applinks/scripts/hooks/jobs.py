"""Jobs on a schedule: which are due, and their runs. Each due time is one run, whoever looks and however often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from applinks.questions import Flow, Moment, Now, Question
from applinks.scripts.hooks.cron import last_due
from applinks.scripts.hooks.decorators import Hook, HookKind
from applinks.scripts.hooks.settings import HookSetting, HookSettings, set_for
from applinks.scripts.runs.run import NewRun, QueueRuns


@dataclass(frozen=True, slots=True)
class JobTimes(Question):
    """When each job was due last: {id of the hook: (cron text, seconds since the epoch)}."""


@dataclass(frozen=True, slots=True)
class NoteJobTime(Question):
    """A job was due then; a time never goes back, unless its schedule has changed."""

    hook: str
    cron: str
    due: float


def queue_due_jobs(hooks: Sequence[Hook]) -> Flow[tuple[int, ...]]:
    """Queue a run for each job that is due; their numbers.

    One that was missed, however often, runs once when somebody looks again. One that is new, or has another schedule,
    begins now.
    """
    moment: Moment = yield Now()
    known: dict[str, tuple[str, float]] = yield JobTimes()
    settings: dict[str, HookSetting] = yield HookSettings()
    queued: list[int] = []
    for hook in hooks:
        if hook.kind is not HookKind.JOB or hook.cron is None:
            continue
        setting = set_for(hook.id, settings)
        schedule = f"{hook.cron} {hook.zone}"
        was, since = known.get(hook.id, ("", 0.0))
        if was != schedule:
            yield NoteJobTime(hook.id, schedule, moment.now)
            continue
        due = last_due(hook.cron, hook.zone or "UTC", since, moment.now)
        if due is None:
            continue
        if setting.enabled:
            queued.extend((yield QueueRuns((_run(hook, due, setting),))))
        yield NoteJobTime(hook.id, schedule, due)
    return tuple(queued)


def _run(hook: Hook, due: float, setting: HookSetting) -> NewRun:
    return NewRun(
        key=f"job {hook.id} {due:.0f}",
        hook=hook.id,
        kind=hook.kind.value,
        user=hook.user,
        actor=hook.user,
        item=f"job {hook.id}",
        again=hook.retries.times,
        parameters=setting.parameters,
    )
