"""The other side of the dance: an application that asks Wiki for tokens, and Wiki's people who decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from applinks import clock
from applinks.incoming import consent
from applinks.links import KeepSecret, Level, SecretUse
from applinks.people import Policy
from applinks.wire import oauth1
from applinks.wire.encoding import parse_form
from applinks.wire.messages import Pairs, Request, Response
from applinks.wire.oauth1 import SharedSecret, SignatureMethod
from applinks.wire.problems import refusal_in
from in_memory import InMemory
from incoming.senders import BASE, outcome, wiki

REQUEST_TOKEN = f"{BASE}/plugins/servlet/oauth/request-token"
ACCESS_TOKEN = f"{BASE}/plugins/servlet/oauth/access-token"
CALLBACK = "https://front.example.com/callback?state=s-1"


def asking(
    sender: InMemory,
    url: str = REQUEST_TOKEN,
    *,
    token: str | None = None,
    extra: Pairs = (),
    verb: str = "POST",
    method: SignatureMethod = SignatureMethod.RSA_SHA256,
    key: Any = None,
    at: float | None = None,
    nonce: str | None = None,
) -> Request:
    """A signed request for a token; `extra` are further `oauth_…` parameters."""
    credentials = oauth1.Credentials(sender.identity.consumer_key, key or sender.key, method, token=token)
    second = int(sender.now if at is None else at)
    return oauth1.sign(
        Request(verb, url), credentials, timestamp=second, nonce=nonce or clock.fresh_nonce(), extra=extra
    ).request


def said(answer: Response) -> dict[str, str]:
    """What a reply says."""
    assert isinstance(answer, Response)
    assert answer.status == 200, answer.body
    return dict(parse_form(answer.body.decode()))


def refused(answer: Any) -> tuple[int, str]:
    """Status and problem; header and body say the same."""
    assert isinstance(answer, Response), answer
    problem = refusal_in(answer)
    assert problem is not None, answer.body
    assert problem == refusal_in(replace(answer, body=b"")) == refusal_in(replace(answer, headers=()))
    return answer.status, problem.name


class Floor:
    """Wiki, and Front which is linked with it; `clock` is that of both."""

    def __init__(
        self, *, level: Level = Level.OAUTH, method: SignatureMethod = SignatureMethod.RSA_SHA256, **terms: Any
    ) -> None:
        self.wiki, self.front = wiki(policy=terms.pop("policy", Policy()), level=level, method=method, **terms)
        self.method = method

    @property
    def link(self) -> Any:
        return self.wiki.link("Front")

    def later(self, seconds: float) -> None:
        self.wiki.now += seconds
        self.front.now += seconds

    def ask(self, url: str = REQUEST_TOKEN, **how: Any) -> Response:
        return outcome(self.wiki, asking(self.front, url, **{"method": self.method, **how}))

    def request_token(self, callback: str | None = CALLBACK) -> str:
        """A request token, as Front gets it."""
        return said(self.ask(extra=(("oauth_callback", callback),) if callback else ()))["oauth_token"]

    def decided(self, token: str, user: str = "alice", *, allow: bool = True) -> consent.Decided:
        return self.wiki.run(consent.decide(token, self.wiki.people[user], allow=allow))

    def allowed(self, user: str = "alice") -> tuple[str, str]:
        """A request token that somebody has allowed, and the verifier."""
        token = self.request_token()
        return token, self.decided(token, user).verifier

    def swap(self, token: str, verifier: str | None, **how: Any) -> Response:
        extra = () if verifier is None else (("oauth_verifier", verifier),)
        return self.ask(ACCESS_TOKEN, token=token, extra=extra, **how)

    def given(self, user: str = "alice") -> dict[str, str]:
        """What Front has got for somebody's consent."""
        return said(self.swap(*self.allowed(user)))

    def renew(self, token: str, handle: str | None, **how: Any) -> Response:
        extra = () if handle is None else (("oauth_session_handle", handle),)
        return self.ask(ACCESS_TOKEN, token=token, extra=extra, **how)


def by_hmac(secret: str = "shared") -> Floor:
    """The same with a secret that both hold."""
    floor = Floor(method=SignatureMethod.HMAC_SHA1)
    floor.wiki.answer(KeepSecret(floor.link.id, SecretUse.INCOMING_OAUTH, "", secret))
    return floor


def secret_of(secret: str, token_secret: str = "") -> SharedSecret:
    return SharedSecret(secret, token_secret)
