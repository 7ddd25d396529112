"""The table of mechanisms: what is loaded, in which order, and what is not even imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from applinks.errors import ConfigurationError
from applinks.mechanisms import MECHANISMS, TABLE, WINDOW, load

ALL = load(TABLE)


def test_the_table_is_the_ladder_the_strongest_first():
    """R-19"""
    assert list(TABLE) == ["2LOi", "3LO", "2LO", "Trusted", "Basic"]
    assert [mechanism.NAME for mechanism in ALL] == list(TABLE)


def test_names_and_kinds_are_unique():
    """R-20: a demanded mechanism is one and no other."""
    assert len({mechanism.NAME for mechanism in ALL}) == len({m.KIND for m in ALL}) == len(ALL) == len(TABLE)


def test_the_legacy_ones_come_only_when_they_are_named():
    assert [mechanism.NAME for mechanism in MECHANISMS] == ["2LOi", "3LO", "2LO"]
    assert [mechanism.NAME for mechanism in load(["Basic", "2LOi"])] == ["2LOi", "Basic"]
    assert load([]) == ()


@pytest.mark.parametrize("name", ["2loi", "OAuth", "", "\x1b[31m"])
def test_a_name_that_is_none_is_an_error_that_lists_those_that_are(name):
    with pytest.raises(ConfigurationError) as unknown:
        load(["2LOi", name])
    assert all(known in unknown.value.remedy for known in TABLE)
    assert str(unknown.value).isprintable()


def test_what_is_not_listed_is_not_even_imported():
    """A hardened installation can drop a kind altogether."""
    program = (
        "import sys, applinks.mechanisms as m; "
        "legacy = {'applinks.mechanisms.basic', 'applinks.mechanisms.trusted_applications'}; "
        "assert not legacy & set(sys.modules), legacy & set(sys.modules); "
        "m.load(['Trusted']); "
        "assert legacy & set(sys.modules) == {'applinks.mechanisms.trusted_applications'}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_clocks_may_differ_by_five_minutes():
    """T-12"""
    assert WINDOW == 300
