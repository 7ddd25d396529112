"""One run, as administrators see it, and what they can do about it."""

from __future__ import annotations

import pytest

from applinks.scripts import CallsOf, EventOf, EventState, RunOf, RunState
from applinks.web.scripts.run import BELOW_SCRIPTS, REFRESH_EVERY, REFRESHED_FOR
from applinks.web.visit import RUNS
from scripts.happened import HOOK, came, ended, happened, parked, queued, running, sent, unclear, wrote
from web.dom import Dom
from web.hostile import MARKUP
from web.visitor import at, followed, heading, outcome, said_by


def page(visitor, number: int, **query: str):
    answer = visitor.get(f"{RUNS}/{number}", query)
    assert answer.status == 200
    return answer


def state(application, number: int) -> RunState:
    return application.answer(RunOf(number)).state


def test_it_tells_all_that_happened(tracker, root):
    event = happened(tracker, {"issue": {"key": "OPS-7"}}, depth=2)
    number = running(
        tracker,
        user="deployment",
        actor="alice",
        reason="no rights",
        event=event,
        item="issue OPS-7",
        parameters={"space": "OPS", "password": "hunter2"},
    )
    wrote(tracker, number, ("info", "hello"), ("error", "/srv/publish.py, line 9, in when_done: wiki.post(page)"))
    sent(tracker, number, "1", "GET", "deployment", 200)
    ended_as(tracker, number, RunState.FAILED, "FarSideError: 500")
    text = said_by(page(root, number))
    for words in (
        f"Run {number} ✗ failed",
        "As deployment",
        "Caused by alice",
        "Reason no rights",
        "Parameter space OPS",
        "Took 1.2 s, of which the processor 500 ms",
        "Script revision abcdef0123456789",
        "FarSideError: 500",
        "/srv/publish.py, line 9, in when_done: wiki.post(page)",
        "1 GET https://wiki.example.com/base/rest/api/content over Wiki deployment by 2LOi 200",
        "info hello",
        "What jira:issue_updated",
        '"key": "OPS-7"',
        "Runs before it 2",
    ):
        assert words in text, words
    assert "hunter2" not in text


def ended_as(application, number: int, how: RunState, error: str | None = None) -> None:
    from applinks.scripts import Ending, EndRun
    from scripts.happened import HOLDER

    assert application.answer(EndRun(number, HOLDER, Ending(how, None, error, 1.25, 0.5, "abcdef0123456789")))


def test_a_run_that_goes_on_after_a_call_was_settled_is_not_said_to_have_failed(tracker, root):
    number = unclear(tracker)
    root.press(page(root, number), "act", "happened", status="201")
    text = said_by(page(root, number))
    assert "Waits for its turn." in text
    assert "tried again" not in text


def test_what_failed_stands_in_the_script_and_not_where_we_sent_it(tracker, root):
    number = running(tracker)
    places = ("/srv/publish.py, line 9, in when_done: post()", f"{BELOW_SCRIPTS[0]}/linked.py, line 1, in post: raise")
    wrote(tracker, number, *(("error", place) for place in places))
    ended_as(tracker, number, RunState.FAILED, "FarSideError: 500")
    assert f"<code><bdi>{places[0]}</bdi></code>" in page(root, number).body.decode()


def test_parameters_are_told_only_where_it_is_known_which_are_secret(tracker, root):
    """T-66"""
    number = ended(tracker, parameters={"space": "OPS", "password": "hunter2"})
    root.scripts = None
    assert "OPS" not in said_by(page(root, number))


def test_a_log_of_several_passes_and_lines_keeps_its_lines(tracker, root):
    number = running(tracker)
    wrote(tracker, number, ("output", "two\nlines"))
    ended_as(tracker, number, RunState.DONE)
    assert "two\nlines" in page(root, number).body.decode()


def test_a_result_is_shown_as_json(tracker, root):
    number = ended(tracker, result={"page": "17"})
    assert "&#34;page&#34;: &#34;17&#34;" in page(root, number).body.decode()


