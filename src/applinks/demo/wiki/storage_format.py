"""The wiki's storage format: XHTML, of which a page shows only what is listed here.

No markup that came from outside is ever passed on to a browser. It is parsed into nodes, and the template writes them anew,
escaping all text (security.md T-46). An element that is not listed is replaced by what stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from applinks.demo.safety import is_web_address

SHOWN = {
    **{name: name for name in ("p", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "br", "hr", "a")},
    **{f"h{level}": f"h{min(level + 1, 6)}" for level in range(1, 7)},
}
"""Element → what it becomes; a page's title is the only heading of the first level."""

DEEPEST = 50


class NotStorageFormat(Exception):
    """The text is not well-formed, or nested without reason."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element to be written; `href` only where it is an address that may be shown."""

    tag: str
    children: tuple[Node | str, ...]
    href: str | None = None


def parse(text: str) -> tuple[Node | str, ...]:
    """The nodes to show for a text in storage format, or `NotStorageFormat`."""
    try:
        root = fromstring(f'<page xmlns:ac="urn:ac" xmlns:ri="urn:ri">{text}</page>', forbid_dtd=True)
    except (ParseError, DefusedXmlException):
        raise NotStorageFormat("The body is not well-formed storage format.") from None
    return tuple(content(root, 0))


def content(element: Element, depth: int) -> Iterator[Node | str]:
    """What stands in an element."""
    if depth > DEEPEST:
        raise NotStorageFormat("The body is nested too deeply.")
    if element.text:
        yield element.text
    for child in element:
        inside = content(child, depth + 1)
        tag = SHOWN.get(child.tag)
        if tag is None:
            yield from inside
        else:
            href = child.get("href")
            yield Node(tag, tuple(inside), href if is_web_address(href) else None)
        if child.tail:
            yield child.tail
