"""Scripts that are pasted: kept, checked, on the record, and run like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applinks.errors import ConfigurationError, LinkNotFound, ScriptWrong
from applinks.scripts import (
    KeepPasted,
    PastedScripts,
    RunState,
    check_pasted,
    paste_script,
    pasted_script,
    unpaste_script,
)
from applinks.scripts.pasted import sandbox
from applinks.scripts.pasted.script import LARGEST_TEXT
from in_memory import InMemory
from running.far_side import FarSide, far_side
from running.world import World, until
from scripts.pasting import Sandbox, allowing

pytest.importorskip("pydantic_monty")

TEXT = "# Says hello.\nlog('hello ' + user)\n"


@pytest.fixture
def tracker() -> InMemory:
    made = InMemory("Tracker")
    made.pasted_allowed = True
    return made


def paste(us: InMemory, name: str = "hello", text: str = TEXT, **more: Any) -> Any:
    return us.run(paste_script(name, text, by="root", **more))


def test_it_is_kept_and_on_the_record(tracker: InMemory):
    kept = paste(tracker, kind="listener", events=["order"], application="shop", parameters=["space"])
    assert (kept.name, kept.text, kept.hook, kept.changed_by) == ("hello", TEXT, "pasted/hello", "root")
    assert tracker.answer(PastedScripts()) == (kept,)
    (entry,) = tracker.entries
    assert (entry.kind, entry.outcome, entry.actor) == ("script pasted", "hello", "root")
    assert entry.changes == (
        ("kind", None, "listener"),
        ("application", None, "shop"),
        ("events", None, "order"),
        ("parameters", None, "space"),
        ("revision", None, kept.revision),
    )


def test_another_text_or_another_place_is_another_revision(tracker: InMemory):
    first = paste(tracker)
    second = paste(tracker, text=f"{TEXT}\n# more")
    third = paste(tracker, kind="listener", events=["order"], text=second.text)
    assert len({first.revision, second.revision, third.revision}) == 3
    assert tracker.entries[1].changes == (("revision", first.revision, second.revision),)
    assert paste(tracker, kind="listener", events=["order"], text=second.text).revision == third.revision


def test_a_removed_one_is_gone_and_on_the_record(tracker: InMemory):
    paste(tracker)
    tracker.pasted_allowed = False
    assert tracker.run(unpaste_script("hello", by="erin")).name == "hello"
    assert tracker.answer(PastedScripts()) == ()
    assert (tracker.entries[-1].kind, tracker.entries[-1].actor) == ("pasted script removed", "erin")
    with pytest.raises(ConfigurationError, match=r"There is no pasted script 'hello'\. There are: none\."):
        tracker.run(unpaste_script("hello", by="erin"))
    with pytest.raises(ConfigurationError, match="no pasted script"):
        tracker.run(pasted_script("hello"))


def test_where_that_is_off_nothing_is_kept_or_checked(tracker: InMemory):
    tracker.pasted_allowed = False
    for flow in (paste_script("hello", TEXT, by="root"), check_pasted("hello", TEXT)):
        with pytest.raises(ConfigurationError, match="APPLINKS_PASTED_SCRIPTS=1"):
            tracker.run(flow)
    assert tracker.answer(PastedScripts()) == ()
    assert tracker.entries == []


def test_a_text_that_cannot_be_read_is_not_kept(tracker: InMemory):
    with pytest.raises(ScriptWrong, match="hello, line 2, column 6") as wrong:
        paste(tracker, text="x = 1\r\ny = (")
    assert (wrong.value.line, wrong.value.column) == (2, 6)
    assert tracker.answer(PastedScripts()) == ()
    with pytest.raises(ScriptWrong):
        tracker.run(check_pasted("hello", "y = ("))


def test_the_ends_of_its_lines_are_those_of_python(tracker: InMemory):
    assert paste(tracker, text="a = 1\r\nb = 2\r").text == "a = 1\nb = 2\n"


@pytest.mark.parametrize(
    "text", ["", " \r\n", "x = '\0'", "# \ud800", "# \u202e", "# \u200b", "# \x1b[2J", "# " + "é" * (LARGEST_TEXT // 2)]
)
def test_a_text_that_is_none_or_too_large_is_not_kept(tracker: InMemory, text: str):
    with pytest.raises(ConfigurationError):
        paste(tracker, text=text)
    assert tracker.answer(PastedScripts()) == ()


def test_the_largest_text_is_kept(tracker: InMemory):
    assert len(paste(tracker, text="#" * LARGEST_TEXT).text) == LARGEST_TEXT


@pytest.mark.parametrize("name", ["", "Hello", "../x", "a b", "a/b", "-a", "a:b", "é", "a" * 61, "a\n"])
def test_a_name_that_could_be_taken_for_something_else_is_refused(tracker: InMemory, name: str):
    with pytest.raises(ConfigurationError, match="cannot be the name of a script"):
        paste(tracker, name=name)


@pytest.mark.parametrize(
    "place",
    [
        {"kind": "job"},
        {"kind": "endpoint"},
        {"kind": "x"},
        {"kind": "listener"},
        {"kind": "listener", "events": ["a\nb"]},
        {"kind": "listener", "events": [" a"]},
        {"kind": "listener", "events": ["a"] * 21},
        {"kind": "listener", "events": ["a"], "transition": "Done"},
        {"kind": "by hand", "events": ["a"]},
        {"kind": "post-function", "transition": "Done"},
        {"kind": "validator", "application": "jira"},
        {"kind": "validator", "application": "", "transition": "Done"},
        {"parameters": ["a b"]},
        {"parameters": ["user"]},
        {"parameters": ["issue"]},
        {"parameters": ["call"]},
        {"parameters": ["a", "a"]},
        {"parameters": [f"a{number}" for number in range(21)]},
    ],
)
def test_a_place_that_is_none_is_refused(tracker: InMemory, place: dict[str, Any]):
    with pytest.raises(ConfigurationError):
        paste(tracker, **place)
    assert tracker.answer(PastedScripts()) == ()


# ---- as they run


@pytest.fixture(scope="module")
def far() -> Iterator[FarSide]:
    with far_side() as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, far: FarSide) -> Iterator[World]:
    with allowing(tmp_path, far) as made:
        yield made.script("@listener('order')\ndef order(log):\n    log.info('of the folder')\n")


def pasted(here: World, name: str, text: str, **more: Any) -> None:
    here.applinks.run(paste_script(name, text, by="ada", **more))


def test_one_runs_beside_those_of_the_folder_from_the_moment_it_is_kept_until_it_is_removed(here: World):
    with here.scripts() as scripts:
        assert [hook.id for hook in scripts.hooks] == ["script:order"]
        pasted(
            here, "greet", "# Greets.\nlog(parameters['word'] + user)", kind="listener", events=["order"], parameters=["word"]
        )
        until(lambda: "pasted/greet" in [hook.id for hook in scripts.hooks])
        assert scripts.hook("pasted/greet").about == "Greets."
        runs = here.until_rest(scripts.occurred("order", {}, user="alice"), 2)
        assert {run.hook: here.lines(run.number) for run in runs} == {
            "script:order": [("info", "of the folder")],
            "pasted/greet": [("info", "alice")],
        }
        pasted(here, "greet", "log('anew')", kind="listener", events=["order"])
        until(lambda: scripts.hook("pasted/greet").about == "")
        again = here.until_rest(scripts.occurred("order", {}, user="alice"), 2)
        assert [("info", "anew")] in [here.lines(run.number) for run in again]
        here.applinks.run(unpaste_script("greet", by="ada"))
        until(lambda: [hook.id for hook in scripts.hooks] == ["script:order"])


def test_one_that_waits_for_a_consent_goes_on_once(here: World, far: FarSide):
    text = """
