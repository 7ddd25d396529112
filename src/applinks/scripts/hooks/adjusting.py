"""What administrators set for a hook: whether it is on, and the values of its parameters. Both hold from the next event on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from applinks.audit import Change, Entry, WriteDown
from applinks.errors import ConfigurationError
from applinks.questions import Flow
from applinks.scripts.hooks.decorators import Hook
from applinks.scripts.hooks.parameters import Parameter, read, read_texts, to_json, without_secrets
from applinks.scripts.hooks.settings import HookSetting, HookSettings, SetHook, set_for
from applinks.scripts.runs.history import HooksLately

NEVER = 4e9
"""A moment so late that nothing has happened since."""


def hook_of(hooks: Sequence[Hook], id: str) -> Hook:  # noqa: A002
    """The hook of that id; `ConfigurationError` lists what there is."""
    found = next((hook for hook in hooks if hook.id == id), None)
    if found is None:
        known = ", ".join(hook.id for hook in hooks) or "none"
        raise ConfigurationError(f"There is no hook {id[:200]!r}.", remedy=f"There are: {known}.")
    return found


def setting_of(id: str) -> Flow[HookSetting]:  # noqa: A002
    """What is set for a hook; where nothing is, it is on."""
    settings: Mapping[str, HookSetting] = yield HookSettings()
    return set_for(id, settings)


def switch_hook(id: str, on: bool, by: str, *, loaded: Collection[str] = ()) -> Flow[HookSetting]:  # noqa: A002
    """Set a hook on or off; `loaded` are the ids of those that are known besides the ones that have run or are set."""
    settings: Mapping[str, HookSetting] = yield HookSettings()
    ran: Mapping[str, Any] = yield HooksLately(NEVER)
    known = {*loaded, *settings, *ran}
    if id not in known:
        listed = ", ".join(sorted(known)) or "none that has run or is loaded here"
        raise ConfigurationError(f"There is no hook {id[:200]!r}.", remedy=f"There are: {listed}.")
    before = set_for(id, settings)
    kept: HookSetting = yield SetHook(id, on, before.parameters, by)
    yield WriteDown(Entry("hook switched", f"{id}: {_on(on)}", actor=by, changes=_changed(before, kept)))
    return kept


def set_parameters(hook: Hook, given: Mapping[str, Any], by: str) -> Flow[HookSetting]:
    """Set parameters of a hook, as JSON; those that are not given stay as they are. Raises `ParametersWrong`."""
    before = yield from setting_of(hook.id)
    return (yield from _set(hook, before, read(hook.parameters, with_kept(hook, given, before.parameters)), by))


def set_texts(hook: Hook, form: Mapping[str, str | Sequence[str]], by: str) -> Flow[HookSetting]:
    """Set all of them, from the fields of a form; a secret whose field is empty stays."""
    before = yield from setting_of(hook.id)
    return (yield from _set(hook, before, read_texts(hook.parameters, with_secrets(hook, form, before.parameters)), by))


def with_secrets(hook: Hook, given: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, and in place of each secret that was not the one that is kept."""
    secrets = [parameter.name for parameter in hook.parameters if parameter.secret]
    stays = {name: kept[name] for name in secrets if not given.get(name) and kept.get(name) is not None}
    return {**given, **stays}


def with_kept(hook: Hook, given: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, and in place of all that was not what is kept; what the hook has no more is left out."""
    names = {parameter.name for parameter in hook.parameters}
    return with_secrets(hook, {**{name: value for name, value in kept.items() if name in names}, **given}, kept)


def values_by_hand(hook: Hook, given: Mapping[str, Any]) -> Flow[dict[str, Any]]:
    """The parameters of a run that somebody begins, as JSON: what was given, else what is set, else the defaults.

    Raises `ParametersWrong`.
    """
    setting = yield from setting_of(hook.id)
    return to_json(read(hook.parameters, with_kept(hook, given, setting.parameters)))


def _set(hook: Hook, before: HookSetting, values: Mapping[str, Any], by: str) -> Flow[HookSetting]:
    kept: HookSetting = yield SetHook(hook.id, before.enabled, to_json(values), by)
    changes = tuple(_differences(hook.parameters, before.parameters, kept.parameters))
    yield WriteDown(Entry("hook changed", hook.id, actor=by, changes=changes))
    return kept


def _changed(before: HookSetting, after: HookSetting) -> tuple[Change, ...]:
    same = before.enabled == after.enabled
    return () if same else (("enabled", _on(before.enabled), _on(after.enabled)),)


def _differences(parameters: Sequence[Parameter], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Each value that is another one now; of a secret only that it is."""
    was, now = without_secrets(parameters, before), without_secrets(parameters, after)
    differing = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    secrets = [one.name for one in parameters if one.secret and before.get(one.name) != after.get(one.name)]
    changes: list[Change] = [(name, _text(was.get(name)), _text(now.get(name))) for name in differing]
    return changes + [(name, None, "another secret") for name in secrets]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _on(on: bool) -> str:
    return "on" if on else "off"
