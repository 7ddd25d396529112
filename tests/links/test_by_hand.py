"""Links made by hand: whatever an administrator types is checked before anything is written."""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import Any

import pytest

from applinks.errors import ConfigurationError, LinkExists, PairingRefused
from applinks.links import (
    Changes,
    Consumer,
    Endpoints,
    Incoming,
    Level,
    Limits,
    Link,
    Outgoing,
    Provider,
    SameUsers,
    SecretOf,
    SecretUse,
    change,
    change_policy,
    endpoints_of,
    register,
)
from applinks.people import Policy
from applinks.wire.oauth1 import SignatureMethod
from in_memory import NOW, InMemory, key_of, link_to

URL = "https://any.example.com/base"
KEY = key_of("Any").public.text
CANARY = "canary-7d1f"
OTHER_CANARY = "canary-51c0"
GETS = Policy(methods=frozenset({"GET"}))


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front")


def make(us: InMemory, name: str = "Any", url: str | None = URL, **more: Any) -> Link:
    return us.run(register(name, url, **{"by": "root", **more}))


# ---- what is made


def test_a_consumer_with_a_key_may_call_us_and_is_not_called():
    """R-11"""
    us = InMemory("Front")
    link = make(us, url=None, consumer=Consumer("any", KEY, callback="https://any.example.com/back", execute_as="deployment"))
    assert link == us.link("Any")
    assert (link.application_url, link.display_url, link.type) == ("", "", "generic")
    assert link.outgoing == Outgoing()
    assert link.incoming == Incoming(
        Level.OAUTH, "any", KEY, SignatureMethod.RSA_SHA1, callback="https://any.example.com/back", execute_as="deployment"
    )


def test_a_provider_is_called_and_may_not_call_us(us):
    """R-11"""
    link = make(us, provider=Provider(fixed_user=True))
    assert link.incoming == Incoming()
    assert link.outgoing == Outgoing(Level.OAUTH, SignatureMethod.RSA_SHA1, fixed_user=True)
    assert (link.application_url, link.display_url) == (URL, URL)


@pytest.mark.parametrize("scheme", ["PEM", "base64"])
def test_a_public_key_may_be_pasted_in_any_form_and_is_kept_in_one(us, scheme):
    lines = "\n".join(KEY[start : start + 64] for start in range(0, len(KEY), 64))
    text = f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n" if scheme == "PEM" else f" {lines}\n"
    assert make(us, consumer=Consumer("any", text)).incoming.public_key == KEY


def test_secrets_are_kept_each_for_its_own_direction_and_origin(us):
    """T-37"""
    link = make(us, consumer=Consumer("any", secret=CANARY), provider=Provider("front", secret=OTHER_CANARY))
    assert link.incoming.signature_method is link.outgoing.signature_method is SignatureMethod.HMAC_SHA1
    assert (link.incoming.public_key, link.outgoing.consumer_key) == (None, "front")
    assert us.answer(SecretOf(link.id, SecretUse.INCOMING_OAUTH, "")) == CANARY
    assert us.answer(SecretOf(link.id, SecretUse.OUTGOING_OAUTH, "https://any.example.com")) == OTHER_CANARY


def test_that_it_was_made_and_its_secrets_set_is_written_down_and_no_secret_is(us):
    """T-66"""
    consumer, provider = Consumer("any", secret=CANARY), Provider(secret=OTHER_CANARY)
    make(us, consumer=consumer, provider=provider, by="ada")
    assert [(entry.kind, entry.outcome, entry.actor, entry.link) for entry in us.entries] == [
        ("link made", "done", "ada", "Any"),
        ("secret set", "outgoing oauth", "ada", "Any"),
        ("secret set", "incoming oauth", "ada", "Any"),
    ]
    shown = repr(us.entries) + repr(us.asked) + repr(us.links) + repr([consumer, provider])
    assert CANARY not in shown
    assert OTHER_CANARY not in shown


@pytest.mark.parametrize(("same_users", "level"), [(False, Level.OAUTH), (True, Level.OAUTH_IMPERSONATION)])
def test_the_answer_about_the_users_decides_the_level_of_what_is_made(us, same_users, level):
    """R-07"""
    link = make(us, consumer=Consumer("any", KEY), provider=Provider(), same_users=same_users)
    assert link.outgoing.level is link.incoming.level is level
    assert link.same_users == SameUsers(same_users, "root", int(NOW))


@pytest.mark.parametrize(
    ("type", "known"), [("jira", "jira"), ("stash", "bitbucket"), ("bitbucket", "bitbucket"), ("of-our-own", "of-our-own")]
)
def test_an_older_name_of_a_type_means_that_type(us, type, known):  # noqa: A002
    assert make(us, type=type, provider=Provider()).type == known


