"""What is signed is what is sent, byte for byte; verified by what the transport was given."""

from __future__ import annotations

import asyncio
import io
import json
from socket import gaierror
from ssl import SSLCertVerificationError, SSLError

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applinks.audit import WriteDown
from applinks.errors import ConfigurationError, NobodyActing, StoreUnavailable, TimedOut, TlsFailed, TransportFailed
from applinks.outgoing.send import HEADERS, REASONS, LinkAuth, _as_httpx2, client_options, transport_failure
from applinks.people import Person, run_as
from applinks.wire.messages import Request
from outgoing.far_side import BASE, Face, FarSide, Front


def verifying(code):
    """A certificate that OpenSSL refused for this reason."""
    error = SSLCertVerificationError("certificate verify failed")
    error.verify_code = code
    return error


FORM = b"application/x-www-form-urlencoded"

QUERIES = [
    "rest",
    "rest?a=1",
    "rest?a=1&a=2&b",
    "rest?a=%20b+c",
    "rest?a=%2B%26%3D%23",
    "rest?q='\"<>",
    "rest?q={x}|y",
    "rest/ü/名?q=ü",
    "rest/a%2Fb/%7e~",
    "rest/a%20b",
    "rest/(x)!*'$,;=:@",
    "rest?a=b=c&&d",
    "rest?%61=%62",
]


@pytest.mark.parametrize("path", QUERIES)
def test_the_address_arrives_as_it_was_signed(face: Face, front: Front, path: str):
    with front.acting_as("alice"):
        face.request(front, "GET", path)
    assert front.far_side.users(front.theirs) == ["alice"]


@pytest.mark.parametrize(
    "params",
    [
        {"a": "1"},
        {"a": ["1", "2"]},
        {"a b": "c d+e"},
        {"jql": 'project = OPS AND text ~ "ü"'},
        [("b", "2"), ("a", "1"), ("b", "1")],
        {"empty": ""},
        {"x": "100%"},
    ],
)
def test_so_do_parameters_that_are_given_apart(face: Face, front: Front, params):
    with front.acting_as("alice"):
        face.request(front, "GET", "rest?z=%20y", params=params)
    assert front.far_side.users(front.theirs) == ["alice"]
    sent = front.far_side.requests[0].url.params
    assert sent["z"] == " y"
    for name, value in dict(params).items():
        assert set(sent.get_list(name)) >= ({value} if isinstance(value, str) else set(value))


@pytest.mark.parametrize(
    "form", [{"title": "Plan"}, {"a": ["1", "2"]}, {"text": "ü & = + % \r\n 名"}, {"empty": ""}, {"user": "root"}]
)
def test_a_form_is_signed_and_arrives_whole(face: Face, front: Front, form):
    """T-01"""
    with front.acting_as("alice"):
        face.request(front, "POST", "rest", data=form)
    assert front.far_side.users(front.theirs) == ["alice"]
    request, body = front.far_side.sent[0]
    front.far_side.sent[0] = (request, body + b"&more=1")
    assert front.far_side.users(front.theirs) == [None]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=4), st.text(max_size=12))
def test_whatever_is_in_query_and_form_what_was_signed_is_what_arrives(form, value):
    far_side = FarSide()
    front = Front(far_side)
    with front.acting_as("alice"):
        try:
            Face(False).request(front, "POST", "rest", params={"q": value}, data=form)
        except (ConfigurationError, UnicodeEncodeError):
            return
    assert far_side.users(front.theirs) == ["alice"]


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"title": "Plan", "user_id": "root"}},
        {"content": b"\x00\xff"},
        {"content": b"a=1", "headers": {"content-type": "text/plain"}},
        {"content": b"a=1", "headers": {"content-type": "application/x-www-form-urlencoded-not"}},
        {"files": {"file": ("a.txt", b"user_id=root")}},
        {"files": {"file": ("a.txt", b"x")}, "data": {"comment": "c"}},
    ],
)
def test_other_bodies_arrive_as_they_are_and_are_not_signed(face: Face, front: Front, options):
    """T-04, R-22"""
    with front.acting_as("alice"):
        face.request(front, "POST", "rest", **options)
    assert front.far_side.users(front.theirs) == ["alice"]
    request, body = front.far_side.sent[0]
    assert body
    front.far_side.sent[0] = (request, b"another")
    assert front.far_side.users(front.theirs) == ["alice"]


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "application/octet-stream"])
def test_a_streaming_body_is_not_read_before_the_transport_does(face: Face, kind: str):
    read: list[str] = []

    def pieces():
        for piece in (b"1", b"2"):
            read.append("piece")
            yield piece

    async def pieces_async():
        for piece in pieces():
            yield piece

    far_side = FarSide()
    front = Front(far_side)

    class Watching(httpx2.MockTransport):
        def handle_request(self, request):
            assert read == []
            return super().handle_request(request)

        async def handle_async_request(self, request):
            assert read == []
            return await super().handle_async_request(request)

    far_side.transport = lambda asynchronous: Watching(far_side._handle_async if asynchronous else far_side._handle)
    content = pieces_async() if face.asynchronous else pieces()
    with front.acting_as("alice"):
        face.request(front, "PUT", "rest", content=content, headers={"content-type": kind})
    assert far_side.bodies == [b"12"]
    assert far_side.users(front.theirs) == ["alice"]


