"""Our half of a reciprocal link, as others ask for it over HTTP."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from applinks.errors import StoreUnavailable
from applinks.incoming.endpoints.pairing import PATHS
from applinks.incoming.replay import TRIES
from applinks.links import SIGNATURE_METHODS, Proposal, SaveLink
from applinks.people import Person, SignIn
from applinks.wire.messages import FORM, Request, Response
from in_memory import InMemory, connect, link_to
from incoming.senders import outcome

JSON = (("content-type", "application/json"),)


@pytest.fixture
def front() -> InMemory:
    return InMemory("Front")


@pytest.fixture
def wiki(front: InMemory) -> InMemory:
    called = InMemory("Wiki", type="confluence")
    connect(called, front)
    return called


def basic(name: str = "root", password: str = "root's") -> tuple[str, str]:
    return ("authorization", f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}")


def proposal(front: InMemory, **changes: Any) -> bytes:
    who = front.identity
    true = Proposal(who.id, who.url, who.consumer_key, front.key.public.fingerprint, True, SIGNATURE_METHODS)
    return replace(true, **changes).to_json()


def post(wiki: InMemory, body: bytes, *headers: tuple[str, str], method: str = "POST") -> Response:
    return outcome(wiki, Request(method, wiki.identity.url + PATHS[0], headers, body))


def told(answer: Response) -> dict[str, Any]:
    """The body, which is always JSON that is not to be cached."""
    assert answer.header("content-type") == "application/json"
    assert answer.header("cache-control") == "no-store"
    return json.loads(answer.body)


def test_200_tells_what_was_recorded(wiki, front):
    """R-06"""
    answer = post(wiki, proposal(front), *JSON, basic())
    assert answer.status == 200
    assert told(answer) == {
        "id": wiki.identity.id,
        "name": "Wiki",
        "link": "Front",
        "fingerprint": wiki.key.public.fingerprint,
        "method": "RSA-SHA256",
    }
    assert wiki.link("Front").same_users.said_by == "root"


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b"{}", b'{"id": 7}', b"\xff", b"[" * 100_000], ids=lambda body: repr(body[:10])
)
def test_400_where_the_proposal_is_none(wiki, body):
    answer = post(wiki, body, *JSON, basic())
    assert answer.status == 400
    assert told(answer)["message"]
    assert wiki.links == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"consumer_key": "other"},
        {"methods": ()},
        {"url": "http://front.example.com"},
        {"url": "https://nobody.example.com"},
        {"url": "https://user@front.example.com"},
        {"url": "javascript:alert(1)"},
    ],
)
def test_400_with_a_remedy_where_it_does_not_hold(wiki, front, changes):
    answer = post(wiki, proposal(front, **changes), *JSON, basic())
    assert answer.status == 400
    assert {"message", "remedy"} <= told(answer).keys()
    assert wiki.links == {}


UNAUTHORIZED = {
    "wrong password": basic(password="x"),
    "unknown": basic("ghost"),
    "no administrator": basic("alice", "alice's"),
    "disabled": basic("disabled", "disabled's"),
}


@pytest.mark.parametrize("credentials", UNAUTHORIZED.values(), ids=UNAUTHORIZED.keys())
def test_401_the_same_whatever_is_wrong_with_name_password_or_rights(wiki, front, credentials):
    """T-28"""
    wiki.people["disabled"] = Person("disabled", active=False, administrator=True)
    answer = post(wiki, proposal(front), *JSON, credentials)
    reference = post(wiki, proposal(front), *JSON, basic("nobody at all"))
    assert (answer.status, answer.headers, answer.body) == (reference.status, reference.headers, reference.body)
    assert answer.status == 401
    assert answer.header("www-authenticate").startswith("Basic ")
    assert "Ask" not in wiki.kinds()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + b64encode(b"nocolon").decode(),
        "Basic " + b64encode(b"\xff:\xff").decode(),
        "Basic " + b64encode(b"a\nb:x").decode(),
        "Basic " + b64encode(b"a\x00:x").decode(),
        "Basic " + b64encode(b"x" * 300 + b":x").decode(),
        "Bearer " + b64encode(b"root:root's").decode(),
        "Basic ü",
    ],
)
def test_401_without_a_question_to_anybody_where_there_are_no_credentials(wiki, front, header):
    """T-63"""
    answer = post(wiki, proposal(front), *JSON, *([("authorization", header)] if header is not None else []))
    assert answer.status == 401
    assert wiki.kinds() == ["WhoWeAre"]


def test_a_password_may_hold_anything(wiki, front):
    wiki.people["a"] = Person("a", administrator=True)
    passwords = []
    sign_in = type(wiki).answer

    def answer(question: Any) -> Any:
        if isinstance(question, SignIn):
            passwords.append(question.password)
        return sign_in(wiki, question)

    wiki.answer = answer
    post(wiki, proposal(front), *JSON, basic("a", "p:a ß\t:"))
    assert passwords == ["p:a ß\t:"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post"])
def test_405_for_anything_but_post(wiki, front, method):
    answer = post(wiki, proposal(front), *JSON, basic(), method=method)
    assert (answer.status, answer.header("allow")) == (405, "POST")
    assert told(answer)["remedy"]


def test_409_where_the_name_is_taken(wiki, front):
    wiki.save(replace(link_to(InMemory("Old")), name="front"))
    answer = post(wiki, proposal(front), *JSON, basic())
    assert answer.status == 409
    assert "'front'" in told(answer)["message"]


def test_409_where_the_id_leads_elsewhere_already(wiki, front):
    wiki.save(replace(link_to(front), application_url="https://elsewhere.example.com"))
    assert post(wiki, proposal(front), *JSON, basic()).status == 409


@pytest.mark.parametrize("kind", [None, FORM, "text/plain", "multipart/form-data", "application/x-json"])
def test_415_for_everything_that_a_page_in_a_browser_can_send(wiki, front, kind):
    """T-40"""
    headers = [("content-type", kind)] if kind else []
    answer = post(wiki, proposal(front), *headers, basic())
    assert answer.status == 415
    assert told(answer)["remedy"]
    assert "SignIn" not in wiki.kinds()


def test_429_after_ten_tries_even_with_the_right_password(wiki, front):
    """S-21"""
    for _ in range(TRIES):
        assert post(wiki, proposal(front), *JSON, basic(password="x")).status == 401
    answer = post(wiki, proposal(front), *JSON, basic())
    assert (answer.status, answer.header("retry-after")) == (429, "900")
    assert told(answer)["remedy"]
    assert wiki.kinds().count("SignIn") == TRIES
    assert wiki.links == {}
    wiki.now += 900
    assert post(wiki, proposal(front), *JSON, basic()).status == 200


def test_503_where_the_store_fails(wiki, front):
    """T-11"""
    wiki.failing[SaveLink] = StoreUnavailable("full")
    assert post(wiki, proposal(front), *JSON, basic()).status == 503


def test_the_log_tells_who_could_not_sign_in_and_why_and_no_password(wiki, front, caplog):
    """T-66, T-67"""
    with caplog.at_level(logging.WARNING, "applinks.incoming"):
        post(wiki, proposal(front), *JSON, basic("alice", "alice's"))
        post(wiki, proposal(front), *JSON, basic("root", "hunter2"))
    said = [record.getMessage() for record in caplog.records]
    assert "alice did not sign in: not an administrator" in said[0]
    assert "root did not sign in: wrong name or password" in said[1]
    assert "hunter2" not in "".join(said)
