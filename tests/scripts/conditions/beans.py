"""Beans, and random conditions about them, for the tests of conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from random import Random
from typing import Any, Literal, NamedTuple

from hypothesis import strategies as st


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


class Colour(Enum):
    RED = 1
    GREEN = 2


class Version(NamedTuple):
    major: int
    name: str


ONE = Version(1, "one")


@dataclass(frozen=True)
class Person:
    name: str
    active: bool = True


@dataclass(frozen=True)
class Issue:
    project: str
    type: str = "Bug"
    assignee: str | None = None
    labels: tuple[str, ...] = ()
    subtask: bool = False
    votes: int = 0
    weight: float = 0.0
    size: int | None = None
    level: Level = Level.LOW
    colour: Colour = Colour.RED
    kind: Literal["a", "b"] = "a"
    reporter: Person = Person("ann")
    owner: Person | None = None
    tags: list[str] | None = None
    fields: dict[str, int] | None = None
    due: date | None = None
    version: Version = ONE
    extra: Any = None
    either: int | str = 0
    some: str | tuple[int, ...] = ()


WORDS = ["", "A", "B", "AB", "low", "high", "a", "b"]
NUMBERS = [-1, 0, 1, 2, 3, 5]
FLOATS = [-1.0, 0.0, 0.5, 1.0, 2.5, 5.0, float("nan"), float("inf"), 1, 3, True]

words = st.sampled_from(WORDS)
numbers = st.sampled_from(NUMBERS)


def issue(chance: Random) -> Issue:
    """Any issue, of values that also stand in the conditions."""

    def word():
        return chance.choice(WORDS)

    def number():
        return chance.choice(NUMBERS)

    def several():
        return [word() for _ in range(chance.randrange(3))]

    return Issue(
        project=word(),
        type=word(),
        assignee=chance.choice([None, word()]),
        labels=tuple(several()),
        subtask=chance.choice([True, False]),
        votes=number(),
        weight=chance.choice(FLOATS),
        size=chance.choice([None, number()]),
        level=chance.choice([*Level]),
        colour=chance.choice([*Colour]),
        kind=chance.choice(["a", "b"]),
        reporter=person(chance),
        owner=chance.choice([None, person(chance)]),
        tags=chance.choice([None, several()]),
        fields=chance.choice([None, dict.fromkeys(several(), 1)]),
        due=chance.choice([None, date(2026, 1, 1)]),
        version=Version(number(), word()),
        extra=chance.choice([None, word(), number()]),
        either=chance.choice([word(), number()]),
        some=chance.choice([word(), (number(), number()), ()]),
    )


def person(chance: Random) -> Person:
    return Person(chance.choice(WORDS), chance.choice([True, False]))


PATHS = [f"issue.{name}" for name in Issue.__dataclass_fields__] + [
    "issue.reporter.name",
    "issue.reporter.active",
    "issue.owner.name",
    "issue.owner.active",
    "issue.version.major",
    "issue.version.name",
    "user.name",
    "user",
]
paths = st.sampled_from(PATHS)
literals = st.one_of(
    words.map(repr),
    numbers.map(repr),
    st.sampled_from(
        ["0.5", "2.5", "1.0", "None", "True", "False", "()", "('A',)", "('A', 'B')", "[]", "1e999", "-1e999", "b'A'"]
    ),
)
calls = st.sampled_from(
    ["len(issue.labels)", "issue.project.lower()", "issue.project + 'B'", "f'{issue.votes}'", "(lambda: 1)()"]
)
collections = st.one_of(
    st.lists(literals, max_size=3).map(lambda inner: f"[{', '.join(inner)}]"),
    st.lists(literals, max_size=3).map(lambda inner: f"({''.join(one + ', ' for one in inner)})"),
    st.lists(paths, max_size=2).map(lambda inner: f"[{', '.join(inner)}]"),
    words.map(repr),
    st.sampled_from(["issue.labels", "issue.tags", "issue.fields", "issue.project", "issue.version", "{'A': 1}", "{'A', 'B'}"]),
)


def operands(inner):
    return st.one_of(paths, paths, literals, calls, inner.map(lambda text: f"({text})"))


def comparisons(inner):
    equal = st.sampled_from(["==", "!=", "==", "!=", "is", "is not", "<", "<=", ">", ">="])
    single = st.tuples(operands(inner), equal, operands(inner)).map(" ".join)
    plain = st.tuples(paths, equal, literals).map(" ".join)
    among = st.tuples(operands(inner), st.sampled_from(["in", "not in"]), collections).map(" ".join)
    chain = st.tuples(operands(inner), equal, paths, equal, operands(inner)).map(" ".join)
    return st.one_of(plain, plain, single, among, chain)


def connected(inner):
    joined = st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})")
    three = st.tuples(inner, inner, inner)
    return st.one_of(
        joined,
        joined,
        three.map(lambda parts: f"({' and '.join(parts)})"),
        three.map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        inner.map(lambda text: f"(not {text})"),
        comparisons(inner),
    )


conditions = st.recursive(st.one_of(comparisons(paths), comparisons(paths), paths, literals), connected, max_leaves=6)


def _asked(paths_of_one, hows, others) -> list[str]:
    return [f"{path} {how} {other}" for path in paths_of_one for how in hows for other in others]


ORDER = ["==", "!=", "<", "<=", ">", ">="]
SAME = ["is", "is not"]
AMONG = ["in", "not in"]
GROUPS = {
    "numbers": _asked(["issue.votes", "issue.size", "issue.weight"], ORDER, ["1", "1.5", "issue.weight"])
    + _asked(["issue.votes", "issue.size", "issue.weight"], AMONG, ["(1, 2)", "(0,)", "[issue.weight]"])
    + _asked(["issue.size"], SAME, ["None"])
    + ["issue.votes", "issue.weight", "issue.size"],
    "texts": _asked(["issue.project", "issue.assignee", "issue.level"], ["==", "!=", "<", ">="], ["'A'", "'low'", "''"])
    + _asked(["issue.project", "issue.assignee"], AMONG, ["('A', 'low')", "'low'", "()", "issue.labels", "[issue.level]"])
    + _asked(["issue.project", "issue.assignee"], [*SAME, "==", "!="], ["issue.level", "issue.kind"])
    + _asked(["issue.assignee"], SAME, ["None"])
    + ["issue.project", "issue.assignee", "issue.level"],
    "containers": _asked(["'A'", "issue.project", "1"], AMONG, ["issue.labels", "issue.tags", "issue.fields", "issue.version"])
    + _asked(["issue.labels", "issue.tags", "issue.version"], ["==", "!=", "<"], ["()", "('A',)", "[]", "issue.labels"])
    + _asked(["issue.tags", "issue.fields"], SAME, ["None"])
    + ["issue.labels", "issue.tags", "issue.fields", "issue.version"],
    "truths": _asked(["issue.subtask", "issue.reporter.active", "issue.votes"], ["==", "!=", *SAME], ["True", "0"])
    + _asked(["issue.subtask"], ["==", "!=", *SAME], ["issue.reporter.active", "issue.votes"])
    + _asked(["issue.owner"], ["==", "!=", *SAME], ["None", "issue.reporter", "user"])
    + _asked(["issue.owner.active", "issue.owner.name"], ["==", "!="], ["True", "'A'", "issue.either"])
    + ["issue.subtask", "issue.owner", "issue.owner.active", "issue.colour", "issue.votes"],
    "of several types": _asked(["issue.either", "issue.extra"], ORDER, ["'A'", "1", "issue.votes", "issue.project"])
    + _asked(["issue.either", "issue.extra"], AMONG, ["('A', 1)", "'AB'", "issue.labels", "issue.some"])
    + _asked(["issue.either", "issue.extra"], SAME, ["None"])
    + ["issue.either", "issue.extra"],
}
"""Questions about few attributes each, so that two of them often contradict each other."""

narrow_conditions = st.sampled_from([*GROUPS]).flatmap(
    lambda group: st.recursive(st.sampled_from(GROUPS[group]), connected, max_leaves=6)
)
