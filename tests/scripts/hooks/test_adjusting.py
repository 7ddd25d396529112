"""What is set for hooks: on and off, and parameters, with secrets that nobody is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from applinks.errors import ConfigurationError, ParametersWrong
from applinks.scripts import HookSettings, hook_of, set_parameters, set_texts, switch_hook
from applinks.scripts.hooks.adjusting import values_by_hand
from in_memory import InMemory
from scripts.happened import HOOK, ended, hooks_in


@pytest.fixture
def tracker() -> InMemory:
    return InMemory("Tracker")


@pytest.fixture
def hook(tmp_path: Path):
    return hooks_in(tmp_path)[HOOK]


def kept(application: InMemory, id: str = HOOK):  # noqa: A002
    return application.answer(HookSettings())[id]


def test_a_hook_that_has_run_is_switched_off_and_on_with_its_parameters_kept(tracker, hook):
    ended(tracker)
    tracker.run(set_parameters(hook, {"space": "X"}, "root"))
    assert not tracker.run(switch_hook(HOOK, False, "root")).enabled
    assert tracker.run(switch_hook(HOOK, True, "erin")).parameters["space"] == "X"
    assert [(entry.kind, entry.outcome, entry.actor) for entry in tracker.entries[1:]] == [
        ("hook switched", f"{HOOK}: off", "root"),
        ("hook switched", f"{HOOK}: on", "erin"),
    ]
    assert tracker.entries[1].changes == (("enabled", "on", "off"),)


def test_a_hook_that_nobody_knows_is_not_switched(tracker):
    with pytest.raises(ConfigurationError, match="There is no hook 'publish:wrong'"):
        tracker.run(switch_hook("publish:wrong", False, "root"))
    assert tracker.answer(HookSettings()) == {}


def test_a_hook_that_is_loaded_is_switched_before_it_ever_ran(tracker, hook):
    assert not tracker.run(switch_hook(HOOK, False, "root", loaded=[hook.id])).enabled


def test_setting_it_as_it_is_changes_nothing(tracker):
    ended(tracker)
    tracker.run(switch_hook(HOOK, True, "root"))
    assert tracker.entries[-1].changes == ()


def test_parameters_are_kept_as_json_and_on_the_record(tracker, hook):
    tracker.run(set_texts(hook, {"space": "X", "labels": "a\r\nb", "loud": "yes", "level": "high"}, "root"))
    assert kept(tracker).parameters == {"space": "X", "labels": ["a", "b"], "loud": True, "level": "high", "password": "x"}
    assert tracker.entries[-1].changes == (
        ("space", None, "X"),
        ("labels", None, "['a', 'b']"),
        ("loud", None, "True"),
        ("level", None, "high"),
        ("password", None, "another secret"),
    )


def test_a_secret_that_is_not_given_stays_and_is_in_no_record(tracker, hook):
    """T-66"""
    tracker.run(set_parameters(hook, {"password": "hunter2"}, "root"))
    tracker.run(set_texts(hook, {"space": "Y", "password": ""}, "root"))
    assert kept(tracker).parameters["password"] == "hunter2"
    assert "hunter2" not in repr(tracker.entries)
    assert [name for name, _, _ in tracker.entries[-1].changes] == ["space"]


def test_parameters_that_are_wrong_are_all_told_and_none_is_kept(tracker, hook):
    with pytest.raises(ParametersWrong) as told:
        tracker.run(set_parameters(hook, {"space": 1, "level": "middle", "colour": "red"}, "root"))
    assert set(told.value.mistakes) == {"space", "level", "colour"}
    assert tracker.answer(HookSettings()) == {}
    assert tracker.entries == []


def test_a_run_has_what_is_given_over_what_is_set_over_the_defaults(tracker, hook):
    by_default = tracker.run(values_by_hand(hook, {}))
    tracker.run(set_parameters(hook, {"space": "X", "password": "hunter2"}, "root"))
    assert tracker.run(values_by_hand(hook, {})) == {**by_default, "space": "X", "password": "hunter2"}
    given = tracker.run(values_by_hand(hook, {"space": "Y", "password": ""}))
    assert (given["space"], given["password"]) == ("Y", "hunter2"), "an empty secret takes none away"


def test_a_hook_is_found_by_its_id_or_the_others_are_listed(hook):
    assert hook_of((hook,), HOOK) is hook
    with pytest.raises(ConfigurationError) as told:
        hook_of((hook,), "x")
    assert HOOK in (told.value.remedy or "")
