"""Values as JSON, the schema that describes it, and the check of what is sent against a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypedDict

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as some

from applinks import Consumer, Person, Provider
from applinks.audit import Entry, Written
from applinks.links import AccessToken, Grant, Incoming, Level, Limits, Link, Outgoing, SameUsers
from applinks.people import Policy
from applinks.web.interface import SCHEMAS
from applinks.web.interface.schemas import asked, obj, objections, or_null, shown
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.plain_json import parse
from applinks.wire.values import data, read
from in_memory import InMemory, link_to

CANARY = "canary-7d1f"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    """What is inside.

    And more of it.
    """

    count: int | None = None


@dataclass(frozen=True)
class Thing:
    name: str
    colour: Colour | None
    inner: Inner
    tags: Set[str] = frozenset()
    pairs: tuple[tuple[str, int | None], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    hidden: str = field(default=CANARY, repr=False)


class Words(TypedDict, total=False):
    name: str | None
    size: int | None


THING = Thing("x", Colour.RED, Inner(), frozenset({"b", "a"}), (("one", 1), ("none", None)), {"a": "b"})


def test_a_value_is_told_by_its_fields():
    assert data(THING) == {
        "name": "x",
        "colour": "red",
        "inner": {"count": None},
        "tags": ["a", "b"],
        "pairs": [["one", 1], ["none", None]],
        "words": {"a": "b"},
    }


def test_what_is_not_shown_in_a_representation_is_in_no_answer():
    """T-66: so whoever hides a field there need not think of the interface."""
    assert "hidden" not in shown(Thing)["properties"]
    grant = Grant("g", "l", "alice", CANARY, CANARY, CANARY, 1, 2, 3)
    token = AccessToken("l", "alice", CANARY, CANARY, 1, CANARY)
    link = link_to(InMemory("Tracker"))
    for value in (THING, grant, token, Incoming(public_key=CANARY), Entry("call", "done", explanation=CANARY), link):
        told = json.dumps(data(value))
        assert CANARY not in told
        assert "public_key" not in told


VALUES = [
    THING,
    Thing("y", None, Inner(3)),
    link_to(InMemory("Tracker")),
    Link("i", "n", "t", "", "", outgoing=Outgoing(Level.BASIC), incoming=Incoming(limits=Limits(("1.*.*.*",), ("/x",)))),
    Link("i", "n", "t", "", "", same_users=SameUsers(True, "ada", 1, frozenset({"bob"}))),
    Written(1, 2.5, Entry("admission", "admitted", checks=(("time", "ok"), ("signature", "ok")))),
    Grant("g", "l", "alice", "t", "s", "h", 1, 2, 3),
    Person("ada", groups=frozenset({"staff"})),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_the_schema_describes_what_is_told_and_nothing_else(value: Any):
    """By the judgement of another reader of JSON Schema."""
    validator = jsonschema_rs.Draft202012Validator(dict(shown(type(value))))
    told = json.loads(json.dumps(data(value)))
    assert validator.is_valid(told), list(validator.iter_errors(told))
    assert not validator.is_valid({**told, "more": 1})
    for name in told:
        assert not validator.is_valid({other: member for other, member in told.items() if other != name})


def test_a_description_is_the_first_paragraph_of_the_docstring():
    assert shown(Inner)["description"] == "What is inside."


def test_a_type_of_which_nothing_is_said_is_an_error_at_once():
    @dataclass
    class Odd:
        value: object

    with pytest.raises(TypeError, match="nothing is said"):
        shown(Odd)


# ---- what is asked for


def test_what_may_be_sent_is_what_a_dataclass_takes():
    schema = asked(Consumer)
    assert set(schema["properties"]) == {"key", "public_key", "secret", "callback", "execute_as", "signature_method"}
    assert schema["required"] == ["key"]
    assert schema["properties"]["secret"]["writeOnly"] is True
    assert asked(Words)["properties"]["size"] == {"type": ["integer", "null"]}


def test_it_is_read_into_the_dataclass():
    given = {"secret": "s", "endpoints": {"request_token": "a", "authorize": "b", "access_token": "c"}}
    provider = read(Provider, {**given, "signature_method": "HMAC-SHA1", "fixed_user": True})
    assert provider.endpoints is not None
    assert provider.endpoints.authorize == "b"
    assert provider.signature_method is SignatureMethod.HMAC_SHA1
    assert read(Consumer, {"key": "k", "secret": None}) == Consumer("k")
    assert read(Policy, {"users": ["a"]}) == Policy({"a"})


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
REQUESTS = ("Pair", "LinkByHand", "LinkSettings", "Policy", "SecretOfDirection", "Test", "NewToken")


@pytest.mark.parametrize("name", REQUESTS)
def test_we_find_the_same_wrong_as_another_reader_of_the_schema(name: str):
    """With members that are known, and values that may be anything."""
    schema = SCHEMAS[name]
    validator = jsonschema_rs.Draft202012Validator(dict(schema))

    @given(some.dictionaries(some.sampled_from(sorted(schema["properties"])) | some.text(max_size=3), anything, max_size=5))
    def compare(value: Any) -> None:
        assert (next(objections(schema, parse(json.dumps(value).encode())), None) is None) is validator.is_valid(value)

    compare()


@pytest.mark.parametrize(
    ("schema", "value", "why"),
    [
        ({"type": "string", "maxLength": 2}, "abc", "must have 0 to 2 letters"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "ab\n", "must fit ^[a-z]+$"),
        ({"type": "integer"}, True, "must be a whole number"),
        ({"type": "integer"}, 1.5, "must be a whole number"),
        ({"type": "integer", "minimum": 1, "maximum": 5}, 6, "must be 1 to 5"),
        (or_null({"type": "string", "enum": ["a"]}), "b", "must be one of: a"),
        (or_null({"type": "integer"}), "x", "must be a whole number or null"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, ["a", "b"], "must have 1 items at most"),
        (obj({"a": {"type": "string"}}), {}, "is missing"),
    ],
)
def test_an_objection_says_what_must_be(schema: Any, value: Any, why: str):
    assert [told for _, told in objections(schema, value)] == [why]


def test_an_objection_does_not_repeat_what_was_sent():
    """T-66"""
    schema = SCHEMAS["SecretOfDirection"]
    for value in ({"direction": CANARY, "secret": f"{CANARY}\n"}, {"secret": [CANARY]}, CANARY, [CANARY]):
        assert CANARY not in repr(list(objections(schema, value)))
