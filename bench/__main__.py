"""`python -m bench` prints ratios as a table, `--json` as data; it leaves with 1 if one that must be reached is not.

`python -m bench incoming nonces` measures these groups only.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys

from bench import growth, incoming, nonces, oauth1, outgoing, people, starting, trusted
from bench.measure import Found, Missing, Task, measure
from bench.servers import parser

GROUPS = {
    "oauth1": oauth1.rows,
    "trusted": trusted.rows,
    "nonces": nonces.rows,
    "people": people.rows,
    "starting": starting.rows,
    "incoming": incoming.rows,
    "outgoing": outgoing.rows,
    "growth": growth.rows,
}


def main() -> int:
    """Measure, print, tell whether all musts were reached."""
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("groups", nargs="*", metavar="GROUP", help=f"measure only these: {', '.join(GROUPS)}")
    options.add_argument("--json", action="store_true", help="print data instead of a table")
    options.add_argument("--seconds", type=float, default=1.0, help="for each row; more seconds, less noise (default: 1)")
    chosen = options.parse_args()
    if unknown := set(chosen.groups) - GROUPS.keys():
        options.error(f"there is no group {min(unknown)}")
    found = []
    if not chosen.json:
        print(HEAD)
    for name in chosen.groups or GROUPS:
        if not chosen.json:
            print(f"\n{name}")
        for task in GROUPS[name]():
            found.append({"group": name, **row(task, chosen.seconds)})
            if not chosen.json:
                print(line(found[-1]), flush=True)
    if chosen.json:
        print(json.dumps(found, indent=1))
    return int(any(one.get("reached") == "no" for one in found))


def row(task: Task | Missing, seconds: float) -> dict[str, object]:
    """One measured task as data."""
    if isinstance(task, Missing):
        return {"work": task.name, "missing": task.why}
    found = measure(task, seconds)
    return {
        "work": task.name,
        "ratio": round(found.ratio, 4),
        "must": task.must,
        "goal": task.goal,
        "reached": verdict(found, task),
        "microseconds": round(found.task * 1e6, 2),
        "base_microseconds": round(found.base * 1e6, 2),
        "less_microseconds": round(found.less * 1e6, 2),
    }


def verdict(found: Found, task: Task) -> str | None:
    """The better of goal and must that was reached; None where nothing is asked."""
    if task.must is None:
        return None
    if task.goal is not None and found.ratio <= task.goal:
        return "goal"
    return "must" if found.ratio <= task.must else "no"


HEAD = (
    f"Python {platform.python_version()}, 2048-bit keys, uvicorn with {parser()}."
    " ratio = (time - less) / base; the times themselves are for information.\n"
    f"{'work':64}{'ratio':>9}{'must':>8}{'goal':>8}  {'reached':8}{'µs':>10}{'base µs':>10}{'less µs':>10}"
)


def line(found: dict[str, object]) -> str:
    """One row for people."""
    if "missing" in found:
        return f"{found['work']:64}  not measured: {found['missing']}"
    asked = "".join(f"{found[name]:8.3f}" if found[name] is not None else " " * 8 for name in ("must", "goal"))
    times = f"{found['microseconds']:10.1f}{found['base_microseconds']:10.1f}"
    less = f"{found['less_microseconds']:10.1f}" if found["less_microseconds"] else ""
    return f"{found['work']:64}{found['ratio']:9.3f}{asked}  {found['reached'] or '':8}{times}{less}"


if __name__ == "__main__":
    sys.exit(main())
