"""Events as they arrive: one value from each product, nobody put in anybody's place, and one error for all that is wrong."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import MalformedEvent
from applinks.scripts.events.reading import LARGEST, READERS, WebhookEvent, read
from applinks.wire.plain_json import DEEPEST
from scripts import payloads
from scripts.payloads import ALICES_KEY, MOMENT, bitbucket_headers, body

CANARY = "canary-7d1f"


def told(application: str, payload: Any, headers: tuple[tuple[str, str], ...] = ()) -> WebhookEvent:
    return read(application, headers, body(payload))


def without(payload: dict[str, Any], *members: str) -> dict[str, Any]:
    return {name: member for name, member in payload.items() if name not in members}


# ---- what is told


@pytest.mark.parametrize(
    ("application", "payload", "headers", "kind", "item", "user"),
    [
        ("jira", payloads.issue_created("bob"), (), "jira:issue_created", "issue OPS-7", "bob"),
        ("jira", payloads.issue_updated(), (), "jira:issue_updated", "issue OPS-7", "alice"),
        ("jira", payloads.issue_updated(key="OPS-8", parent="OPS-7"), (), "jira:issue_updated", "issue OPS-8", "alice"),
        ("jira", payloads.issue_updated_by_nobody(), (), "jira:issue_updated", "issue OPS-7", None),
        ("jira", payloads.issue_transitioned(), (), "transition", "issue OPS-7", "alice"),
        ("jira", payloads.jira_comment_created(), (), "comment_created", "issue OPS-7", "bob"),
        ("jira", {"webhookEvent": "project_created", "timestamp": MOMENT * 1000, "project": {"key": "OPS"}}, (),
         "project_created", "project OPS", None),
        ("confluence", payloads.page_created(), (("x-event-key", "page_created"),), "page_created", "page 65601", None),
        ("confluence", payloads.wiki_comment_created(), (), "comment_created", "page 65601", None),
        ("bitbucket", payloads.pr_merged(), bitbucket_headers("pr:merged"), "pr:merged", "pull request OPS/launch-scripts/5", "bob"),
        ("bitbucket", payloads.refs_changed(), bitbucket_headers("repo:refs_changed"), "repo:refs_changed",
         "ref OPS/launch-scripts", "alice"),
        ("bitbucket", without(payloads.refs_changed(), "changes"), (), "repo:refs_changed", "repository OPS/launch-scripts", "alice"),
        ("standard", payloads.standard(), (("webhook-id", "msg_1"),), "contact.created", None, None),
    ],
)  # fmt: skip
def test_an_event_tells_what_happened_to_what_and_by_whom(application, payload, headers, kind, item, user):
    event = told(application, payload, headers)
    assert (event.kind, event.application, event.item, event.user) == (kind, application, item, user)
    assert event.payload == payload
    if application != "standard":
        assert event.happened_at == MOMENT


def test_a_ping_has_its_name_in_the_header_and_is_about_nothing():
    event = told("bitbucket", payloads.ping(), bitbucket_headers("diagnostics:ping"))
    assert (event.kind, event.item, event.user, event.happened_at) == ("diagnostics:ping", None, None, None)


def test_standard_webhooks_say_when_it_happened_to_a_part_of_a_second():
    assert told("standard", payloads.standard()).happened_at == MOMENT + 0.5


def test_a_type_of_application_without_a_reader_of_its_own_tells_by_standard_webhooks():
    event = told("contacts", payloads.standard(), (("webhook-id", "msg_1"),))
    assert event == replace(told("standard", payloads.standard(), (("webhook-id", "msg_1"),)), application="contacts")


def test_each_reader_tells_its_own_type():
    made = {
        "jira": payloads.issue_updated(),
        "confluence": payloads.page_created(),
        "bitbucket": payloads.refs_changed(),
        "standard": payloads.standard(),
    }
    assert {name: READERS[name]((), body(payload)).application for name, payload in made.items()} == {
        name: name for name in READERS
    }


# ---- by whom


def test_confluence_gives_a_key_which_is_not_taken_for_a_name():
    """protocol.md 10"""
    event = told("confluence", payloads.page_created())
    assert (event.user, event.user_key) == (None, ALICES_KEY)
    assert told("confluence", payloads.page_created(None)).user_key is None


@pytest.mark.parametrize(
    ("application", "payload", "member"),
    [("jira", payloads.issue_updated(), "user"), ("bitbucket", payloads.pr_merged(), "actor")],
)
def test_an_event_without_an_actor_is_nobodys(application, payload, member):
    """R-31: neither the reporter, nor the author, nor anybody else is put in their place."""
    assert told(application, without(payload, member)).user is None
    assert told(application, payload | {member: None}).user is None


@pytest.mark.parametrize(
    "actor", [{}, {"name": ""}, {"name": None}, {"key": "JIRAUSER1", "displayName": "A"}, "alice", [], 7, True]
)
@pytest.mark.parametrize(
    ("application", "payload", "member"),
    [("jira", payloads.issue_updated(), "user"), ("bitbucket", payloads.pr_merged(), "actor")],
)
def test_an_actor_without_a_name_is_an_error_and_not_nobody(application, payload, member, actor):
    with pytest.raises(MalformedEvent) as missing:
        told(application, payload | {member: actor})
    assert missing.value.member.startswith(member)


@pytest.mark.parametrize("key", ["", 1.5, {}, True])
def test_a_key_that_is_none_is_an_error(key):
    with pytest.raises(MalformedEvent, match="userKey"):
        told("confluence", payloads.page_created() | {"userKey": key})


# ---- which event


def test_the_signed_name_of_an_event_counts_and_a_header_that_says_otherwise_is_refused():
    """T-78: a product signs the body only, so its headers can be changed on the way."""
    with pytest.raises(MalformedEvent, match="x-event-key"):
        told("bitbucket", payloads.pr_merged(), bitbucket_headers("pr:opened"))
    with pytest.raises(MalformedEvent, match="x-event-key"):
        told("confluence", payloads.page_created(), (("x-event-key", "page_removed"),))


@pytest.mark.parametrize("application", ["bitbucket", "confluence"])
def test_an_event_without_any_name_is_an_error(application):
    with pytest.raises(MalformedEvent, match="is missing"):
        told(application, {"test": True})
    with pytest.raises(MalformedEvent, match="x-event-key"):
        told(application, {"test": True}, (("x-event-key", "a\nb"),))


@pytest.mark.parametrize(
    ("application", "payload", "header"),
    [
        ("jira", payloads.issue_updated(), "x-atlassian-webhook-identifier"),
        ("confluence", payloads.page_created(), "x-request-id"),
        ("bitbucket", payloads.pr_merged(), "x-request-id"),
        ("standard", payloads.standard(), "webhook-id"),
    ],
)
def test_the_same_event_sent_again_is_the_same_delivery(application, payload, header):
    """R-37"""
    first = told(application, payload, ((header, "d-1"), ("x-atlassian-webhook-retry", "1")))
    assert first.delivery == told(application, payload, ((header, "d-1"), ("x-atlassian-webhook-retry", "2"))).delivery == "d-1"
    bare = told(application, payload)
    assert bare.delivery == told(application, payload).delivery == sha256(body(payload)).hexdigest()


@pytest.mark.parametrize("application", ["jira", "confluence", "bitbucket"])
def test_an_old_body_under_a_new_delivery_id_is_known_by_its_digest(application):
    """T-78: the id stands in a header that nobody has signed."""
    payload = {
        "jira": payloads.issue_updated(),
        "confluence": payloads.page_created(),
        "bitbucket": payloads.pr_merged(),
    }[application]
    ids = [(("x-request-id", name), ("x-atlassian-webhook-identifier", name)) for name in ("d-1", "d-2")]
    first, second = (told(application, payload, headers) for headers in ids)
    assert first.delivery != second.delivery
    assert first.digest == second.digest == sha256(body(payload)).hexdigest()


def test_events_that_follow_each_other_have_digests_of_their_own():
    updates = [told("jira", payloads.issue_updated(at=MOMENT + later / 1000)).digest for later in range(3)]
    assert len(set(updates)) == 3


@pytest.mark.parametrize("value", ["", "a\nb", "é", "x" * 256, "\x7f"])
def test_an_id_that_is_none_gives_way_to_the_digest(value):
    event = told("bitbucket", payloads.pr_merged(), (("x-request-id", value),))
    assert event.delivery == event.digest


# ---- when


@pytest.mark.parametrize("time", [None, True, -1, 1.5, "1760000000000", 10**30, [], 253_402_300_800_000])
def test_a_time_that_is_none_is_not_known(time):
    assert told("jira", payloads.issue_updated() | {"timestamp": time}).happened_at is None
    assert told("confluence", without(payloads.page_created(), "timestamp")).happened_at is None


@pytest.mark.parametrize(
    "date",
    ["2025-10-09T10:53:20+0200", "2025-10-09T08:53:20Z", "2025-10-09T08:53:20.000+00:00", "2025-10-09T04:23:20-0430"],
)
def test_the_dates_of_bitbucket_are_read_in_any_zone(date):
    """protocol.md 9.4, 10"""
    assert told("bitbucket", payloads.pr_merged() | {"date": date}).happened_at == MOMENT


@pytest.mark.parametrize(
    "date", [None, "", "today", "2025-10-09T10:53:20", "2025-13-09T10:53:20Z", "0001-01-01T00:00:00+23:59", 7]
)
def test_a_date_that_is_none_or_has_no_zone_is_not_known(date):
    assert told("bitbucket", payloads.pr_merged() | {"date": date}).happened_at is None


@given(st.text() | st.datetimes(timezones=st.timezones()).map(str))
def test_no_date_whatever_makes_reading_fail(date):
    found = told("bitbucket", payloads.refs_changed() | {"date": date.encode("utf-8", "replace").decode()}).happened_at
    assert found is None or 0 <= found < 253_402_300_800


# ---- what is no event


MALFORMED = [
    b"",
    b" ",
    b"{",
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"\xff\xfe{}",
    b"\xef\xbb\xbf{}",
    b'{"webhookEvent": "a", "webhookEvent": "b"}',
    b'{"webhookEvent": "a", "timestamp": NaN}',
    b'{"webhookEvent": "a", "timestamp": 1e999}',
    b'{"webhookEvent": "a", "timestamp": ' + b"9" * 5000 + b"}",
    b'{"webhookEvent": "\\ud800"}',
    b"{'webhookEvent': 'a'}",
    b'{"webhookEvent": "a"}{}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"webhookEvent": "a", "deep": ' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
    b"<html><body>Sign in</body></html>",
    b"webhookEvent=a",
    b'{"webhookEvent": "' + b"x" * LARGEST + b'"}',
    b"{}",
    b'{"type": 7, "eventKey": [], "event": {}, "webhookEvent": true}',
    b'{"type": "", "eventKey": "", "event": "", "webhookEvent": ""}',
    b'{"type": "a\\nb", "eventKey": "a\\u0000", "event": "\\u001b[2J", "webhookEvent": "\\u2028"}',
    b'{"type": null, "eventKey": "a", "event": "a", "webhookEvent": "a", "issue": {}, "page": {}, "repository": {}}',
    b'{"type": [], "eventKey": "a", "event": "a", "webhookEvent": "a", "issue": {"key": 7.5}, "page": {}, "pullRequest": {}}',
]


@pytest.mark.parametrize("application", READERS)
@pytest.mark.parametrize("raw", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_event_is_one_error_with_a_remedy(application, raw):
    """T-73"""
    with pytest.raises(MalformedEvent) as refused:
        read(application, (), raw)
    assert refused.value.remedy
    assert refused.value.code == "malformed-event"


def test_an_event_of_the_largest_size_is_read_and_one_byte_more_is_not():
    """S-40"""
    frame = len(b'{"webhookEvent":""}') + len(b'a","x":"')
    raw = b'{"webhookEvent":"a","x":"' + b"x" * (LARGEST - frame) + b'"}'
    assert len(raw) == LARGEST
    assert read("jira", (), raw).kind == "a"
    with pytest.raises(MalformedEvent, match="more than 1048576 bytes"):
        read("jira", (), raw.replace(b"xx", b"xxx", 1))


def test_an_event_that_is_too_large_is_not_even_parsed(monkeypatch):
    """T-73"""
    monkeypatch.setattr("applinks.scripts.events.reading.parse", lambda _: pytest.fail("it was parsed"))
    with pytest.raises(MalformedEvent):
        read("jira", (), b"x" * (LARGEST + 1))


@pytest.mark.parametrize("raw", [f'{{"{CANARY}": 1, "{CANARY}": 2}}', f'{{"webhookEvent": "{CANARY}\\n"}}', f'"{CANARY}'])
def test_what_was_sent_is_not_repeated(raw):
    """T-66"""
    with pytest.raises(MalformedEvent) as refused:
        read("jira", (), raw.encode())
    assert CANARY not in str(refused.value)


def test_what_is_shown_of_an_event_does_not_hold_its_payload():
    """T-66: descriptions and comments are not for a log."""
    payload = payloads.issue_updated(description=CANARY)
    assert CANARY not in repr(told("jira", payload))


@given(st.sampled_from([*READERS, "other"]), st.binary(max_size=200))
def test_no_bytes_whatever_make_reading_fail_otherwise(application, raw):
    with suppress(MalformedEvent):
        read(application, (), raw)


GENUINE = [
    ("jira", payloads.issue_updated(subtasks=("OPS-8",))),
    ("jira", payloads.issue_transitioned()),
    ("confluence", payloads.wiki_comment_created()),
    ("bitbucket", payloads.pr_comment_added()),
    ("bitbucket", payloads.refs_changed()),
    ("standard", payloads.standard()),
]


@given(st.sampled_from(GENUINE), st.data())
def test_no_member_whatever_of_a_genuine_event_makes_reading_fail_otherwise(genuine, data):
    application, payload = genuine
    changed = copy.deepcopy(payload)
    place: Any = changed
    while isinstance(place, dict) and place:
        name = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[name], dict) or data.draw(st.booleans()):
            place[name] = data.draw(st.sampled_from([None, True, 0, -1, 10**40, 1.5, "", "\n", [], [None], {}, {"a": {}}]))
            break
        place = place[name]
    with suppress(MalformedEvent):
        event = read(application, (), json.dumps(changed).encode())
        assert event.user in (None, "alice", "bob") or place.get("name") == 0
