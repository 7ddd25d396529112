"""What becomes of a request that reaches the application."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import StoreUnavailable
from applinks.incoming import BODY_LIMIT, Principal, concerns_us, wants_body
from applinks.incoming.endpoints import ENDPOINTS, TOKEN_ENDPOINTS, Visit
from applinks.links import LinkOfConsumer, WhoWeAre
from applinks.mechanisms import TABLE, Presented, load
from applinks.wire import oauth1
from applinks.wire.messages import FORM, Request, Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory
from incoming.senders import BASE, URL, outcome, signed, wiki

MANIFEST = f"{BASE}/rest/applinks/1.0/manifest"


# ---- the quick look


def authorized(value: str) -> tuple[tuple[str, str], ...]:
    return (("accept", "*/*"), ("authorization", value))


def of_type(value: str) -> tuple[tuple[str, str], ...]:
    return (("accept", "*/*"), ("content-type", value))


@pytest.mark.parametrize(
    "looked_at",
    [
        ("/x", "", ()),
        ("/x", "a=1", ()),
        ("/x", "user_id=root", ()),
        ("/x", "", authorized("Bearer oauth")),
        ("/x", "", authorized("")),
        ("/x", "", of_type("")),
        ("/x", "", of_type("application/json")),
        ("/x", "", of_type("multipart/form-data; boundary=x")),
        ("/x", "", of_type(f"{FORM}-not")),
        ("/x", "", (("x-seraph-trusted-app-id", "front"),)),
        ("/rest/applinks/1.0/manifest/", "", ()),
        ("/rest/applinks/1.0/Manifest", "", ()),
        ("/x/rest/applinks/1.0/manifest", "", ()),
        ("/plugins/servlet/oauth/authorize", "", ()),
    ],
)
def test_most_requests_are_none_of_ours_at_first_sight(looked_at):
    assert not concerns_us(*looked_at)


@pytest.mark.parametrize(
    "looked_at",
    [
        *((path, "", ()) for path in (*ENDPOINTS, *TOKEN_ENDPOINTS)),
        ("/x", "oauth_token=1", ()),
        ("/x", "a=1&oauth_signature=x", ()),
        ("/x", "%6fauth_signature=x", ()),
        ("/x", "", authorized('OAuth oauth_token=""')),
        ("/x", "", authorized("oauth x")),
        ("/x", "", authorized("OAUTH")),
        ("/x", "", authorized("Basic YTpi")),
        ("/x", "", authorized("bASIC YTpi")),
        ("/x", "", (*authorized("Bearer x"), ("authorization", "OAuth x"))),
        ("/x", "", (("x-seraph-trusted-app-cert", "AAAA"),)),
        ("/x", "", of_type(FORM)),
        ("/x", "", of_type("Application/X-WWW-Form-Urlencoded ; charset=utf-8")),
    ],
)
def test_what_could_be_ours_is_worth_a_closer_look(looked_at):
    assert concerns_us(*looked_at)


@given(
    st.text(st.sampled_from(list("oauth_signtrecmhdk%6fF=&+;")), max_size=60),
    st.none() | st.text(st.sampled_from(list('OAuth oauthBsic,="YTpi')), max_size=20),
    st.none() | st.sampled_from(["", " ", "AAAA"]),
    st.sampled_from([None, FORM, "application/json"]),
)
def test_the_quick_look_never_misses_a_proof(query, authorization, certificate, content_type):
    """False is certain: no attempt at a proof, of whichever mechanism, passes unseen."""
    names = ("authorization", "x-seraph-trusted-app-cert", "content-type")
    given_ = zip(names, (authorization, certificate, content_type), strict=True)
    headers = tuple((name, value) for name, value in given_ if value is not None)
    request = Request("GET", f"{URL}?{query}", headers)
    try:
        presented = Presented(request, oauth1.read(request))
        attempts = presented.oauth is not None or any(mechanism.recognise(presented) for mechanism in load(TABLE))
    except Exception:  # noqa: BLE001 an attempt that cannot be read is one
        attempts = True
    if attempts:
        assert concerns_us("/rest/page", query, headers)


@pytest.mark.parametrize(
    ("path", "content_type", "wanted"),
    [
        ("/x", FORM, True),
        ("/x", f"{FORM}; charset=utf-8", True),
        ("/x", "application/json", False),
        ("/x", "multipart/form-data", False),
        ("/x", None, False),
        ("/rest/applinks-pairing/1.0/pair", "application/json", True),
        ("/plugins/servlet/oauth/request-token", None, True),
    ],
)
def test_a_body_is_wanted_only_where_it_takes_part(path, content_type, wanted):
    assert wants_body(path, content_type) is wanted


def test_forms_are_read_up_to_what_is_verified():
    """S-30"""
    assert BODY_LIMIT == oauth1.LONGEST_FORM


# ---- what becomes of it


def test_an_admitted_request_goes_on_as_its_principal():
    called, front = wiki()
    assert isinstance(outcome(called, signed(front)), Principal)


@pytest.mark.parametrize("path", ["", "/", "/x", "/rest/applinks/1.0/manifest/x", "/rest/applinks/1.0"])
def test_anything_else_goes_on_untouched(path):
    called, _ = wiki()
    assert outcome(called, Request("GET", BASE + path)) is None


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("query", ["", "?x=1", "?x=%20"])
def test_a_request_to_an_endpoint_of_ours_is_answered(path, query):
    called, _ = wiki()
    assert isinstance(outcome(called, Request("GET", BASE + path + query)), Response)


@pytest.mark.parametrize("path", ENDPOINTS)
def test_so_is_one_that_is_refused_whatever_it_asks_for(path):
    called, front = wiki()
    answer = outcome(called, signed(front, Request("GET", BASE + path), user="ghost"))
    assert answer.status == 401
    assert answer.body == b"oauth_problem=permission_denied"


@pytest.mark.parametrize(
    "url", ["https://example.com/rest/applinks/1.0/manifest", f"https://example.com/other{MANIFEST.removeprefix(BASE)}"]
)
def test_endpoints_are_below_our_own_address(url):
    called, _ = wiki()
    assert outcome(called, Request("GET", url)) is None


# ---- what an endpoint is given


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[Visit]:
    """An endpoint more, which keeps what it is given."""
    kept: list[Visit] = []

    def serve(visit: Visit):
        kept.append(visit)
        return Response(204)
        yield

    monkeypatch.setitem(ENDPOINTS, "/probe", serve)
    return kept


def test_a_visitor_who_was_admitted_comes_with_who_they_are(visits):
    called, front = wiki()
    request = signed(front, Request("GET", f"{BASE}/probe?a=1"))
    assert outcome(called, request) == Response(204)
    (visit,) = visits
    assert (visit.request, visit.path, visit.identity) == (request, "/probe", called.identity)
    assert visit.principal.person.name == "alice"


def test_anybody_else_comes_as_nobody(visits):
    called, _ = wiki()
    assert outcome(called, Request("GET", f"{BASE}/probe")) == Response(204)
    assert visits[0].principal is None


def test_who_is_refused_does_not_come_at_all(visits):
    called, front = wiki()
    assert outcome(called, signed(front, Request("GET", f"{BASE}/probe"), user="ghost")).status == 401
    assert visits == []


# ---- where the store fails


@pytest.mark.parametrize("question", [WhoWeAre, LinkOfConsumer])
def test_a_claimed_proof_is_answered_503_and_never_let_through(question):
    """T-11"""
    called, front = wiki()
    called.failing[question] = StoreUnavailable("gone")
    answer = outcome(called, signed(front))
    assert (answer.status, answer.header("cache-control")) == (503, "no-store")
    assert int(answer.header("retry-after")) > 0


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", MANIFEST),
        Request("GET", URL, (("authorization", "OAuth nonsense"),)),
        Request("GET", f"{URL}?oauth_signature=x"),
        Request("POST", URL, (("content-type", FORM),), b"oauth_consumer_key=a"),
    ],
)
def test_so_is_what_needs_us_otherwise(request_):
    """T-11"""
    called, _ = wiki()
    called.failing[WhoWeAre] = StoreUnavailable("gone")
    assert outcome(called, request_).status == 503


@pytest.mark.parametrize(
    "request_", [Request("POST", URL, (("content-type", FORM),), b"a=1"), Request("GET", f"{URL}?a=%20"), Request("GET", URL)]
)
def test_what_only_passes_by_still_does(request_):
    called, _ = wiki()
    called.failing[WhoWeAre] = StoreUnavailable("gone")
    assert outcome(called, request_) is None


def test_what_is_told_of_the_failure_is_nothing_of_its_cause():
    """T-66"""
    called, _ = wiki()
    called.failing[WhoWeAre] = StoreUnavailable("/var/lib/secret.db is locked")
    answer = outcome(called, Request("GET", MANIFEST))
    assert b"secret" not in answer.body


# ---- while we move

MOVED = "https://moved.example.com/wiki"


def moved():
    """Wiki is at another address now, and those who do not know it yet still sign for the one before."""
    called, front = wiki()
    called.identity = replace(called.identity, url=MOVED)
    return called, front


def under(called, request: Request) -> Request:
    """As the middleware puts it: under the address that is declared now."""
    return replace(request, url=request.url.replace(BASE, called.identity.url))


def test_what_was_signed_for_the_former_address_holds_while_that_is_declared():
    called, front = moved()
    request = under(called, signed(front))
    assert outcome(called, request).body == b"oauth_problem=signature_invalid"
    called.former_url = BASE
    admitted = outcome(called, request)
    assert (admitted.person.name, admitted.mechanism) == ("alice", "2LOi")
    assert (
        outcome(called, under(called, signed(front, Request("GET", f"{MOVED}/rest/page"), nonce="n-2"))).person.name == "alice"
    )


def test_a_nonce_counts_under_both_addresses_together():
    """T-09"""
    called, front = moved()
    called.former_url = BASE
    request = under(called, signed(front))
    outcome(called, request)
    assert outcome(called, request).body == b"oauth_problem=nonce_used"


def test_our_own_endpoints_answer_under_both():
    called, front = moved()
    called.former_url = BASE
    token = f"{BASE}/plugins/servlet/oauth/request-token"
    credentials = oauth1.Credentials(front.identity.consumer_key, front.key, SignatureMethod.RSA_SHA256, token=None)
    asked = oauth1.sign(Request("POST", token), credentials, timestamp=int(front.now), nonce="n-1").request
    assert outcome(called, under(called, asked)).status == 200


def test_a_stranger_gains_nothing_by_a_former_address():
    called, _ = moved()
    called.former_url = BASE
    stranger = under(called, signed(InMemory("Stranger")))
    assert outcome(called, stranger).body == b"oauth_problem=signature_invalid"
    assert called.entries == []


def test_a_process_that_declares_another_address_than_our_records_say_verifies_for_its_own():
    """The processes of before and after a move may run beside each other."""
    called, front = moved()
    assert outcome(called, signed(front), address=BASE).person.name == "alice"
    assert outcome(called, Request("GET", MANIFEST), address=BASE).status == 200


@pytest.mark.parametrize("path", ["/plugins/servlet/applinks/events", "/plugins/servlet/applinks/events/source/part"])
def test_events_prove_themselves_to_whoever_takes_them_in(path: str):
    """They are nobody's call, whatever they are signed by."""
    headers = (("authorization", "OAuth oauth_token=x"), ("content-type", FORM))
    assert not concerns_us(path, "oauth_signature=x", headers)
    assert concerns_us(f"{path.partition('/events')[0]}/eventsx", "oauth_signature=x", headers)
