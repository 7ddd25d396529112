"""The secrets of a link are values that nobody sees, each for one use and one origin."""

from __future__ import annotations

import pytest

from applinks.links import AccessToken, Consumer, Facts, KeepSecret, Link, Provider, SecretOf, SecretUse
from in_memory import InMemory, link_to

CANARY = "canary-7d1f"
US = InMemory("Front")
LINK = link_to(InMemory("Wiki"))


@pytest.mark.parametrize(
    "value",
    [
        KeepSecret("id", SecretUse.OUTGOING_OAUTH, "https://w", CANARY),
        Consumer("key", secret=CANARY),
        Provider("key", secret=CANARY),
        Facts(LINK, US.identity, US.key, secret=CANARY),
        Facts(LINK, US.identity, US.key, AccessToken("id", "alice", CANARY, CANARY, 1, CANARY)),
        AccessToken("id", "alice", CANARY, CANARY, 1, CANARY),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_representation_does_not_show_the_secret(value):
    """T-66"""
    assert CANARY not in repr(value) + str(value)


def test_there_is_one_use_for_each_direction_and_kind():
    assert [use.value for use in SecretUse] == ["outgoing oauth", "incoming oauth", "outgoing basic", "incoming basic"]


def test_a_secret_for_another_use_or_origin_is_another_secret():
    """T-37: the store keeps the same promise, see tests/contracts."""
    US.answer(KeepSecret("id", SecretUse.OUTGOING_OAUTH, "https://w", CANARY))
    asked = [(use, origin) for use in SecretUse for origin in ("https://w", "https://w:8443", "http://w", "")]
    found = [place for place in asked if US.answer(SecretOf("id", *place)) == CANARY]
    assert found == [(SecretUse.OUTGOING_OAUTH, "https://w")]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://wiki.example.com", "https://wiki.example.com"),
        ("https://wiki.example.com/base/deeper", "https://wiki.example.com"),
        ("http://localhost:8001/base", "http://localhost:8001"),
        ("", ""),
    ],
)
def test_what_secrets_are_bound_to_is_scheme_host_and_port(address, origin):
    """T-37"""
    assert Link("id", "Wiki", "confluence", address, address).origin == origin
