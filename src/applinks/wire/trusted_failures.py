"""How a refusal of Trusted Applications is told, and how one is read (protocol.md 2.3, 2.4).

It stands in headers of the answer, beside whatever HTTP status: the products leave that alone and go on with nobody signed in.
What is read is a stranger's text, and loses its control characters.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from applinks.errors import NotAdmitted
from applinks.wire.messages import Pairs, Response
from applinks.wire.problems import Problem

STATUS = "x-seraph-trusted-app-status"
ERROR = "x-seraph-trusted-app-error"

LONGEST_HEADER = 4 * 1024
_SHOWN = 500


class Severity(StrEnum):
    """How the products sort their codes (protocol.md 2.4)."""

    ERROR = "ERROR"
    FAIL = "FAIL"


class Code(StrEnum):
    """Why a certificate was not accepted (protocol.md 2.4)."""

    UNKNOWN = "UNKNOWN"
    APP_UNKNOWN = "APP_UNKNOWN"
    SYSTEM = "SYSTEM"
    BAD_PROTOCOL_VERSION = "BAD_PROTOCOL_VERSION"
    APP_ID_NOT_FOUND = "APP_ID_NOT_FOUND"
    SECRET_KEY_NOT_FOUND = "SECRET_KEY_NOT_FOUND"  # noqa: S105
    MAGIC_NUMBER_NOT_FOUND = "MAGIC_NUMBER_NOT_FOUND"
    USER_UNKNOWN = "USER_UNKNOWN"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    BAD_REMOTE_IP = "BAD_REMOTE_IP"
    BAD_XFORWARD_IP = "BAD_XFORWARD_IP"
    BAD_URL = "BAD_URL"
    OLD_CERT = "OLD_CERT"
    MISSING_CERT = "MISSING_CERT"
    BAD_MAGIC = "BAD_MAGIC"
    BAD_SIGNATURE = "BAD_SIGNATURE"

    @property
    def severity(self) -> Severity:
        """ERROR or FAIL."""
        return Severity.FAIL if self in _FAILS else Severity.ERROR


_FAILS = frozenset(
    {
        Code.BAD_REMOTE_IP,
        Code.BAD_XFORWARD_IP,
        Code.BAD_URL,
        Code.OLD_CERT,
        Code.MISSING_CERT,
        Code.BAD_MAGIC,
        Code.BAD_SIGNATURE,
    }
)

MESSAGES = MappingProxyType(
    {
        Code.UNKNOWN: "The request was not accepted",
        Code.APP_UNKNOWN: "Unknown Application: {0}",
        Code.SYSTEM: "The certificate cannot be read",
        Code.BAD_PROTOCOL_VERSION: "Protocol version not accepted: {0}",
        Code.APP_ID_NOT_FOUND: "Application id not found in the request",
        Code.SECRET_KEY_NOT_FOUND: "Secret key not found in the request",
        Code.MAGIC_NUMBER_NOT_FOUND: "Magic number not found in the request",
        Code.USER_UNKNOWN: "Unknown User: {0}",
        Code.PERMISSION_DENIED: "Permission denied",
        Code.BAD_REMOTE_IP: "Request not allowed from IP address: {0}",
        Code.BAD_XFORWARD_IP: "Request not allowed from forwarded IP address: {0}",
        Code.BAD_URL: "Request not allowed to access URL: {0}",
        Code.OLD_CERT: "The certificate was not made just now",
        Code.MISSING_CERT: "No certificate in the request",
        Code.BAD_MAGIC: "The certificate was not made with the key of application: {0}",
        Code.BAD_SIGNATURE: "Bad signature for URL: {0}",
    }
)
"""The text of each code as we send it; the wording of APP_UNKNOWN, BAD_REMOTE_IP and BAD_URL is that of the products."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One reason why a certificate was not accepted; `message` holds `{0}`, `{1}` … where the parameters belong."""

    code: Code
    message: str
    parameters: tuple[str, ...] = ()

    @classmethod
    def of(cls, code: Code, *parameters: str) -> Failure:
        """A failure in our own words."""
        return cls(code, MESSAGES[code], parameters)

    @classmethod
    def told_by(cls, refusal: NotAdmitted) -> Failure:
        """What the sender is told of a refusal; of one that another part of the road made, next to nothing."""
        code = Code.__members__.get(refusal.problem)
        if code is not None:
            return cls.of(code, *(value for _, value in refusal.companions))
        return cls.of(Code.PERMISSION_DENIED if refusal.problem == "permission_denied" else Code.UNKNOWN)

    @property
    def text(self) -> str:
        """As it travels in a header: code, message and parameters, the latter not yet put in (protocol.md 2.4).

        Printable ASCII and two TABs, whatever the values hold (security.md T-63); long parameters are cut.
        """
        message = _printable(self.message).encode("ascii", "replace").decode()
        parameters = json.dumps([parameter[:_SHOWN] for parameter in self.parameters], separators=(",", ":"))
        return f"{self.code};\t{message};\t{parameters}"

    @property
    def sentence(self) -> str:
        """The message with its parameters put in, for people."""
        said = re.sub(r"\{([0-9])\}", self._parameter, self.message)
        return _printable(said)[: 2 * _SHOWN]

    def _parameter(self, match: re.Match[str]) -> str:
        place = int(match[1])
        return self.parameters[place] if place < len(self.parameters) else match[0]


def accepted() -> Pairs:
    """The header of an answer to a certificate that was accepted."""
    return ((STATUS, "OK"),)


def refused(*failures: Failure) -> Pairs:
    """The headers of an answer to a certificate that was not. Products leave the HTTP status as it is."""
    return ((STATUS, "ERROR"), *((ERROR, failure.text) for failure in failures))


def read_failure(text: str) -> Failure | None:
    """A failure from its header; a code that is not known is UNKNOWN, and what has not three parts is none. Never raises."""
    parts = text.split(";\t") if len(text) <= LONGEST_HEADER else []
    if len(parts) != 3:
        return None
    try:
        parameters = json.loads(parts[2])
    except (ValueError, RecursionError):
        return None
    if not isinstance(parameters, list) or not all(isinstance(parameter, str) for parameter in parameters):
        return None
    code = Code.__members__.get(parts[0].strip(), Code.UNKNOWN)
    return Failure(code, _printable(parts[1]), tuple(_printable(parameter) for parameter in parameters))


def failures_in(response: Response) -> tuple[Failure, ...]:
    """All readable failures of a response, in their order."""
    found = (read_failure(value) for name, value in response.headers if name == ERROR)
    return tuple(failure for failure in found if failure is not None)


def status_in(response: Response) -> str | None:
    """`OK` or `ERROR`; None from who does not speak this protocol at all, or says anything else."""
    said = (response.header(STATUS) or "").strip().upper()
    return said if said in {"OK", "ERROR"} else None


def refusal_in(response: Response) -> Problem | None:
    """The code by which a response refuses a certificate, whatever its HTTP status, with the companion `message`; or None."""
    failures, status = failures_in(response), status_in(response)
    if status == "OK" or (status is None and not failures):
        return None
    if not failures:
        return Problem(Code.UNKNOWN.value)
    return Problem(failures[0].code.value, (("message", failures[0].sentence),))


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
