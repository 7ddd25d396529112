"""Events as one application of ours tells them to another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.wire.events import ToldEvent, Unreadable, depth_of

WHOLE = ToldEvent("17", "issue_updated", "jira", "issue OPS-7", "alice", 1_760_000_000.5, 3, {"issue": {"key": "OPS-7"}})
lines = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=50)


def sent(**other: Any) -> str:
    return json.dumps({**json.loads(WHOLE.text()), **other})


def test_what_was_written_is_read():
    assert ToldEvent.read(WHOLE.text()) == WHOLE


@given(lines, lines, st.none() | lines, st.integers(0, 1000), st.dictionaries(lines, lines | st.integers(-5, 5)))
def test_whatever_is_written_is_read(id: str, kind: str, user: str | None, depth: int, payload: dict[str, Any]):  # noqa: A002
    told = ToldEvent(id, kind, "wiki", user=user, depth=depth, payload=payload)
    assert ToldEvent.read(told.text()) == told


@pytest.mark.parametrize(
    "other",
    [
        {"id": ""},
        {"id": None},
        {"kind": 1},
        {"application": "a\nb"},
        {"item": "x" * 256},
        {"user": ["alice"]},
        {"payload": []},
        {"payload": None},
    ],
    ids=str,
)
def test_what_does_not_say_what_it_must_is_no_event(other: dict[str, Any]):
    with pytest.raises(Unreadable):
        ToldEvent.read(sent(**other))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"id":"1","id":"2"}', "\ud800"])
def test_what_is_no_object_is_no_event(text: str):
    with pytest.raises(Unreadable):
        ToldEvent.read(text)


@pytest.mark.parametrize("told", [10**400, -(10**400), 1e300, -1, True, "yesterday", None], ids=lambda told: str(told)[:9])
def test_a_time_that_is_none_is_as_good_as_absent(told: object):
    """T-73: whole numbers of JSON may be larger than anything that a machine calculates with."""
    assert ToldEvent.read(sent(happened_at=told)).happened_at is None


def test_members_that_are_not_known_are_left_out():
    assert ToldEvent.read(sent(colour="red")) == WHOLE


@pytest.mark.parametrize(
    ("told", "depth"),
    [
        (0, 0),
        (3, 3),
        ("7", 7),
        (True, 0),
        (-1, 0),
        ("-1", 0),
        (None, 0),
        ("", 0),
        ("1e3", 0),
        ("9" * 50, 0),
        (10**9, 1000),
        ("٣", 0),
    ],
)
def test_a_depth_is_a_whole_number_within_bounds(told: object, depth: int):
    assert depth_of(told) == depth
