"""Hooks of scripts over the interface: what there is, what is set for them, and runs by hand.

Parameters are set, and runs begun, only where the scripts are loaded in the process that answers: what a value must be, and
which are secrets, stands in the script alone.
"""

from __future__ import annotations

from typing import Any

from applinks.errors import ConfigurationError
from applinks.questions import Calculate, Flow
from applinks.scripts import (
    Hook,
    KnownHook,
    Run,
    RunOf,
    Told,
    hook_of,
    known_hook,
    known_hooks,
    run_by_hand,
    set_parameters,
    switch_hook,
    told_by,
)
from applinks.web.interface.operation import Call
from applinks.web.interface.schemas import FLAG, LINES, NAME, Schema, obj, shown
from applinks.wire import plain_json
from applinks.wire.values import data

HOOK: Schema = shown(KnownHook)
_VALUE: Schema = {
    "type": ["string", "number", "boolean", "array", "null"],
    "items": {"type": "string", "maxLength": 2_000},
    "maxLength": 20_000,
    "maxItems": 1_000,
}
_PARAMETERS: Schema = {
    "type": "object",
    "additionalProperties": _VALUE,
    "description": "Their values, as the script declares them; those that are not given stay.",
}
_ID: Schema = {**NAME, "description": "The id of the hook: its file without the ending, and its function."}
SETTINGS: Schema = obj(
    {"hook": _ID, "enabled": {**FLAG, "description": "Whether it runs."}, "parameters": _PARAMETERS},
    optional=("enabled", "parameters"),
    description="What is not named stays.",
)
BY_HAND: Schema = obj(
    {
        "hook": _ID,
        "parameters": {**_PARAMETERS, "description": "Those that are to be others than the ones that are set."},
        "event": {
            "type": "integer",
            "minimum": 1,
            "maximum": 2**53,
            "description": "Tell it what the event of this number told.",
        },
        "payload": {**LINES, "description": "Or tell it this: an object, as a text of JSON."},
    },
    optional=("parameters", "event", "payload"),
)


def hooks(call: Call) -> Flow[Any]:
    """Those that are loaded where this is answered, and those that the records know."""
    known = yield from known_hooks()
    loaded = yield from _loaded(call)
    ids = sorted({*known, *(hook.id for hook in loaded)})
    return {"hooks": data([known.get(id, KnownHook(id)) for id in ids])}  # noqa: A001


def settings(call: Call) -> Flow[KnownHook]:
    """The hook as it is then. What is wrong with the values leaves all as it was."""
    said, loaded = call.body, (yield from _loaded(call))
    if "parameters" in said:
        yield from set_parameters(_hook(loaded, said["hook"]), said["parameters"], call.by)
    if "enabled" in said:
        yield from switch_hook(said["hook"], said["enabled"], call.by, loaded=[hook.id for hook in loaded])
    return (yield from known_hook(said["hook"]))


def by_hand(call: Call) -> Flow[Run]:
    """The new run."""
    said = call.body
    hook = _hook((yield from _loaded(call)), said["hook"])
    told = yield from _told(said)
    number = yield from run_by_hand(hook, call.by, parameters=said.get("parameters"), told=told)
    new: Run = yield RunOf(number)
    return new


def _told(said: Any) -> Flow[Told | None]:
    if "event" in said:
        return (yield from told_by(said["event"]))
    if "payload" not in said:
        return None
    try:
        payload = plain_json.parse(said["payload"].encode("utf-8", "surrogatepass"))
    except plain_json.NotJson as trouble:
        raise ConfigurationError(str(trouble), remedy="Send `payload` as a text of JSON.") from None
    if not isinstance(payload, dict):
        raise ConfigurationError("What an event tells is an object.", remedy="Send one.")
    return Told(payload)


def _loaded(call: Call) -> Flow[tuple[Hook, ...]]:
    """None, where no scripts run in this process."""
    scripts = call.scripts
    if scripts is None:
        return ()
    found: tuple[Hook, ...] = yield Calculate(lambda: tuple(scripts.hooks))
    return found


def _hook(loaded: tuple[Hook, ...], id: str) -> Hook:  # noqa: A002
    if not loaded:
        raise ConfigurationError("No scripts are loaded where this is answered.", remedy="Ask where they are run.")
    return hook_of(loaded, id)
