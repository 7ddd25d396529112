"""What scripts offer, to whom, and which run stands for which question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import pytest

from applinks.errors import ParametersWrong
from applinks.people import Person
from applinks.scripts import Hook, HookKind, NewRun, SetHook, at_address, described, offered, run_of
from applinks.scripts.hooks.offering import may_use, name_of
from applinks.scripts.hooks.parameters import Secret, parameters_of
from intake import Desk, desk

ALICE, BOB = Person("alice", groups=frozenset({"staff"})), Person("bob")


def create(*, key: str, since: date = date(2026, 1, 31)) -> None:
    """For its parameters."""


HOOK = Hook(HookKind.OPERATION, id="spaces/all:create", about="Creates a space.", parameters=parameters_of(create))


@pytest.fixture
def here() -> Iterator[Desk]:
    with desk() as made:
        yield made


def new(here: Desk, person: Person = ALICE, **more: Any) -> NewRun:
    return here.applinks.run(run_of(HOOK, person, more.pop("given", {"key": "OPS"}), **more))


def endpoint(path: str, method: str = "GET") -> Hook:
    return Hook(HookKind.ENDPOINT, id=f"web:{path}", method=method, path=path)


def test_an_operation_goes_by_the_name_of_its_function():
    assert name_of(HOOK) == "create"
    told = described(HOOK)
    assert (told["name"], told["about"]) == ("create", "Creates a space.")
    assert told["parameters"]["required"] == ["key"]


def test_only_members_of_its_groups_may_use_it_and_only_while_it_is_on(here: Desk):
    grouped, other = replace(HOOK, groups=frozenset({"staff"})), endpoint("x")
    assert may_use(HOOK, BOB)
    assert not may_use(grouped, BOB)
    assert [*here.applinks.run(offered([grouped, other], HookKind.OPERATION, ALICE))] == [HOOK.id]
    assert here.applinks.run(offered([grouped], HookKind.OPERATION, BOB)) == {}
    here.applinks.answer(SetHook(HOOK.id, False, {}, "root"))
    assert here.applinks.run(offered([grouped], HookKind.OPERATION, ALICE)) == {}


def test_it_runs_as_whoever_asks_with_values_that_json_can_hold(here: Desk):
    run = new(here, depth=2)
    assert (run.user, run.actor, run.kind, run.depth) == ("alice", "alice", "operation", 2)
    assert run.parameters == {"key": "OPS", "since": "2026-01-31"}


def test_what_an_administrator_has_set_holds_unless_something_else_is_said(here: Desk):
    here.applinks.answer(SetHook(HOOK.id, True, {"key": "STD", "since": "2026-02-01"}, "root"))
    assert new(here, given={}).parameters == {"key": "STD", "since": "2026-02-01"}
    assert new(here).parameters["key"] == "OPS"


def test_values_that_are_wrong_are_refused(here: Desk):
    with pytest.raises(ParametersWrong):
        new(here, given={"kay": "OPS"})


def test_the_same_question_with_the_same_key_is_the_same_run(here: Desk):
    first = new(here, asked_by="wiki", key="k").key
    assert new(here, asked_by="wiki", key="k").key == first
    others = {
        new(here, asked_by="forge", key="k").key,
        new(here, asked_by="wiki", key="l").key,
        new(here, asked_by="wiki", key="k", given={"key": "DEV"}).key,
        new(here, BOB, asked_by="wiki", key="k").key,
        *(new(here, asked_by="wiki").key for _ in range(2)),
        *(new(here, asked_by="wiki", key="x" * 256).key for _ in range(2)),
    }
    assert len({first, *others}) == 9


def test_no_secret_can_be_guessed_by_the_key_of_a_run(here: Desk):
    """T-72: the key is a digest that lies open in the database, and whatever else is in it can be known."""

    def open_door(*, door: str, number: Annotated[str, Secret()]) -> None:
        """For its parameters."""

    hook = replace(HOOK, parameters=parameters_of(open_door))
    asked = {"asked_by": "wiki", "key": "applinks-run-1/1"}
    one, other = (here.applinks.run(run_of(hook, ALICE, {"door": "x", "number": pin}, **asked)) for pin in ("1234", "5678"))
    assert one.key == other.key
    assert one.parameters["number"] == "1234"


def test_an_address_is_found_by_its_parts_the_plain_one_first():
    hooks = [endpoint("pages/{id}"), endpoint("pages/new"), endpoint("pages/{id}", "POST"), endpoint("{what}/{id}")]
    found = at_address(hooks, "/pages/new")
    assert [(hook.path, named) for hook, named in found[:2]] == [("pages/new", {}), ("pages/{id}", {"id": "new"})]
    assert len(found) == 4
    assert at_address(hooks, "/pages/a%2Fb")[0][1] == {"id": "a/b"}
    assert at_address(hooks, "/pages") == []
    assert at_address([endpoint("")], "/") == [(endpoint(""), {})]
