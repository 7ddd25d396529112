"""What people stand for in a comparison, and what follows from it (G-01)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering import run
from applinks.errors import CannotCompare
from applinks.people import By, Comparison, Everybody, Names, Person, Verdict, comparing
from applinks.people.comparing import EACH, MOST, Side

CONTEXT = comparing.context("front:1", "salt")


def compared(ours: Sequence[Person], theirs: Sequence[Person], by: By | None = None, names: Names = Names()) -> Comparison:  # noqa: B008
    """As two sides would find it, without their hiding anything from one another."""
    by = by or (By.EMAIL if comparing.basis(ours) is comparing.basis(theirs) is By.EMAIL else By.FULL_NAME)
    here, there = comparing.listed(ours, names), comparing.listed(theirs, Names())
    asking = comparing.texts_of(here, Side.ASKING, by, CONTEXT)
    asked = {*comparing.texts_of(there, Side.ASKED, by, CONTEXT)}
    return comparing.conclude(here, [text in asked for text in asking], len(there), by, 1_800_000_000.5)


def verdict(ours: Person, *theirs: Person, **how: object) -> Verdict:
    (found,) = compared([ours], theirs, **how).people
    return found.verdict


ALICE = Person("alice", "Alice Adams", email="alice@example.com")


@pytest.mark.parametrize(
    ("theirs", "found"),
    [
        (ALICE, Verdict.PROVEN),
        (Person("ALICE", "A. Adams", email="Alice@Example.com"), Verdict.PROVEN),
        (Person("alice", "Alice Adams", email="another@example.com"), Verdict.ANOTHER),
        (Person("alice", "Alice Adams", active=False, email="alice@example.com"), Verdict.DISABLED),
        (Person("alice", active=False, email="another@example.com"), Verdict.ANOTHER),
        (Person("bob", "Alice Adams", email="alice@example.com"), Verdict.MISSING),
        (Person("аlice", "Alice Adams", email="alice@example.com"), Verdict.MISSING),
    ],
)
def test_somebody_of_ours_is_found_to_be(theirs, found):
    assert verdict(ALICE, theirs) is found


def test_where_only_one_side_has_mail_addresses_full_names_tell():
    assert verdict(ALICE, Person("alice", " alice  ADAMS ")) is Verdict.PROVEN
    assert verdict(ALICE, Person("alice", "Alicia Adams")) is Verdict.ANOTHER


def test_of_whom_nothing_is_known_nothing_is_said():
    other = Person("bob", email="bob@example.com")
    assert verdict(Person("x"), Person("x")) is Verdict.UNKNOWN
    assert verdict(Person("x", "X"), Person("x")) is Verdict.UNKNOWN
    assert verdict(Person("x"), Person("x", "X")) is Verdict.UNKNOWN
    assert compared([ALICE], [other, Person("alice", "Alice Adams")]).people[0].verdict is Verdict.UNKNOWN, "by mail"
    assert compared([other, Person("alice", "Alice Adams")], [ALICE]).people[0].verdict is Verdict.UNKNOWN


def test_a_name_that_several_of_ours_have_is_proven_of_none():
    """T-22: which of them would be meant?"""
    found = compared([ALICE, Person("Alice", "Alice Adams", email="alice@example.com")], [ALICE])
    assert [person.verdict for person in found.people] == [Verdict.AMBIGUOUS]
    assert verdict(ALICE, ALICE, Person("Alice")) is Verdict.MISSING, "nor is it, if several of theirs do"


def test_whom_we_have_disabled_is_compared_as_all_others():
    assert verdict(Person("d", "D", active=False), Person("d", "D", active=False)) is Verdict.DISABLED
    assert verdict(Person("d", "D", active=False), Person("d", "D")) is Verdict.PROVEN


def test_somebody_is_looked_for_by_their_name_there():
    carol = Names((("carol", "cclark"),))
    assert verdict(Person("carol", "Carol Clark"), Person("cclark", "Carol Clark")) is Verdict.MISSING
    assert verdict(Person("carol", "Carol Clark"), Person("cclark", "Carol Clark"), names=carol) is Verdict.PROVEN
    assert verdict(Person("cclark", "Carol Clark"), Person("cclark", "Carol Clark"), names=carol) is Verdict.MISSING


PEOPLE = st.lists(
    st.builds(
        Person, st.sampled_from("abAB"), st.sampled_from(["", "X", "Y"]), st.booleans(), email=st.sampled_from(["", "m@x"])
    ),
    max_size=5,
)


@given(PEOPLE, PEOPLE, st.sampled_from(By))
def test_common_are_exactly_the_people_that_both_have(ours, theirs, by):
    """Told by a second way to find out: looking."""
    found = compared(ours, theirs, by)
    for person in found.people:
        mine = [one for one in ours if one.name.casefold() == person.name.casefold()]
        their = [one for one in theirs if one.name.casefold() == person.name.casefold()]
        assert person.verdict is expected(mine, their, "email" if by is By.EMAIL else "full_name")
    matched = {person.name.casefold() for person in found.people if person.verdict not in {Verdict.MISSING, Verdict.AMBIGUOUS}}
    assert (found.there, found.unmatched) == (names := len({one.name.casefold() for one in theirs}), names - len(matched))


def expected(mine: list[Person], theirs: list[Person], by: str) -> Verdict:
    if len(mine) > 1:
        return Verdict.AMBIGUOUS
    if len(theirs) != 1:
        return Verdict.MISSING
    (one,), (other,) = mine, theirs
    here, there = getattr(one, by), getattr(other, by)
    if here and there and here != there:
        return Verdict.ANOTHER
    if not other.active:
        return Verdict.DISABLED
    return Verdict.PROVEN if here and there else Verdict.UNKNOWN


@given(PEOPLE, st.randoms())
def test_order_does_not_matter(people, random):
    mixed = random.sample(people, len(people))
    by_name = {name.casefold() for name in (person.name for person in people)}
    assert [one.there for one in comparing.listed(mixed, Names())] == [
        one.there for one in comparing.listed(people, Names())
    ] or (len(by_name) < len({person.name for person in people}))


@given(PEOPLE, st.sampled_from(Side), st.sampled_from(By))
def test_everybody_stands_for_four_texts_whatever_is_known_of_them(people, side, by):
    """Else their number would tell how many are disabled, or have no mail address."""
    everybody = comparing.listed(people, Names())
    texts = comparing.texts_of(everybody, side, by, CONTEXT)
    assert len(texts) == len({*texts}) == EACH * len(everybody)


def test_the_texts_of_one_comparison_are_of_no_use_in_another():
    """Nobody can hand on what one application sent to another one as if it were their own."""
    everybody = comparing.listed([ALICE], Names())
    first, *others = (
        {*comparing.texts_of(everybody, Side.ASKING, By.EMAIL, comparing.context(key, salt))}
        for key, salt in (("a", "s"), ("a", "t"), ("b", "s"), ("as", ""))
    )
    assert all(first.isdisjoint(other) for other in others)


@pytest.mark.parametrize(
    ("people", "by"), [([ALICE, Person("x")], By.EMAIL), ([Person("x", "X")], By.FULL_NAME), ([], By.FULL_NAME)]
)
def test_people_are_told_apart_by_mail_addresses_if_there_are_any(people, by):
    assert comparing.basis(people) is by


def test_an_application_that_cannot_list_its_people_says_what_to_do():
    with pytest.raises(CannotCompare) as cannot:
        run(comparing.everybody(), {Everybody: None})
    assert "everyone()" in cannot.value.remedy
    assert "--people" in cannot.value.remedy


def test_more_people_than_are_compared_are_refused():
    most = (ALICE,) * MOST
    assert run(comparing.everybody(), {Everybody: lambda question: most[: question.limit]}) == most
    with pytest.raises(CannotCompare, match="more than 50000"):
        run(comparing.everybody(), {Everybody: lambda question: (*most, ALICE)[: question.limit]})


def test_a_comparison_tells_how_many_and_warns_of_other_people_behind_equal_names():
    found = compared([ALICE, Person("bob", "B", email="b@x")], [ALICE, Person("bob", email="other@x"), Person("z")])
    assert (found.of(Verdict.PROVEN), found.of(Verdict.ANOTHER)) == (("alice",), ("bob",))
    assert found.warning == "1 of the equal names are those of another person over there"
    assert compared([ALICE], [ALICE]).warning is None
    assert found.counts[Verdict.PROVEN] == 1
    assert dict(found.checks) == {
        "here": "2", "there": "3", "unmatched there": "1",
        "proven": "1", "missing": "0", "disabled": "0", "another": "1", "unknown": "0", "ambiguous": "0",
    }  # fmt: skip
    assert "alice" not in str(found.checks), "the record has no names"
    assert found.compared_at == 1_800_000_000


def test_the_secret_order_is_always_the_same_and_another_for_each_secret():
    texts = [bytes([number]) for number in range(30)]
    one = comparing.shuffled(texts, b"one")
    assert one == comparing.shuffled(texts, b"one") != comparing.shuffled(texts, b"other")
    assert sorted(one) == list(range(30)) != one


def test_the_edition_tells_whether_anybody_was_changed():
    texts = [b"a", b"b"]
    assert comparing.edition(texts, b"k") == comparing.edition(texts, b"k")
    others = [comparing.edition(*each) for each in ((texts, b"l"), ([b"ab"], b"k"), ([b"a"], b"k"), ([b"b", b"a"], b"k"))]
    assert comparing.edition(texts, b"k") not in others
