"""A page as a browser reads it, as far as these tests want to know."""

from __future__ import annotations

from html.parser import HTMLParser

INLINE = {"a", "bdi", "code", "span", "strong", "time"}


class Dom(HTMLParser):
    """Elements in their order, each with its attributes, and the text in between."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in INLINE:
            self.pieces.append(" ")
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.elements if found == tag]

    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """Which elements there are, and which attributes each has."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]

    def fields(self) -> dict[str, str | None]:
        """The hidden fields of all forms."""
        return {found["name"]: found["value"] for found in self.all("input") if found.get("type") == "hidden"}

    def filled(self) -> dict[str, str]:
        """What would be sent with all forms as they stand, but for areas of text and buttons."""
        found: dict[str, str] = {}
        choice = ""
        for tag, it in self.elements:
            if tag == "input" and (it.get("type") not in {"checkbox", "radio"} or "checked" in it):
                found[it["name"] or ""] = it.get("value") or ""
            elif tag == "select":
                choice = it["name"] or ""
            elif tag == "option" and "selected" in it:
                found[choice] = it["value"] or ""
        return found

    def buttons(self) -> list[tuple[str | None, str | None]]:
        return [(found.get("name"), found.get("value")) for found in self.all("button")]

    def links(self) -> list[str | None]:
        return [found["href"] for found in self.all("a")]
