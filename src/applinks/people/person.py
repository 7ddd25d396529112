"""Who a person is, and how the host application is asked about one."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Iterable, Set
from dataclasses import dataclass, field
from typing import Protocol

from applinks.errors import ConfigurationError, PersonUnknown
from applinks.questions import Flow, Question


@dataclass(frozen=True, slots=True)
class Person:
    """A user of this application, as its own directory describes them at this moment.

    `name` is the user name in the directory's own spelling; `administrator` must be true for everybody who holds
    administrative rights by any way, since such people are never impersonated unless a policy names them. `email` tells who
    somebody is where the people of two applications are compared, and is where they get mail. `language` is the one in which
    they are told something, as a tag: "de", "pt-BR"; English where it is empty.
    """

    name: str
    full_name: str = ""
    active: bool = True
    administrator: bool = False
    groups: Set[str] = frozenset()
    email: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.groups, str):  # type: ignore[unreachable]  # a text is a collection, too: of its letters
            raise ConfigurationError(
                f"The groups of {self.name!r} are {self.groups!r}; they must be a set of texts.",
                remedy=f"Write Person(…, groups=frozenset({{{self.groups!r}}})).",
            )
        object.__setattr__(self, "groups", frozenset(self.groups))


class People(Protocol):
    """The host application's directory of people. Both functions may also be asynchronous under `AsyncAppLinks`.

    They are asked anew for each request and whenever somebody begins to act: someone disabled a second ago is refused now.
    """

    def find(self, name: str) -> Person | Awaitable[Person | None] | None:
        """The person who goes by this user name, disabled ones too; None if there is none."""

    def sign_in(self, name: str, password: str) -> Person | Awaitable[Person | None] | None:
        """The person, if the password is right and they may sign in; else None. Asked only when a link is made."""


class ListsPeople(People, Protocol):
    """A directory that can be compared with that of another application; for nothing else it needs to list anybody."""

    def everyone(self) -> Iterable[Person] | AsyncIterable[Person] | Awaitable[Iterable[Person]]:
        """All people, disabled ones too."""


@dataclass(frozen=True, slots=True)
class FindPerson(Question):
    """The `Person` of that name in this application, or None."""

    name: str


@dataclass(frozen=True, slots=True)
class SignIn(Question):
    """The `Person` whose name and password these are, or None."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnowsPeople(Question):
    """Whether this application was given a directory of people: True or False."""


@dataclass(frozen=True, slots=True)
class KeepsPeople(Question):
    """Whether this application was told to keep its people itself (`people=Staff()`): True or False."""


@dataclass(frozen=True, slots=True)
class Everybody(Question):
    """Each `Person` of this application, as a tuple of at most `limit`; None if its directory cannot list them."""

    limit: int


def active_person(name: str) -> Flow[Person]:
    """The active person of that name, or `PersonUnknown`."""
    person: Person | None = yield FindPerson(name)
    if person is None or not person.active:
        state = "does not exist" if person is None else "is disabled"
        raise PersonUnknown(f"The user {name!r} {state} in this application.", remedy="Name an active user.")
    return person
