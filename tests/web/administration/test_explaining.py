"""Why a request was rejected, on a page."""

from __future__ import annotations

import pytest

from applinks.incoming import receive
from applinks.web.administration.explaining import EXPLAIN
from applinks.web.administration.links import path_of
from applinks.wire import oauth1
from applinks.wire.messages import Request, Response
from in_memory import linked
from web.dom import Dom
from web.visitor import heading, said_by

CANARY = "a-canary-value"


@pytest.fixture
def link(tracker, wiki):
    linked(wiki, tracker)
    return tracker.link("Wiki")


def signed(wiki, tracker, url: str) -> Request:
    credentials = oauth1.Credentials(
        wiki.identity.consumer_key, wiki.key, tracker.link("Wiki").incoming.signature_method, token=""
    )
    request = Request("GET", f"{url}/rest/thing?user_id=alice&note={CANARY}")
    return oauth1.sign(request, credentials, timestamp=int(tracker.now), nonce="n-1").request


@pytest.fixture
def refused(tracker, wiki, link) -> Request:
    """A request that was signed for plain http, and arrived by https."""
    sent = signed(wiki, tracker, tracker.identity.url.replace("https:", "http:"))
    arrived = Request(sent.method, sent.url.replace("http:", "https:"), sent.headers)
    assert isinstance(tracker.run(receive(arrived)), Response)
    return arrived


def test_a_refused_request_is_listed_and_explained(root, link, refused):
    page = root.get(f"{path_of(link)}/refusals")
    assert "signature_invalid" in said_by(page)
    form = next(it for it in Dom(page.body.decode()).all("form"))
    answer = root.post(form["action"], Dom(page.body.decode()).fields())
    assert heading(answer) == "Why it was rejected"
    text = said_by(answer)
    assert "scheme" in text
    assert "differs" in text
    assert CANARY not in answer.body.decode()


def test_one_that_is_gone_says_so(root, link):
    token = Dom(root.get(f"{path_of(link)}/refusals").body.decode()).fields()
    token = token or Dom(root.get(EXPLAIN).body.decode()).fields()
    answer = root.post("/plugins/servlet/applinks/admin/refusals/gone", token)
    assert (answer.status, heading(answer)) == (404, "That cannot be done")


def test_a_pasted_request_is_explained_and_nothing_of_it_is_kept(root, tracker, wiki, link):
    sent = signed(wiki, tracker, tracker.identity.url.replace("https:", "http:"))
    target = sent.url.partition("example.com")[2]
    text = f"GET {target} HTTP/1.1\nHost: tracker.example.com\n" + "".join(f"{n}: {v}\n" for n, v in sent.headers) + "\n"
    page = root.get(EXPLAIN)
    answer = root.post(EXPLAIN, {**Dom(page.body.decode()).fields(), "request": text})
    assert "scheme" in said_by(answer)
    assert CANARY not in answer.body.decode()
    assert tracker.refusals == []


@pytest.mark.parametrize("text", ["", "nonsense", "GET"])
def test_what_is_no_request_is_asked_for_again(root, text):
    page = root.get(EXPLAIN)
    answer = root.post(EXPLAIN, {**Dom(page.body.decode()).fields(), "request": text})
    assert (answer.status, heading(answer)) == (400, "Not done – Why was a request rejected?")
