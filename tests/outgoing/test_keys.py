"""Which of our keys the far side accepts is found out by the calls themselves, and no call is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from applinks.errors import CredentialsRequired
from applinks.links import AccessToken, FactsFor, KeepToken, Level, RemoveLink, signing_keys
from applinks.mechanisms import TABLE, load
from applinks.outgoing import keys
from applinks.outgoing.call import call
from applinks.people import acting
from applinks.questions import drive
from applinks.wire import oauth1, problems, trusted_failures
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.problems import Problem
from applinks.wire.trusted_failures import Code, Failure
from in_memory import NOW, InMemory, link_to

BASE = "https://wiki.example.com"
URL = f"{BASE}/rest/page"
REFUSED = problems.refusal(BASE, "signature_invalid")


class Wiki:
    """A far side that knows one key of ours at a time: `knows`. `sent` are the requests that reached it."""

    def __init__(self, type: str = "jira", **terms: Any) -> None:  # noqa: A002
        self.us = InMemory("Front", mechanisms=load(TABLE))
        self.link = self.us.save(replace(link_to(InMemory("Wiki"), **terms), type=type))
        self.knows: PrivateKey = self.us.key
        self.sent: list[Request] = []
        self.refuses = REFUSED
        self.accepts = Response(200)

    def answer(self, step: Any) -> Any:
        if not isinstance(step, Request):
            return self.us.answer(step)
        self.sent.append(step)
        return self.accepts if self.holds(step) else self.refuses

    def holds(self, request: Request) -> bool:
        claim = oauth1.read(request)
        return claim is not None and oauth1.verify(claim, self.knows.public)

    def call(self, method: str = "GET", *, again: bool = True, demanded: str | None = None) -> Response:
        with self.us.acting_as("alice"):
            flow = call(Request(method, URL), self.link.id, acting(), demanded, self.us.mechanisms, again=again)
            return drive(flow, self.answer).response

    def rotate(self) -> None:
        self.us.run(signing_keys.rotate(by="root"))

    @property
    def signs_with(self) -> PrivateKey:
        return self.us.answer(FactsFor(self.link.id)).key

    def attempts(self) -> int:
        number = len(self.sent)
        self.sent.clear()
        return number


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_when_the_new_key_was_entered_over_there_the_call_is_proven_once_more_with_it_and_the_link_remembers(method):
    wiki = Wiki()
    wiki.rotate()
    assert wiki.call(method).status == 200
    assert wiki.attempts() == 1, "the old key still holds"
    wiki.knows = wiki.us.key
    assert wiki.call(method).status == 200
    assert wiki.attempts() == 2
    assert wiki.signs_with is wiki.us.key
    assert wiki.call(method).status == 200
    assert wiki.attempts() == 1
    assert wiki.us.outcomes("call") == ["answered"] * 3
    assert len(wiki.us.outcomes("key switched")) == 1


def test_who_switched_too_early_goes_on_with_the_key_that_is_accepted():
    wiki = Wiki()
    wiki.rotate()
    wiki.us.run(signing_keys.use_new_key(wiki.us.link("Wiki"), by="root"))
    assert wiki.call().status == 200
    assert wiki.signs_with is wiki.knows is not wiki.us.key


def test_of_several_keys_the_current_one_is_tried_first():
    wiki = Wiki()
    wiki.rotate()
    middle = wiki.us.key
    wiki.rotate()
    wiki.knows = middle
    assert wiki.call().status == 200
    assert [oauth1.verify(oauth1.read(sent), wiki.us.key.public) for sent in wiki.sent] == [False, True, False]
    assert wiki.signs_with is middle


def test_where_no_key_is_accepted_nothing_is_remembered_and_the_refusal_stands():
    wiki = Wiki()
    wiki.rotate()
    before, wiki.knows = wiki.signs_with, InMemory("Stranger").key
    assert wiki.call().status == 401
    assert wiki.attempts() == 2
    assert wiki.signs_with is before
    assert wiki.us.outcomes("call") == ["signature_invalid"]


def test_with_one_key_only_a_refusal_is_a_refusal():
    wiki = Wiki()
    wiki.knows = InMemory("Stranger").key
    assert wiki.call().status == 401
    assert wiki.attempts() == 1


def test_a_body_that_is_gone_is_not_sent_again():
    wiki = Wiki()
    wiki.rotate()
    wiki.knows = wiki.us.key
    assert wiki.call("POST", again=False).status == 401
    assert wiki.attempts() == 1


def test_a_link_by_a_secret_has_no_other_key():
    wiki = Wiki(method=SignatureMethod.HMAC_SHA1)
    wiki.rotate()
    assert not keys.refused(wiki.link, REFUSED, Problem("signature_invalid"))


def test_a_refusal_that_comes_after_the_signature_held_names_the_right_key():
    wiki = Wiki()
    wiki.rotate()
    wiki.knows, wiki.accepts = wiki.us.key, problems.refusal(BASE, "permission_denied")
    assert wiki.call().status == 401
    assert wiki.signs_with is wiki.us.key


@pytest.mark.parametrize("status", [401, 429, 500, 502, 503])
def test_what_somebody_on_the_way_may_have_answered_names_no_key(status):
    wiki = Wiki()
    wiki.rotate()
    before, wiki.knows, wiki.accepts = wiki.signs_with, wiki.us.key, Response(status)
    assert wiki.call().status == status
    assert wiki.signs_with is before


def test_a_provider_that_names_no_problems_is_tried_with_the_other_key_before_a_consent_counts_as_gone():
    """Its bare 401 may be about the key: a consent is not to be lost by a rotation."""
    wiki = Wiki("generic", level=Level.OAUTH)
    wiki.us.answer(KeepToken(AccessToken(wiki.link.id, "alice", "token", "", int(NOW))))
    wiki.refuses = Response(401, (("www-authenticate", "OAuth"),))
    wiki.rotate()
    wiki.knows = wiki.us.key
    assert wiki.call().status == 200
    assert wiki.us.answer(FactsFor(wiki.link.id, "alice")).token.token == "token"
    wiki.knows = InMemory("Stranger").key
    with pytest.raises(CredentialsRequired):
        wiki.call()


def test_whoever_says_as_whom_it_answered_has_accepted_the_key():
    wiki = Wiki("generic")
    wiki.rotate()
    own = Response(401, (("x-ausername", "alice"),))
    assert not keys.refused(wiki.link, own, None)
    wiki.accepts = own
    assert wiki.call().status == 401
    assert wiki.attempts() == 1


def test_a_link_that_was_deleted_during_the_call_is_not_made_again():
    wiki = Wiki()
    wiki.rotate()
    wiki.knows = wiki.us.key
    real = wiki.holds

    def deleting(request: Request) -> bool:
        wiki.us.answer(RemoveLink(wiki.link.id))
        return real(request)

    wiki.holds = deleting
    assert wiki.call().status == 200
    assert wiki.us.links == {}


# ---- Trusted Applications


class TrustingWiki(Wiki):
    """One that refuses as products do: beside a success, going on as nobody, or by a status."""

    def __init__(self, status: int, code: Code) -> None:
        super().__init__(level=Level.TRUSTED)
        self.refuses = Response(status, trusted_failures.refused(Failure(code, "refused")))

    def holds(self, request: Request) -> bool:
        from applinks.wire import trusted_apps

        claim = trusted_apps.read(request)
        try:
            certificate = trusted_apps.open_certificate(claim, self.knows.public)
        except Exception:  # noqa: BLE001
            return False
        return trusted_apps.verify(claim, certificate, self.knows.public, request.url)


@pytest.mark.parametrize("code", [Code.BAD_MAGIC, Code.APP_UNKNOWN, Code.BAD_SIGNATURE])
@pytest.mark.parametrize("status", [200, 401])
def test_a_certificate_is_made_anew_with_the_other_key(code, status):
    wiki = TrustingWiki(status, code)
    wiki.rotate()
    wiki.knows = wiki.us.key
    assert wiki.call().status == 200
    assert wiki.attempts() == 2
    assert wiki.signs_with is wiki.us.key


def test_what_was_done_as_nobody_and_called_a_success_is_not_done_again():
    wiki = TrustingWiki(200, Code.BAD_MAGIC)
    wiki.rotate()
    wiki.knows = wiki.us.key
    with pytest.raises(Exception, match="BAD_MAGIC"):
        wiki.call("POST")
    assert wiki.attempts() == 1
    wiki.refuses = Response(401, wiki.refuses.headers)
    assert wiki.call("POST").status == 200
