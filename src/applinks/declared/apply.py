"""Looks at what stands, and makes it what a link file declares.

Rules of this file:
- Each round looks anew. Applications are made first, since links need their ids and keys; then links, the called side first.
- Every step is atomic and the same if it is repeated, so that whoever is interrupted anywhere says it again.
- It ends when nothing is left to be done, which is looked at and not assumed. Two who apply one file at once both end so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from applinks.declared.checks import check_doubles
from applinks.declared.doors import Door
from applinks.declared.model import DeclaredApplication, LinkFile
from applinks.declared.plan import Held, ends_to_be, make_plan
from applinks.declared.steps import Introduce, Observed, Plan, Step
from applinks.errors import ConfigurationError, LinkExists, LinkFileWrong

ROUNDS = 8
"""How often others may change the same things while we apply, before we say so."""


def plan(file: LinkFile, doors: Mapping[str, Door], *, prune: bool = False) -> Plan:
    """What would be done; nothing is changed."""
    observed = {key: doors[key].observe() if key in doors else Observed() for key in file.applications}
    file = _as_they_say(file, observed)
    return make_plan(file, observed, _held(file, observed, doors), prune=prune)


def _as_they_say(file: LinkFile, observed: Mapping[str, Observed]) -> LinkFile:
    """The file, with what applications that are reached by a token say of themselves."""
    described = {key: _as_it_says(application, observed[key]) for key, application in file.applications.items()}
    found = replace(file, applications=described)
    if mistakes := check_doubles(found):
        raise LinkFileWrong("The link file", tuple(map(str, mistakes)))
    return found


def _as_it_says(application: DeclaredApplication, observed: Observed) -> DeclaredApplication:
    us = observed.identity
    if application.token is None or us is None:
        return application
    if us.url != application.url:
        raise ConfigurationError(
            f"The application at {application.url} says that its address is {us.url[:200]!a}.",
            remedy=f"Write that into applications.{application.key}.url, or correct what it says: signatures are made for it.",
        )
    return replace(application, name=us.name, type=us.type)


def apply(
    file: LinkFile,
    doors: Mapping[str, Door],
    *,
    by: str,
    prune: bool = False,
    told: Callable[[Step], object] | None = None,
) -> tuple[Step, ...]:
    """Do it; the steps that were done, each of them `told` as soon as it is. `by` is the administrator who says so.

    Raises `LinkExists` before anything is done where a link that is not declared is in the way, `ConfigurationError` where
    somebody else goes on changing what is declared, and whatever a step raises; what was done before it stays.
    """
    done: list[Step] = []
    for _ in range(ROUNDS):
        todo = plan(file, doors, prune=prune)
        _refuse_obstacles(todo)
        steps = [step for step in todo.steps if isinstance(step.act, Introduce)] or todo.steps
        if not steps:
            return tuple(done)
        for step in steps:
            doors[step.key].do(step.act, by=by)
            done.append(step)
            if told is not None:
                told(step)
    raise ConfigurationError(
        "Somebody else goes on changing what this file declares.", remedy="Find out who, and apply it again."
    )


def _held(file: LinkFile, observed: Mapping[str, Observed], doors: Mapping[str, Door]) -> set[Held]:
    """The secrets that are as declared."""
    return {
        (key, one.wanted.id, direction)
        for one in ends_to_be(file, observed)
        for direction, secret in one.secrets()
        if doors[key := one.end.here.key].holds(one.shall, direction, secret.value)
    }


def _refuse_obstacles(todo: Plan) -> None:
    for note in todo.notes:
        if note.kind == "in the way":
            raise LinkExists(
                f"{note.words}.",
                remedy="Declare it under another name, delete it, or let --prune delete what is not declared.",
                link=note.link,
            )
