"""Our pages inside real frameworks, under our middleware, at an address with a path."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from applinks.frameworks import ASGIPages
from applinks.incoming import BODY_LIMIT, automation
from applinks.links import WhoWeAre, digest_of
from applinks.mechanisms import MECHANISMS
from applinks.people import KeepsPeople, current_user
from applinks.web import STATIC as SHEETS
from applinks.web.interface import BELOW
from applinks.web.visit import AUTHORIZE, END, GRANTS, INBOX, LONGEST_FORM, OWN_RUNS, START, STATIC
from applinks.wire import oauth1
from applinks.wire.encoding import parse_form
from applinks.wire.messages import FORM, Request
from frameworks.page_hosts import HOSTS, Host
from incoming.senders import signed, wiki
from web.dom import Dom
from web.visitor import CALLBACK, TOKEN, allowed, records, wish

BASE = "https://example.com/wiki"
PAGE = {"sec-fetch-site": "same-origin", "origin": "null"}


class World:
    """The wiki in a framework, which front has asked for consent, and somebody's browser."""

    def __init__(self, host: Host, stripped: bool, who: str | None = "alice") -> None:
        self.called, self.front = wiki()
        wish(self.called, self.front.identity.id)
        self.prefix = "" if stripped else "/wiki"
        self.client = host(self.called, stripped)
        self.who(who)

    def who(self, name: str | None) -> None:
        self.client.cookies.clear()
        if name is not None:
            self.client.cookies.set("who", name, domain="example.com")

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.client.get(f"{self.prefix}{path}", follow_redirects=False, **more)

    def post(self, path: str, **more: Any) -> httpx2.Response:
        return self.client.post(
            f"{self.prefix}{path}", headers={**PAGE, **more.pop("headers", {})}, follow_redirects=False, **more
        )

    def form(self) -> dict[str, str | None]:
        return {**Dom(self.get(f"{AUTHORIZE}?oauth_token={TOKEN}").text).fields(), "decision": "allow"}

    def send(self, request: Request) -> httpx2.Response:
        """A request that was signed for the public address, as it reaches the application."""
        target = f"{self.prefix}{request.url.removeprefix(BASE)}"
        options = {"headers": dict(request.headers), "content": request.body, "follow_redirects": False}
        return self.client.request(request.method, target, **options)


@pytest.fixture(params=[False, True], ids=["whole path", "stripped"])
def world(request: pytest.FixtureRequest, host: Host) -> World:
    return World(host, request.param)


@pytest.fixture(params=HOSTS, ids=lambda host: host.__name__)
def host(request: pytest.FixtureRequest) -> Host:
    return request.param


def test_consent_is_shown_to_whoever_is_signed_in_with_addresses_that_carry_our_path(world):
    answer = world.get(f"{AUTHORIZE}?oauth_token={TOKEN}")
    dom = Dom(answer.text)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Alice Adams (alice)" in dom.text
    assert [found["action"] for found in dom.all("form")] == [f"/wiki{AUTHORIZE}"]
    assert {link for link in dom.links() if link != "#content"} == {
        *("/wiki/", f"/wiki{GRANTS}", f"/wiki{INBOX}", f"/wiki{OWN_RUNS}"),
    }
    assert len(answer.content) == int(answer.headers["content-length"])


def test_a_consent_form_passes_the_middleware_untouched_and_decides(world):
    """It has an `oauth_token` in it, and yet claims no proof."""
    answer = world.post(AUTHORIZE, data=world.form())
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{CALLBACK}&oauth_token={TOKEN}&oauth_verifier=")
    assert answer.headers["cache-control"] == "no-store"
    assert world.called.request_tokens[digest_of(TOKEN)].user == "alice"
    assert "x-ausername" not in answer.headers


def test_the_cookie_survives_a_real_client_and_its_jar(world):
    """T-40: without it the same form is refused."""
    fields = world.form()
    assert "__Host-applinks-form" in world.client.cookies
    world.who("alice")
    assert world.post(AUTHORIZE, data=fields).status_code == 403


