"""A linked application as calling code holds it, the same in both worlds."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest

from applinks.errors import (
    AccessRefused,
    ActedAsSomeoneElse,
    AddressOutsideLink,
    ConfigurationError,
    CredentialsRequired,
    FarSideError,
    LinkNotFound,
    MechanismMissing,
    RedirectedElsewhere,
    Throttled,
)
from applinks.links import AccessToken, KeepSecret, KeepToken, Level, SecretUse
from applinks.mechanisms import TABLE, load
from applinks.wire import basic, oauth1, problems, trusted_apps, trusted_failures
from applinks.wire.trusted_failures import Code, Failure
from in_memory import NOW
from outgoing.far_side import BASE, Face, FarSide, Front, as_it_arrived


def at_level(level: Level) -> Front:
    return Front(FarSide(), level=level)


def test_it_tells_what_it_is(face: Face, front: Front):
    linked = face.linked(front)
    assert (linked.id, linked.name, linked.type, linked.display_url) == (front.ours.id, "Wiki", "confluence", BASE)
    assert repr(linked) == f"<{type(linked).__name__} 'Wiki' (confluence) at {BASE}>"


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
def test_each_verb_is_the_method_of_that_name(face: Face, front: Front, verb: str):
    with front.acting_as("alice"):
        answer = face.do(getattr(face.linked(front), verb)("rest", params={"a": "1"}))
    assert answer.json() == {"ok": True}
    (request,) = front.far_side.requests
    assert request.method == verb.upper()
    assert request.url.params["a"] == "1"
    assert front.far_side.users(front.theirs) == ["alice"]


def test_any_other_method_goes_by_its_name(face: Face, front: Front):
    with front.acting_as("alice"):
        face.request(front, "REPORT", "rest")
    assert front.far_side.requests[0].method == "REPORT"


@pytest.mark.parametrize("path", ["rest/x", "/rest/x", f"{BASE}/rest/x"])
def test_a_slash_in_front_makes_no_difference_nor_does_the_whole_address(face: Face, front: Front, path: str):
    """R-21"""
    with front.acting_as("alice"):
        face.request(front, "GET", path)
    assert str(front.far_side.requests[0].url).startswith(f"{BASE}/rest/x?user_id=alice")


def test_a_link_below_a_path_is_called_below_it(face: Face):
    front = Front(FarSide(), url="https://example.com/products/wiki")
    with front.acting_as("alice"):
        face.request(front, "GET", "/rest/x")
    assert front.far_side.requests[0].url.path == "/products/wiki/rest/x"


@pytest.mark.parametrize("written", ["https://wiki.example.com:443", "https://Wiki.Example.com"])
def test_a_link_with_an_oddly_written_address_is_called_all_the_same(face: Face, written: str):
    front = Front(FarSide(), url=written)
    with front.acting_as("alice"):
        face.request(front, "GET", "rest/x")
    assert str(front.far_side.requests[0].url).startswith(f"{BASE}/rest/x?")
    assert front.far_side.users(front.theirs) == ["alice"]


@pytest.mark.parametrize("path", ["../x", "//elsewhere.example.com/x", "https://elsewhere.example.com/x"])
def test_nothing_leads_out_of_the_link(face: Face, front: Front, path: str):
    """T-70"""
    with front.acting_as("alice"), pytest.raises(AddressOutsideLink):
        face.request(front, "GET", path)
    assert front.far_side.sent == []


@pytest.mark.parametrize("path", ["/../x", "https://elsewhere.example.com/x", "http://wiki.example.com/x", "/a//b"])
def test_nor_does_a_client_of_ones_own(face: Face, path: str):
    """T-70"""
    front = Front(FarSide(), url="https://wiki.example.com/base")

    def use(client):
        yield client.get(path)

    with front.acting_as("alice"), pytest.raises(AddressOutsideLink):
        face.through_client(front, use)
    assert front.far_side.sent == []


def test_a_user_name_in_an_address_does_not_leave(face: Face, front: Front):
    """T-27"""

    def use(client):
        yield client.get("https://user:hunter2@wiki.example.com/x")

    with front.acting_as("alice"):
        face.through_client(front, use)
    (request,) = front.far_side.requests
    assert "hunter2" not in str(request.url)
    assert request.url.userinfo == b""
    assert front.far_side.users(front.theirs) == ["alice"]


def test_a_path_that_no_client_can_send_is_an_error_of_ours(face: Face, front: Front):
    with front.acting_as("alice"), pytest.raises(ConfigurationError, match="cannot be called"):
        face.request(front, "GET", "x" * 70_000)


# ---- what comes back


def test_an_answer_of_400_and_above_is_an_error_with_status_body_and_response(face: Face, front: Front):
    """R-23"""
    front.far_side.answer = lambda request: httpx2.Response(409, json={"message": "Taken."})
    with front.acting_as("alice"), pytest.raises(FarSideError, match=f"409 to POST {BASE}/rest: Taken") as failed:
        face.request(front, "POST", "rest?secret=hunter2")
    assert (failed.value.status, failed.value.body) == (409, {"message": "Taken."})
    assert isinstance(failed.value.response, httpx2.Response)
    assert "hunter2" not in str(failed.value)


def test_a_problem_is_its_own_error(face: Face, front: Front):
    front.far_side.answer = lambda request: httpx2.Response(401, content=b"oauth_problem=nonce_used")
    with front.acting_as("alice"), pytest.raises(AccessRefused) as refused:
        face.request(front, "GET", "rest")
    assert refused.value.problem == "nonce_used"
    assert [(entry.outcome, entry.status) for entry in front.calls()] == [("nonce_used", 401)]


def test_a_client_of_ones_own_leaves_statuses_to_its_owner(face: Face, front: Front):
    front.far_side.answer = lambda request: httpx2.Response(int(request.url.path[1:]))

    def use(client):
        yield client.get("404")
        yield client.get("/500")

    with front.acting_as("alice"):
        assert [answer.status_code for answer in face.through_client(front, use)] == [404, 500]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx2.Response(200, headers={"x-ausername": "bob"}), ActedAsSomeoneElse),
        (httpx2.Response(302, headers={"location": "https://elsewhere.example.com/"}), RedirectedElsewhere),
        (httpx2.Response(302, headers={"location": "http://["}), RedirectedElsewhere),
    ],
)
def test_what_is_no_answer_at_all_is_an_error_with_both(face: Face, front: Front, answer, error):
    front.far_side.answer = lambda request: httpx2.Response(answer.status_code, headers=answer.headers)

    def use(client):
        yield client.get("rest")

    with front.acting_as("alice"):
        with pytest.raises(error):
            face.request(front, "GET", "rest")
        with pytest.raises(error):
            face.through_client(front, use)
    assert len(front.calls()) == 2


def test_options_of_a_client_of_ones_own_are_those_of_httpx2(face: Face, front: Front):
    def use(client):
        yield client.get("rest")

    with front.acting_as("alice"):
        face.through_client(front, use, headers={"x-mine": "1"}, timeout=1.0)
    assert front.far_side.requests[0].headers["x-mine"] == "1"


# ---- as whom, by what


def test_a_mechanism_can_be_demanded(face: Face, front: Front):
    """R-20"""
    with front.acting_as("alice"):
        face.request(front, "GET", "rest", linked=face.linked(front).using("2LOi"))
        with pytest.raises(MechanismMissing):
            face.request(front, "GET", "rest", linked=face.linked(front).using("2LO"))
    assert front.far_side.users(front.theirs) == ["alice"]


def test_one_that_needs_consent_asks_for_it(face: Face, front: Front):
    """R-20"""
    with front.acting_as("alice"), pytest.raises(CredentialsRequired):
        face.request(front, "GET", "rest", linked=face.linked(front).using("3LO"))
    assert front.far_side.sent == []


def test_the_link_is_read_anew_for_each_call(face: Face, front: Front):
    linked = face.linked(front)
    front.save(replace(front.ours, outgoing=replace(front.ours.outgoing, level=Level.DISABLED)))
    with front.acting_as("alice"), pytest.raises(MechanismMissing):
        face.request(front, "GET", "rest", linked=linked)
    front.remove(front.ours.id)
    with front.acting_as("alice"), pytest.raises(LinkNotFound):
        face.request(front, "GET", "rest", linked=linked)


def test_who_am_i_asks_as_the_type_of_the_application_wants_to_be_asked(face: Face, front: Front):
    front.far_side.answer = lambda request: httpx2.Response(200, json={"username": "alice"})
    with front.acting_as("alice"):
        assert face.do(face.linked(front).who_am_i()) == "alice"
    assert front.far_side.requests[0].url.path == "/rest/api/user/current"


def test_who_am_i_of_nobody_is_empty(face: Face, front: Front):
    assert face.do(face.linked(front).anonymously().who_am_i()) == ""


def test_explain_tells_what_would_be_used_now_and_sends_nothing(face: Face, front: Front):
    """R-19"""
    linked = face.linked(front)
    with front.acting_as("alice"):
        assert str(face.do(linked.explain())) == "Wiki, as alice: 2LOi\n  2LOi: taken"
        assert "bob" in str(face.do(linked.explain("bob")))
        assert face.do(linked.using("3LO").explain()).mechanism is None
    assert face.do(linked.explain()).user is None
    assert face.do(linked.anonymously().explain()).mechanism == "anonymous"
    front.save(replace(front.ours, outgoing=replace(front.ours.outgoing, level=Level.OAUTH)))
    with front.acting_as("alice"):
        assert "oauth, not oauth_impersonation" in str(face.do(linked.explain()))
    front.remove(front.ours.id)
    with pytest.raises(LinkNotFound):
        face.do(linked.explain())
    assert front.far_side.sent == []


def test_where_users_differ_the_person_is_asked(face: Face):
    """R-07"""
    front = at_level(Level.OAUTH)
    with front.acting_as("alice"), pytest.raises(CredentialsRequired):
        face.request(front, "GET", "rest")
    assert front.far_side.sent == []


# ---- with a consent, a certificate, a password


def holding(front: Front, user: str = "alice") -> Front:
    front.answer(KeepToken(AccessToken(front.ours.id, user, "given", "", int(NOW))))
    return front


def test_with_a_persons_consent_their_token_is_what_arrives(face: Face):
    front = holding(at_level(Level.OAUTH))
    with front.acting_as("alice"):
        face.request(front, "POST", "rest", json={})
    ((request, body),) = front.far_side.sent
    claim = oauth1.read(as_it_arrived(request, body))
    assert claim.token == "given"
    assert oauth1.verify(claim, front.key.public)


def test_a_consent_that_is_gone_is_the_same_error_before_and_after_the_call(face: Face):
    """R-41: with a client of one's own, too."""
    front = holding(at_level(Level.OAUTH))
    front.far_side.answer = lambda request: httpx2.Response(401, content=b"oauth_problem=token_rejected")

    def use(client):
        yield client.get("rest")

    with front.acting_as("alice"):
        with pytest.raises(CredentialsRequired) as after:
            face.request(front, "GET", "rest")
        assert front.tokens == {}
        with pytest.raises(CredentialsRequired) as before:
            face.request(front, "GET", "rest")
        holding(front)
        with pytest.raises(CredentialsRequired):
            face.through_client(front, use)
    assert after.value.authorization_url == before.value.authorization_url
    assert len(front.far_side.sent) == 2


