"""The inbox: always there, since it is the table of messages itself; for those who look."""

from __future__ import annotations

from applinks.people import Person
from applinks.questions import Flow
from applinks.scripts.messages.catalogue import Catalogue, OurWords
from applinks.scripts.messages.channels.addresses import Channels
from applinks.scripts.messages.deliveries import Outcome, Sent
from applinks.scripts.messages.message import MessagesOf
from applinks.scripts.messages.written import Letter, Written, write


def is_set_up(channels: Channels) -> bool:  # noqa: ARG001
    """Always."""
    return True


def send(letter: Letter, channels: Channels) -> Flow[Outcome]:  # noqa: ARG001
    """It lies there already."""
    yield from ()
    return Outcome(Sent.YES)


def read(person: Person, *, limit: int = 100, before: int | None = None) -> Flow[tuple[Written, ...]]:
    """All messages to a person in their language, the newest first: open, read, and done ones."""
    catalogue: Catalogue = yield OurWords()
    messages = yield MessagesOf(person.name, limit=limit, before=before)
    return tuple(write(message, person.language, catalogue) for message in messages)
