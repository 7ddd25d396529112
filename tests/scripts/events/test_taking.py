"""Taking events in: how the proof is looked at, and that an unknown webhook costs the same work. See tests/web/test_events.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest

from applinks.errors import MalformedEvent
from applinks.scripts import Source, take_event, take_told
from applinks.scripts.events import taking
from applinks.scripts.events.taking import OLDEST, check_proof, check_time
from applinks.wire.events import ToldEvent
from applinks.wire.webhooks import TOLERANCE, Unproven, hub_headers
from in_memory import InMemory, link_to
from intake import Desk, desk
from scripts import payloads
from scripts.events.test_reading import told
from scripts.payloads import MOMENT, body

SOURCE = Source("s1", "Jira", "jira", False, None, True, None, 0.0, "root", secret="a secret of sixteen")
LINK = link_to(InMemory("Wiki"))


@pytest.fixture
def here() -> Iterator[Desk]:
    with desk() as made:
        yield made


@pytest.mark.parametrize(("part", "checked"), [(None, "hub_signed_by"), ("part", "compare_digest")])
def test_an_unknown_webhook_costs_the_work_of_a_known_one(here: Desk, part: str | None, checked: str):
    """T-28: nobody finds out by the time which webhooks there are."""
    with patch.object(taking, checked, wraps=getattr(taking, checked)) as work, pytest.raises(Unproven):
        here.applinks.run(take_event("unknown", part, (), b"{}"))
    assert work.call_count == 1


def test_even_who_knows_what_stands_for_the_unknown_is_refused(here: Desk):
    sent = body(payloads.issue_created())
    with pytest.raises(Unproven):
        here.applinks.run(take_event("unknown", None, hub_headers(sent, taking._UNKNOWN.secret or ""), sent))
    with pytest.raises(Unproven):
        here.applinks.run(take_event("unknown", "of nobody", (), sent))


def test_the_proof_is_looked_at_before_anything_is_parsed():
    with pytest.raises(Unproven):
        check_proof(SOURCE, None, hub_headers(b"{", "another of sixteen"), b"{", 0.0)
    check_proof(SOURCE, None, hub_headers(b"{", SOURCE.secret or ""), b"{", 0.0)


def test_a_part_in_the_address_of_one_that_signs_proves_nothing():
    with pytest.raises(Unproven):
        check_proof(replace(SOURCE, address_digest=None), "part", hub_headers(b"{}", SOURCE.secret or ""), b"{}", 0.0)


def test_an_event_without_a_time_is_taken_at_any():
    check_time(replace(told("jira", payloads.issue_created()), happened_at=None), MOMENT * 2.0)


@pytest.mark.parametrize("seconds", [-TOLERANCE, 0, OLDEST])
def test_within_its_time_an_event_is_taken(seconds: float):
    check_time(told("jira", payloads.issue_created()), MOMENT + seconds)


@pytest.mark.parametrize("seconds", [-TOLERANCE - 1, OLDEST + 1])
def test_outside_of_it_it_is_not(seconds: float):
    with pytest.raises(MalformedEvent, match="seconds"):
        check_time(told("jira", payloads.issue_created()), MOMENT + seconds)


def test_what_a_linked_application_tells_is_kept_once_with_its_depth(here: Desk):
    event = ToldEvent("17", "page_created", "wiki", "page 5", "alice", float(MOMENT), 3, {"page": {"id": 5}})
    first = here.applinks.run(take_told(LINK, event.text()))
    again = here.applinks.run(take_told(LINK, event.text()))
    assert (first.new, again.new, again.number) == (True, False, first.number)
    found = here.event(first.number)
    assert (found.source, found.application, found.kind, found.user) == (f"link {LINK.id}", "wiki", "page_created", "alice")
    assert (found.depth, found.happened_at, found.payload) == (3, MOMENT, {"page": {"id": 5}})
    assert len(here.woken) == 1


def test_what_cannot_be_read_of_it_is_said_with_the_name_of_the_link(here: Desk):
    with pytest.raises(MalformedEvent, match="'Wiki'"):
        here.applinks.run(take_told(LINK, "{}"))
