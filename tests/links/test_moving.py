"""A link follows the other application to another address."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from applinks.announcements import ConsentEnded
from applinks.errors import ConfigurationError, LinkExists, LinkNotFound, PairingRefused, TransportFailed
from applinks.links import (
    AccessToken,
    Consumer,
    Endpoints,
    FactsFor,
    Grant,
    KeepSecret,
    KeepToken,
    Level,
    Provider,
    SecretOf,
    SecretUse,
    moving,
    register,
    signing_keys,
)
from applinks.people import Policy
from applinks.wire import mending
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import NOW, InMemory, connect, key_of, linked

NEW = "https://new.example.com/wiki"


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front", type="bitbucket")


@pytest.fixture
def them(us: InMemory) -> InMemory:
    other = InMemory("Wiki", type="confluence")
    connect(us, other)
    linked(us, other, policy=Policy(methods=frozenset({"GET"})))
    return other


def to(application: InMemory, url: str = NEW) -> InMemory:
    """It is at another address now."""
    application.identity = replace(application.identity, url=url)
    return application


def move(us: InMemory, url: str = NEW, name: str = "Wiki", **how):
    return us.run(moving.move(us.link(name), url, by="root", **how))


def silent_about(path: str, us: InMemory) -> None:
    """An application that serves everything but that, as a product does."""
    network = us.network
    us.network = lambda request: Response(404) if request.url.endswith(path) else network(request)


# ---- proven


def test_who_proves_at_the_new_address_to_have_the_key_is_followed_with_everything(us, them):
    before = us.link("Wiki")
    us.answer(KeepToken(AccessToken(before.id, "alice", "token", "", int(NOW))))
    us.grants["g"] = Grant("g", before.id, "bob", "digest", "", "", 1, 2**40, 2**40)
    to(them)
    moved = move(us)
    assert (moved.proven, moved.before, moved.old_id, moved.secret_needed, moved.dropped) == (
        True, "https://wiki.example.com", None, False, (),
    )  # fmt: skip
    assert moved.link == us.link("Wiki") == replace(before, application_url=NEW, display_url=NEW)
    assert us.answer(FactsFor(before.id, "alice")).token.token == "token"
    assert us.grants["g"].link_id == before.id
    assert [(entry.kind, entry.actor, entry.link) for entry in us.entries] == [("link moved", "root", "Wiki")]


def test_an_application_whose_new_key_we_do_not_know_yet_proves_itself_by_the_one_that_we_do(us, them):
    them.run(signing_keys.rotate(by="root"))
    to(them)
    assert move(us).proven


def test_addresses_below_the_old_one_follow_and_others_stay(us, them):
    link = us.link("Wiki")
    endpoints = Endpoints("request", "https://wiki.example.com/authorize?x=1", "https://elsewhere.example.com/access")
    us.save(
        replace(
            link,
            display_url="https://people.example.com",
            outgoing=replace(link.outgoing, endpoints=endpoints),
            incoming=replace(link.incoming, callback="https://wiki.example.community/back"),
        )
    )
    to(them)
    link = move(us).link
    assert link.outgoing.endpoints == Endpoints("request", f"{NEW}/authorize?x=1", "https://elsewhere.example.com/access")
    assert (link.display_url, link.incoming.callback) == ("https://people.example.com", "https://wiki.example.community/back")


def test_an_application_with_another_key_is_refused_even_if_the_administrator_is_sure(us, them):
    to(them)
    them.key = key_of("stranger")
    for unproven in (False, True):
        with pytest.raises(PairingRefused, match="does not have the key"):
            move(us, unproven=unproven)
    assert us.link("Wiki").application_url == "https://wiki.example.com"
    assert us.entries == []


def test_whoever_passes_the_question_on_gets_no_proof_for_his_own_address(us, them):
    """T-37: the proof names the address that the real application believes to have."""
    network = us.network

    def passing_on(request: Request) -> Response:
        return network(replace(request, url=request.url.replace("https://evil.example.com", them.identity.url)))

    us.network = passing_on
    for unproven in (False, True):
        with pytest.raises(PairingRefused, match="says that its address is"):
            move(us, "https://evil.example.com", unproven=unproven)

    def lying(request: Request) -> Response:
        answer = passing_on(request)
        return replace(answer, body=answer.body.replace(b"https://wiki.example.com", b"https://evil.example.com"))

    us.network = lying
    with pytest.raises(PairingRefused, match="does not have the key"):
        move(us, "https://evil.example.com", unproven=True)


def test_a_proof_that_was_made_for_another_receiver_or_another_challenge_is_refused(us, them):
    to(them)
    network = us.network
    made = json.loads(us.network(Request("POST", f"{NEW}/{mending.PROOF_PATH}")).body)
    assert "message" in made, "without a challenge there is no proof"
    other = them.run(moving.prove("another-receiver", "c" * 43))
    us.network = lambda request: (
        Response(200, (), json.dumps(other).encode()) if mending.PROOF_PATH in request.url else network(request)
    )
    with pytest.raises(PairingRefused, match="does not have the key"):
        move(us)


@pytest.mark.parametrize(
    ("asker", "challenge"), [("", "c" * 43), ("a b", "c" * 43), ("x", ""), ("x", "c\nd" * 20), ("x", "c" * 101)]
)
def test_what_is_no_challenge_is_not_signed(them, asker, challenge):
    with pytest.raises(PairingRefused):
        them.run(moving.prove(asker, challenge))


def test_the_id_of_a_link_follows_too_where_the_key_is_proven(us, them):
    """R-10: reinstalled under another id, with the key that we know."""
    old = us.link("Wiki").id
    us.answer(KeepToken(AccessToken(old, "alice", "token", "", int(NOW))))
    them.identity = replace(to(them).identity, id="another-id")
    moved = move(us)
    assert (moved.old_id, moved.link.id, moved.link.name) == (old, "another-id", "Wiki")
    assert us.answer(FactsFor("another-id", "alice")).token.token == "token"
    assert us.answer(FactsFor(old)) is None
    assert [change for entry in us.entries for change in entry.changes][-1] == ("id", old, "another-id"), "R-47"


@pytest.mark.parametrize("id", ["a/b", "..%2f", "a?b", "a;b", "<b>", "a b", "", "x" * 65])
def test_no_link_takes_an_id_that_no_path_can_hold(us, them, id):  # noqa: A002
    """T-51: the HTTP interface refuses such paths, and nobody could change or delete the link by it."""
    them.identity = replace(to(them).identity, id=id)
    with pytest.raises(PairingRefused):
        move(us)


def test_no_link_takes_our_own_id(us, them):
    """T-37"""
    them.identity = replace(to(them).identity, id=us.identity.id)
    with pytest.raises(PairingRefused, match="id of this very application"):
        move(us)
    assert us.link("Wiki").application_url == "https://wiki.example.com"


def test_a_key_that_was_replaced_while_it_proved_itself_moves_nothing(us, them):
    """T-37: an administrator who has just taken the trust away from a stolen key is not overtaken by its thief."""
    to(them)
    network = us.network

    def replaced_meanwhile(request: Request) -> Response:
        us.run(signing_keys.change_public_key(us.link("Wiki"), key_of("fresh").public.text, overlap=0, by="root"))
        return network(request)

    us.network = replaced_meanwhile
    with pytest.raises(PairingRefused, match="does not count any more"):
        move(us)
    assert us.link("Wiki").application_url == "https://wiki.example.com"


def test_an_id_that_another_link_has_is_refused_before_anything_changes(us, them):
    other = InMemory("Archive")
    connect(us, them, other)
    linked(us, other)
    them.identity = replace(to(them).identity, id=other.identity.id)
    with pytest.raises(LinkExists, match="linked already, as 'Archive'"):
        move(us)
    assert us.link("Wiki").application_url == "https://wiki.example.com"


# ---- secrets


def test_a_shared_secret_stays_where_it_was_entered_for_and_the_result_says_so(us, them):
    """T-37, C-41, C-45: even a proven move sends no secret to another origin."""
    link = us.link("Wiki")
    by_secret = replace(link.outgoing, signature_method=SignatureMethod.HMAC_SHA1)
    link = us.save(replace(link, outgoing=by_secret))
    us.answer(KeepSecret(link.id, SecretUse.OUTGOING_OAUTH, link.origin, "secret"))
    us.answer(KeepToken(AccessToken(link.id, "alice", "token", "", int(NOW))))
    to(them)
    moved = move(us)
    assert (moved.proven, moved.secret_needed, moved.dropped) == (True, True, ())
    facts = us.answer(FactsFor(link.id, "alice"))
    assert (facts.secret, facts.token.token) == (None, "token")
    assert us.answer(SecretOf(link.id, SecretUse.OUTGOING_OAUTH, link.origin)) == "secret"


def test_below_the_same_origin_the_secret_goes_on(us, them):
    link = us.link("Wiki")
    link = us.save(replace(link, outgoing=replace(link.outgoing, level=Level.BASIC, account="service")))
    us.answer(KeepSecret(link.id, SecretUse.OUTGOING_BASIC, link.origin, "password"))
    to(them, "https://wiki.example.com/deeper")
    assert not move(us, "https://wiki.example.com/deeper").secret_needed
    to(them)
    assert move(us).secret_needed


def test_unproven_consents_of_a_link_by_a_secret_are_dropped(us, them):
    """T-37: token and secret could be used together by whoever is there; a token alone is of no use without our key."""
    link = us.link("Wiki")
    link = us.save(replace(link, outgoing=replace(link.outgoing, signature_method=SignatureMethod.HMAC_SHA1)))
    us.answer(KeepToken(AccessToken(link.id, "alice", "token", "", int(NOW))))
    to(them)
    silent_about(mending.PROOF_PATH, us)
    moved = move(us, unproven=True)
    assert (moved.proven, moved.dropped) == (False, ("alice",))
    assert us.answer(FactsFor(link.id, "alice")).token is None
    assert us.told == [ConsentEnded(link.id, "Wiki", "alice")]


# ---- unproven


def test_a_product_cannot_prove_itself_and_is_followed_only_if_the_administrator_says_so(us, them):
    before = us.link("Wiki")
    us.answer(KeepToken(AccessToken(before.id, "alice", "token", "", int(NOW))))
    to(them)
    silent_about(mending.PROOF_PATH, us)
    with pytest.raises(PairingRefused, match="cannot prove") as refused:
        move(us)
    assert "--unproven" in refused.value.remedy
    assert us.link("Wiki") == before
    moved = move(us, unproven=True)
    assert (moved.proven, moved.dropped, moved.link.application_url) == (False, (), NEW)
    assert us.answer(FactsFor(before.id, "alice")).token.token == "token"
    assert [entry.kind for entry in us.entries] == ["link moved unproven"]


@pytest.mark.parametrize("answer", [Response(200, (), b"<html>"), Response(200, (), b"[]"), Response(500), Response(302)])
def test_anything_else_than_a_proof_is_none(us, them, answer):
    to(them)
    network = us.network
    us.network = lambda request: answer if mending.PROOF_PATH in request.url else network(request)
    with pytest.raises(PairingRefused, match="cannot prove"):
        move(us)


def test_unproven_the_manifest_must_carry_the_same_id(us, them):
    """T-37"""
    other = to(InMemory("Another wiki"), NEW)
    connect(us, them, other)
    silent_about(mending.PROOF_PATH, us)
    with pytest.raises(PairingRefused, match="is another one than 'Wiki'"):
        move(us, unproven=True)


def test_unproven_there_must_be_a_manifest(us, them):
    us.network = lambda request: Response(404)
    with pytest.raises(PairingRefused, match="no manifest"):
        move(us, unproven=True)


def test_a_link_that_was_made_by_hand_goes_by_the_word_of_its_administrator_and_can_be_registered_again(us):
    us.network = lambda request: Response(404)
    said = {"provider": Provider(), "consumer": Consumer("theirs", key_of("theirs").public.text)}
    us.run(register("Old thing", "https://old.example.com", **said, by="root"))
    with pytest.raises(PairingRefused, match="cannot prove"):
        move(us, "https://new.example.com", "Old thing")
    moved = move(us, "https://new.example.com", "Old thing", unproven=True)
    again = us.run(register("Old thing", "https://new.example.com", **said, by="root"))
    assert (again.id, moved.old_id is not None) == (moved.link.id, True)


# ---- what is no address


@pytest.mark.parametrize("url", ["http://new.example.com", "https://u@new.example.com", "ftp://x", "https://x/?q", "nothing"])
def test_only_a_plain_address_over_https_will_do(us, them, url):
    """S-09"""
    with pytest.raises(PairingRefused):
        move(us, url, unproven=True)


def test_plain_http_will_do_where_it_is_allowed(us, them):
    us.plain_http = True
    to(them, "http://new.example.com")
    assert move(us, "http://new.example.com").proven


def test_where_nobody_answers_nothing_changes(us, them):
    with pytest.raises(TransportFailed):
        move(us)
    assert us.link("Wiki").application_url == "https://wiki.example.com"


def test_the_address_that_it_has_already_is_no_move(us, them):
    moved = move(us, "https://wiki.example.com/")
    assert (moved.link, us.entries) == (us.link("Wiki"), [])


def test_a_link_without_an_address_cannot_move(us):
    us.run(register("Caller", None, consumer=Consumer("key", key_of("x").public.text), by="root"))
    with pytest.raises(ConfigurationError, match="no address"):
        move(us, name="Caller")


def test_a_link_that_was_deleted_meanwhile_stays_deleted(us, them):
    link = us.link("Wiki")
    to(them)
    us.remove(link.id)
    with pytest.raises(LinkNotFound):
        us.run(moving.move(link, NEW, by="root"))


def test_of_two_who_move_it_at_once_the_second_is_told(us, them):
    stale = us.link("Wiki")
    to(them)
    move(us)
    to(them, "https://third.example.com")
    with pytest.raises(PairingRefused, match="Somebody else"):
        us.run(moving.move(stale, "https://third.example.com", by="root"))
