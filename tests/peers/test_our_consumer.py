"""Our own side as a consumer: through our pages to the providers that others wrote, and to one of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from applinks import (
    AccessRefused,
    AsyncAppLinks,
    Consumer,
    CredentialsRequired,
    Endpoints,
    FarSideError,
    TheirFault,
)
from applinks import Provider as ProviderTerms
from applinks.links import AccessToken, FactsFor, KeepToken, OurKey
from applinks.wire.oauth1 import SignatureMethod
from journeys.people import PASSWORD
from peers.browser import Browser, Page
from peers.client import HMAC_SHA1, METHODS, RSA_SHA1
from peers.keys import KeyPair, as_pem
from peers.our_application import ASGI, WSGI, OurApplication, our_application
from peers.provider import Answer, Provider
from peers.reference_provider import AuthlibProvider, OAuthlibProvider
from peers.strange_provider import PAGE, StrangeProvider
from peers.tap import Exchange, send_again

RELATIVE = Endpoints("request-token", "/authorize", "access-token")
METHODS_OF_REFERENCES = (HMAC_SHA1, RSA_SHA1)
METHODS_OF_PROVIDERS = {"oauthlib": METHODS, "Authlib": METHODS_OF_REFERENCES}
_numbers = count(1)


def token_of(applinks: Any, link: str, user: str) -> AccessToken:
    """What proves a person's consent, which no list shows."""
    token: AccessToken = applinks.answer(FactsFor(applinks.link(link).id, user)).token
    return token


@dataclass
class Far:
    """A link of ours to a provider of others."""

    ours: OurApplication
    provider: Provider
    name: str
    key: str

    def call(self, user: str, path: str = "whoami") -> str:
        with self.ours.applinks.acting_as(user):
            return self.ours.applinks.link(self.name).get(path).text

    def call_async(self, user: str, path: str = "whoami") -> str:
        async def calling() -> str:
            here = AsyncAppLinks(self.ours.database, people=self.ours.people, plain_http=True)
            async with here as applinks, applinks.acting_as(user):
                return (await (await applinks.link(self.name)).get(path)).text

        return asyncio.run(calling())

    def needed(self, user: str) -> str:
        """The address where that person can agree."""
        with pytest.raises(CredentialsRequired) as required:
            self.call(user)
        assert required.value.user == user
        return required.value.authorization_url

    def agree(self, user: str, there: str = "", **fields: str) -> Page:
        """The whole way: the person opens the address, agrees over there, and is led back."""
        address = self.needed(user)
        with Browser() as browser:
            self.ours.sign_in(browser, user)
            page = browser.go(address)
            assert page.url.startswith(self.provider.authorize_url), page
            return browser.send(page, user=there or user, **fields)

    def held(self, user: str) -> AccessToken:
        return token_of(self.ours.applinks, self.name, user)

    def swap(self, user: str, **changed: str) -> None:
        """Let us hold another token than the one that we were given."""
        self.ours.applinks.answer(KeepToken(replace(self.held(user), **changed)))


def far_link(
    ours: OurApplication,
    provider: Provider,
    method: str = HMAC_SHA1,
    *,
    url: str = "",
    endpoints: Endpoints = RELATIVE,
    key: str = "us",
    **terms: Any,
) -> Far:
    """Both ends made by hand: we are in its books, and it is in ours, with nothing left of whoever had that port before."""
    for earlier in ours.applinks.links():
        if earlier.link.application_url == (url or provider.url):
            ours.applinks.delete_link(earlier.name, by="admin")
    name = f"Far {next(_numbers)}"
    secret = f"the secret of {name} & more" if method.startswith("HMAC") else ""
    public = "" if secret else as_pem(ours.applinks.answer(OurKey()).public.text)
    provider.register_consumer(key, secret=secret, public_key=public, signature_method=method)
    far = ProviderTerms(key, secret or None, endpoints, signature_method=SignatureMethod(method), **terms)
    ours.applinks.register_link(name, url or provider.url, provider=far, by="admin")
    return Far(ours, provider, name, key)


