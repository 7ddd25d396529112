"""Trusted Applications, version 2: this application vouches for its user by a certificate (protocol.md 2). Legacy.

Use it only where the far side knows nothing better. Its signature covers address and time but not the user, so the way must be
TLS; it knows SHA-1 only. It is not loaded unless an application names it among its mechanisms.
"""

from __future__ import annotations

from hashlib import sha256

from applinks.errors import BadProof, NotAdmitted
from applinks.links import Facts, Identity, Incoming, Level, Link, LinkOfConsumer, WhoWeAre, is_safe_way
from applinks.mechanisms.mechanism import Candidate, Checks, Objection, Presented, Proof
from applinks.mechanisms.signature import NOBODYS_KEY
from applinks.people import Person
from applinks.questions import Flow, FreshSecrets, Moment, Now
from applinks.wire import trusted_apps, trusted_failures
from applinks.wire.keys import PublicKey
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Request, Response
from applinks.wire.problems import Problem
from applinks.wire.trusted_failures import Code, Failure

NAME = "Trusted"
KIND = AuthenticationKind.TRUSTED_APPS
SHARES_ITS_HEADER = False
SPEAKS_FOR_OTHERS = True


def objection(facts: Facts, user: str) -> Objection | None:
    """The link must be by Trusted Applications, which stands for nothing else."""
    link = facts.link
    if link.outgoing.level is not Level.TRUSTED:
        return Objection(f"the outgoing level of the link is {link.outgoing.level}")
    if not is_safe_way(link.application_url):
        return Objection("its address is plain http, where anybody could put another name into the certificate")
    unshared = facts.unshared(user)
    return Objection(unshared) if unshared else None


def incoming_objection(link: Link) -> str | None:
    """We must trust it."""
    level = link.incoming.level
    return None if level is Level.TRUSTED else f"the incoming level of the link is {level}"


def person_objection(person: Person, link: Link, method: str, path: str) -> str | None:
    """Whoever is vouched for was not asked: the link's policy decides, as for impersonation."""
    return link.incoming.policy.objection(person, method, path)


def witness(facts: Facts, user: str) -> str:
    """The person who acts here acts there, by their name there."""
    return facts.link.names.there(user) or user


# ---- sending


def prove(request: Request, facts: Facts, user: str) -> Flow[Proof]:
    """Vouch for the user, for this address, now."""
    moment: Moment = yield Now()
    there = witness(facts, user)
    drawn = [sha256(text.encode()).digest() for text in (yield FreshSecrets(9))]
    headers = trusted_apps.certify(
        request.url,
        there,
        facts.key,
        facts.consumer_key,
        milliseconds=int(moment.now * 1000),
        rc4_key=trusted_apps.fit_key(drawn[0]),
        blinding=int.from_bytes(b"".join(drawn[1:])),
    )
    for name, value in headers:
        request = request.with_header(name, value)
    return Proof(request, f"trusted application {facts.consumer_key} vouches for {there} at {request.url}")


def refusal(response: Response) -> Problem | None:
    """It stands in headers, even of an answer with status 200 (protocol.md 2.3)."""
    return trusted_failures.refusal_in(response)


# ---- receiving


def recognise(presented: Presented) -> bool:
    """A request with a certificate."""
    return bool((presented.request.header(trusted_apps.CERTIFICATE) or "").strip())


def sender(presented: Presented) -> LinkOfConsumer:
    """The link of the application id, which is its consumer key."""
    return LinkOfConsumer((presented.request.header(trusted_apps.ID) or "").strip())


def accept(presented: Presented, link: Link | None, now: float) -> Flow[Candidate]:
    """The steps of protocol.md 2.3, in their order; each with the code that it fails with."""
    us: Identity = yield WhoWeAre()
    request = presented.request
    try:
        claim = trusted_apps.read(request)
    except NotAdmitted as refused:
        return _refused(refused)
    assert claim is not None, "recognise() comes first"  # noqa: S101
    known = link is not None and link.incoming.level is Level.TRUSTED and link.incoming.public_key is not None
    try:
        certificate, key = _opened(claim, link if known else None, now)
        _check_request(certificate, link, us, request, now)
        if not trusted_apps.verify(claim, certificate, key, request.url):
            raise trusted_apps.bad_signature(request.url)
    except NotAdmitted as refused:
        # Who does not have the key learns nothing about our links (decision 0005).
        strange = not known or refused.problem == Code.BAD_MAGIC
        return _refused(_unknown(claim.application_id) if strange else refused)
    seconds = certificate.created // 1000
    checks: Checks = (("certificate", "ok"), ("age", "ok"), ("address and path", "ok"), ("signature", "ok"))
    return Candidate(
        certificate.user,
        claim.application_id,
        NAME,
        seconds,
        certificate.nonce,
        checks,
        headers=trusted_failures.accepted(),
    )


def _opened(claim: trusted_apps.Claim, link: Link | None, now: float) -> tuple[trusted_apps.Certificate, PublicKey]:
    """The certificate, and the key that opens it: the present one, or the one before while that is accepted.

    Two keys are tried on whatever the first one does not open, known sender or not (T-07).
    """
    incoming = link.incoming if link is not None else Incoming()
    key = PublicKey.read(incoming.public_key or NOBODYS_KEY)
    try:
        return trusted_apps.open_certificate(claim, key), key
    except NotAdmitted as refused:
        previous = incoming.previous_key_at(now)
        try:
            other = PublicKey.read(previous or NOBODYS_KEY)
            opened = trusted_apps.open_certificate(claim, other)
        except NotAdmitted:
            raise refused from None
        if previous is None:
            raise
        return opened, other


def _check_request(
    certificate: trusted_apps.Certificate, link: Link | None, us: Identity, request: Request, now: float
) -> None:
    if not is_safe_way(us.url):
        raise trusted_apps.bad_signature(request.url)  # on plain http anybody could write another name into a certificate
    if link is None:
        return
    limits = link.incoming.limits
    trusted_apps.check_age(certificate, now, limits.max_age)
    forwarded = [value for name, value in request.headers if name == "x-forwarded-for"]
    trusted_apps.check_addresses(limits.addresses, request.client, forwarded)
    trusted_apps.check_path(limits.paths, us.below(request.url))


def _unknown(application_id: str) -> BadProof:
    return BadProof(
        f"There is no trusted application {application_id!a}.", problem=Code.APP_UNKNOWN, companions=(("0", application_id),)
    )


def _refused(refused: NotAdmitted) -> Candidate:
    return Candidate("", "", NAME, 0, "", (("certificate", str(refused)),), refused)


def refuse(realm: str, refusal: NotAdmitted) -> Response:  # noqa: ARG001 other mechanisms need the realm
    """The status header and the error in its own words; and 401, since we never go on as nobody (design.md 7)."""
    told = trusted_failures.refused(Failure.told_by(refusal))
    headers = (*told, ("content-type", "text/plain;charset=UTF-8"), ("cache-control", "no-store"))
    return Response(401, headers, b"This application does not accept the certificate.")
