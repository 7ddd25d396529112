from __future__ import annotations

import pytest

from answering import run
from applinks.errors import ConfigurationError, PersonUnknown
from applinks.people import FindPerson, Person, SignIn, active_person


def test_a_person_is_active_and_ordinary_unless_said_otherwise():
    assert Person("alice") == Person("alice", "", True, False, frozenset())


def test_the_active_person_of_a_name_is_what_the_directory_says():
    alice = Person("Alice")
    assert run(active_person("alice"), {FindPerson: lambda question: {"alice": alice}[question.name]}) is alice


def test_any_collection_of_groups_makes_the_same_person():
    assert Person("alice", groups={"staff"}) == Person("alice", groups=["staff", "staff"])
    assert hash(Person("alice", groups={"staff"}))


def test_one_text_in_place_of_a_set_of_groups_is_an_error_and_not_taken_by_its_letters():
    """T-20: nobody could be excluded by such a group."""
    with pytest.raises(ConfigurationError, match="'staff'"):
        Person("alice", groups="staff")


@pytest.mark.parametrize(("found", "state"), [(None, "does not exist"), (Person("dave", active=False), "is disabled")])
def test_a_missing_or_disabled_one_is_an_error_with_a_remedy(found, state):
    with pytest.raises(PersonUnknown, match=f"'dave' {state}") as refused:
        run(active_person("dave"), {FindPerson: found})
    assert refused.value.remedy


def test_a_password_is_never_shown():
    """T-66"""
    assert "hunter2" not in repr(SignIn("alice", "hunter2"))
