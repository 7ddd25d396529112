"""Compares our people with those of another application, on the side that asks (G-01).

Rules of this file:
- What leaves is blinded with a secret that was drawn for this comparison, in the order of the blinded points.
- What comes back is as long as it must be, or there is no comparison; nothing is kept before all of it is known.
- The other side is told only which of its own points are common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from applinks.audit import COMPARED, Entry, WriteDown
from applinks.errors import AppLinksError, CannotCompare, MalformedAnswer, MechanismMissing
from applinks.links import OAUTH_LEVELS, Facts, KeepComparison, Link
from applinks.outgoing import answer, ourselves
from applinks.outgoing.call import facts_of
from applinks.people import By, Comparison, comparing
from applinks.questions import Calculate, Flow, FreshSecrets, Moment, Now
from applinks.wire import comparison as wire
from applinks.wire.blinding import Blinding, points_in
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Pairs, Request, Response
from applinks.wire.problems import refusal_in

NOT_THERE = frozenset({301, 302, 303, 307, 308, 403, 404, 405})
CANNOT = 501


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A comparison that has begun."""

    facts: Facts
    people: Sequence[comparing.Listed]
    begun: wire.Begun
    by: By
    blinding: Blinding


def compare(link: Link, *, by: str) -> Flow[Comparison]:
    """Find out which of our people are the same over there, keep it, and write down that `by` has asked.

    The other side finds out the same of its own. Raises `CannotCompare` where one of the two cannot; `MechanismMissing` if the
    link is not by OAuth; and what a call raises.
    """
    facts = yield from facts_of(link.id, None)
    try:
        found = yield from _compared(facts)
        if not (yield KeepComparison(link.id, found, facts.link.names)):
            raise CannotCompare("The link was changed while its people were compared.", remedy="Compare them again.")
    except AppLinksError as failure:
        yield WriteDown(Entry(COMPARED, failure.code, subject=by, actor=by, link=facts.link.name))
        raise
    yield WriteDown(Entry(COMPARED, "done", subject=by, actor=by, link=facts.link.name, checks=found.checks))
    return found


def _compared(facts: Facts) -> Flow[Comparison]:
    _check_level(facts.link)
    everybody = yield from comparing.everybody()
    people = comparing.listed(everybody, facts.link.names)
    meeting = yield from _meet(facts, people, comparing.basis(everybody))
    context = comparing.context(facts.consumer_key, meeting.begun.salt)
    texts = comparing.texts_of(people, comparing.Side.ASKING, meeting.by, context)
    hidden: list[bytes] = yield Calculate(lambda: meeting.blinding.hidden(texts))
    order = sorted(range(len(hidden)), key=hidden.__getitem__)
    again = yield from _blinded_again(meeting, [hidden[place] for place in order])
    theirs = yield from _theirs(meeting)
    if len({*again}) != len(again) or len({*theirs}) != len(theirs):
        raise _malformed(facts.link, "the same point stands for several texts")
    common = {*again} & {*theirs}
    told = wire.packed("common", wire.as_bits([point in common for point in theirs]))
    yield from _ask(facts, "end", *told, session=meeting.begun.session)
    matches = [False] * len(texts)
    for place, point in zip(order, again, strict=True):
        matches[place] = point in common
    moment: Moment = yield Now()
    return comparing.conclude(people, matches, meeting.begun.people, meeting.by, moment.now)


def _check_level(link: Link) -> None:
    if link.outgoing.level not in OAUTH_LEVELS:
        raise MechanismMissing(
            f"The outgoing level of the link {link.name!r} is {link.outgoing.level}: people are compared over OAuth.",
            remedy="Set it to oauth: `applinks link change`.",
            link=link.name,
            direction="outgoing",
        )


def _meet(facts: Facts, people: Sequence[comparing.Listed], by: By) -> Flow[_Meeting]:
    said = yield from _ask(facts, "begin", version=wire.VERSION, people=str(len(people)), by=by)
    try:
        begun = wire.Begun.from_json(said.body)
        agreed = By(begun.by)
    except ValueError as wrong:
        raise _malformed(facts.link, str(wrong)) from None
    if begun.people > comparing.MOST or (by is By.FULL_NAME and agreed is By.EMAIL):
        raise _malformed(facts.link, f"{begun.people} people by {begun.by}")
    (secret,) = yield FreshSecrets(1)
    return _Meeting(facts, people, begun, agreed, Blinding(sha256(secret.encode()).digest()))


def _blinded_again(meeting: _Meeting, points: Sequence[bytes]) -> Flow[list[bytes]]:
    """Our points, blinded by both, in the same order."""
    received: list[bytes] = []
    for number in range(wire.pieces(len(points), wire.PIECE)):
        piece = points[number * wire.PIECE : (number + 1) * wire.PIECE]
        told = wire.packed("points", b"".join(piece))
        said = yield from _ask(meeting.facts, "blind", *told, session=meeting.begun.session, number=str(number))
        received += yield from _points(meeting, said, len(piece), points_in)
    return received


def _theirs(meeting: _Meeting) -> Flow[list[bytes]]:
    """Their points, blinded by both, in their order."""
    count = comparing.EACH * meeting.begun.people
    received: list[bytes] = []
    for number in range(wire.pieces(count, wire.PAGE)):
        said = yield from _ask(meeting.facts, "list", session=meeting.begun.session, number=str(number))
        size = wire.size_of(number, count, wire.PAGE)
        received += yield from _points(meeting, said, size, lambda body: meeting.blinding.blinded(points_in(body)))
    return received


def _points(meeting: _Meeting, said: Response, count: int, read: Callable[[bytes], list[bytes]]) -> Flow[list[bytes]]:
    link = meeting.facts.link
    if not wire.holds(said.body, count):
        raise _malformed(link, f"{len(said.body)} bytes in place of {count} points")
    try:
        points: list[bytes] = yield Calculate(lambda: read(said.body))
    except ValueError as wrong:
        raise _malformed(link, str(wrong)) from None
    return points


def _ask(facts: Facts, step: str, *more: tuple[str, str], **parameters: str) -> Flow[Response]:
    address = f"{facts.link.application_url.rstrip('/')}/{wire.PATH}"
    headers: Pairs = (("content-type", FORM), ("accept", f"application/json, {wire.BINARY}"))
    request = Request("POST", address, headers, form([("step", step), *parameters.items(), *more]).encode())
    response = yield from ourselves.ask(request, facts)
    if response.status == 200:
        return response
    problem = refusal_in(response)
    moment: Moment = yield Now()
    failure = answer.error(facts.link, request.line(), response, None, problem=problem, now=moment.now)
    if problem is None and (response.status == CANNOT or (step == "begin" and response.status in NOT_THERE)):
        raise CannotCompare(
            f"{facts.link.name!r} cannot compare its people: {failure.message}",
            remedy="It must be an application that uses this package in this version, and list its people: give its "
            "directory a function everyone().",
            link=facts.link.name,
            direction="outgoing",
        )
    raise failure


def _malformed(link: Link, what: str) -> MalformedAnswer:
    return MalformedAnswer(
        f"{link.name!r} does not keep to the comparison of people: {what}.",
        remedy="Nothing was kept. Do both sides use this package in the same version?",
        link=link.name,
        direction="outgoing",
    )