def test_other_runs_for_the_event_and_about_the_item_are_told(tracker, root):
    event = happened(tracker)
    number, same, other = (
        queued(tracker, event=event, item="issue OPS-7"),
        queued(tracker, "a:b", event=event, item="issue OPS-7"),
        queued(tracker, item="issue OPS-7"),
    )
    links = [link for link in Dom(page(root, number, still="1").body.decode()).links() if link and link.startswith(f"{RUNS}/")]
    assert links[1:] == [f"{RUNS}/{same}", f"{RUNS}/{other}"]


# ---- while it goes on


def test_while_it_is_running_a_bar_says_how_far_it_is(tracker, root):
    number = running(tracker)
    assert Dom(page(root, number).body.decode()).all("progress") == []
    came(tracker, number, 7, 120, "page 7 <b>")
    answer = page(root, number)
    (bar,) = Dom(answer.body.decode()).all("progress")
    assert (bar["value"], bar["max"], bar["aria-label"]) == ("7", "120", f"Progress of run {number}")
    assert "7 of 120: page 7" in said_by(answer)
    assert "page 7 &lt;b&gt;" in answer.body.decode()


def test_once_it_has_ended_words_say_how_far_it_came(tracker, root):
    number = running(tracker)
    came(tracker, number, 7, 120, "page 7")
    ended_as(tracker, number, RunState.FAILED, "ValueError: x")
    answer = page(root, number)
    assert Dom(answer.body.decode()).all("progress") == []
    assert "Came to 7 of 120: page 7" in said_by(answer)


@pytest.mark.parametrize(
    ("make", "refreshed"),
    [
        (queued, True),
        (running, True),
        (ended, False),
        (unclear, False),
        (lambda it: parked(it, "gone"), False),
    ],
)
def test_it_is_brought_up_to_date_while_it_is_queued_or_running(tracker, root, make, refreshed):
    """What somebody types into the form of an unclear one is not lost."""
    number = make(tracker)
    assert ("refresh" in dict(page(root, number).headers)) is refreshed
    assert ("brought up to date every 5 seconds" in said_by(page(root, number))) is refreshed


def test_whoever_wants_to_read_it_in_peace_can(tracker, root):
    number = running(tracker)
    (still,) = [link for link in Dom(page(root, number).body.decode()).links() if link and "still" in link]
    assert still == f"{RUNS}/{number}?still=1"
    answer = page(root, number, still="1")
    assert "refresh" not in dict(answer.headers)
    assert f"{RUNS}/{number}" in Dom(answer.body.decode()).links()


def test_what_has_waited_or_run_for_half_an_hour_stays_as_it_is(tracker, root):
    """A page that was left open keeps no session alive for ever."""
    number = queued(tracker)
    assert dict(page(root, number).headers)["refresh"] == str(REFRESH_EVERY)
    tracker.now += REFRESHED_FOR
    answer = page(root, number)
    assert "refresh" not in dict(answer.headers)
    assert "up to date" not in said_by(answer)


@pytest.mark.parametrize("number", ["99", "0", "x", "-1", "9" * 30, "%C2%B2"])
def test_a_number_that_no_run_has_is_no_page(root, number):
    assert outcome(root.get(f"{RUNS}/{number}")) == (404, "There is no such page")


@pytest.mark.parametrize(
    ("make", "buttons"),
    [
        (queued, {"cancel"}),
        (running, {"cancel"}),
        (lambda it: parked(it, "gone"), {"cancel", "retry"}),
        (unclear, {"cancel", "happened", "not-happened"}),
        (ended, {"again"}),
        (lambda it: ended(it, kind="validator"), set()),
        (lambda it: ended(it, event=happened(it)), {"again", "replay"}),
        (lambda it: ended(it, event=happened(it, source="by hand")), {"again"}),
    ],
)
def test_there_is_a_button_for_what_can_be_done(tracker, root, make, buttons):
    assert {value for _, value in Dom(page(root, make(tracker)).body.decode()).buttons()} == buttons


def test_it_is_cancelled_and_says_so(tracker, root, scripts):
    number = queued(tracker)
    shown = followed(root, root.press(page(root, number), "act", "cancel"))
    assert "Cancelled. Nothing more is done." in said_by(shown)
    assert state(tracker, number) is RunState.CANCELLED
    assert scripts.said