def absolute_endpoints(provider: Provider) -> Endpoints:
    return Endpoints(provider.request_token_url, f"{provider.authorize_url}?shown=briefly", provider.access_token_url)


@pytest.fixture(params=[ASGI, WSGI])
def caller(request: pytest.FixtureRequest) -> OurApplication:
    return request.getfixturevalue("ours" if request.param == ASGI else "ours_in_flask")


@pytest.fixture(params=METHODS_OF_REFERENCES)
def far(request: pytest.FixtureRequest, caller: OurApplication, provider: Provider) -> Far:
    return far_link(caller, provider, request.param)


# ---- it goes well


def test_a_person_agrees_once_and_is_called_as_from_then_on(far: Far) -> None:
    done = far.agree("alice", there="al at the far side")
    assert (done.status, urlsplit(done.url).path) == (200, "/plugins/servlet/applinks/oauth/login-dance/access")
    assert far.call("alice") == far.call_async("alice", "whoami?q=%C3%A4%20b&empty=") == "al at the far side"
    assert far.needed("bob")
    assert [token.user for token in far.ours.applinks.consents(link=far.name)] == ["alice"]


def test_who_wanted_to_go_on_somewhere_is_led_there(ours: OurApplication, provider: Provider) -> None:
    far = far_link(ours, provider)
    address = f"{far.needed('alice')}&return_to=/echo"
    with Browser() as browser:
        ours.sign_in(browser, "alice")
        back = browser.send(browser.go(address), user="alice")
    assert (urlsplit(back.url).path, back.status) == ("/echo", 200)


def test_the_address_of_one_person_does_nothing_for_another(ours: OurApplication, provider: Provider) -> None:
    """T-44"""
    far = far_link(ours, provider)
    address = far.needed("alice")
    with Browser() as browser:
        ours.sign_in(browser, "bob")
        page = browser.go(address)
    assert (page.status, "meant for somebody else" in page.words) == (403, True)
    assert provider.asked == []


def test_who_is_not_signed_in_signs_in_on_the_way(ours: OurApplication, provider: Provider) -> None:
    far = far_link(ours, provider)
    with Browser() as browser:
        page = browser.go(far.needed("alice"))
        assert urlsplit(page.url).path == "/login"
        browser.send(browser.send(page, name="alice", password=PASSWORD), user="alice")
    assert far.call("alice") == "alice"


def test_the_way_back_of_one_person_does_nothing_for_another(ours: OurApplication, provider: Provider) -> None:
    """T-15, T-44: whoever begins must end it."""
    far = far_link(ours, provider)
    with Browser() as alice, Browser() as bob:
        ours.sign_in(alice, "alice")
        ours.sign_in(bob, "bob")
        token = parse_qs(urlsplit(alice.go(far.needed("alice")).url).query)["oauth_token"][0]
        back = provider.approve(token, "mallory")
        assert bob.go(back).status in {403, 404}
        assert alice.go(back).status == 200
        assert "no request that we know" in alice.go(back).words
    assert far.ours.applinks.consents("bob", link=far.name) == ()


@pytest.mark.parametrize("method", METHODS_OF_REFERENCES)
def test_the_dance_may_be_at_another_origin_than_the_resources(ours: OurApplication, provider: Provider, method: str) -> None:
    far = far_link(ours, provider, method, url=provider.other_url, endpoints=absolute_endpoints(provider))
    assert far.agree("alice").status == 200
    assert far.call("alice") == "alice"
    assert provider.asked[-1].url.startswith(provider.other_url)


@pytest.mark.parametrize("face", ["sync", "async"])
def test_after_a_revocation_the_same_error_asks_again(far: Far, face: str) -> None:
    """R-41: neither of the two names the problem; they know no more than status 401."""
    far.agree("alice")
    far.provider.revoke(far.held("alice").token)
    with pytest.raises(CredentialsRequired) as required:
        far.call("alice") if face == "sync" else far.call_async("alice")
    assert required.value.authorization_url == far.needed("alice")
    far.agree("alice")
    assert far.call("alice") == "alice"


