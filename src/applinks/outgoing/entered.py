"""Checks what was entered on the far side, one thing at a time, by what it says and by calls that change nothing.

Each check stands for what an administrator typed: our consumer key and public key there, the callback, the ticks for two-legged
calls. It tells what is wrong in the far side's own words (`oauth_problem`), and which field to correct. The request token that
it gives out on the way is used by nobody and ends by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from applinks.audit import Entry, WriteDown, as_word, printable
from applinks.errors import AppLinksError, ConfigurationError, TheirFault
from applinks.links import (
    GENERIC,
    OAUTH_LEVELS,
    Facts,
    Found,
    Kind,
    Level,
    Link,
    endpoints_of,
    id_of,
    look_at,
    who_am_i,
)
from applinks.mechanisms import MECHANISMS, Mechanism, Proof, sign
from applinks.outgoing import clocks, dance
from applinks.outgoing.answer import REMEDIES
from applinks.outgoing.call import facts_of
from applinks.people import KnowsPeople, active_person
from applinks.questions import Ask, Flow
from applinks.wire import tokens
from applinks.wire.keys import PublicKey
from applinks.wire.messages import Request, Response
from applinks.wire.problems import Problem, refusal_in

ADDRESS, THEIR_KEY, CONSUMER, FIXED_USER, IMPERSONATION = "address", "their-key", "consumer", "fixed-user", "impersonation"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `passed` is None where there was nothing to check, and `words` say why.

    `id` is that by which the steps of a guide name what proves them; `problem` the far side's `oauth_problem`, if it named one.
    """

    id: str
    what: str
    passed: bool | None
    words: str
    remedy: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """All checks of a link, in the order of what rests on what."""

    link: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether something was checked, and nothing failed."""
        return {check.passed for check in self.checks} & {True, False} == {True}

    @property
    def lines(self) -> tuple[str, ...]:
        """It in words, for people."""
        told = []
        for check in self.checks:
            told.append(f"  {_MARKS[check.passed]} {check.what}: {check.words}")
            told += [f"    → {check.remedy}"] if check.remedy else []
        return (self.link, *told)


_MARKS = {True: "✓", False: "✗", None: "–"}
_WHAT = {
    ADDRESS: "the application",
    THEIR_KEY: "its key, entered here",
    CONSUMER: "our consumer key, public key and callback, entered there",
    FIXED_USER: "2-legged calls, as its fixed user",
    IMPERSONATION: "user impersonation",
}


def check_entered(
    link: Link, user: str | None = None, *, by: str, mechanisms: Sequence[Mechanism] = MECHANISMS
) -> Flow[Checked]:
    """Check a link as it is now, for the administrator `by`, and write down that it was checked.

    `user` is somebody who exists on both sides, to be impersonated by one harmless call. Never fails for what the far
    side does, nor where we cannot sign; raises `LinkNotFound`, and `PersonUnknown` for a user whom our directory does not know
    as an active one.
    """
    if user is not None and (yield KnowsPeople()):
        user = (yield from active_person(user)).name
    facts = yield from facts_of(link.id, user)
    by_name = {mechanism.NAME: mechanism for mechanism in mechanisms}
    checks = yield from _what_it_says(facts.link)
    for check in (_consumer(facts), _fixed_user(facts, by_name.get("2LO")), _impersonation(facts, user, by_name.get("2LOi"))):
        checks.append((yield from check))
    failed = [check.id for check in checks if check.passed is False]
    outcome = f"failed: {', '.join(failed)}" if failed else "passed"
    yield WriteDown(Entry(kind="link checked", outcome=outcome, actor=by, subject=user or by, link=facts.link.name))
    return Checked(facts.link.name, tuple(checks))


# ---- what it says of itself


def _what_it_says(link: Link) -> Flow[list[Check]]:
    if not link.application_url:
        return [_none(ADDRESS, "it has no address, since it only calls us"), _none(THEIR_KEY, "it publishes none")]
    found = yield from look_at(link.application_url)
    return [_address(link, found), _their_key(link, found)]


def _address(link: Link, found: Found) -> Check:
    if (obstacle := found.obstacle) is not None:
        return _failed(ADDRESS, obstacle.words, obstacle.remedy)
    if not found.id:
        if link.type == GENERIC or found.kind is not Kind.GENERIC:
            return _none(ADDRESS, "it has no manifest to be compared")
        return _failed(
            ADDRESS, found.remarks[0].words if found.remarks else "it has no manifest", "Check the address of the link."
        )
    if link.id not in {found.id, id_of(link.application_url)}:
        words = f"{found.name!r} answers at {found.url}, and is another application than the one that was linked"
        return _failed(ADDRESS, words, "Was it restored, or replaced? Delete the link and make it anew.")
    return Check(ADDRESS, _WHAT[ADDRESS], True, f"{found.name!r} ({found.type} {found.version}) at {found.url}")


def _their_key(link: Link, found: Found) -> Check:
    incoming = link.incoming
    if incoming.level not in OAUTH_LEVELS:
        return _none(THEIR_KEY, "it may not call us")
    if incoming.public_key is None or not found.public_key:
        return _none(THEIR_KEY, "it shares a secret with us" if incoming.public_key is None else "it publishes none")
    here = PublicKey.read(incoming.public_key)
    if incoming.consumer_key != found.consumer_key:
        words = f"it calls itself {found.consumer_key!r}, and here stands {incoming.consumer_key!r}"
    elif here.text != found.public_key:
        words = f"it shows {found.fingerprint}, and here stands {here.fingerprint}"
    else:
        return Check(THEIR_KEY, _WHAT[THEIR_KEY], True, f"{here.fingerprint}, as it shows it")
    anew = f"`applinks link create {as_word(link.application_url)}`"
    remedy = f"If that is right over there, take it over: {anew}, or `link register`."
    return _failed(THEIR_KEY, words, remedy)


# ---- what it makes of our calls


def _consumer(facts: Facts) -> Flow[Check]:
    """A request for a request token: it proves consumer key, key or secret, address of the endpoint and callback at once."""
    link = facts.link
    if link.outgoing.level not in OAUTH_LEVELS:
        return _none(CONSUMER, f"our calls do not go by OAuth (the outgoing level is {link.outgoing.level})")
    callback = f"{facts.identity.url}/{dance.END_PATH}?{urlencode({'applicationLinkID': link.id, 'state': 'check'})}"
    request = Request("POST", endpoints_of(link).request_token, (("accept", "*/*"),))
    try:
        response, problem = yield from _sent(
            facts, lambda: sign(request, facts, token=None, extra=(("oauth_callback", callback),))
        )
        if response.status == 200:
            tokens.read_request_token(response)
            return Check(CONSUMER, _WHAT[CONSUMER], True, f"it knows {facts.consumer_key!r}")
    except (TheirFault, ConfigurationError) as failure:
        return _broken(CONSUMER, failure)
    return _refused(CONSUMER, response, problem, facts, request)


def _fixed_user(facts: Facts, mechanism: Mechanism | None) -> Flow[Check]:
    if facts.link.outgoing.level not in OAUTH_LEVELS or not facts.link.outgoing.fixed_user:
        return _none(FIXED_USER, "no calls go as a fixed user")
    if mechanism is None:
        return _none(FIXED_USER, "2LO is not loaded here")
    answer = yield from _who_am_i(FIXED_USER, facts, mechanism, "")
    if isinstance(answer, Check):
        return answer
    if not answer:
        return _failed(
            FIXED_USER, "it answered as nobody", "Tick *Allow 2-Legged OAuth* there, and name a user in *Execute as*."
        )
    return Check(FIXED_USER, _WHAT[FIXED_USER], True, f"it answered as {answer!r}")


def _impersonation(facts: Facts, user: str | None, mechanism: Mechanism | None) -> Flow[Check]:
    """One call as that user, under the name that the far side understands; which one that is, is found out anew."""
    link = facts.link
    if link.outgoing.level is not Level.OAUTH_IMPERSONATION:
        return _none(IMPERSONATION, "nobody is impersonated over there")
    if mechanism is None or user is None:
        return _none(IMPERSONATION, "2LOi is not loaded here" if mechanism is None else "say as whom to try it")
    if (unshared := link.unshared(user, facts.verdict)) is not None:
        return _failed(IMPERSONATION, unshared, "Try it as somebody whom both sides share.")
    unlearnt = replace(link, outgoing=replace(link.outgoing, impersonation_parameter=None))
    answer = yield from _who_am_i(IMPERSONATION, replace(facts, link=unlearnt), mechanism, user)
    if isinstance(answer, Check):
        return answer
    if answer.casefold() == user.casefold():
        return Check(IMPERSONATION, _WHAT[IMPERSONATION], True, f"it answered as {answer!r}")
    remedy = "Tick *Allow user impersonation through 2-Legged OAuth* there, or set the level *OAuth (impersonation)*."
    return _failed(IMPERSONATION, f"it answered as {repr(answer) if answer else 'nobody'}, not as {user!r}", remedy)


def _who_am_i(check: str, facts: Facts, mechanism: Mechanism, user: str) -> Flow[str | Check]:
    """As whom it sees a call: the name, empty for nobody; or a check that tells why that is not known."""
    question = who_am_i(facts.link.type)
    request = Request("GET", f"{facts.link.application_url.rstrip('/')}/{question.path}", (("accept", "application/json"),))
    try:
        response, problem = yield from _sent(facts, lambda: mechanism.prove(request, facts, user))
    except (TheirFault, ConfigurationError) as failure:
        return _broken(check, failure)
    if response.status == 404 and problem is None:
        return _none(check, f"it has no {question.path} to ask; try a call of your own")
    silent = response.status == 401 and problem is None and response.header("x-ausername") is not None  # protocol.md 9.1
    if response.status != 200 and not silent:
        return _refused(check, response, problem, facts, request)
    name = response.header("x-ausername") or question.read(response.body)
    return "" if name.casefold() == "anonymous" else printable(name)[:100]


def _sent(facts: Facts, prove: Callable[[], Flow[Proof]]) -> Flow[tuple[Response, Problem | None]]:
    """The answer to a proven request; a complaint about our clock is learnt once, as by any call."""
    for first_time in (True, False):
        proof = yield from prove()
        response: Response = yield Ask(proof.request)
        problem = refusal_in(response)
        if not (first_time and (yield from clocks.corrected(problem, facts.link.id))):
            break
    return response, problem


# ---- in words


def _none(check: str, words: str) -> Check:
    return Check(check, _WHAT[check], None, words)


def _failed(check: str, words: str, remedy: str, problem: str = "") -> Check:
    return Check(check, _WHAT[check], False, words, remedy, problem)


def _broken(check: str, failure: AppLinksError) -> Check:
    return _failed(check, printable(failure.message)[:500], failure.remedy or "")


def _refused(check: str, response: Response, problem: Problem | None, facts: Facts, request: Request) -> Check:
    if problem is not None:
        name = printable(problem.name)[:100]
        advice = problem.companion("oauth_problem_advice") or problem.companion("oauth_parameters_rejected")
        words = f"it refused with {name!r} ({response.status}){f': {printable(advice)[:200]}' if advice else ''}"
        return _failed(check, words, _correction(check, problem.name, facts), name)
    if 300 <= response.status < 400:
        words = f"{request.line()} leads elsewhere ({response.status}), perhaps to a sign-in page"
        return _failed(check, words, "Exempt that path from the sign-in pages there, or correct the address.")
    if response.status in {404, 405}:
        return _failed(check, f"nobody takes {request.line()} ({response.status})", "Correct the address.")
    remedy = (
        "Compare consumer key, public key or secret, and what our calls may do there." if response.status in {401, 403} else ""
    )
    return _failed(check, f"it refused {request.line()} with {response.status}, and did not say why", remedy)


def _correction(check: str, problem: str, facts: Facts) -> str:
    """Which field is wrong, by the name of the problem (protocol.md 1.6)."""
    shared = facts.link.outgoing.signature_method.shares_a_secret
    key = "the secret that both sides share" if shared else f"our public key, {facts.key.public.fingerprint}"
    fields = {
        "consumer_key_unknown": f"*Consumer Key* there must be exactly {facts.consumer_key!r}.",
        "consumer_key_rejected": f"*Consumer Key* there must be exactly {facts.consumer_key!r}.",
        "signature_invalid": f"There must stand {key}, whole; and it must know itself by {facts.link.application_url}, "
        "which a proxy may hide from it.",
        "parameter_rejected": "Clear *Consumer Callback URL* there, or enter ours exactly.",
    }
    ticks = {
        FIXED_USER: "Tick *Allow 2-Legged OAuth* there, and name an active user in *Execute as*.",
        IMPERSONATION: "Tick *Allow user impersonation through 2-Legged OAuth* there; the user must be active there.",
    }
    if problem == "permission_denied" and check in ticks:
        return ticks[check]
    return fields.get(problem) or REMEDIES.get(problem, "")
