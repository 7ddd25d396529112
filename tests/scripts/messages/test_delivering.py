"""Messages are delivered by the first channel that takes them; answered by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answering import Answers
from applinks.links import Identity, Link, Links, WhoWeAre
from applinks.people import FindPerson, Person
from applinks.questions import Ask, Moment, Now, drive
from applinks.scripts import (
    Channels,
    Delivery,
    DeliveryState,
    DueDeliveries,
    MailServer,
    NoteDelivery,
    OurChannels,
    OurWords,
    Outcome,
    PostComment,
    SendMail,
    Sent,
    TakeDelivery,
    deliver_some,
    load_catalogue,
)
from applinks.scripts.messages.channels.addresses import NAMES
from applinks.scripts.messages.delivering import HELD_FOR, PAUSES, SENDS, TOLD_FOR, ways_out
from applinks.wire.messages import Response
from scripts.told import ALICE, URL, message

MADE = message().made_at
NOW = MADE + 60
MAIL = MailServer("mail.test", 587, "links@example.com")
BOTH = Channels(mail=MAIL, webhook="https://chat.test/x", webhook_secret="whsec_" + "A" * 32)
YES, LATER, NEVER = Outcome(Sent.YES), Outcome(Sent.LATER, "busy"), Outcome(Sent.NEVER, "no such user")
STEP = ["Now", "TakeDelivery", "FindPerson"]


def due(number: int = 1, channel: str | None = None, tries: int = 1, **more: Any) -> Delivery:
    return Delivery(number, message(**more), DeliveryState.DUE, channel, tries, MADE)


def delivered(*deliveries: Delivery | None, channels: Channels = BOTH, **answers: Any) -> tuple[int, Answers]:
    """Deliver these, one after the other as they are taken; the first is due."""
    taken = iter(deliveries)
    world = Answers(
        {
            OurChannels: channels,
            OurWords: load_catalogue(),
            WhoWeAre: Identity("id", "Tracker", "jira", URL, "key"),
            Now: Moment(answers.get("now", NOW), "nonce"),
            FindPerson: answers.get("person", ALICE),
            DueDeliveries: answers.get("due", (1,)),
            TakeDelivery: lambda _: next(taken),
            NoteDelivery: lambda question: question.number + 1 if question.then else None,
            SendMail: answers.get("mail", YES),
            Links: answers.get("links", ()),
            PostComment: None,
            Ask: answers.get("webhook", Response(204)),
        }
    )
    return drive(deliver_some(), world), world


def notes(world: Answers) -> list[NoteDelivery]:
    return [question for question in world.asked if isinstance(question, NoteDelivery)]


def test_every_channel_can_be_asked_in_the_same_words() -> None:
    assert tuple(SENDS) == NAMES


def test_a_message_leaves_by_the_first_channel_that_is_set_up() -> None:
    count, world = delivered(due())
    assert count == 1
    assert notes(world) == [NoteDelivery(1, 1, "mail", YES)]
    assert world.kinds()[2:] == [*STEP, "WhoWeAre", "OurWords", "SendMail", "NoteDelivery"]


@pytest.mark.parametrize("words", ["run-failed", "job-failed"])
def test_what_an_error_says_is_told_to_its_reader_and_written_in_no_comment(words: str) -> None:
    """T-66: an error may repeat what was read in somebody's name, and whoever sees the issue sees the comment."""
    failed = {"words": words, "told": {"script": "Pay", "error": "KeyError: 'hunter2'"}, "item": "issue OPS-7"}
    link = Link("id-1", "Tracker", "jira", "https://jira.test", "https://jira.test")
    _, world = delivered(due(**failed), channels=Channels(comment_as="robot"), links=(link,))
    (comment,) = (asked for asked in world.asked if isinstance(asked, PostComment))
    assert "Pay" in comment.content["body"]
    assert "hunter2" not in comment.content["body"]
    _, world = delivered(due(**failed))
    (mail,) = (asked.message for asked in world.asked if isinstance(asked, SendMail))
    assert "hunter2" in mail.get_content()


