"""What a change to a link changed, in words: every field of a link, and nothing that is secret."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from applinks.links import Endpoints, Level, Limits, SameUsers, differences
from applinks.links.differences import LONGEST
from applinks.people import Policy
from in_memory import InMemory, key_of, link_to

TRACKER = link_to(InMemory("Tracker"))


def test_what_did_not_change_is_not_told():
    assert differences(TRACKER, TRACKER) == ()


def test_levels_are_named_by_their_direction_and_tell_both_values():
    after = replace(TRACKER, outgoing=replace(TRACKER.outgoing, level=Level.DISABLED))
    assert differences(TRACKER, after) == (("outgoing", "oauth_impersonation", "disabled"),)
    assert differences(after, TRACKER) == (("outgoing", "disabled", "oauth_impersonation"),)


def test_rules_of_the_policy_are_lists_in_order():
    policy = Policy(users={"bob", "alice"}, methods={"get"}, paths=("/b", "/a"))
    after = replace(TRACKER, incoming=replace(TRACKER.incoming, policy=policy))
    assert differences(TRACKER, after) == (
        ("policy_users", None, "alice, bob"),
        ("policy_methods", None, "GET"),
        ("policy_paths", None, "/b, /a"),
    )


def test_a_public_key_is_told_by_its_fingerprint():
    old, new = key_of("Tracker").public, key_of("Archive").public
    after = replace(TRACKER, incoming=replace(TRACKER.incoming, public_key=new.text))
    assert differences(TRACKER, after) == (("public_key", old.fingerprint, new.fingerprint),)
    broken = replace(TRACKER, incoming=replace(TRACKER.incoming, public_key="no key at all"))
    assert differences(TRACKER, broken) == (("public_key", old.fingerprint, "unreadable"),)


def test_a_new_link_has_only_what_is_after_and_a_deleted_one_what_was_before():
    made, gone = differences(None, TRACKER), differences(TRACKER, None)
    assert ("name", None, "Tracker") in made
    assert all(before is None and after is not None for _, before, after in made)
    assert tuple((name, after, before) for name, before, after in made) == gone


def test_a_statement_about_the_users_names_who_said_it():
    after = replace(TRACKER, same_users=SameUsers(False, "ada", 1_900_000_000, frozenset({"carol", "bob"})))
    assert {name: values for name, *values in differences(TRACKER, after)} == {
        "same_users": ["yes", "no"],
        "same_users_said_by": ["root", "ada"],
        "same_users_said_at": ["1800000000", "1900000000"],
        "excluded": [None, "bob, carol"],
    }


def test_a_long_value_is_cut_and_says_how_long_it_was():
    """T-67: 2 kB a value."""
    many = tuple(f"/path/{number}" for number in range(1000))
    after = replace(TRACKER, incoming=replace(TRACKER.incoming, limits=Limits(paths=many)))
    ((name, before, cut),) = differences(TRACKER, after)
    assert (name, before) == ("paths", None)
    assert cut is not None
    assert len(cut) < LONGEST + 30
    assert cut.endswith(f"… ({len(', '.join(many))} letters)")


def test_no_field_of_a_link_can_change_without_a_word():
    """A field that is added to the model is told at once: the words are made from the model."""
    full = replace(
        TRACKER,
        outgoing=replace(TRACKER.outgoing, endpoints=Endpoints("a", "b", "c"), account="us", consumer_key="we"),
        incoming=replace(TRACKER.incoming, callback="https://x.test", execute_as="svc"),
    )
    told = [name for name, *_ in differences(None, full)]
    assert len(set(told)) == len(told), "two fields go by one name"
    assert len(told) >= sum(1 for value in _leaves(full) if value not in (None, (), frozenset(), {}, ""))


def _leaves(part):
    for field in fields(part):
        value = getattr(part, field.name)
        yield from _leaves(value) if is_dataclass(value) else [value]
