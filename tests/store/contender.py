"""One process among several on one database: does what each line of its input says and answers with a line of JSON."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, replace
from typing import Any

from applinks.audit import Entry, WriteDown
from applinks.incoming.replay import SpendNonce
from applinks.links import LinkByName, OurKey, SaveLink, WhoWeAre
from applinks.store import Store
from applinks.store.database import Use
from applinks.store.sqlite import SQLite


class Contender:
    def __init__(self, url: str) -> None:
        self.url = url

    def ready(self) -> None:
        """Everything is imported."""

    def open(self) -> None:
        self.store = Store.open(self.url)

    def identify(self) -> list[str]:
        self.store.identify(name="Contender", type="generic", url="https://contender.test")
        identity, key = self.store.answer(WhoWeAre()), self.store.answer(OurKey())
        return [*asdict(identity).values(), key.public.fingerprint]

    def spend(self, count: int) -> list[bool]:
        return [self.store.answer(SpendNonce("c", "", 1, str(number), 2_000_000_000)) for number in range(count)]

    def write(self, count: int) -> None:
        for number in range(count):
            self.store.answer(WriteDown(Entry(kind="call", outcome=str(number))))

    def fingerprint(self) -> str:
        return self.store.answer(OurKey()).public.fingerprint

    def rename(self, name: str, new_name: str) -> None:
        stored = self.store.answer(LinkByName(name))
        self.store.answer(SaveLink(replace(stored, name=new_name), instead_of=stored))

    def spend_in_a_fork(self) -> list[bool]:
        """One nonce, in a child that inherited the open store, then here."""
        before = self.store.answer(LinkByName("far"))
        inherited = self._connections()
        child = os.fork()
        if not child:
            right = self.spend(1) == [True] and self.store.answer(LinkByName("far")) == before
            os._exit(0 if right and not inherited & self._connections() else 1)
        return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, *self.spend(1)]

    def _connections(self) -> set[int]:
        database = self.store._database
        if isinstance(database, SQLite):
            return {id(each) for idle in database._idle.values() for each in idle} | {id(database._watch._connection)}
        with database.transaction(Use.READ) as connection:
            return {connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()}


def main() -> None:
    contender = Contender(sys.argv[1])
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        answer: Any = getattr(contender, verb)(*arguments)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