def test_a_form_that_is_streamed_is_read_and_signed(face: Face, front: Front):
    async def pieces():
        yield b"a="
        yield b"1"

    content = pieces() if face.asynchronous else iter([b"a=", b"1"])
    with front.acting_as("alice"):
        face.request(front, "POST", "rest", content=content, headers={"content-type": FORM.decode()})
    assert front.far_side.bodies == [b"a=1"]
    assert front.far_side.users(front.theirs) == ["alice"]


def test_a_streamed_answer_is_not_read_by_the_road(face: Face):
    """R-22"""
    read: list[bytes] = []

    class Watched(httpx2.SyncByteStream, httpx2.AsyncByteStream):
        def __iter__(self):
            for piece in (b"1", b"2"):
                read.append(piece)
                yield piece

        async def __aiter__(self):
            for piece in self:
                yield piece

        def close(self):
            pass

        async def aclose(self):
            pass

    front = Front(FarSide(lambda request: httpx2.Response(200, stream=Watched())))

    async def download_async():
        async with (
            face.linked(front).client(transport=front.far_side.transport(True)) as client,
            client.stream("GET", "x") as got,
        ):
            assert read == []
            return [piece async for piece in got.aiter_bytes()]

    def download():
        with face.linked(front).client(transport=front.far_side.transport(False)) as client, client.stream("GET", "x") as got:
            assert read == []
            return list(got.iter_bytes())

    with front.acting_as("alice"):
        assert (asyncio.run(download_async()) if face.asynchronous else download()) == [b"1", b"2"]
    assert [entry.outcome for entry in front.calls()] == ["answered"]


# ---- what travels beside


def test_every_request_says_what_it_wants_and_who_we_are(face: Face, front: Front):
    with front.acting_as("alice"):
        face.request(front, "POST", "rest", json={})
    sent = front.far_side.requests[0].headers
    assert {name: sent[name] for name in HEADERS} == HEADERS
    assert not sent["user-agent"].startswith("Mozilla")


def test_headers_of_the_caller_win_but_not_over_the_proof(face: Face, front: Front):
    with front.acting_as("alice"):
        face.request(front, "GET", "rest", headers={"accept": "text/csv", "authorization": "Bearer stolen", "x-mine": "1"})
    sent = front.far_side.requests[0].headers
    assert (sent["accept"], sent["x-mine"]) == ("text/csv", "1")
    assert sent.get_list("authorization") == [sent["authorization"]]
    assert "stolen" not in sent["authorization"]
    assert front.far_side.users(front.theirs) == ["alice"]


def test_no_cookie_of_one_answer_reaches_the_next_call(face: Face, front: Front):
    """A kept session would make the next call run as the previous user."""
    cookies = [("set-cookie", "JSESSIONID=alice; Path=/"), ("set-cookie", "x=y; Domain=example.com")]
    front.far_side.answer = lambda request: httpx2.Response(200, headers=cookies)

    def use(client):
        yield client.get("rest")
        yield client.get("rest")

    with front.acting_as("alice"):
        face.through_client(front, use)
    assert [request.headers.get("cookie") for request in front.far_side.requests] == [None, None]


def test_every_client_towards_a_link_is_set_up_the_same():
    """S-24: bounded in time, following nothing, keeping nothing."""
    with httpx2.Client(**client_options(BASE)) as client:
        assert client.follow_redirects is False
        assert client.timeout == httpx2.Timeout(30.0, connect=5.0, read=15.0)


# ---- as whom


def test_each_request_of_a_client_acts_as_whoever_acts_when_it_is_sent(front: Front):
    transport = front.far_side.transport(False)
    with Face(False).linked(front).client(transport=transport) as client:
        with front.acting_as("alice"):
            client.get("rest")
            with run_as("deployment", reason="x"):
                client.get("rest")
        with front.acting_as("bob"):
            client.get("rest")
        with pytest.raises(NobodyActing):
            client.get("rest")
    assert front.far_side.users(front.theirs) == ["alice", "deployment", "bob"]


