"""The command line as a whole: what is said in error, what help there is, and what never gets out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from applinks import AppLinks, CredentialsRequired, StoreUnavailable
from applinks.cli import app

APPLINKS = Path(sys.executable).with_name("applinks")


def commands(group=None, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], typer.core.TyperCommand]]:
    """Every command with the words that lead to it."""
    for name, command in sorted((group or typer.main.get_command(app)).commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


COMMANDS = dict(commands())
GROUPS = [(), *sorted({words[:1] for words in COMMANDS if len(words) > 1})]
ARGUMENTS = (
    {
        ("link", "create"): ("http://127.0.0.1:1", "-a", "ada", "--same-users", "--password-stdin"),
        ("link", "test"): ("Wiki", "--as", "alice"),
        ("link", "explain"): ("Wiki", "--as", "alice"),
        ("link", "register"): ("Wiki", "https://wiki.example.com", "--call"),
        ("link", "compare"): ("Wiki",),
        ("link", "secret"): ("Wiki", "--outgoing", "--stdin"),
        ("link", "delete"): ("Wiki", "--yes"),
        ("audit", "show"): ("1",),
        ("backup",): ("copy.db",),
        ("identity", "copied"): ("--yes",),
        ("token", "make"): ("nightly", "--as", "ada"),
        ("token", "revoke"): ("1",),
        ("link", "move"): ("Wiki", "https://moved.example.com"),
        ("link", "public-key"): ("Wiki", __file__),
        ("signing", "use"): ("Wiki",),
        ("grant", "revoke"): ("grant 1",),
        ("explain",): ("--last",),
        ("consent", "forget"): ("Wiki", "alice"),
        ("entity", "link"): ("Wiki", "project:OPS", "space:OPS"),
        ("entity", "unlink"): ("1",),
        ("look",): ("http://127.0.0.1:1",),
        ("person", "add"): ("ada",),
        ("person", "may-run-as"): ("deployment", "ada"),
        ("person", "may-not-run-as"): ("deployment", "ada"),
        ("event", "show"): ("1",),
        ("event", "replay"): ("1",),
        ("run",): (__file__, "--as", "alice"),
        ("runs", "settle"): ("1", "1", "--did-not-happen"),
        ("scripts", "set"): ("a:b", "c=d", "--folder", "."),
        ("scripts", "check"): ("hello", "--file", __file__),
        ("scripts", "paste"): ("hello", "--file", __file__),
        ("scripts", "unpaste"): ("hello",),
        ("source", "add"): ("Orders",),
        ("worker",): ("--scripts", "."),
    }
    | {("runs", word): ("1",) for word in ("show", "cancel", "repeat", "retry")}
    | {("scripts", word): ("a:b",) for word in ("show", "on", "off")}
    | {("source", word): ("Orders",) for word in ("show", "change", "remove")}
    | {("person", word): ("ada",) for word in ("show", "change", "disable", "enable", "password")}
    | {("link", word): ("Wiki",) for word in ("show", "policy", "change", "primary", "steps", "trust")}
)
"""What must be said for a command to begin its work."""
ON_OTHERS = {("demo",), ("init",), ("serve",), ("plan",), ("apply",), ("export",)}
ON_A_DATABASE = [words for words in COMMANDS if words not in ON_OTHERS]


def spoken(words: tuple[str, ...]) -> str:
    return " ".join(words) or "applinks"


# ---- help


def test_the_commands_are_those_that_are_described():
    assert [" ".join(words) for words in COMMANDS] == [
        "apply", "audit export", "audit list", "audit show", "audit verify", "backup", "consent forget", "consent list",
        "demo", "doctor", "entity link", "entity list", "entity unlink", "event list", "event replay", "event show", "explain",
        "export", "grant list", "grant revoke", "identity copied", "identity moved", "identity show", "init", "keys list",
        "keys reseal", "keys rotate", "link announce-address", "link change", "link compare", "link create", "link delete",
        "link explain", "link list", "link move", "link policy", "link primary", "link public-key", "link register",
        "link secret", "link show", "link steps", "link test", "link trust", "look", "person add", "person change",
        "person disable", "person enable", "person list", "person may-not-run-as", "person may-run-as", "person password",
        "person show", "plan", "refusals", "run", "runs cancel", "runs export", "runs list", "runs repeat", "runs retry",
        "runs settle", "runs show", "scripts check", "scripts list", "scripts off", "scripts on", "scripts paste",
        "scripts pasted", "scripts set", "scripts show", "scripts unpaste", "serve", "signing announce", "signing retire",
        "signing rotate", "signing status", "signing use", "source add", "source change", "source list", "source remove",
        "source show", "token list", "token make", "token revoke", "worker",
    ]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=spoken)
def test_the_help_of_a_command_explains_it_and_each_of_its_options(run, words):
    out = run(*words, "--help").out
    assert out.startswith(f"Usage: applinks {' '.join(words)} ")
    command = COMMANDS[words]
    assert command.help.splitlines()[0] in " ".join(out.split())
    for parameter in command.params:
        assert all(option in out for option in parameter.opts if option.startswith("-"))
        assert getattr(parameter, "help", "") or parameter.metavar, f"{parameter.name} is not explained"
    assert "\x1b" not in out


@pytest.mark.parametrize("words", GROUPS, ids=spoken)
def test_the_help_of_a_group_lists_its_commands(run, words):
    out = run(*words, "--help").out
    for name in {command[len(words)] for command in COMMANDS if command[: len(words)] == words}:
        assert f"\n  {name} " in out


@pytest.mark.parametrize("words", GROUPS, ids=spoken)
def test_a_group_without_a_command_shows_its_help(run, words):
    ran = run(*words, status=2)
    assert ran.out + ran.err == run(*words, "--help").out


@pytest.mark.parametrize("words", [("lnik",), ("link", "shwo"), ("link", "list", "--jsno"), ("link", "show")])
def test_words_that_are_not_known_or_missing_are_a_matter_of_usage(run, words):
    ran = run(*words, status=2)
    assert ran.err.startswith("Usage: applinks")
    assert ran.out == ""


# ---- errors


@pytest.mark.parametrize("words", ON_A_DATABASE, ids=spoken)
def test_a_database_that_is_not_there_is_an_error_and_is_not_made(run, tmp_path, words):
    named = ("--database", f"sqlite:///{tmp_path}/slip.db")
    for database, path in ((named, tmp_path / "slip.db"), ((), "applinks.db")):
        ran = run(*words, *ARGUMENTS.get(words, ()), *database, stdin="password\n", status=1)
        assert ran.err.splitlines() == [
            f"applinks: There is no database {path}.",
            "  → Correct its name; or make it by saying who this application is: `applinks init --url …`.",
        ]
        assert ran.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ON_A_DATABASE, ids=spoken)
def test_a_slip_in_its_name_makes_no_database_even_where_the_environment_says_who_the_application_is(
    run, tmp_path, monkeypatch, words
):
    """Only `applinks init` and `applinks serve` make one; a command that is run in the application's own environment does not."""
    monkeypatch.setenv("APPLINKS_URL", "https://forge.example.com")
    ran = run(*words, *ARGUMENTS.get(words, ()), "-d", f"sqlite:///{tmp_path}/slip.db", stdin="password\n", status=1)
    assert ran.err.startswith(f"applinks: There is no database {tmp_path}/slip.db.")
    assert list(tmp_path.iterdir()) == []


