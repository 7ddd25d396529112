"""The answers that several pages give: redirects, notices, plain texts."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from applinks.errors import (
    AccessRefused,
    AppLinksError,
    ConfigurationError,
    CredentialsRefused,
    DanceOfAnother,
    DanceOver,
    FarSideError,
    LinkNotFound,
    MalformedAnswer,
    MechanismMissing,
    MethodForbidden,
    TrustSuspended,
)
from applinks.outgoing import dance
from applinks.web import look
from applinks.web.views import Kind, Notice
from applinks.web.visit import START, PageVisit
from applinks.wire.messages import Pairs, Response

AFTER_SIGN_IN = "after=sign-in"
"""In the query of the page that starts the dance, for those who had to sign in on the way."""

BARE: Pairs = (
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
)
"""The headers of answers that are no pages (T-41, T-49)."""


def sign_in(visit: PageVisit) -> Response:
    if visit.sign_in is None:
        return notice(visit, Kind.SIGN_IN)
    query = visit.request.url.partition("?")[2]
    if visit.path == START:
        query = f"{query}&{AFTER_SIGN_IN}" if query else AFTER_SIGN_IN
    back = visit.own(visit.path) + (f"?{query}" if query else "")
    if visit.request.method != "GET":
        back = visit.own("/")
    return redirect(visit.sign_in.format(quote(back, safe="")))


def notice(visit: PageVisit, kind: Kind, **told: str | None) -> Response:
    return look.page(Notice(visit.frame(), kind, **told))


def notice_of(visit: PageVisit, trouble: AppLinksError, back: str) -> Response:
    kind = {
        DanceOfAnother: Kind.NOT_YOURS,
        LinkNotFound: Kind.UNKNOWN,
        CredentialsRefused: Kind.DENIED,
        MechanismMissing: Kind.NOT_SET_UP,
        ConfigurationError: Kind.NOT_SET_UP,
        MethodForbidden: Kind.NOT_SET_UP,
        TrustSuspended: Kind.NOT_SET_UP,
    }.get(type(trouble), Kind.UNREACHABLE)
    if isinstance(trouble, DanceOver):
        kind = Kind(trouble.state)
    said = _said_by(trouble)
    if said is not None and kind is not Kind.NOT_SET_UP:
        kind = Kind.REFUSED
    path = dance.local(back) if back else visit.own("/")
    return notice(visit, kind, application=trouble.link, said=said, continue_path=path)


def _said_by(trouble: AppLinksError) -> str | None:
    """What the far side answered instead of a token, if it answered."""
    if isinstance(trouble, AccessRefused):
        return trouble.problem
    if isinstance(trouble, FarSideError):
        return f"status {trouble.status}"
    telling = isinstance(trouble, MalformedAnswer | ConfigurationError | MechanismMissing | TrustSuspended)
    return trouble.message if telling else None


def redirect(address: str) -> Response:
    return Response(303, (("location", address), *BARE))


def not_allowed(methods: Iterable[str]) -> Response:
    return plain(405, "method not allowed", ("allow", ", ".join(methods)))


def file(name: str, kind: str, text: str) -> Response:
    """Something to be kept, not shown."""
    return Response(
        200, (("content-type", kind), ("content-disposition", f'attachment; filename="{name}"'), *BARE), text.encode()
    )


def plain(status: int, text: str, *more: tuple[str, str]) -> Response:
    return Response(status, (("content-type", "text/plain;charset=UTF-8"), *more, *BARE), text.encode())
