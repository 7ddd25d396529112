"""The reference of scripts tells each decorator, name, limit and state, as they are."""

from __future__ import annotations

import inspect
import re

import pytest

from applinks import running, scripts
from applinks.links import DIALECTS
from applinks.running import scripts as of_application
from applinks.running.clockwork import KEPT_FOR
from applinks.running.in_process import WORKERS
from applinks.scripts import (
    ALWAYS,
    DAY,
    DEEPEST,
    HELD_FOR,
    MOST_DEATHS,
    PARKED_FOR,
    STEPS,
    HookKind,
    Limits,
    Retries,
)
from applinks.scripts.events import sorting
from applinks.scripts.events.bindings import BINDINGS
from applinks.scripts.hooks.decorators import Hook
from applinks.scripts.hooks.parameter_kinds import Kind
from applinks.scripts.passes import executing, recording
from applinks.scripts.runs.journal import HARMLESS
from house.source import DOCS, section

PAGE = DOCS / "reference" / "scripts.md"


def rows(heading: str) -> list[list[str]]:
    """The cells of all tables below a heading."""
    lines = re.findall(r"^\| (.+) \|$", section(PAGE, heading), re.MULTILINE)
    cells = [re.split(r" \| (?!None)", line) for line in lines]
    return [row for row in cells if not row[0].startswith("---")]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def signature(function) -> str:
    """`name(a, *, b=None)`: without annotations, defaults as they are written in a call."""
    plain = {"Limits": "Limits()", "Retries": "0", "Pace": "Pace(…)"}
    parts, star = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            parts.append(f"*{parameter.name}")
            star = True
            continue
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            star = True
            parts.append("*")
        default = parameter.default
        said = "" if default is parameter.empty else f"={plain.get(type(default).__name__, repr(default))}"
        parts.append(f"{parameter.name}{said}")
    return f"{function.__name__}({', '.join(parts)})"


def test_each_kind_of_hook_is_told_with_its_decorator_as_it_is():
    told = {names(row[0])[0]: names(row[1])[0] for row in rows("Kinds of hooks") if len(row) == 3 and names(row[0])}
    assert set(told) == {*HookKind}
    for kind, written in told.items():
        assert written == signature(getattr(scripts, kind.replace("-", "_").replace(" ", "_")))


def test_each_option_of_a_decorator_is_told():
    told = {name for row in rows("Kinds of hooks") if len(row) == 2 for name in names(row[0])}
    decorators = [getattr(scripts, kind.replace("-", "_").replace(" ", "_")) for kind in HookKind]
    assert told == {name for decorator in decorators for name in inspect.signature(decorator).parameters}
    assert told <= set(Hook.__dataclass_fields__) | {"when"}


def test_each_name_that_every_hook_may_use_is_told():
    told = [name for row in rows("What a function may name") if len(row) == 2 for name in names(row[0])]
    assert set(told) == {*ALWAYS, *DIALECTS}


def test_each_name_that_an_event_binds_is_told_with_all_that_it_has():
    told: dict[str, dict[str, str]] = {}
    for row in rows("What a function may name"):
        if len(row) == 3 and names(row[0]):
            told.setdefault(names(row[0])[0], {})[names(row[1])[0]] = row[2]
    assert {kind: set(bound) for kind, bound in told.items()} == {kind: set(bound) for kind, bound in BINDINGS.items()}
    for kind, bound in told.items():
        for name, words in bound.items():
            if words != "as above":
                what, *members = names(words)
                bean = getattr(scripts, what)
                assert bean.__name__ in str(BINDINGS[kind][name])
                assert set(members) == {member for member in dir(bean) if not member.startswith("_")} - {"read", "between"}


def test_each_kind_of_parameter_is_told():
    assert [names(row[0])[0] for row in rows("Parameters") if names(row[0])] == [*Kind]


def test_each_state_is_told_with_those_that_may_follow():
    told = {names(row[0])[0]: set(names(row[2])) for row in rows("States of a run") if names(row[0])}
    assert told == {state.value: {one.value for one in after} for state, after in STEPS.items()}


def test_methods_that_may_be_sent_again_are_told():
    (row,) = [row for row in rows("The journal") if "never answered: GET" in row[0]]
    assert set(re.findall(r"\b[A-Z]{3,}\b", row[0])) == HARMLESS


@pytest.mark.parametrize(
    "words",
    [
        f"`{Limits()!r}`",
        f"`{Retries()!r}`",
        f"is kept as JSON, {executing.LARGEST_RESULT:,} characters",
        f"an answer that is kept in the journal | {recording.LARGEST_ANSWER:,} bytes",
        f"a run waits for a consent | {PARKED_FOR / DAY:.0f} days",
        f"a run whose process died {MOST_DEATHS} times",
        f"loses its runs after {HELD_FOR:.0f} seconds",
        f"an event to which {DEEPEST} runs have led",
        f"a hook that ran {sorting.MOST_RUNS} times for one item within {sorting.WITHIN:.0f} seconds",
        f"is tried again after {sorting.FIRST_WAIT:.0f} seconds, and twice as long each time, up to an hour, for a day",
        f"waits {of_application.ANSWERS_WITHIN:.0f} seconds at most",
        f"are kept for {KEPT_FOR / DAY:.0f} days",
        f"runs at a time, in one process | {WORKERS},",
    ],
)
def test_the_limits_are_as_they_are_told(words):
    assert words in section(PAGE, "Limits")
    assert (sorting.LONGEST_WAIT, sorting.GIVEN_UP_AFTER) == (3600, DAY)


def test_what_an_application_uses_is_told_as_it_is():
    text = section(PAGE, "In an application")
    assert f"`{signature(running.Scripts)}`" in text
    members = {name: member for name, member in vars(running.Scripts).items() if not name.startswith("_")}
    for name, member in members.items():
        written = f"`{signature(member)}`" if inspect.isfunction(member) else f"`{name}`"
        assert written in text, written
    told = {name.partition("(")[0] for row in rows("In an application") if len(row) == 2 for name in names(row[0])}
    assert told == members.keys()
    assert [names(row[0])[0] for row in rows("In an application") if len(row) == 3 and names(row[0])] == [*running.ENGINES]
