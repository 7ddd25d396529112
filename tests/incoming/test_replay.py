"""One request, admitted once; and how often a password may be tried."""

from __future__ import annotations

import pytest

from answering import Answers, run
from applinks.errors import Replayed, StoreUnavailable
from applinks.incoming import SpendNonce
from applinks.incoming.replay import QUARTER_HOUR, SHELVES, TRIES, may_try_to_sign_in, spend
from applinks.mechanisms import WINDOW
from applinks.questions import drive
from in_memory import NOW, InMemory


def test_a_nonce_is_spent_by_one_question_and_kept_longer_than_its_time_could_pass():
    """T-10, T-12"""
    answers = Answers({SpendNonce: True})
    drive(spend("consumer", "", int(NOW), "n"), answers)
    (asked,) = answers.asked
    assert (asked.consumer_key, asked.token, asked.timestamp, asked.nonce) == ("consumer", "", int(NOW), "n")
    assert asked.keep_until > int(NOW) + WINDOW
    assert not asked.durable


def test_one_that_was_spent_before_is_a_replay():
    """T-09"""
    with pytest.raises(Replayed) as refused:
        run(spend("consumer", "", int(NOW), "n"), {SpendNonce: False})
    assert refused.value.problem == "nonce_used"


def test_no_answer_is_no_first_time():
    """T-11"""
    with pytest.raises(StoreUnavailable):
        run(spend("consumer", "", int(NOW), "n"), {SpendNonce: StoreUnavailable("gone")})


def tries(us: InMemory, name: str, times: int) -> int:
    return sum(us.run(may_try_to_sign_in(name)) for _ in range(times))


def test_a_password_may_be_tried_ten_times_in_a_quarter_of_an_hour():
    """S-21"""
    us = InMemory("Wiki")
    assert tries(us, "root", 30) == TRIES == 10
    us.now += QUARTER_HOUR
    assert tries(us, "root", 30) == TRIES


@pytest.mark.parametrize("spelling", ["ROOT", "Root", " root ", "ｒｏｏｔ", "\u00a0root"])
def test_another_spelling_of_a_name_does_not_give_more_tries(spelling):
    """S-21, T-22"""
    us = InMemory("Wiki")
    tries(us, "root", TRIES)
    assert tries(us, spelling, 5) == 0


def test_one_name_does_not_use_up_the_tries_of_all_others():
    us = InMemory("Wiki")
    tries(us, "root", TRIES)
    assert sum(tries(us, f"other{number}", 1) for number in range(20)) > 10


def test_made_up_names_leave_a_bounded_number_of_rows():
    """T-13, T-77"""
    us = InMemory("Wiki")
    for number in range(2000):
        us.run(may_try_to_sign_in(f"stranger{number}"))
    assert len(us.nonces) <= SHELVES * TRIES


@pytest.mark.parametrize("name", ["", "\ud800", "x" * 10_000, "名"])
def test_any_name_can_be_counted(name):
    assert tries(InMemory("Wiki"), name, 1) == 1
