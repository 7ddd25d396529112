"""How messages leave the house: each is on its way by one channel at a time, until one has taken it or none is left.

Rules of this file:
- Whoever delivers holds a delivery for a while. If it dies, another takes over: a message goes out at least once, with the same
  id each time (security.md F-30), and only whoever has taken it last may say what became of it.
- A try counts from the moment it was taken, so that one which kills its process does not go on for ever.
- A channel that has given up is followed by the next one, in the same change to the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from applinks.questions import Question
from applinks.scripts.messages.message import Message


class DeliveryState(StrEnum):
    """What became of a message on one channel. Off: it was settled before it left."""

    DUE = "due"
    SENT = "sent"
    GIVEN_UP = "given_up"
    OFF = "off"


class Sent(StrEnum):
    """What a channel says of one try: it was taken; try again later; it will never be taken."""

    YES = "yes"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one try, with a note for administrators. A note holds no secret, and no address that might be one."""

    sent: Sent
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way. `channel` is None until one was chosen; `tries` counts those of this channel, this one too."""

    number: int
    message: Message
    state: DeliveryState
    channel: str | None
    tries: int
    due_at: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DueDeliveries(Question):
    """The numbers of at most so many deliveries that are due and that nobody holds, those that are due longest first."""

    limit: int = 100


@dataclass(frozen=True, slots=True)
class TakeDelivery(Question):
    """Take a delivery that is due, and hold it until a moment: the `Delivery`, or None if somebody else has it. Atomic."""

    number: int
    until: float


@dataclass(frozen=True, slots=True)
class NoteDelivery(Question):
    """A delivery that was taken has had this outcome on a channel.

    With `retry_at` it is due again then; without, it is over, sent or given up. `then` names the channel that follows: the
    answer is the number of the delivery by that one, which is due at once; else None. Nothing is noted, and None is answered,
    where it is not held by that try any more.
    """

    number: int
    tries: int
    channel: str | None
    outcome: Outcome
    retry_at: float | None = None
    then: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveriesOf(Question):
    """How a message was delivered, as a tuple of `Delivery`, the first channel first."""

    message: int
