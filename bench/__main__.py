"""`python -m bench` prints ratios as a table, `--json` as data; it leaves with 1 if one that must be reached is not."""

from __future__ import annotations

import argparse
import json
import platform
import sys

from bench import oauth1
from bench.measure import Found, Task, measure


def main() -> int:
    """Measure, print, tell whether all musts were reached."""
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("--json", action="store_true", help="print data instead of a table")
    options.add_argument("--seconds", type=float, default=1.0, help="for each row; more seconds, less noise (default: 1)")
    chosen = options.parse_args()
    if not chosen.json:
        print(HEAD)
    rows = []
    for task in oauth1.tasks():
        rows.append(row(task, measure(task, chosen.seconds)))
        if not chosen.json:
            print(line(rows[-1]), flush=True)
    if chosen.json:
        print(json.dumps(rows, indent=1))
    return int(any(found["reached"] == "no" for found in rows))


def row(task: Task, found: Found) -> dict[str, object]:
    """One measured task as data."""
    return {
        "work": task.name,
        "ratio": round(found.ratio, 4),
        "must": task.must,
        "goal": task.goal,
        "reached": verdict(found.ratio, task),
        "microseconds": round(found.task * 1e6, 2),
        "bare_microseconds": round(found.base * 1e6, 2),
    }


def verdict(ratio: float, task: Task) -> str | None:
    """The better of goal and must that was reached; None where nothing is asked."""
    if task.must is None:
        return None
    if task.goal is not None and ratio <= task.goal:
        return "goal"
    return "must" if ratio <= task.must else "no"


HEAD = (
    f"Python {platform.python_version()}, 2048-bit keys. Ratios to the bare RSA operation of the same kind;"
    " times are for information.\n"
    f"{'work':44}{'ratio':>9}{'must':>8}{'goal':>8}  {'reached':8}{'µs':>10}{'bare µs':>10}"
)


def line(found: dict[str, object]) -> str:
    """One row for people."""
    asked = "".join(f"{found[name]:8.3f}" if found[name] is not None else " " * 8 for name in ("must", "goal"))
    times = f"{found['microseconds']:10.1f}{found['bare_microseconds']:10.1f}"
    return f"{found['work']:44}{found['ratio']:9.3f}{asked}  {found['reached'] or '':8}{times}"


if __name__ == "__main__":
    sys.exit(main())
