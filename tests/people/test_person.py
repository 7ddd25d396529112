from __future__ import annotations

import pytest

from answering import run
from applinks.errors import PersonUnknown
from applinks.people import FindPerson, Person, SignIn, active_person


def test_a_person_is_active_and_ordinary_unless_said_otherwise():
    assert Person("alice") == Person("alice", "", True, False, frozenset())


def test_the_active_person_of_a_name_is_what_the_directory_says():
    alice = Person("Alice")
    assert run(active_person("alice"), {FindPerson: lambda question: {"alice": alice}[question.name]}) is alice


@pytest.mark.parametrize(("found", "state"), [(None, "does not exist"), (Person("dave", active=False), "is disabled")])
def test_a_missing_or_disabled_one_is_an_error_with_a_remedy(found, state):
    with pytest.raises(PersonUnknown, match=f"'dave' {state}") as refused:
        run(active_person("dave"), {FindPerson: found})
    assert refused.value.remedy


def test_a_password_is_never_shown():
    """T-66"""
    assert "hunter2" not in repr(SignIn("alice", "hunter2"))
