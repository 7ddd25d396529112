"""What becomes of a request that reaches the application: ours to answer, refused, admitted, or none of ours."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from applinks.errors import BadProof, NotAdmitted, StoreUnavailable
from applinks.incoming.admit import admit
from applinks.incoming.endpoints import ENDPOINTS, TOKEN_ENDPOINTS, Visit
from applinks.incoming.principal import Principal
from applinks.incoming.refusals import RememberRefusal
from applinks.links import FormerUrl, Identity, WhoWeAre
from applinks.mechanisms import MECHANISMS, Mechanism, Presented
from applinks.questions import Flow
from applinks.wire import events, oauth1, problems, trusted_apps
from applinks.wire.messages import FORM, Pairs, Request, Response, media_type

BODY_LIMIT = 256 * 1024
"""Bytes of a form that are read to verify it; larger ones pass unread, and are refused if they claim a proof (S-30)."""

WRONG_ADDRESS = frozenset({"signature_invalid", "BAD_SIGNATURE"})
"""What a request is refused with that was signed for another address of ours."""

EVENTS = f"/{events.PATH}/"
"""What comes here proves itself to whoever takes it in, above this room: it is nobody's call."""

RETRY_AFTER = "5"
"""Seconds after which it may be worth asking again, where the store failed."""

log = logging.getLogger("applinks.incoming")


def concerns_us(path: str, query: str, headers: Pairs) -> bool:
    """A quick look, before anything is parsed: could this request be ours to answer, or carry a proof?

    `path` is the raw path below our own address. False is certain, True is worth a closer look.
    """
    if path in ENDPOINTS or path in TOKEN_ENDPOINTS:
        return True
    if f"{path}/".startswith(EVENTS):
        return False
    if "oauth_" in query or "%" in query:
        return True
    for name, value in headers:
        if name == "authorization":
            if value[:5].lower() in {"oauth", "basic"}:
                return True
        elif name == trusted_apps.CERTIFICATE or (name == "content-type" and media_type(value) == FORM):
            return True
    return False


def wants_body(path: str, content_type: str | None) -> bool:
    """Whether the body takes part: of a form, since it is signed, and of what our own endpoints are sent."""
    return path in ENDPOINTS or path in TOKEN_ENDPOINTS or media_type(content_type) == FORM


def receive(
    request: Request, mechanisms: Sequence[Mechanism] = MECHANISMS, *, whole: bool = True, address: str | None = None
) -> Flow[Principal | Response | None]:
    """A `Response` to give at once, the `Principal` as whom the request goes on, or None: it goes on untouched.

    `address` is our own as this process declares it, if it may be another one than our records say: while we move, both hold.
    `whole` is false where the body was too large to be read. Where the store fails, nothing that needs it gets through: it is
    answered 503 (security.md T-11).
    """
    try:
        return (yield from _received(request, mechanisms, whole=whole, address=address))
    except StoreUnavailable as failure:
        log.warning("cannot decide about %s %r: %s", request.method, request.url.partition("?")[0], failure)
        return _unavailable() if _needs_us(request, mechanisms) else None


def _received(
    request: Request, mechanisms: Sequence[Mechanism], *, whole: bool, address: str | None
) -> Flow[Principal | Response | None]:
    identity: Identity = yield WhoWeAre()
    identity = replace(identity, url=address) if address is not None else identity
    path = identity.below(request.url)
    visit = Visit(request, path, identity, None, mechanisms)
    try:
        found = yield from _proven(visit, whole=whole)
    except NotAdmitted as refusal:
        log.warning("refused %s %r: %s", request.method, request.url.partition("?")[0], ascii(str(refusal)))
        yield RememberRefusal(request, refusal, whole)
        return _refused(refusal, visit)
    if path in TOKEN_ENDPOINTS or isinstance(found, Response):
        return found
    endpoint, principal = ENDPOINTS.get(path), found
    if endpoint is None:
        return principal
    answer = yield from endpoint(replace(visit, principal=principal))
    return replace(answer, headers=(*answer.headers, *principal.headers)) if principal else answer


def _proven(visit: Visit, *, whole: bool) -> Flow[Principal | Response | None]:
    """What holds under our own address; or under the one that we had before, while calls to that are admitted, too."""
    try:
        return (yield from _answered(visit, whole=whole))
    except BadProof as refusal:
        former: str | None = (yield FormerUrl()) if refusal.problem in WRONG_ADDRESS else None
        if former is None or former == visit.identity.url:
            raise
        request = replace(visit.request, url=f"{former}{visit.request.url.removeprefix(visit.identity.url)}")
        moved = replace(visit, request=request, identity=replace(visit.identity, url=former))
        try:
            return (yield from _answered(moved, whole=whole))
        except BadProof:
            raise refusal from None


def _answered(visit: Visit, *, whole: bool) -> Flow[Principal | Response | None]:
    if visit.path not in TOKEN_ENDPOINTS:
        return (yield from admit(visit.request, visit.identity, visit.mechanisms, whole=whole))
    if not whole:
        raise NotAdmitted("The body is too large to be verified.", problem="parameter_rejected")
    return (yield from TOKEN_ENDPOINTS[visit.path](visit))


def _refused(refusal: NotAdmitted, visit: Visit) -> Response:
    """Each mechanism turns away in its own words; token endpoints name themselves as realm (protocol.md 1.6)."""
    if visit.path in TOKEN_ENDPOINTS:
        return problems.refusal(visit.request.url.partition("?")[0], refusal.problem, refusal.companions)
    claiming = next((mechanism for mechanism in visit.mechanisms if refusal.mechanism == mechanism.NAME), None)
    if claiming is not None:
        return claiming.refuse(visit.identity.url, refusal)
    return problems.refusal(visit.identity.url, refusal.problem, refusal.companions)


def _needs_us(request: Request, mechanisms: Sequence[Mechanism]) -> bool:
    """Whether the request brings a proof or asks for one of our endpoints; the application's own forms do neither.

    Where Basic is loaded, a name and a password could be those of a link: nobody can tell now (security.md T-11).
    """
    if urlsplit(request.url).path.endswith((*ENDPOINTS, *TOKEN_ENDPOINTS)):
        return True
    try:
        presented = Presented(request, oauth1.read(request))
    except NotAdmitted:
        return True
    return presented.oauth is not None or any(mechanism.recognise(presented) for mechanism in mechanisms)


def _unavailable() -> Response:
    headers = (("retry-after", RETRY_AFTER), ("content-type", "text/plain;charset=UTF-8"), ("cache-control", "no-store"))
    return Response(503, headers, b"The records of this application's links cannot be reached now. Ask again later.")
