"""The choice of a mechanism, as data: each rung, and why it was taken or passed over (design.md 7, R-19, R-20).

Nothing weaker, and nobody else, ever silently: a rung is passed over only for a reason that is kept, and where no rung is left
the person is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from applinks.errors import CredentialsRequired, MechanismMissing
from applinks.links import Level, Link
from applinks.mechanisms import MECHANISMS, Mechanism

ANONYMOUS = "anonymous"
KNOWN = (*(mechanism.NAME for mechanism in MECHANISMS), ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Rung:
    """One mechanism for one call: taken (`objection` is None) or passed over, with the reason."""

    mechanism: str
    objection: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would be used for a call over a link as a user, and why each stronger way was passed over."""

    link: str
    user: str | None
    mechanism: str | None
    rungs: tuple[Rung, ...]

    def __str__(self) -> str:
        who = f"as {self.user}" if self.user else "as nobody in particular"
        lines = [f"{self.link}, {who}: {self.mechanism or 'no way'}"]
        lines += [f"  {rung.mechanism}: {rung.objection or 'taken'}" for rung in self.rungs]
        return "\n".join(lines)


def climb(link: Link, user: str | None, demanded: str | None = None) -> tuple[Mechanism | None, Explanation]:
    """The strongest mechanism that carries a call as that user, or the demanded one; None if nothing does."""
    if demanded == ANONYMOUS:
        return None, Explanation(link.name, None, ANONYMOUS, (Rung(ANONYMOUS, None),))
    rungs: list[Rung] = []
    for mechanism in MECHANISMS:
        objection = _objection(mechanism, link, user, demanded)
        rungs.append(Rung(mechanism.NAME, objection))
        if objection is None:
            return mechanism, Explanation(link.name, user, mechanism.NAME, tuple(rungs))
    return None, Explanation(link.name, user, None, tuple(rungs))


def choose(link: Link, user: str, demanded: str | None = None) -> Mechanism | None:
    """The mechanism for a call (None for an anonymous one), or the error that says what is missing and who can mend it."""
    mechanism, explanation = climb(link, user, demanded)
    if explanation.mechanism is not None:
        return mechanism
    reasons = "; ".join(f"{rung.mechanism}: {rung.objection}" for rung in explanation.rungs)
    if demanded is None and link.outgoing.level is Level.OAUTH:
        raise CredentialsRequired(
            f"{user!r} has not allowed this application to act for them in {link.name!r} ({reasons}).",
            user=user,
            remedy="Where the two applications share their users, set the link up with impersonation; "
            "asking the person for consent is not part of this version.",
            link=link.name,
            direction="outgoing",
        )
    if demanded is not None and demanded not in KNOWN:
        raise MechanismMissing(
            f"There is no mechanism {demanded!r} for the link {link.name!r}.",
            remedy=f"Demand one of: {', '.join(KNOWN)}.",
            link=link.name,
            direction="outgoing",
        )
    raise MechanismMissing(
        f"The link {link.name!r} offers no way to call as {user!r} ({reasons}).",
        remedy=f"Set its outgoing level, for example by saying `applinks link create {link.application_url}` again.",
        link=link.name,
        direction="outgoing",
    )


def _objection(mechanism: Mechanism, link: Link, user: str | None, demanded: str | None) -> str | None:
    if demanded is not None and demanded != mechanism.NAME:
        return f"{demanded} was demanded"
    if user is None:
        return "nobody is acting"
    return mechanism.objection(link, user)
