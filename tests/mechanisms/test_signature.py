"""What the three OAuth 1.0a mechanisms share: signing, and the examination that known and unknown senders get alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from answering import run
from applinks.errors import ConfigurationError, MethodForbidden, NoProof
from applinks.links import ClockSkew, FactsFor, KeepSecret, LearnSkew, Level, Link, SecretOf, SecretUse
from applinks.mechanisms import examine, sign, two_legged
from applinks.mechanisms.signature import NOBODYS_KEY, NOBODYS_SECRET, refusal
from applinks.questions import Moment, Now
from applinks.wire import oauth1, problems
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SharedSecret, SignatureMethod
from in_memory import NOW, InMemory, key_of
from mechanisms.halves import URL, Pair

HMAC, RSA = SignatureMethod.HMAC_SHA1, SignatureMethod.RSA_SHA256
SECRET = "kept between the two of them"


def by_hmac(method: SignatureMethod = HMAC) -> Pair:
    """Linked by a secret that both hold, and by no key."""
    pair = Pair(two_legged, method=method)
    pair.front.save(replace(pair.ours, outgoing=replace(pair.ours.outgoing, fixed_user=True)))
    pair.wiki.save(replace(pair.theirs, incoming=replace(pair.theirs.incoming, public_key=None, execute_as="deployment")))
    pair.front.answer(KeepSecret(pair.ours.id, SecretUse.OUTGOING_OAUTH, pair.ours.origin, SECRET))
    pair.wiki.answer(KeepSecret(pair.theirs.id, SecretUse.INCOMING_OAUTH, "", SECRET))
    return pair


def claimed(key: Any, method: SignatureMethod, consumer: str = "", at: float = NOW) -> oauth1.Claim:
    """What somebody sends who signs so."""
    credentials = oauth1.Credentials(consumer or InMemory("Front").identity.consumer_key, key, method, token="")
    claim = oauth1.read(oauth1.sign(Request("GET", URL), credentials, timestamp=int(at), nonce="n").request)
    assert claim is not None
    return claim


def checked(pair: Pair, claim: oauth1.Claim, link: Link | None) -> tuple[Any, Any]:
    return pair.wiki.run(examine(claim, link, pair.wiki.now))


# ---- signing


def test_the_clock_of_the_far_side_is_asked_for_with_each_signature():
    """T-12: as far as it was learnt."""
    pair = by_hmac()
    pair.front.answer(LearnSkew(pair.ours.id, 120.0))
    for _ in range(2):
        claim = oauth1.read(pair.proven())
        assert claim.timestamp == int(NOW - 120)
    assert pair.front.kinds().count("ClockSkew") == pair.front.kinds().count("Now") == 2


def test_the_consumer_key_is_our_own_unless_the_far_side_knows_us_by_another():
    pair = by_hmac()
    assert oauth1.read(pair.proven()).consumer_key == pair.front.identity.consumer_key
    pair.front.save(replace(pair.ours, outgoing=replace(pair.ours.outgoing, consumer_key="OauthKey")))
    assert oauth1.read(pair.proven()).consumer_key == "OauthKey"


@pytest.mark.parametrize("method", list(SignatureMethod))
def test_each_method_is_signed_with_the_key_that_fits_it(method):
    pair = by_hmac(method)
    key = SharedSecret(SECRET) if method.startswith("HMAC") else pair.front.key.public
    claim = oauth1.read(pair.proven())
    assert claim.method is method
    assert oauth1.verify(claim, key)


def test_a_link_that_signs_with_a_secret_and_has_none_is_an_error_that_says_so():
    """T-07: nothing is ever signed with an empty secret."""
    pair = by_hmac()
    pair.front.answer(KeepSecret(pair.ours.id, SecretUse.OUTGOING_OAUTH, pair.ours.origin, None))
    with pytest.raises(ConfigurationError, match=r"none is set for https://wiki\.example\.com") as missing:
        pair.proven()
    assert missing.value.link == "Wiki"
    assert "applinks link secret" in missing.value.remedy


def test_a_secret_does_not_follow_the_link_to_another_origin():
    """T-37"""
    pair = by_hmac()
    pair.front.save(replace(pair.ours, application_url="https://wiki.evil.example"))
    with pytest.raises(ConfigurationError, match=r"none is set for https://wiki\.evil\.example"):
        pair.proven()


def test_each_signature_has_a_nonce_and_a_time_of_its_own():
    pair = by_hmac()
    first, second = oauth1.read(pair.proven()), oauth1.read(pair.proven())
    assert first.nonce != second.nonce


@pytest.mark.parametrize(("token", "written"), [("", 'oauth_token=""'), ("abc", 'oauth_token="abc"'), (None, None)])
def test_a_token_travels_empty_or_not_at_all_as_the_message_wants_it(token, written):
    """protocol.md 1.3, 1.8: empty and present for two-legged calls, absent where a request token is asked for."""
    pair = by_hmac(RSA)
    facts = pair.front.answer(FactsFor(pair.ours.id))
    proof = run(sign(Request("POST", URL), facts, token=token), {Now: Moment(NOW, "n"), ClockSkew: 0.0})
    header = proof.request.header("authorization")
    assert written in header if written else "oauth_token" not in header


# ---- the same work, and the same answer


def links_of(pair: Pair) -> dict[str, Link | None]:
    incoming = pair.theirs.incoming
    return {
        "known": pair.theirs,
        "unknown": None,
        "disabled": replace(pair.theirs, incoming=replace(incoming, level=Level.DISABLED)),
        "pinned to another method": replace(
            pair.theirs, incoming=replace(incoming, signature_method=SignatureMethod.RSA_SHA512)
        ),
    }


@pytest.mark.parametrize("whose", links_of(by_hmac()))
@pytest.mark.parametrize("method", [HMAC, SignatureMethod.HMAC_SHA256, RSA])
@pytest.mark.parametrize("second", [0, 4000], ids=["in time", "late"])
def test_as_many_signatures_are_verified_and_secrets_looked_for_whoever_sends(whose, method, second, monkeypatch):
    """T-07, T-28: strangers cost what friends cost, late ones too. What no key fits is tried with two, for everybody."""
    pair, verified = by_hmac(), []
    real = oauth1.verify
    monkeypatch.setattr(oauth1, "verify", lambda claim, key: verified.append(key) or real(claim, key))
    key = pair.front.key if method is RSA else SharedSecret(SECRET)
    checked(pair, claimed(key, method, at=NOW - second), links_of(pair)[whose])
    assert len(verified) == (2 if method is RSA else 1)
    assert pair.wiki.kinds().count("SecretOf") == (0 if method is RSA else 1)


@pytest.mark.parametrize("whose", [name for name in links_of(by_hmac()) if name != "known"])
@pytest.mark.parametrize("method", [HMAC, RSA])
def test_a_sender_that_is_not_trusted_is_told_nothing_of_the_reason(whose, method):
    """T-07, T-28"""
    pair = by_hmac()
    key = pair.front.key if method is RSA else SharedSecret(SECRET)
    _, refused = checked(pair, claimed(key, method), links_of(pair)[whose])
    assert (refused.problem, refused.companions) == ("signature_invalid", ())


@pytest.mark.parametrize("key", ["", NOBODYS_SECRET, SECRET.upper(), f"{SECRET} "])
def test_no_other_secret_will_do(key):
    """T-07: neither an empty one, nor the one that stands for nobody's."""
    pair = by_hmac()
    for link in (pair.theirs, None):
        try:
            claim = claimed(SharedSecret(key), HMAC)
        except ConfigurationError:
            continue
        assert checked(pair, claim, link)[1].problem == "signature_invalid"


