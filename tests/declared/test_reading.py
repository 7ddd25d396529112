"""Values are read by their table of keys; each mistake has its place and what to write, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from applinks.declared import reading as r
from applinks.declared.model import Secret
from applinks.declared.reading import Mistake, Reading
from applinks.declared.references import Surroundings
from applinks.links import Level

KEYS = {"name": r.text, "on": r.flag, "who": r.names, "level": r.member_of(Level), "age": r.number_up_to(9), "secret": r.secret}


@pytest.fixture
def reading() -> Reading:
    return Reading(Surroundings(Path("/nowhere"), {"SECRET": "canary", "LINES": "a\nb", "NO": "\x1b"}))


def told(reading: Reading) -> list[str]:
    return [str(mistake) for mistake in reading.mistakes]


def test_what_was_said_is_read_and_what_was_not_is_not_there(reading):
    said = {"name": "Wiki", "on": False, "who": ["b", "a"], "level": "oauth", "age": 9, "secret": "env:SECRET"}
    read = reading.table("x", said, KEYS)
    assert read == {
        "name": "Wiki",
        "on": False,
        "who": frozenset("ab"),
        "level": Level.OAUTH,
        "age": 9,
        "secret": Secret("env:SECRET", "canary"),
    }
    assert isinstance(read["level"], Level)
    assert reading.table("x", {}, KEYS) == {}
    assert reading.mistakes == []


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("name", 1, "it must be plain text"),
        ("name", "", "it must be plain text"),
        ("name", " Wiki", "it must be plain text"),
        ("name", "W\x1b[2J", "it must be plain text"),
        ("on", "true", "it must be true or false"),
        ("on", 1, "it must be true or false"),
        ("who", "alice", "it must be a list of texts"),
        ("level", "oath", "it is none of the words that are known"),
        ("level", True, "it is none of the words that are known"),
        ("level", ["oauth"], "it is none of the words that are known"),
        ("age", 0, "it must be a whole number"),
        ("age", 10, "it must be a whole number"),
        ("age", True, "it must be a whole number"),
        ("age", 1.5, "it must be a whole number"),
        ("secret", 5, "a secret must not stand in this file"),
        ("secret", "hunter2", "a secret must not stand in this file"),
        ("secret", "env:UNSET", "env:UNSET cannot be read: the variable UNSET is not set"),
        ("secret", "env:LINES", "what env:LINES leads to is no line of plain text"),
        ("secret", "env:NO", "what env:NO leads to is no line of plain text"),
    ],
)
def test_a_wrong_value_is_noted_with_its_place_and_left_out(reading, key, value, what):
    assert reading.table("links[1]", {key: value}, KEYS) == {}
    (mistake,) = reading.mistakes
    assert (mistake.where, mistake.what) == (f"links[1].{key}", what)
    assert mistake.remedy
    assert "hunter2" not in str(mistake)


def test_all_mistakes_are_noted_also_within_a_list(reading):
    assert reading.table("x", {"name": 1, "who": ["a", 2, "", "b"], "on": 3}, KEYS) == {"who": frozenset("ab")}
    assert [mistake.where for mistake in reading.mistakes] == ["x.name", "x.who[2]", "x.who[3]", "x.on"]


def test_an_unknown_key_is_told_what_it_might_have_meant(reading):
    reading.table("x", {"nme": 1, "\x1bfar": 2}, KEYS)
    assert "x.nme: there is no such key. Did you mean 'name'?" in told(reading)
    assert r"x.\x1bfar: there is no such key. There are: name, on, who, level, age, secret." in told(reading)


def test_what_is_no_table_is_told_the_keys_of_one(reading):
    assert reading.table("x", [], {"a": r.text}) == {}
    assert told(reading) == ["x: it must be a table. Its keys are: a."]


def test_a_secret_is_in_no_representation():
    """T-66"""
    assert "canary" not in repr(Secret("env:SECRET", "canary"))


def test_a_mistake_of_the_whole_document_needs_no_place():
    assert str(Mistake("", "It is empty", "Write something.")) == "It is empty. Write something."
