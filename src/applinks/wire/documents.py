"""The small flat documents that applications serve about themselves, read as if a stranger had written them.

Rules: the size is judged before the text, the text before the parser; no document type, so no entity (security.md T-34);
a member that is said twice is refused, because two readers would disagree on which one counts; a member with elements
inside says nothing. This file does not know which members there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape  # the one of xml.sax would bring urllib and http.client along
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml import DTDForbidden
from defusedxml.ElementTree import ParseError, XMLParser

from applinks.errors import MalformedAnswer
from applinks.wire.messages import media_type

LARGEST = 200_000
"""Bytes. A manifest of a product has two kB; a hundred times that is somebody's joke."""

DEEPEST = 32
"""Levels of elements, as security.md T-34 asks; ours have two."""

LONGEST = 2_000
"""Characters of one name or address: what browsers and proxies agree to carry."""

BLANKS = " \t\r\n"

# Controls, bidi controls (T-48), line separators; lone surrogates and non-characters cannot be written again.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_PAGE_TYPES = {"text/html", "application/xhtml+xml"}

# ASCII, because IGNORECASE would otherwise take the long s and the Kelvin sign for letters of a scheme.
# No user information, backslash, blank or letter outside ASCII: two parsers read those differently (T-32, T-47).
_ADDRESS = re.compile(
    r"(?P<origin>https?://(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?)"
    r"(?P<rest>(?:[/?#][\]\[!#$%&'()*+,./0-9:;=?@a-z_~-]*)?)",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Document:
    """What one document says: for each member its texts, in order; `called` names the document in messages.

    Every reading method raises MalformedAnswer where the document does not say what it must.
    """

    called: str
    members: dict[str, list[str]]

    def each(self, name: str) -> tuple[str, ...]:
        """All texts of a member that may be repeated, without the empty ones."""
        stripped = (text.strip(BLANKS) for text in self.members.get(name, ()))
        return tuple(self._fit(name, text) for text in stripped if text)

    def whole(self, name: str) -> str:
        """The raw text of a member that may stand once, empty where there is none."""
        texts = self.members.get(name) or [""]
        if len(texts) != 1:
            raise malformed(self.called, f"says its {name} {len(texts)} times")
        return texts[0]

    def line(self, name: str) -> str | None:
        """One line of text that may be shown to people, or None."""
        text = self.whole(name).strip(BLANKS)
        return self._fit(name, text) if text else None

    def prose(self, name: str) -> str | None:
        """Text that may run over several lines, folded into one, or None."""
        text = " ".join(self.whole(name).split())
        return self._fit(name, text) if text else None

    def required(self, name: str) -> str:
        """One line of text that must be there."""
        text = self.line(name)
        if text is None:
            raise malformed(self.called, f"has no {name}")
        return text

    def address(self, name: str) -> str | None:
        """An absolute http(s) address with scheme and host in lower case, or None (security.md T-32, T-47)."""
        text = self.line(name)
        if text is None:
            return None
        match = _ADDRESS.fullmatch(text)
        if match is None or int(match["port"] or 0) > 65_535:
            raise malformed(self.called, f"has a {name} that is no plain http or https address")
        return match["origin"].lower() + match["rest"]

    def _fit(self, name: str, text: str) -> str:
        if len(text) > LONGEST:
            raise malformed(self.called, f"has a {name} of more than {LONGEST} characters")
        if _UNFIT.search(text):
            raise malformed(self.called, f"has control or direction characters in its {name}")
        return text


def malformed(called: str, problem: str) -> MalformedAnswer:
    """The one error of these documents: "The manifest has no id."."""
    return MalformedAnswer(f"The {called} {problem}.")


def decode(body: bytes, called: str) -> str:
    """The text of a document: UTF-8, or UTF-16 where a byte order mark says so.

    The encoding that an XML declaration claims is ignored: every product writes UTF-8, and a document that two readers
    decode differently is two documents.
    """
    if len(body) > LARGEST:
        raise malformed(called, f"is larger than {LARGEST} bytes")
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = body.decode(encoding).strip(BLANKS)
    except UnicodeDecodeError:
        raise malformed(called, "is not text in UTF-8") from None
    if not text:
        raise malformed(called, "is empty")
    return text


def from_xml(text: str, called: str, root: str, content_type: str | None = None) -> Document:
    """The document under the element `root`.

    Raises MalformedAnswer; its `instead` says what it is where it is another thing (protocol.md 13, rows 11 and 12).
    """
    if _is_page(text, root, content_type):
        raise MalformedAnswer(
            f"A page for people came where the {called} was asked for.",
            remedy="Let this address through the login page or proxy without signing in.",
            instead="page",
        )
    element = parse(text, called)
    if element.tag != root:
        raise MalformedAnswer(
            f"The element {element.tag[:60]!a} came where the {called} was asked for.",
            remedy="Check the address; an application without application links is linked as a generic one.",
            instead="other",
        )
    members: dict[str, list[str]] = {}
    for child in element:
        if len(child) == 0:
            members.setdefault(child.tag, []).append(child.text or "")
    return Document(called, members)


def to_xml(root: str, members: Iterable[tuple[str, str]]) -> bytes:
    """One member a line, no attributes, namespaces or CDATA: some clients read with regular expressions (protocol.md 5)."""
    lines = [f"  <{name}>{escape(text, quote=False)}</{name}>" for name, text in members]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f"<{root}>", *lines, f"</{root}>", ""]).encode()


def _is_page(text: str, root: str, content_type: str | None) -> bool:
    """Content decides; the declared type only helps to name what is no document anyway (security.md T-36)."""
    if media_type(content_type) in _PAGE_TYPES and f"<{root}" not in text:
        return True
    return _PAGE.search(text[:4_000]) is not None


class _ShallowTree(TreeBuilder):
    """Stops at DEEPEST, while the document is being read and not after."""

    depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError(f"is nested more than {DEEPEST} levels deep")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def parse(text: str, called: str) -> Element:
    """The root element of a document, whatever it is. Raises MalformedAnswer."""
    parser = XMLParser(target=_ShallowTree(), forbid_dtd=True)
    try:
        parser.feed(text)
        return parser.close()
    except DTDForbidden:
        raise malformed(called, "brings a document type, which is never read") from None
    except ParseError as broken:
        raise malformed(called, f"is not well-formed XML in line {broken.position[0]}") from None
    except ValueError as refused:
        raise malformed(called, str(refused)) from None
