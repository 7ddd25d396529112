"""All that one call needs to know of a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from applinks.links import AccessToken, ClockSkew, Facts, FactsFor, KeepSecret, KeepToken, LearnSkew, Level, SecretUse
from in_memory import NOW, InMemory, link_to

WIKI = InMemory("Wiki")


@pytest.fixture
def us(application: Callable[[str], Any]) -> Any:
    here = application("Front")
    here.save(link_to(WIKI, level=Level.OAUTH))
    return here


def test_the_far_side_knows_us_by_our_own_key_unless_the_link_says_another(us):
    facts = us.answer(FactsFor(WIKI.identity.id))
    assert facts.consumer_key == us.identity.consumer_key
    renamed = replace(facts.link, outgoing=replace(facts.link.outgoing, consumer_key="OauthKey"))
    assert replace(facts, link=renamed).consumer_key == "OauthKey"


def test_they_are_read_as_they_are_now(us):
    link = us.link("Wiki")
    us.save(replace(link, name="Handbook"))
    assert us.answer(FactsFor(link.id)).link.name == "Handbook"
    us.remove(link.id)
    assert us.answer(FactsFor(link.id)) is None


def test_they_show_neither_the_secret_nor_the_token_nor_the_private_key(us):
    """T-66"""
    link = us.link("Wiki")
    us.answer(KeepSecret(link.id, SecretUse.OUTGOING_OAUTH, link.origin, "s3cret"))
    us.answer(KeepToken(AccessToken(link.id, "alice", "t0ken", "t0ken's", int(NOW), "h4ndle")))
    facts = us.answer(FactsFor(link.id, "alice"))
    assert (facts.secret, facts.token.token) == ("s3cret", "t0ken")
    assert not any(secret in repr(facts) for secret in ("s3cret", "t0ken", "h4ndle", "PRIVATE"))


def test_without_a_person_there_is_no_token():
    assert Facts(link_to(WIKI), WIKI.identity, WIKI.key).token is None


def test_a_clock_is_taken_to_be_right_until_somebody_complained():
    """T-12"""
    us = InMemory("Front")
    us.save(link_to(WIKI, level=Level.OAUTH))
    link = us.link("Wiki")
    assert us.answer(ClockSkew(link.id)) == 0
    us.answer(LearnSkew(link.id, 12.5))
    assert us.answer(ClockSkew(link.id)) == 12.5
    assert us.answer(ClockSkew("another")) == 0
