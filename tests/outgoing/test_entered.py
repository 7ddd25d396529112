"""What was entered on the far side, checked between two applications in memory.

That each mistake at the dialogs of a product is named, over sockets, is shown in tests/products/test_checking.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import LinkNotFound, PersonUnknown, StoreUnavailable
from applinks.links import Level, LinkOfConsumer, RememberParameter
from applinks.mechanisms import load
from applinks.outgoing import Checked, check_entered
from applinks.people import Policy
from applinks.questions import Now
from in_memory import InMemory, connect, linked


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front")


@pytest.fixture
def them(us: InMemory) -> InMemory:
    other = InMemory("Wiki", type="generic")
    connect(us, other)
    linked(us, other)
    return other


def checked(us: InMemory, user: str | None = "alice", **more) -> Checked:
    return us.run(check_entered(us.link("Wiki"), user, by="root", **more))


def outcomes(found: Checked) -> dict[str, bool | None]:
    return {check.id: check.passed for check in found.checks}


def test_a_link_that_works_passes_and_is_written_down_with_who_asked_as_whom(us, them):
    """R-47"""
    found = checked(us)
    assert found.ok, found.lines
    assert outcomes(found) == {"address": True, "their-key": True, "consumer": True, "fixed-user": None, "impersonation": True}
    (entry,) = us.entries
    assert (entry.kind, entry.outcome, entry.actor, entry.subject) == ("link checked", "passed", "root", "alice")


@pytest.mark.parametrize("user", ["dave", "nobody", "alice\n", ""])
def test_nobody_is_impersonated_who_is_not_active_here(us, them, user):
    """T-21, T-22: as by any other call."""
    us.network = lambda request: pytest.fail("was sent")
    with pytest.raises(PersonUnknown):
        checked(us, user)


def test_nobody_is_granted_anything_by_it(us, them):
    checked(us)
    assert (them.grants, us.tokens, us.dances) == ({}, {}, {})


def test_a_link_that_they_have_deleted_fails_in_what_rests_on_it(us, them):
    them.links.clear()
    found = checked(us)
    assert {name for name, passed in outcomes(found).items() if passed is False} == {"consumer", "impersonation"}
    assert us.outcomes("link checked") == ["failed: consumer, impersonation"]
    assert not found.ok


def test_a_policy_that_does_not_admit_the_user_is_told(us, them):
    link = them.link("Front")
    them.links[link.id] = replace(link, incoming=replace(link.incoming, policy=Policy(users=frozenset({"bob"}))))
    (failed,) = (check for check in checked(us).checks if check.passed is False)
    assert (failed.id, failed.problem) == ("impersonation", "permission_denied")


@pytest.mark.parametrize(("names", "user", "words"), [(["3LO"], "alice", "not loaded here"), (["2LOi"], None, "say as whom")])
def test_what_cannot_be_tried_says_why(us, them, names, user, words):
    (check,) = (check for check in checked(us, user, mechanisms=load(names)).checks if check.id == "impersonation")
    assert check.passed is None
    assert words in check.words


@pytest.mark.parametrize("level", [Level.DISABLED, Level.BASIC, Level.TRUSTED])
def test_where_nothing_goes_by_oauth_nothing_is_sent(us, them, level):
    link = us.link("Wiki")
    us.links[link.id] = replace(
        link, outgoing=replace(link.outgoing, level=level), incoming=replace(link.incoming, level=Level.DISABLED)
    )
    assert outcomes(checked(us)) == {
        "address": True, "their-key": None, "consumer": None, "fixed-user": None, "impersonation": None,
    }  # fmt: skip
    assert not [question for question in them.asked if isinstance(question, LinkOfConsumer)]


def test_our_own_store_failing_is_no_finding_about_the_far_side(us, them):
    us.failing[Now] = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable):
        checked(us)


def test_a_link_that_was_deleted_meanwhile_is_not_found(us, them):
    link = us.link("Wiki")
    us.links.clear()
    with pytest.raises(LinkNotFound):
        us.run(check_entered(link, by="root"))


def test_the_name_of_the_parameter_is_learnt_on_the_way(us, them):
    link = us.link("Wiki")
    us.links[link.id] = replace(link, outgoing=replace(link.outgoing, impersonation_parameter=None))
    checked(us)
    assert [question.parameter for question in us.asked if isinstance(question, RememberParameter)] == ["user_id"]


def test_in_words_each_check_has_its_mark_and_what_failed_its_remedy(us, them):
    them.links.clear()
    lines = checked(us).lines
    assert lines[0] == "Wiki"
    assert lines[1].startswith("  ✓ the application: 'Wiki'")
    assert any(line.startswith("  – 2-legged calls") for line in lines)
    assert any(line.startswith("  ✗ our consumer key") for line in lines)
    assert any(line.startswith("    → There must stand our public key, SHA256:") for line in lines)
