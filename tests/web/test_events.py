"""Where events come in: proven first, kept before they are acknowledged, each once, and one answer for every wrong proof."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator

import pytest

from applinks.errors import StoreUnavailable
from applinks.scripts import KeepEvent, change_source, remove_source, renew_source
from applinks.wire.messages import Response
from applinks.wire.webhooks import hub_headers, standard_headers
from intake import EVENTS, Desk, desk, path_of
from scripts import payloads
from scripts.payloads import MOMENT, body

ISSUE = body(payloads.issue_updated())


@pytest.fixture
def here() -> Iterator[Desk]:
    with desk() as made:
        yield made


def number_in(answer: Response) -> int:
    return int(json.loads(answer.body)["event"])


def test_an_event_is_kept_as_its_webhook_tells_it_and_whoever_runs_scripts_is_woken(here: Desk):
    made = here.add()
    answer = here.signed(made, ISSUE)
    event = here.event(number_in(answer))
    assert answer.status == 202
    assert (event.source, event.application, event.kind) == (f"webhook {made.source.id}", "jira", "jira:issue_updated")
    assert (event.item, event.user, event.depth) == ("issue OPS-7", "alice", 0)
    assert event.payload == json.loads(ISSUE)
    assert [fact.number for fact in here.woken] == [event.number]


def test_the_same_event_again_has_the_same_number_and_wakes_nobody(here: Desk):
    """F-36. The header that names the delivery is not signed, so another one makes no other event of it (T-78)."""
    made = here.add()
    first = here.signed(made, ISSUE, (("x-atlassian-webhook-identifier", "1"),))
    again = here.signed(made, ISSUE, (("x-atlassian-webhook-identifier", "2"),))
    assert (first.status, again.status) == (202, 200)
    assert number_in(first) == number_in(again)
    assert len(here.woken) == 1


def test_one_webhook_cannot_take_the_place_of_anothers_event(here: Desk):
    one, other = here.add("One"), here.add("Other")
    assert number_in(here.signed(one, ISSUE)) != number_in(here.signed(other, ISSUE))


def refused(here: Desk) -> dict[str, Response]:
    signed, plain = here.add("Signed"), here.add("Plain", signed=False)
    path = path_of(signed)
    return {
        "unsigned": here.send(path, ISSUE),
        "of another secret": here.send(path, ISSUE, hub_headers(ISSUE, "another secret of ours")),
        "of another body": here.send(path, ISSUE + b" ", hub_headers(ISSUE, signed.secret or "")),
        "unknown": here.send(f"{EVENTS}/nobody", ISSUE, hub_headers(ISSUE, signed.secret or "")),
        "unknown by address": here.send(f"{EVENTS}/nobody/part", ISSUE),
        "without its part": here.send(path_of(plain).rpartition("/")[0], ISSUE),
        "of another part": here.send(f"{path_of(plain)}x", ISSUE),
        "signed by address": here.send(f"{path}/part", ISSUE, hub_headers(ISSUE, signed.secret or "")),
        "with more parts": here.send(f"{path_of(plain)}/more", ISSUE),
        "no json": here.send(path, b"{", hub_headers(b"[", signed.secret or "")),
    }


def test_whatever_is_wrong_with_the_proof_there_is_one_answer_and_nothing_is_kept(here: Desk):
    answers = refused(here)
    assert {answer.status for answer in answers.values()} == {401}
    assert len({(answer.headers, answer.body) for answer in answers.values()}) == 1
    assert here.woken == []


def test_a_secret_part_of_the_address_is_enough_where_nothing_is_signed(here: Desk):
    made = here.add(signed=False)
    assert made.secret is None
    assert here.send(path_of(made), ISSUE).status == 202
    assert not made.source.believes_user


def test_while_a_proof_is_changed_both_hold_and_afterwards_one(here: Desk):
    before = here.add()
    after = here.applinks.run(renew_source("Jira", by="root", overlap=60.0))
    assert path_of(after) == path_of(before)
    assert here.signed(before, ISSUE).status == 202
    assert here.signed(after, ISSUE).status == 200
    here.now += 61
    assert here.signed(before, ISSUE).status == 401
    assert here.signed(after, ISSUE).status == 200


def test_the_part_of_an_address_is_changed_in_the_same_way(here: Desk):
    before = here.add(signed=False)
    after = here.applinks.run(renew_source("Jira", by="root", overlap=60.0))
    assert [here.send(path_of(made), ISSUE).status for made in (before, after)] == [202, 200]
    here.now += 61
    assert [here.send(path_of(made), ISSUE).status for made in (before, after)] == [401, 200]


def test_a_webhook_that_was_taken_away_is_unknown(here: Desk):
    made = here.add()
    here.applinks.run(remove_source("Jira", by="root"))
    assert here.signed(made, ISSUE).status == 401


def test_a_change_of_anything_else_leaves_the_proof(here: Desk):
    made = here.add()
    here.applinks.run(change_source("Jira", by="root", name="Tracker"))
    assert here.signed(made, ISSUE).status == 202


@pytest.mark.parametrize("seconds", [3601, -301])
def test_an_old_event_of_a_product_is_not_taken_nor_one_of_the_future(here: Desk, seconds: int):
    """T-78: a body that somebody has written down once is not new because it is sent again."""
    made = here.add()
    here.now = MOMENT + seconds
    assert here.signed(made, ISSUE).status == 400
    assert here.woken == []


def test_standard_webhooks_are_told_apart_by_the_id_that_is_signed(here: Desk):
    made = here.add("Shop", "shop")
    sent = body({"type": "order.placed", "timestamp": "2001-01-01T00:00:00Z", "data": {}})

    def send(id: str, second: int = MOMENT) -> int:  # noqa: A002
        return here.send(path_of(made), sent, standard_headers(id, second, sent, [made.secret or ""])).status

    assert [send("one"), send("one"), send("two")] == [202, 200, 202]
    assert send("three", MOMENT - 301) == 401
    assert (made.secret or "").startswith("whsec_")


def test_without_a_signature_the_id_of_a_standard_webhook_is_not_believed(here: Desk):
    made = here.add("Shop", "shop", signed=False)
    sent = body({"type": "order.placed", "data": {}})
    answers = [here.send(path_of(made), sent, (("webhook-id", id),)).status for id in ("one", "two")]  # noqa: A001
    assert answers == [202, 200]


def test_a_ping_of_bitbucket_is_answered_and_not_kept(here: Desk):
    made = here.add("Forge", "bitbucket")
    ping = body({"test": True})
    assert here.signed(made, ping, (("x-event-key", "diagnostics:ping"),)).status == 200
    assert here.send(path_of(made), ping, (("x-event-key", "diagnostics:ping"),)).status == 401
    assert here.woken == []


def test_what_is_proven_and_malformed_is_told_why(here: Desk):
    made = here.add()
    answers = [here.signed(made, sent) for sent in (b"{", b"[]", b'{"webhookEvent": 1}')]
    assert {answer.status for answer in answers} == {400}
    assert b"webhookEvent" in answers[2].body


def test_only_post_is_taken_and_nothing_that_is_too_large(here: Desk):
    made = here.add()
    answer = here.send(path_of(made), b"", method="GET")
    assert (answer.status, dict(answer.headers)["allow"]) == (405, "POST")
    assert here.send(path_of(made), b"", whole=False).status == 413


def test_where_the_event_cannot_be_kept_the_sender_is_asked_to_try_again(here: Desk):
    """F-35."""
    made = here.add()

    def away(_question: object) -> None:
        raise StoreUnavailable("The disk is full.")

    here.applinks._answers[KeepEvent] = away
    answer = here.signed(made, ISSUE)
    assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "5")
    assert here.woken == []


def test_what_stands_in_the_address_is_decoded_once(here: Desk):
    here.add()
    assert here.send(f"{EVENTS}/%2e%2e%2f", b"{}").status == 401
    assert here.send(f"{EVENTS}/{b64encode(b'x' * 300).decode()}", b"{}").status == 401
