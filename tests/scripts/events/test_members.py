"""The members of what others tell: what must be there is named, what may be there never makes reading fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import MalformedEvent
from applinks.scripts.events.members import LARGEST, LONGEST, Members

CANARY = "canary-7d1f"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=3),
)


@pytest.mark.parametrize(("value", "id"), [("10500", "10500"), (65_601, "65601"), (0, "0"), ("x" * LONGEST, "x" * LONGEST)])
def test_an_id_is_text_or_a_number(value, id):  # noqa: A002
    assert Members({"id": value}).id("id") == id


def test_a_name_is_no_number():
    assert Members({"name": "7"}).line("name") == "7"
    with pytest.raises(MalformedEvent, match="name"):
        Members({"name": 7}).line("name")


@pytest.mark.parametrize(
    "value",
    [None, "", True, -1, LARGEST + 1, 1.5, [], {}, "a\nb", "a\0", "a\x1b[2J", "a\u2028b", "a\x85", "x" * (LONGEST + 1)],
    ids=repr,
)
def test_what_is_no_line_is_named_and_not_repeated(value):
    """T-67: lines go into logs, and order things."""
    members = Members({"key": value}, "issue")
    for ask in (members.line, members.id):
        with pytest.raises(MalformedEvent, match=r"issue\.key") as missing:
            ask("key")
        assert missing.value.member == "issue.key"
        assert missing.value.remedy


def test_a_member_that_must_be_there_and_is_not_is_named_from_the_whole_event_on():
    with pytest.raises(MalformedEvent) as missing:
        Members({}).below("toRef").below("repository").line("slug")
    assert missing.value.member == "toRef.repository.slug"
    with pytest.raises(MalformedEvent) as missing:
        Members({"items": [{}, {}]}, "changelog").each("items")[1].line("field")
    assert missing.value.member == "changelog.items[1].field"


@pytest.mark.parametrize("value", [None, "5", True, -1, 1.5, LARGEST + 1])
def test_what_is_no_whole_number_is_none_or_an_error(value):
    assert Members({"id": value}).optional_number("id") is None
    with pytest.raises(MalformedEvent, match="id"):
        Members({"id": value}).number("id")


@pytest.mark.parametrize("payload", [None, [], "issue", 7])
def test_what_is_no_object_is_an_error_that_says_where(payload):
    with pytest.raises(MalformedEvent, match="issue is missing or no object"):
        Members.of(payload, "issue")


def test_what_was_taken_apart_keeps_its_place():
    members = Members({"a": {}}).below("a")
    assert Members.of(members, "elsewhere") is members


def test_what_may_be_absent_is_empty():
    nothing = Members({})
    assert (nothing.text("a"), nothing.optional("a"), nothing.texts("a"), nothing.each("a")) == ("", None, (), ())
    assert not nothing.has("a")
    assert not nothing.says("a")
    assert nothing.below("a").below("b").text("c") == ""


def test_lists_keep_what_is_of_their_kind():
    members = Members({"all": ["a", 1, None, {"b": 2}]})
    assert members.texts("all") == ("a",)
    assert [(each.given, each.at) for each in members.each("all")] == [({"b": 2}, "all[3]")]


@given(st.dictionaries(st.sampled_from("ab"), JSON))
def test_no_members_whatever_make_reading_fail_otherwise(given_):
    members = Members(given_)
    for name in "abc":
        members.text(name), members.optional(name), members.optional_number(name), members.texts(name), members.says(name)
        assert members.has(name) is isinstance(given_.get(name), dict)
        assert all(isinstance(each, Members) for each in (members.below(name), *members.each(name)))
        for ask in (members.line, members.id, members.number):
            try:
                assert isinstance(ask(name), str | int)
            except MalformedEvent as missing:
                assert missing.member == name  # noqa: PT017
