"""How the interface says no: a problem document (RFC 9457), with our own `code` and `remedy` besides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from applinks.errors import (
    AdministratorNeeded,
    AppLinksError,
    LinkExists,
    LinkNotFound,
    MechanismMissing,
    NotAdmitted,
    PersonNeeded,
    RunAsRefused,
    RunNotFound,
    StoreUnavailable,
    TheirFault,
)
from applinks.web.interface.schemas import Schema, obj, or_null
from applinks.wire.messages import Pairs, Response

JSON = "application/json"
PROBLEM = "application/problem+json"
RETRY_AFTER = "5"

STATUS: Mapping[type[AppLinksError], int] = {
    LinkNotFound: 404,
    RunNotFound: 404,
    LinkExists: 409,
    MechanismMissing: 409,
    PersonNeeded: 409,
    AdministratorNeeded: 403,
    RunAsRefused: 403,
    NotAdmitted: 401,
    TheirFault: 424,
    StoreUnavailable: 503,
    AppLinksError: 422,
}
"""The status of each error: that of the nearest class above it. 424: what was asked for depends on another application, and
that one failed (RFC 4918, 11.4); it is no fault of this server, hence no 5xx.
"""

FIXED: Pairs = (
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
)
"""The headers of every answer (T-41, T-46, T-49). There are none for other origins."""

SCHEMA: Schema = obj(
    {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "remedy": or_null({"type": "string"}),
        "link": {"type": "string"},
        "authorization_url": {"type": "string"},
        "errors": {"type": "array", "items": obj({"pointer": {"type": "string"}, "detail": {"type": "string"}})},
    },
    optional=("link", "authorization_url", "errors"),
    description="What was wrong, and what to do about it: RFC 9457. `code` is stable; `errors` point into what was sent.",
)


class Refusal(Exception):
    """The request cannot be served as it is."""

    def __init__(
        self, status: int, code: str, detail: str, *, remedy: str, errors: Iterable[tuple[str, str]] = (), headers: Pairs = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.errors = tuple(errors)
        self.headers = headers

    def response(self) -> Response:
        """As it is sent."""
        errors = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        more = {"errors": errors} if errors else {}
        return _problem(self.status, self.code, self.detail, self.remedy, more, self.headers)


def nothing_there(what: str) -> Refusal:
    """The same for what does not exist and for what exists under another name (T-53)."""
    return Refusal(404, "not-found", f"There is no such {what}.", remedy="It may be gone already: list what there is.")


def status_of(kind: type[AppLinksError]) -> int:
    """The status for an error of this class."""
    return next(STATUS[above] for above in kind.__mro__ if above in STATUS)


def told(error: AppLinksError) -> Response:
    """An error of the rules, as it is sent."""
    status = status_of(type(error))
    headers = (("retry-after", RETRY_AFTER),) if isinstance(error, StoreUnavailable) else ()
    more = {"link": error.link, "authorization_url": getattr(error, "authorization_url", None)}
    more = {name: value for name, value in more.items() if value}
    return _problem(status, error.code, error.message, error.remedy, more, headers)


def _problem(status: int, code: str, detail: str, remedy: str | None, more: Mapping[str, Any], headers: Pairs) -> Response:
    whole = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    body = json.dumps({**whole, "code": code, "remedy": remedy, **more}).encode()
    return Response(status, (("content-type", PROBLEM), *FIXED, *headers), body)