def test_a_bare_challenge_is_no_reason_to_ask_for_consent(face: Face):
    """Strict-fake checklist 13"""
    front = holding(at_level(Level.OAUTH))
    front.far_side.answer = lambda request: httpx2.Response(401, headers={"www-authenticate": 'OAuth realm="x"'})
    with front.acting_as("alice"), pytest.raises(FarSideError) as failed:
        face.request(front, "GET", "rest")
    assert type(failed.value) is FarSideError
    assert len(front.tokens) == 1


@pytest.mark.parametrize("level", [Level.OAUTH, Level.OAUTH_IMPERSONATION])
def test_nor_is_it_one_about_a_password_where_none_was_sent(face: Face, level: Level):
    """Though Basic is loaded for other links: the remedy would send people looking for a password that is not there."""
    front = holding(Front(FarSide(lambda request: httpx2.Response(401)), level=level, mechanisms=load(TABLE)))
    with front.acting_as("alice"), pytest.raises(FarSideError) as failed:
        face.request(front, "GET", "rest")
    assert type(failed.value) is FarSideError


def by_account(far_side: FarSide, url: str = BASE) -> Front:
    front = Front(far_side, url=url, level=Level.BASIC, mechanisms=load(TABLE))
    front.ours = front.save(replace(front.ours, outgoing=replace(front.ours.outgoing, account="front")))
    front.answer(KeepSecret(front.ours.id, SecretUse.OUTGOING_BASIC, front.ours.origin, "s3cret"))
    return front


