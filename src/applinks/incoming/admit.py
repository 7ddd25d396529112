"""Admits a request, refuses it, or finds that it is none of ours.

Rules of this file:
- The order below is the order in which things happen, and it is the only place that knows it.
- Up to and including `examine`, known and unknown senders cost the same work; a stranger learns nothing from the answer.
- The nonce is spent after the signature has been verified and before anything is granted; it is one atomic write.
- A person is looked up anew for each request: missing, disabled or not admitted by the policy is a refusal, never anonymous.
- What a stranger sends leaves no row behind; what a linked application proves to have sent just now always does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from applinks.audit import ADMISSION, Entry, WriteDown
from applinks.errors import NotAdmitted, PersonNotAdmitted
from applinks.incoming import replay
from applinks.incoming.principal import Principal
from applinks.links import Identity, Link, VerdictOf
from applinks.mechanisms import MECHANISMS, Candidate, Mechanism, Presented
from applinks.people import FindPerson, Person, Verdict
from applinks.questions import Flow, Moment, Now
from applinks.wire import oauth1
from applinks.wire.events import DEPTH, depth_of
from applinks.wire.messages import Request


@dataclass(slots=True)
class Attempt:
    """A request on its way through the steps; each step fills in what it found."""

    request: Request
    identity: Identity
    presented: Presented
    mechanism: Mechanism
    link: Link | None = None
    candidate: Candidate | None = None
    person: Person | None = None
    checks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def verified(self) -> bool:
        """Whether the sender is known for certain: what happens then is written down."""
        return self.candidate is not None and all(outcome == "ok" for _, outcome in self.candidate.checks)

    def path(self) -> str:
        """The raw path below our own address."""
        return self.identity.below(self.request.url)


def admit(
    request: Request, identity: Identity, mechanisms: Sequence[Mechanism] = MECHANISMS, *, whole: bool = True
) -> Flow[Principal | None]:
    """The principal of a request that proves itself; None if it does not try to; else `NotAdmitted`.

    A form that is not there as a `whole` cannot be verified, whatever else about the request could be.
    """
    attempt = _recognised(request, identity, mechanisms)
    if attempt is None:
        return None
    if not whole and request.is_form() and not attempt.mechanism.SHARES_ITS_HEADER:  # that of others is theirs to judge
        raise NotAdmitted("The form is too large to be verified.", problem="parameter_rejected")
    for step in STEPS:
        try:
            yield from step(attempt)
        except NotAdmitted as refusal:
            refusal.mechanism, refusal.step = attempt.mechanism.NAME, step.__name__
            if attempt.verified:
                attempt.checks.append((step.__name__, refusal.message))
                yield WriteDown(_entry(attempt, f"refused: {refusal.message}"))
            raise
        if attempt.link is None and attempt.mechanism.SHARES_ITS_HEADER:
            return None
        attempt.checks.append((step.__name__, "ok"))
    link, person, candidate = attempt.link, attempt.person, _examined(attempt)
    assert link is not None and person is not None, "every step has passed"  # noqa: S101, PT018
    yield WriteDown(_entry(attempt, "admitted"))
    return Principal(
        person=person,
        link=link,
        mechanism=attempt.mechanism.NAME,
        checks=tuple(attempt.checks),
        headers=candidate.headers,
        known_as=_witness(attempt),
        depth=depth_of(request.header(DEPTH)),
    )


def _recognised(request: Request, identity: Identity, mechanisms: Sequence[Mechanism]) -> Attempt | None:
    """Step 1: exactly one mechanism claims the request, or it is none of ours, or it is refused."""
    presented = Presented(request, oauth1.read(request))
    claiming = [mechanism for mechanism in mechanisms if mechanism.recognise(presented)]
    if len(claiming) == 1:
        return Attempt(request, identity, presented, claiming[0])
    if claiming:
        raise NotAdmitted("The request proves itself in two ways at once.", problem="parameter_rejected")
    if presented.oauth is None:
        return None
    if presented.oauth.token:
        raise NotAdmitted("The request carries a token, and this application gives out none.", problem="token_rejected")
    raise NotAdmitted("The request proves an application in a way that is not loaded here.", problem="permission_denied")


def find_link(attempt: Attempt) -> Flow[None]:
    """Step 2: whom the sender claims to be. An unknown one goes on to be refused by step 3, at the same cost."""
    attempt.link = yield attempt.mechanism.sender(attempt.presented)


def examine(attempt: Attempt) -> Flow[None]:
    """Step 3: time, method and signature, or what stands for them."""
    moment: Moment = yield Now()
    attempt.candidate = yield from attempt.mechanism.accept(attempt.presented, attempt.link, moment.now)
    if attempt.candidate.refusal is not None:
        raise attempt.candidate.refusal
    attempt.checks.extend(attempt.candidate.checks)


def spend_nonce(attempt: Attempt) -> Flow[None]:
    """Step 4: once, over all processes that share the store. A password has no nonce."""
    candidate = _examined(attempt)
    if candidate.nonce:
        yield from replay.spend(candidate.consumer_key, candidate.token, candidate.timestamp, candidate.nonce)


def check_level(attempt: Attempt) -> Flow[None]:
    """Step 5: whether the link's incoming side accepts this mechanism, and what the proof refers to still holds."""
    yield from ()
    assert attempt.link is not None, "examine refuses unknown senders"  # noqa: S101
    objection = attempt.mechanism.incoming_objection(attempt.link)
    if objection:
        raise _not_for(attempt, objection)
    if (refusal := _examined(attempt).objection) is not None:
        raise refusal


