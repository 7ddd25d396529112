"""What an answer means: a result, or one typed error that says what to do (protocol.md 1.6, 9, 11)."""

from __future__ import annotations

import json
from calendar import timegm
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

from applinks.errors import AccessRefused, ActedAsSomeoneElse, FarSideError, Throttled
from applinks.links import Link, dialect_of
from applinks.wire.messages import Response
from applinks.wire.problems import Problem

_SHOWN = 2000
_TELLING = ("message", "errorMessages", "errors", "reason", "error")

ERRORS = 400
THROTTLED = frozenset({429, 503})
TOKEN_GONE = frozenset({"token_rejected", "token_expired", "token_revoked", "permission_unknown"})
"""What the far side says of a token that it does not know (any more): the person has to be asked again (R-41)."""

REMEDIES = {
    "consumer_key_unknown": "The other application has no link back to this one: make the link again from either side.",
    "signature_invalid": "The other application knows no link to us any more, or has disabled it; or it knows another key for "
    "us, or another address for itself than the link's application URL: say `applinks link create` again.",
    "signature_method_rejected": "Choose a signature method that both applications allow: `applinks link change NAME "
    "--signature-method …`, on both ends.",
    "timestamp_refused": "The clocks of the two machines differ by more than it allows: correct them.",
    "nonce_used": "Something between the two applications sends requests twice.",
    "permission_denied": "It does not let this user act through the link: the user is unknown, disabled or not admitted by "
    "its policy there, or the link does not allow impersonation.",
    "parameter_rejected": "It finds the request's parameters contradictory.",
    "captcha": "It wants a person to solve a puzzle after too many wrong passwords: sign in there once in a browser with the "
    "account of this link, then set the password anew.",
    "authentication_denied": "The password of this link is wrong or its account is locked there: set it anew.",
    "APP_UNKNOWN": "The other application does not trust this one any more: make the link again.",
    "OLD_CERT": "The clocks of the two machines differ by more than it allows: correct them.",
    "BAD_REMOTE_IP": "Its link to us lists other addresses than the one that we call from.",
    "BAD_XFORWARD_IP": "Its link to us does not list a proxy on the way.",
    "BAD_URL": "Its link to us does not list this path.",
    "BAD_SIGNATURE": "It knows another key for us, or another address for itself than the link's application URL.",
    "USER_UNKNOWN": "The user does not exist there.",
    "PERMISSION_DENIED": "The user may not sign in there, or is not admitted by its policy.",
}
"""What to do about each problem that a call can meet, by the name that the far side gives it."""


def check_witness(response: Response, link: Link, expected: str | None) -> None:
    """Raise `ActedAsSomeoneElse` if the answer says for whom it was made, and that is not who was expected (protocol.md 9.1).

    Where nobody in particular is expected, anybody will do, but nobody will not.
    """
    witness = response.header("x-ausername")
    if witness is None:
        return
    names = {witness.casefold(), unquote(witness).casefold()}
    if not (names & {"", "anonymous"} if expected is None else expected.casefold() not in names):
        return
    raise ActedAsSomeoneElse(
        f"{link.name!r} answered as {witness[:100]!r}, not as {repr(expected) if expected else 'anybody'}.",
        remedy="It did not take our word for who is calling: see `applinks link test`, and the levels of the link there.",
        link=link.name,
        direction="outgoing",
    )


def is_bare_refusal(response: Response, link: Link) -> bool:
    """Whether it is a 401 of which nobody knows what it is about: no problem is ever named, nor anybody as whom it answers."""
    named = dialect_of(link.type).names_problems or response.header("x-ausername") is not None
    return response.status == 401 and not named


def token_gone(response: Response, link: Link, problem: Problem | None) -> str | None:
    """What the answer says against the token of a person, if that means that they have to be asked again; else None.

    RFC 5849 (3.2) knows no more than status 401, and so do many providers. Where a far side names problems, or says as whom it
    answered, a 401 is about something else.
    """
    if problem is not None:
        return problem.name if problem.name in TOKEN_GONE else None
    scheme = (response.header("www-authenticate") or "OAuth").partition(" ")[0].lower()
    return "401" if is_bare_refusal(response, link) and scheme == "oauth" else None


def retry_after(response: Response, now: float) -> float | None:
    """In how many seconds it may be worth asking again; None if the answer does not say so."""
    text = response.header("retry-after") or ""
    if response.status not in THROTTLED:
        return None
    if text.isascii() and text.isdecimal():
        return float(text[:20])
    try:
        moment = timegm(parsedate_to_datetime(text).utctimetuple())
    except (ValueError, OverflowError):
        return None
    return max(0.0, moment - now)


def error(
    link: Link, request_line: str, answer: Response, original: Any, *, problem: Problem | None, now: float = 0.0
) -> FarSideError:
    """The typed error for an answer of status 400 or above, or one that names a `problem` whatever its status.

    `original` is the response that the caller gets to see; `now` is in seconds since the epoch.
    """
    body = _parsed(answer)
    where: dict[str, Any] = {"link": link.name, "direction": "outgoing"}
    what = {"status": answer.status, "body": body, "response": original}
    if problem is not None:
        message = f"{link.name!r} refused {request_line} with {problem.name!r} ({answer.status})."
        return AccessRefused(message, problem=problem.name, remedy=REMEDIES.get(problem.name), **what, **where)
    if answer.status == 429 or (answer.status == 503 and answer.header("retry-after")):
        message = f"{link.name!r} asks us to call less often ({answer.status}, {request_line})."
        remedy = "Wait before you ask again; `retry_after` says how long, if it does."
        return Throttled(message, retry_after=retry_after(answer, now), remedy=remedy, **what, **where)
    return FarSideError(f"{link.name!r} answered {answer.status} to {request_line}{_said(body)}", **what, **where)


def _parsed(answer: Response) -> Any:
    text = answer.body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text[:_SHOWN]


def _said(body: Any) -> str:
    """The end of the sentence: the far side's own words, from the members by which the products say them."""
    words = next((body[name] for name in _TELLING if body.get(name)), None) if isinstance(body, dict) else None
    if words is None:
        return "."
    return f": {words if isinstance(words, str) and words.isprintable() else json.dumps(words)}"[:300]