@pytest.mark.parametrize("method", [method for method in METHODS if method not in METHODS_OF_REFERENCES])
def test_oauthlib_knows_the_stronger_methods_too(ours: OurApplication, method: str) -> None:
    with OAuthlibProvider() as provider:
        far = far_link(ours, provider, method)
        far.agree("alice")
        assert far.call("alice") == "alice"


def test_neither_provider_knows_the_empty_token_of_two_legged_calls(ours: OurApplication, provider: Provider) -> None:
    """It is the way of linked applications (protocol.md 1.8), and not in RFC 5849."""
    far = far_link(ours, provider, fixed_user=True)
    with ours.applinks.acting_as("alice"), pytest.raises(FarSideError) as refused:
        ours.applinks.link(far.name).using("2LO").get("whoami")
    assert refused.value.status in {400, 401}
    assert 'oauth_token=""' in provider.asked[-1].headers["Authorization"]


# ---- it is refused


def back_with(far: Far, **changed: str) -> Page:
    """The person comes back with something else than they were given."""
    with Browser() as browser:
        far.ours.sign_in(browser, "alice")
        token = parse_qs(urlsplit(browser.go(far.needed("alice")).url).query)["oauth_token"][0]
        back = urlsplit(far.provider.approve(token, "alice"))
        query = {name: values[0] for name, values in parse_qs(back.query).items()} | changed
        return browser.go(back._replace(query="&".join(f"{name}={value}" for name, value in query.items())).geturl())


def test_a_wrong_verifier_leads_to_no_consent(far: Far) -> None:
    page = back_with(far, oauth_verifier="a-guess")
    assert (page.status, "It was refused" in page.words, "status 4" in page.words) == (502, True, True)
    assert far.ours.applinks.consents(link=far.name) == ()
    assert far.needed("alice")


@pytest.mark.parametrize("changed", [{"oauth_token": "another"}, {"state": "another"}])
def test_another_token_or_state_never_reaches_the_provider(ours: OurApplication, provider: Provider, changed: Any) -> None:
    """T-44"""
    far = far_link(ours, provider)
    page = back_with(far, **changed)
    assert "never" in page.words or "no request that we know" in page.words
    assert [asked for asked in provider.asked if asked.path == "/access-token"] == []


def test_who_said_no_is_not_asked_to_wait(ours: OurApplication) -> None:
    with AuthlibProvider() as provider:
        far = far_link(ours, provider)
        with Browser() as browser:
            ours.sign_in(browser, "alice")
            token = parse_qs(urlsplit(browser.go(far.needed("alice")).url).query)["oauth_token"][0]
            page = browser.go(provider.refuse(token))
    assert page.status < 500
    assert ours.applinks.consents(link=far.name) == ()


def test_tokens_of_another_consumer_and_unknown_ones_ask_for_consent_again(far: Far) -> None:
    other = far_link(
        far.ours,
        far.provider,
        HMAC_SHA1,
        key="somebody else",
        url=far.provider.other_url,
        endpoints=absolute_endpoints(far.provider),
    )
    for users in (far, other):
        users.agree("alice")
    theirs = other.held("alice")
    for changed in ({"token": theirs.token, "secret": theirs.secret}, {"token": "never given out"}):
        far.swap("alice", **changed)
        assert far.needed("alice")
        far.agree("alice")
    assert far.call("alice") == "alice"


def test_a_provider_that_knows_another_key_or_secret_of_ours_refuses_the_dance(far: Far, other_key_pair: KeyPair) -> None:
    known = far.provider.consumers[far.key]
    far.provider.register_consumer(
        far.key, secret="another" if known.secret else "", public_key="" if known.secret else other_key_pair.public
    )
    with Browser() as browser:
        far.ours.sign_in(browser, "alice")
        page = browser.go(far.needed("alice"))
    assert (page.status, "It was refused" in page.words) == (502, True)


