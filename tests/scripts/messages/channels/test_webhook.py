"""The webhook of an installation: JSON, signed, the same id at each try."""

from __future__ import annotations

import json
from typing import Any

import pytest

from answering import Answers, run
from applinks.errors import TimedOut, TransportFailed
from applinks.questions import Ask, Moment, Now, drive
from applinks.scripts import Channels, Outcome, Sent
from applinks.scripts.messages.channels import webhook
from applinks.wire.messages import Request, Response
from applinks.wire.webhooks import standard_signed_by
from scripts.told import letter

SECRET = "whsec_" + "A" * 32
CHANNELS = Channels(webhook="https://chat.test/hook/canary", webhook_secret=SECRET)
NOW = 1_800_000_060.5
OK = Response(200)


def asked(answer: Any = OK, **told: Any) -> tuple[Outcome, Request]:
    world = Answers({Now: Moment(NOW, "nonce"), Ask: answer})
    outcome = drive(webhook.send(letter(**told), CHANNELS), world)
    return outcome, world.asked[-1].request


def test_it_is_set_up_with_an_address() -> None:
    assert webhook.is_set_up(CHANNELS)
    assert not webhook.is_set_up(Channels())
    assert run(webhook.send(letter(), Channels())).sent is Sent.NEVER


def test_it_tells_who_is_told_what_and_what_it_is_about() -> None:
    _, request = asked(text="Done <b>", address="/base/runs/7", run=7, item="issue OPS-7")
    assert (request.method, request.url) == ("POST", "https://chat.test/hook/canary")
    assert request.header("content-type") == "application/json"
    assert json.loads(request.body) == {
        "type": "message.told",
        "data": {
            "id": "message-17",
            "application": {"name": "Tracker", "url": "https://tracker.example.com/base"},
            "user": {"name": "alice", "full_name": "Alice Adams"},
            "severity": "warning",
            "words": None,
            "title": "Please note",
            "text": "Done <b>",
            "action": "Look",
            "address": "https://tracker.example.com/base/runs/7",
            "item": "issue OPS-7",
            "run": 7,
            "made_at": 1_800_000_000.0,
        },
    }


def test_where_nothing_is_to_be_done_there_is_neither_action_nor_address() -> None:
    data = json.loads(asked(address="javascript:alert(1)")[1].body)["data"]
    assert (data["action"], data["address"]) == (None, None)


def test_it_is_signed_for_this_moment_under_the_id_of_the_message() -> None:
    """F-30: the id is the same at each try."""
    _, request = asked()
    assert standard_signed_by(request.headers, request.body, [SECRET], now=NOW) == 0
    assert request.header("webhook-id") == "message-17"
    assert request.header("webhook-timestamp") == "1800000060"


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (200, Sent.YES),
        (204, Sent.YES),
        (302, Sent.NEVER),
        (400, Sent.NEVER),
        (404, Sent.NEVER),
        (408, Sent.LATER),
        (410, Sent.NEVER),
        (425, Sent.LATER),
        (429, Sent.LATER),
        (500, Sent.LATER),
        (503, Sent.LATER),
    ],
)
def test_the_status_says_whether_to_try_again(status: int, sent: Sent) -> None:
    outcome, _ = asked(Response(status))
    assert outcome.sent is sent
    assert outcome.note == (None if sent is Sent.YES else f"the webhook answered {status}")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TransportFailed("https://chat.test/hook/canary failed", reason="refused"), "refused"),
        (TimedOut("https://chat.test/hook/canary was slow"), "timed-out"),
    ],
)
def test_no_answer_is_no_end_and_the_note_does_not_tell_the_address(error: TransportFailed, why: str) -> None:
    outcome, _ = asked(error)
    assert outcome == Outcome(Sent.LATER, f"the webhook did not answer ({why})")
