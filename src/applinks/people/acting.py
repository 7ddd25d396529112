"""Who acts: one context variable, set for the length of a scope and of nothing else.

Rules of this file:
- A scope is opened by the middleware, by `acting_as` or by `run_as`, and always restores what was there before.
- A task that was started inside a scope inherits it, and loses it when the scope ends: from then on nobody is acting there.
  So an identity never outlives its `with` block, in no task, thread or background job.
- Nothing is ever guessed: where nobody is acting, asking is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar, overload

from applinks.errors import ConfigurationError, NobodyActing
from applinks.people.person import Person
from applinks.questions import Application, Flow

D = TypeVar("D")


@dataclass(slots=True)
class _Span:
    """How long somebody acts: not beyond the block itself, nor beyond the one from which the right to act was taken."""

    outer: _Span | None = None
    ended: bool = False

    def within(self) -> _Span:
        return _Span(outer=self)

    def is_open(self) -> bool:
        return not self.ended and (self.outer is None or self.outer.is_open())


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts here. `user` is the subject, whose rights apply; `actor` caused it really.

    Both are the same person unless somebody runs as another, in which case `reason` says why.
    """

    user: Person
    actor: Person
    reason: str | None
    application: Application = field(repr=False)
    span: _Span = field(default_factory=_Span, repr=False, compare=False)


_acting: ContextVar[Acting | None] = ContextVar("applinks_acting", default=None)
_RAISE = object()


def acting() -> Acting:
    """Who acts here; `NobodyActing` if nobody does or their scope has ended."""
    now = _acting.get()
    if now is None:
        raise NobodyActing(
            "Nobody is acting here.",
            remedy="In a request, the middleware and your sign-in say who; in a job or a shell, say it yourself: "
            "`with applinks.acting_as('alice'): …`.",
        )
    if not now.span.is_open():
        raise NobodyActing(
            f"The scope in which {now.user.name!r} was acting has ended; this task outlived it.",
            remedy="Say anew who acts in it: `with applinks.acting_as(…): …`.",
        )
    return now


@overload
def current_user() -> Person: ...
@overload
def current_user(default: D) -> Person | D: ...
def current_user(default: object = _RAISE) -> object:
    """The person whose rights apply here: who is signed in, or whom `run_as` has put in their place.

    Without a `default`, raises `NobodyActing` where nobody is acting.
    """
    now = _acting.get()
    if now is not None and now.span.is_open():
        return now.user
    if default is _RAISE:
        acting()
    return default


def nobody_acts() -> None:
    """From here on, in this context, nobody acts until somebody says who."""
    _acting.set(None)


@contextmanager
def nobody_acting() -> Iterator[None]:
    """A block at whose start nobody acts, whatever the surroundings: where a server hands over a request.

    Servers may start one request's task in the context of another (uvicorn does, for requests on one connection).
    """
    token = _acting.set(None)
    try:
        yield
    finally:
        _acting.reset(token)


class Scope:
    """A `with` or `async with` block in which somebody acts. Subclasses say how it begins and what is written at its end."""

    def __init__(self, application: Application | None) -> None:
        self._application = application
        self._entered: tuple[Acting, Token[Acting | None]] | None = None

    def begin(self) -> Flow[Acting]:
        """Decide who acts; raise rather than decide wrongly."""
        raise NotImplementedError

    def end(self, acting: Acting) -> Flow[None]:  # noqa: ARG002
        """What is to be done when the scope ends; nothing, unless a subclass says more."""
        yield from ()

    def _where(self) -> Application:
        return self._application or acting().application

    def _new(self) -> Self:
        if self._entered is not None:
            raise ConfigurationError("This scope has been entered already.", remedy="Make a new one for each block.")
        return self

    def _enter(self, acting: Acting) -> Person:
        self._new()  # another task may have entered while this one was deciding
        self._entered = (acting, _acting.set(acting))
        return acting.user

    def _leave(self) -> Acting:
        if self._entered is None:
            raise ConfigurationError("This scope was not entered.", remedy="Use it in a `with` or `async with` block.")
        (acting, token), self._entered = self._entered, None
        acting.span.ended = True
        # Blocks of interleaved generators may end out of order: then what is current is another's, and stays.
        if _acting.get() is acting:
            with suppress(ValueError):  # ended in another context than it began in: nobody acts in either
                _acting.reset(token)
        return acting

    def __enter__(self) -> Person:
        return self._enter(self._where().run(self._new().begin()))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        left = self._leave()
        left.application.run(self.end(left))

    async def __aenter__(self) -> Person:
        return self._enter(await self._where().run_async(self._new().begin()))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        left = self._leave()
        await left.application.run_async(self.end(left))
