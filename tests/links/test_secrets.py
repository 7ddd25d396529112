"""The secrets of a link: for one use and one origin each, and shown nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from applinks.links import FactsFor, KeepSecret, Level, SecretOf, SecretUse
from in_memory import InMemory, link_to

SECRET = "s3cret"


@pytest.fixture
def us(application: Callable[[str], Any]) -> Any:
    here = application("Front")
    here.save(link_to(InMemory("Wiki"), level=Level.OAUTH))
    return here


def keep(us: Any, use: SecretUse, origin: str, secret: str | None = SECRET) -> None:
    us.answer(KeepSecret(us.link("Wiki").id, use, origin, secret))


def found(us: Any, use: SecretUse, origin: str) -> str | None:
    return us.answer(SecretOf(us.link("Wiki").id, use, origin))


def test_a_secret_is_not_shown_by_the_question_that_keeps_it():
    """T-66"""
    assert SECRET not in repr(KeepSecret("id", SecretUse.OUTGOING_OAUTH, "https://w", SECRET))


def test_keeping_one_survives_a_power_cut():
    assert KeepSecret("id", SecretUse.OUTGOING_OAUTH, "https://w", SECRET).durable


@pytest.mark.parametrize(("kept", "asked"), list(permutations(SecretUse, 2)))
def test_a_secret_is_for_one_use(us, kept, asked):
    keep(us, kept, "https://w")
    assert found(us, kept, "https://w") == SECRET
    assert found(us, asked, "https://w") is None


@pytest.mark.parametrize("origin", ["https://w:8443", "http://w", "https://w2", "", "https://W"])
def test_a_secret_is_for_one_origin(us, origin):
    """T-37"""
    keep(us, SecretUse.OUTGOING_OAUTH, "https://w")
    assert found(us, SecretUse.OUTGOING_OAUTH, origin) is None


def test_a_new_one_takes_the_place_of_the_old_one_whatever_origin_that_had(us):
    """T-37: a link that comes back to its old address does not find its old secret there."""
    keep(us, SecretUse.OUTGOING_OAUTH, "https://old", "first")
    keep(us, SecretUse.OUTGOING_OAUTH, "https://new", "second")
    assert found(us, SecretUse.OUTGOING_OAUTH, "https://old") is None
    assert found(us, SecretUse.OUTGOING_OAUTH, "https://new") == "second"


def test_none_takes_it_away(us):
    keep(us, SecretUse.INCOMING_OAUTH, "")
    keep(us, SecretUse.INCOMING_OAUTH, "", None)
    assert found(us, SecretUse.INCOMING_OAUTH, "") is None


@pytest.mark.parametrize(
    ("level", "use"),
    [
        (Level.OAUTH, SecretUse.OUTGOING_OAUTH),
        (Level.OAUTH_IMPERSONATION, SecretUse.OUTGOING_OAUTH),
        (Level.BASIC, SecretUse.OUTGOING_BASIC),
    ],
)
def test_a_call_is_given_the_one_that_goes_with_its_level(us, level, use):
    link = us.link("Wiki")
    link = us.save(replace(link, outgoing=replace(link.outgoing, level=level)))
    for each in SecretUse:
        keep(us, each, link.origin, f"for {each}")
    assert us.answer(FactsFor(link.id)).secret == f"for {use}"


def test_a_link_whose_address_comes_to_lie_elsewhere_has_none_any_more(us):
    """T-37"""
    link = us.link("Wiki")
    keep(us, SecretUse.OUTGOING_OAUTH, link.origin)
    us.save(replace(link, application_url=f"{link.application_url}/below"))
    assert us.answer(FactsFor(link.id)).secret == SECRET
    us.save(replace(link, application_url="https://elsewhere.example.com"))
    assert us.answer(FactsFor(link.id)).secret is None


def test_a_link_takes_its_secrets_with_it(us):
    link = us.link("Wiki")
    keep(us, SecretUse.INCOMING_OAUTH, "")
    us.remove(link.id)
    us.save(link)
    assert found(us, SecretUse.INCOMING_OAUTH, "") is None
