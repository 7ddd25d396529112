"""By what a webhook proves itself at a given time."""

from __future__ import annotations

from dataclasses import replace

from applinks.scripts import Source

SOURCE = Source(
    "s1", "Jira", "jira", False, None, True, None, 0.0, "root", secret="new", previous_secret="old", previous_until=10.0
)


def test_a_former_secret_holds_until_its_time_is_over():
    assert SOURCE.secrets_at(9.9) == ("new", "old")
    assert SOURCE.secrets_at(10.0) == ("new",)
    assert replace(SOURCE, previous_until=None).secrets_at(0.0) == ("new",)


def test_a_former_address_holds_until_its_time_is_over():
    plain = replace(SOURCE, secret=None, previous_secret=None, address_digest="a", previous_address_digest="b")
    assert plain.address_digests_at(9.9) == ("a", "b")
    assert plain.address_digests_at(10.0) == ("a",)
    assert plain.secrets_at(0.0) == ()


def test_it_shows_nothing_by_which_it_proves_itself():
    assert not {"new", "old"} & set(repr(SOURCE).replace("'", " ").split())
