"""The REST of the products' own links plug-in: what it takes and what it answers (protocol.md 6.1).

It answers XML unless JSON is asked for, and older ones whatever they like: both are read, by what they are. All of it is a
stranger's text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from applinks.errors import MalformedAnswer
from applinks.wire.documents import decode, malformed, parse
from applinks.wire.messages import Response

LISTS = ("rest/applinks/3.0/applinks", "rest/applinks/1.0/applicationlink")
"""Where all links are told, the newer resource first."""
LINK = "rest/applinks/3.0/applicationlink"
MOST_LINKS = 1000
_CALLED = "list of links"


def link_at(id: str) -> str:  # noqa: A002
    """One link, to be deleted."""
    return f"{LINK}/{id}"


def consumer_of(id: str) -> str:  # noqa: A002
    """The consumer of one link: who calls, and what it may do."""
    return f"rest/applinks-oauth/1.0/applicationlink/{id}/authentication/consumer"


def levels_of(id: str) -> str:  # noqa: A002
    """The levels of both directions of one link; only where the plug-in is 5.0 or newer (protocol.md 13, row 16)."""
    return f"rest/applinks/3.0/status/{id}/oauth"


def provider_of(id: str) -> str:  # noqa: A002
    """What one link sends; of older plug-ins."""
    return f"{LINK}/{id}/authentication/provider"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link as it is made; `id` is the application id of the other side (protocol.md 6.1: may be given)."""

    id: str
    name: str
    rpcUrl: str  # noqa: N815 names on the wire
    displayUrl: str  # noqa: N815
    typeId: str  # noqa: N815


@dataclass(frozen=True, slots=True)
class NewConsumer:
    """Who may call, and how (protocol.md 1.9). `outgoing` False means their calls to the product."""

    key: str
    name: str
    description: str
    publicKey: str  # noqa: N815
    twoLOAllowed: bool  # noqa: N815
    twoLOImpersonationAllowed: bool  # noqa: N815
    executingTwoLOUser: str | None = None  # noqa: N815
    outgoing: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """How much one direction allows: three-legged, two-legged, two-legged with impersonation."""

    enabled: bool
    twoLoEnabled: bool  # noqa: N815
    twoLoImpersonationEnabled: bool  # noqa: N815


def body(value: NewLink | NewConsumer) -> bytes:
    """As it travels; what is None is left out."""
    return json.dumps({name: member for name, member in asdict(value).items() if member is not None}).encode()


def levels(incoming: Level, outgoing: Level) -> bytes:
    """Both directions, as they travel."""
    return json.dumps({"incoming": asdict(incoming), "outgoing": asdict(outgoing)}).encode()


def provider(kind: str) -> bytes:
    """One kind of authentication, by its name in the manifest, as it travels."""
    return json.dumps({"provider": kind, "config": {}}).encode()


@dataclass(frozen=True, slots=True)
class Known:
    """A link that stands over there."""

    id: str
    name: str
    url: str


def links_in(response: Response) -> tuple[Known, ...]:
    """All links of an answer: a bare array, or an object or document around them. Raises `MalformedAnswer`.

    Ids go into addresses, so whatever is none is left out.
    """
    text = decode(response.body, _CALLED)
    found = list(_in_json(text) if text.startswith(("{", "[")) else _in_xml(text))
    known = (Known(entry.get("id", ""), entry.get("name", ""), entry.get("rpcUrl", "")) for entry in found[:MOST_LINKS])
    return tuple(one for one in known if _is_id(one.id))


def created_id(response: Response) -> str | None:
    """The id in the address of what was made, if the answer tells one."""
    try:
        text = decode(response.body, "answer")
        hrefs = (
            _hrefs_in_json(text)
            if text.startswith("{")
            else [link.get("href", "") for link in parse(text, "answer").iter("link")]
        )
    except MalformedAnswer:
        return None
    last = next(iter(hrefs), "").rstrip("/").rpartition("/")[2]
    return last if _is_id(last) else None


_is_id = re.compile(r"[A-Za-z0-9-]{1,64}").fullmatch


def message_in(response: Response) -> str:
    """The product's own words for a refusal, in one line; empty if there are none."""
    try:
        text = decode(response.body, "answer")
        if text.startswith("{"):
            said = _loads(text).get("message")
        elif text.startswith(("<?xml", "<status")):
            said = next((element.text for element in parse(text, "answer").iter("message")), "")
        else:
            said = ""
    except MalformedAnswer:
        return ""
    words = " ".join(said.split()) if isinstance(said, str) else ""
    return words[:300] if words.isprintable() else ""


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise malformed(_CALLED, "is not well-formed JSON") from None


def _in_json(text: str) -> Iterator[Mapping[str, str]]:
    data = _loads(text)
    entries = data if isinstance(data, list) else data.get("applicationLinks")
    if not isinstance(entries, list):
        raise malformed(_CALLED, "has no links")
    for entry in entries:
        if isinstance(entry, dict):
            yield {name: text for name, text in entry.items() if isinstance(text, str)}


def _in_xml(text: str) -> Iterator[Mapping[str, str]]:
    root = parse(text, _CALLED)
    if root.tag.lower() == "html":
        raise malformed(_CALLED, "is a page for people")
    for element in root.iter():
        members = {child.tag: (child.text or "").strip() for child in element}
        if "id" in members and "rpcUrl" in members:
            yield members


def _hrefs_in_json(text: str) -> list[str]:
    made = _loads(text).get("resources-created")
    return [str(entry.get("href", "")) for entry in made if isinstance(entry, dict)] if isinstance(made, list) else []
