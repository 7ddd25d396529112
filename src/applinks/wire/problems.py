"""OAuth problems: how a refusal is told, and how one is read (protocol.md 1.6).

Written, a problem stands in the `WWW-Authenticate` header and, the same, in the body. Read, it may stand in either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote, unquote_plus

from applinks.wire.encoding import encode, form
from applinks.wire.messages import FORM, Pairs, Response

STATUS = MappingProxyType(
    {
        "version_rejected": 400,
        "parameter_absent": 400,
        "parameter_rejected": 400,
        "timestamp_refused": 400,
        "signature_method_rejected": 400,
        "nonce_used": 401,
        "token_used": 401,
        "token_expired": 401,
        "token_revoked": 401,
        "token_rejected": 401,
        "signature_invalid": 401,
        "consumer_key_unknown": 401,
        "consumer_key_rejected": 401,
        "additional_authorization_required": 401,
        "permission_unknown": 401,
        "permission_denied": 401,
        "user_refused": 503,
        "consumer_key_refused": 503,
    }
)
"""The HTTP status of each problem; any other text is 403."""

REFUSED = 400  # and above; below it, what looks like a problem is what somebody asked for
MOST_READ = 16 * 1024  # of a header or a body; a problem is short


def challenge(realm: str, problem: str | None = None, companions: Pairs = ()) -> str:
    """The value of a `WWW-Authenticate` header; without a problem, the bare challenge that goes with any 401."""
    said = [("realm", realm), *_parameters(problem, companions)]
    return "OAuth " + ", ".join(f'{name}="{encode(value)}"' for name, value in said)


def refusal(realm: str, problem: str, companions: Pairs = ()) -> Response:
    """The response that refuses a request, with the problem in header and body."""
    headers = (
        ("www-authenticate", challenge(realm, problem, companions)),
        ("content-type", f"{FORM};charset=UTF-8"),
        ("cache-control", "no-store"),
    )
    return Response(STATUS.get(problem, 403), headers, form(_parameters(problem, companions)).encode())


def _parameters(problem: str | None, companions: Pairs) -> Pairs:
    return companions if problem is None else (("oauth_problem", problem), *companions)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that the far side named, with the parameters that came along. All of it is a stranger's text."""

    name: str
    companions: Pairs = ()

    def companion(self, name: str) -> str | None:
        """One of the parameters that came along, or None."""
        return dict(self.companions).get(name)

    def skew(self, timestamp: float) -> float | None:
        """How many seconds our clock is ahead, if the problem tells what it would have accepted instead of `timestamp`."""
        told = _range(self.companion("oauth_acceptable_timestamps") or "")
        return timestamp - (int(told[1]) + int(told[2])) / 2 if told else None


_range = re.compile(r"([0-9]{1,12})-([0-9]{1,12})").fullmatch
_schemes = re.compile(r"(?:^|,)\s*OAuth\s+", re.IGNORECASE).split
_items = re.compile(r'(?<!\w)(oauth_\w++)\s*=\s*(?:"([^"]*)"|([^\s,"]+))', re.ASCII).findall


def refusal_in(response: Response) -> Problem | None:
    """The problem by which a response of status 400 or above refuses a request, or None; a bare challenge names none.

    Header first, then body, whatever type that claims to be; what only one of them says is kept. Never raises.
    """
    if response.status < REFUSED:
        return None
    told: dict[str, str] = {}
    for name, value in [*_said_in_header(response), *_said_in_body(response)]:
        told.setdefault(name, "".join(letter for letter in value if letter.isprintable()))
    name = told.pop("oauth_problem", "")
    return Problem(name, tuple(told.items())) if name else None


def _said_in_header(response: Response) -> list[tuple[str, str]]:
    challenges = [value[:MOST_READ] for name, value in response.headers if name == "www-authenticate"]
    proofs = [part for value in challenges for part in _schemes(value)[1:]]
    return [(name, unquote(quoted or bare)) for part in proofs for name, quoted, bare in _items(part)]


def _said_in_body(response: Response) -> list[tuple[str, str]]:
    text = response.body[:MOST_READ].decode("utf-8", "replace").strip()
    if "oauth_problem=" not in text or "<" in text or "{" in text:  # a page or JSON that quotes one says something else
        return []
    pieces = (piece.partition("=") for piece in text.split("&"))
    return [(name, unquote_plus(value)) for name, _, value in pieces if name.startswith("oauth_")]
