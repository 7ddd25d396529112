"""The probes that prove who we are: one call on the real road as a person, or one as nobody in particular."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from applinks.doctor import answers
from applinks.doctor.answers import Sign
from applinks.doctor.causes import OWN_ADDRESS, OWN_KEY, PROOF, STATE, WHO
from applinks.doctor.looking import ask, put
from applinks.doctor.notes import Notes
from applinks.errors import (
    AccessRefused,
    ActedAsSomeoneElse,
    AppLinksError,
    CredentialsRequired,
    FarSideError,
    OurFault,
    RedirectedElsewhere,
    Throttled,
    TransportFailed,
)
from applinks.links import OAUTH_LEVELS, Facts, Level, dialect_of, who_am_i
from applinks.mechanisms import Mechanism, sign
from applinks.outgoing import ActsFor, Trial, facts_of, trial
from applinks.people import Person
from applinks.questions import Flow
from applinks.wire import problems
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod

REASON = "applinks doctor"
NAMED = {
    "consumer_key_unknown": "NO_REVERSE_LINK",
    "consumer_key_rejected": "NO_REVERSE_LINK",
    "consumer_key_refused": "NO_REVERSE_LINK",
    "APP_UNKNOWN": "NO_REVERSE_LINK",
    "signature_method_rejected": "METHOD_MISMATCH",
    "timestamp_refused": "CLOCK_SKEW",
    "OLD_CERT": "CLOCK_SKEW",
    "nonce_used": "NONCE_REPLAY",
    "token_rejected": "REMOTE_CONSENT_NEEDED",
    "token_expired": "REMOTE_CONSENT_NEEDED",
    "token_revoked": "REMOTE_CONSENT_NEEDED",
    "permission_unknown": "REMOTE_CONSENT_NEEDED",
    "USER_UNKNOWN": "IMPERSONATION_USER_UNKNOWN",
    "BAD_REMOTE_IP": "TRUSTED_APP_RESTRICTED",
    "BAD_XFORWARD_IP": "TRUSTED_APP_RESTRICTED",
    "BAD_URL": "TRUSTED_APP_RESTRICTED",
    "BAD_MAGIC": "PUBLIC_KEY_CHANGED",
    "captcha": "CAPTCHA",
    "authentication_denied": "BASIC_REJECTED",
}
"""What the far side says against a proof → the cause, where that says it."""
WRONG_SIGNATURE = frozenset({"signature_invalid", "BAD_SIGNATURE"})
NOT_ALLOWED = frozenset({"permission_denied", "PERMISSION_DENIED"})
_EXPLAIN_IT = ("NO_REVERSE_LINK", "PUBLIC_KEY_CHANGED", "STALE_CONSUMER_KEY", "METHOD_MISMATCH", "LEVEL_MISMATCH")


def prove(notes: Notes, mechanisms: Sequence[Mechanism], actor: Person | None) -> Flow[bool]:
    """The strongest proof that can be tried: as the person, as the account of the link, or as nobody in particular."""
    link, person = notes.link, notes.person
    if link.outgoing.level is Level.DISABLED:
        if person is not None:
            notes.find("NO_OUTGOING_AUTH", "the outgoing level is disabled")
        notes.check(WHO, "not tried: the outgoing level is disabled", good=None)
        return True
    if person is None and link.outgoing.level is Level.BASIC and link.outgoing.account:
        person = Person(link.outgoing.account)
    if person is not None:
        tried = yield from trial(link.id, ActsFor(person, actor or person, REASON), mechanisms)
        yield from _of_trial(notes, tried, person)
    elif link.outgoing.level in OAUTH_LEVELS:
        yield from _as_nobody(notes)
    else:
        notes.check(WHO, "not tried: name somebody by --as", good=None)
    return True


# ---- as a person


def _of_trial(notes: Notes, tried: Trial, person: Person) -> Flow[None]:
    failure = tried.failure
    asked = f"{notes.base}/{who_am_i(notes.link.type).path}"
    if (wall := answers.wall_in(tried.answers, asked)) is not None:
        notes.check(WHO, wall.evidence, good=False)
        put(notes, wall)
        return
    if failure is None:
        _of_name(notes, tried, person)
        return
    if isinstance(failure, FarSideError) and failure.status in {404, 410} and notes.manifest is None:
        notes.check(WHO, "it has no who-am-I", good=None)
        return
    notes.check(WHO, failure.message, good=False)
    if isinstance(failure, AccessRefused):
        yield from _of_problem(notes, failure.problem, failure.message)
    elif isinstance(failure, CredentialsRequired):
        gone = bool(tried.answers)
        name = "REMOTE_CONSENT_NEEDED" if gone else "LOCAL_CONSENT_NEEDED"
        notes.find(name, failure.message, found=failure.authorization_url or "", certain=True)
    elif isinstance(failure, ActedAsSomeoneElse):
        _of_witness(notes, tried, failure)
    elif isinstance(failure, OurFault):
        notes.find("NO_OUTGOING_AUTH", failure.message)
    else:
        put(notes, _of_failure(notes, failure, tried.answers[-1] if tried.answers else None, asked))


def _of_name(notes: Notes, tried: Trial, person: Person) -> None:
    expected, name = tried.explanation.witness, tried.name or ""
    good = name != "" if expected is None else name.casefold() == expected.casefold()
    words = f"it answered as {name or 'nobody'}, by {tried.explanation.mechanism}"
    notes.check(WHO, words, good=good)
    if not good:
        wanted = f"{words}; it should have as {expected or person.name}"
        notes.find("IMPERSONATED_WRONG_USER" if name else "SILENT_ANONYMOUS", wanted)


def _of_witness(notes: Notes, tried: Trial, failure: AppLinksError) -> None:
    witness = unquote(tried.answers[-1].header("x-ausername") or "")
    nobody = witness.casefold() in {"", "anonymous"}
    notes.find("SILENT_ANONYMOUS" if nobody else "IMPERSONATED_WRONG_USER", failure.message)


def _of_failure(notes: Notes, failure: AppLinksError, answer: Response | None, asked: str) -> Sign:
    """What any other failure of the call means."""
    if isinstance(failure, TransportFailed):
        return answers.of_failure(failure)
    if answer is not None and (sign := answers.of_way(answer, asked)) is not None:
        return sign
    if isinstance(failure, RedirectedElsewhere):
        return Sign("REDIRECTED_ELSEWHERE", failure.message, certain=True)
    if isinstance(failure, Throttled):
        return Sign("RATE_LIMITED", failure.message, f"{failure.retry_after or 'some'} seconds", certain=True)
    if isinstance(failure, FarSideError) and failure.status == 403:
        return Sign("INSUFFICIENT_PERMISSION", failure.message)
    if answer is not None and answer.status == 401 and dialect_of(notes.link.type).names_problems:
        challenged = (answer.header("www-authenticate") or "").lower().startswith("oauth")
        return Sign("IMPERSONATION_USER_UNKNOWN" if challenged else "SILENT_ANONYMOUS", failure.message, certain=False)
    return Sign("UNEXPECTED_STATUS", failure.message, failure.message, certain=True)


# ---- as nobody in particular


def _as_nobody(notes: Notes) -> Flow[None]:
    """Signed, and nobody named: whoever can verify it says at least that it does not say for whom."""
    facts: Facts = yield from facts_of(notes.link.id, None)
    try:
        response = yield from _signed(notes, PROOF, facts)
    except OurFault as failure:
        notes.check(PROOF, failure.message, good=False)
        notes.find("NO_OUTGOING_AUTH", failure.message)
        return
    if response is None:
        return
    if (sign := answers.of_way(response, notes.base)) is not None:
        notes.check(PROOF, sign.evidence, good=False)
        put(notes, sign)
        return
    problem = problems.refusal_in(response)
    if problem is not None and problem.name not in NOT_ALLOWED:
        notes.check(PROOF, f"{problem.name} ({response.status})", good=False)
        yield from _of_problem(notes, problem.name, f"it refused a signed call with {problem.name!r}")
        return
    proven = problem is not None or response.header("x-ausername") not in {None, "", "anonymous"}
    words = "the signature holds" if proven else f"status {response.status}, which does not tell: name somebody by --as"
    notes.check(PROOF, words, good=proven or None)


def _signed(notes: Notes, check: str, facts: Facts, base: str | None = None) -> Flow[Response | None]:
    """Who-am-I, signed by the link's own method; perhaps for another address than the one where it is asked."""
    path = who_am_i(notes.link.type).path
    request = Request("GET", f"{base or notes.base}/{path}", (("accept", "application/json"),))
    proof = yield from sign(request, facts)
    return (yield from ask(notes, check, replace(proof.request, url=f"{notes.base}/{path}")))


