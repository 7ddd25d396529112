"""SpendNonce: once, over all threads, tasks and processes, and forgotten only when it cannot matter (security.md T-09, T-12, T-77)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from applinks.incoming.replay import SpendNonce
from applinks.links import TakeTurn
from applinks.store import Store
from applinks.store.database import Use
from applinks.store.nonces import SWEEP_EVERY, SWEPT_AT_ONCE, digest, digest_of_turn
from applinks.store.tables import nonces
from contracts.conftest import Clock

NONCE = SpendNonce("jira:1", "token", 1_800_000_000, "n-1", 1_800_000_360)


@pytest.fixture
def place(spending: Callable[[], Store]) -> Store:
    """A store whose nonces are spent in one of all the places."""
    return spending()


def spend_async(store: Store, *questions: SpendNonce) -> list[bool]:
    async def spend() -> list[bool]:
        answers = await asyncio.gather(*(store.answer_async(question) for question in questions))
        await store.close_of_this_loop()
        return answers

    return asyncio.run(spend())


def test_a_nonce_is_spent_once_t09(place: Store) -> None:
    assert place.answer(NONCE) is True
    assert place.answer(NONCE) is False
    assert place.answer(NONCE) is False


def test_it_is_the_same_nonce_for_asynchronous_code_t09(place: Store) -> None:
    assert spend_async(place, NONCE) == [True]
    assert spend_async(place, NONCE) == [False]
    assert place.answer(NONCE) is False
    assert place.answer(replace(NONCE, nonce="n-2")) is True
    assert spend_async(place, replace(NONCE, nonce="n-2")) == [False]


def test_what_one_process_has_spent_is_spent_for_the_others_t10(spending: Callable[[], Store]) -> None:
    one, other = spending(), spending()
    assert one.answer(NONCE) is True
    assert other.answer(NONCE) is False
    assert spend_async(other, NONCE) == [False]


def test_it_belongs_to_its_consumer_token_and_timestamp_t09(place: Store) -> None:
    place.answer(NONCE)
    for other in ({"consumer_key": "jira:2"}, {"token": ""}, {"timestamp": 1_800_000_001}, {"nonce": "n-2"}):
        assert place.answer(replace(NONCE, **other)) is True, other


def test_characters_moved_from_one_part_to_the_next_make_another_nonce_t09(place: Store) -> None:
    parts = [
        ("a", "bc", "d"),
        ("ab", "c", "d"),
        ("a", "b", "cd"),
        ("", "abc", "d"),
        ("1:a", "b", "c"),
        ("1", ":ab", "c"),
        ("a1:b", "", "c"),
    ]
    for consumer_key, token, nonce in parts:
        assert place.answer(replace(NONCE, consumer_key=consumer_key, token=token, nonce=nonce)) is True
    assert place.answer(SpendNonce("a", "", 12, "3", 0)) is True
    assert place.answer(SpendNonce("a", "", 1, "23", 0)) is True


def test_a_longer_window_does_not_make_a_spent_nonce_fresh_t12(place: Store) -> None:
    place.answer(NONCE)
    assert place.answer(replace(NONCE, keep_until=NONCE.keep_until + 600)) is False


def test_any_text_can_be_a_nonce(place: Store) -> None:
    for nonce in ("", "\0", "\ud800", "ä" * 10_000):
        assert place.answer(replace(NONCE, nonce=nonce)) is True
        assert place.answer(replace(NONCE, nonce=nonce)) is False


def test_sixteen_threads_racing_for_the_same_nonces_have_one_winner_each_t09(place: Store) -> None:
    races = 40
    start = threading.Barrier(16)

    def run(_: int) -> list[bool]:
        start.wait()
        return [place.answer(replace(NONCE, nonce=str(race))) for race in range(races)]

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(run, range(16)))
    assert [sum(won) for won in zip(*results, strict=True)] == [1] * races


def test_two_hundred_tasks_racing_for_the_same_nonces_have_one_winner_each_t09(place: Store) -> None:
    won = spend_async(place, *(replace(NONCE, nonce=str(number % 4)) for number in range(200)))
    assert [sum(won[number::4]) for number in range(4)] == [1] * 4


def test_those_who_ask_together_are_answered_each_for_itself_t09(place: Store) -> None:
    spent = replace(NONCE, nonce="spent before")
    place.answer(spent)
    fresh = [replace(NONCE, nonce=str(number)) for number in range(120)]
    answers = spend_async(place, *(question for each in fresh for question in (spent, each)))
    assert answers == [False, True] * len(fresh)


def test_a_request_that_is_cancelled_takes_no_other_along(place: Store) -> None:
    async def spend() -> list[Any]:
        tasks = [asyncio.ensure_future(place.answer_async(replace(NONCE, nonce=str(number)))) for number in range(6)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[3].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        again = await place.answer_async(replace(NONCE, nonce="1"))
        await place.close_of_this_loop()
        return [*answers, again]

    answers = asyncio.run(spend())
    assert all(answer is True or isinstance(answer, asyncio.CancelledError) for answer in answers[:6:3])
    assert [answers[number] for number in (1, 2, 4, 5, 6)] == [True, True, True, True, False]


def kept(store: Store) -> int:
    with store._database.transaction(Use.READ) as connection:
        return len(connection.execute(nonces.select()).all())


def test_what_cannot_matter_any_more_is_swept_inside_a_later_write_t77(store: Store, clock: Clock) -> None:
    store.answer(NONCE)
    clock.now = NONCE.keep_until + 1
    store.answer(replace(NONCE, nonce="later", keep_until=NONCE.keep_until + 1000))
    assert kept(store) == 1
    assert store.answer(NONCE) is True


def test_a_nonce_that_could_still_matter_is_never_swept_t12(store: Store, clock: Clock) -> None:
    store.answer(NONCE)
    for clock.now in (NONCE.keep_until - SWEEP_EVERY - 1, NONCE.keep_until, NONCE.keep_until + 0.9):
        store.answer(replace(NONCE, nonce=f"at {clock.now}"))
        assert store.answer(NONCE) is False, clock.now


def add_old(store: Store, count: int) -> None:
    rows = [{"digest": digest(replace(NONCE, timestamp=1, nonce=str(number))), "keep_until": 10} for number in range(count)]
    with store._database.transaction(Use.WRITE) as connection:
        connection.execute(nonces.insert(), rows)


def old_after(store: Store, clock: Clock, seconds: float) -> int:
    """How many expired rows are left after one more nonce was spent that much later."""
    clock.now += seconds
    store.answer(replace(NONCE, nonce=str(clock.now), keep_until=int(clock.now) + 1000))
    with store._database.transaction(Use.READ) as connection:
        return len(connection.execute(nonces.select().where(nonces.c.keep_until == 10)).all())


def test_a_process_sweeps_once_a_minute_t77(store: Store, clock: Clock) -> None:
    add_old(store, 3)
    assert [old_after(store, clock, seconds) for seconds in (0, SWEEP_EVERY - 1, 1)] == [3, 3, 0]
    add_old(store, 3)
    assert [old_after(store, clock, seconds) for seconds in (0, SWEEP_EVERY - 1, 1)] == [3, 3, 0]


def test_a_sweep_is_bounded_and_soon_goes_on_while_there_is_more_t77(store: Store, clock: Clock) -> None:
    add_old(store, SWEPT_AT_ONCE + 5)
    assert [old_after(store, clock, seconds) for seconds in (SWEEP_EVERY, 0.5, 0.5)] == [5, 5, 0]


def test_the_table_is_in_the_order_of_time() -> None:
    """So that nonces of one moment lie together among any number of others, and the sweep meets the oldest first."""
    times = [0, 1, 255, 256, 1_800_000_000, 1_800_000_001]
    digests = [digest(replace(NONCE, timestamp=time, nonce=str(number))) for time in times for number in range(9)]
    by_time = [key[:8] for key in digests]
    assert by_time == sorted(by_time)
    assert len({key[:8] for key in digests}) == len(times)
    assert len(set(digests)) == len(digests)


def test_a_turn_whose_time_is_over_is_swept_with_the_nonces_t77(store: Store, clock: Clock) -> None:
    store.answer(TakeTurn("renew", int(clock.now) + 30))
    store.answer(TakeTurn("longer", int(clock.now) + 3000))
    clock.now += SWEEP_EVERY
    store.answer(replace(NONCE, keep_until=int(clock.now) + 1000))
    with store._database.transaction(Use.READ) as connection:
        left = {row.digest for row in connection.execute(nonces.select())}
    assert left == {digest(NONCE), digest_of_turn("longer")}
