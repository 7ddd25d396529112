"""The catalogue of what we tell people, one file a language: ours in `words/`, and those that an installation adds.

Rules of this file:
- What is filled in is text: it is put in once, as it is, and never read as anything.
- There is always an answer: a language that we do not have, or that lacks an entry, falls back to English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from applinks.errors import ConfigurationError
from applinks.questions import Question

ENGLISH = "en"
FIELDS = ("title", "text", "action")

_HERE = Path(__file__).parent / "words"
_blanks = re.compile(r"\{(\w+)\}")
_is_tag = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8})*").fullmatch


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said on one occasion in one language: a line, some sentences, and what to do."""

    title: str
    text: str
    action: str

    def blanks(self) -> frozenset[str]:
        """The names of what is filled in."""
        return frozenset(name for told in (self.title, self.text, self.action) for name in _blanks.findall(told))

    def filled(self, told: Mapping[str, str]) -> Entry:
        """The same with all blanks filled; `…` stands for what was not told."""

        def fill(text: str) -> str:
            return _blanks.sub(lambda blank: str(told.get(blank[1], "…")), text)

        return Entry(fill(self.title), fill(self.text), fill(self.action))


Entries = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that can be said, by language: its tag in small letters, such as "de" or "pt-br"."""

    languages: Mapping[str, Entries]

    def entry(self, words: str, language: str = "") -> Entry | None:
        """What is said by these words to somebody who reads that language; None if nobody has such words."""
        found = (self.languages[tag].get(words) for tag in (*_tags(language), ENGLISH) if tag in self.languages)
        return next((entry for entry in found if entry is not None), None)

    def say(self, words: str, told: Mapping[str, str], language: str = "") -> str:
        """The text by these words, filled with what is told; where there are no such words, they themselves."""
        entry = self.entry(words, language)
        return words if entry is None else entry.filled(told).text


@dataclass(frozen=True, slots=True)
class OurWords(Question):
    """The `Catalogue` of this installation."""


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Ours, and over it the files of a folder, `fr.toml` or `pt-BR.toml`: more languages, or other words in ours.

    Raises `ConfigurationError` for a folder or file that is not as it must be.
    """
    languages = dict(_ours())
    if folder is not None:
        for path in _files(folder):
            tag = _tag_of(path)
            languages[tag] = {**languages.get(tag, {}), **_read(path)}
    return Catalogue(languages)


@cache
def _ours() -> Mapping[str, Entries]:
    return {path.stem: _read(path) for path in sorted(_HERE.glob("*.toml"))}


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise _wrong(folder, "is no folder")
    return sorted(folder.glob("*.toml"))


def _tag_of(path: Path) -> str:
    tag = _normal(path.stem)
    if not _is_tag(tag):
        raise _wrong(path, "is not named after a language, such as fr.toml or pt-BR.toml")
    return tag


def _read(path: Path) -> Entries:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, f"cannot be read: {error}") from error
    return {words: _entry(path, words, given) for words, given in content.items()}


def _entry(path: Path, words: str, given: Any) -> Entry:
    if not isinstance(given, dict) or given.keys() != set(FIELDS) or not all(isinstance(told, str) for told in given.values()):
        raise _wrong(path, f"must say {', '.join(FIELDS)} for [{words}], as texts and nothing else")
    entry = Entry(**given)
    english = entry if path.parent == _HERE else _ours()[ENGLISH].get(words, entry)
    if unknown := sorted(entry.blanks() - english.blanks()):
        raise _wrong(path, f"fills in {', '.join(unknown)} for [{words}], which nobody tells")
    return entry


def _wrong(path: Path, what: str) -> ConfigurationError:
    return ConfigurationError(f"The words in {str(path)!r} cannot be used: it {what}.", remedy="See en.toml, which we bring.")


def _normal(tag: str) -> str:
    return tag.strip().lower().replace("_", "-")


def _tags(language: str) -> list[str]:
    """The tag itself, then its shorter forms: de-at, de."""
    parts = _normal(language).split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
