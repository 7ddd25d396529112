"""What a flow may ask for, and the two drivers that answer.

A *flow* is a plain generator. It yields a question (a small frozen value, declared in the room that asks it) or a request to
send, is sent the answer, and returns its result. It knows no clock, socket, thread, SQL or `async`; a driver does. So every
rule exists once and works in both worlds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from applinks.wire.messages import Request

T = TypeVar("T")


class Question:
    """Something that a flow asks of the world. Subclasses say what the answer is.

    `durable` is true where an answer that was given must survive a power cut (links, keys, grants, audit).
    """

    __slots__ = ()
    durable = True


Flow = Generator[Any, Any, T]
Answer = Callable[[Any], Any]


def drive(flow: Flow[T], answer: Answer) -> T:
    """Run a flow to its end; `answer` is called with each thing it yields. Errors of the answer are thrown into the flow."""
    try:
        step = next(flow)
        while True:
            try:
                reply = answer(step)
            except Exception as error:  # noqa: BLE001 the flow decides what an error means
                step = flow.throw(error)
            else:
                step = flow.send(reply)
    except StopIteration as end:
        result: T = end.value
        return result


async def drive_async(flow: Flow[T], answer: Callable[[Any], Any | Awaitable[Any]]) -> T:
    """The same for asynchronous code: an answer may be awaitable."""
    try:
        step = next(flow)
        while True:
            try:
                reply = answer(step)
                if isawaitable(reply):
                    reply = await reply
            except Exception as error:  # noqa: BLE001 the flow decides what an error means
                step = flow.throw(error)
            else:
                step = flow.send(reply)
    except StopIteration as end:
        result: T = end.value
        return result


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds since the epoch, and a random text that was never handed out before."""

    now: float
    nonce: str


@dataclass(frozen=True, slots=True)
class Now(Question):
    """A fresh `Moment`: time and chance come in with the answers."""


@dataclass(frozen=True, slots=True)
class Ask(Question):
    """One request of a flow's own (a manifest, a token, a who-am-I). The answer is the `Response`, body included."""

    request: Request
