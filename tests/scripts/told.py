"""Messages as the tests of channels send them."""

from __future__ import annotations

from typing import Any

from applinks.people import Person
from applinks.scripts import Message, Severity, load_catalogue
from applinks.scripts.messages.written import Letter, write

URL = "https://tracker.example.com/base"
ALICE = Person("alice", "Alice Adams", email="alice@example.com")


def message(text: str = "The page is there.", **more: Any) -> Message:
    given: dict[str, Any] = {
        "number": 17,
        "user": "alice",
        "severity": Severity.WARNING,
        "text": text,
        "words": None,
        "told": {},
        "address": None,
        "run": None,
        "item": None,
        "made_at": 1_800_000_000.0,
    }
    return Message(**{**given, **more})


def letter(text: str = "The page is there.", *, person: Person = ALICE, sender: str = "Tracker", **more: Any) -> Letter:
    written = write(message(text, **more), person.language, load_catalogue(), URL)
    return Letter(written, person, sender, URL)
