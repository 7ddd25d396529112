"""All links of this application, as a list and as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from applinks.doctor import Examined, LastExamined
from applinks.links import Link, links_of
from applinks.people import Person
from applinks.questions import Flow
from applinks.web import answers, look
from applinks.web.administration.views import Links, Node, Picture, Row
from applinks.web.administration.words import DONE, LEVELS, status_of
from applinks.web.visit import ADMINISTRATION, PageVisit
from applinks.wire.messages import Response

DRAWN = 12
"""Links in the picture; the list has all of them."""
STEP, TOP = 72, 48
OURS, THEIRS = 84, 356


def show(visit: PageVisit, person: Person) -> Flow[Response]:  # noqa: ARG001 every page is given the person
    """The list, with the picture above it."""
    found = yield from links_of()
    last: Mapping[str, Examined] = yield LastExamined()
    view = Links(
        frame=visit.frame(),
        rows=tuple(_row(visit, link, last.get(link.id)) for link in found),
        picture=_picture(visit, found[:DRAWN]),
        make_path=visit.own(f"{ADMINISTRATION}/make"),
        more=max(0, len(found) - DRAWN),
        outcome=DONE.get(visit.query.get("done", "")),
    )
    return look.page(view)


def path_of(link: Link) -> str:
    """The page of one link, below our address."""
    return f"{ADMINISTRATION}/links/{quote(link.id, safe='')}"


def done(visit: PageVisit, link: Link, word: str) -> Response:
    """Back to the page of a link, which says by that word of `DONE` what was done."""
    return answers.redirect(visit.own(f"{path_of(link)}?done={word}"))


def _row(visit: PageVisit, link: Link, last: Examined | None) -> Row:
    word, tone = status_of(last)
    return Row(
        path=visit.own(path_of(link)),
        name=link.name,
        type=link.type,
        address=link.display_url,
        primary=link.primary,
        outgoing=LEVELS[link.outgoing.level],
        incoming=LEVELS[link.incoming.level],
        status=word,
        tone=tone,
    )


def _picture(visit: PageVisit, found: tuple[Link, ...]) -> Picture:
    height = TOP * 2 + STEP * max(0, len(found) - 1)
    others = tuple(
        Node(link.name, link.type, THEIRS, TOP + STEP * place, link.outgoing.level, link.incoming.level)
        for place, link in enumerate(found)
    )
    return Picture(Node(visit.identity.name, visit.identity.type, OURS, height // 2), others, height)
