"""What the called application keeps and answers, whichever framework it is written in."""

from __future__ import annotations

import contextvars
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from applinks import Person, current_user

VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
LOGIN_PAGE = "<!DOCTYPE html><title>Log in</title><form action='/login'></form>"
SIGN_IN = "/sign-in"
SIGN_IN_PAGE = "<!DOCTYPE html><title>Who are you?</title><form method='post'><input name='name'></form>"
PIECE = 64 * 1024
REFUSED_THERE = {"errorMessages": ["You may look, not touch."], "errors": {"summary": "too short"}}


@dataclass
class Records:
    """What the application keeps: pages; and what tests look at while a request is on its way."""

    pages: list[dict[str, Any]] = field(default_factory=list)
    first_piece_came: threading.Event = field(default_factory=threading.Event)
    background: list[str | None] = field(default_factory=list)
    background_done: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add_page(self, sent: dict[str, Any]) -> dict[str, Any]:
        page = {"id": str(next(self.numbers)), "title": sent["title"], "author": current_user().name}
        self.pages.append(page)
        return page | {"_links": {"webui": f"/pages/{page['id']}"}}


def name_of_user() -> str | None:
    person: Person | None = current_user(default=None)
    return person.name if person else None


def cookie_of(application: str) -> str:
    """The cookie that says who is signed in there, and needs no password: one host's ports share their cookies."""
    return f"signed-in-at-{application}"


def piece(number: int) -> bytes:
    """One of the pieces of a big file; no two are equal."""
    return hashlib.sha256(b"%d" % number).digest() * (PIECE // 32)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def start_in_background(records: Records) -> None:
    """A thread with a copy of the request's context; it notes who acts at its start, and once nobody does any more."""
    context = contextvars.copy_context()
    records.background.append(name_of_user())

    def look() -> None:
        end = time.monotonic() + 20
        while name_of_user() is not None and time.monotonic() < end:
            records.first_piece_came.wait(0.005)
        records.background.append(name_of_user())
        records.background_done.set()

    threading.Thread(target=context.run, args=(look,), daemon=True).start()
