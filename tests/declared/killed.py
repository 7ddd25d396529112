"""A program of its own: applies a link file again and again, killed by SIGKILL before and after each write, then repeats it.

For each interruption a process is forked that counts its transactions that write, and kills itself at one of them. Prints how
many interruptions there were, and those whose repetition ended in another state than an undisturbed run.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from applinks.declared import Surroundings, apply, doors_of, parse
from applinks.links import SecretOf, SecretUse, new_key
from applinks.store import store as stores
from applinks.store.database import Use
from applinks.store.sqlite import SQLite
from applinks.wire.keys import PrivateKey

TEXT = (Path(sys.argv[1]) / "links.toml").read_text()


def run(folder: Path) -> None:
    file = parse(TEXT, "links.toml", Surroundings(folder, {"SECRET": "s3cret"}))
    with doors_of(file, {}) as doors:
        apply(file, doors, by="ada")


def state(folder: Path) -> list[str]:
    """All that stands, with ids and keys by the names of their owners, since each run draws new ones."""
    file = parse(TEXT, "links.toml", Surroundings(folder, {"SECRET": "s3cret"}))
    found, names = [], []
    with doors_of(file, {}) as doors:
        for key, door in doors.items():
            observed = door.observe()
            us = observed.identity
            names += [(us.consumer_key, f"<consumer {key}>"), (us.id, f"<id {key}>"), (observed.public_key, f"<key {key}>")]
            found.append(repr(replace(us, place=None)))  # each lies in a folder of its own
            for link in sorted(observed.links, key=lambda link: link.name):
                secrets = [
                    door._open().answer(SecretOf(link.id, use, origin)) for use in SecretUse for origin in ("", link.origin)
                ]
                found.append(f"{key} {link!r} {link.incoming.public_key} {secrets}")
            found.append(f"{key} records hold: {door._open().verify_audit().broken is None}")
    text = "\n".join(found)
    for value, name in names:
        text = text.replace(value, name)
    return re.sub(r"said_at=\d+", "said_at=…", text).splitlines()


def killed_at(number: int, *, after: bool) -> Callable[[Path], None]:
    """Applies until the transaction of that number, and dies before it is begun or after it is committed."""

    def killing(folder: Path) -> None:
        original: Any = SQLite.transaction
        count = 0

        @contextmanager
        def transaction(self: SQLite, use: Use) -> Iterator[Any]:
            nonlocal count
            if use is Use.READ:
                with original(self, use) as connection:
                    yield connection
                return
            count += 1
            if count == number and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            with original(self, use) as connection:
                yield connection
            if count == number and after:
                os.kill(os.getpid(), signal.SIGKILL)

        SQLite.transaction = transaction  # type: ignore[method-assign]
        run(folder)

    return killing


def _with_keys(keys: Sequence[PrivateKey]) -> None:
    """Keys that were made before: making them is slow, and proves nothing here."""
    left = iter(keys)
    stores.new_key = lambda: next(left)


def in_a_process(work: Callable[[Path], None], folder: Path, keys: Sequence[PrivateKey]) -> int:
    """The signal by which it ended, 0 if it ended by itself."""
    child = os.fork()
    if not child:
        try:
            _with_keys(keys)
            work(folder)
        except BaseException:  # noqa: BLE001 shown by whoever started us
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    if os.WEXITSTATUS(status):
        sys.exit(f"it failed in {folder}")
    return 0


def main(folder: Path) -> None:
    undisturbed = folder / "undisturbed"
    undisturbed.mkdir()
    keys = [new_key() for _ in range(4)]
    in_a_process(run, undisturbed, keys[:2])
    wanted = state(undisturbed)
    interrupted, different, number = 0, [], 0
    while True:
        number += 1
        place = folder / str(number)
        place.mkdir()
        if not in_a_process(killed_at(number, after=number % 2 == 0), place, keys[:2]):
            break
        interrupted += 1
        in_a_process(run, place, keys[2:])
        if state(place) != wanted:
            different.append({"number": number, "state": state(place), "wanted": wanted})
    print(json.dumps({"interrupted": interrupted, "different": different}))


main(Path(sys.argv[1]))
