"""Delivers messages: by the first channel that is set up, with pauses between tries, then by the next.

Rules of this file:
1. A delivery is taken before anything is sent, and what became of it is noted before anything else is (F-30).
2. What is older than `TOLD_FOR` does not leave any more: it lies in the inbox, and would only puzzle.
3. A channel may say "never" at once, and "later" as often as there are pauses; then the next one is tried.
4. Whoever left or was disabled is told nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from applinks.links import Identity, WhoWeAre
from applinks.people import FindPerson, Person
from applinks.questions import Flow, Moment, Now, Question
from applinks.scripts.messages.catalogue import Catalogue, OurWords
from applinks.scripts.messages.channels import banner, comment, inbox, mail, webhook
from applinks.scripts.messages.channels.addresses import Channels
from applinks.scripts.messages.deliveries import Delivery, DueDeliveries, NoteDelivery, Outcome, Sent, TakeDelivery
from applinks.scripts.messages.written import Letter, write

HELD_FOR = 180.0
"""Seconds for which a delivery is held: longer than any channel may take."""
PAUSES = (30.0, 120.0, 600.0, 3600.0)
"""Seconds between one try of a channel and the next. A channel that is out for more than an hour must not keep the others."""
TOLD_FOR = 3 * 86_400.0
"""Seconds after which a message does not leave any more."""

Send = Callable[[Letter, Channels], Flow[Outcome]]

SENDS: Mapping[str, tuple[Callable[[Channels], bool], Send]] = {
    "inbox": (inbox.is_set_up, inbox.send),
    "banner": (banner.is_set_up, banner.send),
    "comment": (comment.is_set_up, comment.send),
    "mail": (mail.is_set_up, mail.send),
    "webhook": (webhook.is_set_up, webhook.send),
}
"""Channel → whether it can be used, and how."""


@dataclass(frozen=True, slots=True)
class OurChannels(Question):
    """The `Channels` of this installation."""


def deliver_some(limit: int = 100) -> Flow[int]:
    """Try to deliver messages that are due, at most so many; how many there were."""
    channels: Channels = yield OurChannels()
    numbers: tuple[int, ...] = yield DueDeliveries(limit)
    for number in numbers:
        yield from _deliver(number, channels)
    return len(numbers)


def ways_out(channels: Channels) -> tuple[str, ...]:
    """The channels that are set up, in the order in which they are tried."""
    return tuple(name for name in channels.order if SENDS[name][0](channels))


def _deliver(number: int | None, channels: Channels) -> Flow[None]:
    """By one channel after the other, until one has taken it or wants a pause."""
    while number is not None:
        now: Moment = yield Now()
        delivery: Delivery | None = yield TakeDelivery(number, now.now + HELD_FOR)
        number = None if delivery is None else (yield from _try(delivery, channels, now.now))


def _try(delivery: Delivery, channels: Channels, now: float) -> Flow[int | None]:
    """One try of one channel; the number of the delivery that follows it, if one does."""
    ways = ways_out(channels)
    way = delivery.channel if delivery.channel in ways else next(iter(ways), None)
    person: Person | None = yield FindPerson(delivery.message.user)
    if person is None or not person.active:
        return (yield from _noted(delivery, way, Outcome(Sent.NEVER, "there is no active person of that name")))
    if way is None:
        return (yield from _noted(delivery, way, Outcome(Sent.NEVER, "no channel is set up")))
    if now - delivery.message.made_at > TOLD_FOR:
        return (yield from _noted(delivery, way, Outcome(Sent.NEVER, "it is too old to be sent")))
    outcome = yield from _sent(delivery, way, person, channels)
    if outcome.sent is Sent.LATER and delivery.tries <= len(PAUSES):
        retry_at = now + PAUSES[delivery.tries - 1]
        return (yield from _noted(delivery, way, outcome, retry_at=retry_at))
    following = None if outcome.sent is Sent.YES else next(iter(ways[ways.index(way) + 1 :]), None)
    return (yield from _noted(delivery, way, outcome, then=following))


def _sent(delivery: Delivery, way: str, person: Person, channels: Channels) -> Flow[Outcome]:
    if delivery.tries > len(PAUSES) + 1:
        return Outcome(Sent.NEVER, "whoever tried it died each time")
    us: Identity = yield WhoWeAre()
    catalogue: Catalogue = yield OurWords()
    message = comment.for_all(delivery.message) if way == "comment" else delivery.message
    written = write(message, person.language, catalogue, us.url)
    return (yield from SENDS[way][1](Letter(written, person, us.name, us.url), channels))


def _noted(
    delivery: Delivery, way: str | None, outcome: Outcome, *, retry_at: float | None = None, then: str | None = None
) -> Flow[int | None]:
    following: int | None = yield NoteDelivery(delivery.number, delivery.tries, way, outcome, retry_at, then)
    return following
