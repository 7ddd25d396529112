"""What a refused proof means, where the other side is of another make and tells nothing of its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applinks.audit import AuditTrail
from applinks.doctor import Status, examine
from applinks.errors import MalformedAnswer, PersonUnknown, TimedOut, TransportFailed
from applinks.links import STATE_PATH, Level
from applinks.wire import consumer_info, manifest, oauth1, problems, trusted_failures
from applinks.wire.consumer_info import ConsumerInfo
from applinks.wire.manifest import Manifest
from applinks.wire.messages import Request, Response
from applinks.wire.trusted_failures import Code, Failure
from doctor.imitation import OAUTH
from in_memory import _ANSWERS, InMemory, linked

JSON = ("content-type", "application/json")
WHO = "rest/auth/1/session"
Says = Callable[[Request], Response]


class Far:
    """A product at the other end, in memory: manifest and consumer info are right; `says` answers who-am-I."""

    def __init__(self, says: Says | Response, *, base: str | None = None, **terms: Any) -> None:
        self.front, self.wiki = InMemory("Front", type="bitbucket"), InMemory("Wiki")
        linked(self.front, self.wiki, **terms)
        self.says = says if callable(says) else lambda request: says
        us = self.wiki.identity
        self.url = us.url
        self.manifest = Manifest(us.id, us.name, us.type, base or us.url, "10.3", 1, "9.2.2", OAUTH, OAUTH)
        self.asked: list[Request] = []
        self.front.network = self.network

    def network(self, request: Request) -> Response:
        self.asked.append(request)
        path = request.url.partition("?")[0].removeprefix(f"{self.url}/")
        if path == "rest/applinks/1.0/manifest":
            return Response(200, (("content-type", "application/xml"),), manifest.write_xml(self.manifest))
        if path == "plugins/servlet/oauth/consumer-info":
            us = self.wiki.identity
            return Response(200, (), consumer_info.write(ConsumerInfo(us.consumer_key, us.name, self.wiki.key.public.text)))
        return self.says(request) if path == WHO else Response(404)

    def examine(self, user: str | None = "alice"):
        return self.front.run(examine(self.front.link("Wiki"), user=user, by="ops", mechanisms=self.front.mechanisms))

    def change(self, **outgoing: Any) -> None:
        link = self.front.link("Wiki")
        self.front.links[link.id] = replace(link, outgoing=replace(link.outgoing, **outgoing))


@pytest.fixture(autouse=True)
def _records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_ANSWERS, AuditTrail, lambda us, question: ())


def problem(name: str) -> Response:
    return problems.refusal("https://wiki.example.com", name)


def found(diagnosis) -> dict[str, bool]:
    return {finding.cause.name: finding.certain for finding in diagnosis.findings}


def answered(name: str, *headers: tuple[str, str], status: int = 200) -> Response:
    return Response(status, (JSON, *headers), b'{"name": "%s"}' % name.encode())


@pytest.mark.parametrize(
    ("answer", "causes"),
    [
        (problem("consumer_key_unknown"), {"NO_REVERSE_LINK": True}),
        (problem("timestamp_refused"), {"CLOCK_SKEW": True}),
        (problem("nonce_used"), {"NONCE_REPLAY": True}),
        (problem("signature_method_rejected"), {"METHOD_MISMATCH": True}),
        (problem("permission_denied"), {"LEVEL_MISMATCH": False, "IMPERSONATION_USER_UNKNOWN": False}),
        (problem("additional_authorization_required"), {"UNEXPECTED_STATUS": True}),
        (Response(401, (("www-authenticate", 'OAuth realm="x"'),)), {"IMPERSONATION_USER_UNKNOWN": False}),
        (Response(401), {"SILENT_ANONYMOUS": False}),
        (answered("bob"), {"IMPERSONATED_WRONG_USER": True}),
        (answered("alice", ("x-ausername", "b%C3%B6b")), {"IMPERSONATED_WRONG_USER": True}),
        (answered(""), {"SILENT_ANONYMOUS": True}),
        (answered("alice", ("x-ausername", "anonymous")), {"SILENT_ANONYMOUS": True}),
        (Response(403), {"INSUFFICIENT_PERMISSION": True}),
        (Response(404), {"UNEXPECTED_STATUS": True}),
        (Response(302, (("location", "/login.jsp"),)), {"LOGIN_WALL": True}),
        (Response(302, (("location", "https://elsewhere.example.com/"),)), {"REDIRECTED_ELSEWHERE": True}),
        (Response(200, (("content-type", "text/html"),), b"<html>"), {"LOGIN_WALL": True}),
        (Response(503, (("retry-after", "600"),)), {"RATE_LIMITED": True}),
        (Response(504, (("via", "1.1 squid"),)), {"PROXY_REFUSED": True}),
        (answered("ALICE"), {}),
    ],
)
def test_each_answer_has_its_causes(answer: Response, causes: dict[str, bool]):
    assert found(Far(answer).examine()) == causes


def test_a_wrong_signature_may_be_three_things_where_nobody_tells_which():
    causes = found(Far(problem("signature_invalid")).examine())
    assert causes == {"NO_REVERSE_LINK": False, "PUBLIC_KEY_CHANGED": False, "SIGNATURE_OTHER": False}


def test_it_is_the_address_if_the_same_call_is_accepted_when_it_is_signed_for_the_other_one():
    own = "https://wiki.example.org/base"

    def verifies_for_its_own(request: Request) -> Response:
        as_it_believes = replace(request, url=request.url.replace(far.url, own))
        holds = oauth1.verify(oauth1.read(as_it_believes), far.front.key.public)
        return problem("permission_denied" if holds else "signature_invalid")

    far = Far(verifies_for_its_own, base=own)
    assert found(far.examine()) == {"BASE_URL_MISMATCH": True, "SIGNATURE_URL_MISMATCH": True}
    assert found(far.examine(None)) == {"BASE_URL_MISMATCH": True, "SIGNATURE_URL_MISMATCH": True}


def test_it_is_not_the_address_if_that_is_refused_too():
    causes = found(Far(problem("signature_invalid"), base="https://wiki.example.org").examine())
    assert "SIGNATURE_URL_MISMATCH" not in causes
    assert causes["SIGNATURE_OTHER"] is False


def test_an_old_consumer_key_is_told_from_no_link_by_asking_under_our_own():
    def knows_us(request: Request) -> Response:
        claim = oauth1.read(request)
        return answered("alice") if claim.consumer_key == far.front.identity.consumer_key else problem("consumer_key_unknown")

    far = Far(knows_us)
    far.change(consumer_key="before")
    assert found(far.examine()) == {"STALE_CONSUMER_KEY": True}
    far.says = lambda request: problem("consumer_key_unknown")
    assert found(far.examine()) == {"NO_REVERSE_LINK": True}


@pytest.mark.parametrize(
    ("code", "causes"),
    [
        (Code.APP_UNKNOWN, {"NO_REVERSE_LINK": True}),
        (Code.OLD_CERT, {"CLOCK_SKEW": True}),
        (Code.BAD_REMOTE_IP, {"TRUSTED_APP_RESTRICTED": True}),
        (Code.BAD_XFORWARD_IP, {"TRUSTED_APP_RESTRICTED": True}),
        (Code.BAD_URL, {"TRUSTED_APP_RESTRICTED": True}),
        (Code.BAD_MAGIC, {"PUBLIC_KEY_CHANGED": True}),
        (Code.USER_UNKNOWN, {"IMPERSONATION_USER_UNKNOWN": True}),
        (Code.SYSTEM, {"UNEXPECTED_STATUS": True}),
    ],
)
def test_trusted_applications_say_it_by_their_codes(code: Code, causes: dict[str, bool]):
    from applinks.mechanisms import load

    far = Far(Response(200, trusted_failures.refused(Failure.of(code, "x"))))
    far.front.mechanisms = load(["Trusted"])
    far.manifest = replace(far.manifest, incoming=(manifest.AuthenticationKind.TRUSTED_APPS,))
    far.change(level=Level.TRUSTED)
    assert found(far.examine()) == causes


# ---- what is tried


def test_without_a_user_a_call_is_signed_that_names_nobody():
    far = Far(problem("permission_denied"))
    diagnosis = far.examine(None)
    assert diagnosis.status is Status.CONNECTED
    (asked,) = [request for request in far.asked if WHO in request.url]
    assert "user_id" not in asked.url
    assert far.front.entries == []


def test_what_does_not_tell_leaves_it_unproven():
    diagnosis = Far(Response(401)).examine(None)
    assert (diagnosis.status, diagnosis.findings) == (Status.UNPROVEN, ())


def test_as_a_user_it_is_a_call_on_the_record():
    far = Far(answered("alice"))
    assert far.examine().status is Status.CONNECTED
    (entry,) = far.front.entries
    assert (entry.subject, entry.actor, entry.reason) == ("alice", "ops", "applinks doctor")


def test_somebody_whom_this_application_does_not_know_is_not_tried():
    far = Far(answered("alice"))
    for name in ("mallory", "dave"):
        with pytest.raises(PersonUnknown):
            far.examine(name)
    assert far.asked == []


def test_a_connection_that_breaks_in_the_middle_is_named():
    def breaks(request: Request) -> Response:
        raise TimedOut("too slow", reason="read-timeout")

    assert found(Far(breaks).examine()) == {"READ_TIMEOUT": True}
    assert found(Far(breaks).examine(None)) == {"READ_TIMEOUT": True}


def test_a_secret_that_is_missing_is_ours_to_set():
    far = Far(answered("alice"))
    far.change(signature_method=oauth1.SignatureMethod.HMAC_SHA256)
    assert found(far.examine()) == {"NO_OUTGOING_AUTH": True}
    assert found(far.examine(None)) == {"NO_OUTGOING_AUTH": True}


def test_one_who_is_excluded_here_has_no_way():
    far = Far(answered("alice"))
    link = far.front.link("Wiki")
    far.front.links[link.id] = replace(link, outgoing=replace(link.outgoing, level=Level.TRUSTED))
    far.manifest = replace(far.manifest, incoming=())
    causes = found(far.examine())
    assert causes["NO_OUTGOING_AUTH"] is True


@pytest.mark.parametrize("level", [Level.DISABLED, Level.OAUTH])
def test_a_link_that_only_lets_them_call_is_no_trouble_until_somebody_is_named(level: Level):
    far = Far(answered("alice"))
    far.change(level=Level.DISABLED)
    assert far.examine(None).status is Status.UNPROVEN
    assert found(far.examine()) == {"NO_OUTGOING_AUTH": True}


def test_what_is_no_state_is_not_believed():
    far = Far(answered("alice"))
    ordinary = far.network

    def network(request: Request) -> Response:
        if STATE_PATH in request.url:
            return Response(200, (("content-type", "application/jose"),), b"a.b.c.d.e")
        return ordinary(request)

    far.front.network = network
    diagnosis = far.examine()
    assert diagnosis.theirs is None
    assert found(diagnosis) == {"NO_REVERSE_LINK": True}


def test_an_odd_consumer_info_spoils_nothing():
    far = Far(answered("alice"))
    ordinary = far.network

    def network(request: Request) -> Response:
        return Response(200, (), b"<consumer/>") if "consumer-info" in request.url else ordinary(request)

    far.front.network = network
    diagnosis = far.examine()
    assert diagnosis.status is Status.CONNECTED
    assert [check.good for check in diagnosis.checks if check.name == "consumer info"] == [None]


def test_an_error_of_an_unknown_kind_breaks_no_examination():
    def odd(request: Request) -> Response:
        raise MalformedAnswer("odd")

    assert found(Far(odd).examine()) == {"UNEXPECTED_STATUS": True}


def test_a_failure_without_a_reason_is_a_broken_connection():
    def odd(request: Request) -> Response:
        raise TransportFailed("gone")

    assert found(Far(odd).examine()) == {"BROKEN_OFF": True}


@pytest.mark.parametrize("spelling", ["https://WIKI.example.com", "https://wiki.example.com:443", "https://wiki.example.com/"])
def test_an_address_in_another_spelling_is_the_same(spelling: str):
    assert found(Far(answered("alice"), base=spelling).examine()) == {}


STATUS = st.sampled_from([200, 204, 301, 302, 400, 401, 403, 404, 407, 429, 500, 502, 503, 504, 999])
HEADERS = st.lists(
    st.sampled_from(
        [
            JSON,
            ("content-type", "application/xml"),
            ("content-type", "application/jose"),
            ("content-type", "text/html"),
            ("location", "/login"),
            ("location", "//[x"),
            ("location", "https://wiki.example.com/rest/auth/1/session"),
            ("retry-after", "0"),
            ("retry-after", "-1"),
            ("retry-after", "soon"),
            ("date", "never"),
            ("date", "Fri, 15 Jan 2027 08:00:00 GMT"),
            ("x-ausername", "%ff"),
            ("x-ausername", "anonymous"),
            ("www-authenticate", 'OAuth oauth_problem="signature_invalid"'),
            ("www-authenticate", 'OAuth oauth_problem="timestamp_refused", oauth_acceptable_timestamps="1-2"'),
            ("www-authenticate", 'OAuth oauth_problem="consumer_key_unknown"'),
            ("www-authenticate", 'OAuth oauth_problem="\x00\u202e{us}"'),
            ("x-seraph-loginreason", "AUTHENTICATED_FAILED"),
        ]
    ),
    max_size=4,
)
BODY = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b"{}", b"[]", b'{"name": "alice"}', b'{"name": ["x"]}', b"<manifest/>", b"<html>", b"a.b.c.d.e", b"[" * 9999]
    ),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.builds(lambda *parts: Response(*parts), STATUS, HEADERS.map(tuple), BODY), min_size=1),
    st.booleans(),
    st.booleans(),
)
def test_nothing_that_the_other_side_says_breaks_an_examination(answers, honest, named):
    """With `honest`, the first document is as it should be, so that what comes later is asked for."""
    far, said = Far(Response(404)), iter(answers * 20)
    ordinary = far.network

    def network(request: Request) -> Response:
        return ordinary(request) if honest and "manifest" in request.url else next(said, Response(404))

    far.front.network = network
    diagnosis = far.examine("alice" if named else None)
    texts = [finding.evidence + finding.remedy for finding in diagnosis.findings] + [
        check.outcome for check in diagnosis.checks
    ]
    assert all(text.isprintable() for text in texts)
