"""The manifest: what an application says about itself to anybody who asks (protocol.md 4).

It is served anonymously and read before there is any trust, so nothing in it is believed: it is compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from applinks.errors import MalformedAnswer
from applinks.wire.documents import Document, decode, from_xml, malformed, to_xml

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"[0-9]{1,18}")
_INCOMING, _OUTGOING = "inboundAuthenticationTypes", "outboundAuthenticationTypes"
_TYPES = "com.atlassian.applinks.api.auth.types."

_JSON_TYPES: dict[str, type] = {
    "id": str,
    "name": str,
    "typeId": str,
    "version": str,
    "buildNumber": int,
    "applinksVersion": str,
    _INCOMING: list,
    _OUTGOING: list,
    "publicSignup": bool,
    "url": str,
    "iconUrl": str,
    "iconUri": str,
}


class AuthenticationKind(StrEnum):
    """The kinds of authentication by the class names that stand for them on the wire (protocol.md 4.3)."""

    THREE_LEGGED = _TYPES + "OAuthAuthenticationProvider"
    TWO_LEGGED = _TYPES + "TwoLeggedOAuthAuthenticationProvider"
    TWO_LEGGED_IMPERSONATING = _TYPES + "TwoLeggedOAuthWithImpersonationAuthenticationProvider"
    TRUSTED_APPS = _TYPES + "TrustedAppsAuthenticationProvider"
    BASIC = _TYPES + "BasicAuthenticationProvider"
    CORS = _TYPES + "CorsAuthenticationProvider"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One application as it describes itself.

    `id` is its application id (a UUID in lower case), `type` its type id ("stash" is read as "bitbucket": one product, two
    names), `url` the address it believes to have. `incoming` is what it accepts and `outgoing` what it can send, as the
    names on the wire: `AuthenticationKind.BASIC in manifest.incoming`. Names that we do not know are kept as they came, so
    that a diagnosis can show them; they equal no kind and are never chosen. `public_signup` warns against impersonation.
    """

    id: str
    name: str
    type: str
    url: str
    version: str = ""
    build_number: int = 0
    applinks_version: str = ""
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    public_signup: bool = False
    icon_url: str | None = None


def write_xml(manifest: Manifest) -> bytes:
    """The manifest as `application/xml`, its elements in the order of protocol.md 4.1."""
    return to_xml("manifest", _texts(manifest))


def write_json(manifest: Manifest) -> bytes:
    """The manifest as `application/json`: the same names, arrays for the two lists, a number and a boolean."""
    members: dict[str, Any] = dict(_texts(manifest))
    members |= {_INCOMING: manifest.incoming, _OUTGOING: manifest.outgoing}
    members |= {"buildNumber": manifest.build_number, "publicSignup": manifest.public_signup}
    return json.dumps(members).encode()


def read(body: bytes, content_type: str | None = None) -> Manifest:
    """Read a manifest, XML or JSON by what it is and not by what it is called.

    Raises MalformedAnswer, for any bytes whatever; its `instead` says what the answer is where it is something else altogether
    (protocol.md 13, rows 11 and 12).
    """
    text = decode(body, "manifest")
    is_json = text.startswith(("{", "["))
    document = _from_json(text) if is_json else from_xml(text, "manifest", "manifest", content_type)
    return Manifest(
        id=_application_id(document),
        name=document.required("name"),
        type=_type(document),
        url=_url(document),
        version=document.line("version") or "",
        build_number=_build_number(document),
        applinks_version=document.line("applinksVersion") or "",
        incoming=document.each(_INCOMING),
        outgoing=document.each(_OUTGOING),
        public_signup=_public_signup(document),
        icon_url=_icon(document),
    )


def _texts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield "id", manifest.id
    yield "name", manifest.name
    yield "typeId", manifest.type
    yield "version", manifest.version
    yield "buildNumber", str(manifest.build_number)
    yield "applinksVersion", manifest.applinks_version
    yield from ((_INCOMING, kind) for kind in manifest.incoming)
    yield from ((_OUTGOING, kind) for kind in manifest.outgoing)
    yield "publicSignup", "true" if manifest.public_signup else "false"
    yield "url", manifest.url
    if manifest.icon_url is not None:
        yield "iconUrl", manifest.icon_url  # read by old peers
        yield "iconUri", manifest.icon_url  # read by new ones


def _from_json(text: str) -> Document:
    try:
        members = json.loads(text, object_pairs_hook=_said_once)
    except RecursionError:
        raise malformed("manifest", "is nested too deep") from None
    except ValueError:
        raise malformed("manifest", "is not well-formed JSON") from None
    if not isinstance(members, dict):
        raise malformed("manifest", "is JSON but no object")
    return Document("manifest", {name: _json_texts(name, members.get(name)) for name in _JSON_TYPES})


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise malformed("manifest", "says one member twice")
    return members


def _json_texts(name: str, value: Any) -> list[str]:
    """What the member would say in XML; its text is taken too, an old habit of JSON that was made from XML."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, _JSON_TYPES[name]):
        raise malformed("manifest", f"has a {name} of the wrong type")
    if not isinstance(value, list):
        return [json.dumps(value)]
    if not all(isinstance(text, str) for text in value):
        raise malformed("manifest", f"has something else than text among its {name}")
    return value


def _application_id(document: Document) -> str:
    text = document.required("id").lower()
    if _UUID.fullmatch(text) is None:
        raise malformed("manifest", "has an id that is no UUID")
    return text


def _type(document: Document) -> str:
    name = document.required("typeId")
    return "bitbucket" if name == "stash" else name


def _url(document: Document) -> str:
    document.required("url")
    url = document.address("url") or ""
    if "?" in url or "#" in url:
        raise malformed("manifest", "has a url with a query or fragment, below which no path can be")
    return url


def _build_number(document: Document) -> int:
    text = document.line("buildNumber") or "0"
    if _NUMBER.fullmatch(text) is None:
        raise malformed("manifest", "has a buildNumber that is no number")
    return int(text)


def _public_signup(document: Document) -> bool:
    text = document.line("publicSignup") or "false"
    if text not in ("true", "false"):
        raise malformed("manifest", "has a publicSignup that is neither true nor false")
    return text == "true"


def _icon(document: Document) -> str | None:
    """The icon's address, new spelling first. An icon is decoration: one that cannot be used is none."""
    for name in ("iconUri", "iconUrl"):
        with suppress(MalformedAnswer):
            if address := document.address(name):
                return address
    return None
