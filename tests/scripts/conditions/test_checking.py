"""A condition is looked at when its script is loaded."""

from __future__ import annotations

import pytest

from applinks.errors import ScriptWrong
from applinks.scripts.conditions import Doubt, check_condition
from scripts.conditions.beans import Issue, Person

TYPES = {"issue": Issue, "user": Person}


def doubts(condition: str, before: str = "") -> tuple[Doubt, ...]:
    source = f"{before}\n@post_function('jira', when={condition})\ndef publish(issue): ...\n"
    return check_condition(source, "/scripts/publish.py", "publish", TYPES)


def only(condition: str, before: str = "") -> Doubt:
    (doubt,) = doubts(condition, before)
    return doubt


def test_a_negated_value_that_is_compared_is_told_with_its_place_and_what_to_write():
    """product.md A.7, 1."""
    doubt = only("lambda issue: (not issue.type) == 'Bug'")
    assert doubt.fatal
    assert str(doubt) == (
        "publish.py, line 2, column 43: The condition can never be true: `(not issue.type) == 'Bug'` is never true, because "
        "`not issue.type` is true or false. `not` turns the value, and not the comparison: write `issue.type != 'Bug'`."
    )


@pytest.mark.parametrize(
    ("condition", "words", "remedy"),
    [
        ("issue.porject == 'A'", "`issue` has no attribute `porject`: it is an Issue.", "Did you mean `project`?"),
        ("issue.owner.nme == 'A'", "`issue.owner` has no attribute `nme`: it is a Person or None.", "Did you mean `name`?"),
        ("issue.project.key == 'A'", "`issue.project` has no attribute `key`: it is text.", "Take it out."),
        ("isue.project == 'A'", "`isue` is not known here.", "Did you mean `issue`?"),
        (
            "issue.votes == '5'",
            "The condition can never be true: `issue.votes == '5'` is never true, because `issue.votes` is a whole number.",
            "Compare it with something that it can be.",
        ),
        (
            "issue.project == 'A' and issue.project == 'B'",
            "The condition can never be true: `issue.project == 'B'` is never true, because `issue.project` is 'A' there.",
            "Take it out, or write `or` where one of them is enough.",
        ),
        (
            "issue.votes > 5 and issue.votes < 3",
            "The condition can never be true: `issue.votes < 3` is never true, because `issue.votes` is a whole number from 6 there.",
            "Take it out, or write `or` where one of them is enough.",
        ),
        (
            "'a' in issue.labels and 'a' not in issue.labels",
            "The condition can never be true: `'a' not in issue.labels` came out the other way before.",
            "Take one of them out, or write `or` where one of them is enough.",
        ),
        (
            "issue.project in ()",
            "The condition can never be true: `issue.project in ()` is never true, because nothing is in `()`.",
            "Write what it should be among.",
        ),
        (
            "issue.project is None",
            "The condition can never be true: `issue.project is None` is never true, because `issue.project` is text.",
            "Take it out, or ask for something that can be None.",
        ),
        ("False", "The condition can never be true: it says `False`.", "Write what it should wait for."),
        (
            "issue.subtask and not issue.subtask",
            "The condition can never be true: `issue.subtask` is True there.",
            "Write what it should wait for.",
        ),
        (
            "issue.assignee and issue.project == 'A'",
            "The condition can give '' or None instead of True or False: `issue.assignee`.",
            "Compare it, as in `is not None`, or write bool(…).",
        ),
        (
            "issue.project",
            "The condition can give text instead of True or False: `issue.project`.",
            "Compare it, as in `is not None`, or write bool(…).",
        ),
    ],
)
def test_what_cannot_work_is_fatal(condition, words, remedy):
    doubt = only(f"lambda issue: {condition}")
    assert (doubt.words, doubt.remedy, doubt.fatal) == (words, remedy, True)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("True", "The condition is always true: it says `True`."),
        (
            "issue.project != 5",
            "The condition is always true: `issue.project != 5` is never false, because `issue.project` is text.",
        ),
        (
            "issue.project == 'A' or issue.votes == '3'",
            "This comparison is never true: `issue.votes == '3'` is never true, because `issue.votes` is a whole number.",
        ),
        (
            "issue.project is not None and issue.type == 'Bug'",
            "This comparison is always true: `issue.project is not None` is never false, because `issue.project` is text.",
        ),
    ],
)
def test_what_says_less_than_it_seems_is_told_mildly(condition, words):
    doubt = only(f"lambda issue: {condition}")
    assert (doubt.words, doubt.fatal) == (words, False)


