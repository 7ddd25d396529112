"""Passwords as they are kept: salted, at a cost, and compared in the same time whatever is wrong."""

from __future__ import annotations

import hashlib

import pytest

from applinks.errors import ConfigurationError
from applinks.people import passwords
from applinks.people.passwords import COST, LONGEST, SHORTEST, Cost, check, is_right, kept

PASSWORD = "correct horse battery"


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """The cost of each derivation."""
    seen: list[tuple[int, int, int]] = []
    real = passwords._written

    def written(password: str, salt: str, cost: Cost) -> str:
        seen.append((cost.doublings, cost.block, cost.times))
        return real(password, salt, cost)

    monkeypatch.setattr(passwords, "_written", written)
    return seen


@pytest.mark.usefixtures("cheap_passwords")
def test_only_the_same_password_is_right():
    stored = kept(PASSWORD, "salt")
    assert is_right(PASSWORD, stored)
    assert not is_right(PASSWORD.upper(), stored)
    assert not is_right("", stored)
    assert PASSWORD not in stored


@pytest.mark.usefixtures("cheap_passwords")
def test_two_people_with_one_password_have_nothing_in_common():
    assert kept(PASSWORD, "one").rpartition("$")[2] != kept(PASSWORD, "two").rpartition("$")[2]


@pytest.mark.usefixtures("cheap_passwords")
def test_it_does_not_matter_how_a_keyboard_composes_a_letter():
    assert is_right("cafe\u0301 au lait, please", kept("caf\u00e9 au lait, please", "salt"))


@pytest.mark.usefixtures("cheap_passwords")
def test_no_letter_makes_the_comparison_fail():
    assert not is_right("\udcff" * 20, kept(PASSWORD, "salt"))


def test_what_is_kept_is_scrypt_as_others_compute_it_and_tells_its_cost():
    stored = kept(PASSWORD, "salt")
    name, doublings, block, times, salt, digest = stored.split("$")
    assert (name, Cost(int(doublings), int(block), int(times)), salt) == ("scrypt", COST, "salt")
    n = 2**COST.doublings
    theirs = hashlib.scrypt(PASSWORD.encode(), salt=b"salt", n=n, r=COST.block, p=COST.times, dklen=32, maxmem=2**27)
    assert digest == theirs.hex()


def test_a_try_takes_at_least_32_mebibytes():
    assert 128 * COST.block * 2**COST.doublings >= 32 << 20


@pytest.mark.usefixtures("cheap_passwords")
def test_one_that_was_kept_at_another_cost_is_compared_at_that(derived):
    stored = passwords._written(PASSWORD, "salt", Cost(3, 4, 2))
    derived.clear()
    assert is_right(PASSWORD, stored)
    assert derived == [(3, 4, 2)]


def test_where_there_is_none_the_effort_is_the_same_and_nothing_is_right(derived):
    """T-08"""
    assert is_right(PASSWORD, None) is False
    assert derived == [(COST.doublings, COST.block, COST.times)]


def test_not_even_a_password_that_would_give_the_digest_of_nobody(monkeypatch):
    monkeypatch.setattr(passwords, "_written", lambda *_: passwords._NOBODYS)
    assert is_right(PASSWORD, None) is False


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
def test_a_password_has_a_shortest_and_a_longest_length(length):
    with pytest.raises(ConfigurationError, match="12 to 200 letters"):
        check("x" * length)


@pytest.mark.parametrize("length", [SHORTEST, LONGEST])
def test_within_them_any_letters_do(length):
    check("ß " * (length // 2))
