"""`/plugins/servlet/oauth/request-token`: an application begins the dance (protocol.md 1.7, step 1)."""

from __future__ import annotations

from applinks.incoming.endpoints.consumer import claim_of, misuse, proven, said
from applinks.incoming.endpoints.visit import Visit
from applinks.links import KeepRequestToken, Link, RequestToken, digest_of
from applinks.questions import Flow, FreshSecrets, Moment, Now
from applinks.wire import tokens
from applinks.wire.messages import Response
from applinks.wire.oauth1 import Claim

PATHS = ("/plugins/servlet/oauth/request-token",)
LIFE = 600
"""Seconds in which the person must decide and the application come back (protocol.md 1.7)."""


def serve(visit: Visit) -> Flow[Response]:
    """200 with a request token in `text/plain`, or an OAuth problem."""
    if (refused := misuse(visit)) is not None:
        return refused
    claim = claim_of(visit, token_needed=False)
    link = yield from proven(claim)
    callback = _callback(claim, link)
    moment: Moment = yield Now()
    token, secret = yield FreshSecrets(2)
    yield KeepRequestToken(RequestToken(digest_of(token), secret, link.id, callback, int(moment.now) + LIFE))
    return tokens.request_token_reply(tokens.TemporaryCredentials(token, secret))


def _callback(claim: Claim, link: Link) -> str | None:
    """Where the person is sent back to: what the signed request says, else what the link says, else nowhere."""
    return tokens.read_callback(said(claim, "oauth_callback") or None) or link.incoming.callback
