"""Requests that this application signs for itself, on nobody's behalf: for tokens, to compare people, to tell of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from applinks.links import Facts
from applinks.mechanisms import sign
from applinks.outgoing import clocks, keys
from applinks.questions import Ask, Flow
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.problems import refusal_in


def ask(
    request: Request | Callable[[Facts], Request],
    facts: Facts,
    *,
    token: str | None = "",
    token_secret: str = "",
    extra: Pairs = (),
) -> Flow[Response]:
    """The answer, whatever it is. The request may depend on the key by which it is signed.

    A complaint about our clock is learnt, and the request signed anew, once; a key that is not known there any more, or not
    yet, is tried with the others of ours, and the one that is accepted remembered.
    """
    tried, others, corrected = facts, None, False
    while True:
        made = request(tried) if callable(request) else request
        proof = yield from sign(made, tried, token=token, token_secret=token_secret, extra=extra)
        response: Response = yield Ask(proof.request)
        problem = refusal_in(response)
        if not corrected and (corrected := (yield from clocks.corrected(problem, facts.link.id))):
            continue
        if not keys.refused(facts.link, response, problem):
            break
        if others is None:
            others = yield from keys.others(facts)
        if not others:
            break
        tried = replace(facts, key=others.pop(0))
    yield from keys.remember(facts, tried, response, problem)
    return response
