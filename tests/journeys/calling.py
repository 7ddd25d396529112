"""Another process of the calling application: calls as somebody until its standard input ends; a letter for each call: `.` or `F`."""

from __future__ import annotations

import os
import sys
import threading

from applinks import AppLinks, Person


def main() -> None:
    (name,) = sys.argv[1:]
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    with AppLinks() as applinks, applinks.acting_as(Person(name)):
        linked = applinks.link("Tracker")
        while True:
            try:
                assert linked.get("echo").json()["user"]
                print(".", end="", flush=True)
            except Exception as failure:  # noqa: BLE001
                print(f"{type(failure).__name__}: {failure}", file=sys.stderr, flush=True)
                print("F", end="", flush=True)


def end_with_standard_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
