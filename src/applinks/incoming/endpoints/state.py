"""`/rest/applinks-pairing/1.0/state?id=…`: what we know of the application with that id, sealed for its key (decision 0018).

Anybody may ask about anybody, and only the application that is linked, under the key that we know, can read the answer.
Everybody else gets one of the same size, for the same work, sealed for a key that nobody has (security.md T-07, T-53).
"""

from __future__ import annotations

import re

from applinks import __version__
from applinks.incoming.endpoints.visit import Visit
from applinks.incoming.replay import may_ask_for_state
from applinks.links import STATE_PATH, Facts, FactsFor, Incoming, Link, SealFor, State, can_be_sealed_for
from applinks.mechanisms import NOBODYS_KEY, names_of
from applinks.questions import Flow, Moment, Now
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Response

PATHS = (f"/{STATE_PATH}",)
NOBODY = Link("", "", "", "", "", incoming=Incoming(public_key=NOBODYS_KEY))
"""What is told where there is no link: the same work, for a key that nobody has."""

_asked_for = re.compile(r"(?:.*&)?id=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:&.*)?", re.ASCII).fullmatch


def serve(visit: Visit) -> Flow[Response]:
    """200 with the sealed state, 400 without an id, 405 for anything but GET, 429 for asking too often."""
    if visit.request.method != "GET":
        return _said(405, "Only GET is answered here.", ("allow", "GET"))
    asked = _asked_for(visit.request.url.partition("?")[2])
    if asked is None:
        return _said(400, "Say whose state: ?id=, and the application id of whoever asks.")
    if not (yield from may_ask_for_state(asked[1])):
        return _said(429, "That was asked too often.", ("retry-after", "1"))
    facts: Facts | None = yield FactsFor(asked[1])
    moment: Moment = yield Now()
    link, ours = (facts.link, facts.key.public) if facts else (NOBODY, PublicKey.read(NOBODYS_KEY))
    if not can_be_sealed_for(link.incoming.public_key):
        link, ours = NOBODY, PublicKey.read(NOBODYS_KEY)
    state = State.of(link, visit.identity, ours, moment.now, __version__, names_of(visit.mechanisms))
    sealed: bytes = yield SealFor(link.incoming.public_key or NOBODYS_KEY, state.to_json())
    return Response(200, (("content-type", "application/jose"), ("cache-control", "no-store")), sealed)


def _said(status: int, words: str, *headers: tuple[str, str]) -> Response:
    fixed = (("content-type", "text/plain;charset=UTF-8"), ("cache-control", "no-store"))
    return Response(status, (*fixed, *headers), words.encode())