def test_it_is_taken_before_it_is_sent_and_held_for_longer_than_a_channel_takes() -> None:
    _, world = delivered(due())
    kinds = world.kinds()
    assert kinds.index("TakeDelivery") < kinds.index("SendMail") < kinds.index("NoteDelivery")
    assert world.asked[kinds.index("TakeDelivery")] == TakeDelivery(1, NOW + HELD_FOR)


def test_what_somebody_else_has_taken_is_left_to_them() -> None:
    count, world = delivered(None)
    assert (count, notes(world)) == (1, [])


def test_nothing_is_asked_where_nothing_is_due() -> None:
    count, world = delivered(due=())
    assert (count, world.kinds()) == (0, ["OurChannels", "DueDeliveries"])


@pytest.mark.parametrize(("tries", "pause"), list(enumerate(PAUSES, start=1)))
def test_a_channel_that_wants_a_pause_gets_longer_and_longer_ones(tries: int, pause: float) -> None:
    _, world = delivered(due(channel="mail", tries=tries), mail=LATER)
    assert notes(world) == [NoteDelivery(1, tries, "mail", LATER, retry_at=NOW + pause)]


def test_a_channel_that_never_takes_it_is_followed_by_the_next_one_at_once() -> None:
    _, world = delivered(due(), due(2, "webhook"), mail=NEVER)
    assert notes(world) == [NoteDelivery(1, 1, "mail", NEVER, then="webhook"), NoteDelivery(2, 1, "webhook", YES)]


def test_after_its_last_try_a_channel_has_given_up() -> None:
    tries = len(PAUSES) + 1
    _, world = delivered(due(channel="mail", tries=tries), None, mail=LATER)
    assert notes(world) == [NoteDelivery(1, tries, "mail", LATER, then="webhook")]


def test_after_the_last_channel_there_is_only_the_inbox() -> None:
    _, world = delivered(due(channel="webhook"), webhook=Response(410))
    assert notes(world) == [NoteDelivery(1, 1, "webhook", Outcome(Sent.NEVER, "the webhook answered 410"))]


def test_a_try_that_killed_its_process_each_time_is_not_made_again() -> None:
    _, world = delivered(due(channel="mail", tries=len(PAUSES) + 2), None)
    assert "SendMail" not in world.kinds()
    assert [(note.outcome.sent, note.then) for note in notes(world)] == [(Sent.NEVER, "webhook")]


@pytest.mark.parametrize("person", [None, replace(ALICE, active=False)])
def test_whoever_left_is_told_nothing_by_any_channel(person: Person | None) -> None:
    _, world = delivered(due(), person=(lambda _: person))
    assert [(note.outcome.sent, note.then) for note in notes(world)] == [(Sent.NEVER, None)]
    assert "SendMail" not in world.kinds()


def test_what_is_too_old_stays_in_the_inbox() -> None:
    _, world = delivered(due(), now=MADE + TOLD_FOR + 1)
    assert [(note.outcome.note, note.then) for note in notes(world)] == [("it is too old to be sent", None)]


def test_where_no_channel_is_set_up_that_is_noted_and_not_asked_again() -> None:
    _, world = delivered(due(), channels=Channels())
    assert notes(world) == [NoteDelivery(1, 1, None, Outcome(Sent.NEVER, "no channel is set up"))]


def test_a_channel_that_was_taken_out_meanwhile_gives_way_to_the_first() -> None:
    _, world = delivered(due(channel="webhook"), channels=Channels(mail=MAIL))
    assert [note.channel for note in notes(world)] == ["mail"]


def test_the_order_is_that_of_the_installation_and_the_inbox_may_end_it() -> None:
    order = Channels(("webhook", "inbox", "mail"), mail=MAIL)
    assert ways_out(order) == ("inbox", "mail")
    _, world = delivered(due(), channels=order)
    assert notes(world) == [NoteDelivery(1, 1, "inbox", YES)]


def test_a_person_is_told_in_their_language() -> None:
    _, world = delivered(due(), person=replace(ALICE, language="de-AT"))
    (mail,) = (question for question in world.asked if isinstance(question, SendMail))
    assert mail.message["Subject"] == "[Tracker] Bitte beachten"


def test_all_that_are_due_are_delivered() -> None:
    count, world = delivered(due(1), due(4), due=(1, 4))
    assert count == 2
    assert [note.number for note in notes(world)] == [1, 4]
