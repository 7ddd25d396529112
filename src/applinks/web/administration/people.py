"""Whether the people at both ends of a link are the same: compared, and decided one by one where they are not."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from urllib.parse import urlencode

from applinks import links
from applinks.errors import AppLinksError, ConfigurationError, LinkNotFound, StoreUnavailable
from applinks.links import Changes, ComparisonOf, Link, LinkSettings, link_with_id, one_by_one
from applinks.outgoing import compare
from applinks.people import REASONS, By, Comparison, Person, Verdict
from applinks.questions import Flow
from applinks.web import answers, forms, look
from applinks.web.administration.links import path_of
from applinks.web.administration.trust import Decided, Doubtful, PeopleOfLink
from applinks.web.administration.views import Fact, Field
from applinks.web.visit import PageVisit
from applinks.wire.messages import Response

MOST = 100
"""Names on the page; of more, how many."""

VERDICTS = {
    Verdict.PROVEN: "The same on both sides",
    Verdict.MISSING: "Not over there",
    Verdict.DISABLED: "Disabled over there",
    Verdict.ANOTHER: "Another person over there",
    Verdict.UNKNOWN: "Nothing to tell by",
    Verdict.AMBIGUOUS: "Several here",
}
BY = {By.EMAIL: "mail address", By.FULL_NAME: "full name"}

_ACTIONS = (
    ("exclude", "somebody else over there, or nobody: never impersonated"),
    ("map", "somebody who has another name over there"),
    ("as anybody", "nobody special: take back what was decided"),
)

_DONE = {
    "compared": "Compared.",
    "only": "From now on only those are impersonated who are proven to be the same.",
    "all": "From now on equal names are the same person, unless decided otherwise.",
    "decided": "Decided. It holds from now on, on every node.",
}


def show(visit: PageVisit, person: Person) -> Flow[Response]:
    """What the last comparison found."""
    return (yield from _page(visit, person))


def change(visit: PageVisit, person: Person) -> Flow[Response]:
    """Do what the button says; or say what is wrong with it."""
    link = yield from link_with_id(visit.named["id"])
    try:
        done = yield from _done(visit, link, person.name)
    except (StoreUnavailable, LinkNotFound):
        raise
    except AppLinksError as trouble:
        return (yield from _page(visit, person, trouble))
    return answers.redirect(visit.own(f"{path_of(link)}/people?done={done}"))


def _done(visit: PageVisit, link: Link, by: str) -> Flow[str]:
    do = visit.form.get("do", "")
    if do == "compare":
        yield from compare(link, by=by)
        return "compared"
    if do in {"only", "all"}:
        yield from links.change(link, Changes.read(LinkSettings(only_proven=do == "only")), by=by)
        return do
    yield from _decide(visit, link, by)
    return "decided"


def _decide(visit: PageVisit, link: Link, by: str) -> Flow[Link]:
    name, action, other = (visit.form.get(said, "").strip() for said in ("name", "action", "other"))
    match action:
        case "exclude":
            return (yield from one_by_one.exclude(link, name, by=by))
        case "map":
            return (yield from one_by_one.goes_by(link, name, other, by=by))
        case "as anybody":
            return (yield from one_by_one.as_anybody(link, name, by=by))
    raise ConfigurationError(f"Nothing was said of {name!r}.", remedy="Choose what the name stands for.")


def _page(visit: PageVisit, person: Person, trouble: AppLinksError | None = None) -> Flow[Response]:
    link = yield from link_with_id(visit.named["id"])
    found: Comparison | None = yield ComparisonOf(link.id)
    cookie, token = yield from forms.token_for(visit, person)
    path = visit.own(f"{path_of(link)}/people")
    decided = _decided(link, path)
    view = PeopleOfLink(
        frame=visit.frame(),
        form_token=token,
        name=link.name,
        same_users=link.same_users is not None,
        compared_at=0,
        summary="",
        counts=(),
        warning="",
        doubtful=(),
        more=0,
        decided=decided[:MOST],
        more_decided=max(0, len(decided) - MOST),
        only_proven=link.only_proven,
        fields=_fields(visit),
        action_path=path,
        back_path=visit.own(path_of(link)),
        outcome=_DONE.get(visit.query.get("done", "")),
        trouble=trouble.message if trouble else None,
        remedy=trouble.remedy if trouble else None,
    )
    shown = _with(view, link, found, path) if found else view
    return forms.remembering(look.page(shown, status=400 if trouble else 200), visit, cookie)


def _with(view: PeopleOfLink, link: Link, found: Comparison, path: str) -> PeopleOfLink:
    """What the comparison found; each doubtful name as long as there is room."""
    counts = found.counts
    doubtful = (one for one in found.people if one.verdict is not Verdict.PROVEN)
    return replace(
        view,
        compared_at=found.compared_at,
        summary=f"{len(found.people)} people here and {found.there} in {link.name}, told apart by {BY[found.by]}. "
        f"{found.unmatched} of theirs have a name that nobody has here.",
        counts=tuple(Fact(VERDICTS[verdict], str(count)) for verdict, count in counts.items() if count),
        warning=found.warning or "",
        doubtful=tuple(Doubtful(one.name, REASONS[one.verdict], _deciding(path, one.name)) for one in islice(doubtful, MOST)),
        more=max(0, len(found.people) - counts[Verdict.PROVEN] - MOST),
    )


def _decided(link: Link, path: str) -> tuple[Decided, ...]:
    excluded = sorted(link.same_users.excluded) if link.same_users else ()
    mapped = tuple(Decided(ours, theirs, _deciding(path, ours)) for ours, theirs in link.names.pairs)
    return (*(Decided(name, "", _deciding(path, name)) for name in excluded), *mapped)


def _deciding(path: str, name: str) -> str:
    return f"{path}?{urlencode({'name': name})}#decide"


def _fields(visit: PageVisit) -> tuple[Field, ...]:
    said = visit.form or visit.query
    return (
        Field("name", "User name here", "text", said.get("name", "")),
        Field("action", "Is", "choice", said.get("action", "exclude"), choices=_ACTIONS),
        Field("other", "The other name", "text", said.get("other", ""), "For somebody who has another one over there."),
    )