@pytest.mark.parametrize(
    "condition",
    [
        "lambda issue: not issue.type == 'Bug'",
        "lambda issue, user: issue.assignee == user.name and 'urgent' in issue.labels",
        "lambda issue: issue.owner is not None and issue.owner.active",
        "lambda issue: issue.project.startswith('A') and issue.extra.whatever == 5",
        "lambda issue: any(label.upper() == WANTED for label in issue.labels)",
        "lambda issue, limit=3: issue.votes > limit",
        "lambda issue: (issue := 5) == 5 or issue.nothing",
        "lambda issue: bool(issue.labels)",
        "imported",
        "None",
    ],
)
def test_nothing_is_said_about_what_is_right_or_not_known(condition):
    assert doubts(condition, "from elsewhere import imported; WANTED = 'A'") == ()


def test_a_name_that_cannot_be_bound_is_told_with_those_that_can():
    doubt = only("lambda isue: isue.project == 'A'")
    assert (doubt.words, doubt.remedy) == ("A condition cannot ask for `isue` here.", "Did you mean `issue`?")
    assert only("lambda elephant: elephant == 1").remedy == "There are: issue, user."
    assert all(doubt.fatal for doubt in doubts("lambda elephant: elephant == 1"))


@pytest.mark.parametrize(
    "before",
    [
        "def wanted(issue):\n    return issue.votes == '5'",
        "wanted = lambda issue: issue.votes == '5'",
        "def wanted(issue):\n    'Words.'\n    if issue.subtask:\n        return False\n    return issue.votes == '5'",
        "def wanted(issue):\n    if not issue.votes == '5':\n        return False\n    else:\n        pass\n    return True",
    ],
)
def test_a_condition_may_be_a_function_of_the_same_file(before):
    (doubt,) = [doubt for doubt in doubts("wanted", before) if doubt.fatal]
    assert "`issue.votes == '5'` is never true" in doubt.words
    assert doubt.line == 1 + before[: before.index("votes")].count("\n")


@pytest.mark.parametrize(
    "before",
    [
        "def wanted(issue): return False\ndef wanted(issue): return True",
        "@other\ndef wanted(issue): return False",
        "wanted = lambda issue: False\nwanted = other",
        "wanted, other = lambda issue: False, 1",
        "def wanted(issue):\n    for label in issue.labels: return False\n    return False",
    ],
)
def test_nothing_is_said_where_it_is_not_certain_what_runs(before):
    assert doubts("wanted", before) == ()


def test_a_function_that_may_end_without_an_answer_is_told():
    before = "def wanted(issue):\n    if issue.subtask:\n        return True"
    assert "can give None instead of True or False" in only("wanted", before).words


def test_an_asynchronous_condition_is_told():
    assert only("wanted", "async def wanted(issue): return issue.subtask").words == "A condition cannot be asynchronous."


def test_columns_count_characters_and_lines_those_of_the_file():
    doubt = only("lambda issue: issue.type != 'ääää' and issue.votes == '5'", "X = '\u2028\x0c'\r\n")
    assert (doubt.line, doubt.column) == (3, 68)


def test_what_is_too_intricate_is_not_judged():
    text = "issue.subtask"
    for number in range(40):
        text = f"(({text}) == (issue.votes == {number}))"
    assert doubts(f"lambda issue: {text}") == ()


def test_text_that_is_not_python_is_an_error_with_its_line():
    with pytest.raises(ScriptWrong, match=r"^publish.py, line 2: this is not Python: ") as wrong:
        check_condition("x = 1\ndef :", "/scripts/publish.py", "publish", TYPES)
    assert (wrong.value.file, wrong.value.line) == ("/scripts/publish.py", 2)


def test_a_function_without_a_condition_has_no_doubts():
    assert check_condition("@hook\n@hook()\n@hook(1, other=lambda x: x)\ndef f(): ...", "f.py", "f", TYPES) == ()
