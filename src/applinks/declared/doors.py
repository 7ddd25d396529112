"""How a link file reaches an application: what is asked of it, and the door to one whose database is at hand."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Protocol

from applinks.declared.model import DeclaredApplication, LinkFile
from applinks.declared.plan import Act, Drop, Introduce, Observed, Put, SetSecret
from applinks.errors import ConfigurationError
from applinks.front import AppLinks
from applinks.links import (
    Link,
    LinkById,
    OurKey,
    WhoWeAre,
    declare,
    existing,
    holds_secret,
    links_of,
    remove,
    set_secret,
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
        us, key = applinks.answer(WhoWeAre()), applinks.answer(OurKey()).public.text
        return Observed(us, key, applinks.run(links_of()), names_of(applinks.mechanisms))

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


def doing(act: Put | SetSecret | Drop, *, by: str, loaded: Container[str]) -> Flow[None]:
    """One act in an application that is there, by the same flows as any other change."""
    if isinstance(act, Put):
        yield from declare(act.wanted, by=by, loaded=loaded)
        return
    link: Link | None = yield LinkById(act.link_id)
    if isinstance(act, SetSecret):
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
        yield found