# ---- what a refusal means


def _of_problem(notes: Notes, problem: str, said: str) -> Flow[None]:
    if problem in WRONG_SIGNATURE:
        yield from _of_wrong_signature(notes, said)
    elif problem in NOT_ALLOWED:
        _of_permission(notes, said)
    elif NAMED.get(problem) == "NO_REVERSE_LINK":
        yield from _of_unknown_consumer(notes, said)
    elif problem in NAMED:
        found = {"METHOD_MISMATCH": str(SignatureMethod.RSA_SHA256)}.get(NAMED[problem], problem)
        notes.find(NAMED[problem], said, found=found, certain=True)
    else:
        notes.find("UNEXPECTED_STATUS", said, found=said, certain=True)


def _of_wrong_signature(notes: Notes, said: str) -> Flow[None]:
    """Which of five it is; where the other side does not tell how its end stands, several remain possible."""
    if notes.has(*_EXPLAIN_IT):
        return
    facts: Facts = yield from facts_of(notes.link.id, None)
    elsewhere = notes.manifest.url.rstrip("/") if notes.manifest else notes.base
    if elsewhere != notes.base and facts.link.outgoing.level in OAUTH_LEVELS:
        response = yield from _signed(notes, OWN_ADDRESS, facts, elsewhere)
        problem = problems.refusal_in(response) if response else None
        accepted = response is not None and (problem is None or problem.name not in WRONG_SIGNATURE)
        notes.check(OWN_ADDRESS, f"signed for {elsewhere}, it is {'accepted' if accepted else 'refused, too'}", good=accepted)
        if accepted:
            notes.find("SIGNATURE_URL_MISMATCH", f"{said} Signed for {elsewhere}, the same call is accepted.")
            return
    else:
        notes.check(OWN_ADDRESS, "it is the address that we call", good=False)
    notes.find("SIGNATURE_OTHER", said)
    if notes.theirs is None and not notes.has("NO_REVERSE_LINK"):
        notes.find("NO_REVERSE_LINK", said, certain=False)
        notes.find("PUBLIC_KEY_CHANGED", said, certain=False)


