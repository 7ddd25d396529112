"""How a link file reaches an application: what is asked of it, and the door to one whose database is at hand."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Protocol

from applinks.declared.interface import InterfaceDoor
from applinks.declared.model import DeclaredApplication, LinkFile
from applinks.declared.steps import Act, Drop, Introduce, LinkThings, Observed, Put, SetSecret, UnlinkThings
from applinks.errors import ConfigurationError, LinkNotFound
from applinks.front import AppLinks
from applinks.links import (
    EntityLink,
    EntityLinks,
    Identity,
    Link,
    LinkById,
    WhoWeAre,
    declare,
    existing,
    holds_secret,
    link_entities,
    links_of,
    our_public_keys,
    remove,
    set_secret,
    unlink_entities,
)
from applinks.mechanisms import names_of
from applinks.questions import Flow
from applinks.settings import Settings, from_environment
from applinks.store import Sealing, Store, is_new


class Door(Protocol):
    """What planning and applying need of one application. Another way to reach one is another class with these methods."""

    def observe(self) -> Observed:
        """What stands now."""

    def holds(self, link: Link, direction: str, secret: str) -> bool:
        """Whether this is the secret of that direction of a link, as the link shall be; nothing else is told of it."""

    def do(self, act: Act, *, by: str) -> None:
        """Do one act, atomically; doing it again changes nothing. `by` is who says so, for the record."""


class LocalDoor:
    """The door to an application whose database can be opened here, by whoever is its administrator for that."""

    def __init__(self, application: DeclaredApplication, settings: Settings) -> None:
        self._application = application
        self._settings = settings
        self._opened: AppLinks | None = None

    def observe(self) -> Observed:
        """Who it is and its links; nothing is made where nothing is."""
        if self._opened is None and not self._has_begun():
            return Observed(mechanisms=tuple(self._settings.mechanisms))
        applinks = self._open()
        return applinks.run(observing(names_of(applinks.mechanisms)))

    def holds(self, link: Link, direction: str, secret: str) -> bool:
        """Asked of the store, which compares in constant time."""
        if self._opened is None and not self._has_begun():
            return False
        return self._open().run(holds_secret(link, direction, secret))

    def do(self, act: Act, *, by: str) -> None:
        """By the same flows as everybody else."""
        if isinstance(act, Introduce):
            self.close()
            self._open(act)
            return
        applinks = self._open()
        applinks.run(doing(act, by=by, loaded=names_of(applinks.mechanisms)))

    def close(self) -> None:
        """Give back the connections."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _open(self, described: Introduce | None = None) -> AppLinks:
        if self._opened is None:
            told = self._settings
            if described is not None:
                told = Settings(
                    database=told.database,
                    url=described.url,
                    name=described.name,
                    type=described.type,
                    mechanisms=told.mechanisms,
                    plain_http=told.plain_http,
                )
            self._opened = AppLinks.from_settings(told, sealing=self._sealing())
        return self._opened

    def _has_begun(self) -> bool:
        """Whether an application was ever introduced there; it may have been interrupted before."""
        if is_new(self._settings.database):
            return False
        store = Store.open(self._settings.database, sealing=self._sealing())
        try:
            store.answer(WhoWeAre())
        except ConfigurationError:
            return False
        finally:
            store.close()
        return True

    def _sealing(self) -> Sealing | None:
        keys = self._application.sealing_keys
        return None if keys is None else Sealing.from_lines(keys.value.splitlines(), keys.reference)


def observing(mechanisms: tuple[str, ...]) -> Flow[Observed]:
    """What stands in an application that is there."""
    us: Identity = yield WhoWeAre()
    keys = yield from our_public_keys()
    links: tuple[Link, ...] = yield from links_of()
    things: tuple[EntityLink, ...] = yield EntityLinks()
    return Observed(us, next(iter(keys.values())), links, mechanisms, keys, things)


def doing(act: Put | SetSecret | Drop | LinkThings | UnlinkThings, *, by: str, loaded: Container[str]) -> Flow[None]:
    """One act in an application that is there, by the same flows as any other change."""
    if isinstance(act, Put):
        yield from declare(act.wanted, by=by, loaded=loaded)
        return
    if isinstance(act, UnlinkThings):
        with suppress(LinkNotFound):
            yield from unlink_entities(act.id, by=by)
        return
    link: Link | None = yield LinkById(act.link_id)
    if isinstance(act, LinkThings):
        yield from link_entities(existing(link), act.ours, act.theirs, primary=act.primary, by=by)
    elif isinstance(act, SetSecret):
        yield from set_secret(existing(link), act.direction, act.secret.value, by=by)
    elif link is not None:
        yield from remove(link, by=by)


@contextmanager
def doors_of(file: LinkFile, environment: Mapping[str, str] = os.environ) -> Iterator[dict[str, Door]]:
    """A door for each application of the file that is ours, closed at the end.

    Of the environment, only what concerns all of them alike is used: the mechanisms, and whether links may run over plain http.
    """
    common = from_environment(environment)
    with ExitStack() as closing:
        found: dict[str, Door] = {}
        for key, application in file.applications.items():
            if application.database is not None:
                settings = Settings(database=application.database, mechanisms=common.mechanisms, plain_http=common.plain_http)
                found[key] = door = LocalDoor(application, settings)
                closing.callback(door.close)
            elif application.token is not None:
                found[key] = by_token = InterfaceDoor(application, plain_http=common.plain_http)
                closing.callback(by_token.close)
        yield found
