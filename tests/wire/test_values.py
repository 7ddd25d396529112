"""Frozen values as JSON, and back: what is written is read as the same value, and nothing that does not fit passes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.wire.values import Unfit, data, read


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    count: int
    secret: str = field(default="", repr=False)
    made: str = field(init=False, default="made", repr=False)


@dataclass(frozen=True)
class Outer:
    name: str | None
    colour: Colour
    inner: Inner
    pair: tuple[str, int] = ("a", 1)
    many: tuple[Inner, ...] = ()
    some: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.5
    open: bool = True


INNER = st.builds(Inner, st.integers(), st.just(""))
OUTER = st.builds(
    Outer,
    st.none() | st.text(),
    st.just(Colour.RED),
    INNER,
    st.tuples(st.text(), st.integers()),
    st.lists(INNER).map(tuple),
    st.frozensets(st.text()),
    st.dictionaries(st.text(), st.text()),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@given(OUTER)
def test_what_is_written_is_read_as_the_same_value(value):
    assert read(Outer, json.loads(json.dumps(data(value)))) == value


def test_what_is_not_shown_is_not_told_unless_it_is_named():
    """T-66"""
    value = Outer(None, Colour.RED, Inner(1, "s"), many=(Inner(2, "s"),))
    assert data(value)["inner"] == {"count": 1}
    assert data(value, also=("secret",))["many"] == [{"count": 2, "secret": "s"}]
    assert read(Outer, data(value, also=("secret",))) == value


GOOD = {"name": None, "colour": "red", "inner": {"count": 1}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": 7},
        {"colour": "green"},
        {"colour": ["red"]},
        {"inner": []},
        {"inner": {}},
        {"inner": {"count": True}},
        {"inner": {"count": 1.5}},
        {"inner": None},
        {"pair": ["a"]},
        {"pair": ["a", "b"]},
        {"many": {}},
        {"many": [1]},
        {"some": "abc"},
        {"some": [None]},
        {"names": {"a": 1}},
        {"names": []},
        {"seconds": "1"},
        {"open": 1},
    ],
    ids=repr,
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(Unfit):
        read(Outer, {**GOOD, **wrong})


@pytest.mark.parametrize("wrong", [None, [], "x", 1, {}])
def test_so_is_what_is_no_such_value_at_all(wrong):
    with pytest.raises(Unfit):
        read(Outer, wrong)


def test_members_of_a_later_version_are_left_out():
    assert read(Outer, {**GOOD, "more": 1, "inner": {"count": 1, "made": "up"}}) == Outer(None, Colour.RED, Inner(1))
