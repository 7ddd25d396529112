"""`applinks scripts`: pasted, checked, shown and taken away."""

from __future__ import annotations

import pytest

pytest.importorskip("pydantic_monty")


@pytest.fixture(autouse=True)
def allowed(run, monkeypatch):
    monkeypatch.setenv("APPLINKS_PASTED_SCRIPTS", "1")


def paste(run, *words, **more):
    return run("scripts", "paste", "hello", "--file", "-", *words, **{"stdin": "log('ü')\n", **more})


def test_one_is_pasted_by_a_file_or_standard_input_and_shown(run, applinks, tmp_path):
    assert paste(run).out.startswith("Kept: hello, revision ")
    (tmp_path / "other.py").write_text("log('other')\n", encoding="utf-8")
    run("scripts", "paste", "other", "--file", "other.py")
    assert [(script.name, script.text, script.kind.value) for script in applinks.pasted_scripts()] == [
        ("hello", "log('ü')\n", "by hand"),
        ("other", "log('other')\n", "by hand"),
    ]
    assert run("scripts", "pasted", "hello").out == "log('ü')\n"
    assert run("scripts", "pasted", "hello", "--json").data["text"] == "log('ü')\n"
    head, row, _ = run("scripts", "pasted").out.splitlines()
    assert head.split() == ["name", "kind", "on", "application", "revision", "kept", "by"]
    assert row.startswith("hello  by hand  –")
    assert "text" not in run("scripts", "pasted", "--json").data[0]


@pytest.mark.parametrize(
    ("words", "hooked"),
    [
        (("--on", "a", "--on", "b"), ("listener", ("a", "b"), None)),
        (("--transition", "Done", "--application", "jira"), ("post-function", (), "Done")),
        (("--transition", "Done", "--application", "jira", "--kind", "validator"), ("validator", (), "Done")),
        (("--parameter", "space"), ("by hand", (), None)),
    ],
)
def test_what_it_hooks_into_is_told_by_what_is_said(run, applinks, words, hooked):
    paste(run, *words)
    script = applinks.pasted_script("hello")
    assert (script.kind.value, script.events, script.transition) == hooked


@pytest.mark.parametrize(("by", "who"), [((), "ops"), (("--by", "ada"), "ada")])
def test_it_is_on_record(run, applinks, by, who):
    paste(run, *by)
    assert (applinks.audit(1)[0].entry.kind, applinks.audit(1)[0].entry.actor) == ("script pasted", who)
    assert run("scripts", "unpaste", "hello", *by).out == "Removed: hello.\n"
    assert (applinks.audit(1)[0].entry.kind, applinks.audit(1)[0].entry.actor) == ("pasted script removed", who)
    assert run("scripts", "pasted").out == "Nobody has pasted a script yet.\n"
    assert "There is no pasted script 'hello'" in run("scripts", "unpaste", "hello", status=1).err


def test_a_text_is_checked_and_not_kept(run, applinks):
    assert run("scripts", "check", "hello", "--file", "-", stdin="x = 1").out == "hello can be read.\n"
    assert "hello, line 1, column 6" in run("scripts", "check", "hello", "--file", "-", stdin="y = (", status=1).err
    assert "line 1, column 6" in paste(run, stdin="y = (", status=1).err
    assert "'nothing.py' cannot be read" in run("scripts", "check", "hello", "--file", "nothing.py", status=1).err
    assert "UTF-8" in paste(run, stdin=b"# \xff", status=1).err
    assert applinks.pasted_scripts() == ()


def test_where_that_is_off_it_says_how_to_switch_it_on(run, applinks, monkeypatch):
    monkeypatch.delenv("APPLINKS_PASTED_SCRIPTS")
    assert "APPLINKS_PASTED_SCRIPTS=1" in paste(run, status=1).err
    assert applinks.pasted_scripts() == ()
