"""The public address under which a request is verified: declared, never guessed (security.md T-03, T-64)."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from applinks.errors import ConfigurationError
from applinks.incoming import concerns_us
from applinks.links import Identity
from applinks.wire.messages import Pairs, Request


def encoded_again(path: str | bytes) -> str:
    """A path of which the server kept only the decoded form, encoded in the plain way."""
    return quote(path, safe="/:@!$&'()*+,;=-._~")


class Target:
    """Puts raw targets under the declared public address of this application.

    `stripped` says that a proxy takes the path of that address away (`https://example.com/wiki` is served by an application
    that sees `/`): it is then put back. Otherwise a target that does not begin with it was not sent to us.
    """

    def __init__(self, identity: Identity, *, stripped: bool = False) -> None:
        parts = urlsplit(identity.url)
        if not parts.hostname:
            raise ConfigurationError(
                "The middleware needs the public address of this application, because that is what signatures are made for.",
                remedy="AppLinks(…, url='https://tracker.example.com') or APPLINKS_URL.",
            )
        self.realm = identity.url
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._prefix = parts.path.rstrip("/")
        self._seen = "" if stripped else self._prefix

    def below(self, path: str) -> str | None:
        """The part of a raw path that lies below our address, beginning with a slash; None if it does not lie there."""
        lies_below = path.startswith(f"{self._seen}/") or (self._seen != "" and path == self._seen)
        return path[len(self._seen) :] if lies_below else None

    def concerns_us(self, path: str, query: str, headers: Pairs) -> bool:
        """A quick look: could this request be ours to answer, or carry a proof?"""
        below = self.below(path)
        return below is not None and concerns_us(below, query, headers)

    def request(self, method: str, path: str, query: str, headers: Pairs, body: bytes, client: str | None = None) -> Request:
        """The request as its sender addressed it."""
        url = f"{self._origin}{self._prefix}{self.below(path) or ''}"
        return Request(method, f"{url}?{query}" if query else url, headers, body, client)