def test_where_nobody_acts_nothing_is_sent(face: Face, front: Front):
    """T-24"""
    with pytest.raises(NobodyActing):
        face.request(front, "GET", "rest")
    assert front.far_side.sent == []
    assert front.entries == []


def test_an_anonymous_call_needs_nobody_and_proves_nothing(face: Face, front: Front):
    face.request(front, "GET", "rest", linked=face.linked(front).anonymously())
    (request,) = front.far_side.requests
    assert "authorization" not in request.headers
    assert "user_id" not in str(request.url)


def test_a_hundred_calls_at_once_each_go_out_as_their_own_person(front: Front):
    """T-25"""

    async def one(number: int) -> None:
        async with front.acting_as(Person(f"user{number}")):
            await asyncio.sleep(0)
            await Face(True).linked(front).get(f"rest/{number}")

    async def journey():
        await asyncio.gather(*(one(number) for number in range(100)))

    asyncio.run(journey())
    sent = {
        request.url.path: user
        for request, user in zip(front.far_side.requests, front.far_side.users(front.theirs), strict=True)
    }
    assert sent == {f"/rest/{number}": f"user{number}" for number in range(100)}


# ---- failures on the way


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (httpx2.ConnectTimeout, "did not take the connection in time"),
        (httpx2.ReadTimeout, "did not answer in time"),
        (httpx2.WriteTimeout, "did not answer in time"),
        (httpx2.PoolTimeout, "did not answer in time"),
        (httpx2.ConnectError, "cannot be reached"),
        (httpx2.ReadError, "broke off"),
        (httpx2.RemoteProtocolError, "broke off"),
        (httpx2.TooManyRedirects, "broke off"),
        (httpx2.DecodingError, "broke off"),
        (httpx2.InvalidURL, "an address that cannot be used"),
    ],
)
def test_each_failure_of_the_transport_is_one_error_that_says_what_and_what_to_do(kind, words):
    failed = transport_failure(kind("why"), "'Wiki'", "Wiki")
    assert isinstance(failed, TransportFailed)
    assert words in failed.message
    assert "why" in failed.message
    assert failed.remedy
    assert (failed.link, failed.direction) == ("Wiki", "outgoing")


def test_what_was_said_of_a_failure_ends_with_one_full_stop():
    assert transport_failure(httpx2.ReadError("It is gone."), "'Wiki'", "Wiki").message == "'Wiki' broke off: It is gone."


@pytest.mark.parametrize("kind", [httpx2.ConnectTimeout, httpx2.ReadTimeout, httpx2.WriteTimeout, httpx2.PoolTimeout])
def test_no_answer_in_time_is_a_failure_of_its_own(kind):
    """Only a connection that was not even taken leaves no doubt whether something was done."""
    failed = transport_failure(kind("why"), "'Wiki'", "Wiki")
    assert type(failed) is TimedOut
    assert ("It may still have done what was asked" in failed.remedy) is (kind is not httpx2.ConnectTimeout)


@pytest.mark.parametrize("how", ["cause", "context"])
def test_so_is_a_certificate_that_cannot_be_trusted_however_deep_it_is_told(how):
    deep = SSLCertVerificationError("certificate verify failed")
    middle, error = OSError("handshake"), httpx2.ConnectError("[SSL] why")
    setattr(middle, f"__{how}__", deep)
    setattr(error, f"__{how}__", middle)
    failed = transport_failure(error, "'Wiki'", "Wiki")
    assert type(failed) is TlsFailed
    assert "cannot be trusted" in failed.message
    assert "certificate" in failed.remedy


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (gaierror(-2, "Name or service not known"), "unknown-host"),
        (ConnectionRefusedError(111, "Connection refused"), "refused"),
        (OSError(101, "Network is unreachable"), "connect-timeout"),
        (ExceptionGroup("all attempts", [ConnectionRefusedError(111, "Connection refused")]), "refused"),
        (verifying(62), "tls-host"),
        (verifying(64), "tls-host"),
        (verifying(10), "tls-expired"),
        (verifying(9), "tls-expired"),
        (verifying(18), "tls-untrusted"),
        (verifying(20), "tls-untrusted"),
        (SSLError("wrong version number"), "tls-protocol"),
        (httpx2.ProxyError("407"), "proxy"),
        (httpx2.ReadTimeout("slow"), "read-timeout"),
        (httpx2.RemoteProtocolError("odd"), "broken"),
    ],
)
def test_how_it_failed_is_a_word_for_programs(cause, reason):
    error = cause if isinstance(cause, httpx2.HTTPError) else httpx2.ConnectError("why")
    if error is not cause:
        error.__cause__ = cause
    assert transport_failure(error, "'Wiki'", "Wiki").reason == reason


