"""Keeps the journal of one pass: every call of a script goes through here, whether by a link's verbs or by its client.

Rules of this file:
- Noted as sent when the proven request is about to leave, and not before: what our side refuses was never sent.
- What the far side certainly did not do is taken out again: no connection, a proof or a consent that it did not accept.
- What a gateway answered for it stands as long as nobody wants to send the call again; then nobody knows whether it happened.
- What ends the pass is no `Exception`: a script that catches everything does not catch it.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import httpx2

from applinks.audit import CALL, WriteDown
from applinks.errors import AccessRefused, ConfigurationError, CredentialsRequired, Throttled
from applinks.mechanisms import Mechanism
from applinks.outgoing import PROBLEM, Caller, Connections, LinkAuth, client_options, next_place, reading, watched
from applinks.people import acting
from applinks.questions import Flow, drive, drive_async
from applinks.scripts.runs.journal import (
    HARMLESS,
    Answer,
    Asked,
    Call,
    CallsOf,
    ForgetCall,
    NoteAnswered,
    NoteSent,
    TakeAnswerOut,
    is_doubtful,
    is_unclear,
)
from applinks.wire.events import DEPTH

LARGEST_ANSWER = 1024 * 1024
"""Bytes of an answer up to which the journal keeps it, if it may as well be asked for again."""
IDEMPOTENCY = "idempotency-key"
"""The header by which a far side that knows it can tell that a call is repeated (draft-ietf-httpapi-idempotency-key-header)."""

ERRORS, TOO_MANY = 400, 429
_STEP = re.compile(r"([0-9]+)(?:\.[^/]*/)?")
"""One number of a place such as "2.wiki/1"."""
_PACKING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_NOT_DONE = (CredentialsRequired, AccessRefused, Throttled)


class PassEnded(BaseException):
    """The pass cannot go on; the message says why."""


class NotTheSame(PassEnded):
    """The script asks for something else than its journal says."""


class UnclearCall(PassEnded):
    """A call was sent earlier and never answered, and sending it again might do it twice."""


class NotHeld(PassEnded):
    """Somebody else holds this run by now."""


class Recorder:
    """The journal of one pass, as its calls see it.

    `ask` answers questions; `kept_from` is the last call that did not happen.
    """

    def __init__(self, number: int, holder: str, known: Sequence[Call], ask: Callable[[Any], Any]) -> None:
        self._number = number
        self._holder = holder
        self._known = {call.asked.place: call for call in known}
        self._ask = ask
        self.key = f"applinks-run-{number}"
        self.kept_from: Asked | None = None

    def before(self, asked: Asked, request: httpx2.Request) -> httpx2.Response | None:
        """What was answered to this call in an earlier pass; None: it is to be sent. Raises `NotTheSame`, `UnclearCall`."""
        known = self._known.get(asked.place)
        if known is None:
            return None
        if known.asked.digest != asked.digest:
            raise NotTheSame(
                f"Call {asked.place} was {_line(known.asked)} in an earlier pass and is {_line(asked)} now, or has another "
                "body or user. What was done already cannot be told from what is still to do: start a new run."
            )
        if is_unclear(known):
            raise UnclearCall(
                f"Call {asked.place}, {_line(asked)}, was sent and never answered: nobody knows whether it happened."
            )
        return None if known.answer is None else replayed(request, known.answer)

    def sent(self, asked: Asked) -> None:
        """It is about to leave."""
        self._held(NoteSent(self._number, self._holder, asked))

    def answered(self, asked: Asked, answer: Answer) -> None:
        """It was answered."""
        if asked.method in HARMLESS and len(answer.body) > LARGEST_ANSWER:
            return self.not_done(asked)
        return self._held(NoteAnswered(self._number, self._holder, asked.place, answer))

    def not_done(self, asked: Asked) -> None:
        """It certainly did not happen."""
        self.kept_from = asked
        self._held(ForgetCall(self._number, self._holder, asked.place))

    def forget_failures(self) -> Call | None:
        """Take out what was answered with an error, so that it is asked again: the run is to be tried once more.

        After which the script went on and did something, that stays: asked again, it could lead to another way. What may have
        happened although a gateway answered with an error is not asked again, but open from now on: the first such call, as it
        was answered.
        """
        failed = _failures(self._ask(CallsOf(self._number)))
        doubtful = [call for call in failed if is_doubtful(call)]
        for call in failed:
            if call in doubtful:
                self._held(TakeAnswerOut(self._number, self._holder, call.asked.place))
            else:
                self.not_done(call.asked)
        return doubtful[0] if doubtful else None

    def unclear(self) -> Call | None:
        """The first call that was sent, never answered, and cannot be sent again without doing it twice."""
        calls: tuple[Call, ...] = self._ask(CallsOf(self._number))
        return next((call for call in calls if is_unclear(call)), None)

    def _held(self, question: Any) -> None:
        if not self._ask(question):
            raise NotHeld("Another process has taken over this run.")


def _failures(calls: Sequence[Call]) -> list[Call]:
    """Those that were answered with an error, and after which nothing was done."""
    went_on = [call.asked.place for call in calls if call.status is not None and call.status < ERRORS]
    failed = [call for call in calls if call.status is not None and call.status >= ERRORS]
    return [call for call in failed if not any(comes_after(place, call.asked.place) for place in went_on)]


def comes_after(place: str, other: str) -> bool:
    """Whether a call is made after another one: in its lane, or in one from which that has branched off."""
    numbers = dict(_steps(other))
    return any(number > numbers.get(lane, number) for lane, number in _steps(place))


def _steps(place: str) -> Iterator[tuple[str, int]]:
    """A place as the lanes that lead to it, each with the number in it."""
    lane = ""
    for step in _STEP.finditer(place):
        yield lane, int(step[1])
        lane += step[0]


class RunCaller:
    """The calling application, as the links of one pass see it: all they send goes through the recorder."""

    def __init__(self, application: Caller, recorder: Recorder, depth: int) -> None:
        self._application = application
        self._by: ContextVar[str | None] = ContextVar("applinks_by", default=None)
        self.connections: Connections = _Connections(recorder, self._by, depth)
        self.mechanisms: Sequence[Mechanism] = application.mechanisms

    def answer(self, question: Any) -> Any:
        """Answer a question; and notice by which mechanism a call was proven."""
        self._notice(question)
        return self._application.answer(question)

    async def answer_async(self, question: Any) -> Any:
        """The same, awaited."""
        self._notice(question)
        return await self._application.answer_async(question)

    def run(self, flow: Flow[Any]) -> Any:
        """Run a flow to its end."""
        return drive(flow, self.answer)

    async def run_async(self, flow: Flow[Any]) -> Any:
        """The same, awaited."""
        return await drive_async(flow, self.answer_async)

    def _notice(self, question: Any) -> None:
        if isinstance(question, WriteDown) and question.entry.kind == CALL:
            self._by.set(question.entry.mechanism)


class _Connections(Connections):
    """One client for all calls of a pass, and those that a script makes for itself."""

    def __init__(self, recorder: Recorder, by: ContextVar[str | None], depth: int) -> None:
        super().__init__()
        self._recorder = recorder
        self._by = by
        self._headers = {DEPTH: str(depth + 1)}
        self._all: httpx2.Client | None = None
        self._first = threading.Lock()

    def client(self) -> httpx2.Client:
        """The one of the verbs."""
        with self._first:
            if self._all is None:
                self._all = watched(self.new_client(client_options("")))
            return self._all

    def close(self) -> None:
        """Close that one; a script closes its own."""
        with self._first:
            if self._all is not None:
                self._all.close()

    def new_client(self, options: dict[str, Any]) -> httpx2.Client:
        """One of the script's own."""
        return RecordedClient(self._recorder, self._by, {**options, "headers": {**options["headers"], **self._headers}})


