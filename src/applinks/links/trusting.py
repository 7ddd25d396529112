"""Trusts the application at the other end of a link by the certificate that it publishes (protocol.md 2.5). Legacy."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from applinks.errors import ConfigurationError, MalformedAnswer
from applinks.links.changes import Changes, alter, check_levels, existing
from applinks.links.identity import trusted_identity
from applinks.links.model import Level, Link
from applinks.questions import Ask, Flow
from applinks.wire import trusted_apps
from applinks.wire.messages import Request, Response


def trust(link: Link, *, by: str, loaded: Container[str] = ()) -> Flow[Link]:
    """Read its id and key at its application URL, and accept what it vouches for from now on; compare the key's fingerprint.

    `loaded` are the names of the mechanisms that this application has. Raises `ConfigurationError`, `MalformedAnswer`,
    `TrustSuspended`, `TransportFailed`, `LinkExists`.
    """
    if not link.application_url:
        raise ConfigurationError(
            f"{link.name!r} has no address to read its certificate from.",
            remedy="A link gets its address when it is made: delete it, then `applinks link register NAME URL`.",
            link=link.name,
        )
    yield from trusted_identity()
    address = f"{link.application_url.rstrip('/')}/{trusted_apps.CERTIFICATE_PATH}"
    said: Response = yield Ask(Request("GET", address, (("accept", "text/plain"),)))
    if said.status != 200:
        raise MalformedAnswer(
            f"{address} answered {said.status}.", remedy="Is it a trusted application at all?", link=link.name
        )
    them = trusted_apps.read_published(said.body)
    level = Changes({}, {"level": Level.TRUSTED}, {})

    def make(stored: Link | None) -> Link:
        now = existing(stored)
        known = now.incoming.with_key(them.public_key.text)
        incoming = replace(known, level=Level.TRUSTED, consumer_key=them.id)
        trusting = replace(now, incoming=incoming)
        check_levels(trusting, level, loaded)
        return trusting

    return (yield from alter(link.id, make, by=by, kind="link changed"))
