"""What we tell other applications of ours: two in memory, each answering what the other asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from applinks.errors import AccessRefused, ConfigurationError, FarSideError, TransportFailed
from applinks.links import FactsFor, KeepSecret, Level, SecretUse, Told, signing_keys
from applinks.outgoing import telling
from applinks.people import acting
from applinks.wire import mending, problems
from applinks.wire.encoding import parse_form
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory, connect, link_to, linked


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front", type="bitbucket")


@pytest.fixture
def them(us: InMemory) -> InMemory:
    other = InMemory("Wiki", type="confluence")
    connect(us, other)
    linked(us, other)
    return other


def rotate(us: InMemory) -> None:
    us.run(signing_keys.rotate(by="root"))


def announce(us: InMemory, only: str | None = None) -> dict[str, Any]:
    status = us.run(telling.announce_key(us.link(only) if only else None, by="root"))
    return {link.link: (link.current, link.told, link.why) for link in status.links}


def answering(us: InMemory, answer: Response | Exception) -> list[Request]:
    """From now on everybody answers that."""
    asked: list[Request] = []

    def network(request: Request) -> Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    us.network = network
    return asked


# ---- a new key


def test_an_announced_key_is_used_at_once_and_the_other_application_knows_it(us, them):
    old = us.key
    rotate(us)
    assert announce(us) == {"Wiki": (True, Told.TOLD, None)}
    theirs = them.link("Front").incoming
    assert (theirs.public_key, theirs.previous_key) == (us.key.public.text, old.public.text)
    assert us.answer(FactsFor(us.link("Wiki").id)).key is us.key
    assert us.outcomes("key announced") == ["told"]


def test_what_is_told_is_signed_as_a_whole_and_names_nobody(us, them):
    rotate(us)
    asked, network = [], us.network
    us.network = lambda request: asked.append(request) or network(request)
    announce(us)
    (request,) = asked
    assert request.is_form()
    assert {name for name, _ in parse_form(request.body.decode())} == {"key", "proof"}
    assert "oauth_token" not in request.header("authorization")


def test_who_has_heard_it_is_not_told_again_unless_he_is_named(us, them):
    rotate(us)
    announce(us)
    announce(us)
    assert us.outcomes("key announced") == ["told"]
    before = them.link("Front")
    announce(us, "Wiki")
    assert us.outcomes("key announced") == ["told"] * 2
    assert them.link("Front") == before


def test_an_answer_that_was_lost_does_no_harm(us, them):
    """The announcement arrived, and we do not know it: said again, it is signed by the key that holds by now."""
    rotate(us)
    network = us.network

    def losing(request: Request) -> Response:
        network(request)
        raise TransportFailed("broke off")

    us.network = losing
    assert announce(us) == {"Wiki": (False, Told.UNREACHABLE, "broke off")}
    us.network = network
    assert announce(us) == {"Wiki": (True, Told.TOLD, None)}


@pytest.mark.parametrize(
    ("answer", "told", "why"),
    [
        (Response(404), Told.BY_HAND, None),
        (Response(302), Told.BY_HAND, None),
        (Response(200, (), b"<html>"), Told.BY_HAND, None),
        (Response(405), Told.BY_HAND, None),
        (problems.refusal("", "permission_denied"), Told.REFUSED, "permission_denied"),
        (problems.refusal("", "signature_invalid"), Told.REFUSED, "signature_invalid"),
        (Response(503), Told.UNREACHABLE, "status 503"),
        (Response(400, (), b'{"message": "no"}'), Told.REFUSED, "no"),
        (TransportFailed("away"), Told.UNREACHABLE, "away"),
    ],
)
def test_what_came_of_it_is_told_and_written_down_and_the_link_goes_on_with_its_key(us, them, answer, told, why):
    rotate(us)
    answering(us, answer)
    assert announce(us) == {"Wiki": (False, told, why)}
    assert us.outcomes("key announced") == [f"{told}: {why}" if why else told]


def test_an_administrator_can_enter_it_and_the_next_announcement_finds_out(us, them):
    old = us.key
    rotate(us)
    them.run(signing_keys.change_public_key(them.link("Front"), us.key.public.text, overlap=0, by="root"))
    assert us.answer(FactsFor(us.link("Wiki").id)).key is old
    assert announce(us) == {"Wiki": (True, Told.TOLD, None)}


def test_one_that_cannot_be_reached_keeps_nobody_else_from_hearing_it(us, them):
    us.save(link_to(InMemory("Away")))
    rotate(us)
    assert announce(us)["Wiki"] == (True, Told.TOLD, None)
    assert announce(us)["Away"][1] is Told.UNREACHABLE


def test_links_by_a_secret_or_by_basic_are_not_told(us, them):
    link = us.link("Wiki")
    us.save(replace(link, outgoing=replace(link.outgoing, signature_method=SignatureMethod.HMAC_SHA1)))
    us.save(link_to(InMemory("Other"), level=Level.BASIC))
    rotate(us)
    asked = answering(us, Response(200))
    assert announce(us) == {}
    announce(us, "Wiki")
    announce(us, "Other")
    assert asked == []


# ---- a new address


def test_an_address_that_is_announced_is_followed_by_those_who_find_us_there(us, them):
    us.identity = replace(us.identity, url="https://moved.example.com")
    (told,) = us.run(telling.announce_address(by="root"))
    assert (told.link, told.told, told.why) == ("Wiki", Told.TOLD, None)
    assert them.link("Front").application_url == "https://moved.example.com"
    assert [(entry.kind, entry.actor) for entry in them.entries] == [("link moved", None)]
    assert us.outcomes("address announced") == ["told"]


def test_who_does_not_find_us_there_does_not_follow_and_says_why(us, them):
    them.network = lambda request: Response(404)
    us.identity = replace(us.identity, url="https://moved.example.com")
    (told,) = us.run(telling.announce_address(us.link("Wiki"), by="root"))
    assert (told.told, "was not proven" in told.why) == (Told.REFUSED, True)
    assert them.link("Front").application_url == "https://front.example.com"


def test_links_without_an_address_or_a_signature_are_left_out_or_done_by_hand(us):
    us.save(replace(link_to(InMemory("Caller")), application_url=""))
    us.save(link_to(InMemory("Other"), level=Level.BASIC))
    (told,) = us.run(telling.announce_address(by="root"))
    assert (told.link, told.told) == ("Other", Told.BY_HAND)


# ---- that a link is deleted


def delete(us: InMemory, *, both: bool = True, who: str | None = None) -> telling.Deleted:
    link = us.link("Wiki")
    if who is None:
        return us.run(telling.delete(link, both=both, by="root", acting=None))
    with us.acting_as(who):
        return us.run(telling.delete(link, both=both, by="root", acting=acting()))


def test_both_ends_are_deleted_and_the_other_one_says_who_wanted_it(us, them):
    assert delete(us) == telling.Deleted("Wiki", 200)
    assert us.links == them.links == {}
    assert [(e.kind, e.actor, e.link) for e in them.entries] == [("link deleted by the other application", None, "Front")]
    assert [(e.kind, e.actor, e.link) for e in us.entries] == [("link deleted", "root", "Wiki")]


def test_where_only_our_end_is_meant_nobody_is_asked(us, them):
    asked = answering(us, Response(200))
    assert delete(us, both=False) == telling.Deleted("Wiki", None)
    assert (asked, len(them.links)) == ([], 1)


def test_a_link_by_a_secret_is_deleted_at_both_ends_too(us, them):
    for one, link in ((us, us.link("Wiki")), (them, them.link("Front"))):
        method = SignatureMethod.HMAC_SHA1
        incoming = replace(link.incoming, signature_method=method, public_key=None)
        one.save(replace(link, outgoing=replace(link.outgoing, signature_method=method), incoming=incoming))
    us.answer(KeepSecret(us.link("Wiki").id, SecretUse.OUTGOING_OAUTH, us.link("Wiki").origin, "secret"))
    them.answer(KeepSecret(them.link("Front").id, SecretUse.INCOMING_OAUTH, "", "secret"))
    delete(us)
    assert us.links == them.links == {}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (TransportFailed("away", remedy="Check it."), TransportFailed),
        (Response(503), FarSideError),
        (problems.refusal("", "signature_invalid"), AccessRefused),
    ],
)
def test_where_the_other_end_is_not_deleted_ours_is_not_and_the_error_says_so(us, them, answer, error):
    answering(us, answer)
    with pytest.raises(error) as failed:
        delete(us)
    assert "Nothing was deleted. To delete our end alone" in failed.value.remedy
    assert list(us.links)


def test_a_link_without_an_address_cannot_be_asked(us, them):
    us.save(replace(us.link("Wiki"), application_url=""))
    with pytest.raises(ConfigurationError, match="only calls us"):
        delete(us)


def product(us: InMemory, answer: Response | Exception) -> list[Request]:
    """One that knows no such announcement, and has the resource of the products (protocol.md 6.1)."""
    asked: list[Request] = []

    def network(request: Request) -> Response:
        if mending.DELETED_PATH in request.url:
            return Response(404)
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    us.network = network
    return asked


@pytest.mark.parametrize("status", [200, 204])
def test_a_product_is_asked_over_the_link_as_whoever_acts(us, them, status):
    asked = product(us, Response(status))
    assert delete(us, who="root") == telling.Deleted("Wiki", status)
    (request,) = asked
    path, _, query = request.url.removeprefix(them.identity.url).partition("?")
    assert (request.method, path) == ("DELETE", f"/rest/applinks/2.0/applicationlink/{us.identity.id}")
    assert query == "reciprocate=false&user_id=root"
    assert request.header("x-atlassian-token") == "no-check"
    assert us.links == {}
    assert us.outcomes("call") == ["answered"]


@pytest.mark.parametrize(("answer", "error"), [(Response(403), FarSideError), (TransportFailed("away"), TransportFailed)])
def test_what_a_product_refuses_deletes_nothing(us, them, answer, error):
    product(us, answer)
    with pytest.raises(error) as failed:
        delete(us, who="root")
    assert "Nothing was deleted" in failed.value.remedy
    assert list(us.links)


def test_a_product_is_not_asked_as_nobody(us, them):
    asked = product(us, Response(204))
    with pytest.raises(ConfigurationError, match="--as USER"):
        delete(us)
    assert (asked, len(us.links)) == ([], 1)
