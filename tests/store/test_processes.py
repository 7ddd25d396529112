"""Several processes on one database (security.md T-10)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from applinks.audit import AuditTrail, VerifyAudit
from applinks.errors import ConfigurationError
from applinks.links import FactsFor, Link, LinkById, LinkByName, LinkOfConsumer, OurKey, RemoveLink, WhoWeAre
from applinks.store import Store
from applinks.store.kept import SIZE
from applinks.store.sealing import Sealing
from putting import put
from store.conftest import on_both

FAR = Link("far", "far", "jira", "https://far.test", "https://far.test", primary=True)


class Process:
    """A contender; `begin` tells it what to do, `end` waits for its answer."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        program = [sys.executable, str(Path(__file__).with_name("contender.py")), url]
        self._process = stack.enter_context(
            subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        )
        stack.callback(self._process.stdin.close)  # type: ignore[union-attr]

    def begin(self, *words: Any) -> None:
        self._process.stdin.write(f"{json.dumps(words)}\n")  # type: ignore[union-attr]

    def end(self) -> Any:
        return json.loads(self._process.stdout.readline())  # type: ignore[union-attr]

    def do(self, *words: Any) -> Any:
        self.begin(*words)
        return self.end()


@pytest.fixture
def start(url: str) -> Iterator[Callable[[int], list[Process]]]:
    with ExitStack() as stack:
        yield lambda count: [Process(url, stack) for _ in range(count)]


def all_at_once(processes: list[Process], *words: Any) -> list[Any]:
    for process in processes:
        process.begin(*words)
    return [process.end() for process in processes]


@on_both
def test_four_processes_that_start_at_once_agree_on_everything_t10(
    path: Path, start: Callable[[int], list[Process]], open_store: Callable[[], Store]
) -> None:
    """On a new database: one identity, one key pair, one winner for each nonce, one unbroken record."""
    four = start(4)
    all_at_once(four, "ready")
    all_at_once(four, "open")
    identities = all_at_once(four, "identify")
    assert len({tuple(identity) for identity in identities}) == 1
    won = all_at_once(four, "spend", 200)
    assert [sum(race) for race in zip(*won, strict=True)] == [1] * 200
    all_at_once(four, "write", 50)
    store = open_store()
    assert len(store.answer(AuditTrail(limit=1000))) == 200
    assert store.answer(VerifyAudit()).broken is None
    assert len(store.values_per_key()) == 1
    files = {file.name for file in path.parent.iterdir()}
    assert files <= {"applinks.db", "applinks.db-shm", "applinks.db-wal", "applinks.db.key"}, "nothing unfinished is left"


@on_both
def test_another_process_sees_a_change_on_its_next_question_and_a_rotation_while_it_runs(
    start: Callable[[int], list[Process]], open_store: Callable[[], Store]
) -> None:
    store = open_store()
    store.identify(name="Ours", type="generic", url="https://ours.test")
    put(store, FAR)
    (other,) = start(1)
    other.do("open")
    before = store.answer(FactsFor("far"))
    other.do("rename", "far", "renamed")
    assert store.answer(FactsFor("far")).link.name == "renamed"
    assert store.answer(LinkByName("far")) is None
    assert store.rotate() == 1
    assert other.do("fingerprint") == before.key.public.fingerprint
    put(store, FAR)
    assert other.do("spend_in_a_fork") == [True, False]


@on_both
def test_two_stores_on_one_database_see_each_others_changes_at_once(open_store: Callable[[], Store]) -> None:
    one, other = open_store(), open_store()
    one.identify(name="Ours", type="generic", url="https://ours.test")
    for number in range(3):
        name = f"name {number}"
        put(one, replace(FAR, name=name))
        assert other.answer(FactsFor("far")).link.name == name
        other.identify(name=name, type="generic", url="https://ours.test")
        assert one.answer(WhoWeAre()).name == one.answer(FactsFor("far")).identity.name == name
    other.answer(RemoveLink("far"))
    assert one.answer(LinkById("far")) is None
    assert one.answer(FactsFor("far")) is None


@on_both
def test_an_answer_is_kept_until_something_changes(open_store: Callable[[], Store]) -> None:
    one, other = open_store(), open_store()
    put(one, FAR)
    first = one.answer(LinkById("far"))
    assert one.answer(LinkById("far")) is first
    put(other, replace(FAR, id="another", name="another", primary=False))
    assert one.answer(LinkById("far")) is not first


def test_strangers_cannot_fill_the_memory(open_store: Callable[[], Store]) -> None:
    store = open_store()
    for number in range(SIZE + 50):
        assert store.answer(LinkOfConsumer(f"stranger {number}")) is None
    assert len(store._kept) == SIZE


@on_both
def test_our_key_is_parsed_once_even_if_other_things_change(open_store: Callable[[], Store]) -> None:
    store = open_store()
    store.identify(name="Ours", type="generic", url="https://ours.test")
    key = store.answer(OurKey())
    put(store, FAR)
    assert store.answer(OurKey()) is key


@on_both
def test_the_keys_of_another_database_are_refused_at_the_start_s18(
    url: str, key_file: Path, open_store: Callable[[], Store]
) -> None:
    open_store().identify(name="Ours", type="generic", url="https://ours.test")
    with pytest.raises(ConfigurationError, match="belong to this database"):
        Store.open(url, sealing=Sealing.fresh())
    key_file.unlink()
    with pytest.raises(ConfigurationError, match=r"there is no .*applinks\.db\.key"):
        open_store()
