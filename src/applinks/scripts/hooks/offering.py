"""What scripts offer to whoever waits for an answer: operations to linked applications, addresses to people.

Rules of this file:
- Whoever asks must be a member of one of the groups, where a script names some; else it is not there for them.
- They are asked as that person, and never run as somebody else.
- What may have been asked before, with the same key and the same parameters, is the same run. Secrets are left out of that
  comparison: its digest is kept, and by a digest short ones could be guessed (T-72).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from applinks.people import Person
from applinks.questions import Flow, Moment, Now
from applinks.scripts.hooks.decorators import Hook, HookKind
from applinks.scripts.hooks.parameter_kinds import shown_value
from applinks.scripts.hooks.parameters import read, schema, without_secrets
from applinks.scripts.hooks.settings import HookSetting, HookSettings, set_for
from applinks.scripts.runs.run import NewRun

LONGEST_KEY = 255


def name_of(hook: Hook) -> str:
    """The name of an operation: that of its function."""
    return hook.id.rpartition(":")[2]


def offered(hooks: Sequence[Hook], kind: HookKind, person: Person) -> Flow[dict[str, Hook]]:
    """The hooks of that kind that are on and that this person may use, by their ids."""
    settings: dict[str, HookSetting] = yield HookSettings()
    return {
        hook.id: hook for hook in hooks if hook.kind is kind and set_for(hook.id, settings).enabled and may_use(hook, person)
    }


def may_use(hook: Hook, person: Person) -> bool:
    """Whether somebody is in one of the groups for which a hook is."""
    return not hook.groups or not hook.groups.isdisjoint(person.groups)


def described(hook: Hook) -> dict[str, Any]:
    """An operation as it is listed: its name, what it is for, and the JSON Schema of its parameters."""
    return {"name": name_of(hook), "about": hook.about, "parameters": schema(hook.parameters)}


def run_of(
    hook: Hook, person: Person, given: Mapping[str, Any], *, depth: int = 0, asked_by: str = "", key: str | None = None
) -> Flow[NewRun]:
    """The run that is to be begun. Raises `ParametersWrong`.

    `asked_by` with `key` is the same where the same thing is asked again; without a key, it is another one each time.
    """
    settings: dict[str, HookSetting] = yield HookSettings()
    standing = settings[hook.id].parameters if hook.id in settings else {}
    values = read(hook.parameters, {**standing, **given})
    parameters = {name: shown_value(value) for name, value in values.items()}
    moment: Moment = yield Now()
    usable = key if key and len(key) <= LONGEST_KEY and key.isprintable() else None
    compared = without_secrets(hook.parameters, parameters)
    told = json.dumps([asked_by, person.name, hook.id, usable, compared], sort_keys=True)
    name = hashlib.sha256(told.encode()).hexdigest() if usable else moment.nonce
    return NewRun(
        key=f"{hook.kind} {name}",
        hook=hook.id,
        kind=hook.kind.value,
        user=person.name,
        actor=person.name,
        depth=depth,
        parameters=parameters,
    )


def at_address(hooks: Sequence[Hook], path: str) -> list[tuple[Hook, Mapping[str, str]]]:
    """The endpoints at a raw path below that of all scripts, with what their `{names}` stand for.

    Those with the fewest names come first.
    """
    parts = [unquote(part, errors="replace") for part in path.strip("/").split("/")]
    found = [(hook, named) for hook in hooks if (named := _match(hook.path or "", parts)) is not None]
    return sorted(found, key=lambda pair: (len(pair[1]), pair[0].id))


def _match(pattern: str, parts: Sequence[str]) -> Mapping[str, str] | None:
    words = pattern.split("/")
    if len(words) != len(parts):
        return None
    pairs = list(zip(words, parts, strict=True))
    if any(word != part for word, part in pairs if not word.startswith("{")):
        return None
    return {word[1:-1]: part for word, part in pairs if word.startswith("{")}
