"""The choice of a mechanism, as data: each rung, and why it was taken or passed over (design.md 7, R-19, R-20).

Nothing weaker, and nobody else, ever silently: a rung is passed over only for a reason that is kept, and where no rung is left
the person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from applinks.audit import quoted
from applinks.errors import MechanismMissing
from applinks.links import Facts
from applinks.mechanisms import MECHANISMS, TABLE, Mechanism, Objection, names_of
from applinks.outgoing import dance
from applinks.questions import Flow

ANONYMOUS = "anonymous"
KNOWN = (*TABLE, ANONYMOUS)
SUSPENDED = "outgoing trust is suspended, since this may be a copy: `applinks identity show`"


@dataclass(frozen=True, slots=True)
class Rung:
    """One mechanism for one call: taken (`objection` is None) or passed over, with the reason.

    `consent` says that nothing but the person's consent is missing.
    """

    mechanism: str
    objection: str | None
    consent: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would be used for a call over a link as a user, and why each stronger way was passed over.

    `witness` is the name by which the other application must know whoever calls: empty for nobody, None where it may be
    anybody but nobody.
    """

    link: str
    user: str | None
    mechanism: str | None
    rungs: tuple[Rung, ...]
    witness: str | None = None

    @property
    def consent_helps(self) -> bool:
        """Whether the call could be made once the person has agreed."""
        return self.mechanism is None and any(rung.consent for rung in self.rungs)

    @property
    def reasons(self) -> str:
        """Why each rung was passed over, in one line."""
        return "; ".join(f"{rung.mechanism}: {rung.objection}" for rung in self.rungs if rung.objection)

    @property
    def lines(self) -> tuple[str, ...]:
        """It in words: who goes by which way, and a line for each rung."""
        who = f"as {self.user}" if self.user else "as nobody in particular"
        way = self.mechanism or ("consent is needed first" if self.consent_helps else "no way")
        return (f"{self.link}, {who}: {way}", *(f"  {rung.mechanism}: {rung.objection or 'taken'}" for rung in self.rungs))

    def __str__(self) -> str:
        return "\n".join(self.lines)


def climb(
    facts: Facts, user: str | None, demanded: str | None = None, mechanisms: Sequence[Mechanism] = MECHANISMS
) -> tuple[Mechanism | None, Explanation]:
    """The strongest mechanism that carries a call as that user, or the demanded one; None if nothing does."""
    name = facts.link.name
    if facts.identity.suspension is not None:
        rungs = [Rung(known, SUSPENDED) for known in ([ANONYMOUS] if demanded == ANONYMOUS else names_of(mechanisms))]
        return None, Explanation(name, user, None, tuple(rungs))
    if demanded == ANONYMOUS:
        return None, Explanation(name, None, ANONYMOUS, (Rung(ANONYMOUS, None),), witness="")
    rungs = []
    for mechanism in mechanisms:
        objection = _objection(mechanism, facts, user, demanded)
        if objection is None:
            assert user is not None, "nobody acting is an objection"  # noqa: S101
            taken = (*rungs, Rung(mechanism.NAME, None))
            return mechanism, Explanation(name, user, mechanism.NAME, taken, mechanism.witness(facts, user))
        rungs.append(Rung(mechanism.NAME, objection.why, objection.consent))
    return None, Explanation(name, user, None, tuple(rungs))


def choose(
    facts: Facts, user: str, demanded: str | None = None, mechanisms: Sequence[Mechanism] = MECHANISMS
) -> Flow[Mechanism | None]:
    """The mechanism for a call (None for an anonymous one), or the error that says what is missing and who can mend it."""
    mechanism, explanation = climb(facts, user, demanded, mechanisms)
    if explanation.mechanism is not None:
        return mechanism
    if explanation.consent_helps:
        raise (yield from dance.consent_needed(facts.identity, facts.link, user, explanation.reasons))
    raise _nothing_carries(facts, user, demanded, mechanisms, explanation)


def _nothing_carries(
    facts: Facts, user: str, demanded: str | None, mechanisms: Sequence[Mechanism], explanation: Explanation
) -> MechanismMissing:
    link = facts.link
    if demanded is not None and demanded not in KNOWN:
        what = f"There is no mechanism {demanded[:50]!r} for the link {link.name!r}."
        remedy = f"Demand one of: {', '.join(KNOWN)}."
    elif demanded is not None and demanded not in names_of(mechanisms):
        what = f"The mechanism {demanded!r} is not loaded in this application."
        remedy = f"Name it in the setting: AppLinks(…, mechanisms=[…, {demanded!r}]) or APPLINKS_MECHANISMS."
    else:
        what = f"The link {link.name!r} offers no way to call as {user!r} ({explanation.reasons})."
        remedy = f"Its levels say what is allowed: `applinks link explain` and `applinks link change {quoted(link.name)}`."
    return MechanismMissing(what, remedy=remedy, link=link.name, direction="outgoing")


def _objection(mechanism: Mechanism, facts: Facts, user: str | None, demanded: str | None) -> Objection | None:
    if demanded is not None and demanded != mechanism.NAME:
        return Objection(f"{demanded} was demanded")
    if user is None:
        return Objection("nobody is acting")
    return mechanism.objection(facts, user)
