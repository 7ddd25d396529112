"""What became of a call that was asked for: noted when, kept or taken out, answered from the journal or sent again.

The far side answers as each test says, and the first pass may lose its run while a call is under way.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from applinks.links import AccessToken, KeepToken, LinkById
from applinks.outgoing import in_lane
from applinks.outgoing.send import LinkAuth
from applinks.scripts import (
    Answer,
    Asked,
    Call,
    CallsOf,
    CallState,
    ForgetCall,
    GiveUpRun,
    MessagesOf,
    NoteAnswered,
    NoteSent,
    Run,
    RunState,
    SettleCall,
    WakeRuns,
    Words,
)
from applinks.scripts.passes.recording import (
    IDEMPOTENCY,
    LARGEST_ANSWER,
    NotHeld,
    NotTheSame,
    PassEnded,
    Recorder,
    UnclearCall,
    asked_for,
    replayed,
)
from applinks.store.database import Use
from putting import put
from running.world import links_to
from scripts.one_pass import Passes

JSON = {"content-type": "application/json"}


@dataclass
class Arrived:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Told:
    """An answer; without a status, the connection ends without one."""

    status: int | None = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    body: bytes = b'{"ok": true}'


@dataclass
class Other:
    """The other application. `answer` is set by the test; `arrived` is all that came."""

    answer: Callable[[Arrived], Told] = field(default=lambda _: Told())
    arrived: list[Arrived] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(one.method, one.path) for one in self.arrived]


@pytest.fixture
def other(desk: Passes) -> Iterator[Other]:
    """Where both links of the desk lead."""
    made = Other()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            """Every method is served alike."""
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            arrived = Arrived(self.command, self.path.partition("?")[0].strip("/").removeprefix("bank/"), headers, body)
            with made.turn:
                made.arrived.append(arrived)
            told = made.answer(arrived)
            if told.status is None:
                self.close_connection = True
                return
            self.send_response(told.status)
            for name, value in {**told.headers, "content-length": str(len(told.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    for link in links_to(f"http://127.0.0.1:{server.server_port}"):
        put(desk.applinks, link)
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def calls(desk: Passes, number: int) -> list[Call]:
    return list(desk.applinks.answer(CallsOf(number, with_answers=True)))


def loses(desk: Passes, number: int, holder: str = "first") -> None:
    """The process that makes the pass is given up, although it still runs."""
    assert desk.applinks.answer(GiveUpRun(number, holder, "not heard of")) is RunState.QUEUED


def begun(desk: Passes, other: Other, text: str, at: str = "last") -> int:
    """A run whose first pass has lost it while the call to `at` was under way."""
    desk.script(text)
    number = desk.queue()
    before = other.answer

    def answer(arrived: Arrived) -> Told:
        if arrived.path == at:
            loses(desk, number)
            other.answer = before
        return before(arrived)

    other.answer = answer
    desk.make(number, holder="first")
    assert desk.run(number).state is RunState.QUEUED
    return number


def hook(*lines: str) -> str:
    return "@listener('order')\ndef hook(applinks):\n    shop = applinks.link('Shop')\n" + "".join(
        f"    {one}\n" for one in lines
    )


# ---- when it is noted


def test_it_is_noted_as_sent_before_it_arrives_and_as_answered_before_the_script_learns_of_it(
    desk: Passes, other: Other
) -> None:
    desk.script(hook("shop.post('effect')", "learnt()"))
    number = desk.queue()
    seen: list[list[CallState]] = []

    def look(_: object = None) -> Told:
        seen.append([call.state for call in calls(desk, number)])
        return Told()

    other.answer = look
    desk.loaded.scripts["script:hook"].function.__globals__["learnt"] = look
    assert desk.make(number).state is RunState.DONE
    assert seen == [[CallState.SENT], [CallState.ANSWERED]]


def test_it_is_noted_once_however_often_its_proof_has_to_be_made_anew(desk: Passes, other: Other) -> None:
    """The far side complains about our clock: the same call is proven again, and is the same call."""
    now = int(time.time())
    acceptable = f'oauth_acceptable_timestamps="{now + 200}-{now + 400}"'
    refusal = Told(401, {"www-authenticate": f'OAuth oauth_problem="timestamp_refused", {acceptable}'}, b"")
    other.answer = lambda _: refusal if len(other.arrived) == 1 else Told()
    noted: list[NoteSent] = []
    desk.applinks._answers[NoteSent] = lambda question: noted.append(question) or desk.applinks._store.answer(question)
    run = desk.once(hook("return shop.post('effect').status_code"))
    assert (run.state, run.result) == (RunState.DONE, 200)
    assert [one.headers[IDEMPOTENCY] for one in other.arrived] == [f"applinks-run-{run.number}/1"] * 2
    assert len(noted) == 1


# ---- another pass


def test_what_was_answered_answers_again_as_it_was(desk: Passes, other: Other) -> None:
    body = gzip.compress(b'{"name": "\xc3\xa4"}')
    packed = Told(201, {**JSON, "content-encoding": "gzip", "etag": '"7"', "location": "/effect/7"}, body)
    other.answer = lambda arrived: packed if arrived.path == "effect" else Told()
    text = hook(
        "one = shop.post('effect')",
        "shop.put('last')",
        "return [one.status_code, one.json()['name'], one.headers['etag'], one.headers['location'], one.elapsed.days,",
        "        str(one.request.url)[-6:], one.is_success]",
    )
    run = desk.make(begun(desk, other, text))
    assert run.result == [201, "ä", '"7"', "/effect/7", 0, "effect", True], run.error
    assert other.asked == [("POST", "effect"), ("PUT", "last"), ("PUT", "last")]


def test_an_error_answers_again_as_an_error(desk: Passes, other: Other) -> None:
    other.answer = lambda arrived: Told(404) if arrived.path == "page" else Told()
    text = "from applinks.errors import FarSideError\n" + hook(
        "try:",
        "    shop.get('page')",
        "except FarSideError as missing:",
        "    shop.put('last')",
        "    return missing.status",
    )
    run = desk.make(begun(desk, other, text))
    assert run.result == 404
    assert [path for _, path in other.asked] == ["page", "last", "last"]


def test_two_calls_that_look_the_same_are_two(desk: Passes, other: Other) -> None:
    run = desk.make(begun(desk, other, hook("shop.post('effect')", "shop.post('effect')", "shop.put('last')")))
    assert run.state is RunState.DONE
    assert [path for _, path in other.asked] == ["effect", "effect", "last", "last"]
    assert [call.asked.place for call in calls(desk, run.number)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "changed",
    [
        "shop.put('effect', json={'a': 1})",
        "shop.post('other', json={'a': 1})",
        "shop.post('effect', json={'a': 2})",
        "shop.post('effect', json={'a': 1}, params={'q': 'x'})",
        "shop.anonymously().post('effect', json={'a': 1})",
        "applinks.link('Bank').anonymously().post('effect', json={'a': 1})",
        "pass",
    ],
)
def test_a_script_that_asks_for_something_else_ends_whatever_it_catches(desk: Passes, other: Other, changed: str) -> None:
    """Half of another script may have happened. It is no `Exception`, but whatever is to be tidied up is."""
    first = hook("shop.post('effect', json={'a': 1})", "shop.put('last')")
    number = begun(desk, other, first)
    arrived = len(other.arrived)
    tidied: list[str] = []
    desk.script(
        hook("try:", f"    {changed}", "    shop.put('last')", "except Exception:", "    shop.post('caught')")
        + "    finally:\n        tidied.append('up')\n"
    )
    desk.loaded.scripts["script:hook"].function.__globals__["tidied"] = tidied
    run = desk.make(number)
    assert run.state is RunState.FAILED
    assert "was POST " in (run.error or "")
    assert "start a new run" in (run.error or "")
    assert len(other.arrived) == arrived, "nothing is sent"
    assert tidied == ["up"]


def test_a_run_that_is_somebody_elses_now_is_another_one(desk: Passes, other: Other) -> None:
    number = begun(desk, other, hook("shop.post('effect')", "shop.put('last')"))
    with desk.applinks._store._database.transaction(Use.WRITE) as connection:
        connection.execute(text("UPDATE runs SET user_name = 'bob', actor = 'bob'"))
    assert "as bob now" in (desk.make(number).error or "")


# ---- sent, and never answered


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_may_happen_twice_is_sent_again_with_the_same_key(desk: Passes, other: Other, method: str) -> None:
    run = desk.make(begun(desk, other, hook(f"shop.request('{method}', 'last')")))
    assert run.state is RunState.DONE
    assert other.asked == [(method, "last")] * 2
    assert {one.headers[IDEMPOTENCY] for one in other.arrived} == {f"applinks-run-{run.number}/1"}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_not_is_left_to_somebody_who_can_look_whatever_the_script_catches(
    desk: Passes, other: Other, method: str
) -> None:
    text = hook("try:", f"    shop.request('{method}', 'last')", "except Exception:", "    shop.put('caught')")
    run = desk.make(begun(desk, other, text))
    assert run.state is RunState.UNCLEAR
    assert "nobody knows whether it happened" in (run.error or "")
    assert len(other.arrived) == 1


def test_an_open_call_of_one_lane_ends_the_pass_of_all(desk: Passes, other: Other) -> None:
    text = "from applinks.outgoing import fan_out\n" + hook(
        "fan_out(applinks.links(), lambda one: one.anonymously().post('last' if one.name == 'Shop' else 'effect'), at_once=1)",
        "shop.put('caught')",
    )
    run = desk.make(begun(desk, other, text))
    assert run.state is RunState.UNCLEAR
    assert ("PUT", "caught") not in other.asked


def test_an_answer_that_breaks_off_leaves_the_call_open(desk: Passes, other: Other) -> None:
    other.answer = lambda _: Told(None)
    run = desk.once(hook("shop.post('effect')"))
    assert run.state is RunState.UNCLEAR
    assert [(call.state, call.status) for call in calls(desk, run.number)] == [(CallState.SENT, None)]


# ---- certainly not done

TOO_MANY = Told(429, {**JSON, "retry-after": "90"})
REFUSED = Told(401, {"www-authenticate": 'OAuth realm="x", oauth_problem="consumer_key_unknown"'}, b"")


@pytest.mark.parametrize(("told", "error"), [(TOO_MANY, "Throttled"), (REFUSED, "AccessRefused")])
@pytest.mark.parametrize("through", ["shop", "client"])
def test_what_the_far_side_did_not_do_is_taken_out_again(
    desk: Passes, other: Other, told: Told, error: str, through: str
) -> None:
    other.answer = lambda _: told
    if through == "client":
        text = hook("with shop.client() as client:", "    return client.post('effect').status_code")
    else:
        text = f"from applinks.errors import {error}\n" + hook(
            "try:", "    shop.post('effect')", f"except {error} as error:", "    return error.status"
        )
    run = desk.once(text)
    assert (run.state, run.result) == (RunState.DONE, told.status), run.error
    assert calls(desk, run.number) == []
    assert other.asked == [("POST", "effect")]


def test_who_asks_for_patience_is_asked_again_when_it_said_so(desk: Passes, other: Other) -> None:
    other.answer = lambda _: TOO_MANY
    desk.script("@listener('order', retries=Retries(1, first=5.0))\ndef hook(applinks): applinks.link('Shop').post('effect')")
    run = desk.make(desk.queue())
    assert run.state is RunState.QUEUED
    assert 85 <= run.due_at - run.made_at <= 100
    assert calls(desk, run.number) == []


# ---- answered by a gateway

EFFECT = hook("return shop.request('METHOD', 'effect').json()['ok']").replace(
    "'order'", "'order', retries=Retries(2, first=0.0)"
)


def with_gateway(desk: Passes, other: Other, method: str, status: int, *, text: str = EFFECT) -> Run:
    """A pass in which something between us and the other application answers, if that is called by this method."""
    other.answer = lambda arrived: Told(status) if arrived.method == method else Told()
    return desk.once(text.replace("METHOD", method))


@pytest.mark.parametrize("status", [502, 504])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_have_happened_behind_a_gateway_is_not_sent_again(
    desk: Passes, other: Other, method: str, status: int
) -> None:
    run = with_gateway(desk, other, method, status)
    assert run.state is RunState.UNCLEAR
    (call,) = calls(desk, run.number)
    assert run.error == f"{call.asked.line} was answered {status} by a gateway: nobody knows whether it happened."
    assert (call.state, call.status, call.answer) == (CallState.SENT, None, None)
    (message,) = desk.applinks.answer(MessagesOf("alice"))
    assert (message.words, message.told["attempt"]) == (Words.RUN_UNCLEAR, call.asked.line)


@pytest.mark.parametrize(("answer", "sent"), [(Answer(200, (), b'{"ok": "said"}'), 1), (None, 2)])
def test_somebody_says_what_became_of_it_and_the_run_goes_on(
    desk: Passes, other: Other, answer: Answer | None, sent: int
) -> None:
    run = with_gateway(desk, other, "POST", 504)
    other.answer = lambda _: Told()
    assert desk.applinks.answer(SettleCall(run.number, "1", answer))
    run = desk.make(run.number)
    assert (run.state, run.result) == (RunState.DONE, "said" if answer else True), run.error
    assert len(other.arrived) == sent


@pytest.mark.parametrize(("method", "status"), [("GET", 504), ("PUT", 502), ("POST", 503), ("POST", 500)])
def test_what_may_happen_twice_and_what_the_far_side_did_not_do_is_sent_again(
    desk: Passes, other: Other, method: str, status: int
) -> None:
    run = with_gateway(desk, other, method, status)
    assert (run.state, calls(desk, run.number)) == (RunState.QUEUED, [])
    other.answer = lambda _: Told()
    assert desk.make(run.number).state is RunState.DONE
    assert len(other.arrived) == 2


def test_a_run_that_is_not_tried_again_fails_with_what_the_gateway_said(desk: Passes, other: Other) -> None:
    run = with_gateway(desk, other, "POST", 504, text=hook("shop.post('effect')"))
    assert run.state is RunState.FAILED
    assert "answered 504" in (run.error or "")
    assert [call.status for call in calls(desk, run.number)] == [504]


@pytest.mark.parametrize(
    ("then", "state", "kept"),
    [
        ("return 'handled'", RunState.DONE, [504]),
        ("shop.put('instead'); 1 / 0", RunState.QUEUED, [504, 200]),
        ("1 / 0", RunState.UNCLEAR, [None]),
    ],
)
def test_a_script_may_handle_it_unless_that_would_be_sent_again(
    desk: Passes, other: Other, then: str, state: RunState, kept: list[int | None]
) -> None:
    text = "from applinks.errors import FarSideError\n" + hook(
        "try:", "    shop.post('effect')", "except FarSideError:", f"    {then}"
    ).replace("'order'", "'order', retries=1")
    run = with_gateway(desk, other, "POST", 504, text=text)
    assert run.state is state, run.error
    assert [call.status for call in calls(desk, run.number)] == kept


def test_beside_it_what_certainly_failed_is_sent_again(desk: Passes, other: Other) -> None:
    text = "from applinks.outgoing import fan_out\n" + hook(
        "fan_out(applinks.links(), lambda one: one.anonymously().post('down' if one.name == 'Shop' else 'gone')).values()"
    ).replace("'order'", "'order', retries=1")
    other.answer = lambda arrived: Told(502 if arrived.path.endswith("down") else 404)
    run = desk.once(text)
    assert run.state is RunState.UNCLEAR
    assert [(call.asked.place, call.state) for call in calls(desk, run.number)] == [("1.shop/1", CallState.SENT)]


# ---- a consent that is gone


def test_a_consent_that_is_gone_parks_the_run_and_the_call_is_made_when_it_is_there_again(desk: Passes, other: Other) -> None:
    token = AccessToken(link_id="bank", user="alice", token="t", secret="s", made_at=1)
    desk.applinks.answer(KeepToken(token))
    gone = Told(401, {"www-authenticate": 'OAuth realm="x", oauth_problem="token_rejected"'}, b"")
    other.answer = lambda arrived: gone if 'oauth_token="t"' in arrived.headers.get("authorization", "") else Told()
    run = desk.once("""
        @listener("order")
        def hook(applinks):
            bank = applinks.link("Bank")
            bank.anonymously().post("first")
            return bank.post("effect", params={"q": "secret"}).json()["ok"]
    """)
    assert (run.state, run.parked_user) == (RunState.PARKED, "alice")
    assert [call.asked.place for call in calls(desk, run.number)] == ["1"]
    (message,) = desk.applinks.answer(MessagesOf("alice"))
    assert message.told["attempt"].startswith("POST http://127.0.0.1")
    assert message.told["attempt"].endswith("/bank/effect"), "what it was about to do, without its query"
    desk.applinks.answer(KeepToken(replace(token, token="another")))
    assert desk.applinks.answer(WakeRuns()) == (run.number,)
    run = desk.make(run.number)
    assert (run.state, run.result) == (RunState.DONE, True)
    assert [path for _, path in other.asked] == ["first", "effect", "effect"]


# ---- what is kept


@pytest.mark.parametrize(("method", "again"), [("get", 2), ("put", 2), ("post", 1)])
def test_a_large_answer_is_kept_where_asking_again_would_do_it_again(
    desk: Passes, other: Other, method: str, again: int
) -> None:
    other.answer = lambda arrived: Told(body=b"x" * (LARGEST_ANSWER + 1) if arrived.path == "large" else b"{}")
    run = desk.make(begun(desk, other, hook(f"size = len(shop.{method}('large').content)", "shop.put('last')", "return size")))
    assert run.result == LARGEST_ANSWER + 1
    assert [path for _, path in other.asked].count("large") == again


def test_an_answer_of_just_that_size_is_kept(desk: Passes, other: Other) -> None:
    other.answer = lambda arrived: Told(body=b"x" * LARGEST_ANSWER if arrived.path == "large" else b"{}")
    desk.make(begun(desk, other, hook("shop.get('large')", "shop.put('last')")))
    assert [path for _, path in other.asked] == ["large", "last", "last"]


# ---- lanes


def test_among_lanes_order_does_not_matter(desk: Passes, other: Other) -> None:
    """In one pass one application comes first, in the next the other; each gets its own answers again."""
    other.answer = lambda arrived: Told(body=b'{"path": "%s"}' % arrived.path.encode())
    text = "from applinks.outgoing import fan_out\n" + hook(
        "def work(one):",
        "    return [one.anonymously().post(f'{one.id}/{number}').json()['path'] for number in range(2)]",
        "links = sorted(applinks.links(), key=lambda one: one.name, reverse=REVERSED)",
        "found = fan_out(links, work, at_once=1).values()",
        "shop.put('last')",
        "return sorted(found)",
    )
    number = begun(desk, other, text.replace("REVERSED", "False"))
    assert [path for _, path in other.asked] == ["bank/0", "bank/1", "shop/0", "shop/1", "last"]
    desk.script(text.replace("REVERSED", "True"))
    run = desk.make(number)
    assert run.result == [["bank/0", "bank/1"], ["shop/0", "shop/1"]], run.error
    assert len(other.asked) == 6, "only the last one again"
    places = [call.asked.place for call in calls(desk, number)]
    assert places == ["1.bank/1", "1.bank/2", "1.shop/1", "1.shop/2", "2"]


def test_lanes_that_are_awaited_are_lanes_as_well(desk: Passes, other: Other) -> None:
    text = "import asyncio\nfrom applinks.outgoing import fan_out_async\n" + hook(
        "async def work(one):",
        "    return one.anonymously().post('effect').status_code",
        "return asyncio.run(fan_out_async(applinks.links(), work)).values()",
    )
    run = desk.once(text)
    assert run.result == [200, 200], run.error
    assert {call.asked.place for call in calls(desk, run.number)} == {"1.bank/1", "1.shop/1"}


# ---- the recorder by itself

ASKED = Asked("1", "POST", "https://wiki.test/x", "wiki", "Wiki", "alice", "digest")
REQUEST = httpx2.Request("POST", f"{ASKED.address}?q=1")


@pytest.mark.parametrize(
    ("note", "question"),
    [
        (lambda recorder: recorder.sent(ASKED), NoteSent(7, "me", ASKED)),
        (lambda recorder: recorder.answered(ASKED, Answer(200, (), b"")), NoteAnswered(7, "me", "1", Answer(200, (), b""))),
        (lambda recorder: recorder.not_done(ASKED), ForgetCall(7, "me", "1")),
    ],
)
def test_whoever_lost_the_run_learns_it_with_the_next_word(note: Callable[[Recorder], None], question: object) -> None:
    asked: list[object] = []
    with pytest.raises(NotHeld):
        note(Recorder(7, "me", (), lambda one: asked.append(one) or False))
    assert asked == [question]


def test_what_ends_a_pass_is_no_exception() -> None:
    for ending in (NotTheSame, UnclearCall, NotHeld):
        assert issubclass(ending, PassEnded)
    assert not issubclass(PassEnded, Exception)


def test_what_is_not_known_is_to_be_sent() -> None:
    recorder = Recorder(7, "me", (Call(replace(ASKED, place="2"), CallState.ANSWERED, 1.0),), lambda _: True)
    assert recorder.before(ASKED, REQUEST) is None


def test_what_was_explained_has_no_query_in_it() -> None:
    recorder = Recorder(7, "me", (Call(ASKED, CallState.SENT, 1.0),), lambda _: True)
    for asked, ending in ((replace(ASKED, digest="other"), NotTheSame), (ASKED, UnclearCall)):
        with pytest.raises(ending, match=r"POST https://wiki\.test/x as alice") as caught:
            recorder.before(asked, REQUEST)
        assert "q=1" not in str(caught.value)


def test_a_replayed_answer_can_be_read_in_every_way() -> None:
    response = replayed(REQUEST, Answer(200, (("set-cookie", "a=1"), ("set-cookie", "b=2"), ("etag", "7")), b"\xe4"))
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (response.content, [*response.iter_bytes()], response.elapsed.total_seconds()) == (b"\xe4", [b"\xe4"], 0.0)
    response.raise_for_status()


def digest(desk: Passes, user: str, request: httpx2.Request) -> str:
    link = desk.applinks.answer(LinkById("shop"))
    with desk.applinks.acting_as(user), in_lane(""):
        return asked_for(request, LinkAuth(link, None, desk.applinks, ())).digest


def upload(desk: Passes, boundary: str, content: bytes = b"text") -> httpx2.Request:
    files = {"file": ("a.txt", content)}
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return httpx2.Request("POST", f"{desk.far.url}/upload", files=files, headers=headers)


def test_two_uploads_are_the_same_if_only_their_boundaries_differ(desk: Passes) -> None:
    first = digest(desk, "alice", upload(desk, "0123456789abcdef"))
    assert digest(desk, "alice", upload(desk, "fedcba9876543210")) == first
    assert digest(desk, "alice", upload(desk, '"of spaces"')) == first
    assert digest(desk, "alice", upload(desk, "0123456789abcdef", b"other")) != first
    assert digest(desk, "bob", upload(desk, "0123456789abcdef")) != first


def test_where_a_link_has_moved_the_call_is_still_the_same(desk: Passes) -> None:
    """Only the path below it counts."""
    before = digest(desk, "alice", httpx2.Request("GET", f"{desk.far.url}/read?q=1"))
    link = desk.applinks.answer(LinkById("shop"))
    put(desk.applinks, replace(link, application_url="https://moved.test/base"))
    assert digest(desk, "alice", httpx2.Request("GET", "https://moved.test/base/read?q=1")) == before


def test_what_begins_in_one_part_and_ends_in_another_is_not_the_same(desk: Passes) -> None:
    """The parts are told apart by their lengths, and not only put together."""
    one = digest(desk, "alice", httpx2.Request("POST", f"{desk.far.url}/a", content=b"bc"))
    other = digest(desk, "alice", httpx2.Request("POST", f"{desk.far.url}/ab", content=b"c"))
    assert one != other