def test_a_stranger_who_knows_what_stands_for_nobodys_secret_is_still_a_stranger():
    """T-07: the comparison may hold; the sender is unknown all the same."""
    pair = by_hmac()
    checks, refused = checked(pair, claimed(SharedSecret(NOBODYS_SECRET), HMAC, consumer="Stranger"), None)
    assert ("signature", "ok") in checks
    assert refused.problem == "signature_invalid"


def test_a_link_by_hmac_whose_secret_is_missing_admits_nobody():
    """T-07"""
    pair = by_hmac()
    pair.wiki.answer(KeepSecret(pair.theirs.id, SecretUse.INCOMING_OAUTH, "", None))
    for key in (SECRET, NOBODYS_SECRET):
        assert checked(pair, claimed(SharedSecret(key), HMAC), pair.theirs)[1].problem == "signature_invalid"


def test_the_secret_of_a_disabled_link_is_not_even_looked_at():
    """T-07"""
    pair = by_hmac()
    checked(pair, claimed(SharedSecret(SECRET), HMAC), links_of(pair)["disabled"])
    (asked,) = [question for question in pair.wiki.asked if isinstance(question, SecretOf)]
    assert asked == SecretOf("", SecretUse.INCOMING_OAUTH, "")


@pytest.mark.parametrize(("used", "pinned"), list(product(SignatureMethod, SignatureMethod)), ids=str)
def test_the_link_pins_the_method_though_it_has_a_key_and_a_secret(used, pinned):
    """T-05, T-06"""
    pair = by_hmac()
    key_too = replace(pair.theirs.incoming, public_key=pair.front.key.public.text, signature_method=pinned)
    key = SharedSecret(SECRET) if used.startswith("HMAC") else pair.front.key
    _, refused = checked(pair, claimed(key, used), replace(pair.theirs, incoming=key_too))
    assert (refused is None) is (used is pinned)


def test_hmac_with_the_public_key_as_secret_is_no_proof():
    """T-05, C-15"""
    pair = by_hmac()
    with_key = replace(pair.theirs, incoming=replace(pair.theirs.incoming, public_key=pair.front.key.public.text))
    assert checked(pair, claimed(SharedSecret(pair.front.key.public.text), HMAC), with_key)[1].problem == "signature_invalid"


