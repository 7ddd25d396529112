"""Plain text as a comment of Jira, Confluence or Bitbucket: whatever it says, they show it, and do nothing about it."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote, urlsplit

from applinks.scripts.messages.written import Written

_wiki_marks = re.compile(r"[!#*+\-?^_{|}~\[\]]").sub
_markdown_marks = re.compile(r"[!-/:-@\[-`{-~]").sub
_is_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*").fullmatch


def jira(written: Written, reader: str, name: str | None) -> str:
    """Jira's wiki notation; `name` is the reader's there, if it is known, and gets them told of it."""
    mention = f"[~{name}]" if name and _is_name(name) else _in_wiki(reader)
    return _with_address(f"{mention}: {_in_wiki(written.text)}", _in_wiki(written.action), written.address)


def confluence(written: Written, reader: str) -> str:
    """Confluence's storage format."""
    first, *more = written.text.split("\n")
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in (f"{reader}: {first}", *more))
    if written.address is None:
        return paragraphs
    return f'{paragraphs}<p><a href="{escape(written.address)}">{escape(written.action)}</a></p>'


def bitbucket(written: Written, reader: str, name: str | None) -> str:
    """Bitbucket's Markdown; `name` is the reader's there, if it is known, and gets them told of it."""
    mention = f"@{name}" if name and _is_name(name) else _in_markdown(reader)
    return _with_address(f"{mention}: {_in_markdown(written.text)}", _in_markdown(written.action), written.address)


def _with_address(text: str, action: str, address: str | None) -> str:
    return text if address is None else f"{text}\n\n{action}: {_quiet(address)}"


def _in_wiki(text: str) -> str:
    """A backslash keeps a mark from being one, and has to be written as an entity itself."""
    return "&#92;".join(_wiki_marks(r"\\\g<0>", part.replace("&", "&amp;").replace("<", "&lt;")) for part in text.split("\\"))


def _in_markdown(text: str) -> str:
    """CommonMark 0.31, 2.4: any punctuation of ASCII stands for itself after a backslash."""
    return _markdown_marks(r"\\\g<0>", text)


def _quiet(address: str) -> str:
    """An address that is a link by itself, and in which nothing is a mark."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    return f"{origin}{quote(address[len(origin) :], safe='/?#&=%:;,.+$-_')}"  # behind the host may stand a ? at once