# ---- ids (protocol.md 4.4)


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("http://localhost:2990/jira", "688890b2-02b5-3eb4-a5f0-79f8067998b3"),
        ("http://localhost:7990/bitbucket", "148728f5-df0f-3f3e-af11-5ca16be3725f"),
        ("http://localhost:7990/bitbucket/", "148728f5-df0f-3f3e-af11-5ca16be3725f"),
    ],
)
def test_the_id_of_an_application_that_says_none_is_the_name_uuid_of_its_address(url, known):
    """protocol.md 4.4"""
    assert make(InMemory("Front", url="http://localhost:1"), url=url, provider=Provider()).id == known


def test_without_an_address_the_id_comes_from_the_consumer_key(us):
    ids = {make(us, name=key, url=None, consumer=Consumer(key, key_of(key).public.text)).id for key in ("one", "two")}
    assert len(ids) == 2
    assert all(each[14] == "3" for each in ids), "a name UUID is of version 3"


# ---- saying it again


def test_saying_it_again_renews_the_link_and_keeps_policy_limits_exclusions_and_the_other_direction(us):
    first = make(us, consumer=Consumer("any", KEY), provider=Provider(fixed_user=True), same_users=True)
    us.run(change_policy(first, GETS, by="root"))
    changes = Changes.read({"excluded": ["bob"], "addresses": ["10.0.0.*"], "max_age": 5000})
    us.run(change(us.link("Any"), changes, by="root"))
    us.now += 60
    new = key_of("Any, renewed").public.text
    again = make(us, name="Renamed", consumer=Consumer("any 2", new), same_users=True, by="ada")
    assert (again.id, again.name, again.primary) == (first.id, "Renamed", True)
    assert (again.incoming.consumer_key, again.incoming.public_key) == ("any 2", new)
    assert again.incoming.policy == GETS
    assert again.incoming.limits == Limits(("10.0.0.*",), (), 5000)
    assert again.outgoing == first.outgoing
    assert again.same_users == SameUsers(True, "ada", int(NOW) + 60, frozenset({"bob"}))
    assert len(us.links) == 1


def test_a_direction_can_be_added_later(us):
    first = make(us, consumer=Consumer("any", KEY))
    again = make(us, provider=Provider("front"))
    assert again.incoming == first.incoming
    assert (again.outgoing.level, again.outgoing.consumer_key) == (Level.OAUTH, "front")


def test_the_new_secret_takes_the_place_of_the_old(us):
    for secret in (CANARY, OTHER_CANARY):
        make(us, provider=Provider(secret=secret))
    assert list(us.secrets.values()) == [OTHER_CANARY]


# ---- what is refused


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("no direction", {}, "no direction"),
    ("a provider without an address", {"url": None, "provider": Provider()}, "needs an address"),
    ("both, without an address", {"url": None, "consumer": Consumer("any", KEY), "provider": Provider()}, "needs an address"),
    ("no name", {"name": "", "provider": Provider()}, "name of plain text"),
    ("a name that begins a line", {"name": "Any\nOther", "provider": Provider()}, "name of plain text"),
    ("neither key nor secret", {"consumer": Consumer("any")}, "either a public key or a secret"),
    ("an empty key", {"consumer": Consumer("any", "")}, "either a public key or a secret"),
    ("an empty secret", {"consumer": Consumer("any", secret="")}, "either a public key or a secret"),
    ("an empty secret of a provider", {"provider": Provider(secret="")}, "A secret must be text"),
    ("a secret with a line end", {"provider": Provider(secret=f"{CANARY}\n")}, "A secret must be text"),
    ("a consumer's with one", {"consumer": Consumer("any", secret=f"{CANARY}\n")}, "A secret must be text"),
    ("key and secret", {"consumer": Consumer("any", KEY, CANARY)}, "either a public key or a secret"),
    ("a text that is no key", {"consumer": Consumer("any", "canary")}, "public key cannot be used"),
    ("no consumer key", {"consumer": Consumer("", KEY)}, "consumer key must be plain text"),
    ("blanks around it", {"consumer": Consumer(" any", KEY)}, "consumer key must be plain text"),
    ("a line end in it", {"consumer": Consumer("any\n", KEY)}, "consumer key must be plain text"),
    ("a very long one", {"consumer": Consumer("a" * 256, KEY)}, "consumer key must be plain text"),
    ("an odd key of ours", {"provider": Provider("\x00")}, "consumer key must be plain text"),
    ("a callback to nowhere", {"consumer": Consumer("any", KEY, callback="oob")}, "no address to send people to"),
    ("a script as callback", {"consumer": Consumer("any", KEY, callback="javascript:x")}, "no address to send people to"),
    ("an administrator as fixed user", {"consumer": Consumer("any", KEY, execute_as="root")}, "is an administrator"),
    ("a disabled one", {"consumer": Consumer("any", KEY, execute_as="dave")}, "unknown or disabled"),
    ("an unknown one", {"consumer": Consumer("any", KEY, execute_as="eve")}, "unknown or disabled"),
    (
        "HMAC with a key",
        {"consumer": Consumer("any", KEY, signature_method=SignatureMethod.HMAC_SHA1)},
        "cannot sign by HMAC-SHA1 with a key pair",
    ),
    (
        "RSA with a secret",
        {"provider": Provider(secret=CANARY, signature_method=SignatureMethod.RSA_SHA256)},
        "cannot sign by RSA-SHA256 with a secret",
    ),
    (
        "HMAC without a secret",
        {"provider": Provider(signature_method=SignatureMethod.HMAC_SHA256)},
        "cannot sign by HMAC-SHA256 with a key pair",
    ),
]


