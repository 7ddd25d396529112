"""Clients and providers of others, together: what is tested with either of them against us is known to work without us."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from peers.client import ACCESS_TOKEN, HMAC_SHA1, IN_HEADER, REQUEST_TOKEN, RSA_SHA1, Answer, Peer, Task
from peers.in_python import requests_oauthlib
from peers.keys import KeyPair
from peers.known import DANCERS, PEERS
from peers.provider import Provider, verifier_of
from peers.reference_provider import AuthlibProvider, OAuthlibProvider

KEY, CALLBACK = "a-consumer", "https://consumer.example.test/back?to=here"
METHODS = [HMAC_SHA1, RSA_SHA1]
SOMEBODY = Peer("requests-oauthlib", "Python", requests_oauthlib)


def task_for(provider: Provider, method: str, keys: KeyPair, key: str = KEY) -> Task:
    """A consumer that is known to the provider, and what it needs to play."""
    secret = f"secret of {key} & more" if method == HMAC_SHA1 else ""
    private, public = ("", "") if secret else (keys.private, keys.public)
    provider.register_consumer(key, secret=secret, public_key=public)
    addresses = provider.request_token_url, provider.authorize_url, provider.access_token_url, CALLBACK
    return Task(key, method, secret, private, provider.url, *addresses, url=provider.whoami_url)


def token_for(provider: Provider, task: Task, user: str = "alice") -> Task:
    return SOMEBODY.dance(task, lambda token: provider.approve(token, user))


@pytest.fixture(params=METHODS)
def task(request: pytest.FixtureRequest, provider: Provider, key_pair: KeyPair) -> Task:
    return task_for(provider, request.param, key_pair)


# ---- clients


@pytest.mark.parametrize("peer", DANCERS, ids=str)
def test_each_client_dances_with_each_provider(peer: Peer, provider: Provider, task: Task) -> None:
    redirects = []

    def approve(token: str) -> str:
        redirects.append(provider.approve(token, "zoë"))
        return redirects[0]

    granted = peer.dance(task, approve)
    answer = peer.run(replace(granted, url=f"{provider.whoami_url}?q=%C3%A4%20b&empty="))
    assert (answer.status, answer.body) == (200, "zoë")
    assert redirects[0].startswith(f"{CALLBACK}&")


@pytest.mark.parametrize("peer", [peer for peer in PEERS if not peer.dances], ids=str)
def test_ready_made_clients_use_a_token_that_somebody_fetched(peer: Peer, provider: Provider, key_pair: KeyPair) -> None:
    granted = token_for(provider, task_for(provider, RSA_SHA1, key_pair))
    assert peer.run(granted) == Answer(200, "alice")
    provider.revoke(granted.token)
    assert peer.run(granted).status == 401


@pytest.mark.parametrize("peer", DANCERS, ids=str)
def test_each_client_tells_of_a_refusal(peer: Peer, provider: Provider, task: Task) -> None:
    stranger = replace(task, consumer_key="a-stranger")
    assert peer.run(replace(stranger, step=REQUEST_TOKEN)).status == 401
    asked = peer.run(replace(task, step=REQUEST_TOKEN))
    provider.approve(asked.token, "alice")
    guess = replace(task, step=ACCESS_TOKEN, token=asked.token, token_secret=asked.token_secret, verifier="a-guess")
    assert peer.run(guess).status in {400, 401}
    assert peer.run(replace(task, token="unknown", token_secret="x")).status == 401


@pytest.mark.parametrize("peer", DANCERS, ids=str)
@pytest.mark.parametrize("method", METHODS)
def test_each_client_calls_two_legged(peer: Peer, method: str, key_pair: KeyPair) -> None:
    """Of the providers here only oauthlib's knows such calls, and only without the empty token of linked applications."""
    with OAuthlibProvider() as provider:
        task = task_for(provider, method, key_pair)
        answer = peer.run(replace(task, url=f"{provider.whoami_url}?user_id=bob"))
        assert (answer.status, answer.body) == (200, "bob")
        assert "oauth_token" not in provider.asked[-1].headers["Authorization"]


@pytest.mark.parametrize("peer", DANCERS, ids=str)
def test_which_clients_send_an_empty_token_is_known(peer: Peer, key_pair: KeyPair) -> None:
    with OAuthlibProvider() as provider:
        peer.run(replace(task_for(provider, HMAC_SHA1, key_pair), token=""))
        assert ('oauth_token=""' in provider.asked[-1].headers["Authorization"]) == (peer.empty_token == IN_HEADER)


# ---- providers, to what is wrong


