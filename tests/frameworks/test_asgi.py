"""What is particular to ASGI."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from applinks.frameworks import ASGIMiddleware
from applinks.frameworks.asgi import _telling
from applinks.people import Person, current_user
from applinks.wire.messages import FORM
from frameworks.hosts import Application, Asgi, Call
from incoming.senders import signed, wiki


@pytest.mark.parametrize("kind", ["websocket", "lifespan", "something new"])
def test_what_is_no_http_passes_untouched(kind):
    called, _ = wiki()
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend([scope, receive, send, current_user(None)])

    async def receive() -> Any: ...

    async def send(message: Any) -> None: ...

    scope = {"type": kind, "path": "/wiki/x"}
    asyncio.run(ASGIMiddleware(app, called)(scope, receive, send))
    assert seen[0] is scope
    assert seen[1:] == [receive, send, None]
    assert called.asked == []


def test_what_the_server_keeps_in_the_state_is_still_there_and_not_changed():
    called, front = wiki()
    states: list[Any] = []
    call = Call.of(signed(front))
    scope = Asgi._scope(call)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        states.append(scope["state"])

    async def nothing(*_: Any) -> Any:
        return {"type": "http.request"}

    asyncio.run(ASGIMiddleware(app, called)(scope, nothing, nothing))
    assert states[0]["of_the_server"] == 1
    assert states[0]["applinks_principal"].person.name == "alice"
    assert scope["state"] == {"of_the_server": 1}


def test_a_scope_without_state_gets_one():
    called, front = wiki()
    scope = {key: value for key, value in Asgi._scope(Call.of(signed(front))).items() if key != "state"}
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["state"]["applinks_principal"].person.name)

    async def nothing(*_: Any) -> Any:
        return {"type": "http.request"}

    asyncio.run(ASGIMiddleware(app, called)(scope, nothing, nothing))
    assert seen == ["alice"]


def test_a_sender_that_hangs_up_while_a_form_is_read_is_told_to_the_application():
    called, _ = wiki()
    got: list[Any] = []
    messages = [{"type": "http.request", "body": b"a=1", "more_body": True}, {"type": "http.disconnect"}]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        got.extend([await receive(), await receive(), await receive()])

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None: ...

    scope = Asgi._scope(Call("POST", headers=[("content-type", FORM)]))
    asyncio.run(ASGIMiddleware(app, called)(scope, receive, send))
    assert [message["type"] for message in got] == ["http.request", "http.disconnect", "http.disconnect"]


def test_after_the_replayed_body_the_application_hears_what_the_server_says():
    """Frameworks listen for the disconnect while they stream."""
    called, _ = wiki()
    call = Call("POST", headers=[("content-type", FORM)], pieces=[b"a=1"])
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.extend([(await receive())["type"], (await receive())["type"]])

    messages = [*Asgi._messages(call), {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None: ...

    asyncio.run(ASGIMiddleware(app, called)(Asgi._scope(call), receive, send))
    assert heard == ["http.request", "http.disconnect"]


def test_other_messages_of_the_answer_pass_as_they_are():
    called, front = wiki()
    sent: list[Any] = []
    informational = {"type": "http.response.debug", "info": {}}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(informational)
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"x"})

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(ASGIMiddleware(app, called)(Asgi._scope(Call.of(signed(front))), receive, send))
    assert sent[0] is informational
    assert sent[1]["headers"] == [(b"x-ausername", b"alice")]
    assert sent[2] == {"type": "http.response.body", "body": b"x"}


def test_a_cancelled_request_ends_its_scope():
    """T-25"""
    called, front = wiki()

    async def journey() -> None:
        reached = asyncio.Event()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            reached.set()
            await asyncio.Event().wait()

        async def nothing(*_: Any) -> Any:
            return {"type": "http.request"}

        task = asyncio.create_task(ASGIMiddleware(app, called)(Asgi._scope(Call.of(signed(front))), nothing, nothing))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert current_user(None) is None

    asyncio.run(journey())


def test_work_that_a_request_leaves_behind_acts_as_nobody():
    """T-25"""
    called, front = wiki()

    async def journey() -> Any:
        over = asyncio.Event()
        left: list[asyncio.Task[Any]] = []

        async def background() -> Any:
            await over.wait()
            return current_user(None)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            left.append(asyncio.create_task(background()))
            await asyncio.sleep(0)

        async def nothing(*_: Any) -> Any:
            return {"type": "http.request"}

        await ASGIMiddleware(app, called)(Asgi._scope(Call.of(signed(front))), nothing, nothing)
        over.set()
        return await left[0]

    assert asyncio.run(journey()) is None


def test_a_hundred_requests_at_once_are_each_their_own_persons():
    """T-25"""
    called, front = wiki(*(Person(f"user{number}") for number in range(100)))
    applications = [Application() for _ in range(100)]

    async def journey() -> None:
        calls = (
            Asgi().serve_async(called, application, Call.of(signed(front, user=f"user{number}", nonce=str(number))))
            for number, application in enumerate(applications)
        )
        await asyncio.gather(*calls)

    asyncio.run(journey())
    assert [set(application.users) for application in applications] == [{f"user{number}"} for number in range(100)]


def test_a_path_with_its_query_in_it_is_taken_without_it():
    """Some servers keep the whole target as the raw path."""
    called, front = wiki()
    scope = Asgi._scope(Call.of(signed(front)))
    scope["raw_path"] += b"?user_id=alice"
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(current_user(None))

    async def nothing(*_: Any) -> Any:
        return {"type": "http.request"}

    asyncio.run(ASGIMiddleware(app, called)(scope, nothing, nothing))
    assert [person.name for person in seen] == ["alice"]


@pytest.mark.parametrize(
    "header",
    [
        (b"Authorization", b"OAuth x"),
        (b"authorization", b"Basic eDp5"),
        (b"X-Seraph-Trusted-App-Cert", b"x"),
        (b"Content-Type", FORM.encode()),
    ],
)
def test_what_may_be_a_proof_is_looked_at_however_its_name_is_written_and_nothing_else_is(header):
    """T-01. The other headers are not even decoded then."""
    called, _ = wiki()
    middleware = ASGIMiddleware(Asgi, called)
    scope = Asgi._scope(Call(headers=[("accept", "text/html"), ("cookie", "authorization=OAuth")]))
    before = list(scope["headers"])

    def concerns_us(headers: list[tuple[bytes, bytes]]) -> bool:
        return middleware._target.concerns_us("/wiki/rest/page", "", _telling({"headers": headers}))

    assert not concerns_us(before)
    assert concerns_us([*before, header])