def test_what_we_have_sent_is_answered_once(far: Far) -> None:
    """T-09: we sign each call anew, so that nothing of ours is ever a replay, and others cannot make it one."""
    far.agree("alice")
    assert [far.call("alice") for _ in range(3)] == ["alice"] * 3
    last = far.provider.asked[-1]
    send_again(far.provider.url, Exchange(last.method, "/whoami", [("authorization", last.headers["Authorization"])]))
    assert far.provider.whoami(far.provider.asked[-1]) != "alice"
    exchange = next(asked for asked in far.provider.asked if asked.path == "/access-token")
    assert far.provider.access_token(exchange).status in {400, 401}


# ---- providers that go wrong


@pytest.fixture
def strange(ours: OurApplication) -> Iterator[Far]:
    with StrangeProvider() as provider:
        yield far_link(ours, provider)


def open_as_alice(far: Far) -> Page:
    with Browser() as browser:
        far.ours.sign_in(browser, "alice")
        page = browser.go(far.needed("alice"))
        return page if not page.url.startswith(far.provider.url) else browser.send(page, user="alice")


BAD = {
    "no confirmation of the callback": Answer(200, "oauth_token=t&oauth_token_secret=s"),
    "a denied confirmation": Answer(200, "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=false"),
    "a page": Answer(200, PAGE, {"Content-Type": "text/html"}),
    "JSON": Answer(200, '{"oauth_token": "t", "oauth_token_secret": "s"}', {"Content-Type": "application/json"}),
    "nothing": Answer(200, ""),
    "no secret": Answer(200, "oauth_token=t&oauth_callback_confirmed=true"),
    "two tokens": Answer(200, "oauth_token=a&oauth_token=b&oauth_token_secret=s&oauth_callback_confirmed=true"),
    "a redirect": Answer(302, "", {"Location": "/elsewhere"}),
    "a redirect that keeps the method": Answer(307, "", {"Location": "https://elsewhere.example.test/"}),
    "ten megabytes": Answer(200, "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true&x=" + "x" * 10_000_000),
    "a failure": Answer(500, "oops"),
    "a refusal": Answer(401, "oauth_problem=consumer_key_unknown"),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_an_answer_that_gives_no_request_token_leads_nowhere(strange: Far, answer: Answer) -> None:
    """T-14, T-35"""
    strange.provider.script.request_token = answer
    page = open_as_alice(strange)
    assert page.url.startswith(strange.ours.url)
    assert page.status in {502, 504}
    assert {asked.path for asked in strange.provider.asked} == {"/request-token"}


GOOD_ENOUGH = {"no confirmation of the callback", "a denied confirmation"}


@pytest.mark.parametrize("name", sorted(BAD.keys() - GOOD_ENOUGH))
def test_an_answer_that_gives_no_access_token_is_no_consent(strange: Far, name: str) -> None:
    """T-35"""
    strange.provider.script.access_token = BAD[name]
    page = open_as_alice(strange)
    assert page.status in {502, 504}
    assert strange.ours.applinks.consents(link=strange.name) == ()
    assert "/elsewhere" not in {asked.path for asked in strange.provider.asked}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_answers_may_end_with_a_line_end_and_claim_any_type(strange: Far, end: str) -> None:
    for name in ("request_token", "access_token"):
        given = getattr(strange.provider.script, name)
        setattr(strange.provider.script, name, Answer(200, given.body + end, {"Content-Type": "text/html; charset=latin1"}))
    assert open_as_alice(strange).status == 200
    assert strange.call("alice") == "somebody"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(401, "oauth_problem=token_revoked"), CredentialsRequired),
        (Answer(401, "no", {"WWW-Authenticate": 'OAuth realm="x"'}), CredentialsRequired),
        (Answer(401, "no", {"WWW-Authenticate": 'Basic realm="a proxy"'}), FarSideError),
        (Answer(401, "no", {"X-AUSERNAME": "somebody"}), FarSideError),
        (Answer(401, "oauth_problem=signature_invalid"), AccessRefused),
        (Answer(403, "no"), FarSideError),
    ],
)
def test_which_refusals_of_a_call_mean_that_the_consent_is_gone(strange: Far, answer: Answer, error: type[TheirFault]) -> None:
    """R-41"""
    open_as_alice(strange)
    strange.provider.script.resource = answer
    with pytest.raises(error) as raised:
        strange.call("alice")
    assert type(raised.value) is error
    assert bool(strange.ours.applinks.consents(link=strange.name)) == (error is not CredentialsRequired)


