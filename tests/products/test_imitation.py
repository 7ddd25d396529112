"""The imitation is strict: it refuses what protocol.md 14 lists, so that what passes here means something."""

from __future__ import annotations

import time
from base64 import b64encode
from typing import Any

import httpx2
import pytest

from applinks.wire import oauth1
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import Credentials, SignatureMethod
from applinks.wire.problems import refusal_in
from in_memory import key_of
from products.imitation import JIRA_7, JIRA_9, JIRA_11, Product

KEY = key_of("Front")
SESSION = "/rest/auth/1/session"


@pytest.fixture
def jira(start) -> Product:
    product = start(JIRA_9)
    product.enter("Front", key="front", public_key=KEY.public.text, twoLOAllowed=True, twoLOImpersonationAllowed=True)
    return product


def signed(
    product: Product, path: str, *, method: str = "GET", token: str | None = "", when: float = 0, nonce: str = "n", **more: Any
):
    credentials = Credentials(more.pop("consumer", "front"), KEY, SignatureMethod.RSA_SHA1, token=token)
    request = Request(method, product.url + path)
    moment = int(time.time() + when)
    return oauth1.sign(request, credentials, timestamp=moment, nonce=nonce, extra=tuple(more.items())).request


def send(request: Request) -> httpx2.Response:
    return httpx2.request(request.method, request.url, headers=list(request.headers), content=request.body)


def problem(request: Request) -> tuple[str, int]:
    answer = send(request)
    headers = tuple((name.lower(), value) for name, value in answer.headers.items())
    found = refusal_in(Response(answer.status_code, headers, answer.content))
    return (found.name if found else "", answer.status_code)


def test_a_request_without_the_empty_token_goes_on_as_nobody(jira):
    answer = send(signed(jira, SESSION, token=None))
    assert (answer.status_code, answer.headers["x-ausername"]) == (401, "anonymous")


def test_a_user_added_after_signing_breaks_the_signature(jira):
    request = signed(jira, SESSION)
    moved = Request("GET", f"{request.url}?user_id=alice", request.headers)
    assert problem(moved) == ("signature_invalid", 401)
    assert send(signed(jira, f"{SESSION}?user_id=alice", nonce="m")).json() == {"name": "alice"}


def test_two_users_are_a_contradiction(jira):
    assert problem(signed(jira, f"{SESSION}?user_id=alice&xoauth_requestor_id=bob")) == ("parameter_rejected", 400)


def test_a_request_is_taken_once(jira):
    request = signed(jira, f"{SESSION}?user_id=alice")
    assert send(request).status_code == 200
    assert problem(request) == ("nonce_used", 401)


@pytest.mark.parametrize(("when", "refused"), [(-303, True), (303, True), (-297, False), (297, False)])
def test_the_window_is_five_minutes(jira, when, refused):
    assert (problem(signed(jira, f"{SESSION}?user_id=alice", when=when)) == ("timestamp_refused", 400)) is refused


@pytest.mark.parametrize("callback", ["ftp://x/", "/relative", "javascript:alert(1)"])
def test_a_callback_that_is_no_address_is_rejected(jira, callback):
    request = signed(jira, "/plugins/servlet/oauth/request-token", method="POST", token=None, oauth_callback=callback)
    assert problem(request) == ("parameter_rejected", 400)


def test_tokens_come_as_plain_text_and_by_post_only(jira):
    asking = {"token": None, "oauth_callback": "https://x/back"}
    answer = send(signed(jira, "/plugins/servlet/oauth/request-token", method="POST", **asking))
    assert answer.headers["content-type"].startswith("text/plain")
    assert "oauth_callback_confirmed=true" in answer.text
    assert send(signed(jira, "/plugins/servlet/oauth/request-token", **asking)).status_code == 405


def test_a_base_string_of_another_address_does_not_hold(jira):
    request = signed(jira, SESSION)
    other = Request("GET", request.url.replace("127.0.0.1", "localhost"), request.headers)
    assert problem(signed(jira, SESSION, consumer="other", nonce="o")) == ("consumer_key_unknown", 401)
    jira.url = jira.url.replace("127.0.0.1", "localhost")
    assert problem(other) == ("signature_invalid", 401)


