"""How names are compared, and who goes by another name over there (T-22)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ConfigurationError
from applinks.people import Names, folded

CAROL = Names((("carol", "cclark"),))
SAME = [("Alice", "aLICE"), ("Straße", "STRASSE"), ("ﬁona", "fiona"), ("Å", "Å"), ("ａlice", "alice"), ("Ὀδυσσεύς", "ὀδυσσεύσ")]
LOOK_ALIKE = [("alice", "аlice"), ("bob", "b0b"), ("rn", "m"), ("alice", "alice\u200d"), ("i", "ı"), ("o", "ο")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_case_and_ways_to_write_a_character_do_not_matter(one, other):
    assert folded(one) == folded(other) == folded(folded(one))


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKE)
def test_look_alikes_stay_apart(one, other):
    assert folded(one) != folded(other)


@given(st.text())
def test_folding_twice_is_folding_once(name):
    assert folded(folded(name)) == folded(name)


def test_a_mapped_name_goes_both_ways_in_any_case_of_letters():
    assert CAROL.there("Carol") == "cclark"
    assert CAROL.here("CClark") == "carol"


def test_all_others_go_by_their_own():
    assert (CAROL.there("alice"), CAROL.here("alice")) == ("alice", "alice")
    assert (Names().there("alice"), Names().here("alice")) == ("alice", "alice")


def test_a_name_that_is_taken_by_a_mapping_is_nobodys():
    """Else their carol would be our carol, who is another person there."""
    assert CAROL.there("cclark") is None
    assert CAROL.here("carol") is None


def test_two_people_may_have_changed_names_with_one_another():
    swapped = Names.read({"a": "b", "b": "a"})
    assert [swapped.there("a"), swapped.there("b"), swapped.here("a"), swapped.here("b")] == ["b", "a", "b", "a"]


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef")), st.sampled_from("abcdefgh"))
def test_whoever_has_a_name_there_is_found_by_it_again(mapping, name):
    try:
        names = Names.read(mapping)
    except ConfigurationError:
        assert len(set(mapping.values())) < len(mapping)
        return
    there = names.there(name)
    assert there is None or names.here(there) == name


@pytest.mark.parametrize("mapping", [{"a": "x", "b": "X"}, {"a": "x", "A": "y"}, {"ﬁ": "x", "fi": "y"}])
def test_names_are_mapped_one_to_one(mapping):
    with pytest.raises(ConfigurationError, match="one to one"):
        Names.read(mapping)


@pytest.mark.parametrize("name", ["", " a", "a ", "a\0", "a\nb", "\u202ea"])
def test_what_is_no_user_name_is_refused_on_either_side(name):
    for mapping in ({name: "x"}, {"x": name}):
        with pytest.raises(ConfigurationError, match="no user name"):
            Names.read(mapping)


def test_it_tells_whose_names_mean_others_than_before():
    after = Names((("carol", "clark"), ("bob", "Rob")))
    assert CAROL.changed(after) == {"carol", "cclark", "clark", "bob", "rob"}
    assert CAROL.changed(CAROL) == frozenset()


def test_they_are_a_value_whatever_their_order():
    assert Names((("a", "b"), ("c", "d"))) == Names((("c", "d"), ("a", "b")))
    assert hash(CAROL) == hash(Names((("carol", "cclark"),)))
    assert (bool(CAROL), bool(Names())) == (True, False)