@pytest.mark.parametrize("whose", ["known", "unknown"])
def test_a_method_that_the_platform_forbids_is_told_as_that_and_not_as_a_wrong_signature(whose, monkeypatch):
    """protocol.md 1.2: whoever sends."""

    def forbidden(*_):
        raise MethodForbidden("RSA-SHA1 is forbidden here.")

    pair = by_hmac()
    monkeypatch.setattr(oauth1, "verify", forbidden)
    _, refused = checked(pair, claimed(SharedSecret(SECRET), HMAC), links_of(pair)[whose])
    assert isinstance(refused, NoProof)
    assert refused.problem == "signature_method_rejected"


def test_what_stands_for_nobodys_key_is_a_key_like_others():
    """T-07"""
    assert PublicKey.read(NOBODYS_KEY).bits == InMemory("Front").key.public.bits


# ---- what the far side says against it


@pytest.mark.parametrize("problem", problems.STATUS)
def test_each_problem_of_the_table_is_read(problem):
    """protocol.md 1.6"""
    assert refusal(problems.refusal("https://wiki.example.com", problem)).name == problem


@pytest.mark.parametrize("status", [200, 204, 302])
def test_below_400_nothing_is_refused_whatever_the_text(status):
    assert refusal(Response(status, (), b"oauth_problem=token_rejected")) is None


# ---- a token that is not known


@pytest.mark.parametrize("whose", ["known", "unknown"])
def test_an_hmac_over_an_unknown_token_is_told_to_be_about_the_token(whose):
    """protocol.md 1.6: nobody could verify it; a revoked token must not look like a wrong secret."""
    pair = by_hmac()
    claim = claimed(SharedSecret(SECRET, "of the token that was revoked"), HMAC)
    link = pair.theirs if whose == "known" else None
    _, refused = pair.wiki.run(examine(claim, link, NOW, token_secret=None))
    assert refused.problem == "token_rejected"


def test_an_rsa_signature_needs_no_token_secret_and_is_told_as_it_is():
    pair = Pair(two_legged)
    claim = claimed(key_of("a stranger"), RSA)
    _, refused = pair.wiki.run(examine(claim, pair.theirs, NOW, token_secret=None))
    assert refused.problem == "signature_invalid"


# ---- the key before the present one


def overlapping(until: float = NOW + 60, **incoming: Any) -> tuple[Pair, Link]:
    """Front has the key `fresh` since a while; the one before holds for a minute more."""
    pair = Pair(two_legged, method=RSA)
    known = pair.theirs.incoming.with_key(key_of("fresh").public.text, int(until))
    return pair, replace(pair.theirs, incoming=replace(known, **incoming))


@pytest.mark.parametrize("key", ["Front", "fresh"])
def test_while_two_keys_overlap_both_hold(key):
    pair, link = overlapping()
    checks, refused = checked(pair, claimed(key_of(key), RSA), link)
    assert refused is None
    assert all(outcome == "ok" for _, outcome in checks)


def test_an_old_key_whose_time_is_over_is_as_wrong_as_any_other():
    pair, link = overlapping(until=NOW)
    _, refused = checked(pair, claimed(key_of("Front"), RSA), link)
    assert refused.problem == "signature_invalid"


def test_the_pinned_method_holds_for_the_old_key_too():
    """T-05, T-06"""
    pair, link = overlapping()
    for key in ("Front", "fresh"):
        _, refused = checked(pair, claimed(key_of(key), SignatureMethod.RSA_SHA1), link)
        assert refused.problem == "signature_invalid"


def test_an_old_key_is_no_help_on_a_disabled_link_or_to_another_consumer():
    """T-17"""
    pair, link = overlapping(level=Level.DISABLED)
    assert checked(pair, claimed(key_of("Front"), RSA), link)[1].problem == "signature_invalid"
    assert checked(pair, claimed(key_of("Front"), RSA), None)[1].problem == "signature_invalid"


@pytest.mark.parametrize("whose", ["known, overlapping", "known", "unknown"])
def test_what_no_key_fits_costs_the_same_whether_keys_overlap_or_not(whose, monkeypatch):
    """T-07"""
    pair, link = overlapping()
    links = {"known, overlapping": link, "known": pair.theirs, "unknown": None}
    verified, real = [], oauth1.verify
    monkeypatch.setattr(oauth1, "verify", lambda claim, key: verified.append(key) or real(claim, key))
    checked(pair, claimed(key_of("stranger"), RSA), links[whose])
    assert len(verified) == 2


def test_nobodys_key_never_stands_in_for_a_previous_one(monkeypatch):
    """T-07: were its private half known to somebody after all, he could still call over no link."""
    monkeypatch.setattr("applinks.mechanisms.signature.NOBODYS_KEY", key_of("nobody").public.text)
    pair, _ = overlapping()
    assert checked(pair, claimed(key_of("nobody"), RSA), pair.theirs)[1].problem == "signature_invalid"


def test_an_old_key_proves_nothing_by_hmac():
    """C-15: a public key is no secret."""
    pair, link = overlapping(signature_method=HMAC)
    known = PublicKey.read(link.incoming.previous_key).text
    assert checked(pair, claimed(SharedSecret(known), HMAC), link)[1].problem == "signature_invalid"
