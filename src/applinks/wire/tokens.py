"""What the three-legged dance says in plain text: replies with tokens, and the address people are sent back to.

Rules of this file (protocol.md 1.7):

- Replies are `text/plain` in OAuth's own encoding: a form would write a blank as `+`, and OAuth does not.
- A reader never trusts the declared type; a reply is judged by its members, each of which may stand there once.
- A reply that does not confirm the callback is OAuth 1.0 without the "a": it is refused, never used (security.md T-14, C-14).
- A callback is taken letter by letter or not at all; nothing is mended, so nothing can be mended in two ways (T-42, T-43).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from applinks.errors import ConfigurationError, MalformedAnswer, NoProof
from applinks.wire.encoding import Malformed, form, parse_form
from applinks.wire.messages import Pairs, Response

OUT_OF_BAND = "oob"
"""The callback of an application that has no address: the verifier is shown, and the person carries it over."""

DENIED = "denied"
"""The verifier of somebody who said no; unverified for the products themselves: protocol.md 1.7, step 3."""

# Limits for what strangers send (security.md S-30); real replies have some 200 bytes.
LONGEST_REPLY = 16 * 1024
LONGEST_VALUE = 4 * 1024
MOST_MEMBERS = 50
LONGEST_CALLBACK = 2_000


@dataclass(frozen=True, slots=True)
class TemporaryCredentials:
    """A request token and its secret (RFC 5849, 2.1)."""

    token: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenCredentials:
    """An access token and its secret (RFC 5849, 2.3), and how long they live, in seconds; None where nothing was said.

    `expires_in` ends the token, `authorization_expires_in` the consent: in between, `session_handle` renews the token.
    """

    token: str = field(repr=False)
    secret: str = field(repr=False)
    expires_in: int | None = None
    session_handle: str | None = field(default=None, repr=False)
    authorization_expires_in: int | None = None


# ---- replies


def request_token_reply(credentials: TemporaryCredentials) -> Response:
    """The reply to a request for a request token. Raises `ConfigurationError` for what is no text."""
    return _reply(*_pair(credentials), ("oauth_callback_confirmed", "true"))


def access_token_reply(credentials: TokenCredentials) -> Response:
    """The reply to a request for an access token, or for its renewal. Raises `ConfigurationError` for what is no text."""
    return _reply(*_pair(credentials), *_life(credentials))


def read_request_token(response: Response) -> TemporaryCredentials:
    """What a request-token reply gives. Raises `MalformedAnswer` naming what is missing, for any response whatever."""
    members = _members(response, "request token")
    if members.get("oauth_callback_confirmed") not in {"true", "True"}:  # as Authlib's providers say it
        raise _malformed(
            "request token",
            "does not say oauth_callback_confirmed=true",
            remedy="That is OAuth 1.0 as it was before session fixation was mended; the far side must speak 1.0a.",
        )
    return TemporaryCredentials(members["oauth_token"], members["oauth_token_secret"])


def read_access_token(response: Response) -> TokenCredentials:
    """What an access-token reply gives. Raises `MalformedAnswer` naming what is missing, for any response whatever."""
    members = _members(response, "access token")
    return TokenCredentials(
        members["oauth_token"],
        members["oauth_token_secret"],
        _seconds(members, "oauth_expires_in"),
        members.get("oauth_session_handle") or None,
        _seconds(members, "oauth_authorization_expires_in"),
    )


def _pair(credentials: TemporaryCredentials | TokenCredentials) -> Pairs:
    return ("oauth_token", credentials.token), ("oauth_token_secret", credentials.secret)


def _life(credentials: TokenCredentials) -> Iterator[tuple[str, str]]:
    if credentials.expires_in is not None:
        yield "oauth_expires_in", str(credentials.expires_in)
    if credentials.session_handle is not None:
        yield "oauth_session_handle", credentials.session_handle
    if credentials.authorization_expires_in is not None:
        yield "oauth_authorization_expires_in", str(credentials.authorization_expires_in)


def _reply(*members: tuple[str, str]) -> Response:
    try:
        body = form(members).encode()
    except Malformed as wrong:
        raise ConfigurationError(f"A token cannot be written: {wrong}.") from None
    return Response(200, (("content-type", "text/plain"), ("cache-control", "no-store")), body)


def _members(response: Response, called: str) -> dict[str, str]:
    """All members of a reply, among them a token that is not empty and a secret."""
    members: dict[str, str] = {}
    for name, value in _pairs(response, called):
        if name in members:
            raise _malformed(called, f"says its {_shown(name)} twice")
        if len(value) > LONGEST_VALUE or not value.isprintable():
            raise _malformed(called, f"has control characters, or too many of any, in its {_shown(name)}")
        members[name] = value
    missing = [name for name in ("oauth_token", "oauth_token_secret") if name not in members]
    if missing or not members["oauth_token"]:
        raise _malformed(called, f"has no {' and no '.join(missing or ['oauth_token'])}")
    return members


def _pairs(response: Response, called: str) -> Pairs:
    if not 200 <= response.status <= 299:
        raise _malformed(called, f"came with status {response.status}")
    if len(response.body) > LONGEST_REPLY:
        raise _malformed(called, f"is larger than {LONGEST_REPLY} bytes")
    try:
        text = response.body.decode().strip(" \t\r\n")
        if text.startswith(("<", "{")) or text.count("&") >= MOST_MEMBERS:
            raise _malformed(called, "is a page or a document, or has too many members")
        return parse_form(text)
    except ValueError:
        raise _malformed(called, "is no text in OAuth's encoding") from None


def _seconds(members: dict[str, str], name: str) -> int | None:
    value = members.get(name)
    if value is None:
        return None
    if re.fullmatch("[0-9]{1,10}", value) is None:
        raise _malformed("access token", f"has an {name} that is no number of seconds")
    return int(value)


def _shown(name: str) -> str:
    return ascii(name[:60])


def _malformed(called: str, problem: str, remedy: str | None = None) -> MalformedAnswer:
    return MalformedAnswer(f"The reply with the {called} {problem}.", remedy=remedy)


# ---- the address people are sent back to

# No user information, fragment, backslash, blank or letter outside ASCII: two parsers read those differently.
_address = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/[\]\[!$%&'()*+,./0-9:;=@a-z_~-]*)?(?:\?(?P<query>[\]\[!$%&'()*+,./0-9:;=?@a-z_~-]*))?",
    re.IGNORECASE | re.ASCII,
).fullmatch
_OURS = {"oauth_token", "oauth_verifier"}


def is_callback(address: str) -> bool:
    """Whether people may be sent back there: an absolute http(s) address that everybody reads alike.

    One whose query holds a token or a verifier already is none: who takes the first and who the last would disagree (T-02).
    """
    match = _address(address) if len(address) <= LONGEST_CALLBACK else None
    if match is None or not 0 < int(match["port"] or 1) <= 65_535:
        return False
    try:
        return _OURS.isdisjoint(name for name, _ in parse_form(match["query"] or ""))
    except Malformed:
        return False


def read_callback(value: str | None) -> str | None:
    """The `oauth_callback` of a request for a request token: an address, or None for "oob" and where there is none.

    Products let it be missing, though RFC 5849 does not (protocol.md 1.3). Raises `NoProof` with `parameter_rejected`.
    """
    if value is None or value == OUT_OF_BAND:
        return None
    if is_callback(value):
        return value
    raise NoProof(
        f"The callback {value[:200]!a} is not an absolute http or https address.",
        problem="parameter_rejected",
        companions=(
            ("oauth_parameters_rejected", "oauth_callback"),
            ("oauth_problem_advice", f"{value[:200]!a} is not an absolute http or https address"),
        ),
    )


def return_address(callback: str, token: str, verifier: str) -> str:
    """Where people are sent after they decided: the callback, its own query kept, with token and verifier (or `DENIED`).

    Raises `ConfigurationError` for what is no callback: nobody is sent there, whoever stored it.
    """
    if not is_callback(callback):
        raise ConfigurationError("The callback is not an absolute http or https address.", remedy="Register it again.")
    _, mark, query = callback.partition("?")
    joint = "?" if not mark else "&" if query and not query.endswith("&") else ""
    try:
        return f"{callback}{joint}{form((('oauth_token', token), ('oauth_verifier', verifier)))}"
    except Malformed as wrong:
        raise ConfigurationError(f"A token cannot be written: {wrong}.") from None
