"""The table of mechanisms: what each of them must offer."""

from __future__ import annotations

import pytest

from applinks.mechanisms import MECHANISMS, WINDOW
from applinks.wire.manifest import AuthenticationKind

OFFERED = ["objection", "incoming_objection", "prove", "recognise", "accept", "sender"]


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.NAME)
def test_each_mechanism_offers_both_halves_under_the_same_names(mechanism):
    assert all(callable(getattr(mechanism, name)) for name in OFFERED)
    assert mechanism.KIND in AuthenticationKind


def test_names_and_kinds_are_unique():
    """R-20: a demanded mechanism is one and no other."""
    assert len({mechanism.NAME for mechanism in MECHANISMS}) == len({m.KIND for m in MECHANISMS}) == len(MECHANISMS)


def test_clocks_may_differ_by_five_minutes():
    """T-12"""
    assert WINDOW == 300
