"""The parameters of a hook as the fields of a form."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import pytest

from applinks.errors import ConfigurationError, ParametersWrong
from applinks.scripts import Hook, HookKind, HookSetting, Long, Secret
from applinks.scripts.hooks import parameters
from applinks.web.scripts.fields import MARK, parameter_fields


def script(
    *,
    space: Annotated[str, "Where"],
    text: Annotated[str, "What?", Long()] = "a\nb",
    count: int = 3,
    day: date = date(2026, 1, 31),
    loud: bool = True,
    level: Literal["low", 2] = "low",
    perhaps: Literal["x"] | None = None,
    labels: list[str] = ["a", "b"],  # noqa: B006 as scripts write it
    password: Annotated[str, Secret()] = "hunter2",
) -> None: ...


NOTHING = HookSetting("a:b")
HOOK = Hook(HookKind.BY_HAND, id="a:b", parameters=parameters.parameters_of(script))


def fields(setting: HookSetting = NOTHING, said=None, trouble=None):
    return {one.name.removeprefix(MARK): one for one in parameter_fields(HOOK, setting, said or {}, trouble)}


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("space", "text", ""),
        ("text", "lines", "a\nb"),
        ("count", "text", "3"),
        ("day", "date", "2026-01-31"),
        ("loud", "choice", "yes"),
        ("level", "choice", "low"),
        ("perhaps", "choice", ""),
        ("labels", "lines", "a\nb"),
        ("password", "secret", ""),
    ],
)
def test_each_kind_has_its_field_with_the_default(name, kind, value):
    assert (fields()[name].kind, fields()[name].value) == (kind, value)


def test_choices_are_those_of_the_script_and_nothing_where_that_is_one():
    shown = fields()
    assert [value for value, _ in shown["level"].choices] == ["low", "2"]
    assert [value for value, _ in shown["perhaps"].choices] == ["", "x"]
    assert [value for value, _ in shown["loud"].choices] == ["yes", "no"]


def test_what_is_set_stands_in_place_of_the_default_and_a_secret_nowhere():
    """T-66"""
    shown = fields(HookSetting("a:b", parameters={"space": "X", "loud": False, "labels": ["c"], "password": "swordfish"}))
    assert [shown[name].value for name in ("space", "loud", "labels", "password")] == ["X", "no", "c", ""]
    assert "One is kept; leave this empty to keep it." in shown["password"].help
    assert "swordfish" not in repr(shown)
    assert "hunter2" not in repr(shown)


def test_help_says_what_it_is_and_what_it_must_be():
    shown = fields()
    assert shown["space"].help == "Where. It must be given."
    assert shown["text"].help == "What?"
    assert shown["count"].help == "It must be a whole number."
    assert shown["labels"].help == "One in a line."


def test_what_was_said_and_wrong_stays_with_the_reason_in_place_of_the_help():
    shown = fields(
        said={"count": "many", "password": "hunter3"}, trouble=ParametersWrong({"count": "It must be a whole number."})
    )
    assert (shown["count"].value, shown["count"].help) == ("many", "It must be a whole number.")
    assert shown["password"].value == ""


def test_another_trouble_leaves_the_help_as_it_is():
    assert fields(trouble=ConfigurationError("no"))["space"].help == "Where. It must be given."