try:
    call("Shop", "POST", "effect", json={"name": "ordered"})
    paid = call("Bank", "POST", "effect", json={"name": "paid"})
except BaseException:
    call("Shop", "POST", "effect", json={"name": "caught"})
tell("success", "Paid.")
return paid["json"]["count"]
"""
    pasted(here, "pay", text, kind="listener", events=["pay"])
    with here.scripts() as scripts:
        run = here.end_of(scripts.occurred("pay", {}, user="carol"))
        assert (run.state, run.parked_user, run.parked_link) == (RunState.PARKED, "carol", "bank")
        here.consent("carol")
        done = until(lambda: (found := here.run(run.number)).state is RunState.DONE and found)
        assert (done.result, done.passes, done.deaths) == (1, 2, 0)
        assert (far.effects["ordered"], far.effects["paid"], far.effects["caught"]) == (1, 1, 0)
        assert here.calls(run.number) == [("POST", "answered", 200), ("POST", "answered", 200)]


def test_a_mistake_fails_the_run_with_its_line_and_an_unclear_call_is_unclear(here: World):
    pasted(here, "wrong", "a = 1\nb = a + ''", kind="listener", events=["wrong"])
    pasted(here, "lost", "try:\n    call('Shop', 'POST', 'broken')\nexcept: pass\nfoo", kind="listener", events=["lost"])
    with here.scripts() as scripts:
        wrong = here.end_of(scripts.occurred("wrong", {}, user="alice"))
        assert wrong.state is RunState.FAILED
        assert wrong.error is not None
        assert wrong.error.startswith("wrong, line 2, column 5: TypeError:")
        lost = here.end_of(scripts.occurred("lost", {}, user="alice"))
        assert (lost.state, lost.passes) == (RunState.UNCLEAR, 1)


def test_a_validator_refuses_a_transition(here: World):
    text = "if not issue['summary']:\n    refuse('Say what it is about.', field='summary')"
    pasted(here, "complete", text, kind="validator", application="jira", transition="Done")
    payload = {"transition": {"transitionName": "Done"}, "issue": {"key": "OPS-7", "fields": {"summary": ""}}}
    with here.scripts() as scripts:
        (refusal,) = scripts.refusals(payload, user="alice")
        assert (refusal.hook, refusal.message, refusal.field) == ("pasted/complete", "Say what it is about.", "summary")
        payload["issue"]["fields"] = {"summary": "Lift off"}
        assert scripts.refusals(payload, user="alice") == ()


def test_what_uses_too_much_ends_and_the_next_one_runs(here: World):
    pasted(here, "greedy", "a = []\nwhile True: a.append('x' * 100000)", kind="listener", events=["greedy"])
    pasted(here, "next", "return 1", kind="listener", events=["next"])
    with here.scripts() as scripts:
        run = here.end_of(scripts.occurred("greedy", {}, user="alice"))
        assert (run.state, run.error) == (RunState.FAILED, "greedy: It used more than 128 megabytes of memory.")
        assert here.end_of(scripts.occurred("next", {}, user="alice")).result == 1


def test_where_they_are_not_allowed_those_that_are_kept_do_not_run(tmp_path: Path, far: FarSide):
    with allowing(tmp_path, far) as here:
        pasted(here, "greet", "log('hello')")
    (tmp_path / "again").mkdir()
    with allowing(tmp_path / "again", far, allowed=False) as other:
        other.applinks.answer(KeepPasted(kept_as_before()))
        with other.scripts() as scripts:
            assert scripts.hooks == ()


def kept_as_before() -> Any:
    from applinks.scripts import HookKind, PastedScript

    return PastedScript("greet", "log('hello')", HookKind.BY_HAND, revision="r", changed_by="ada")


def test_nothing_of_the_sandbox_is_needed_where_nothing_is_pasted(here: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "EXTRA", "no_such_module_at_all")
    with here.scripts() as scripts:
        assert [hook.id for hook in scripts.hooks] == ["script:order"]
        assert scripts.faults == ()


def test_the_example_of_the_page_runs_in_the_sandbox():
    page = Path(__file__).parents[3] / "docs/how-to/let-administrators-paste-scripts.md"
    text = page.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    sandbox.check("publish", text)
    replies = iter([{"results": []}, {"id": "7"}])

    class Confluence:
        def primary(self, _type: str) -> Any:
            return self

        def link(self, name: str) -> Any:
            raise LinkNotFound(name)

        def request(self, method: str, path: str, **_: Any) -> httpx2.Response:
            assert path == "rest/api/content"
            return httpx2.Response(200, json=next(replies))

    box = Sandbox()
    box.links = Confluence()
    assert box.run(text, told={"issue": {"key": "OPS-7", "summary": "Launch"}}, space="") == "7"
    assert box.told.said == [("success", "The page of OPS-7 is made.")]