def test_by_basic_the_account_and_its_password_are_what_arrives(face: Face):
    front = by_account(FarSide())
    with front.acting_as("alice"):
        face.request(front, "GET", "rest?a=1")
    (request,) = front.far_side.requests
    assert basic.read(request.headers["authorization"]) == ("front", "s3cret")
    assert str(request.url) == f"{BASE}/rest?a=1&os_authType=basic"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx2.Response(401), "authentication_denied"),
        (
            httpx2.Response(403, headers={"x-authentication-denied-reason": "CAPTCHA_CHALLENGE; login-url=https://x/"}),
            "captcha",
        ),
    ],
)
def test_a_refused_password_says_what_people_have_to_do(face: Face, answer, problem):
    """protocol.md 3"""
    front = by_account(FarSide(lambda request: httpx2.Response(answer.status_code, headers=answer.headers)))
    with front.acting_as("alice"), pytest.raises(AccessRefused) as refused:
        face.request(front, "GET", "rest")
    assert refused.value.problem == problem
    assert refused.value.remedy
    assert "s3cret" not in str(refused.value)
    assert len(front.far_side.sent) == 1


@pytest.mark.parametrize("written", ["https://wiki.example.com:443", "https://Wiki.Example.com"])
def test_a_link_by_basic_with_an_oddly_written_address_is_called_all_the_same(face: Face, written: str):
    front = by_account(FarSide(), url=written)
    with front.acting_as("alice"):
        face.request(front, "GET", "rest")
    assert basic.read(front.far_side.requests[0].headers["authorization"]) == ("front", "s3cret")


