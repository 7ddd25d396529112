"""Requests that this application signs for itself, on nobody's behalf: for tokens, and to compare people."""

from __future__ import annotations

from applinks.links import Facts
from applinks.mechanisms import sign
from applinks.outgoing import clocks
from applinks.questions import Ask, Flow
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.problems import refusal_in


def ask(request: Request, facts: Facts, *, token: str | None = "", token_secret: str = "", extra: Pairs = ()) -> Flow[Response]:
    """The answer, whatever it is. A complaint about our clock is learnt, and the request signed anew, once."""
    for first_time in (True, False):
        proof = yield from sign(request, facts, token=token, token_secret=token_secret, extra=extra)
        response: Response = yield Ask(proof.request)
        corrected = first_time and response.status != 200 and (yield from clocks.corrected(refusal_in(response), facts.link.id))
        if not corrected:
            break
    return response
