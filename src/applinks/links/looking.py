"""A look at an address before anything is made: who is there, what they speak, and what stands against a link.

Nothing is written, nothing is sent but plain GETs without credentials, and nothing that comes back is believed: it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from applinks.audit import printable
from applinks.errors import (
    AppLinksError,
    ConfigurationError,
    LinkExists,
    MalformedAnswer,
    PairingRefused,
    RedirectedElsewhere,
    TimedOut,
    TlsFailed,
    TransportFailed,
)
from applinks.links.dialects import PRODUCTS, id_of
from applinks.links.identity import Identity, WhoWeAre
from applinks.links.model import Link
from applinks.links.pairing import MANIFEST_PATH, PAIRING_HEADER, consumer_at, document_at
from applinks.links.registry import LinkById
from applinks.links.whereabouts import check_address, is_safe_way
from applinks.questions import Ask, Flow
from applinks.wire import manifest
from applinks.wire.manifest import AuthenticationKind, Manifest
from applinks.wire.messages import Response

MOST_PLACES = 4
"""So many addresses are tried at most, where somebody gives that of a page of an application and not the application's own."""
WEAK = 2048

_PORTS = {"http": 80, "https": 443}


class Kind(StrEnum):
    """What answers at an address, which decides how a link with it is made."""

    APPLICATION = "application"
    """Built with this package: it can be paired in one operation."""
    PRODUCT = "product"
    """Jira, Confluence, Bitbucket or Bamboo."""
    PEER = "peer"
    """It has a manifest, and is neither."""
    GENERIC = "generic"
    """Something answers that has no manifest: any OAuth provider, or the wrong address."""
    UNKNOWN = "unknown"
    """Nothing that could be looked at."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that an administrator should know. `code` is stable; `blocks` says that no link can be made as it is."""

    code: str
    words: str
    remedy: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What is at an address.

    `url` is where it was found, `their_url` where it believes to be; `accepts` and `sends` are the mechanisms of its manifest,
    by our names where we know them. `consumer_key` and `public_key` are those it publishes, with the key's `fingerprint`.
    `linked` is the name of our link to it. What is not known is empty.
    """

    url: str
    kind: Kind = Kind.UNKNOWN
    id: str = ""
    name: str = ""
    type: str = ""
    version: str = ""
    their_url: str = ""
    applinks_version: str = ""
    accepts: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    consumer_key: str = ""
    public_key: str = ""
    fingerprint: str = ""
    linked: str | None = None
    ourselves: bool = False
    plain_http: bool = False
    remarks: tuple[Remark, ...] = ()

    @property
    def obstacle(self) -> Remark | None:
        """The first remark that forbids a link."""
        return next((remark for remark in self.remarks if remark.blocks), None)

    @property
    def lines(self) -> tuple[str, ...]:
        """It in words, for people."""
        what = " ".join(word for word in (self.type, self.version) if word) or self.kind
        first = f"{self.name} ({what}) at {self.url}" if self.name else f"{what} at {self.url}"
        facts = (
            ("can be paired", "yes" if self.kind is Kind.APPLICATION else ""),
            ("accepts", ", ".join(self.accepts)),
            ("sends", ", ".join(self.sends)),
            ("consumer key", self.consumer_key),
            ("public key", self.fingerprint),
            ("linked as", self.linked or ""),
        )
        told = [f"  {name:<14}{fact}" for name, fact in facts if fact]
        for remark in self.remarks:
            told += [
                f"  {'✗' if remark.blocks else '!'} {remark.words}",
                *([f"    → {remark.remedy}"] if remark.remedy else []),
            ]
        return (first, *told)

    def check(self) -> None:
        """Raise the typed error of what forbids a link, if anything does."""
        if (obstacle := self.obstacle) is not None:
            kind = _ERRORS.get(obstacle.code, PairingRefused)
            raise kind(obstacle.words, remedy=obstacle.remedy or None)

    def check_introduced(self) -> None:
        """The same, and `PairingRefused` where nothing says what it is, so that a link can only be made by hand."""
        self.check()
        if self.kind is Kind.GENERIC:
            said = self.remarks[0].words if self.remarks else f"{self.url} has no manifest."
            raise PairingRefused(
                said, remedy="Check the address; any OAuth provider is linked by hand: `applinks link register`."
            )


_ERRORS: dict[str, type[AppLinksError]] = {
    **{kind.code: kind for kind in (TransportFailed, TlsFailed, TimedOut, RedirectedElsewhere, MalformedAnswer)},
    "id-elsewhere": LinkExists,
}


def look(url: str) -> Flow[Found]:
    """Look at what is at an address; never fails for what it finds there, but tells it as a `Remark`.

    An address without a scheme is taken as https; of one that leads to a page of an application, the shorter ones are tried.
    What is made afterwards is made at the `url` of the result, which people have seen.
    """
    given = _tidy(url)
    first = yield from look_at(given)
    if first.kind is not Kind.GENERIC:
        return first
    for place in _above(given):
        found = yield from look_at(place)
        if found.kind is not Kind.GENERIC:
            return found if found.id else first
    return first


def look_at(base: str) -> Flow[Found]:
    """The same for exactly this address: nothing is guessed where a link is to be made, or stands (S-09)."""
    try:
        yield from check_address(base, "The address")
    except PairingRefused as refused:
        return Found(base, remarks=(_remark("address-refused", refused),))
    return (yield from _look_at(base))


def _tidy(url: str) -> str:
    text = url.strip()
    text = text if "://" in text else f"https://{text}"
    return text.partition("#")[0].partition("?")[0].rstrip("/")


def _above(base: str) -> list[str]:
    """The addresses above it, the nearest first: people paste the address of the page that they see."""
    origin, segments = "/".join(base.split("/", 3)[:3]), base.split("/")[3:]
    above = ["/".join((origin, *segments[:count])) for count in range(len(segments) - 1, -1, -1)]
    return above[: MOST_PLACES - 1]


def _look_at(base: str) -> Flow[Found]:
    found_nothing = Found(base, Kind.UNKNOWN, plain_http=base.startswith("http:"))
    try:
        said: Response = yield Ask(document_at(base, MANIFEST_PATH))
    except TransportFailed as failure:
        return _with(found_nothing, _remark(failure.code, failure))
    if (remark := _no_manifest(said, base)) is not None:
        kind = Kind.UNKNOWN if remark.blocks else Kind.GENERIC
        return (yield from _known_by_address(_with(found_nothing, remark, kind=kind)))
    try:
        about = manifest.read(said.body, said.header("content-type"))
    except MalformedAnswer as failure:
        return (yield from _known_by_address(_with(found_nothing, _not_understood(failure), kind=Kind.GENERIC)))
    return (yield from _introduced(base, about, said.header(PAIRING_HEADER) is not None))


def _with(found: Found, *remarks: Remark, **more: object) -> Found:
    return replace(found, remarks=(*found.remarks, *remarks), **more)  # type: ignore[arg-type]


def _no_manifest(said: Response, base: str) -> Remark | None:
    """What an answer that is no manifest means, by its status."""
    if said.status == 200:
        return None
    if 300 <= said.status < 400:
        target = printable((said.header("location") or "").partition("?")[0])[:200]
        words = f"{base} sends whoever asks for its manifest on to {target or 'nowhere'}."
        remedy = "If that is a sign-in page, exempt /rest/applinks and /plugins/servlet/oauth from it; else give that address."
        return Remark(RedirectedElsewhere.code, words, remedy, blocks=True)
    if said.status in {401, 403}:
        words = f"{base} wants a sign-in before it shows its manifest ({said.status})."
        return Remark("login-wall", words, "Exempt /rest/applinks and /plugins/servlet/oauth from the sign-in.")
    if said.status == 404:
        return Remark("no-manifest", f"{base} has no manifest (404).", "Check the path of the address; else link it by hand.")
    words = f"{base} answered {said.status} when asked for its manifest."
    return Remark(
        "manifest-failed", words, "Is the application running, and not being started or maintained?", said.status >= 500
    )


def _not_understood(failure: MalformedAnswer) -> Remark:
    return _remark("login-wall" if failure.instead == "page" else MalformedAnswer.code, failure, blocks=False)


def _remark(code: str, failure: AppLinksError, *, blocks: bool = True) -> Remark:
    return Remark(code, printable(failure.message)[:500], failure.remedy or "", blocks)


def _known_by_address(found: Found) -> Flow[Found]:
    """One that says no id goes by that of its address."""
    us: Identity = yield WhoWeAre()
    link: Link | None = yield LinkById(id_of(found.url))
    return _with(found, *_of_the_way(found), linked=link.name if link else None, ourselves=found.url == us.url)


def _introduced(base: str, about: Manifest, pairable: bool) -> Flow[Found]:
    """One that has a manifest: with its consumer info, and all that an administrator should know."""
    us: Identity = yield WhoWeAre()
    kind = Kind.APPLICATION if pairable else Kind.PRODUCT if about.type in PRODUCTS else Kind.PEER
    found = Found(
        base,
        kind,
        about.id,
        about.name,
        about.type,
        about.version,
        about.url.rstrip("/"),
        about.applinks_version,
        _mechanisms(about.incoming),
        _mechanisms(about.outgoing),
        plain_http=base.startswith("http:"),
        ourselves=about.id == us.id,
    )
    if found.ourselves:
        remark = Remark("ourselves", "That is this application itself.", "Give the address of another one.", blocks=True)
        return _with(found, remark)
    stored: Link | None = (yield LinkById(about.id)) or (yield LinkById(id_of(base)))
    found = _with(found, *_of_the_address(found), *_of_the_link(found, stored), linked=stored.name if stored else None)
    if about.public_signup:
        words = f"Anybody may sign up in {found.name!r}, under any name that is free there."
        found = _with(found, Remark("public-signup", words, "Do not say that both have the same users."))
    found = yield from _with_its_key(found)
    return _with(found, *_of_the_way(found))


def _of_the_address(found: Found) -> tuple[Remark, ...]:
    """Whether it believes to be where it was found; and if not, in which part (protocol.md 13, BASE_URL_MISMATCH)."""
    if found.their_url == found.url:
        return ()
    here, there = urlsplit(found.url), urlsplit(found.their_url)
    ports = [parts.port or _PORTS[parts.scheme] for parts in (here, there)]
    if here.hostname != there.hostname:
        part, why = "host", "It is known by several names, or stands behind a proxy that does not hand the name on."
    elif here.scheme != there.scheme:
        part, why = "scheme", "A proxy takes TLS off before it, and the application was not told."
    elif ports[0] != ports[1]:
        part, why = "port", "It is reached through a proxy or a mapped port, and was not told."
    else:
        part, why = "context path", "Its context path differs from the path that a proxy shows."
    words = f"{found.name!r} believes that its address is {found.their_url}, not {found.url}: the {part} differs."
    remedy = f"{why} Use {found.their_url}, or correct the base URL there: signatures are made for one of them."
    return (Remark(f"address-differs-{part.replace(' ', '-')}", words, remedy, blocks=True),)


def _of_the_link(found: Found, stored: Link | None) -> tuple[Remark, ...]:
    if stored is None:
        return ()
    if stored.application_url != found.url:
        words = f"It says that it is the application to which {stored.name!r} leads, at {stored.application_url}."
        remedy = f"If it really has moved there, change the address of {stored.name!r}, or delete that link first."
        return (Remark("id-elsewhere", words, remedy, blocks=True),)
    return (Remark("linked", f"There is a link to it already: {stored.name!r}.", "Making it again renews it."),)


def _of_the_way(found: Found) -> tuple[Remark, ...]:
    if not found.plain_http:
        return ()
    words = "It is plain http: whoever is on the way can read and change what is sent."
    if is_safe_way(found.url):
        return (Remark("plain-http", "It is plain http, within this machine."),)
    return (Remark("plain-http", words, "Use https. An administrator's password is not sent there."),)


def _with_its_key(found: Found) -> Flow[Found]:
    """Its consumer key and public key, as it publishes them."""
    try:
        consumer_key, key = yield from consumer_at(found.url)
    except (TransportFailed, MalformedAnswer, ConfigurationError) as failure:
        remark = Remark("no-consumer-info", printable(failure.message)[:500], "Its key has to be entered here by hand.")
        return _with(found, remark)
    weak = Remark("weak-key", f"Its key has {key.bits} bits only.", "Have it make a new one of 2048.")
    return _with(
        found,
        *([weak] if key.bits < WEAK else []),
        consumer_key=consumer_key,
        public_key=key.text,
        fingerprint=key.fingerprint,
    )


_NAMES = {
    AuthenticationKind.TWO_LEGGED_IMPERSONATING: "2LOi",
    AuthenticationKind.THREE_LEGGED: "3LO",
    AuthenticationKind.TWO_LEGGED: "2LO",
    AuthenticationKind.TRUSTED_APPS: "Trusted",
    AuthenticationKind.BASIC: "Basic",
}


def _mechanisms(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """By our names, the strongest first; then what we do not know, by the last part of its name."""
    known = [name for kind, name in _NAMES.items() if kind in kinds]
    others = [printable(kind.rpartition(".")[2])[:80] for kind in kinds if kind not in _NAMES]
    return (*known, *dict.fromkeys(others))
