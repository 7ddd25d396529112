"""What a process says that is to stop: for how many runs it waits, and what has become of them then."""

from __future__ import annotations

from collections.abc import Mapping

from applinks.scripts import RunState


def waiting(seconds: float, count: int) -> str:
    """So many runs may go on for so long."""
    long = f"{seconds:.0f}" if seconds >= 1 else f"{seconds:.1g}"
    return f"Waiting up to {long} s for {count} run{'' if count == 1 else 's'}."


def became(waited_for: int, cut_off: Mapping[RunState | None, int]) -> str:
    """Of so many runs, these were cut off, by the state in which that has left them: not all can begin again elsewhere."""
    handed_over, ended = cut_off.get(RunState.QUEUED, 0), cut_off.get(RunState.FAILED, 0)
    told = [f"Finished {waited_for - handed_over - ended}"]
    told += [f"handed over {handed_over}"] if handed_over else []
    told += [f"ended {ended} that nobody else can go on with"] if ended else []
    return f"{', '.join(told)}."
