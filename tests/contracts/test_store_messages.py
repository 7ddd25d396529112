"""What the questions about messages and their deliveries promise, on every kind of database."""

from __future__ import annotations

import pytest

from applinks.scripts import (
    DeliveriesOf,
    Delivery,
    DeliveryState,
    DropOldMessages,
    DueDeliveries,
    KeepMessages,
    MarkRead,
    Message,
    MessagesOf,
    NewMessage,
    NoteDelivery,
    Outcome,
    Sent,
    SettleMessages,
    Severity,
    TakeDelivery,
    UnreadCount,
    Words,
)
from applinks.store import Store
from contracts.conftest import Clock

SENT = Outcome(Sent.YES)
CONSENT = NewMessage(
    "run 7 consent",
    "alice",
    Severity.WARNING,
    words=Words.CONSENT_NEEDED,
    told={"link": "Wiki", "script": "publish"},
    address="https://tracker.test/consent?user=alice",
    run=7,
    item="issue OPS-7",
)


def new(key: str, user: str = "alice", **more: object) -> NewMessage:
    return NewMessage(key, user, Severity.INFO, f"text of {key}", **more)  # type: ignore[arg-type]


def kept(store: Store, *messages: NewMessage) -> tuple[int, ...]:
    numbers: tuple[int, ...] = store.answer(KeepMessages(messages))
    return numbers


def taken(store: Store, clock: Clock, seconds: float = 60) -> Delivery:
    """The delivery that is due longest."""
    (number, *_) = store.answer(DueDeliveries())
    delivery: Delivery | None = store.answer(TakeDelivery(number, clock.now + seconds))
    assert delivery is not None
    return delivery


def noted(delivery: Delivery, outcome: Outcome, **more: object) -> NoteDelivery:
    return NoteDelivery(delivery.number, delivery.tries, "mail", outcome, **more)  # type: ignore[arg-type]


def ways(store: Store, message: int) -> list[tuple[str | None, DeliveryState, int, str | None]]:
    return [(way.channel, way.state, way.tries, way.note) for way in store.answer(DeliveriesOf(message))]


def keys(messages: tuple[Message, ...]) -> list[str]:
    return [message.text.removeprefix("text of ") for message in messages]


def test_a_message_is_kept_once_for_its_key_and_read_as_it_was_told(store: Store, clock: Clock) -> None:
    (number,) = kept(store, CONSENT)
    assert kept(store, CONSENT) == ()
    assert store.answer(MessagesOf("alice")) == (
        Message(
            number=number,
            user="alice",
            severity=Severity.WARNING,
            text="",
            words="consent-needed",
            told={"link": "Wiki", "script": "publish"},
            address=CONSENT.address,
            run=7,
            item="issue OPS-7",
            made_at=clock.now,
        ),
    )


def test_the_newest_message_comes_first_and_each_person_has_their_own(store: Store) -> None:
    first, second, _, _ = kept(store, new("a"), new("b"), new("c", "bob"), new("d"))
    assert keys(store.answer(MessagesOf("alice"))) == ["d", "b", "a"]
    assert keys(store.answer(MessagesOf("alice", limit=2))) == ["d", "b"]
    assert keys(store.answer(MessagesOf("alice", before=second))) == ["a"]
    assert keys(store.answer(MessagesOf("bob"))) == ["c"]
    assert store.answer(MessagesOf("alice", before=first)) == ()


def test_what_was_read_is_no_banner_any_more_and_stays_in_the_inbox(store: Store, clock: Clock) -> None:
    first, second = kept(store, new("a"), new("b"))
    clock.now += 5
    assert store.answer(MarkRead("alice", (first,))) == 1
    assert store.answer(MarkRead("alice", (first,))) == 0
    assert [message.number for message in store.answer(MessagesOf("alice", unread=True))] == [second]
    assert store.answer(UnreadCount("alice")) == 1
    assert store.answer(MessagesOf("alice"))[1].read_at == clock.now


def test_all_messages_of_a_person_can_be_marked_at_once(store: Store) -> None:
    kept(store, new("a"), new("b"), new("c", "bob"))
    assert store.answer(MarkRead("alice")) == 2
    assert store.answer(UnreadCount("alice")) == 0
    assert store.answer(UnreadCount("bob")) == 1


@pytest.mark.parametrize("numbers", ["its own", None])
def test_nobody_marks_the_messages_of_somebody_else(store: Store, numbers: str | None) -> None:
    theirs = kept(store, new("a"))
    assert store.answer(MarkRead("bob", theirs if numbers else None)) == 0
    assert store.answer(UnreadCount("alice")) == 1


def test_what_was_done_is_settled_and_stays_in_the_inbox(store: Store, clock: Clock) -> None:
    kept(store, CONSENT, new("other run", run=8), new("of the script", run=7))
    assert store.answer(SettleMessages(7)) == 1
    assert store.answer(SettleMessages(7)) == 0
    assert keys(store.answer(MessagesOf("alice", unread=True))) == ["of the script", "other run"]
    assert store.answer(UnreadCount("alice")) == 2
    assert store.answer(MessagesOf("alice"))[2].settled_at == clock.now


