"""Pasted scripts as hooks like the others, loaded beside those of the folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from applinks.scripts.hooks.decorators import Hook
from applinks.scripts.hooks.loading import Fault, Loaded, Script
from applinks.scripts.hooks.parameter_kinds import Kind
from applinks.scripts.hooks.parameters import Parameter
from applinks.scripts.pasted import sandbox
from applinks.scripts.pasted.granted import WANTED, told_names
from applinks.scripts.pasted.script import PREFIX, PastedScript


def is_pasted(hook: Hook) -> bool:
    """Whether it is the hook of a pasted script: those of files have a colon before their function."""
    return hook.id.startswith(PREFIX) and ":" not in hook.id


def with_pasted(loaded: Loaded, pasted: Sequence[PastedScript]) -> Loaded:
    """What was found in the folder, and the pasted scripts; without a sandbox, a fault for each of them."""
    revision = joint_revision(loaded.revision, {script.name: script.revision for script in pasted})
    if pasted and not sandbox.has_sandbox():
        faults = tuple(Fault(script.hook, 0, "It needs a sandbox, which is not installed.", _REMEDY) for script in pasted)
        return replace(loaded, faults=(*loaded.faults, *faults), revision=revision)
    scripts = {script.hook: _script(script) for script in pasted}
    return replace(loaded, scripts={**loaded.scripts, **scripts}, revision=revision)


def joint_revision(folder: str, pasted: Mapping[str, str]) -> str:
    """The revision of a folder and of the pasted scripts, whose revisions are given by their names."""
    if not pasted:
        return folder
    told = "\n".join([folder, *(f"{name} {revision}" for name, revision in sorted(pasted.items()))])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def hook_of_pasted(script: PastedScript) -> Hook:
    """What it hooks into. A comment in its first line says what it is about."""
    first = script.text.lstrip().partition("\n")[0]
    return Hook(
        script.kind,
        id=script.hook,
        file=script.hook,
        line=1,
        about=first.lstrip("# ").strip() if first.startswith("#") else "",
        application=script.application,
        events=script.events,
        transition=script.transition,
        limits=sandbox.LIMITS,
        parameters=tuple(Parameter(name, Kind.TEXT, required=False, default="") for name in script.parameters),
        revision=script.revision,
    )


def _script(script: PastedScript) -> Script:
    hook = hook_of_pasted(script)
    told = told_names(hook)
    function = sandbox.Sandboxed(script.name, script.text, hook.kind, told, script.parameters, hook.limits)
    return Script(hook, function, None, (*WANTED, *told), hook.file)


_REMEDY = f"{sandbox.INSTALL}."