def test_by_a_certificate_its_six_headers_are_what_arrives(face: Face):
    front = Front(FarSide(), level=Level.TRUSTED, mechanisms=load(TABLE))
    with front.acting_as("alice"):
        face.request(front, "POST", "rest?a=1", json={})
    ((request, body),) = front.far_side.sent
    arrived = as_it_arrived(request, body)
    claim = trusted_apps.read(arrived)
    certificate = trusted_apps.open_certificate(claim, front.key.public)
    assert certificate.user == "alice"
    assert trusted_apps.verify(claim, certificate, front.key.public, arrived.url)
    assert "authorization" not in request.headers


def test_a_certificate_that_is_refused_with_status_200_is_an_error(face: Face):
    """protocol.md 2.3"""
    said = dict(trusted_failures.refused(Failure.of(Code.APP_UNKNOWN, "front")))
    front = Front(FarSide(lambda request: httpx2.Response(200, headers=said)), level=Level.TRUSTED, mechanisms=load(TABLE))
    with front.acting_as("alice"), pytest.raises(AccessRefused) as refused:
        face.request(front, "GET", "rest")
    assert (refused.value.problem, refused.value.status) == ("APP_UNKNOWN", 200)
    assert refused.value.remedy


# ---- asked to wait


def one_after_the_other(*answers: httpx2.Response) -> FarSide:
    left = list(answers)
    return FarSide(lambda request: left.pop(0))


LATER = {"retry-after": "2"}


@pytest.mark.parametrize("options", [{}, {"json": {"a": 1}}, {"content": b"x"}, {"data": {"a": "1"}}])
def test_what_may_be_repeated_is_with_its_body_and_a_proof_of_its_own(face: Face, options):
    """R-25"""
    front = Front(one_after_the_other(httpx2.Response(429, headers=LATER), httpx2.Response(200)))
    with front.acting_as("alice"):
        assert face.request(front, "PUT", "rest", **options).status_code == 200
    first, second = front.far_side.sent
    assert first[1] == second[1]
    assert first[0].headers["authorization"] != second[0].headers["authorization"]
    assert front.far_side.users(front.theirs) == ["alice", "alice"]
    assert front.waited == [2.0]


def test_a_stream_is_not_sent_a_second_time(face: Face):
    """R-25: it is gone once it was sent."""

    async def pieces():
        yield b"1"

    front = Front(one_after_the_other(httpx2.Response(429, headers=LATER), httpx2.Response(200)))
    content = pieces() if face.asynchronous else iter([b"1"])
    with front.acting_as("alice"), pytest.raises(Throttled):
        face.request(front, "PUT", "rest", content=content)
    assert len(front.far_side.sent) == 1


def test_whoever_has_to_wait_too_long_is_told_how_long(face: Face):
    """R-25"""
    front = Front(FarSide(lambda request: httpx2.Response(429, headers={"retry-after": "3600"})))
    with front.acting_as("alice"), pytest.raises(Throttled) as throttled:
        face.request(front, "GET", "rest")
    assert throttled.value.retry_after == 3600
    assert throttled.value.response.status_code == 429


def test_a_clock_is_corrected_in_both_worlds(face: Face):
    """T-12"""
    acceptable = f"{int(NOW) - 700}-{int(NOW) - 100}"
    told = problems.refusal(BASE, "timestamp_refused", (("oauth_acceptable_timestamps", acceptable),))
    answer = httpx2.Response(told.status, headers=dict(told.headers), content=told.body)
    front = Front(one_after_the_other(answer, httpx2.Response(200)))
    with front.acting_as("alice"):
        assert face.request(front, "POST", "rest", json={}).status_code == 200
    claims = [oauth1.read(as_it_arrived(request, body)) for request, body in front.far_side.sent]
    assert [claim.timestamp for claim in claims] == [int(NOW), int(NOW) - 400]
