"""What is kept of a request that was refused, so that somebody can find out why (decision 0019).

Rules of this file:

- What the sender sees, and when, is the same whether something is kept or not: it is looked at after the answer was made, by
  somebody nobody waits for (`RememberRefusal`).
- Only of links that exist; what strangers send leaves nothing behind (decision 0008). Few of each link, for a few days.
- Never a password: of the Authorization header only a proof by OAuth, and no request that has a parameter which may hold one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from applinks.errors import NotAdmitted
from applinks.links import Link, LinkOfConsumer
from applinks.questions import Flow, FreshSecrets, Moment, Now, Question
from applinks.wire.encoding import Malformed, decode
from applinks.wire.messages import Request

KEPT_OF_EACH = 20
"""Refused requests of one link; the oldest make room (security.md T-77)."""
KEPT_FOR = 3 * 24 * 3600
"""Seconds."""
PAUSE = 1.0
"""Seconds, in one process, after which another one of the same link is kept: whoever knows a consumer key writes no more."""
LARGEST_FORM = 16 * 1024
LONGEST_TARGET = 8 * 1024
LONGEST_HEADER = 4 * 1024
OF_PASSWORDS = ("pass", "pwd", "secret")
"""What the name of a parameter holds that may hold a password."""

TELLING = frozenset(
    {
        "authorization",
        "content-type",
        "host",
        "forwarded",
        "x-forwarded-proto",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-original-host",
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
    }
)
"""The headers that may tell why; no other one is kept."""

_consumer_key = re.compile(r'(?:^|[\s,&?])oauth_consumer_key\s*=\s*"?([^",&\s]*)').search
_of_oauth = re.compile(r"\s*OAuth(?:\s|$)", re.IGNORECASE).match


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused request. `time` is in seconds since the epoch; `why` our own words, `step` what refused it, if known.

    `whole` is false where its form was too large to be kept. The request has no header but those that may tell why.
    """

    id: str
    link_id: str
    time: float
    problem: str
    why: str
    request: Request = field(repr=False)
    step: str | None = None
    whole: bool = True

    def as_data(self) -> dict[str, Any]:
        """For programs: the request by method and address without the query."""
        told = {name: getattr(self, name) for name in ("id", "link_id", "time", "problem", "why", "step")}
        return {**told, "request": self.request.line()}


@dataclass(frozen=True, slots=True)
class RememberRefusal(Question):
    """Keep what is worth keeping of this, later. The answer is None, given at once, whoever sent it."""

    request: Request = field(repr=False)
    refusal: NotAdmitted
    whole: bool


@dataclass(frozen=True, slots=True)
class KeepRefusal(Question):
    """Keep it, unless another one of its link was kept in this process less than `PAUSE` ago. The answer is None."""

    refusal: Refusal
    durable = False


@dataclass(frozen=True, slots=True)
class RefusalOf(Question):
    """The `Refusal` of that id, or None."""

    id: str


@dataclass(frozen=True, slots=True)
class Refusals(Question):
    """Those that are kept, of one link or of all, the newest first, as a tuple."""

    link_id: str | None = None


def remember(question: RememberRefusal) -> Flow[None]:
    """Keep a refused request if it names a link of ours, and may be kept."""
    request = question.request
    key = claimed_consumer(request)
    if key is None or not _may_be_kept(request):
        return
    link: Link | None = yield LinkOfConsumer(key)
    if link is None:
        return
    moment: Moment = yield Now()
    (id,) = yield FreshSecrets(1)  # noqa: A001
    kept, whole = _what_tells(request), question.whole
    if len(request.body) > LARGEST_FORM:
        kept, whole = Request(kept.method, kept.url, kept.headers), False
    refusal = question.refusal
    yield KeepRefusal(Refusal(id[:16], link.id, moment.now, refusal.problem, refusal.message, kept, refusal.step, whole))


def claimed_consumer(request: Request) -> str | None:
    """The consumer key that a request names, readable or not; None if it names none."""
    header = next((value for name, value in request.headers if name == "authorization" and _of_oauth(value)), "")
    form = request.body.decode("latin-1") if request.is_form() else ""
    for text in (header, request.url.partition("?")[2], form[:LARGEST_FORM]):
        found = _consumer_key(text)
        if found:
            try:
                return decode(found[1])
            except Malformed:
                return None
    return None


def _may_be_kept(request: Request) -> bool:
    form = request.body.decode("latin-1") if request.is_form() else ""
    names = [piece.partition("=")[0] for piece in f"{request.url.partition('?')[2]}&{form}".split("&")]
    return len(request.url) <= LONGEST_TARGET and not any(
        word in unquote_plus(name).casefold() for name in names for word in OF_PASSWORDS
    )


def _what_tells(request: Request) -> Request:
    headers = tuple(
        (name, value[:LONGEST_HEADER])
        for name, value in request.headers
        if name in TELLING and (name != "authorization" or _of_oauth(value))
    )
    return Request(request.method, request.url, headers, request.body if request.is_form() else b"")
