"""The parameters of a hook as the fields of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from applinks.errors import AppLinksError, ParametersWrong
from applinks.scripts import Hook, HookSetting, Kind, Parameter, shown_value
from applinks.web.administration.views import Field

MARK = "parameter-"
"""Before the name of each parameter in the form, where it is among other fields."""
CHOSEN = frozenset({Kind.CHOICE, Kind.YES_NO})


def parameter_fields(
    hook: Hook, setting: HookSetting, said: Mapping[str, str], trouble: AppLinksError | None
) -> tuple[Field, ...]:
    """A field for each parameter, filled with what is set, or with what was `said` where that was wrong.

    Secrets are in none of them.
    """
    wrong = trouble.mistakes if isinstance(trouble, ParametersWrong) else {}
    return tuple(_field(one, setting, said if trouble is not None else {}, wrong) for one in hook.parameters)


def _field(one: Parameter, setting: HookSetting, said: Mapping[str, str], wrong: Mapping[str, str]) -> Field:
    kept = setting.parameters.get(one.name, shown_value(one.default))
    value = "" if one.secret else said.get(one.name, _text(kept))
    help_ = wrong.get(one.name) or " ".join(_help(one, kept=one.name in setting.parameters))
    return Field(f"{MARK}{one.name}", one.name, _kind(one), value, help_, _choices(one))


def _kind(parameter: Parameter) -> str:
    if parameter.secret:
        return "secret"
    if parameter.kind in CHOSEN:
        return "choice"
    if parameter.kind is Kind.DATE:
        return "date"
    return "lines" if parameter.long or parameter.kind is Kind.TEXTS else "text"


def _choices(parameter: Parameter) -> tuple[tuple[str, str], ...]:
    if parameter.kind not in CHOSEN:
        return ()
    nothing = (("", "nothing"),) if parameter.optional or parameter.required else ()
    words = ("yes", "no") if parameter.kind is Kind.YES_NO else [str(shown_value(one)) for one in parameter.choices]
    return (*nothing, *((word, word) for word in words))


def _help(parameter: Parameter, *, kept: bool) -> Iterator[str]:
    """Sentences: what it is, what it must be, and what an empty field means."""
    if parameter.description:
        yield parameter.description if parameter.description[-1] in ".?!" else f"{parameter.description}."
    if parameter.kind not in {*CHOSEN, Kind.TEXT, Kind.TEXTS}:
        yield f"It must be {parameter.must_be}."
    if parameter.kind is Kind.TEXTS:
        yield "One in a line."
    if parameter.required:
        yield "It must be given."
    if parameter.secret and kept:
        yield "One is kept; leave this empty to keep it."


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
