"""A nursery as the process sees it that has started it; what passes are made of is in test_nursery.py."""

from __future__ import annotations

import queue as queues
import threading
from dataclasses import replace

import pytest

from applinks.errors import ConfigurationError
from applinks.running.nursery import Begin, Kill, Over, Ready
from applinks.running.setup import Setup
from applinks.running.started import StartedNursery
from applinks.scripts import ClaimRun, NewRun, QueueRuns
from running.world import World

Heard = queues.Queue[Ready | Over | None]


def start(here: World) -> tuple[StartedNursery, Heard]:
    heard: Heard = queues.Queue()
    return StartedNursery(Setup.of(here.applinks, here.folder), lambda _, told: heard.put(told)), heard


def test_it_is_ready_makes_passes_and_ends_when_it_is_told_to(here: World) -> None:
    here.script("@listener('a')\ndef works(): return 1\n@listener('a')\ndef waits(applinks): applinks.link('Shop').get('gate')")
    nursery, heard = start(here)
    ready = nursery.wait_until_ready()
    assert ready == heard.get(timeout=60) == nursery.ready
    runs = tuple(NewRun(name, f"script:{name}", "listener", "alice", "alice") for name in ("works", "waits"))
    for number, name in zip(here.applinks.answer(QueueRuns(runs)), ("works", "waits"), strict=True):
        here.applinks.answer(ClaimRun(name, number))
        nursery.send(Begin(number, name, f"script:{name}"))
    assert heard.get(timeout=60) == Over(1, "works")
    nursery.end()
    assert heard.get(timeout=60) is None, "with its children"
    nursery.join()
    nursery.send(Kill("waits"))  # nobody hears it


def test_a_nursery_that_does_not_start_says_so(here: World) -> None:
    here.script("import os; os._exit(3)")
    nursery, heard = start(here)
    with pytest.raises(ConfigurationError, match="did not start"):
        nursery.wait_until_ready()
    assert heard.get(timeout=60) is None
    assert nursery.ready is None


def test_what_cannot_be_handed_over_is_said_before_anything_is_started(here: World) -> None:
    setup = replace(Setup.of(here.applinks, here.folder), people=threading.Lock())  # type: ignore[arg-type]
    before = threading.active_count()
    with pytest.raises(ConfigurationError):
        StartedNursery(setup, lambda *_: None)
    assert threading.active_count() == before
