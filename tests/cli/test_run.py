"""`applinks run`: one hook, here and now; or what it would do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from applinks import AppLinks
from applinks.audit import printable
from applinks.scripts import Runs, load
from putting import put
from running.far_side import FarSide, far_side
from running.world import links_to

Write = Callable[..., str]
ORDER = """
    @by_hand()
    def order(applinks, log, *, name: str = "a", often: int = 1):
        log.info("%s, %d times", name, often)
        applinks.link("Shop").get("read")
        return applinks.link("Shop").post("effect", json={"name": name}).json()["count"]
"""


@pytest.fixture
def far() -> Iterator[FarSide]:
    with far_side() as one:
        yield one


@pytest.fixture
def people(run, files: Path) -> None:
    for name in ("alice", "robot"):
        run("person", "add", name, "--no-password")


@pytest.fixture
def shop(people: None, applinks: AppLinks, far: FarSide) -> FarSide:
    """The other application, linked: "Shop" takes our word for who acts, "Bank" wants to be asked."""
    for link in links_to(far.url):
        put(applinks, link)
    return far


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a script; its path."""

    def write(text: str, name: str = "script.py") -> str:
        file = tmp_path / "scripts" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("from applinks.scripts import *\n" + dedent(text))
        return str(file)

    return write


def test_how_far_it_is_is_told_meanwhile_and_how_far_it_came_at_the_end(
    run, people, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on when the first was told, on standard error."""

    def told(text: str) -> str:
        (tmp_path / "told").touch()
        return printable(text)

    monkeypatch.setattr("applinks.cli.run.printable", told)
    script = write(f"""
        import threading
        from pathlib import Path

        @by_hand()
        def hook(progress, run):
            progress(1, 2, "first\\x1b[31m")
            while run.number and not Path({str(tmp_path / "told")!r}).exists():
                threading.Event().wait(0.01)
            progress(2, 2)
    """)
    ran = run("run", script, "--as", "alice")
    assert ran.err.splitlines()[0] == "  1 of 2: first\\x1b[31m"
    assert ran.out.splitlines() == ["  it came to 2 of 2", "Run 1 of script:hook: done"]
    rehearsed = run("run", script, "--as", "alice", "--dry-run").out
    assert rehearsed.splitlines()[0] == "  it came to 2 of 2"


def test_a_hook_is_run_as_whoever_is_named_and_what_it_did_is_told(run, shop, write: Write) -> None:
    out = run("run", write(ORDER), "--as", "alice").out
    said, read, effect, outcome = out.splitlines()
    assert said.split() == ["info", "a,", "1", "times"]
    assert read.strip() == f"GET {shop.url}/read as alice → 200"
    assert effect.strip() == f"POST {shop.url}/effect as alice → 200"
    assert outcome == "Run 1 of script:order: done, with 1"
    assert shop.effects == {"a": 1}


def test_as_data_it_is_the_run_with_its_lines_and_calls(run, shop, write: Write) -> None:
    data = run("run", write(ORDER), "--as", "alice", "--json").data
    assert (data["state"], data["result"], data["user"], data["number"]) == ("done", 1, "alice", 1)
    assert [line["text"] for line in data["lines"]] == ["a, 1 times"]
    assert [(call["method"], call["status"]) for call in data["calls"]] == [("GET", 200), ("POST", 200)]
    assert "holder" not in data


def test_a_secret_in_a_query_is_shown_by_no_way_to_run_a_script(run, shop, write: Write) -> None:
    """T-66: neither here nor by `applinks runs show`."""
    script = write("""
        from typing import Annotated

        @by_hand()
        def hook(applinks, *, key: Annotated[str, "The key", Secret()]):
            applinks.link("Shop").get("read", params={"key": key})
    """)
    given = ("run", script, "--as", "alice", "--set", "key=canary-7711")
    shown = [run(*given, *more) for more in ((), ("--json",), ("--dry-run",), ("--dry-run", "--json"))]
    shown += [run("runs", "show", "1", *more) for more in ((), ("--json",))]
    assert all(f"{shop.url}/read" in one.out for one in shown)
    assert not any("canary" in one.out + one.err for one in shown)


def test_values_are_given_by_name_and_read_as_the_script_says_they_are(run, shop, write: Write) -> None:
    out = run("run", write(ORDER), "--as", "alice", "--set", "name=b=c", "--set", "often=3").out
    assert "b=c, 3 times" in out
    assert shop.effects == {"b=c": 1}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "often=many"], "often"),
        (["--set", "oftne=3"], "oftne"),
        (["--set", "often"], "--set 'often' says no value."),
        (["--as", "zoe"], "zoe"),
        (["--hook", "other"], "no such hook"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["run", "dry run"])
def test_what_cannot_be_is_refused_before_anything_is_done(
    run, shop, write: Write, words: list[str], said: str, more: list[str]
) -> None:
    ran = run("run", write(ORDER), *([] if "--as" in words else ["--as", "alice"]), *words, *more, status=1)
    assert said in ran.out + ran.err
    assert shop.asked == []


@pytest.fixture
def notify(write: Write, applinks: AppLinks) -> str:
    """A script for whose hook an administrator has set parameters."""
    script = write("""
        from typing import Annotated

        @by_hand()
        def notify(applinks, log, *, space: str, often: int = 1, key: Annotated[str, Secret()] = ""):
            log.info("%s, %d times, %s", space, often, "opened" if key == "hunter2" else "locked")
    """)
    hook = load(Path(script).parent).scripts["script:notify"].hook
    applinks.set_parameters(hook, {"space": "DOCS", "key": "hunter2"}, by="root")
    return script


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["run", "dry run"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "DOCS, 1 times, opened"),
        (["--set", "often=3"], "DOCS, 3 times, opened"),
        (["--set", "space=WEB", "--set", "key="], "WEB, 1 times, opened"),
        (["--set", "key=other"], "DOCS, 1 times, locked"),
    ],
)
def test_what_is_set_for_the_hook_holds_where_nothing_else_is_said(
    run, people, notify: str, words: list[str], said: str, more: list[str]
) -> None:
    assert said in run("run", notify, "--as", "alice", *words, *more).out


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["run", "dry run"])
def test_a_secret_that_is_set_is_not_shown(run, people, notify: str, more: list[str]) -> None:
    ran = run("run", notify, "--as", "alice", "--json", *more)
    assert "hunter2" not in ran.out + ran.err
    assert more or ran.data["parameters"] == {"space": "DOCS", "often": 1}


def test_what_is_said_for_one_run_is_not_kept(run, people, notify: str) -> None:
    run("run", notify, "--as", "alice", "--set", "space=WEB")
    assert "DOCS" in run("run", notify, "--as", "alice").out


def test_what_must_be_given_and_is_not_set_either_is_told(run, people, write: Write) -> None:
    script = write("@by_hand()\ndef hook(*, space: str): return space\n")
    for more in ([], ["--dry-run"]):
        assert "space: It is missing." in run("run", script, "--as", "alice", *more, status=1).err


def test_what_fails_says_where_and_the_command_fails_too(run, people, write: Write) -> None:
    script = write("@by_hand()\ndef hook():\n    raise ValueError('wrong')\n")
    out = run("run", script, "--as", "alice", status=1).out
    assert f"{script}, line 4, in hook: raise ValueError('wrong')" in out
    assert out.splitlines()[-1] == "Run 1 of script:hook: failed: ValueError: wrong"


def test_what_waits_for_a_consent_is_no_failure_and_says_whose(run, shop, write: Write) -> None:
    script = write("@by_hand()\ndef hook(applinks):\n    applinks.link('Bank').post('effect')\n")
    out = run("run", script, "--as", "alice").out
    assert out == "Run 1 of script:hook: parked; it waits until alice has allowed it, and goes on by itself then\n"
    assert shop.asked == []


def test_a_hook_that_is_not_for_this_event_is_skipped_and_that_is_no_failure(run, people, write: Write, tmp_path) -> None:
    script = write("""
        @listener("issue_updated", application="jira", when=lambda issue: issue.project == "OPS")
        def hook(issue, event):
            return [issue.key, event.kind]
    """)
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"issue": {"key": "OPS-7", "fields": {"project": {"key": "OPS"}}}}))
    assert run("run", script, "--as", "alice", "--event", str(event), "--json").data["result"] == ["OPS-7", "issue_updated"]
    other = run("run", script, "--as", "alice", "--event", str(event), "--kind", "issue_moved", "--json").data
    assert other["result"] == ["OPS-7", "issue_moved"]
    event.write_text(event.read_text().replace("OPS", "DEV"))
    assert run("run", script, "--as", "alice", "--event", str(event)).out == "Run 3 of script:hook: skipped\n"


@pytest.mark.parametrize(("text", "said"), [("{", "cannot be read"), ("[]", "no JSON object"), (None, "cannot be read")])
def test_an_event_that_is_none_is_refused(run, people, write: Write, tmp_path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "event.json").write_text(text)
    assert said in run("run", write(ORDER), "--event", "event.json", status=1).err


def test_where_a_file_has_several_hooks_one_must_be_named(run, people, write: Write) -> None:
    script = write("@by_hand()\ndef one(): return 1\n\n@by_hand()\ndef two(): return 2\n")
    ran = run("run", script, "--as", "alice", status=1)
    assert "script.py has several hooks." in ran.err
    assert "Name one with --hook: one, two." in ran.err
    assert run("run", script, "--as", "alice", "--hook", "two", "--json").data["result"] == 2


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["run", "dry run"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def hook(:\n", "script.py, line 2: invalid syntax"),
        ("\n1 / 0\n", "script.py, line 3: ZeroDivisionError"),
        ("@by_hand()\ndef hook(usr): ...\n", "script.py, line 2: script:hook names 'usr'"),
    ],
)
def test_a_script_with_a_mistake_is_not_run_and_says_its_line(
    run, people, write: Write, text: str, said: str, more: list[str]
) -> None:
    write("@by_hand()\ndef hook(): ...\n", "right.py")
    ran = run("run", write(text), "--as", "alice", *more, status=1)
    assert said in ran.err
    assert ran.err.count("line ") == 1


def test_a_mistake_in_another_file_keeps_nobody_from_running_this_one(run, people, write: Write) -> None:
    write("1 / 0\n", "wrong.py")
    assert run("run", write("@by_hand()\ndef hook(): return 1\n"), "--as", "alice").out.endswith("done, with 1\n")


def test_a_file_that_is_not_there_or_has_no_hook_is_said(run, people, write: Write) -> None:
    assert "There is no file 'nowhere.py'." in run("run", "nowhere.py", status=1).err
    ran = run("run", write("answer = 42\n"), status=1)
    assert "script.py has no such hook." in ran.err
    assert "Decorate a function" in ran.err


def test_a_rehearsal_asks_and_shows_what_it_would_do(run, shop, write: Write, applinks: AppLinks) -> None:
    out = run("run", write(ORDER), "--as", "alice", "--dry-run").out
    said, read, effect, outcome = out.splitlines()
    assert said.split() == ["info", "a,", "1", "times"]
    assert read.strip() == f"asked: GET {shop.url}/read as alice over 'Shop' by 2LOi"
    assert effect.strip() == f"would send: POST {shop.url}/effect as alice over 'Shop' by 2LOi"
    assert outcome == "script:order would end as done. Nothing was changed."
    assert shop.asked == [("GET", "read")]
    assert applinks.answer(Runs()) == ()


def test_a_rehearsal_shows_where_it_would_wait_and_what_it_would_tell(run, shop, write: Write) -> None:
    script = write("""
        @by_hand()
        def hook(applinks, messages):
            messages.info("It begins.")
            applinks.link("Bank").post("effect")
    """)
    out = run("run", script, "--as", "alice", "--dry-run").out
    assert "  would tell alice: It begins." in out.splitlines()
    assert "would send: POST" in out
    assert out.splitlines()[-1] == "script:hook would wait here until alice has allowed it in 'Bank'."
    data = run("run", script, "--as", "alice", "--dry-run", "--json").data
    assert (data["state"], data["error"], data["hook"]) == ("parked", None, "script:hook")
    assert [(call["method"], call["way"], call["sent"]) for call in data["calls"]] == [("POST", None, False)]
    assert [message["text"] for message in data["messages"]] == ["It begins."]
    assert shop.asked == []


def test_a_rehearsal_that_fails_fails(run, people, write: Write) -> None:
    script = write("@by_hand()\ndef hook():\n    raise ValueError('wrong')\n")
    out = run("run", script, "--as", "alice", "--dry-run", status=1).out
    assert out.splitlines()[-1] == "script:hook would end as failed: ValueError: wrong. Nothing was changed."


def test_a_rehearsal_of_a_listener_is_told_the_event(run, people, write: Write, tmp_path) -> None:
    script = write("@listener('order')\ndef hook(event, user):\n    print(event.kind, event.payload['name'], user.name)\n")
    (tmp_path / "event.json").write_text('{"name": "a"}')
    data = run("run", script, "--as", "alice", "--event", "event.json", "--dry-run", "--json").data
    assert [line["text"] for line in data["lines"]] == ["order a alice"]


def test_the_applications_own_may_be_named_for_its_people(run, files, write: Write, tmp_path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "our_desk.py").write_text(
        "from applinks import AppLinks, Person\n\n"
        "class Ours:\n"
        "    def find(self, name): return Person(name, full_name='Zoe Zander') if name == 'zoe' else None\n"
        "    def sign_in(self, name, password): return None\n\n"
        f"applinks = AppLinks('sqlite:///{files}/applinks.db', people=Ours())\n"
        "number = 17\n"
    )
    script = write("@by_hand()\ndef hook(user): return user.full_name\n")
    for wrong in ("nowhere:at_all", "our_desk:gone"):
        assert f"There is no '{wrong}'" in run("run", script, "--app", wrong, status=1).err
    assert "'our_desk:number' is no AppLinks" in run("run", script, "--app", "our_desk:number", status=1).err
    assert run("run", script, "--as", "zoe", "--app", "our_desk", "--dry-run").out.endswith(
        "would end as done. Nothing was changed.\n"
    )


def test_without_a_database_there_is_nothing_to_run_in(run, write: Write) -> None:
    assert "init" in run("run", write(ORDER), status=1).err