def test_a_product_names_what_is_wrong_so_its_bare_401_is_the_applications_own(strange: Far) -> None:
    """protocol.md 1.6"""
    open_as_alice(strange)
    applinks = strange.ours.applinks
    url = strange.provider.url
    applinks.register_link(
        strange.name, url, type="jira", provider=ProviderTerms("us", "a secret & more", RELATIVE), by="admin"
    )
    strange.provider.script.resource = Answer(401, "no", {"WWW-Authenticate": 'OAuth realm="x"'})
    with pytest.raises(FarSideError):
        strange.call("alice")
    assert applinks.consents(link=strange.name) != ()


# ---- both ends are ours


@pytest.fixture(scope="module")
def other_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OurApplication]:
    with our_application(tmp_path_factory.mktemp("other"), WSGI, "Other") as application:
        yield application


def linked_by_hand(
    ours: OurApplication, there: OurApplication, method: str, *, execute_as: str | None = None, same_users: bool = False
) -> str:
    """A link from one of ours to another that is known there as a consumer; its name on both ends."""
    key, name = f"us {next(_numbers)}", f"By {method} {next(_numbers)}"
    secret = "a secret" if method.startswith("HMAC") else None
    public = None if secret else ours.applinks.answer(OurKey()).public.text
    pinned = SignatureMethod(method)
    known = Consumer(key, public, secret, execute_as=execute_as, signature_method=pinned)
    there.applinks.register_link(name, None, consumer=known, same_users=same_users, by="admin")
    provider = ProviderTerms(key, secret, fixed_user=execute_as is not None, signature_method=pinned)
    ours.applinks.register_link(name, there.url, provider=provider, same_users=same_users, by="admin")
    return name


@pytest.mark.parametrize("method", METHODS)
def test_ours_dances_with_ours_renews_and_asks_again_after_a_revocation(
    ours: OurApplication, other_ours: OurApplication, method: str
) -> None:
    name = linked_by_hand(ours, other_ours, method)
    linked = ours.applinks.link(name)

    def call() -> str:
        with ours.applinks.acting_as("alice"):
            return linked.get("whoami").text

    def agree() -> None:
        with pytest.raises(CredentialsRequired) as required:
            call()
        with Browser() as browser:
            ours.sign_in(browser, "alice")
            other_ours.sign_in(browser, "bob")
            page = browser.go(required.value.authorization_url)
            assert browser.press(page, "allow").status == 200

    agree()
    assert call() == "bob"
    held = token_of(ours.applinks, name, "alice")
    ours.applinks.answer(KeepToken(replace(held, expires_at=1)))
    assert call() == "bob"
    fresh = token_of(ours.applinks, name, "alice")
    assert (fresh.token != held.token, fresh.session_handle != held.session_handle) == (True, True)
    (given,) = other_ours.applinks.grants(link=name)
    other_ours.applinks.revoke_grant(given.grant.id, by="admin")
    agree()
    assert call() == "bob"


@pytest.mark.parametrize("method", METHODS)
def test_ours_calls_ours_two_legged_as_the_person_or_as_the_fixed_user(
    ours: OurApplication, other_ours: OurApplication, method: str
) -> None:
    name = linked_by_hand(ours, other_ours, method, execute_as="bob", same_users=True)
    linked = ours.applinks.link(name)
    with ours.applinks.acting_as("alice"):
        assert [linked.using(way).get("whoami?q=%C3%A4").text for way in ("2LOi", "2LO")] == ["alice", "bob"]
