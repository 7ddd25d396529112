"""What an answer means: a result, or one typed error that says what to do (protocol.md 1.6, 9, 11)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from applinks.errors import AccessRefused, ActedAsSomeoneElse, FarSideError
from applinks.links import Link
from applinks.wire.messages import Response
from applinks.wire.problems import Problem, problem_in

_SHOWN = 2000
_TELLING = ("message", "errorMessages", "errors", "reason", "error")

REMEDIES = {
    "consumer_key_unknown": "The other application has no link back to this one: make the link again from either side.",
    "signature_invalid": "The other application knows no link to us any more, or has disabled it; or it knows another key for "
    "us, or another address for itself than the link's application URL: say `applinks link create` again.",
    "timestamp_refused": "The clocks of the two machines differ by more than it allows: correct them.",
    "nonce_used": "Something between the two applications sends requests twice.",
    "permission_denied": "It does not let this user act through the link: the user is unknown, disabled or not admitted by "
    "its policy there, or the link does not allow impersonation.",
    "parameter_rejected": "It finds the request's parameters contradictory.",
}
"""What to do about each problem that a two-legged call can meet."""


def check_witness(response: Response, link: Link, user: str) -> None:
    """Raise `ActedAsSomeoneElse` if the answer says for whom it was made, and that is not this user (protocol.md 9.1)."""
    witness = response.header("x-ausername")
    if witness is None or user.casefold() in {witness.casefold(), unquote(witness).casefold()}:
        return
    raise ActedAsSomeoneElse(
        f"{link.name!r} answered as {witness[:100]!r}, not as {user!r}.",
        remedy="It did not take our word for who is calling: check that its incoming level is OAuth with impersonation.",
        link=link.name,
        direction="outgoing",
    )


def refusal_in(response: Response) -> Problem | None:
    """The OAuth problem that the answer names, if it refuses the request by one."""
    return problem_in(response) if response.status >= HTTPStatus.BAD_REQUEST else None


def error(link: Link, request_line: str, answer: Response, original: Any) -> FarSideError:
    """The typed error for an answer of status 400 or above; `original` is the response that the caller gets to see."""
    body = _parsed(answer)
    problem = refusal_in(answer)
    where: dict[str, Any] = {"link": link.name, "direction": "outgoing"}
    what = {"status": answer.status, "body": body, "response": original}
    if problem is not None:
        message = f"{link.name!r} refused {request_line} with {problem.name!r} ({answer.status})."
        return AccessRefused(message, problem=problem.name, remedy=REMEDIES.get(problem.name), **what, **where)
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
