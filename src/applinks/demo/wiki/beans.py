"""The wiki's things in the shapes that Confluence gives them (protocol.md 9.3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from applinks import Person
from applinks.demo.happened import Happened
from applinks.demo.people import People
from applinks.demo.wiki.records import Page, Records, Space

Bean = dict[str, Any]

PICTURE = {"path": "/static/nobody.svg", "width": 48, "height": 48, "isDefault": True}
ANONYMOUS: Bean = {"type": "anonymous", "profilePicture": PICTURE, "displayName": "Anonymous"}


@dataclass(frozen=True)
class Beans:
    """Makes beans whose addresses lie below the wiki's own address. The demo expands everything, asked or not."""

    url: str
    people: People
    records: Records

    def user(self, person: Person) -> Bean:
        """Somebody we know."""
        key = user_key(person.name)
        return {
            "type": "known",
            "username": person.name,
            "userKey": key,
            "displayName": person.full_name,
            "profilePicture": PICTURE,
            "_links": self.links(f"/rest/api/user?key={key}"),
        }

    def space(self, space: Space) -> Bean:
        """A space and its home page."""
        home = self.records.home(space.key)
        return {
            "id": space.id,
            "key": space.key,
            "name": space.name,
            "type": "global",
            "description": {"plain": {"value": space.description, "representation": "plain"}},
            "homepage": self.stub(home),
            "_links": self.links(f"/rest/api/space/{space.key}", webui=f"/spaces/{space.key}"),
        }

    def stub(self, page: Page) -> Bean:
        """A page in a few words."""
        links = self.links(f"/rest/api/content/{page.id}", webui=page_path(page), tinyui=f"/x/{page.id:x}")
        return {"id": str(page.id), "type": "page", "status": "current", "title": page.title, "_links": links}

    def page(self, page: Page) -> Bean:
        """A page in full."""
        author = self.people.find(page.author)
        return self.stub(page) | {
            "space": {"key": page.space},
            "ancestors": [self.stub(above) for above in self.records.ancestors(page)],
            "version": {"number": 1, "by": self.user(author) if author else ANONYMOUS, "when": timestamp(page.created)},
            "body": {"storage": {"value": page.body, "representation": "storage"}},
        }

    def page_created(self, page: Page) -> Happened:
        """What scripts are told of a new page, as Confluence's webhook tells it (protocol.md 10)."""
        told = {
            "id": page.id,
            "title": page.title,
            "spaceKey": page.space,
            "version": 1,
            "creationDate": page.created,
            "modificationDate": page.created,
            "self": self.url + page_path(page),
        }
        payload = {"timestamp": page.created, "event": "page_created", "userKey": user_key(page.author), "page": told}
        return Happened("page_created", f"page {page.id}", page.author, payload)

    def labels(self, page: Page) -> Bean:
        """A page's labels."""
        found = self.records.labels(page)
        return self.listing([{"prefix": "global", "name": name, "id": str(id)} for id, name in found])  # noqa: A001

    def listing(self, results: list[Bean]) -> Bean:
        """A list; the demo's lists are short and come whole."""
        links = {"base": self.url, "context": ""}
        return {"results": results, "start": 0, "limit": max(25, len(results)), "size": len(results), "_links": links}

    def links(self, path: str, **more: str) -> Bean:
        """Where a thing is, for programs and for people."""
        return {"base": self.url, "context": "", "self": self.url + path, **more}


def user_key(name: str) -> str:
    """The key by which Confluence's events name somebody."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def page_path(page: Page) -> str:
    """Where people find a page."""
    return f"/spaces/{page.space}/pages/{page.id}"


def timestamp(milliseconds: int) -> str:
    """A time as Confluence writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