def _of_unknown_consumer(notes: Notes, said: str) -> Flow[None]:
    """Unknown under the key that the link names; perhaps it knows us under our own."""
    facts: Facts = yield from facts_of(notes.link.id, None)
    own = facts.identity.consumer_key
    if facts.consumer_key != own and facts.link.outgoing.level in OAUTH_LEVELS:
        as_ourselves = replace(facts, link=replace(facts.link, outgoing=replace(facts.link.outgoing, consumer_key=None)))
        response = yield from _signed(notes, OWN_KEY, as_ourselves)
        problem = problems.refusal_in(response) if response else None
        known = response is not None and NAMED.get(problem.name if problem else "") != "NO_REVERSE_LINK"
        notes.check(OWN_KEY, f"under {own!r} we are {'known' if known else 'unknown, too'}", good=known)
        if known:
            notes.find("STALE_CONSUMER_KEY", f"{said} Under {own!r} we are known.", found=own, certain=True)
            return
    notes.find("NO_REVERSE_LINK", said, certain=True)


def _of_permission(notes: Notes, said: str) -> None:
    if notes.has("LEVEL_MISMATCH"):
        return
    notes.find("IMPERSONATION_USER_UNKNOWN", said)
    if notes.theirs is None and not any(check.name == STATE and check.good for check in notes.checks):
        notes.find("LEVEL_MISMATCH", said, found="compare them by hand", certain=False)