def test_who_is_not_signed_in_is_sent_to_the_sign_in_and_back_to_our_public_path(world):
    world.who(None)
    answer = world.get(f"{AUTHORIZE}?oauth_token={TOKEN}&x=%2F")
    back = f"/wiki{AUTHORIZE}?oauth_token={TOKEN}&x=%2F"
    assert answer.status_code == 303
    assert httpx2.URL(answer.headers["location"]).params["next"] == back


@pytest.mark.parametrize("query", [f"oauth_token={TOKEN}", "state=s&oauth_token=t&oauth_verifier=v", "x=%6fauth_consumer_key"])
@pytest.mark.parametrize("path", [AUTHORIZE, START, END, GRANTS])
def test_addresses_of_the_dance_pass_the_middleware(world, path, query):
    answer = world.get(f"{path}?{query}")
    assert answer.status_code in {200, 403, 404}
    assert "www-authenticate" not in answer.headers
    assert "<h1>" in answer.text


def test_the_sheets_are_served_where_the_pages_look_for_them(world):
    for sheet in Dom(world.get(GRANTS).text).all("link"):
        answer = world.get((sheet["href"] or "").removeprefix("/wiki"))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert answer.content == SHEETS[(sheet["href"] or "").rpartition("/")[2]][1]


def test_what_is_not_ours_stays_the_applications_own(world):
    for path in ("/", "/page", "/plugins", "/login?next=x"):
        assert world.get(path).text == "the application's own, for alice"
    assert world.post("/page", data={"oauth_token": "x"}).text == "the application's own, for alice"


@pytest.mark.parametrize("path", ["/plugins/servlet/x", "/plugins/servlet/oauth/authorize/", f"{AUTHORIZE}%20", f"{STATIC}/"])
def test_below_our_place_there_are_our_pages_and_nothing_else(world, path):
    """T-51."""
    assert world.get(path).status_code == 404


def test_other_methods_are_refused(world):
    for method in ("PUT", "DELETE", "PATCH"):
        answer = world.client.request(method, f"{world.prefix}{GRANTS}")
        assert answer.status_code == 405
        assert {"GET", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))
    head = world.client.head(f"{world.prefix}{GRANTS}")
    assert (head.status_code, head.content) == (405, b"")


# ---- bodies


@pytest.mark.parametrize("size", [LONGEST_FORM + 1, BODY_LIMIT, BODY_LIMIT + 1, 4 * BODY_LIMIT])
def test_a_large_form_is_refused_and_the_next_request_served(world, size):
    """S-30, T-73."""
    fields = world.form()
    before = records(world.called)
    answer = world.post(AUTHORIZE, data={**fields, "more": "x" * size})
    assert answer.status_code == 403
    assert records(world.called) == before
    assert world.post(AUTHORIZE, data=fields).status_code == 303


@pytest.mark.parametrize("length", ["", "-1", "x", "9" * 30])
def test_a_length_that_is_none_breaks_nothing(host, length):
    """T-73."""
    world = World(host, False)
    answer = world.post(AUTHORIZE, content=b"a=1", headers={"content-type": FORM, "content-length": length})
    assert answer.status_code in {400, 403, 413}


def test_other_kinds_of_body_are_no_form(world):
    """T-40."""
    fields = {name: value or "" for name, value in world.form().items()}
    assert world.post(AUTHORIZE, json=fields).status_code == 403
    assert world.post(AUTHORIZE, files={name: (None, value) for name, value in fields.items()}).status_code == 403


# ---- who is acting


def test_nobody_acts_once_the_page_is_made(world):
    """T-25."""
    world.get(GRANTS)
    assert current_user(default=None) is None
    world.who(None)
    assert world.get("/").text == "the application's own, for nobody"


def signed_as_alice(world: World, method: str, target: str, body: bytes = b"", nonce: str = "n-1") -> Request:
    headers = (("content-type", FORM), *PAGE.items()) if body else ()
    return signed(world.front, Request(method, f"{BASE}{target}", headers, body), nonce=nonce)


