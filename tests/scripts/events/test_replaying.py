"""An event happens once more: as another event of the same source, each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from applinks.errors import ConfigurationError
from applinks.scripts import BY_HAND, HERE, Event, EventState, KeepEvent, event_numbered, replay_event, state_named
from intake import Desk, desk

EVENT = Event("webhook s1", "jira", "issue_updated", "d1", {"a": 1}, 5.0, "issue OPS-7", "alice", depth=2, note="a note")


@pytest.fixture
def here() -> Iterator[Desk]:
    with desk() as made:
        yield made


def kept(here: Desk, event: Event = EVENT) -> int:
    return int(here.applinks.answer(KeepEvent(event)).number)


def test_it_is_the_same_event_of_the_same_source_at_another_time(here: Desk):
    number = kept(here, replace(EVENT, state=EventState.SORTED, tries=0))
    again = here.event(here.applinks.run(replay_event(number, by="root")))
    same = replace(EVENT, number=again.number, delivery=f"replay 1 of {number}", received_at=here.now, note=None)
    assert again == same
    assert here.woken[-1].number == again.number


def test_each_replay_is_another_event(here: Desk):
    number = kept(here)
    numbers = {here.applinks.run(replay_event(number, by="root")) for _ in range(3)}
    assert len(numbers) == 3
    assert {here.event(one).delivery for one in numbers} == {f"replay {again} of {number}" for again in (1, 2, 3)}


@pytest.mark.parametrize(
    "event", [replace(EVENT, state=EventState.ASKED), replace(EVENT, source=BY_HAND)], ids=["asked", "by hand"]
)
def test_what_caused_nothing_more_is_not_replayed(here: Desk, event: Event):
    """What was asked before a transition would otherwise run what comes after one that never was."""
    with pytest.raises(ConfigurationError, match="caused nothing"):
        here.applinks.run(replay_event(kept(here, event), by="root"))


def test_an_event_that_is_not_there_is_said_to_be_none(here: Desk):
    with pytest.raises(ConfigurationError, match="no event 7"):
        here.applinks.run(event_numbered(7))


def test_states_go_by_their_names():
    assert state_named(None) is None
    assert state_named("sorted") is EventState.SORTED
    with pytest.raises(ConfigurationError, match="received, sorted, asked, refused"):
        state_named("lost")
    assert HERE == "here"