class RecordedClient(httpx2.Client):
    """A client whose calls are in the journal of its run."""

    def __init__(self, recorder: Recorder, by: ContextVar[str | None], options: dict[str, Any]) -> None:
        super().__init__(**options)
        self._recorder = recorder
        self._by = by

    def send(self, request: httpx2.Request, *, auth: Any = None, **options: Any) -> httpx2.Response:
        """Send a request, unless an earlier pass did. The answer is read whole, since it is kept."""
        proof = auth if isinstance(auth, LinkAuth) else self.auth
        if not isinstance(proof, LinkAuth):
            raise ConfigurationError("A script's client proves its calls over its link.", remedy="Leave auth=… away.")
        asked = asked_for(request, proof)
        before = self._recorder.before(asked, request)
        if before is not None:
            return before
        request.headers[IDEMPOTENCY] = f"{self._recorder.key}/{asked.place}"
        try:
            response = super().send(request, auth=_Noting(proof, self._recorder, asked), **{**options, "stream": True})
            reading.read(response)
        except (*_NEVER_SENT, *_NOT_DONE):
            self._recorder.not_done(asked)
            raise
        if response.extensions[PROBLEM] is not None or response.status_code == TOO_MANY:
            self._recorder.not_done(asked)
        else:
            self._recorder.answered(asked, _answer(response, self._by.get()))
        return response


class _Noting(httpx2.Auth):
    """Proves as the link does, and notes the call when it is about to leave."""

    def __init__(self, proof: LinkAuth, recorder: Recorder, asked: Asked) -> None:
        self._proof = proof
        self._recorder = recorder
        self._asked = asked

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Drive the road of the call."""
        road = self._proof.sync_auth_flow(request)
        noted = False
        try:
            proven = next(road)
            while True:
                if not noted:
                    self._recorder.sent(self._asked)
                    noted = True
                proven = road.send((yield proven))
        except StopIteration:
            return
        finally:
            road.close()


def asked_for(request: httpx2.Request, proof: LinkAuth) -> Asked:
    """What a request asks for, so that it is known again in another pass."""
    user = None if proof.anonymous else acting().user.name
    whole = str(request.url)
    url = proof.below(whole)
    body = _steady(request.read(), request.headers.get("content-type", ""))
    parts = (request.method.encode(), proof.link.id.encode(), url.encode(), (user or "").encode(), body)
    digest = hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()
    return Asked(next_place(), request.method, whole.partition("?")[0], proof.link.id, proof.link.name, user, digest)


def _steady(body: bytes, kind: str) -> bytes:
    """A body without what chance has put into it: the boundary of an upload."""
    boundary = re.fullmatch(r'multipart/[a-z-]+;.*?boundary="?([^";]+)"?.*', kind)
    return body.replace(boundary[1].encode(), b"") if boundary else body


def _answer(response: httpx2.Response, by: str | None) -> Answer:
    headers = tuple((name, value) for name, value in response.headers.multi_items() if name.lower() not in _PACKING)
    return Answer(response.status_code, headers, response.content, by)


def replayed(request: httpx2.Request, answer: Answer) -> httpx2.Response:
    """A response that was answered before, and takes no time now."""
    response = httpx2.Response(
        answer.status, headers=list(answer.headers), content=answer.body, request=request, extensions={PROBLEM: None}
    )
    response.elapsed = timedelta(0)
    return response


def _line(asked: Asked) -> str:
    return f"{asked.line} as {asked.user or 'nobody'}"
