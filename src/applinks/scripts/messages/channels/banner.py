"""Banners: the open messages of a person, on whichever page of ours they are."""

from __future__ import annotations

from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts.messages.catalogue import Catalogue, OurWords
from applinks.scripts.messages.channels.addresses import Channels
from applinks.scripts.messages.deliveries import Outcome, Sent
from applinks.scripts.messages.message import MessagesOf
from applinks.scripts.messages.written import Letter, Written, write

MOST = 3
"""Banners on one page: more would hide it. The inbox has the others."""


def is_set_up(channels: Channels) -> bool:  # noqa: ARG001
    """Always."""
    return True


def send(letter: Letter, channels: Channels) -> Flow[Outcome]:  # noqa: ARG001
    """It is shown as long as it is open."""
    yield from ()
    return Outcome(Sent.YES)


def read(person: Person, *, limit: int = MOST) -> Flow[tuple[Written, ...]]:
    """The open messages to a person in their language, the newest first."""
    catalogue: Catalogue = yield OurWords()
    messages = yield MessagesOf(person.name, unread=True, limit=limit)
    return tuple(write(message, person.language, catalogue) for message in messages)