def test_the_last_reason_fits_everything():
    assert REASONS[-1][0] is Exception


def broken(kind):
    def answer(request):
        raise kind("broken")

    return answer


@pytest.mark.parametrize("kind", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.RemoteProtocolError])
def test_a_transport_failure_is_our_error_and_written_down_once(face: Face, front: Front, kind):
    front.far_side.answer = broken(kind)
    with front.acting_as("alice"), pytest.raises(TransportFailed) as failed:
        face.request(front, "GET", "rest")
    assert isinstance(failed.value.__cause__, kind)
    assert [(entry.outcome, entry.status) for entry in front.calls()] == [("transport-failed", None)]


def test_with_a_client_of_ones_own_it_is_the_callers_and_written_down_all_the_same(face: Face, front: Front):
    front.far_side.answer = broken(httpx2.ConnectError)

    def use(client):
        yield client.get("rest")

    with front.acting_as("alice"), pytest.raises(httpx2.ConnectError):
        face.through_client(front, use)
    assert [entry.outcome for entry in front.calls()] == ["transport-failed"]


class Breaking(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, kind: type[BaseException]) -> None:
        self._kind = kind

    def __iter__(self):
        yield b"half"
        raise self._kind("broken")

    async def __aiter__(self):
        yield b"half"
        raise self._kind("broken")

    def close(self):
        pass

    async def aclose(self):
        pass


def test_an_error_answer_that_breaks_off_in_the_middle_is_written_down_too(face: Face, front: Front):
    front.far_side.answer = lambda request: httpx2.Response(500, stream=Breaking(httpx2.ReadError))
    with front.acting_as("alice"), pytest.raises(TransportFailed):
        face.request(front, "GET", "rest")
    assert [entry.outcome for entry in front.calls()] == ["transport-failed"]


def test_so_is_a_call_whose_task_is_cancelled(front: Front):
    async def journey():
        reached = asyncio.Event()

        async def never(request):
            reached.set()
            await asyncio.Event().wait()

        front.far_side.transport = lambda asynchronous: httpx2.MockTransport(never)

        async def call():
            async with front.acting_as("alice"):
                await Face(True).linked(front).get("rest")

        task = asyncio.create_task(call())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(journey())
    assert [entry.outcome for entry in front.calls()] == ["transport-failed"]


def test_and_one_that_is_cancelled_while_an_error_is_read(front: Front):
    front.far_side.answer = lambda request: httpx2.Response(500, stream=Breaking(asyncio.CancelledError))

    async def journey():
        async with front.acting_as("alice"):
            await Face(True).linked(front).get("rest")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(journey())
    assert [entry.outcome for entry in front.calls()] == ["transport-failed"]


def test_a_call_that_cannot_be_written_down_is_no_success(face: Face, front: Front):
    front.failing[WriteDown] = StoreUnavailable("full")
    with front.acting_as("alice"), pytest.raises(StoreUnavailable):
        face.request(front, "GET", "rest")


def test_a_redirect_is_signed_anew_for_its_own_address(face: Face, front: Front):
    """T-38"""
    moved = iter([httpx2.Response(302, headers={"location": "/rest/new?page=2"}), httpx2.Response(200)])
    front.far_side.answer = lambda request: next(moved)
    with front.acting_as("alice"):
        assert face.request(front, "GET", "rest/old").status_code == 200
    assert front.far_side.users(front.theirs) == ["alice", "alice"]
    assert [request.url.path for request in front.far_side.requests] == ["/rest/old", "/rest/new"]
    proofs = {request.headers["authorization"] for request in front.far_side.requests}
    assert len(proofs) == 2


def test_an_address_that_the_client_would_change_after_signing_is_not_sent(front: Front):
    with pytest.raises(ConfigurationError, match="changed by the HTTP client"):
        _as_httpx2(Request("GET", f"{BASE}/a b"), httpx2.Request("GET", BASE))


def test_the_proof_is_an_auth_of_httpx2_that_others_can_use_too(front: Front):
    with (
        front.acting_as("alice"),
        httpx2.Client(
            transport=front.far_side.transport(False), auth=LinkAuth(front.ours, None, front, front.mechanisms)
        ) as client,
    ):
        assert json.loads(client.get(f"{BASE}/rest").content) == {"ok": True}
    assert front.far_side.users(front.theirs) == ["alice"]


def test_a_file_is_sent_from_where_it_lies(face: Face, front: Front):
    """R-22"""
    with front.acting_as("alice"):
        face.request(front, "POST", "rest", files={"file": ("a.bin", io.BytesIO(b"\x00\xff" * 10))})
    assert b"\x00\xff" * 10 in front.far_side.bodies[0]
