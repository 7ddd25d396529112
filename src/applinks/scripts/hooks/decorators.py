"""The decorators by which a function of a script hooks into what happens, and what they note about it.

A decorator changes nothing about the function: it can be called and tested as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from applinks.errors import ConfigurationError
from applinks.scripts.hooks.parameters import Parameter

F = TypeVar("F", bound=Callable[..., Any])

NOTED = "__applinks_hooks__"
"""Under this name a function carries what its decorators note."""


class HookKind(StrEnum):
    """What a function hooks into."""

    LISTENER = "listener"
    CONDITION = "condition"
    VALIDATOR = "validator"
    POST_FUNCTION = "post-function"
    JOB = "job"
    BY_HAND = "by hand"
    ENDPOINT = "endpoint"
    OPERATION = "operation"


TRANSITIONS = frozenset({HookKind.CONDITION, HookKind.VALIDATOR, HookKind.POST_FUNCTION})
BEFORE = frozenset({HookKind.CONDITION, HookKind.VALIDATOR})
"""Those that are asked before a transition, and answer at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one pass of a run may use: seconds on the clock and of a processor, megabytes of memory, characters of log."""

    seconds: float = 60.0
    cpu_seconds: float = 30.0
    megabytes: int = 512
    characters: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a run may be tried again after a failure, and after how many seconds first; the wait doubles each time."""

    times: int = 3
    first: float = 30.0
    longest: float = 3600.0

    def wait(self, tried: int) -> float:
        """Seconds until the next try, after so many."""
        return min(self.longest, self.first * 2.0 ** min(tried, 30))


NO_RETRIES = Retries(times=0)


@dataclass(frozen=True, slots=True)
class Hook:
    """What a script's decorator says: everything but the function, so that it can be shown and matched without running it.

    `id` is "publish:when_done": the file below the script folder without its ending, and the function. `application` is the
    type of the application whose events it wants, None for any. `user` is whom a job runs as; `run_as` is whom any other hook
    runs as instead of who caused the event, and `reason` says why.
    """

    kind: HookKind
    id: str = ""
    file: str = ""
    line: int = 0
    about: str = ""
    application: str | None = None
    events: tuple[str, ...] = ()
    transition: str | None = None
    run_as: str | None = None
    reason: str | None = None
    user: str | None = None
    cron: str | None = None
    zone: str | None = None
    method: str | None = None
    path: str | None = None
    groups: frozenset[str] = frozenset()
    retries: Retries = NO_RETRIES
    limits: Limits = Limits()
    parameters: tuple[Parameter, ...] = ()
    revision: str = ""
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A hook and its condition, as a decorator leaves them at the function."""

    hook: Hook
    when: Callable[..., object] | None = field(default=None, repr=False)


class Refuse(Exception):
    """Raised by a validator: the transition is not to be taken. With `field`, the message belongs to that field."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = str(message)  # translations are often made when they are read
        self.field = None if field is None else str(field)


def listener(
    *events: str,
    application: str | None = None,
    when: Callable[..., object] | None = None,
    run_as: str | None = None,
    reason: str | None = None,
    retries: Retries | int = NO_RETRIES,
    limits: Limits = Limits(),
) -> Callable[[F], F]:
    """Run when one of these events has happened, as whoever caused it; `application` is the type of the application.

    `when` is asked first: a function of what a hook may name. `run_as` names another user to run as, with a `reason`.
    """
    if not events:
        raise ConfigurationError("A listener names no event.", remedy="Write @listener('jira:issue_updated').")
    return _noting(
        Hook(
            HookKind.LISTENER,
            application=application,
            events=events,
            run_as=run_as,
            reason=reason,
            retries=_retries(retries),
            limits=limits,
        ),
        when,
    )


def post_function(
    application: str,
    *,
    transition: str,
    when: Callable[..., object] | None = None,
    run_as: str | None = None,
    reason: str | None = None,
    retries: Retries | int = NO_RETRIES,
    limits: Limits = Limits(),
) -> Callable[[F], F]:
    """Run when an item has taken this transition (its name, or the status to which it leads), as whoever moved it."""
    return _noting(
        Hook(
            HookKind.POST_FUNCTION,
            application=application,
            transition=transition,
            run_as=run_as,
            reason=reason,
            retries=_retries(retries),
            limits=limits,
        ),
        when,
    )


def condition(application: str, *, transition: str, limits: Limits = Limits()) -> Callable[[F], F]:
    """Say whether a transition is offered: the function returns True or False."""
    return _noting(Hook(HookKind.CONDITION, application=application, transition=transition, limits=limits))


def validator(
    application: str,
    *,
    transition: str,
    when: Callable[..., object] | None = None,
    limits: Limits = Limits(),
) -> Callable[[F], F]:
    """Let a transition through, or refuse it by raising `Refuse`, in general or for one field."""
    return _noting(Hook(HookKind.VALIDATOR, application=application, transition=transition, limits=limits), when)


def job(
    cron: str,
    *,
    user: str,
    zone: str = "UTC",
    retries: Retries | int = NO_RETRIES,
    limits: Limits = Limits(),
) -> Callable[[F], F]:
    """Run on a schedule, as this user: "0 7 * * mon-fri" in that time zone. A job without a user does not exist."""
    if not user:
        raise ConfigurationError("A job names no user.", remedy="Write @job('0 7 * * *', user='deployment').")
    return _noting(Hook(HookKind.JOB, cron=cron, zone=zone, user=user, retries=_retries(retries), limits=limits))


def by_hand(*, retries: Retries | int = NO_RETRIES, limits: Limits = Limits()) -> Callable[[F], F]:
    """Run when somebody says so, on the page of scripts or on the command line, as that person."""
    return _noting(Hook(HookKind.BY_HAND, retries=_retries(retries), limits=limits))


def endpoint(
    method: str,
    path: str,
    *,
    groups: Collection[str] = (),
    limits: Limits = Limits(),
) -> Callable[[F], F]:
    """Answer requests to an address of our own, as whoever is signed in; with `groups`, only for their members."""
    if isinstance(groups, str):
        raise ConfigurationError(f"groups is {groups!r}.", remedy=f"Write groups={{{groups!r}}}.")
    hook = Hook(HookKind.ENDPOINT, method=method.upper(), path=path.strip("/"), groups=frozenset(groups), limits=limits)
    return _noting(hook)


def operation(*, groups: Collection[str] = (), limits: Limits = Limits()) -> Callable[[F], F]:
    """Offer this function to linked applications under its name, with typed parameters and a result that JSON can hold.

    It runs as the person in whose name the other application calls; with `groups`, only for their members.
    """
    if isinstance(groups, str):
        raise ConfigurationError(f"groups is {groups!r}.", remedy=f"Write groups={{{groups!r}}}.")
    return _noting(Hook(HookKind.OPERATION, groups=frozenset(groups), limits=limits))


def noted(function: object) -> tuple[Noted, ...]:
    """What the decorators have noted at a function."""
    found: tuple[Noted, ...] = getattr(function, NOTED, ())
    return found


def _noting(hook: Hook, when: Callable[..., object] | None = None) -> Callable[[F], F]:
    if (hook.run_as is None) != (hook.reason is None):
        raise ConfigurationError(
            "Running as another user needs both a user and a reason.", remedy="Write run_as='deployment', reason='…'."
        )

    def note(function: F) -> F:
        setattr(function, NOTED, (*noted(function), Noted(hook, when)))
        return function

    return note


def _retries(retries: Retries | int) -> Retries:
    return Retries(times=retries) if isinstance(retries, int) else retries
