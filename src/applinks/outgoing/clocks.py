"""A far side that complains about our clock is believed once, within bounds (protocol.md 1.5)."""

from __future__ import annotations

from applinks.links import LearnSkew
from applinks.questions import Flow, Moment, Now
from applinks.wire.problems import Problem

MOST_SKEW = 900.0
"""Seconds by which we let the far side correct our clock; more than that is an error for people (security.md T-12)."""


def corrected(problem: Problem | None, link_id: str) -> Flow[bool]:
    """Whether the problem is our clock, and we have learnt by how much it is off: then the request may be proven anew."""
    if problem is None or problem.name != "timestamp_refused":
        return False
    moment: Moment = yield Now()
    skew = problem.skew(moment.now)
    if skew is None or abs(skew) > MOST_SKEW:
        return False
    yield LearnSkew(link_id, skew)
    return True
