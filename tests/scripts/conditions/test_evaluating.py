"""A condition is asked before its hook runs, and gives True or False."""

from __future__ import annotations

import pytest

from applinks.errors import ScriptWrong
from applinks.scripts.conditions import evaluate
from scripts.conditions.beans import Issue, Person

ISSUE, USER = Issue("OPS"), Person("ann")
BINDINGS = {"issue": ISSUE, "user": USER}


def test_a_condition_is_called_with_what_it_names():
    assert evaluate(lambda issue: issue.project == "OPS", BINDINGS) is True
    assert evaluate(lambda user, issue: user.name == issue.project, BINDINGS) is False
    assert evaluate(lambda: True, BINDINGS) is True
    assert evaluate(lambda *rest, limit=3, **more: (rest, limit, more) == ((), 3, {}), BINDINGS) is True
    assert evaluate(lambda user=None: user is USER, BINDINGS) is True


def test_a_condition_that_asks_for_something_else_is_told_what_there_is():
    with pytest.raises(ScriptWrong, match=r"asks for elephant, which is not there\. There are: issue, user\."):
        evaluate(lambda elephant: True, BINDINGS)


def test_a_condition_that_fails_is_named_by_file_and_line_with_its_cause():
    def fails(issue):
        found = issue.project

        return found.key == "A"

    with pytest.raises(ScriptWrong, match=r"^test_evaluating.py, line \d+: the condition failed: AttributeError: ") as wrong:
        evaluate(fails, BINDINGS)
    assert wrong.value.line == fails.__code__.co_firstlineno + 3
    assert isinstance(wrong.value.__cause__, AttributeError)


@pytest.mark.parametrize(("result", "name"), [(None, "NoneType"), (1, "int"), ("", "str"), (ISSUE.labels, "tuple")])
def test_a_result_that_is_neither_true_nor_false_is_an_error(result, name):
    with pytest.raises(ScriptWrong, match=f"gave a value of the type {name}.*It must give True or False"):
        evaluate(lambda: result, BINDINGS)


def test_an_asynchronous_condition_is_an_error_and_leaves_nothing_behind():
    async def wanted():
        return True

    with pytest.raises(ScriptWrong, match="type coroutine"):
        evaluate(wanted, BINDINGS)
