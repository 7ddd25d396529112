"""The record of a run, as it is told: all that it did, and nothing that nobody should see."""

from __future__ import annotations

import pytest

from applinks.errors import RunNotFound
from applinks.scripts import record_for
from applinks.wire import values
from in_memory import InMemory
from scripts.happened import happened, running, sent, unclear, wrote


@pytest.fixture
def tracker() -> InMemory:
    return InMemory("Tracker")


def test_it_has_the_calls_in_their_order_the_log_and_the_event(tracker):
    event = happened(tracker)
    number = running(tracker, event=event)
    sent(tracker, number, "1", status=201)
    sent(tracker, number, "2", "GET", None)
    wrote(tracker, number, ("info", "hello"))
    record = tracker.run(record_for(number, "alice", administrator=False))
    assert [(call.place, call.method, call.user, call.mechanism, call.status, call.unclear) for call in record.calls] == [
        ("1", "POST", "alice", "2LOi", 201, False),
        ("2", "GET", None, None, None, False),
    ]
    assert [line.text for line in record.log] == ["hello"]
    assert record.event.number == event


def test_a_call_that_was_never_answered_stands_out(tracker):
    record = tracker.run(record_for(unclear(tracker), "root", administrator=True))
    assert [call.unclear for call in record.calls] == [False, False, True]


def test_no_body_payload_or_parameter_is_told(tracker):
    """T-66"""
    event = happened(tracker, {"secret": "hunter2"})
    number = running(tracker, event=event, parameters={"password": "hunter2"})
    sent(tracker, number, "1", status=200)
    told = values.data(tracker.run(record_for(number, "root", administrator=True)))
    assert "hunter2" not in repr(told)


def test_it_is_not_there_for_anybody_else(tracker):
    number = running(tracker)
    with pytest.raises(RunNotFound):
        tracker.run(record_for(number, "bob", administrator=False))
