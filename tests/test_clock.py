"""Nonces are never handed out twice: not by threads at the same time, and not by a process that was forked."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

from applinks import clock


def test_a_nonce_is_128_bits_as_hexadecimal_text():
    assert re.fullmatch("[0-9a-f]{32}", clock.fresh_nonce())


def test_threads_at_the_same_time_are_given_different_ones():
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: [clock.fresh_nonce() for _ in range(1000)], range(8)))
    assert len({nonce for some in drawn for nonce in some}) == 8000


def test_a_forked_process_draws_its_own():
    clock.fresh_nonce()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, "".join(clock.fresh_nonce() for _ in range(100)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        theirs = pipe.read().decode()
    os.waitpid(child, 0)
    ours = {clock.fresh_nonce() for _ in range(100)}
    assert len(theirs) == 3200
    assert ours.isdisjoint(theirs[start : start + 32] for start in range(0, 3200, 32))


def test_a_secret_is_256_bits_in_letters_that_need_no_encoding_anywhere():
    """T-18"""
    assert re.fullmatch("[A-Za-z0-9_-]{43}", clock.fresh_secret())


def test_nothing_that_is_typed_begins_like_an_option():
    assert not [secret for secret in (clock.fresh_secret() for _ in range(1000)) if secret.startswith("-")]


def test_no_two_secrets_are_the_same():
    """T-18"""
    assert len({clock.fresh_secret() for _ in range(1000)}) == 1000


def test_every_letter_of_a_secret_varies():
    """T-18: none of them is a prefix or a counter."""
    drawn = [clock.fresh_secret() for _ in range(500)]
    assert all(len(set(letters)) > 10 for letters in zip(*drawn, strict=True))
