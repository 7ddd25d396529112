"""Events as administrators see them, and letting one happen once more."""

from __future__ import annotations

import pytest

from applinks.announcements import EventKept
from applinks.scripts import BY_HAND, HERE, Event, EventState, KeepEvent, NewRun, QueueRuns, add_source
from applinks.web.administration.happenings import AT_ONCE, LONGEST_PAYLOAD
from applinks.web.visit import HAPPENINGS
from in_memory import NOW, InMemory
from web.dom import Dom
from web.visitor import Visitor, heading, said_by


def kept(tracker: InMemory, delivery: str = "1", source: str = HERE, **more) -> int:
    event = Event(source, "jira", "issue_updated", delivery, more.pop("payload", {"key": "OPS-7"}), NOW, "issue OPS-7", "alice")
    from dataclasses import replace

    return tracker.run(_keeping(replace(event, **more)))


def _keeping(event: Event):
    return (yield KeepEvent(event)).number


def test_without_events_the_page_says_so(root: Visitor):
    assert "Nothing has happened yet." in said_by(root.get(HAPPENINGS))


def test_the_newest_come_first_and_the_older_ones_after_them(tracker: InMemory, root: Visitor):
    for number in range(AT_ONCE + 1):
        kept(tracker, str(number))
    page = root.get(HAPPENINGS)
    links = [link or "" for link in Dom(page.body.decode()).links()]
    assert "/plugins/servlet/applinks/admin/events?before=2" in links
    assert "alice" in said_by(page)
    older = root.get(HAPPENINGS, {"before": "2"})
    assert HAPPENINGS in Dom(older.body.decode()).links()
    assert root.get(HAPPENINGS, {"before": "²"}).status == 200


def test_one_is_shown_with_all_that_it_told(tracker: InMemory, root: Visitor):
    number = kept(tracker, note="No script wants it.", depth=2, user=None, user_key="8a1", payload={"a": "<b>\u202e"})
    page = root.get(f"{HAPPENINGS}/{number}")
    assert heading(page) == f"Event {number}"
    text = said_by(page)
    assert "No script wants it." in text
    assert "8a1" in text
    assert "\\u202e" in text
    assert "<b>" not in page.body.decode().partition("<main")[2]


def test_what_came_of_it_stands_on_its_page(tracker: InMemory, root: Visitor):
    number = kept(tracker)
    assert "No script has run for it." in said_by(root.get(f"{HAPPENINGS}/{number}"))
    tracker.answer(QueueRuns((NewRun("1", "publish:when_done", "listener", "alice", "alice", event=number),)))
    assert "1 of publish:when_done … queued" in said_by(root.get(f"{HAPPENINGS}/{number}"))


def test_what_was_told_keeps_its_lines(tracker: InMemory, root: Visitor):
    number = kept(tracker, payload={"a": 1})
    assert "{\n  &#34;a&#34;: 1\n}</pre>" in root.get(f"{HAPPENINGS}/{number}").body.decode()


def test_webhooks_are_called_by_their_names(tracker: InMemory, root: Visitor):
    made = tracker.run(add_source("Jira events", "jira", by="root"))
    number = kept(tracker, source=f"webhook {made.source.id}")
    assert "From Jira events" in said_by(root.get(f"{HAPPENINGS}/{number}"))
    assert made.source.id not in said_by(root.get(HAPPENINGS))


def test_the_head_of_the_page_shows_events_below_webhooks(tracker: InMemory, root: Visitor):
    page = root.get(f"{HAPPENINGS}/{kept(tracker)}").body.decode()
    assert 'aria-current="page">Webhooks</a>' in page
    assert page.count("aria-current") == 1


def test_what_is_too_long_is_cut(tracker: InMemory, root: Visitor):
    number = kept(tracker, payload={"a": "x" * LONGEST_PAYLOAD})
    assert "x …" in said_by(root.get(f"{HAPPENINGS}/{number}"))


@pytest.mark.parametrize("number", ["7", "0", "-1", "x", "²", "9" * 30])
def test_one_that_is_not_there_is_no_page(root: Visitor, number: str):
    assert root.get(f"{HAPPENINGS}/{number}").status == 404


def test_it_happens_once_more_on_the_record(tracker: InMemory, root: Visitor):
    number = kept(tracker)
    page = root.get(f"{HAPPENINGS}/{number}")
    answer = root.post(f"{HAPPENINGS}/{number}/replay", Dom(page.body.decode()).fields())
    assert (answer.status, answer.header("location")) == (303, f"{HAPPENINGS}?done=replayed&before={number + 2}")
    again = tracker.events[-1]
    assert (again.source, again.delivery, again.state) == (HERE, f"replay 1 of {number}", EventState.RECEIVED)
    assert [fact for fact in tracker.told if isinstance(fact, EventKept)] == [EventKept(again.number, "issue_updated")]
    (entry,) = [entry for entry in tracker.entries if entry.kind == "event replayed"]
    assert (entry.actor, entry.outcome) == ("root", f"{number} as {again.number}")


def test_what_was_begun_by_hand_does_not(tracker: InMemory, root: Visitor):
    number = kept(tracker, source=BY_HAND)
    page = root.get(f"{HAPPENINGS}/{number}")
    answer = root.post(f"{HAPPENINGS}/{number}/replay", Dom(page.body.decode()).fields())
    assert answer.status == 400
    assert "Ask for them again." in said_by(answer)
    assert len(tracker.events) == 1
