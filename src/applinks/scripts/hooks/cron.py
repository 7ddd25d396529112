"""When a job is due: cron text in a time zone, right where clocks are put forward or back.

What falls into an hour that is left out runs at its end; what falls into one that comes twice runs once, as with Debian's cron.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from applinks.errors import ScriptWrong


def check_cron(cron: str, zone: str, *, file: str, line: int) -> None:
    """Raise `ScriptWrong` for a cron text or a time zone that is none, and for a day that there is not."""
    try:
        next(due_after(cron, zone, datetime(2024, 1, 1, tzinfo=UTC).timestamp()), None)
    except CronSimError as error:
        raise ScriptWrong(
            f"{cron!r} is no cron text ({error}).", file=file, line=line, remedy='Write five fields, like "0 7 * * mon-fri".'
        ) from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScriptWrong(
            f"{zone!r} is no time zone.", file=file, line=line, remedy="Write one like Europe/Berlin, or UTC."
        ) from error


def due_after(cron: str, zone: str, moment: float) -> Iterator[float]:
    """When it is due after a moment, in seconds since the epoch, one time after the other."""
    begin = datetime.fromtimestamp(moment, ZoneInfo(zone))
    return (due.timestamp() for due in CronSim(cron, begin))


def last_due(cron: str, zone: str, since: float, until: float) -> float | None:
    """The last time that it was due after `since` and not after `until`; None if it was not.

    However often it was missed, it counts once.
    """
    behind = datetime.fromtimestamp(int(until) + 1, ZoneInfo(zone))
    found: datetime | None = next(CronSim(cron, behind, reverse=True), None)
    return found.timestamp() if found is not None and found.timestamp() > since else None
