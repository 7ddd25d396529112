"""What is particular to WSGI: answers that are made while they are taken, and servers that take them in their own ways."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from contextvars import copy_context
from typing import Any

import pytest

from applinks.errors import StoreUnavailable
from applinks.frameworks import WSGIMiddleware
from applinks.people import current_user
from applinks.wire.messages import FORM, Request
from frameworks.hosts import Application, Call, Pipe, Wsgi
from incoming.senders import BASE, signed, wiki


class Streamed:
    """An answer that notes for whom its pieces are made, and for whom it is closed."""

    def __init__(self, pieces: int = 3) -> None:
        self.seen: list[Any] = []
        self.closed: list[Any] = []
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self._pieces):
            self.seen.append(current_user(None) and current_user().name)
            yield b"x"

    def close(self) -> None:
        self.closed.append(current_user(None) and current_user().name)


def answered(streamed: Any, **options: Any) -> Any:
    """What the server is given for an admitted request."""
    called, front = wiki()

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        return streamed

    middleware = WSGIMiddleware(app, called, **options)
    return middleware(Wsgi._environ(Call.of(signed(front)), Pipe([])), lambda *_: None)


def test_the_person_acts_while_each_piece_is_made_and_while_the_answer_is_closed():
    streamed = Streamed()
    answer = answered(streamed)
    assert list(answer) == [b"x"] * 3
    answer.close()
    assert streamed.seen == ["alice"] * 3
    assert streamed.closed == ["alice"]


def test_between_the_pieces_nobody_acts_in_the_servers_own_thread():
    """T-25: whatever else that thread does meanwhile."""
    answer = answered(Streamed())
    assert current_user(None) is None
    for _ in answer:
        assert current_user(None) is None
    answer.close()
    assert current_user(None) is None


def test_a_server_that_never_takes_a_piece_and_closes_ends_the_scope():
    """A HEAD request, or a sender who has gone."""
    streamed = Streamed()
    answered(streamed).close()
    assert (streamed.seen, streamed.closed) == ([], ["alice"])
    assert current_user(None) is None


def test_a_server_that_stops_in_the_middle_and_closes_ends_the_scope():
    streamed = Streamed()
    answer = answered(streamed)
    assert next(iter(answer)) == b"x"
    answer.close()
    assert (streamed.seen, streamed.closed) == (["alice"], ["alice"])


def test_a_server_that_never_closes_leaks_nothing_into_the_next_request():
    """T-25"""
    list(answered(Streamed()))
    assert current_user(None) is None


@pytest.mark.parametrize("fails", [False, True])
def test_whoever_took_the_request_along_acts_as_nobody_once_it_is_closed(fails):
    """T-25: a thread that was started with a copy of its context, for instance."""
    taken: list[Any] = []

    class Answer(Streamed):
        def __iter__(self) -> Iterator[bytes]:
            taken.append(copy_context())
            yield b"x"

        def close(self) -> None:
            if fails:
                raise LookupError

    answer = answered(Answer())
    assert list(answer) == [b"x"]
    assert taken[0].run(current_user).name == "alice"
    with suppress(LookupError):
        answer.close()
    assert taken[0].run(current_user, None) is None


def test_an_answer_closed_twice_is_closed_once():
    streamed = Streamed()
    answer = answered(streamed)
    answer.close()
    answer.close()
    assert streamed.closed == ["alice"]


def test_an_answer_may_be_taken_by_one_thread_and_closed_by_another():
    streamed = Streamed()
    answer = answered(streamed)
    for work in (lambda: list(answer), answer.close):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert (streamed.seen, streamed.closed) == (["alice"] * 3, ["alice"])


def test_a_close_that_fails_ends_the_scope_all_the_same():
    class Failing(Streamed):
        def close(self) -> None:
            super().close()
            raise LookupError

    answer = answered(Failing())
    with pytest.raises(LookupError):
        answer.close()
    assert current_user(None) is None


@pytest.mark.parametrize("body", [[b"a", b"b"], (b"a", b"b"), iter([b"a", b"b"]), [], [b""]])
def test_any_iterable_is_an_answer(body):
    expected = b"ab" if body not in ([], [b""]) else b""
    answer = answered(body)
    assert b"".join(answer) == expected
    answer.close()


def test_answers_of_two_requests_may_be_taken_in_turns():
    """T-25"""
    first, second = Streamed(), Streamed()
    taken = [iter(answered(first)), iter(answered(second))]
    for _ in range(3):
        for pieces in taken:
            next(pieces)
    assert first.seen == second.seen == ["alice"] * 3


def test_pieces_are_taken_one_by_one_and_never_ahead():
    streamed = Streamed(1000)
    pieces = iter(answered(streamed))
    next(pieces)
    next(pieces)
    assert len(streamed.seen) == 2


def test_the_write_function_and_the_error_information_of_start_response_pass():
    called, front = wiki()
    started: list[Any] = []

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        write = start("500 Oops", [("X-Own", "1")], ("kind", "error", "trace"))
        write(b"x")
        return []

    def start_response(*given: Any) -> Any:
        started.append(given)
        return started.append

    WSGIMiddleware(app, called)(Wsgi._environ(Call.of(signed(front)), Pipe([])), start_response)
    status, headers, error = started[0]
    assert (status, error, started[1]) == ("500 Oops", ("kind", "error", "trace"), b"x")
    assert headers == [("X-Own", "1"), ("X-AUSERNAME", "alice")]


# ---- targets


@pytest.mark.parametrize("name", ["REQUEST_URI", "RAW_URI"])
@pytest.mark.parametrize("origin", ["", "https://example.com", "http://inner:8080", "HTTP://x"])
def test_the_raw_target_may_be_kept_under_either_name_and_be_absolute(name, origin):
    """RFC 9112, 3.2.2: its origin decides nothing (T-64)."""
    called, front = wiki()
    call = Call.of(signed(front, Request("GET", f"{BASE}/rest/a%2Fb%7E")))
    environ = Wsgi._environ(call, Pipe([]))
    del environ["REQUEST_URI"]
    environ[name] = origin + call.target
    seen: list[Any] = []

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        seen.append(current_user(None))
        return []

    WSGIMiddleware(app, called)(environ, lambda *_: None)
    assert [person.name for person in seen] == ["alice"]


@pytest.mark.parametrize("target", ["*", "example.com:443", "", "http://", "wiki/rest/applinks/1.0/manifest", "ftp://x/wiki"])
def test_a_target_that_is_neither_path_nor_address_is_none_of_ours(target):
    called, _ = wiki()
    environ = Wsgi._environ(Call("OPTIONS"), Pipe([])) | {"REQUEST_URI": target, "PATH_INFO": "/nowhere"}
    reached: list[Any] = []

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        reached.append(environ)
        return []

    WSGIMiddleware(app, called)(environ, lambda *_: None)
    assert len(reached) == 1
    assert called.asked == []


def test_an_application_that_is_mounted_sees_the_whole_path():
    called, front = wiki()
    environ = Wsgi._environ(Call.of(signed(front), raw=False), Pipe([]))
    environ |= {"SCRIPT_NAME": "/wiki", "PATH_INFO": "/rest/page"}
    seen: list[Any] = []

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        seen.append(current_user(None))
        return []

    WSGIMiddleware(app, called)(environ, lambda *_: None)
    assert [person.name for person in seen] == ["alice"]


# ---- input


def test_without_a_length_and_without_an_end_there_is_no_body_to_read():
    """PEP 3333: reading on would wait for ever."""

    class NeverEnding(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:  # type: ignore[override]
            pytest.fail("was read")

    called, _ = wiki()
    environ = Wsgi._environ(Call("POST", headers=[("content-type", FORM)]), Pipe([])) | {"wsgi.input": NeverEnding()}
    reached: list[Any] = []

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        reached.append(environ)
        return []

    WSGIMiddleware(app, called)(environ, lambda *_: None)
    assert len(reached) == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_the_application_may_read_a_replayed_form_in_every_way_there_is(chunked):
    """PEP 3333: read, readline, readlines, iteration."""
    body = b"a=1\nb=2\nc=3"
    ways = {
        "read": lambda source: source.read(),
        "read(n)": lambda source: b"".join(iter(lambda: source.read(4), b"")),
        "readline": lambda source: b"".join(iter(source.readline, b"")),
        "readlines": lambda source: b"".join(source.readlines()),
        "iteration": lambda source: b"".join(source),
    }
    for way, read in ways.items():
        called, _ = wiki()
        got: list[bytes] = []

        def app(environ: dict[str, Any], start: Any, read: Any = read, got: Any = got) -> Iterable[bytes]:
            got.append(read(environ["wsgi.input"]))
            return []

        call = Call("POST", headers=[("content-type", FORM)], pieces=[body[:5], body[5:]], chunked=chunked)
        WSGIMiddleware(app, called)(Wsgi._environ(call, Pipe(call.pieces)), lambda *_: None)
        assert got == [body], way


def test_a_store_that_fails_is_told_as_a_server_error():
    """T-11"""
    from applinks.links import LinkOfConsumer

    called, front = wiki()
    called.failing[LinkOfConsumer] = StoreUnavailable("gone")
    application = Application()
    answer = Wsgi().serve(called, application, Call.of(signed(front)))
    assert (answer.status, application.calls) == (503, 0)