def test_an_application_allows_nothing_and_ends_nothing_in_a_persons_name(world):
    """T-15: what it may do over the link ends with the link; a consent that it gave to itself would not."""
    world.who(None)
    allowed(world.called, world.front.identity.id, "alice", "grant")
    steps = [
        ("GET", AUTHORIZE, b""),
        ("GET", GRANTS, b""),
        ("POST", AUTHORIZE, b"decision=allow"),
        ("POST", GRANTS, b"revoke=grant"),
    ]
    for number, (method, path, body) in enumerate(steps):
        answer = world.send(signed_as_alice(world, method, path, body, f"n-{number}"))
        assert (answer.status_code, answer.headers.get("x-ausername")) == (303, "alice")
        assert answer.headers["location"].startswith("/wiki/login?next=")
        assert "set-cookie" not in answer.headers
    assert set(world.called.grants) == {"grant"}


def test_the_whole_dance_goes_through_middleware_and_pages(world):
    """The machine's endpoints lie among the pages' paths; the middleware is there first."""
    credentials = oauth1.Credentials(world.front.identity.consumer_key, world.front.key, oauth1.SignatureMethod.RSA_SHA256)

    def step(path, nonce, extra, **more):
        request = Request("POST", f"{BASE}/plugins/servlet/oauth/{path}")
        proof = oauth1.sign(request, replace(credentials, **more), timestamp=int(world.front.now), nonce=nonce, extra=extra)
        answer = world.send(proof.request)
        assert answer.status_code == 200, answer.text
        return dict(parse_form(answer.text))

    asked = step("request-token", "n-1", (("oauth_callback", CALLBACK),))
    fields = Dom(world.get(f"{AUTHORIZE}?oauth_token={asked['oauth_token']}").text).fields()
    back = world.post(AUTHORIZE, data={**fields, "decision": "allow"}).headers["location"]
    verifier = httpx2.URL(back).params["oauth_verifier"]
    given = step("access-token", "n-2", (("oauth_verifier", verifier),), token=asked["oauth_token"])
    assert [grant.user for grant in world.called.grants.values()] == ["alice"]
    assert "revoke" in world.get(GRANTS).text
    assert given["oauth_token"] not in world.get(GRANTS).text


# ---- ASGI alone


def test_what_is_no_request_is_left_alone():
    called, _ = wiki()
    sent: list[Any] = []

    async def never() -> Any:
        raise AssertionError("nothing is to be received")

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(ASGIPages(called)({"type": "lifespan"}, never, send))
    assert sent == []


def test_in_asynchronous_code_nothing_is_asked_synchronously():
    """Who we are is a question too: asking the store in the event loop would hold up everybody else."""
    called, _ = wiki()

    class Host:
        identity = called.identity
        mechanisms = MECHANISMS

        async def run_async(self, flow):
            return await called.run_async(flow)

    scope = {"type": "http", "method": "GET", "path": f"/wiki{GRANTS}", "query_string": b"", "headers": []}
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(ASGIPages(Host(), sign_in="/login?next={}")(scope, receive, send))
    assert sent[0]["status"] == 303
    assert [type(question) for question in called.asked] == [WhoWeAre, KeepsPeople]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_programs_reach_the_interface_by_every_method(world, method):
    """T-40: by their token alone; whoever is signed in means nothing there."""
    made = world.called.run(automation.make_token("nightly", "root", by="root"))
    path = f"{world.prefix}{BELOW}/grants/nothing"
    world.who("root")
    assert world.client.request(method, path).status_code == 401
    bearer = {"authorization": f"Bearer {made.secret}"}
    answer = world.client.request(method, path, headers=bearer, json={})
    assert answer.status_code == {"DELETE": 404, "OPTIONS": 204}.get(method, 405)
    assert (answer.status_code == 404) == (answer.headers.get("allow") is None)
    assert ("content-length" in answer.headers) == (answer.status_code != 204)


def test_a_body_in_json_reaches_the_interface_whole(world):
    made = world.called.run(automation.make_token("nightly", "root", by="root"))
    bearer = {"authorization": f"Bearer {made.secret}"}
    answer = world.client.post(f"{world.prefix}{BELOW}/tokens", headers=bearer, json={"label": "caf\u00e9"})
    assert (answer.status_code, answer.json()["token"]["label"]) == (201, "caf\u00e9")
    large = {"label": "x" * BODY_LIMIT}
    assert world.client.post(f"{world.prefix}{BELOW}/tokens", headers=bearer, json=large).status_code == 413
