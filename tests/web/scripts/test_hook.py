"""One hook: what it is, its parameters, on and off, and a run by hand."""

from __future__ import annotations

import json

import pytest

from applinks.scripts import EventOf, HookSettings, RunOf, set_parameters
from applinks.web.visit import HOOK, RUNS
from scripts.happened import HOOK as ID
from scripts.happened import ended, happened
from web.dom import Dom
from web.visitor import at, followed, outcome, said_by


def page(visitor, id: str = ID):  # noqa: A002
    answer = visitor.get(HOOK, {"id": id})
    assert answer.status == 200
    return answer


def fields(answer) -> dict[str, str]:
    return {name: value for name, value in Dom(answer.body.decode()).filled().items() if name.startswith("parameter-")}


def kept(application, id: str = ID):  # noqa: A002
    return application.answer(HookSettings()).get(id)


def test_it_tells_what_it_is_and_what_it_may_name(root):
    text = said_by(page(root))
    for words in (
        "When it runs When jira:issue_updated has happened in jira.",
        "Runs as whoever caused it",
        "Condition yes: it is asked first",
        "Stands in publish.py, line 5",
        "Limits 60 s, 30 s of the processor, 512 MB",
        "After a failure it is not tried again",
        "issue Of the event: Issue.",
        "log Writes lines into the record of this run.",
        "jira The primary link of the type jira.",
    ):
        assert words in text, words


def test_its_form_has_a_field_for_each_parameter_with_what_is_set(tracker, root, scripts):
    hook = scripts.loaded[[one.id for one in scripts.loaded].index(ID)]
    tracker.run(set_parameters(hook, {"space": "X", "labels": ["a", "b"], "loud": True, "level": "high"}, "root"))
    answer = page(root)
    assert fields(answer) == {
        "parameter-space": "X",
        "parameter-loud": "yes",
        "parameter-level": "high",
        "parameter-password": "",
    }
    assert ">a\nb</textarea>" in answer.body.decode()
    assert "Space of the pages." in said_by(answer)


def test_a_secret_is_never_shown_and_stays_if_its_field_is_empty(tracker, root, scripts):
    """T-66"""
    root.press(page(root), "act", "set", **{**fields(page(root)), "parameter-password": "hunter2"})
    answer = page(root)
    assert "hunter2" not in answer.body.decode()
    assert "One is kept; leave this empty to keep it." in said_by(answer)
    root.press(answer, "act", "set", **{**fields(answer), "parameter-space": "Y"})
    assert (kept(tracker).parameters["password"], kept(tracker).parameters["space"]) == ("hunter2", "Y")


def test_what_is_kept_is_said(tracker, root):
    answer = root.press(
        page(root), "act", "set", **{**fields(page(root)), "parameter-loud": "yes", "parameter-labels": "a\r\nb"}
    )
    assert "Kept. It holds from the next run on." in said_by(followed(root, answer))
    assert kept(tracker).parameters | {"password": ""} == {
        "space": "OPS",
        "labels": ["a", "b"],
        "loud": True,
        "level": "low",
        "password": "",
    }
    assert "Set last by root" in said_by(page(root))


def test_values_that_are_wrong_are_told_at_their_field_and_stay_there(tracker, root):
    answer = root.press(page(root, "publish:nightly"), "act", "set", **{"parameter-days": "many"})
    assert outcome(answer) == (400, "Not done – publish:nightly")
    assert "It must be a whole number." in said_by(answer)
    assert fields(answer) == {"parameter-days": "many"}
    assert kept(tracker, "publish:nightly") is None


def test_it_is_switched_off_and_on(tracker, root):
    assert "Off. It does not run any more" in said_by(followed(root, root.press(page(root), "act", "off")))
    assert not kept(tracker).enabled
    root.press(page(root), "act", "on")
    assert kept(tracker).enabled


def test_it_is_run_by_hand_with_what_somebody_writes(tracker, root, scripts):
    answer = root.press(page(root), "act", "run", payload=json.dumps({"issue": {"key": "OPS-9"}}))
    shown = followed(root, answer)
    assert "This is the run that you have begun." in said_by(shown)
    run = tracker.answer(RunOf(1))
    assert (run.user, tracker.answer(EventOf(run.event)).payload) == ("root", {"issue": {"key": "OPS-9"}})
    assert scripts.said


def test_it_is_run_by_hand_with_what_an_event_told(tracker, root):
    event = happened(tracker, {"issue": {"key": "OPS-8"}})
    other = happened(tracker, application="confluence", source="link 1")
    shown = page(root)
    assert f'<option value="{event}">' in shown.body.decode()
    assert f'<option value="{other}">' not in shown.body.decode()
    root.press(shown, "act", "run", event=str(event), payload="")
    assert tracker.answer(EventOf(tracker.answer(RunOf(1)).event)).payload == {"issue": {"key": "OPS-8"}}


def test_it_is_run_by_hand_without_an_event(tracker, root):
    root.press(page(root), "act", "run", payload=" ", event="")
    assert tracker.answer(RunOf(1)).event is None


@pytest.mark.parametrize(
    "said", [{"payload": "{"}, {"payload": "[]"}, {"payload": '{"a": NaN}'}, {"event": "99"}, {"event": "x"}]
)
def test_what_is_no_event_is_told_and_stays_in_the_form(tracker, root, said):
    answer = root.press(page(root), "act", "run", **said)
    assert answer.status == 400
    assert tracker.answer(RunOf(1)) is None
    if text := said.get("payload"):
        assert text.replace('"', "&#34;") in answer.body.decode()


@pytest.mark.parametrize("act", ["", "delete"])
def test_what_there_is_no_button_for_is_not_done(root, act):
    assert root.press(page(root), "act", "off", act=act).status == 400


def test_a_hook_that_is_not_loaded_shows_what_the_records_know(tracker, root):
    ended(tracker, hook="gone:hook")
    answer = page(root, "gone:hook")
    assert "It is not loaded in this process" in said_by(answer)
    assert {value for _, value in Dom(answer.body.decode()).buttons()} == {"off"}
    for act in ("set", "run"):
        assert "There is no hook" in said_by(root.press(answer, "act", "off", act=act))
    root.press(answer, "act", "off")
    assert not kept(tracker, "gone:hook").enabled


@pytest.mark.parametrize("id", ["nobody:knows", "", "<script>", "x" * 5000])
def test_a_hook_that_nobody_knows_is_no_page(root, id):  # noqa: A002
    assert root.get(HOOK, {"id": id}).status == 404


def test_one_comes_back_to_it_after_a_confirmation(tracker, scripts):
    visitor = at(tracker, "root")
    visitor.scripts = scripts
    answer = visitor.press(page(visitor), "act", "off")
    assert (answer.header("location") or "").endswith("%2Fscripts%2Fhook%3Fid%3Dpublish%253Awhen_done")
    assert kept(tracker) is None


def test_its_last_runs_lead_to_all_of_them(tracker, root):
    number = ended(tracker)
    links = Dom(page(root).body.decode()).links()
    assert f"{RUNS}/{number}" in links
    assert f"{RUNS}?hook=publish%3Awhen_done" in links


def test_others_do_not_see_it(tracker):
    assert at(tracker, "alice").get(HOOK, {"id": ID}).status == 404