def test_a_command_in_the_environment_of_its_application_works_on_its_database(run, files, monkeypatch):
    monkeypatch.setenv("APPLINKS_URL", "https://forge.example.com")
    assert len(run("link", "list", "--json").data) == 3


@pytest.mark.parametrize("words", ON_A_DATABASE, ids=spoken)
@pytest.mark.parametrize("database", ["applinks.db", "mysql://localhost/links"])
def test_an_address_of_a_database_that_cannot_be_used_is_two_lines(run, words, database):
    ran = run(*words, *ARGUMENTS.get(words, ()), "--database", database, stdin="password\n", status=1)
    said, remedy = ran.err.splitlines()
    assert said.startswith("applinks: ")
    assert "sqlite:///applinks.db" in remedy


def test_an_error_that_knows_no_remedy_is_one_line(run, monkeypatch, files):
    monkeypatch.setattr(AppLinks, "links", lambda _: _raise(StoreUnavailable("It is full.")))
    assert run("link", "list", status=1).err == "applinks: It is full.\n"


def test_an_error_cannot_begin_a_line_or_speak_to_the_terminal(run, monkeypatch, files):
    """T-67: what the far side answered may stand in it."""
    error = StoreUnavailable("It said\nError: \x1b[31mred\x9b0m", remedy="Look\r\nthere\u202e.")
    monkeypatch.setattr(AppLinks, "links", lambda _: _raise(error))
    assert run("link", "list", status=1).err.splitlines() == [
        r"applinks: It said\nError: \x1b[31mred\x9b0m",
        r"  → Look\r\nthere\u202e.",
    ]


