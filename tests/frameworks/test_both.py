"""What is true under ASGI and under WSGI alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import ConfigurationError
from applinks.frameworks.target import Target
from applinks.incoming import BODY_LIMIT
from applinks.incoming.endpoints import ENDPOINTS
from applinks.people import Person, current_user
from applinks.wire.messages import FORM, Request
from frameworks.hosts import Application, Asgi, Call, Wsgi
from incoming.senders import BASE, URL, signed, wiki

FORMS = [("content-type", FORM)]


@pytest.fixture(params=[Asgi, Wsgi])
def host(request: pytest.FixtureRequest) -> Asgi | Wsgi:
    return request.param()


def serve(host, call: Call, application: Application | None = None, **more):
    called, _ = wiki()
    application = application or Application()
    return host.serve(called, application, call, **more), application


# ---- none of ours


@pytest.mark.parametrize(
    "call",
    [
        Call(),
        Call(target="/"),
        Call(target="/wiki"),
        Call(target="/wiki/x?a=1"),
        Call(target="/other/rest/applinks/1.0/manifest"),
        Call(target="/wikis/rest/applinks/1.0/manifest"),
        Call("POST", headers=[("content-type", "application/json")], pieces=[b"{}"]),
        Call("POST", headers=[("content-type", "multipart/form-data; boundary=x")], pieces=[b"--x", b"--"]),
        Call("PUT", headers=[("content-type", "application/octet-stream")], pieces=[b"\x00" * 9999], chunked=True),
        Call("POST", pieces=[b"a=1"]),
        Call(headers=[("authorization", "Basic YTpi")]),
        Call("POST", "/other", FORMS, [b"a=1"]),
    ],
)
def test_a_request_that_is_none_of_ours_passes_untouched_with_its_body_unread(host, call):
    answer, application = serve(host, call)
    assert application.untouched
    assert application.read_before == 0
    assert application.body == b"".join(call.pieces)
    assert (application.principal, set(application.users)) == (None, {None})
    assert (answer.status, answer.headers, answer.body) == (200, [], b"onetwo")


def test_one_that_needs_a_closer_look_and_is_none_of_ours_passes_all_the_same(host):
    for call in (Call(target="/wiki/x?a=%20b"), Call(target="/wiki/x?oauth_token=1"), Call("POST", headers=FORMS)):
        answer, application = serve(host, call)
        assert (answer.status, answer.headers, application.users[0]) == (200, [], None)


# ---- admitted


def test_an_admitted_request_runs_as_the_person_until_its_last_byte(host):
    called, front = wiki()
    application = Application()
    answer = host.serve(called, application, Call.of(signed(front)))
    assert application.users == ["alice", "alice", "alice"]
    assert application.principal.person.name == "alice"
    assert application.principal.link.name == "Front"
    assert answer.pieces[:2] == [b"one", b"two"]
    assert current_user(None) is None


@pytest.mark.parametrize(
    "path",
    ["/rest/a%2Fb", "/rest/%7Ealice", "/rest/~alice", "/rest/a%20b", "/rest/%C3%BC", "/rest/a;b=c", "/rest/%41", "/a:b@c"],
)
def test_the_path_is_verified_as_it_was_sent(host, path):
    """T-03: `%7E` and `~` are the same to an application, and another signature."""
    called, front = wiki()
    request = signed(front, Request("GET", BASE + path))
    application = Application()
    assert host.serve(called, application, Call.of(request)).status == 200
    assert application.principal is not None


@pytest.mark.parametrize(("sent", "signed_for"), [("%7Ealice", "~alice"), ("~alice", "%7Ealice"), ("%2F", "/"), ("%41", "A")])
def test_another_spelling_of_the_path_is_another_request(host, sent, signed_for):
    """T-03"""
    called, front = wiki()
    request = signed(front, Request("GET", f"{BASE}/rest/{signed_for}"))
    call = replace(Call.of(request), target=Call.of(request).target.replace(f"/rest/{signed_for}", f"/rest/{sent}"))
    assert host.serve(called, Application(), call).status == 401


@pytest.mark.parametrize(
    "path", ["/rest/page", "/rest/~alice", "/rest/a%20b", "/rest/%C3%BC%20", "/rest/a:b@c", "/rest/a;b=c,d"]
)
def test_where_the_server_keeps_only_the_decoded_path_the_plain_spelling_is_taken(host, path):
    called, front = wiki()
    assert host.serve(called, Application(), Call.of(signed(front, Request("GET", BASE + path)), raw=False)).status == 200


@pytest.mark.parametrize("query", ["a=1", "a=%20b", "a=b+c", "a=%2B", "a=1&a=2", "q='\"", "a", "a=&b", "u=https://x/?y=z"])
def test_the_query_is_verified_as_it_was_sent(host, query):
    called, front = wiki()
    application = Application()
    host.serve(called, application, Call.of(signed(front, Request("GET", f"{URL}?{query}"))))
    assert application.principal is not None


# ---- refused, answered


def test_a_refused_request_never_reaches_the_application(host):
    called, front = wiki()
    application = Application()
    answer = host.serve(called, application, Call.of(signed(front, user="ghost")))
    assert application.calls == 0
    assert (answer.status, answer.body) == (401, b"oauth_problem=permission_denied")
    assert answer.all("www-authenticate")[0].startswith("OAuth realm=")
    assert answer.all("content-length") == [str(len(answer.body))]


def test_nor_does_one_that_is_replayed(host):
    """T-09"""
    called, front = wiki()
    call = Call.of(signed(front))
    assert host.serve(called, Application(), call).status == 200
    answer = host.serve(called, Application(), call)
    assert (answer.status, answer.body) == (401, b"oauth_problem=nonce_used")


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_our_own_endpoints_are_served_below_our_address(host, path, method):
    answer, application = serve(host, Call(method, f"/wiki{path}"))
    assert application.calls == 0
    assert answer.status in {200, 400, 401, 404, 405, 415}  # 404 where Trusted Applications are not loaded
    if method == "HEAD":
        assert answer.body == b""
    else:
        assert answer.all("content-length") == [str(len(answer.body))]


def test_the_body_sent_to_an_endpoint_of_ours_is_read_also_in_pieces(host):
    pieces = [b'{"id"', b": ", b"7}"]
    headers = [("content-type", "application/json"), ("authorization", "Basic cm9vdDpyb290J3M=")]
    answer, _ = serve(host, Call("POST", "/wiki/rest/applinks-pairing/1.0/pair", headers, pieces))
    assert answer.status == 400
    assert b"'id'" in answer.body


# ---- bodies


SPLITS = [
    [b"a=1&b=%C3%BC"],
    [b"a=", b"1&b=%", b"C3%BC"],
    [bytes([byte]) for byte in b"a=1&b=%C3%BC"],
    [b"", b"a=1&b=%C3%BC", b""],
]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("pieces", SPLITS, ids=len)
def test_a_form_is_read_once_verified_and_given_on_byte_for_byte(host, pieces, chunked):
    """T-01"""
    called, front = wiki()
    request = signed(front, Request("POST", URL, tuple(FORMS), b"".join(pieces)))
    application = Application()
    answer = host.serve(
        called, application, replace(Call.of(request), pieces=[piece for piece in pieces if piece], chunked=chunked)
    )
    assert answer.status == 200
    assert application.principal.person.name == "alice"
    assert application.body == b"a=1&b=%C3%BC"


@pytest.mark.parametrize("chunked", [False, True])
@given(body=st.binary(max_size=200), cuts=st.lists(st.integers(1, 50), max_size=5))
def test_a_form_that_is_none_of_ours_comes_through_byte_for_byte(chunked, body, cuts):
    pieces, rest = [], body
    for cut in cuts:
        pieces, rest = [*pieces, rest[:cut]], rest[cut:]
    call = Call("POST", headers=FORMS, pieces=[piece for piece in [*pieces, rest] if piece], chunked=chunked)
    for host in (Asgi(), Wsgi()):
        answer, application = serve(host, call)
        if answer.status == 200:
            assert application.body == body
        else:  # by chance it looked like a proof
            assert b"oauth_" in body


def test_a_changed_form_does_not_hold(host):
    called, front = wiki()
    request = signed(front, Request("POST", URL, tuple(FORMS), b"a=1"))
    assert host.serve(called, Application(), replace(Call.of(request), pieces=[b"a=2"])).status == 401


@pytest.mark.parametrize("size", [BODY_LIMIT - 1, BODY_LIMIT])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_form_up_to_the_limit_is_read(host, size, chunked):
    """S-30"""
    body = b"a=" + b"x" * (size - 2)
    answer, application = serve(host, Call("POST", headers=FORMS, pieces=[body[:1000], body[1000:]], chunked=chunked))
    assert (answer.status, application.body) == (200, body)
    assert application.read_before == size


def test_a_form_beyond_the_limit_passes_unread(host):
    """S-30"""
    body = b"a=" + b"x" * BODY_LIMIT
    answer, application = serve(host, Call("POST", headers=FORMS, pieces=[body]))
    assert (answer.status, application.body) == (200, body)
    assert (application.read_before, application.untouched) == (0, True)


def test_one_that_did_not_say_how_long_it_is_is_read_no_further_than_that_and_comes_through_whole(host):
    """S-30, T-73"""
    piece = b"x" * 65_536
    answer, application = serve(host, Call("POST", headers=FORMS, pieces=[piece] * 10, chunked=True))
    assert (answer.status, application.body) == (200, piece * 10)
    assert application.read_before <= BODY_LIMIT + len(piece)


@pytest.mark.parametrize("chunked", [False, True])
def test_one_beyond_the_limit_that_claims_a_proof_is_refused(host, chunked):
    """T-01, S-30: its parameters would reach the application unverified."""
    called, front = wiki()
    request = signed(front, Request("POST", URL, tuple(FORMS)))
    application = Application()
    answer = host.serve(called, application, replace(Call.of(request), pieces=[b"x" * (BODY_LIMIT + 1)], chunked=chunked))
    assert (answer.status, application.calls) == (400, 0)
    assert called.nonces == set()


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "application/octet-stream"])
def test_other_bodies_of_an_admitted_request_are_not_read_before_the_application_does(host, kind):
    """R-22: an upload of any size streams through."""
    called, front = wiki()
    request = signed(front, Request("PUT", URL, (("content-type", kind),)))
    application = Application()
    host.serve(called, application, replace(Call.of(request), pieces=[b"x" * 65_536] * 8, chunked=True))
    assert application.principal is not None
    assert application.read_before == 0
    assert len(application.body) == 8 * 65_536


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 20, "9" * 5000, "٣", " 3", "0x3"])
def test_a_length_that_is_none_breaks_nothing(host, length):
    """T-73"""
    called, _ = wiki()
    headers = [*FORMS, ("content-length", length)]
    application = Application(reads=False)
    call = Call("POST", headers=headers, pieces=[b"a=1"])
    call.announced = lambda: None
    if isinstance(host, Asgi):
        try:
            length.encode("latin-1")
        except UnicodeEncodeError:
            return
    answer = host.serve(called, application, call)
    assert (answer.error, answer.status) == (None, 200)


def test_a_sender_that_hangs_up_in_the_middle_of_a_form_is_not_admitted(host):
    called, front = wiki()
    request = signed(front, Request("POST", URL, tuple(FORMS), b"a=1&b=2"))
    headers = [*request.headers, ("content-length", "7")]
    application = Application()
    answer = host.serve(called, application, replace(Call.of(request), headers=headers, pieces=[b"a=1"], cut=True))
    assert (answer.status, application.calls) == (401, 0)
    assert called.nonces == set()


# ---- the declared address


KEPT, STRIPPED = "/wiki/rest/page", "/rest/page"


@pytest.mark.parametrize(("stripped", "seen"), [(False, KEPT), (True, STRIPPED)])
def test_a_proxy_may_take_the_path_of_our_address_away_if_that_is_said(host, stripped, seen):
    """T-64"""
    called, front = wiki()
    request = signed(front)
    call = replace(Call.of(request), target=f"{seen}?user_id=alice")
    application = Application()
    assert host.serve(called, application, call, stripped=stripped).status == 200
    assert application.principal is not None
    assert (
        host.serve(called, Application(), Call(target=f"{seen[:-10]}/rest/applinks/1.0/manifest"), stripped=stripped).status
        == 200
    )


def test_what_is_not_below_our_address_is_never_taken_for_it(host):
    """T-51: neither with a prefix that is put back unasked, nor with one twice."""
    called, front = wiki()
    for target, stripped in ((STRIPPED, False), ("/wikirest/page", False), (KEPT, True), ("/wiki/wiki/rest/page", False)):
        application = Application()
        answer = host.serve(
            called, application, replace(Call.of(signed(front)), target=f"{target}?user_id=alice"), stripped=stripped
        )
        assert application.principal is None
        assert answer.status in {200, 401}


SPOOFED = [
    [("host", "evil.example.com")],
    [("host", "")],
    [("x-forwarded-host", "evil.example.com"), ("x-forwarded-proto", "http"), ("x-forwarded-port", "80")],
    [("x-forwarded-prefix", "/evil"), ("x-script-name", "/evil"), ("x-forwarded-for", "127.0.0.1")],
    [("forwarded", 'for=127.0.0.1;host="evil.example.com";proto=http')],
    [("x-original-url", "/admin"), ("x-rewrite-url", "/admin"), ("x-request-uri", "/admin")],
    [("x-http-method-override", "DELETE"), ("x-method-override", "DELETE"), ("x-http-method", "DELETE")],
    [("x-ausername", "root"), ("remote-user", "root"), ("x-remote-user", "root"), ("x-forwarded-user", "root")],
    [("applinks-principal", "root"), ("applinks.principal", "root"), ("script-name", "/evil"), ("request-uri", "/evil")],
]


@pytest.mark.parametrize("headers", SPOOFED)
def test_no_header_decides_the_address_the_method_or_the_person(host, headers):
    """T-64, T-03"""
    called, front = wiki()
    call = Call.of(signed(front))
    application = Application()
    assert host.serve(called, application, replace(call, headers=[*headers, *call.headers])).status == 200
    assert (application.users[0], application.principal.person.name) == ("alice", "alice")
    anonymous = Application()
    assert host.serve(called, anonymous, Call(headers=headers)).status == 200
    assert (anonymous.users[0], anonymous.principal) == (None, None)


@pytest.mark.parametrize("headers", SPOOFED)
def test_nor_makes_a_proof_for_another_address_hold(host, headers):
    """T-64"""
    called, front = wiki()
    call = Call.of(signed(front, Request("GET", "https://evil.example.com/wiki/rest/page")))
    assert host.serve(called, Application(), replace(call, headers=[*headers, *call.headers])).status == 401


@pytest.mark.parametrize("url", ["", "https:", "nonsense"])
def test_without_a_declared_address_there_is_no_middleware(url):
    """S-10: it is never guessed."""
    called, _ = wiki()
    with pytest.raises(ConfigurationError, match="APPLINKS_URL"):
        Target(replace(called.identity, url=url))


# ---- what the answer says


@pytest.mark.parametrize(("name", "said"), [("alice", "alice"), ("jürgen", "j%C3%BCrgen"), ("a b", "a%20b"), ("x@y", "x%40y")])
def test_an_answer_to_an_admitted_request_says_for_whom_it_was_made(host, name, said):
    """T-63: in characters that any header may hold."""
    called, front = wiki(Person(name))
    answer = host.serve(called, Application(headers=[("x-own", "1")]), Call.of(signed(front, user=name)))
    assert answer.all("x-ausername") == [said]
    assert answer.all("x-own") == ["1"]


@pytest.mark.parametrize(("status", "challenges"), [(200, 0), (400, 0), (403, 0), (401, 1)])
def test_a_401_of_the_application_itself_says_that_oauth_is_spoken_and_names_no_problem(host, status, challenges):
    called, front = wiki()
    answer = host.serve(called, Application(status=status), Call.of(signed(front)))
    assert answer.status == status
    assert len(answer.all("www-authenticate")) == challenges
    assert not any("oauth_problem" in value for value in answer.all("www-authenticate"))


def test_an_answer_to_anybody_else_says_nothing_of_the_kind(host):
    answer, _ = serve(host, Call(), Application(status=401))
    assert answer.headers == []


# ---- the scope


@pytest.mark.parametrize("fails", ["start", "middle"])
def test_an_error_of_the_application_ends_the_scope_and_goes_on_its_way(host, fails):
    called, front = wiki()
    application = Application(fails=fails)
    answer = host.serve(called, application, Call.of(signed(front)))
    assert isinstance(answer.error, LookupError)
    assert set(application.users) == {"alice"}
    assert current_user(None) is None


@pytest.mark.parametrize("proven", [True, False])
def test_whoever_acts_around_the_server_does_not_act_in_a_request(host, proven):
    """T-25: a server may start one request in the context of another."""
    called, front = wiki()
    application = Application()
    with called.acting_as("bob"):
        host.serve(called, application, Call.of(signed(front)) if proven else Call())
        assert current_user().name == "bob"
    assert application.users[0] == ("alice" if proven else None)


def test_a_request_after_an_admitted_one_is_nobodys(host):
    """T-25"""
    called, front = wiki()
    host.serve(called, Application(), Call.of(signed(front)))
    application = Application()
    host.serve(called, application, Call())
    assert application.users[0] is None
