"""A message as its reader gets it: in their language, without tricks, with an address that leads somewhere or with none.

All of it is plain text. Whoever shows it escapes it for where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from applinks.people import Person
from applinks.scripts.messages.catalogue import Catalogue, Entry
from applinks.scripts.messages.message import Message, Words
from applinks.wire.paths import is_local_path
from applinks.wire.web_address import is_web_address, origin_of

LONGEST_LINE = 150
"""Characters of a subject."""

_JOINERS = "\u200c\u200d"
"""Not seen themselves, and without them Persian, Hindi and many a picture are not what was written."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words. `title` is one line; `action` says what can be done at `address`, None where nothing can."""

    message: Message
    title: str
    text: str
    action: str
    address: str | None

    def returning_to(self, path: str) -> str | None:
        """The address; where consent is asked for, it leads back to this path of our own application afterwards."""
        if self.address is None or self.message.words != Words.CONSENT_NEEDED:
            return self.address
        return f"{self.address}{'&' if '?' in self.address else '?'}return_to={quote(path, safe='')}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A written message on its way out: to whom, and from which application, known by its name and address."""

    written: Written
    person: Person
    sender: str
    url: str

    @property
    def id(self) -> str:
        """The same at each try, so that whoever gets it twice can tell (security.md F-30)."""
        return f"message-{self.written.message.number}"


def write(message: Message, language: str, catalogue: Catalogue, url: str | None = None) -> Written:
    """The message in that language. With the `url` of this application, its own paths become whole addresses."""
    entry = _entry(message, language, catalogue)
    return Written(
        message=message,
        title=one_line(entry.title),
        text=plain(entry.text),
        action=one_line(entry.action),
        address=usable(message.address, url),
    )


def usable(address: str | None, url: str | None = None) -> str | None:
    """An address that may be shown as a link: one of the web, or a path of ours; None for anything else (T-47)."""
    if is_local_path(address):
        return f"{origin_of(url)}{address}" if url is not None else address
    return address if is_web_address(address) else None


def plain(text: str) -> str:
    """Text with its line ends, and without any other control character, invisible ones included (T-48, T-67)."""
    return "\n".join("".join(filter(_is_seen, line.replace("\t", " "))) for line in text.splitlines())


def one_line(text: str) -> str:
    """Text on one line, such as a subject, a name or a log takes."""
    line = " ".join(plain(text).split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def _is_seen(character: str) -> bool:
    return character.isprintable() or character in _JOINERS


def _entry(message: Message, language: str, catalogue: Catalogue) -> Entry:
    """By its words; a message without them, or with words that nobody has any more, is its text."""
    told = message.words and catalogue.entry(message.words, language)
    if told:
        return told.filled(message.told)
    around = catalogue.entry(message.severity, language) or Entry("", "{text}", "")
    return around.filled({"text": message.text or message.words or ""})