def test_other_words_are_settled_where_they_are_named(store: Store) -> None:
    kept(store, NewMessage("e", "alice", Severity.ERROR, words=Words.RUN_FAILED, run=7), CONSENT)
    assert store.answer(SettleMessages(7, (Words.RUN_FAILED,))) == 1
    assert [message.words for message in store.answer(MessagesOf("alice", unread=True))] == ["consent-needed"]


def test_old_messages_are_forgotten_with_their_deliveries(store: Store, clock: Clock) -> None:
    (old, *_) = kept(store, new("a"), new("b"))
    clock.now += 10
    kept(store, new("c"))
    assert store.answer(DropOldMessages(clock.now, limit=1)) == 1
    assert store.answer(DropOldMessages(clock.now)) == 1
    assert store.answer(DropOldMessages(clock.now)) == 0
    assert keys(store.answer(MessagesOf("alice"))) == ["c"]
    assert store.answer(DeliveriesOf(old)) == ()
    assert len(store.answer(DueDeliveries())) == 1


def test_a_new_message_is_due_at_once_by_a_channel_that_is_still_to_be_chosen(store: Store, clock: Clock) -> None:
    (number,) = kept(store, CONSENT)
    assert ways(store, number) == [(None, DeliveryState.DUE, 0, None)]
    delivery = taken(store, clock)
    assert (delivery.channel, delivery.tries, delivery.message.number) == (None, 1, number)
    assert delivery.message.told == CONSENT.told


def test_one_takes_a_delivery_and_the_other_nothing_until_the_first_is_given_up(store: Store, clock: Clock) -> None:
    kept(store, new("a"))
    first = taken(store, clock, seconds=60)
    assert store.answer(DueDeliveries()) == ()
    assert store.answer(TakeDelivery(first.number, clock.now + 60)) is None
    clock.now += 61
    assert taken(store, clock).tries == 2


def test_what_was_sent_is_sent_once(store: Store, clock: Clock) -> None:
    (message,) = kept(store, new("a"))
    assert store.answer(noted(taken(store, clock), SENT)) is None
    clock.now += 3600
    assert store.answer(DueDeliveries()) == ()
    assert ways(store, message) == [("mail", DeliveryState.SENT, 1, None)]


def test_what_is_to_be_tried_again_is_due_then_and_free_for_everybody(store: Store, clock: Clock) -> None:
    (message,) = kept(store, new("a"))
    later = noted(taken(store, clock), Outcome(Sent.LATER, "no answer"), retry_at=clock.now + 30)
    assert store.answer(later) is None
    assert store.answer(DueDeliveries()) == ()
    assert ways(store, message) == [("mail", DeliveryState.DUE, 1, "no answer")]
    clock.now += 30
    assert (taken(store, clock).tries, store.answer(DueDeliveries())) == (2, ())


def test_a_channel_that_gives_up_is_followed_by_the_next(store: Store, clock: Clock) -> None:
    (message,) = kept(store, new("a"))
    following = store.answer(noted(taken(store, clock), Outcome(Sent.NEVER, "no address"), then="webhook"))
    assert store.answer(DueDeliveries()) == (following,)
    assert ways(store, message) == [
        ("mail", DeliveryState.GIVEN_UP, 1, "no address"),
        ("webhook", DeliveryState.DUE, 0, None),
    ]
    assert store.answer(noted(taken(store, clock), Outcome(Sent.NEVER))) is None
    assert store.answer(DueDeliveries()) == ()


def test_whoever_was_overtaken_has_nothing_to_say(store: Store, clock: Clock) -> None:
    (message,) = kept(store, new("a"))
    slow = taken(store, clock, seconds=60)
    clock.now += 61
    quick = taken(store, clock)
    assert store.answer(noted(slow, Outcome(Sent.NEVER), then="webhook")) is None
    assert ways(store, message) == [(None, DeliveryState.DUE, 2, None)]
    assert store.answer(noted(quick, SENT)) is None
    assert ways(store, message)[0][1] is DeliveryState.SENT


def test_what_was_settled_does_not_leave_any_more(store: Store, clock: Clock) -> None:
    waiting, under_way = kept(store, CONSENT, NewMessage("b", "bob", Severity.WARNING, words=Words.CONSENT_NEEDED, run=7))
    clock.now += 1
    number = next(way.number for way in store.answer(DeliveriesOf(under_way)))
    held = store.answer(TakeDelivery(number, clock.now + 60))
    assert store.answer(SettleMessages(7)) == 2
    assert store.answer(noted(held, Outcome(Sent.LATER), retry_at=clock.now)) is None
    clock.now += 61
    assert store.answer(DueDeliveries()) == ()
    assert [ways(store, message)[0][1] for message in (waiting, under_way)] == [DeliveryState.OFF] * 2


def test_those_that_are_due_longest_come_first_and_no_more_than_asked_for(store: Store, clock: Clock) -> None:
    kept(store, new("a"))
    clock.now += 5
    kept(store, new("b"), new("c"))
    first = taken(store, clock)
    assert first.message.text == "text of a"
    store.answer(noted(first, Outcome(Sent.LATER), retry_at=clock.now + 1))
    clock.now += 1
    due = store.answer(DueDeliveries())
    assert due[-1] == first.number
    assert store.answer(DueDeliveries(limit=2)) == due[:2]
