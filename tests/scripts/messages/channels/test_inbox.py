"""The inbox shows all messages of one person, in their language."""

from __future__ import annotations

from dataclasses import replace

from answering import Answers, run
from applinks.questions import drive
from applinks.scripts import Channels, MessagesOf, OurWords, Outcome, Sent, inbox, load_catalogue
from scripts.told import ALICE, letter, message


def test_it_is_always_there_and_has_taken_every_message_already() -> None:
    assert inbox.is_set_up(Channels())
    assert run(inbox.send(letter(), Channels())) == Outcome(Sent.YES)


def test_it_shows_those_that_were_read_and_those_that_are_done_too() -> None:
    messages = (message(number=3), message(number=2, read_at=1.0), message(number=1, settled_at=1.0))
    world = Answers({OurWords: load_catalogue(), MessagesOf: messages})
    shown = drive(inbox.read(replace(ALICE, language="de"), limit=3, before=4), world)
    assert world.asked[-1] == MessagesOf("alice", limit=3, before=4)
    assert [written.message.number for written in shown] == [3, 2, 1]
    assert {written.title for written in shown} == {"Bitte beachten"}
