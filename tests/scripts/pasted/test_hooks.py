"""Pasted scripts as hooks among those of a folder."""

from __future__ import annotations

import pytest

from applinks.scripts import (
    Hook,
    HookKind,
    Loaded,
    PastedScript,
    hook_of_pasted,
    is_pasted,
    joint_revision,
    with_pasted,
)
from applinks.scripts.pasted import sandbox

PASTED = PastedScript(
    "publish",
    "\n# Publishes.\nlog('x')",
    HookKind.POST_FUNCTION,
    "jira",
    transition="Done",
    parameters=("space",),
    revision="r1",
)


def test_it_is_a_hook_like_any_other():
    hook = hook_of_pasted(PASTED)
    assert (hook.id, hook.kind, hook.application, hook.transition) == ("pasted/publish", HookKind.POST_FUNCTION, "jira", "Done")
    assert (hook.about, hook.revision, hook.limits) == ("Publishes.", "r1", sandbox.LIMITS)
    assert [(one.name, one.required, one.default) for one in hook.parameters] == [("space", False, "")]


def test_it_is_told_from_a_file_in_a_folder_of_that_name():
    assert is_pasted(hook_of_pasted(PASTED))
    assert not is_pasted(Hook(HookKind.BY_HAND, id="pasted/publish:publish"))


def test_it_is_loaded_beside_those_of_the_folder(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "EXTRA", "json")
    found = with_pasted(Loaded(revision="folder"), (PASTED,))
    script = found.scripts["pasted/publish"]
    assert (script.hook, script.when, script.file) == (hook_of_pasted(PASTED), None, "pasted/publish")
    assert {"issue", "changes", "transition", "event", "run"} <= {*script.names}
    assert found.faults == ()


def test_without_a_sandbox_each_of_them_is_a_fault_that_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "EXTRA", "no_such_module_at_all")
    found = with_pasted(Loaded(revision="folder"), (PASTED,))
    assert found.scripts == {}
    (fault,) = found.faults
    assert (fault.file, fault.fatal, fault.remedy) == ("pasted/publish", True, "pip install 'applinks[sandbox]'.")
    assert with_pasted(Loaded(revision="folder"), ()) == Loaded(revision="folder")


def test_the_revision_is_another_one_where_any_of_them_is():
    seen = {
        joint_revision("folder", {}),
        joint_revision("folder", {"a": "1"}),
        joint_revision("folder", {"a": "2"}),
        joint_revision("folder", {"b": "1"}),
        joint_revision("folder", {"a": "1", "b": "1"}),
        joint_revision("other", {"a": "1"}),
    }
    assert len(seen) == 6
    assert joint_revision("folder", {}) == "folder"
    assert joint_revision("folder", {"b": "1", "a": "1"}) == joint_revision("folder", {"a": "1", "b": "1"})
