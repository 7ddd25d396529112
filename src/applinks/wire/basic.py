"""Basic: a user name and a password in a header (RFC 7617), and how the products refuse one (protocol.md 3)."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

from applinks.errors import ConfigurationError
from applinks.wire.messages import Response
from applinks.wire.problems import Problem

LONGEST_HEADER = 8 * 1024
LONGEST_NAME = 255

CAPTCHA = "captcha"
"""Too many wrong passwords: only a person in a browser, or an administrator, ends it."""

AUTHENTICATION_DENIED = "authentication_denied"
"""Wrong name or password, or an account that may not sign in."""

_controls = re.compile(r"[\x00-\x1f\x7f-\x9f]").search


def credentials(user: str, password: str) -> str:
    """The value of an `Authorization` header. The charset is UTF-8 (unverified: protocol.md 3).

    Raises `ConfigurationError` for what the far side could not read back; its message does not repeat it.
    """
    if not user or ":" in user or not user.isprintable() or len(user) > LONGEST_NAME:
        raise _unusable("user name", f"it must have 1 to {LONGEST_NAME} characters, none of them a colon or a control")
    if _controls(password):
        raise _unusable("password", "it holds a control character")
    try:
        plain = f"{user}:{password}".encode()
    except UnicodeEncodeError:
        raise _unusable("password", "it is no text") from None
    value = f"Basic {b64encode(plain).decode()}"
    if len(value) > LONGEST_HEADER:
        raise _unusable("password", "it is too long")
    return value


def read(header: str | None) -> tuple[str, str] | None:
    """User name and password of an `Authorization` header, or None where it holds none that can be read. Never raises.

    The name is plain text; the password may hold anything, as whoever compares it will find out.
    """
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic" or len(encoded) > LONGEST_HEADER:
        return None
    try:
        user, colon, password = b64decode(encoded.strip(" "), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if colon and user.isprintable() and 0 < len(user) <= LONGEST_NAME else None


def refusal_in(response: Response) -> Problem | None:
    """How a response refuses a user name and a password, or None. Never raises.

    Headers are believed whatever the status: a wrong password has been answered 200 (protocol.md 9.1). `CAPTCHA` comes with
    `login-url`, where a person can end it, if that is an http(s) address. A bare 401 refuses what was sent (RFC 9110, 15.5.2).
    Not told apart, since both are unverified (protocol.md 3, 9.1): Basic switched off altogether, and AUTHORISATION_FAILED.
    """
    denied = response.header("x-authentication-denied-reason") or ""
    if denied.strip().upper().startswith("CAPTCHA_CHALLENGE"):
        address = _login_url(denied)
        return Problem(CAPTCHA, (("login-url", address[1]),) if address else ())
    reasons = {reason.strip().upper() for reason in (response.header("x-seraph-loginreason") or "").split(",")}
    failed = reasons & {"AUTHENTICATION_DENIED", "AUTHENTICATED_FAILED"}
    return Problem(AUTHENTICATION_DENIED) if failed or response.status == 401 else None


_login_url = re.compile(
    r";\s*login-url=(https?://(?![^/?#]*@)[!#-&(-;=?-\[\]_a-z~]{1,2000})\s*(?:;|$)", re.IGNORECASE | re.ASCII
).search


def _unusable(what: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"The {what} cannot be used for Basic: {why}.", remedy="Set another one, on both sides.")
