"""How often is looked at what, and how long is waited; all in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from applinks.scripts import HELD_FOR


@dataclass(frozen=True, slots=True)
class Pace:
    """`look_every`: for what others have queued, of whom nobody tells us. `sweep_every`: for what is parked, or due by a
    schedule; a consent that is announced in this process needs none. `watch_every`: for changed scripts. `held_for`: after so
    long, a process that is not heard of loses its runs. `tell_again_after`: so long may a queue know of a run and nobody take
    it.
    """

    look_every: float = 1.0
    sweep_every: float = 5.0
    watch_every: float = 2.0
    held_for: float = HELD_FOR
    tell_again_after: float = 30.0


USUAL = Pace()