def test_a_parked_run_is_retried(tracker, root):
    number = parked(tracker, "gone")
    assert "It is tried again now." in said_by(followed(root, root.press(page(root, number), "act", "retry")))
    assert state(tracker, number) is RunState.QUEUED


def test_an_unclear_call_is_settled_with_what_was_answered(tracker, root):
    number = unclear(tracker)
    answer = root.press(page(root, number), "act", "happened", status="201", body='{"id": "17"}')
    assert "Noted. The run goes on with that." in said_by(followed(root, answer))
    call = tracker.answer(CallsOf(number, with_answers=True))[2]
    assert (call.answer.status, call.answer.body) == (201, b'{"id": "17"}')


def test_an_unclear_call_is_sent_again(tracker, root):
    number = unclear(tracker)
    root.press(page(root, number), "act", "not-happened")
    assert state(tracker, number) is RunState.QUEUED
    assert len(tracker.answer(CallsOf(number))) == 2


@pytest.mark.parametrize(
    "said", [{"status": "two"}, {"status": ""}, {"status": "99"}, {"status": "²"}, {"body": "{"}, {"place": "1"}]
)
def test_what_cannot_be_said_of_a_call_is_told_and_nothing_is_done(tracker, root, said):
    number = unclear(tracker)
    answer = root.press(page(root, number), "act", "happened", **{"status": "200", **said})
    assert outcome(answer) == (400, f"Not done – Run {number}")
    assert state(tracker, number) is RunState.UNCLEAR


def test_it_is_run_again_as_a_new_one_whose_page_is_shown(tracker, root):
    number = ended(tracker)
    shown = followed(root, root.press(page(root, number), "act", "again"))
    assert heading(shown) == f"Run {number + 1}"
    assert "This is the new run." in said_by(shown)


def test_its_event_is_told_again(tracker, root):
    event = happened(tracker)
    number = ended(tracker, event=event)
    assert "The event is told again." in said_by(followed(root, root.press(page(root, number), "act", "replay")))
    assert tracker.answer(EventOf(event + 1)).state is EventState.RECEIVED


@pytest.mark.parametrize("act", ["", "delete", "again", "replay"])
def test_what_there_is_no_button_for_is_not_done(tracker, root, act):
    number = queued(tracker)
    answer = root.press(page(root, number), "act", "cancel", act=act)
    assert answer.status == 400
    assert state(tracker, number) is RunState.QUEUED


def test_what_was_done_meanwhile_is_told(tracker, root):
    number = queued(tracker)
    shown = page(root, number)
    root.press(shown, "act", "cancel")
    assert "is cancelled, and cannot be cancelled" in said_by(root.press(shown, "act", "cancel"))


def test_it_is_not_touched_without_a_confirmation_and_one_comes_back_to_it(tracker):
    visitor = at(tracker, "root")
    number = queued(tracker)
    answer = visitor.press(page(visitor, number), "act", "cancel")
    assert (answer.header("location") or "").endswith(f"confirm?back=%2Fplugins%2Fservlet%2Fapplinks%2Fadmin%2Fruns%2F{number}")
    assert state(tracker, number) is RunState.QUEUED


@pytest.mark.parametrize("text", MARKUP)
def test_no_text_of_others_becomes_an_element(tracker, root, text):
    """T-46"""
    known = [tag for tag, _ in Dom(page(root, made(tracker, "plain")).body.decode()).elements]
    assert [tag for tag, _ in Dom(page(root, made(tracker, text)).body.decode()).elements] == known


def made(application, text: str) -> int:
    text = text.encode("utf-8", "replace").decode().replace("\x00", "0")
    event = happened(application, {text: text}, kind=text, user=text, item=f"{len(application.asked)}{text}", source="by hand")
    application.now += 1
    number = running(application, text, text, actor=f"{text}!", reason=text, event=event, kind=text)
    wrote(application, number, ("error", text.replace("\n", " ")))
    sent(application, number, "1", "POST", text, 200)
    ended_as(application, number, RunState.FAILED, text)
    return number


def test_others_do_not_see_it(tracker, alice):
    assert alice.get(f"{RUNS}/{ended(tracker)}").status == 404
    assert HOOK  # theirs is another page
