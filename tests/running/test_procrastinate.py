"""The queue in PostgreSQL; what all engines keep is in test_engines.py."""

from __future__ import annotations

import queue as queues
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from applinks.store import Store
from applinks.store.sealing import Sealing
from servers import asking

pytest.importorskip("procrastinate")

from applinks.running.procrastinate import Procrastinate


@pytest.fixture
def started(new_postgresql: str) -> Iterator[tuple[Procrastinate, queues.Queue[int]]]:
    came: queues.Queue[int] = queues.Queue()
    queue = Procrastinate(new_postgresql, 2)
    queue.start(came.put)
    yield queue, came
    queue.stop()
    queue.join(30)


def test_a_number_that_is_told_comes(started: tuple[Procrastinate, queues.Queue[int]]) -> None:
    queue, came = started
    for number in (17, 18):
        queue.tell(number)
    assert {came.get(timeout=60), came.get(timeout=60)} == {17, 18}


def test_its_tables_lie_beside_ours_and_keep_nothing(
    started: tuple[Procrastinate, queues.Queue[int]], new_postgresql: str
) -> None:
    queue, came = started
    queue.tell(17)
    came.get(timeout=60)
    queue.stop()
    queue.join(60)
    with asking(new_postgresql) as ask:
        schemas = {row[0] for row in ask("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'procrastinate%'")}
        assert schemas == {queue._schema}
        assert ask(f"SELECT count(*) FROM {queue._schema}.procrastinate_jobs") == [(0,)]
    Store.open(new_postgresql, sealing=Sealing.fresh()).close()


def test_several_processes_may_start_it_and_a_number_that_waits_already_is_told_once(new_postgresql: str) -> None:
    one, other = Procrastinate(new_postgresql, 1), Procrastinate(new_postgresql, 1)
    one._make_tables()
    other._make_tables()
    came: queues.Queue[int] = queues.Queue()
    gate: queues.Queue[int] = queues.Queue()

    def perform(number: int) -> None:
        came.put(number)
        gate.get(timeout=60)

    one.start(perform)
    one.tell(1)
    assert came.get(timeout=60) == 1
    one.tell(2)
    one.tell(2)
    gate.put(0)
    gate.put(0)
    assert came.get(timeout=60) == 2
    one.stop()
    one.join(60)
    assert came.empty()


def test_options_of_the_address_are_kept(new_postgresql: str) -> None:
    url = make_url(new_postgresql).update_query_dict({"options": "-c statement_timeout=12345"}).render_as_string(False)
    queue = Procrastinate(url, 1)
    assert "statement_timeout=12345" in queue._address
    assert f"search_path={queue._schema}" in queue._address
    queue._make_tables()
