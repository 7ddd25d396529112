"""The queue in a broker; what all engines keep is in test_engines.py."""

from __future__ import annotations

import logging
import queue as queues
import signal
import sys
import threading
from uuid import uuid4

import pytest

pytest.importorskip("celery")

import celery
from celery import _state as state

from applinks.running.celery import Celery


def test_a_number_that_is_told_comes_to_its_own_application_only(valkey_server: str) -> None:
    came: queues.Queue[int] = queues.Queue()
    queue = Celery(valkey_server, uuid4().hex, 2)
    other = Celery(valkey_server, uuid4().hex, 2)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    streams, level, root = (sys.stdout, sys.stderr), logging.getLogger().level, list(logging.getLogger().handlers)
    queue.start(came.put)
    other.start = lambda _: None  # type: ignore[method-assign]
    for number in (17, 18):
        queue.tell(number)
    assert {came.get(timeout=60), came.get(timeout=60)} == {17, 18}
    queue.stop()
    queue.join(60)
    assert not any(thread.name == "applinks-celery" for thread in threading.enumerate())
    assert handlers == {number: signal.getsignal(number) for number in handlers}
    assert (streams, level, root) == ((sys.stdout, sys.stderr), logging.getLogger().level, logging.getLogger().handlers)


def test_applications_that_share_a_broker_do_not_hear_one_another(valkey_server: str) -> None:
    came: queues.Queue[tuple[str, int]] = queues.Queue()
    one = Celery(valkey_server, uuid4().hex, 1)
    one.start(lambda number: came.put(("one", number)))
    other = Celery(valkey_server, uuid4().hex, 1)
    other._app.send_task("applinks.run", (1,))
    one.tell(2)
    assert came.get(timeout=60) == ("one", 2)
    one.stop()
    one.join(60)
    assert came.empty()


def test_one_process_may_have_several_and_a_celery_of_its_own(valkey_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "default_app", None)
    celery.Celery("the host's").set_default()
    came: queues.Queue[tuple[str, int]] = queues.Queue()
    one, other = (Celery(valkey_server, uuid4().hex, 1) for _ in range(2))
    one.start(lambda number: came.put(("one", number)))
    other.start(lambda number: came.put(("other", number)))
    one.tell(1)
    other.tell(2)
    assert {came.get(timeout=60), came.get(timeout=60)} == {("one", 1), ("other", 2)}
    one.stop()
    one.join(60)
    other.tell(3)
    assert came.get(timeout=60) == ("other", 3), "each ends by itself"
    other.stop()
    other.join(60)
    assert [each.is_running for each in (one, other)] == [False, False]


def test_valkey_may_be_called_by_its_name() -> None:
    assert Celery("valkey://cache.test:6379/1", "a", 1)._app.conf.broker_url == "redis://cache.test:6379/1"
    assert Celery("valkeys://cache.test:6379/1", "a", 1)._app.conf.broker_url == "rediss://cache.test:6379/1"
