"""A folder of scripts: each file by itself, with its mistakes at their places."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from applinks.errors import ConfigurationError
from applinks.scripts import Fault, checked_folder, glance_at, load, revision_of
from applinks.scripts.hooks.loading import PACKAGE

HOOK = "from applinks.scripts import *\n@listener('order')\ndef hook(user):\n    '''Do it.\n\n    Well.'''\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path, modules, bytecode = list(sys.path), set(sys.modules), sys.dont_write_bytecode
    yield tmp_path
    sys.path[:] = path
    assert sys.dont_write_bytecode is bytecode
    for name in set(sys.modules) - modules:
        if name.startswith((PACKAGE, "_beside")):
            del sys.modules[name]


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text))
    return file


def only_fault(folder: Path) -> Fault:
    (fault,) = load(folder).faults
    return fault


def test_a_hook_has_the_name_of_its_file_and_function(folder: Path) -> None:
    write(folder, "orders/new.py", HOOK)
    loaded = load(folder)
    (hook,) = loaded.hooks
    assert (hook.id, hook.about, hook.line, hook.conditional) == ("orders/new:hook", "Do it.", 2, False)
    assert hook.file == str(folder / "orders/new.py")
    assert loaded.scripts[hook.id].names == ("user",)
    assert loaded.faults == ()


def test_hooks_are_listed_in_the_order_of_their_ids_and_one_function_may_have_several(folder: Path) -> None:
    write(folder, "b.py", HOOK)
    write(folder, "a.py", HOOK.replace("@listener('order')", "@listener('order')\n@listener('other')"))
    assert [hook.id for hook in load(folder).hooks] == ["a:hook", "a:hook-2", "b:hook"]


def test_what_begins_with_an_underscore_or_a_dot_is_imported_by_others_only(folder: Path) -> None:
    write(folder, "_beside.py", "answer = 42\n" + HOOK)
    write(folder, "_parts/more.py", HOOK)
    write(folder, ".hidden/more.py", HOOK)
    write(folder, "a.py", "from _beside import answer\n" + HOOK)
    loaded = load(folder)
    assert [hook.id for hook in loaded.hooks] == ["a:hook"]
    assert loaded.scripts["a:hook"].function.__globals__["answer"] == 42


def test_nothing_outside_is_loaded_and_what_leads_nowhere_is_passed_over(folder: Path, tmp_path_factory) -> None:
    """T-82; some editors lock a file by a link that leads nowhere."""
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "evil.py", HOOK)
    (folder / "evil.py").symlink_to(outside / "evil.py")
    (folder / "evil").symlink_to(outside)
    (folder / "lock.py").symlink_to("somebody@somewhere.17")
    write(folder, "a.py", HOOK)
    assert [hook.id for hook in load(folder).hooks] == ["a:hook"]
    assert len(glance_at(folder)) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("def broken(:\n", 1, "def broken"),
        ("\n1 / 0\n", 2, "ZeroDivisionError"),
        ("import sys\nsys.exit('no')\n", 2, "SystemExit"),
        ("import no_such_module\n", 1, "no_such_module"),
        ("from applinks.scripts import *\n@listener()\ndef hook(): ...\n", 2, "names no event"),
        ("from applinks.scripts import *\n@listener('a')\ndef hook(usr): ...\n", 2, "usr"),
        ("from applinks.scripts import *\n@listener('a')\ndef hook(*everything): ...\n", 2, "everything"),
        ("from applinks.scripts import *\n@listener('a')\nasync def hook(): ...\n", 2, "asynchronous"),
        ("from applinks.scripts import *\n@listener('a')\ndef hook(*, day): ...\n", 3, "annotation"),
        ("from applinks.scripts import *\n@job('often', user='u')\ndef hook(): ...\n", 2, "cron"),
        ("from applinks.scripts import *\n@job('0 7 * * *', user='u', zone='Mars')\ndef hook(): ...\n", 2, "'Mars'"),
        ("from applinks.scripts import *\n@by_hand()\ndef hook(issue, request): ...\n", 2, "request"),
    ],
)
def test_a_mistake_is_said_with_its_place_and_keeps_no_other_file_from_being_loaded(
    folder: Path, text: str, line: int, message: str
) -> None:
    file = write(folder, "wrong.py", text)
    write(folder, "right.py", HOOK)
    loaded = load(folder)
    assert [hook.id for hook in loaded.hooks] == ["right:hook"]
    (fault,) = loaded.faults
    assert (fault.file, fault.line, fault.fatal) == (str(file), line, True)
    assert message in fault.message
    assert fault.told.count(f"wrong.py, line {line}: ") == 1
    assert fault.remedy


def test_a_name_that_is_nearly_right_is_suggested(folder: Path) -> None:
    write(folder, "a.py", "from applinks.scripts import *\n@listener('a', application='jira')\ndef hook(isue): ...\n")
    assert "issue" in (only_fault(folder).remedy or "")


def test_bytes_that_are_no_text_are_a_fault(folder: Path) -> None:
    (folder / "a.py").write_bytes(b"\xff\xfe\x00")
    assert "a.py" in only_fault(folder).file


def test_a_doubtful_condition_is_said_and_only_a_fatal_one_keeps_the_hook_away(folder: Path) -> None:
    write(
        folder,
        "a.py",
        "from applinks.scripts import *\n"
        "@listener('a', application='jira', when=lambda issue: issue.sumary == 'x')\ndef hook(): ...\n",
    )
    loaded = load(folder)
    assert loaded.hooks == ()
    assert any(fault.fatal for fault in loaded.faults)


def test_a_condition_that_can_never_be_true_is_said_before_anybody_waits_for_its_hook(folder: Path) -> None:
    write(
        folder,
        "a.py",
        """\
        from applinks.scripts import *

        @listener("a", application="jira", when=lambda issue: issue.project == "OPS" and issue.project == "DEV")
        def hook(): ...
        """,
    )
    fault = only_fault(folder)
    assert load(folder).hooks == ()
    assert (fault.line, fault.fatal) == (3, True)
    assert "can never be true" in fault.message


def test_a_condition_that_is_always_true_is_said_and_its_hook_is_used(folder: Path) -> None:
    write(
        folder,
        "a.py",
        """\
        from applinks.scripts import *

        @listener("a", application="jira", when=lambda issue: issue.project == "OPS" or issue.project != "OPS")
        def hook(): ...
        """,
    )
    loaded = load(folder)
    assert [(hook.id, hook.conditional) for hook in loaded.hooks] == [("a:hook", True)]
    assert [(fault.line, fault.fatal) for fault in loaded.faults] == [(3, False)]


@pytest.mark.parametrize(
    ("decorator", "what"), [("@operation()", "the name 'hook'"), ("@endpoint('get', '/orders/')", "the address 'GET orders'")]
)
def test_where_two_go_by_one_name_none_is_used_since_nobody_could_say_which(folder: Path, decorator: str, what: str) -> None:
    text = f"from applinks.scripts import *\n{decorator}\ndef hook(): ...\n"
    for name in ("a.py", "b.py"):
        write(folder, name, text)
    write(folder, "c.py", "from applinks.scripts import *\n@operation()\ndef alone(): ...\n")
    loaded = load(folder)
    assert [hook.id for hook in loaded.hooks] == ["c:alone"]
    assert [(fault.file, fault.line) for fault in loaded.faults] == [(str(folder / name), 2) for name in ("a.py", "b.py")]
    assert loaded.faults[0].message == f"a:hook has {what}, and so has b:hook."


def test_a_hook_belongs_to_the_file_that_defines_it_and_not_to_one_that_imports_it(folder: Path) -> None:
    write(folder, "_beside.py", HOOK)
    write(folder, "a.py", f"from _beside import hook as other\n{HOOK}")
    assert [hook.id for hook in load(folder).hooks] == ["a:hook"]


def test_a_hook_knows_its_parameters_and_the_revision_of_its_file(folder: Path) -> None:
    text = "from applinks.scripts import *\n@by_hand()\ndef hook(user, *, often: int = 2): ...\n"
    write(folder, "a.py", text)
    loaded = load(folder)
    (before,) = loaded.hooks
    assert [parameter.name for parameter in before.parameters] == ["often"]
    assert loaded.scripts["a:hook"].names == ("user",)
    write(folder, "b.py", "")
    assert load(folder).hooks == (before,), "another file has changed"
    write(folder, "a.py", text.replace("2", "3"))
    assert load(folder).hooks[0].revision != before.revision
    assert load(folder).revision != loaded.revision


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no folder") as caught:
        checked_folder(tmp_path / "nowhere")
    assert "mkdir" in (caught.value.remedy or "")


def test_the_revision_changes_with_every_file_and_with_nothing_else(folder: Path) -> None:
    write(folder, "a.py", HOOK)
    seen = [revision_of(folder)]
    write(folder, "notes.txt", "x")
    assert revision_of(folder) == seen[0]
    for change in (
        lambda: write(folder, "a.py", HOOK + "\n"),
        lambda: write(folder, "_b.py", ""),
        lambda: (folder / "_b.py").rename(folder / "_c.py"),
        lambda: (folder / "_c.py").unlink(),
    ):
        change()
        assert revision_of(folder) != seen[-1]
        seen.append(revision_of(folder))
    assert seen[-1] == seen[1]


def test_a_glance_notices_what_has_changed(folder: Path) -> None:
    file = write(folder, "a.py", HOOK)
    before = glance_at(folder)
    assert glance_at(folder) == before
    os.utime(file, ns=(1, 1))
    assert glance_at(folder) != before


def test_what_is_loaded_again_is_what_the_file_says_now(folder: Path) -> None:
    """Even if it is as long as before, and was written within the same second; also what is imported from beside."""
    for answer in (1, 2):
        for file in (write(folder, "_beside.py", f"answer = {answer}\n"), write(folder, "a.py", f"own = {answer}\n{HOOK}")):
            os.utime(file, (1_800_000_000, 1_800_000_000))
        sys.modules.pop("_beside", None)
        write(folder, "b.py", "from _beside import answer\n" + HOOK)
        loaded = load(folder)
        assert loaded.scripts["a:hook"].function.__globals__["own"] == answer
        assert loaded.scripts["b:hook"].function.__globals__["answer"] == answer
    assert not list(folder.rglob("__pycache__"))


def test_a_script_that_was_taken_away_is_gone(folder: Path) -> None:
    file = write(folder, "a.py", HOOK)
    load(folder)
    file.unlink()
    assert load(folder).hooks == ()
    assert f"{PACKAGE}.a" not in sys.modules