def find_person(attempt: Attempt) -> Flow[None]:
    """Step 6: the claimed name becomes a person of this application, or nothing."""
    claimed = _examined(attempt).claimed_user
    if not claimed.isprintable() or claimed != claimed.strip():
        raise _not_for(attempt, "the name has blanks at its ends or control characters")
    name = _name_here(attempt, claimed)
    attempt.person = yield FindPerson(name)
    if attempt.person is None:
        raise _not_for(attempt, "there is no such user")
    if attempt.person.name.casefold() != name.casefold():
        raise _not_for(attempt, f"the directory answered with another name, {attempt.person.name!r}")


def _name_here(attempt: Attempt, claimed: str) -> str:
    """Our name for whom they mean, where names were mapped."""
    assert attempt.link is not None, "examine refuses unknown senders"  # noqa: S101
    if not attempt.mechanism.SPEAKS_FOR_OTHERS:
        return claimed
    name = attempt.link.names.here(claimed)
    if name is None:
        raise _not_for(attempt, "that name is another person's here, by the names that were mapped; map them at one end only")
    return name


def check_same(attempt: Attempt) -> Flow[None]:
    """Step 7: whether this is the same person on both sides, where the sender says so without having asked them."""
    link, person = attempt.link, attempt.person
    assert link is not None and person is not None, "find_person comes first"  # noqa: S101, PT018
    if not attempt.mechanism.SPEAKS_FOR_OTHERS:
        return
    verdict: Verdict | None = (yield VerdictOf(link.id, person.name)) if link.only_proven else None
    objection = link.unshared(person.name, verdict)
    if objection:
        raise _not_for(attempt, objection)


def apply_policy(attempt: Attempt) -> Flow[None]:
    """Step 8: whether this person may act over this link, by this method, on this path."""
    yield from ()
    assert attempt.link is not None and attempt.person is not None, "find_person comes first"  # noqa: S101, PT018
    may_act = attempt.mechanism.person_objection
    objection = may_act(attempt.person, attempt.link, attempt.request.method, attempt.path())
    if objection:
        raise _not_for(attempt, objection)


STEPS: Final = (find_link, examine, spend_nonce, check_level, find_person, check_same, apply_policy)
"""After recognition, in this order. Security rests on it: examine, then spend_nonce, and only then anything is granted."""


def _examined(attempt: Attempt) -> Candidate:
    assert attempt.candidate is not None, "examine comes first"  # noqa: S101
    return attempt.candidate


def _witness(attempt: Attempt) -> str | None:
    """By which name the sender knows the person, if it is not ours."""
    assert attempt.link is not None and attempt.person is not None, "every step has passed"  # noqa: S101, PT018
    return attempt.link.names.there(attempt.person.name) if attempt.mechanism.SPEAKS_FOR_OTHERS else None


def _not_for(attempt: Attempt, why: str) -> PersonNotAdmitted:
    """One outward answer for every reason (security.md T-28); the reason itself is for our own record."""
    claimed = _examined(attempt).claimed_user
    link = attempt.link.name if attempt.link else None
    return PersonNotAdmitted(f"{claimed!r} was not admitted: {why}.", problem="permission_denied", link=link)


def _entry(attempt: Attempt, outcome: str) -> Entry:
    claimed = attempt.candidate.claimed_user if attempt.candidate else None
    return Entry(
        kind=ADMISSION,
        outcome=outcome,
        subject=attempt.person.name if attempt.person else claimed,
        link=attempt.link.name if attempt.link else None,
        mechanism=attempt.mechanism.NAME,
        request=attempt.request.line(),
        checks=tuple(attempt.checks),
    )