@pytest.mark.parametrize(("terms", "why"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_hold_is_refused_with_a_remedy_and_nothing_is_written(us, terms, why):
    """R-11, R-13, T-05, T-07, T-20"""
    with pytest.raises(ConfigurationError, match=why) as refused:
        make(us, **terms)
    assert refused.value.remedy
    assert CANARY not in str(refused.value), "T-66"
    assert (us.links, us.entries, us.secrets) == ({}, [], {})


@pytest.mark.parametrize("url", ["any.example.com", "ftp://any.example.com", "https://u:p@any.example.com", "https://any/../x"])
def test_an_address_that_two_parsers_might_read_differently_is_refused(us, url):
    """T-32"""
    with pytest.raises(PairingRefused, match="not a plain http"):
        make(us, url=url, provider=Provider())


def test_plain_http_beyond_this_machine_is_refused_unless_the_settings_allow_it(us):
    """S-09"""
    with pytest.raises(PairingRefused, match="plain http"):
        make(us, url="http://any.example.com", provider=Provider())
    us.plain_http = True
    assert make(us, url="http://any.example.com", provider=Provider())


def test_a_name_that_another_link_has_is_refused(us):
    make(us, consumer=Consumer("any", KEY))
    with pytest.raises(LinkExists, match="'Any' already"):
        make(us, name="ANY", url="https://other.example.com", provider=Provider())
    assert len(us.links) == 1


def test_a_consumer_key_that_another_link_has_is_refused(us):
    """T-24"""
    make(us, consumer=Consumer("any", KEY))
    with pytest.raises(LinkExists):
        make(us, name="Other", url=None, consumer=Consumer("any", secret=CANARY))
    assert [link.name for link in us.links.values()] == ["Any"]
    assert us.secrets == {}


# ---- addresses of the dance


@pytest.mark.parametrize(
    "said",
    [
        Endpoints("oauth/request", "oauth/authorize", "oauth/access"),
        Endpoints("https://api.example.com/request", "https://www.example.com/authorize", "https://api.example.com/access"),
        Endpoints("/request/", "https://any.example.com/index.php?title=Special:OAuth/authorize", "index.php?a=1&b=2"),
    ],
)
def test_a_provider_may_have_addresses_of_its_own_for_the_dance(us, said):
    """R-11"""
    link = make(us, provider=Provider(endpoints=said))
    assert link.outgoing.endpoints == said
    assert all(address.startswith("https://") for address in astuple(endpoints_of(link)))


def test_what_is_no_address_of_the_web_lies_below_the_links_own_one(us):
    """T-47"""
    link = make(us, provider=Provider(endpoints=Endpoints("r", "javascript:alert(1)", "a")))
    assert endpoints_of(link).authorize == f"{URL}/javascript:alert(1)"


@pytest.mark.parametrize(
    "odd",
    [
        "http://api.example.com/x",
        "https://user@api.example.com/x",
        "https://api.example.com/../x",
        "../x",
        "a b",
        "https://api.example.com/x#y",
        "https://api.example.com/x?a b",
        "https://api.example.com/x?\r\nHost: evil",
        "https://api.example.com\\@evil.example.com/x",
    ],
)
@pytest.mark.parametrize("place", ["request_token", "authorize", "access_token"])
def test_no_token_and_nobody_is_sent_to_an_odd_address(us, place, odd):
    """S-09, T-32, T-42"""
    said = replace(Endpoints("request", "authorize", "access"), **{place: odd})
    with pytest.raises((ConfigurationError, PairingRefused)):
        make(us, provider=Provider(endpoints=said))
    assert us.links == {}


def test_nothing_is_fetched_for_a_link_by_hand(us):
    make(us, consumer=Consumer("any", KEY), provider=Provider())
    assert "Ask" not in us.kinds()


@pytest.mark.parametrize("url", [URL, None])
def test_a_paired_application_that_took_the_id_of_another_address_gets_neither_its_link_nor_its_secret(us, url):
    """T-37: ids are said by the applications themselves, and those of links by hand can be foreseen."""
    consumer, provider = Consumer("any", KEY), Provider(secret=CANARY) if url else None
    id = make(us, url=url, consumer=consumer, provider=provider).id  # noqa: A001
    them = InMemory("Them", url="https://them.example.com")
    them.identity = replace(them.identity, id=id)
    front = InMemory("Front")
    taken = front.save(link_to(them))
    with pytest.raises(LinkExists):
        make(front, url=url, consumer=consumer, provider=provider)
    assert (list(front.links.values()), front.secrets) == ([taken], {})
