"""What a flow may ask for, and the two drivers that answer.

A *flow* is a plain generator. It yields a question (a small frozen value, declared in the room that asks it) or a request to
send, is sent the answer, and returns its result. It knows no clock, socket, thread, SQL or `async`; a driver does. So every
rule exists once and works in both worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

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


@dataclass(frozen=True, slots=True)
class Done:
    """A flow has ended with this result."""

    result: Any


def resume(flow: Flow[Any], reply: Any = None, *, error: BaseException | None = None) -> Any:
    """Give a flow its answer (or an error in its place); returns what it yields next, or `Done`."""
    try:
        return flow.send(reply) if error is None else flow.throw(error)
    except StopIteration as end:
        return Done(end.value)


def answered(flow: Flow[Any], question: Any, answer: Callable[[Any], Any]) -> Any:
    """Answer one question of a flow and resume it; what the flow makes of an error is its own decision."""
    try:
        reply = answer(question)
    except Exception as error:  # noqa: BLE001
        return resume(flow, error=error)
    return resume(flow, reply)


async def answered_async(flow: Flow[Any], question: Any, answer: Callable[[Any], Any]) -> Any:
    """The same where an answer may be something to await."""
    try:
        reply = answer(question)
        if isawaitable(reply):
            reply = await reply
    except Exception as error:  # noqa: BLE001
        return resume(flow, error=error)
    return resume(flow, reply)


def drive(flow: Flow[T], answer: Callable[[Any], Any]) -> T:
    """Run a flow to its end; `answer` is called with each thing it yields."""
    step = resume(flow)
    while not isinstance(step, Done):
        step = answered(flow, step, answer)
    result: T = step.result
    return result


async def drive_async(flow: Flow[T], answer: Callable[[Any], Any]) -> T:
    """The same for asynchronous code."""
    step = resume(flow)
    while not isinstance(step, Done):
        step = await answered_async(flow, step, answer)
    result: T = step.result
    return result


class Application(Protocol):
    """An application as the flows' surroundings know it: it answers questions and runs flows, in both worlds."""

    def answer(self, question: Any) -> Any:
        """Answer one question at once."""

    async def answer_async(self, question: Any) -> Any:
        """Answer one question, awaiting what must be awaited."""

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""

    async def run_async(self, flow: Flow[T]) -> T:
        """Run a flow to its end, awaiting what must be awaited."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds since the epoch, and a random text that was never handed out before."""

    now: float
    nonce: str


@dataclass(frozen=True, slots=True)
class Now(Question):
    """A fresh `Moment`: time and chance come in with the answers."""


@dataclass(frozen=True, slots=True)
class FreshSecrets(Question):
    """So many fresh random texts, each of 256 bits, in characters that need no encoding anywhere; as a tuple."""

    count: int


@dataclass(frozen=True, slots=True)
class Ask(Question):
    """One request of a flow's own (a manifest, a token, a who-am-I). The answer is the `Response`, body included."""

    request: Request


@dataclass(frozen=True, slots=True)
class Wait(Question):
    """Let some seconds pass. The answer is None, given afterwards."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Calculate(Question):
    """Do this long calculation, which must not hold up an event loop. The answer is its result.

    `waits` says that it waits for others more than it calculates: then it must hold up no calculation either (T-79).
    """

    work: Callable[[], Any]
    waits: bool = False
