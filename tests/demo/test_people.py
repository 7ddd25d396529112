from __future__ import annotations

import pytest

from applinks.demo.people import EVERYBODY, People, password_matches


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "erin", "admin"])
def test_everybody_signs_in_with_their_name(name):
    person = People().sign_in(name, name)

    assert person is not None
    assert person.name == name


@pytest.mark.parametrize(
    ("name", "password"), [("alice", "bob"), ("alice", ""), ("nobody", "nobody"), ("Alice", "alice"), ("alice", "\ud800")]
)
def test_nobody_signs_in_with_anything_else(name, password):
    assert People().sign_in(name, password) is None


def test_a_disabled_person_is_found_but_does_not_sign_in():
    found = People().find("dave")

    assert found is not None
    assert not found.active
    assert People().sign_in("dave", "dave") is None


@pytest.mark.parametrize("password", ["deployment", "!", "", "$"])
def test_no_password_matches_the_integrations_account(password):
    assert not password_matches(password, "!")
    assert People().sign_in("deployment", password) is None


def test_somebody_can_be_missing_from_an_application():
    assert People(without={"carol"}).find("carol") is None
    assert People(without={"carol"}).sign_in("carol", "carol") is None


def test_administrators_are_marked_as_such():
    assert {person.name for person in EVERYBODY if person.administrator} == {"admin", "deployment", "erin"}
