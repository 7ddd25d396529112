"""What a message is to its reader."""

from __future__ import annotations

import pytest

from applinks.scripts import ASKING, Message, Severity, Words


def message(**more: float) -> Message:
    return Message(1, "alice", Severity.INFO, "text", None, {}, None, None, None, 100.0, **more)


@pytest.mark.parametrize(
    ("more", "is_open"),
    [({}, True), ({"read_at": 1.0}, False), ({"settled_at": 1.0}, False), ({"read_at": 1.0, "settled_at": 1.0}, False)],
)
def test_a_message_is_open_until_it_was_read_or_settled(more: dict[str, float], is_open: bool) -> None:
    assert message(**more).is_open is is_open


def test_only_what_asks_for_something_is_settled_by_itself() -> None:
    assert set(ASKING) == {Words.CONSENT_NEEDED, Words.RUN_UNCLEAR}
