"""Parameters of a script: read from its function, checked when they are given, written as a schema, never showing a secret."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Literal, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ParametersWrong, ScriptWrong
from applinks.scripts.hooks.parameter_kinds import Kind
from applinks.scripts.hooks.parameters import (
    MOST_UNKNOWN,
    Long,
    Parameter,
    Secret,
    parameters_of,
    read,
    read_named,
    read_texts,
    schema,
    without_secrets,
)


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


class Count(IntEnum):
    ONE = 1


class Pair(Enum):
    BOTH = (1, 2)


def everything(
    issue,
    log: object,
    *,
    space: Annotated[str, "Space in which pages are made"] = "OPS",
    text: Annotated[str, "What it says", Long()],
    count: int = 3,
    share: float = 0.5,
    loud: bool = False,
    day: date = date(2026, 1, 31),
    way: Literal["up", "down", 1] = "up",
    level: Level = Level.LOW,
    labels: list[str] = (),
    owner: str | None = None,
    limit: Optional[Annotated[int, "At most"]] = 7,  # noqa: UP045
    key: Annotated[str, Secret()] = "canary",
): ...


ALL = parameters_of(everything)


def of(**hints: Any) -> tuple[Parameter, ...]:
    """Parameters with these annotations, without defaults."""

    names = ", ".join(hints)
    made: dict[str, Any] = {}
    exec(f"def function(*, {names}): ...", made)
    made["function"].__annotations__ = hints
    return parameters_of(made["function"])


def mistakes(reader, parameters, **values) -> dict[str, str]:
    with pytest.raises(ParametersWrong) as wrong:
        reader(parameters, values)
    return dict(wrong.value.mistakes)


def test_what_stands_before_the_star_is_no_parameter():
    assert [parameter.name for parameter in ALL] == [
        *("space", "text", "count", "share", "loud", "day", "way", "level", "labels", "owner", "limit", "key")
    ]


def test_annotations_and_defaults_tell_everything():
    found = {parameter.name: parameter for parameter in ALL}
    assert found["space"] == Parameter("space", Kind.TEXT, "Space in which pages are made", required=False, default="OPS")
    assert found["text"] == Parameter("text", Kind.TEXT, "What it says", long=True)
    assert found["owner"] == Parameter("owner", Kind.TEXT, required=False, optional=True)
    assert found["limit"] == Parameter("limit", Kind.WHOLE, "At most", required=False, default=7, optional=True)
    assert found["key"] == Parameter("key", Kind.TEXT, required=False, default="canary", secret=True)
    assert found["level"] == Parameter("level", Kind.CHOICE, required=False, default=Level.LOW, choices=(Level.LOW, Level.HIGH))
    assert found["way"].choices == ("up", "down", 1)
    assert [found[name].kind for name in ("count", "share", "loud", "day", "labels")] == [
        *(Kind.WHOLE, Kind.NUMBER, Kind.YES_NO, Kind.DATE, Kind.TEXTS)
    ]


def test_a_mark_without_brackets_marks_as_well():
    assert of(key=Annotated[str, Secret])[0].secret


def test_a_choice_may_have_none_among_it():
    (way,) = of(way=Literal["a", None])
    assert (way.optional, way.choices) == (True, ("a",))


def test_no_parameters_are_none():
    assert parameters_of(lambda issue: None) == ()
    assert read((), {}) == {}


def test_a_representation_does_not_show_the_default_of_a_secret():
    """T-66."""
    assert "canary" not in repr(ALL)
    assert repr(ALL[0]) == "<Parameter space: text='OPS'>"


def no_annotation(
    issue,
    *,
    space="OPS",
): ...


def unknown_name(*, space: NoSuchType): ...  # noqa: F821


def bytes_of(*, space: bytes): ...


def many(*, space: list[int]): ...


def either(*, space: str | int): ...


def moment(*, space: datetime): ...


def pair(*, space: Pair): ...


def secret_number(*, space: Annotated[int, Secret()]): ...


def wrong_default(*, space: int = "x"): ...


def true_as_number(*, space: int = True): ...


def none_default(*, space: str = None): ...  # noqa: RUF013


def day_with_time(*, space: date = datetime(2026, 1, 1)): ...  # noqa: DTZ001


def wrong_choice(*, space: Literal["a"] = "b"): ...


def word_for_a_member(*, space: Level = "low"): ...


@pytest.mark.parametrize(
    ("function", "what", "remedy"),
    [
        (no_annotation, "it has no annotation", "put it before the `*`"),
        (unknown_name, "its annotation cannot be understood (name 'NoSuchType' is not defined)", "Write str, int, float"),
        (bytes_of, "a script cannot have a bytes as parameter", "Write str, int, float"),
        (many, "a script cannot have a list[int] as parameter", "Write str, int, float"),
        (either, "a script cannot have a str | int as parameter", "Write str, int, float"),
        (moment, "a script cannot have a datetime as parameter", "Write str, int, float"),
        (pair, "a choice must be among texts or whole numbers", "Write str, int, float"),
        (secret_number, "only a text can be long or secret", "write str"),
        (wrong_default, "its default must be a whole number", "Correct the default"),
        (true_as_number, "its default must be a whole number", "Correct the default"),
        (none_default, "its default is None, which its annotation does not have", "Write `| None` behind it."),
        (day_with_time, "its default must be a date like 2026-01-31", "Correct the default"),
        (wrong_choice, "its default must be one of: a", "Correct the default"),
        (word_for_a_member, "its default must be one of: low, high", "Correct the default"),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_a_parameter_that_cannot_be_used_is_named_with_its_line_and_what_to_write(function, what, remedy):
    with pytest.raises(ScriptWrong) as wrong:
        parameters_of(function)
    error = wrong.value
    line = function.__code__.co_firstlineno + (3 if function is no_annotation else 0)
    assert (error.file, error.line, error.code) == (__file__, line, "script-wrong")
    name = f"test_parameters.py, line {line}: the parameter space of {function.__name__} cannot be used: "
    assert error.message == f"{name}{what}."
    assert remedy in error.remedy


def test_the_line_is_that_of_the_function_where_its_text_is_not_at_hand():
    made: dict[str, Any] = {}
    exec(compile("\n\ndef f(\n  *, x): ...", "/nowhere/gone.py", "exec"), made)
    with pytest.raises(ScriptWrong, match=r"^gone.py, line 3: "):
        parameters_of(made["f"])


def test_what_is_not_given_has_its_default():
    assert read(ALL, {"text": "x"}) == {
        "space": "OPS",
        "text": "x",
        "count": 3,
        "share": 0.5,
        "loud": False,
        "day": date(2026, 1, 31),
        "way": "up",
        "level": Level.LOW,
        "labels": [],
        "owner": None,
        "limit": 7,
        "key": "canary",
    }


def test_each_run_has_a_list_of_its_own():
    read(ALL, {"text": "x"})["labels"].append("y")
    assert read(ALL, {"text": "x"})["labels"] == []


@pytest.mark.parametrize(
    ("name", "value", "is_read"),
    [
        ("space", "", ""),
        ("count", 5, 5),
        ("count", 5.0, 5),
        ("share", 1, 1.0),
        ("loud", True, True),
        ("day", "2026-02-28", date(2026, 2, 28)),
        ("way", 1, 1),
        ("level", "high", Level.HIGH),
        ("labels", ["a", ""], ["a", ""]),
        ("owner", None, None),
        ("owner", "ann", "ann"),
        ("limit", None, None),
    ],
)
def test_a_value_comes_as_json(name, value, is_read):
    found = read(ALL, {"text": "x", name: value})[name]
    assert (found, type(found)) == (is_read, type(is_read))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("space", 5, "It must be a text."),
        ("space", None, "It must be a text."),
        ("count", "5", "It must be a whole number."),
        ("count", 5.5, "It must be a whole number."),
        ("count", True, "It must be a whole number."),
        ("count", float("nan"), "It must be a whole number."),
        ("share", "0.5", "It must be a number."),
        ("share", False, "It must be a number."),
        ("share", float("inf"), "It must be a number."),
        ("share", 10**400, "It must be a number."),
        ("loud", 1, "It must be yes or no."),
        ("loud", "true", "It must be yes or no."),
        ("day", "20260131", "It must be a date like 2026-01-31."),
        ("day", "2026-02-30", "There is no such day."),
        ("day", 5, "It must be a date like 2026-01-31."),
        ("way", "left", "It must be one of: up, down, 1."),
        ("way", True, "It must be one of: up, down, 1."),
        ("way", 1.0, "It must be one of: up, down, 1."),
        ("level", ["low"], "It must be one of: low, high."),
        ("labels", "a", "It must be a list of texts."),
        ("labels", [1], "It must be a list of texts."),
        ("limit", "7", "It must be a whole number."),
    ],
)
def test_a_value_of_another_kind_is_a_mistake(name, value, sentence):
    assert mistakes(read, ALL, **{"text": "x", name: value}) == {name: sentence}


def test_all_mistakes_are_told_at_once_with_the_name_that_was_meant():
    found = mistakes(read, ALL, spaec="x", elephant=1, count="many", key=["canary"])
    assert found == {
        "spaec": "There is no such parameter. Did you mean space?",
        "elephant": "There is no such parameter. There are: "
        "space, text, count, share, loud, day, way, level, labels, owner, limit, key.",
        "text": "It is missing. It must be a text.",
        "count": "It must be a whole number.",
        "key": "It must be a text.",
    }


def test_the_error_says_each_mistake_and_no_value():
    with pytest.raises(ParametersWrong) as wrong:
        read(ALL, {"text": "x", "key": ["canary"], "count": "canary"})
    assert str(wrong.value) == "2 parameters are wrong. count: It must be a whole number. key: It must be a text."
    assert wrong.value.code == "parameters-wrong"


def test_a_script_without_parameters_takes_none():
    assert mistakes(read, (), space="x") == {"space": "This script takes no parameters."}


def test_of_very_many_unknown_names_a_few_are_told():
    """T-73: whoever asks for an operation may send thousands, and to each is looked for what it may have meant."""
    assert len(mistakes(read, (), **{f"name{number}": 1 for number in range(20_000)})) == MOST_UNKNOWN


def test_an_unknown_name_is_harmless_to_a_terminal():
    """T-67."""
    (name,) = mistakes(read, (), **{"\x1b[2J" * 50: 1})
    assert name.isprintable()


@pytest.mark.parametrize(
    ("name", "text", "is_read"),
    [
        ("space", "", ""),
        ("space", " a ", " a "),
        ("text", "a\r\nb", "a\nb"),
        ("count", " -5 ", -5),
        ("count", "", 3),
        ("share", "1e3", 1000.0),
        ("share", ".5", 0.5),
        ("loud", "on", True),
        ("loud", "No", False),
        ("loud", ["no", "yes"], True),
        ("loud", "", False),
        ("day", "2026-02-28 ", date(2026, 2, 28)),
        ("way", "1", 1),
        ("level", "high", Level.HIGH),
        ("labels", "a\r\n\r\n b ", ["a", "b"]),
        ("labels", ["a", "b"], ["a", "b"]),
        ("labels", "", []),
        ("owner", "", None),
        ("owner", "ann", "ann"),
        ("limit", "", None),
        ("key", "", "canary"),
        ("key", "new", "new"),
    ],
)
def test_a_value_comes_as_text(name, text, is_read):
    found = read_texts(ALL, {"text": "x", name: text})[name]
    assert (found, type(found)) == (is_read, type(is_read))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("text", "", "It is missing. It must be a text."),
        ("text", [], "It is missing. It must be a text."),
        ("space", ["a", "b"], "It is given more than once."),
        ("count", "1_000", "It must be a whole number."),
        ("count", "٣", "It must be a whole number."),
        ("count", "9" * 5000, "It must be a whole number."),
        ("share", "nan", "It must be a number."),
        ("share", "1e999", "It must be a number."),
        ("loud", "perhaps", "It must be yes or no."),
        ("day", "tomorrow", "It must be a date like 2026-01-31."),
        ("level", "LOW", "It must be one of: low, high."),
        ("limit", "x", "It must be a whole number."),
    ],
)
def test_a_text_of_another_kind_is_a_mistake(name, text, sentence):
    assert mistakes(read_texts, ALL, **{"text": "x", name: text}) == {name: sentence}


def test_lists_that_are_required_or_optional_take_an_empty_field_differently():
    assert mistakes(read_texts, of(labels=list[str]), labels="\n") == {"labels": "It is missing. It must be a list of texts."}
    assert read_texts(of(labels=list[str] | None), {"labels": ""}) == {"labels": None}
    assert read(of(labels=list[str]), {"labels": []}) == {"labels": []}


def test_of_those_that_are_named_nothing_else_is_said():
    assert read_named(ALL, {}) == {}
    assert read_named(ALL, {"count": "7"}) == {"count": 7}
    assert mistakes(read_named, ALL, count="many", cuont="1") == {
        "count": "It must be a whole number.",
        "cuont": "There is no such parameter. Did you mean count?",
    }


def test_the_schema_says_what_is_read():
    described = schema(ALL)
    assert described["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (described["type"], described["required"], described["additionalProperties"]) == ("object", ["text"], False)
    assert described["properties"] == {
        "space": {"type": "string", "description": "Space in which pages are made", "default": "OPS"},
        "text": {"type": "string", "description": "What it says"},
        "count": {"type": "integer", "default": 3},
        "share": {"type": "number", "default": 0.5},
        "loud": {"type": "boolean", "default": False},
        "day": {"type": "string", "format": "date", "default": "2026-01-31"},
        "way": {"enum": ["up", "down", 1], "default": "up"},
        "level": {"enum": ["low", "high"], "default": "low"},
        "labels": {"type": "array", "items": {"type": "string"}, "default": []},
        "owner": {"type": ["string", "null"], "default": None},
        "limit": {"type": ["integer", "null"], "description": "At most", "default": 7},
        "key": {"type": "string", "writeOnly": True},
    }


def test_the_schema_of_an_optional_choice_has_null_among_it():
    assert schema(of(way=Literal["a", "b"] | None))["properties"]["way"] == {"enum": ["a", "b", None]}
    assert schema(of(count=Count))["properties"]["count"] == {"enum": [1]}


def test_what_is_shown_has_neither_secrets_nor_unknown_names():
    """T-66."""
    values = {**read(ALL, {"text": "x", "labels": ["a"]}), "elephant": 1}
    assert without_secrets(ALL, values) == {
        "space": "OPS",
        "text": "x",
        "count": 3,
        "share": 0.5,
        "loud": False,
        "day": "2026-01-31",
        "way": "up",
        "level": "low",
        "labels": ["a"],
        "owner": None,
        "limit": 7,
    }


def test_what_was_wrong_is_shown_as_it_was_given():
    assert without_secrets(ALL, {"count": "many", "key": "canary"}) == {"count": "many"}


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(st.dictionaries(st.sampled_from([parameter.name for parameter in ALL]), VALUES))
def test_what_was_read_and_shown_is_read_again_as_the_same(given):
    try:
        first = read(ALL, given)
    except ParametersWrong:
        return
    assert read(ALL, {**without_secrets(ALL, first), "key": first["key"]}) == first


@given(st.dictionaries(st.sampled_from([parameter.name for parameter in ALL]), st.text() | st.lists(st.text())))
def test_no_text_is_answered_by_anything_but_values_or_mistakes(form):
    try:
        found = read_texts(ALL, form)
    except ParametersWrong as wrong:
        told = wrong.mistakes.keys()
    else:
        told = found.keys()
    assert told
    assert told <= {parameter.name for parameter in ALL}
