"""Nonces in the memory of one process (security.md T-09, T-12, T-77)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from applinks.incoming import SpendNonce
from applinks.store.spending import Memory

NONCE = SpendNonce("jira:1", "token", 1_800_000_000, "n-1", 1_800_000_360)


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_memory_forgets_what_cannot_matter_any_more_and_nothing_sooner_t12() -> None:
    clock = Clock()
    memory = Memory(clock)
    assert memory.answer(NONCE)
    for clock.now in (NONCE.keep_until, NONCE.keep_until + 0.9):
        assert not memory.answer(NONCE)
    clock.now = NONCE.keep_until + 1
    assert memory.answer(NONCE)
    assert len(memory._spent) == len(memory._in_order) == 1


def test_memory_keeps_what_came_later_and_ends_sooner_until_what_came_first_may_go() -> None:
    clock = Clock()
    memory = Memory(clock)
    sooner = replace(NONCE, nonce="sooner", keep_until=NONCE.keep_until - 100)
    assert memory.answer(NONCE)
    assert memory.answer(sooner)
    clock.now = NONCE.keep_until
    assert not memory.answer(NONCE)
    clock.now += 1
    memory.answer(replace(NONCE, nonce="other", keep_until=NONCE.keep_until + 100))
    assert len(memory._spent) == 1


def test_of_two_hundred_threads_one_is_the_first_in_memory_t09() -> None:
    memory, start = Memory(Clock()), threading.Barrier(200)

    def spend(_: int) -> bool:
        start.wait()
        return memory.answer(NONCE)

    with ThreadPoolExecutor(200) as threads:
        assert sum(threads.map(spend, range(200))) == 1


def test_what_is_remembered_of_a_long_nonce_is_short() -> None:
    """T-77"""
    memory = Memory(Clock())
    assert memory.answer(replace(NONCE, nonce="n" * 8000))
    assert sum(map(len, memory._spent)) < 100
    assert not memory.answer(replace(NONCE, nonce="n" * 8000))
