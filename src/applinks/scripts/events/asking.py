"""What is asked before a transition: which hooks are asked, the runs that ask them, and what their endings say.

Rules of this file:
- The event stands for what was asked, and causes no other run.
- Who cannot answer refuses, since nobody knows what it would have said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from applinks.questions import Flow
from applinks.scripts.events.event import Event, EventState, KeepEvent, KeptEvent
from applinks.scripts.events.sorting import cut_off, takes
from applinks.scripts.hooks.decorators import Hook, HookKind
from applinks.scripts.hooks.settings import HookSetting, HookSettings, set_for
from applinks.scripts.runs.run import NewRun, Run, RunState


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a transition is not to be taken, by which hook; with `field`, it belongs to that field."""

    hook: str
    message: str
    field: str | None = None


def runs_before(
    event: Event, hooks: Sequence[Hook], kinds: Collection[HookKind], deepest: int
) -> Flow[tuple[Sequence[NewRun], Sequence[Refusal]]]:
    """The runs by which the hooks of these kinds are asked; none, and a refusal, where too many runs have led to the event."""
    settings: dict[str, HookSetting] = yield HookSettings()
    wanted = [hook for hook in hooks if hook.kind in kinds and takes(hook, event) and set_for(hook.id, settings).enabled]
    if not wanted:
        return (), ()
    why = cut_off(event, deepest)
    if why is not None:
        yield KeepEvent(replace(event, state=EventState.REFUSED, note=why))
        return (), (Refusal(wanted[0].id, why),)
    kept: KeptEvent = yield KeepEvent(replace(event, state=EventState.ASKED))
    return [_run(hook, event, kept.number, set_for(hook.id, settings)) for hook in wanted], ()


def refusals_of(run: Run, hook: Hook) -> Sequence[Refusal]:
    """What a run that was begun for this has come to."""
    if run.state is RunState.REFUSED:
        return [Refusal(hook.id, run.result["message"], run.result["field"])]
    if run.state is RunState.DONE:
        met = hook.kind is not HookKind.CONDITION or run.result is True
        return [] if met else [Refusal(hook.id, hook.about or f"{hook.id} is not met.")]
    if run.state is RunState.SKIPPED:
        return []
    return [Refusal(hook.id, f"{hook.id} could not be asked: {run.error or 'it takes too long'}")]


def _run(hook: Hook, event: Event, number: int, setting: HookSetting) -> NewRun:
    return NewRun(
        key=f"event {number} {hook.id}",
        hook=hook.id,
        kind=hook.kind.value,
        user=event.user,
        actor=event.user,
        event=number,
        depth=event.depth,
        parameters=setting.parameters,
    )
