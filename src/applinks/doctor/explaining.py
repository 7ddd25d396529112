"""Why was this request rejected? The answer, with both base strings, the first difference, its cause and its remedy.

Rules of this file:

- What we read and what we check comes from the road that admits requests; nothing of it is decided a second time.
- What was signed is found by asking the signature (`applinks.doctor.searching`): where an answer is `certain`, it is a proof.
- Nothing is changed, nothing is sent, no nonce is spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from applinks.audit import quoted
from applinks.doctor import pasted
from applinks.doctor.cases import Case, case_of
from applinks.doctor.comparing import BaseString, FirstDifference, Row, first_difference, rows
from applinks.doctor.judging import ENDING, JUDGEMENTS, Verdict, last
from applinks.doctor.searching import BY_NAME
from applinks.errors import ConfigurationError
from applinks.incoming import Refusal, RefusalOf
from applinks.links import Identity, WhoWeAre
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.questions import Flow
from applinks.wire.messages import Request


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a request was rejected.

    `difference` is the class, `part` where it lies; `cause` and `remedy` tell it in words. `certain` says that it was proven,
    by a signature that holds or by a check of ours; else it is only possible. `also` are further classes that apply.

    `ours` is what we read, `theirs` what was signed (None where nobody can know), `first` where they part; their values may be
    private, so show them by `rows`. `checks` is what was looked at and how it turned out; `tried` how many texts were tried.
    `request` is method and address without the query.
    """

    difference: str
    part: str
    cause: str
    remedy: str
    certain: bool
    request: str
    consumer_key: str
    link: str | None = None
    also: tuple[str, ...] = ()
    ours: BaseString | None = field(default=None, repr=False)
    theirs: BaseString | None = field(default=None, repr=False)
    first: FirstDifference | None = None
    checks: tuple[tuple[str, str], ...] = ()
    tried: int = 0

    def sides(self, *, show_values: bool = False) -> tuple[Row, ...]:
        """What arrived beside what was signed; none where the latter cannot be known."""
        return rows(self.ours, self.theirs, show_values=show_values) if self.ours and self.theirs else ()

    def as_data(self, *, show_values: bool = False) -> dict[str, Any]:
        """For programs: the same from the command line and over HTTP."""
        told = {
            name: getattr(self, name)
            for name in ("request", "link", "consumer_key", "difference", "part", "certain", "cause", "remedy", "tried")
        }
        sides = [
            {"part": row.part, "ours": row.ours, "theirs": row.theirs, "same": row.same}
            for row in self.sides(show_values=show_values)
        ]
        first = asdict(self.first) if self.first else None
        return {**told, "also": list(self.also), "first_difference": first, "sides": sides, "checks": dict(self.checks)}


# ---- the flows


def explain_refusal(id: str, *, mechanisms: Sequence[Mechanism] = MECHANISMS) -> Flow[Explained]:  # noqa: A002
    """Why a request was rejected that was kept. Raises `ConfigurationError` if it is not there (any more)."""
    refusal: Refusal | None = yield RefusalOf(id)
    if refusal is None:
        raise ConfigurationError(
            "There is no such refused request; they are kept for a few days, and few of each link.",
            remedy="`applinks refusals` lists them.",
        )
    return (yield from explain(refusal.request, at=refusal.time, told=refusal, mechanisms=mechanisms))


def explain_pasted(
    text: str, *, base_string: str | None = None, mechanisms: Sequence[Mechanism] = MECHANISMS
) -> Flow[Explained]:
    """Why a request that somebody pastes was rejected, or would be. Raises `ConfigurationError` for what is no request."""
    us: Identity = yield WhoWeAre()
    return (yield from explain(pasted.read(text, us.url), base_string=base_string, mechanisms=mechanisms))


def explain(
    request: Request,
    *,
    at: float | None = None,
    told: Refusal | None = None,
    base_string: str | None = None,
    mechanisms: Sequence[Mechanism] = MECHANISMS,
) -> Flow[Explained]:
    """Why a request was rejected, or would be. `at` is when it arrived, in seconds since the epoch, None if nobody knows.

    `base_string` is the text that the sender says to have signed. `told` is the refusal that was kept, for what cannot be
    looked at any more.
    """
    case = yield from case_of(request, at, told, mechanisms)
    verdicts: list[Verdict] = []
    for judge in JUDGEMENTS:
        verdict = yield from judge(case, base_string)
        if verdict is not None:
            verdicts.append(verdict)
            if judge in ENDING:
                break
    return _explained(case, verdicts or [last(case)])


def _explained(case: Case, verdicts: list[Verdict]) -> Explained:
    first, *more = verdicts
    link = case.link
    facts = {
        "url": case.identity.url,
        "link": quoted(link.name)[1:-1] if link else "",
        "method": case.request.method.upper(),
        "pinned": "",
    }
    facts |= {"signed": "", "origin": "", "names": "", "signed_method": "", "why": "", "problem": ""}
    if link is not None:
        facts["pinned"] = link.incoming.signature_method
    facts |= first.facts
    difference = BY_NAME[first.name]
    theirs = first.theirs or next((verdict.theirs for verdict in more if verdict.theirs), None)
    ours = case.ours if case.proof else None
    return Explained(
        difference=difference.name,
        part=difference.part,
        cause=difference.cause.format_map(facts),
        remedy=difference.remedy.format_map(facts),
        certain=first.certain,
        request=case.request.line(),
        consumer_key=case.consumer_key,
        link=link.name if link else None,
        also=tuple(dict.fromkeys((*first.also, *(verdict.name for verdict in more)))),
        ours=ours,
        theirs=theirs,
        first=first_difference(ours, theirs) if ours and theirs else None,
        checks=tuple(case.checks),
        tried=case.tried,
    )
