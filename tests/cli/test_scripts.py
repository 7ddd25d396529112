"""`applinks scripts`: listed, shown, set, and switched on and off."""

from __future__ import annotations

from pathlib import Path

import pytest

from applinks.scripts import HookSettings, RunState
from scripts.happened import HOOK, ended, hooks_in


@pytest.fixture
def us(applinks):
    applinks.now = 1_800_000_000.0
    applinks.asked = []
    return applinks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scripts"
    made.mkdir()
    hooks_in(made)
    return made


def kept(applinks, hook: str = HOOK):
    return applinks.answer(HookSettings())[hook]


def test_those_that_have_run_are_listed(run, us):
    assert run("scripts", "list").out == "There are no hooks.\n"
    ended(us, RunState.FAILED)
    _, row = run("scripts", "list").out.splitlines()
    assert row.split()[:5] == [HOOK, "-", "on", "1", "failed"]


def test_with_a_folder_all_in_it_are_listed_and_what_is_wrong(run, us, folder):
    (folder / "broken.py").write_text("import no_such_module\n")
    out = run("scripts", "list", "--folder", str(folder)).out
    assert HOOK in out
    assert "listener" in out
    assert "broken.py, line 1: " in out
    data = run("scripts", "list", "--folder", str(folder), "--json").data
    assert [hook["id"] for hook in data["hooks"]] == ["publish:hello", "publish:nightly", HOOK]
    assert len(data["faults"]) == 1


def test_one_is_shown_with_its_parameters_and_no_secret(run, us, folder):
    """T-66"""
    run("scripts", "set", HOOK, "space=X", "password=-", "--folder", str(folder), stdin="hunter2\n")
    out = run("scripts", "show", HOOK, "--folder", str(folder)).out
    assert "space: X   text. Space of the pages" in out
    assert "password: (secret)" in out
    assert "set last by ops" in out
    data = run("scripts", "show", HOOK, "--folder", str(folder), "--json").out
    assert "hunter2" not in out + data + run("scripts", "show", HOOK, "--json").out
    assert run("scripts", "show", HOOK, "--json").data["parameters"] == {}


def test_one_that_nobody_knows_is_told(run, files):
    assert "There is no hook 'a:b'" in run("scripts", "show", "a:b", status=1).err
    assert "There is no hook 'a:b'" in run("scripts", "off", "a:b", status=1).err


def test_what_is_not_named_stays(run, us, folder):
    run("scripts", "set", HOOK, "labels=a", "labels=b", "loud=yes", "--folder", str(folder))
    run("scripts", "set", HOOK, "space=X", "--folder", str(folder), "--by", "ada")
    assert kept(us).parameters == {"space": "X", "labels": ["a", "b"], "loud": True, "level": "low", "password": "x"}
    assert us.audit(1)[0].entry.actor == "ada"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("space",), "sets nothing"),
        (("password=hunter2",), "is a secret"),
        (("colour=red",), "There is no such parameter"),
        (("loud=perhaps",), "yes or no"),
    ],
)
def test_what_cannot_be_set_is_told_and_nothing_is_kept(run, us, folder, words, said):
    assert said in run("scripts", "set", HOOK, *words, "--folder", str(folder), status=1).err
    assert us.answer(HookSettings()) == {}


def test_it_is_switched_off_and_on(run, us, folder):
    assert run("scripts", "off", HOOK, "--folder", str(folder)).out == f"{HOOK} is off.\n"
    assert not kept(us).enabled
    assert run("scripts", "on", HOOK, "--json").data["enabled"]
    assert kept(us).enabled
