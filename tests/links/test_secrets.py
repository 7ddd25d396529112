"""The secrets of a link: for one use and one origin each, and shown nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from applinks.errors import ConfigurationError
from applinks.links import Changes, FactsFor, KeepSecret, Level, Link, SecretOf, SecretUse, change, new_secret, set_secret
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


# ---- setting one


@pytest.fixture
def front() -> InMemory:
    here = InMemory("Front")
    here.save(link_to(InMemory("Tracker")))
    return here


def changed(front: InMemory, **settings: Any) -> Link:
    return front.run(change(front.link("Tracker"), Changes.read(settings), by="root", loaded=("Basic",)))


CANARY = "canary-7d1f"
USES = [
    ("outgoing", {}, SecretUse.OUTGOING_OAUTH, "https://tracker.example.com"),
    ("outgoing", {"outgoing": "basic", "account": "service"}, SecretUse.OUTGOING_BASIC, "https://tracker.example.com"),
    ("incoming", {}, SecretUse.INCOMING_OAUTH, ""),
]


@pytest.mark.parametrize(("direction", "settings", "use", "origin"), USES)
def test_a_secret_is_kept_for_what_the_level_means_now_and_for_where_the_link_leads_now(
    front, direction, settings, use, origin
):
    """T-37"""
    link = changed(front, **settings)
    assert front.run(set_secret(link, direction, CANARY, by="root")) is None
    assert front.answer(SecretOf(link.id, use, origin)) == CANARY
    assert len(front.secrets) == 1


@pytest.mark.parametrize(("direction", "settings", "use", "origin"), USES)
def test_that_a_secret_was_set_is_written_down_and_the_secret_is_not(front, direction, settings, use, origin):
    """T-66"""
    link = changed(front, **settings)
    front.run(set_secret(link, direction, CANARY, by="ada"))
    entry = front.entries[-1]
    assert (entry.kind, entry.outcome, entry.actor, entry.link) == ("secret set", use.value, "ada", "Tracker")
    assert CANARY not in repr(front.entries) + repr([question for question in front.asked if isinstance(question, KeepSecret)])


def test_a_secret_that_was_made_is_told_once_and_kept(front):
    """T-18, T-66"""
    first, second = (front.run(new_secret(front.link("Tracker"), by="root")) for _ in range(2))
    assert first != second
    assert len(first) >= 32
    assert front.answer(SecretOf(front.link("Tracker").id, SecretUse.INCOMING_OAUTH, "")) == second
    assert second not in repr(front.entries) + repr(front.asked)


def test_the_password_of_a_link_that_comes_in_by_basic_is_made_here_and_nobodys_own(front):
    """R-16"""
    link = changed(front, incoming="basic", execute_as="deployment")
    with pytest.raises(ConfigurationError, match="is made here") as refused:
        front.run(set_secret(link, "incoming", CANARY, by="root"))
    assert "--incoming --new" in refused.value.remedy
    assert front.secrets == {}
    made = front.run(new_secret(link, by="root"))
    assert front.answer(SecretOf(link.id, SecretUse.INCOMING_BASIC, "")) == made


@pytest.mark.parametrize("secret", ["", f"{CANARY}\n", f"{CANARY}\x00", "\udcff", f"{CANARY}\u202e"])
def test_what_is_no_plain_text_is_no_secret_and_is_not_repeated(front, secret):
    """T-07, T-66"""
    with pytest.raises(ConfigurationError, match="A secret must be text") as refused:
        front.run(set_secret(front.link("Tracker"), "outgoing", secret, by="root"))
    assert CANARY not in str(refused.value)
    assert front.secrets == {}


@pytest.mark.parametrize("direction", ["", "both", "Outgoing"])
def test_a_secret_belongs_to_one_of_two_directions(front, direction):
    with pytest.raises(ConfigurationError, match="direction") as refused:
        front.run(set_secret(front.link("Tracker"), direction, CANARY, by="root"))
    assert refused.value.remedy == "Say one of: incoming, outgoing."