def test_where_a_person_has_to_consent_first_the_address_for_it_is_told(run, monkeypatch, files):
    """R-40"""
    missing = CredentialsRequired(
        "alice has to allow it.", user="alice", authorization_url="https://x/\x1b", remedy="Go there."
    )
    monkeypatch.setattr(AppLinks, "links", lambda _: _raise(missing))
    assert run("link", "list", status=1).err.splitlines() == [
        "applinks: alice has to allow it.",
        "  → Go there.",
        r"  → https://x/\x1b",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("link", "create", "http://127.0.0.1:1", "-a", "ada", "--same-users", "--password-stdin"),
        ("link", "secret", "Wiki", "--outgoing", "--stdin"),
        ("link", "register", "Any", "--consumer-key", "any", "--secret-stdin"),
        ("link", "register", "Any", "https://any.example.com", "--outgoing-secret-stdin"),
    ],
    ids=spoken,
)
def test_what_is_no_text_on_standard_input_is_an_error_that_does_not_repeat_it(run, applinks, words):
    """T-66"""
    ran = run(*words, stdin=b"can\xe9ary\n", status=1)
    assert ran.err.splitlines()[1:] == ["  → Give it in the encoding of this terminal."]
    assert "is no text in UTF-8." in ran.err
    assert "ary" not in ran.err + ran.out
    assert applinks.audit(1)[0].entry.kind == "link made"
    assert len(applinks.links()) == 3


def test_an_answer_that_is_no_text_is_no_answer(run, files):
    ran = run("link", "delete", "Wiki", stdin=b"\xff\n", status=1)
    assert "Traceback" not in ran.err
    assert len(run("link", "list", "--json").data) == 3


@pytest.mark.parametrize("words", [("link", "show", "\udcff"), ("link", "policy", "Wiki", "--user", "\udcff"), ("\udcff",)])
def test_a_word_that_is_no_text_is_an_error_too(run, files, words):
    """T-67: bytes of another encoding on the command line reach nothing."""
    ran = run(*words, status=1)
    assert ran.err.splitlines()[0] == r"applinks: '\udcff' is no text in UTF-8."


def test_a_bug_is_not_dressed_up_as_an_error_of_whoever_runs_the_command(run, monkeypatch, files):
    monkeypatch.setattr(AppLinks, "links", lambda _: _raise(ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError):
        run("link", "list")


def _raise(error: Exception) -> None:
    raise error


# ---- as a program


def program(*words: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
    return subprocess.run(
        [APPLINKS, *words], cwd=cwd, env=environment, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )


def test_as_a_program_it_makes_a_database_and_reads_it_again(tmp_path):
    made = program("init", "--url", "https://wiki.example.com", "--name", "Wiki\x1b[2J", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith(r"Wiki\x1b[2J (generic)")
    assert program("link", "list", "--json", cwd=tmp_path).stdout == "[]\n"


def test_as_a_program_an_error_is_two_lines_the_status_1_and_no_traceback(tmp_path):
    ran = program(
        *("link", "create", "http://a..b", "-a", "ada", "--same-users", "--password-stdin"), cwd=tmp_path, stdin="canary\n"
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert len(ran.stderr.splitlines()) == 2
    assert "Traceback" not in ran.stderr
    assert "canary" not in ran.stderr
    assert list(tmp_path.iterdir()) == []
