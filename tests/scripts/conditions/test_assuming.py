"""What is said about an expression holds for every value, whatever the expression is."""

from __future__ import annotations

import ast
import warnings
from itertools import permutations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from applinks.scripts.conditions.assuming import Known, Reader, TooIntricate
from applinks.scripts.conditions.possible import of_hint
from scripts.conditions.beans import GROUPS, Issue, Person, conditions, issue, narrow_conditions, person

CHANCE = Random(1)
PLENTY = [(issue(CHANCE), person(CHANCE)) for _ in range(500)]


def can_be(text: str) -> set[bool]:
    reader = Reader({"issue": of_hint(Issue), "user": of_hint(Person)})
    body = ast.parse(text, mode="eval").body
    return {truth for truth in (True, False) if reader.assume(body, truth, Known()) is not None}


def outcomes(text: str) -> list[bool | None]:
    """What it gives for plenty of values; None where it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        when = eval(f"lambda issue, user: {text}")

    def outcome(values) -> bool | None:
        try:
            return bool(when(*values))
        except (AttributeError, TypeError):
            return None

    return [outcome(values) for values in PLENTY]


def results(text: str) -> set[bool]:
    return {*outcomes(text)} - {None}


@given(conditions)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_what_happens_was_never_said_to_be_impossible(text):
    assert results(text) <= can_be(text)


@given(narrow_conditions)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_where_few_attributes_are_asked_again_and_again(text):
    assert results(text) <= can_be(text)


@pytest.mark.parametrize("group", GROUPS)
def test_no_two_questions_are_said_to_exclude_each_other_if_they_do_not(group):
    """All pairs. A question is true, or false, for the values whose bit is set."""
    reader = Reader({"issue": of_hint(Issue), "user": of_hint(Person)}, patience=10**9)
    asked = []
    for text in GROUPS[group]:
        found, node = outcomes(text), ast.parse(text, mode="eval").body
        for truth in (True, False):
            bits = sum(1 << place for place, outcome in enumerate(found) if outcome is truth)
            known = reader.assume(node, truth, Known())
            assert known is not None or not bits, (text, truth)
            if known is not None:
                asked.append((text, node, truth, bits, known))
    for (first, _, one, bits, known), (second, node, other, others, _) in permutations(asked, 2):
        assert not bits & others or reader.assume(node, other, known) is not None, (first, one, second, other)


NEVER = [
    "(not issue.type) == 'Bug'",
    "issue.project == 'A' and issue.project == 'B'",
    "issue.project == 'A' and issue.project != 'A'",
    "issue.project in ('A',) and issue.project == 'B'",
    "issue.project in ('A', 'B') and issue.project not in {'A': 1, 'B': 2}",
    "issue.project == 'A' and not (issue.project == 'A' or issue.subtask)",
    "issue.votes == '5'",
    "issue.votes > 5 and issue.votes < 3",
    "issue.votes > 5 and issue.votes < 6",
    "5 < issue.votes < 6",
    "issue.votes >= 5 and issue.votes <= 6 and issue.votes != 5 and issue.votes != 6",
    "issue.votes > 2.5 and issue.votes < 3",
    "issue.weight > 5 and issue.weight < 3",
    "issue.votes < 'a'",
    "issue.project is None",
    "issue.assignee is None and issue.assignee == 'A'",
    "issue.assignee is None and issue.assignee",
    "issue.owner is None and issue.owner.name == 'A'",
    "issue.owner is None and issue.owner",
    "issue.owner == 'ann'",
    "issue.colour == 'RED'",
    "issue.level == 'highest'",
    "issue.kind == 'c'",
    "issue.due == '2026-01-01'",
    "issue.project in ()",
    "issue.project in []",
    "issue.project in issue.labels and not issue.labels",
    "5 in issue.labels",
    "5 in issue.project",
    "'A' in issue.votes",
    "'A' in issue.labels and 'A' not in issue.labels",
    "issue.labels == ('B',) and 'A' in issue.labels",
    "issue.project < user.name and not (issue.project < user.name)",
    "issue.subtask and not issue.subtask",
    "issue.subtask == 'yes'",
    "issue.subtask is True and issue.subtask is False",
    "issue.project == '' and issue.project",
    "issue.project == 'A' and user.name == 'B' and issue.project == user.name",
    "(issue.project == 'A') == 'A'",
    "issue.project == 'A' if issue.project == 'B' else False",
    "issue.version.major == 'one'",
    "issue.either == b'A'",
    "False",
    "0",
    "issue.nothing_known and False",
]


@pytest.mark.parametrize("text", NEVER)
def test_what_can_never_be_true_is_found(text):
    assert can_be(text) == {False} or results(text) == set() == can_be(text)
    assert can_be(f"not ({text})") <= {True}


SOMETIMES = [
    "not issue.type == 'Bug'",
    "issue.project == 'A' or issue.project == 'B'",
    "issue.project in ('A', 'B') and issue.project == 'B'",
    "issue.weight == issue.weight",
    "issue.weight != issue.weight",
    "issue.weight > 2 and issue.weight < 3",
    "not issue.weight > 2 and not issue.weight <= 2",
    "issue.weight in [issue.weight] and issue.weight != issue.weight",
    "issue.votes == 1.0",
    "issue.votes == True",
    "issue.level == 'high'",
    "issue.project == 'A' and issue.project.lower() == 'b'",
    "issue.extra == 'A' and issue.extra == 'B'",
    "issue.tags == [] and not issue.tags",
    "'A' in issue.tags and not issue.tags.clear() and 'A' not in issue.tags",
    "any(issue == 'A' for issue in issue.labels)",
    "issue.either == 'A' or issue.either == 1",
    "unknown(issue) == 'A' and unknown(issue) == 'B'",
]


@pytest.mark.parametrize("text", SOMETIMES)
def test_what_may_be_either_is_left_alone(text):
    assert can_be(text) == {True, False}


def test_an_expression_that_takes_too_long_is_given_up():
    text = "issue.subtask"
    for number in range(40):
        text = f"(({text}) == (issue.votes == {number}))"
    with pytest.raises(TooIntricate):
        can_be(text)
