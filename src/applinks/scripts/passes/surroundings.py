"""What stands for the names that a hook may use: each of its parameters is bound by its name.

`jira`, `confluence` and every other type of application stand for the primary link of that type, bound to whoever acts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from applinks.links import Entity, Link, links_of, one_link, primary_entity, primary_link
from applinks.outgoing import Caller, LinkedApplication, LinkedEntity
from applinks.people import Person
from applinks.scripts.events.bindings import bindings_of, everything_told
from applinks.scripts.events.event import Event
from applinks.scripts.hooks.names import RequestTold
from applinks.scripts.runs.run import Run


class LinksOfRun:
    """The links of this application, for one pass of a script; see `AppLinks`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def primary(self, type: str) -> LinkedApplication:  # noqa: A002
        """The application that is called for a type when none is named; `LinkNotFound` if there is none."""
        return self._bound(self._caller.run(primary_link(type)))

    def link(self, name: str | None = None, *, id: str | None = None) -> LinkedApplication:  # noqa: A002
        """The linked application of that name or id; `LinkNotFound` lists what there is."""
        return self._bound(self._caller.run(one_link(name, id)))

    def links(self, type: str | None = None) -> tuple[LinkedApplication, ...]:  # noqa: A002
        """All linked applications, or all of a type; the primary one first."""
        return tuple(self._bound(link) for link in self._caller.run(links_of(type)))

    def linked_entity(self, ours: Entity, type: str) -> LinkedEntity[LinkedApplication]:  # noqa: A002
        """The thing of that type that is used for a thing of ours when none is named, and the application that has it."""
        found = self._caller.run(primary_entity(ours, type))
        return LinkedEntity(self.link(id=found.link_id), found.remote)

    def _bound(self, link: Link) -> LinkedApplication:
        return LinkedApplication(link, self._caller)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that the hooks of one pass can be given."""

    run: Run
    event: Event | None
    user: Person | None
    actor: Person | None
    log: logging.Logger
    messages: Any
    progress: Any
    applinks: LinksOfRun
    request: RequestTold | None = None

    def bound(self, names: Iterable[str]) -> dict[str, Any]:
        """What stands for these names; nothing is looked up for any other."""
        told = bindings_of(self.event.application, self.event.payload) if self.event is not None else {}
        return {name: self._stands_for(name, told) for name in names}

    def _stands_for(self, name: str, told: Mapping[str, Any]) -> Any:
        own: Mapping[str, Callable[[], Any]] = {
            "run": lambda: self.run,
            "event": lambda: self.event,
            "user": lambda: self.user,
            "actor": lambda: self.actor,
            "log": lambda: self.log,
            "messages": lambda: self.messages,
            "progress": lambda: self.progress,
            "applinks": lambda: self.applinks,
            "request": lambda: self.request,
        }
        if name in own:
            return own[name]()
        return told.get(name) if name in everything_told() else self.applinks.primary(name)