def test_a_wrong_verifier_is_refused(provider: Provider, task: Task) -> None:
    asked = SOMEBODY.run(replace(task, step=REQUEST_TOKEN))
    exchange = replace(task, step=ACCESS_TOKEN, token=asked.token, token_secret=asked.token_secret)
    assert SOMEBODY.run(replace(exchange, verifier="too-early")).status in {400, 401}
    asked = SOMEBODY.run(replace(task, step=REQUEST_TOKEN))
    verifier = verifier_of(provider.approve(asked.token, "alice"))
    exchange = replace(task, step=ACCESS_TOKEN, token=asked.token, token_secret=asked.token_secret)
    assert SOMEBODY.run(replace(exchange, verifier=verifier + "x")).status in {400, 401}
    assert provider.access_tokens == {}


def test_a_request_token_is_exchanged_once(provider: Provider, task: Task) -> None:
    asked = SOMEBODY.run(replace(task, step=REQUEST_TOKEN))
    verifier = verifier_of(provider.approve(asked.token, "alice"))
    exchange = replace(task, step=ACCESS_TOKEN, token=asked.token, token_secret=asked.token_secret, verifier=verifier)
    assert [SOMEBODY.run(exchange).status for _ in range(2)] == [200, 401]


def test_tokens_are_good_for_the_consumer_only_that_fetched_them(
    provider: Provider, task: Task, other_key_pair: KeyPair
) -> None:
    other = task_for(provider, task.signature_method, other_key_pair, "another-consumer")
    asked = SOMEBODY.run(replace(task, step=REQUEST_TOKEN))
    verifier = verifier_of(provider.approve(asked.token, "alice"))
    stolen = {"token": asked.token, "token_secret": asked.token_secret}
    assert SOMEBODY.run(replace(other, step=ACCESS_TOKEN, verifier=verifier, **stolen)).status == 401
    granted = token_for(provider, task)
    stolen = {"token": granted.token, "token_secret": granted.token_secret}
    assert SOMEBODY.run(replace(other, **stolen)).status == 401
    assert SOMEBODY.run(granted).status == 200


def test_another_key_is_refused_at_every_step(provider: Provider, task: Task, other_key_pair: KeyPair) -> None:
    forged = {"secret": "another"} if task.secret else {"private_key": other_key_pair.private}
    assert SOMEBODY.run(replace(task, step=REQUEST_TOKEN, **forged)).status == 401
    asked = SOMEBODY.run(replace(task, step=REQUEST_TOKEN))
    verifier = verifier_of(provider.approve(asked.token, "alice"))
    exchange = replace(task, step=ACCESS_TOKEN, token=asked.token, token_secret=asked.token_secret, verifier=verifier)
    assert SOMEBODY.run(replace(exchange, **forged)).status == 401
    assert SOMEBODY.run(replace(token_for(provider, task), **forged)).status == 401


def test_a_wrong_token_secret_is_refused_where_secrets_sign(provider: Provider, key_pair: KeyPair) -> None:
    granted = token_for(provider, task_for(provider, HMAC_SHA1, key_pair))
    assert SOMEBODY.run(replace(granted, token_secret="another")).status == 401


def test_a_revoked_token_is_refused_from_then_on(provider: Provider, task: Task) -> None:
    granted = token_for(provider, task)
    assert SOMEBODY.run(granted).body == "alice"
    provider.revoke(granted.token)
    assert SOMEBODY.run(granted).status == 401


def test_the_same_request_is_answered_once(provider: Provider, task: Task) -> None:
    import requests

    granted = token_for(provider, task)
    SOMEBODY.run(granted)
    again = requests.get(granted.url, headers={"Authorization": provider.asked[-1].headers["Authorization"]}, timeout=10)
    assert again.status_code == 401


def test_a_consumer_with_a_callback_of_its_own_is_sent_nowhere_else_by_oauthlib(key_pair: KeyPair) -> None:
    with OAuthlibProvider() as provider:
        task = task_for(provider, RSA_SHA1, key_pair)
        provider.register_consumer(KEY, public_key=key_pair.public, callback=CALLBACK)
        assert SOMEBODY.run(replace(task, step=REQUEST_TOKEN)).status == 200
        assert SOMEBODY.run(replace(task, step=REQUEST_TOKEN, callback="https://elsewhere.example.test/")).status == 401


def test_authlib_tells_the_consumer_that_the_person_did_not_agree(key_pair: KeyPair) -> None:
    with AuthlibProvider() as provider:
        asked = SOMEBODY.run(replace(task_for(provider, RSA_SHA1, key_pair), step=REQUEST_TOKEN))
        assert provider.refuse(asked.token).startswith(f"{CALLBACK}&error=access_denied&")


def test_a_person_can_agree_on_a_page_too(provider: Provider, task: Task) -> None:
    """For tests in which a browser goes all the way."""

    def approve(token: str) -> str:
        page = requests.get(f"{provider.authorize_url}?oauth_token={token}", timeout=10)
        assert (page.status_code, page.headers["Content-Security-Policy"]) == (200, "default-src 'none'")
        return requests.post(page.url, {"user": "bob"}, timeout=10, allow_redirects=False).headers["Location"]

    assert SOMEBODY.run(SOMEBODY.dance(task, approve)).body == "bob"