# ---- its REST


def rest(product: Product, method: str, path: str, user: str = "admin:s3cret", **options: Any) -> httpx2.Response:
    headers = {"authorization": f"Basic {b64encode(user.encode()).decode()}", **options.pop("headers", {})}
    return httpx2.request(method, f"{product.url}/rest/{path}", headers=headers, **options)


NEW = {
    "id": "1f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b60",
    "name": "F",
    "rpcUrl": "https://f",
    "displayUrl": "https://f",
    "typeId": "generic",
}


def test_it_is_xml_unless_json_is_asked_for(jira):
    path = "applinks/1.0/applicationlink"
    assert rest(jira, "GET", path).text.startswith("<?xml")
    assert "applicationLinks" in rest(jira, "GET", path, headers={"accept": "application/json"}).json()
    assert httpx2.get(f"{jira.url}/rest/applinks/1.0/manifest").text.startswith("<?xml")


def test_a_link_is_deleted_only_with_the_header_that_no_form_can_send(jira):
    assert rest(jira, "PUT", "applinks/3.0/applicationlink", json=NEW).status_code == 201
    path = f"applinks/3.0/applicationlink/{NEW['id']}"
    assert rest(jira, "DELETE", path).status_code == 403
    assert rest(jira, "DELETE", path, headers={"x-atlassian-token": "no-check"}).status_code == 204
    assert rest(jira, "DELETE", path, headers={"x-atlassian-token": "no-check"}).status_code == 404


def test_an_address_or_an_id_has_one_link(jira):
    assert rest(jira, "PUT", "applinks/3.0/applicationlink", json=NEW).status_code == 201
    assert rest(jira, "PUT", "applinks/3.0/applicationlink", json=NEW).status_code == 409


def test_writing_takes_json_and_whole_documents(jira):
    path = "applinks/3.0/applicationlink"
    assert rest(jira, "PUT", path, data={"name": "F"}).status_code == 415
    assert rest(jira, "PUT", path, json={"name": "F"}).status_code == 400
    rest(jira, "PUT", path, json=NEW)
    assert rest(jira, "PUT", f"applinks/3.0/status/{NEW['id']}/oauth", json={"incoming": {}}).status_code == 400
    consumer = f"applinks-oauth/1.0/applicationlink/{NEW['id']}/authentication/consumer"
    assert rest(jira, "PUT", consumer, json={"key": "k"}).status_code == 400
    said = {"key": "k", "name": "n", "publicKey": "p", "executingTwoLOUser": "admin"}
    assert rest(jira, "PUT", consumer, json=said).status_code == 400, "a fixed user is no administrator"


@pytest.mark.parametrize(("user", "status"), [("admin:x", 401), ("alice:alice's", 403), ("nobody:x", 401)])
def test_only_an_administrator_sees_links(jira, user, status):
    answer = rest(jira, "GET", "applinks/3.0/applinks", user)
    assert answer.status_code == status
    assert status == 403 or answer.headers["www-authenticate"].startswith("OAuth realm=")


def test_wrong_passwords_end_in_a_puzzle(jira):
    for _ in range(3):
        rest(jira, "GET", "applinks/3.0/applinks", "admin:x")
    answer = rest(jira, "GET", "applinks/3.0/applinks")
    assert (answer.status_code, answer.headers["x-seraph-loginreason"]) == (403, "AUTHENTICATION_DENIED")


def test_a_browser_is_refused(jira):
    assert rest(jira, "GET", "applinks/3.0/applinks", headers={"user-agent": "Mozilla/5.0"}).status_code == 403


def test_versions_differ_in_what_they_have(start):
    older, newest = start(JIRA_7), start(JIRA_11)
    assert rest(older, "GET", "applinks/3.0/applinks").status_code == 404
    rest(older, "PUT", "applinks/3.0/applicationlink", json=NEW)
    assert rest(older, "PUT", f"applinks/3.0/status/{NEW['id']}/oauth", json={}).status_code == 404
    assert "WebSudo" in rest(newest, "GET", "applinks/3.0/applinks").text
