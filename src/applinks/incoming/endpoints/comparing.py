"""`/rest/applinks-people/1.0/compare`: a linked application compares its people with ours (`applinks.wire.comparison`).

Rules of this file:
- Only an application that proves itself is answered, over a link whose incoming level is OAuth, a few times a day; each
  comparison is written down when it begins, with the number of its guesses.
- Nothing is kept between the steps: the secret of a comparison is made anew from the session's own words, in every process,
  and whoever changes these words names another secret.
- Each step is answered once. Ten minutes after its beginning a comparison is over.
- What is blinded for them are as many points as they have said in the beginning.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from applinks.audit import COMPARED, Entry, WriteDown
from applinks.errors import CannotCompare, NotAdmitted
from applinks.incoming.endpoints.consumer import claim_of, proven
from applinks.incoming.endpoints.visit import Visit, answer
from applinks.incoming.replay import SpendNonce, may_compare
from applinks.links import KeepComparison, Link, Stamp
from applinks.people import By, comparing
from applinks.questions import Calculate, Flow, Moment, Now
from applinks.wire import comparison as wire
from applinks.wire.blinding import Blinding, points_in
from applinks.wire.messages import Response

PATHS = (f"/{wire.PATH}",)
LIFE = 600


@dataclass(frozen=True, slots=True)
class _Session:
    """A comparison, as its own words tell it: nobody else can make them."""

    link: Link
    consumer_key: str
    begun_at: int
    salt: str
    theirs: int
    ours: int
    by: By
    edition: str
    root: bytes

    @property
    def words(self) -> str:
        """By which the sender names it."""
        told = f"{self.begun_at}.{self.salt}.{self.theirs}.{self.ours}.{self.by}.{self.edition}"
        return f"{told}.{hmac.digest(self.root, told.encode(), 'sha256').hex()}"

    @property
    def blinding(self) -> Blinding:
        """Its secret."""
        return Blinding(hmac.digest(self.root, b"secret", "sha256"))

    def texts(self, people: Sequence[comparing.Listed]) -> list[bytes]:
        """What our people stand for in it."""
        return comparing.texts_of(people, comparing.Side.ASKED, self.by, comparing.context(self.consumer_key, self.salt))

    def order(self, texts: Sequence[bytes]) -> list[int]:
        """In which our points are told."""
        return comparing.shuffled(texts, _order_of(self.root))


class _Refused(Exception):
    """An answer in place of what was asked for."""

    def __init__(self, status: int, message: str, remedy: str, *headers: tuple[str, str]) -> None:
        super().__init__(message)
        self.answer = answer(status, {"message": message, "remedy": remedy}, *headers)


def serve(visit: Visit) -> Flow[Response]:
    """200 with what the step gives; 400, 405, 409, 410, 429 or 501 with `message` and `remedy`; or an OAuth problem."""
    if visit.request.method != "POST" or not visit.request.is_form():
        return _Refused(405, "A step of a comparison is a form, sent by POST.", "Send one.", ("allow", "POST")).answer
    claim = claim_of(visit, token_needed=False)
    if claim.token:
        raise NotAdmitted("People are compared by applications, not for a person.", problem="token_rejected")
    link = yield from proven(claim)
    sent = dict(claim.parameters)
    try:
        if sent.get("step") == "begin":
            return (yield from _begin(link, claim.consumer_key, sent))
        if sent.get("step") not in _STEPS:
            raise _Refused(400, "That is no step of a comparison.", "Begin with step=begin.")
        session = yield from _session(link, claim.consumer_key, sent)
        return (yield from _STEPS[sent["step"]](session, sent))
    except _Refused as refused:
        return refused.answer
    except CannotCompare as trouble:
        return _Refused(501, trouble.message, trouble.remedy or "").answer
    except ValueError as wrong:
        return _Refused(400, f"That step cannot be read: {wrong}.", "Compare again.").answer


# ---- a beginning


def _begin(link: Link, consumer_key: str, sent: dict[str, str]) -> Flow[Response]:
    if sent.get("version") != wire.VERSION:
        raise _Refused(501, f"Only version {wire.VERSION} of the comparison is known here.", "Update one of the two sides.")
    theirs = _number(sent, "people")
    if theirs > comparing.MOST:
        raise _Refused(400, f"More than {comparing.MOST} people are not compared.", "List those who use this application, too.")
    wished = By(sent.get("by", ""))
    if not (yield from may_compare(consumer_key)):
        raise _Refused(429, "People were compared often enough today.", "Try again tomorrow.", ("retry-after", "3600"))
    everybody = yield from comparing.everybody()
    people = comparing.listed(everybody, link.names)
    by = By.EMAIL if wished is comparing.basis(everybody) is By.EMAIL else By.FULL_NAME
    moment: Moment = yield Now()
    begun_at, salt = int(moment.now), moment.nonce
    root = yield from _root(link, begun_at, salt)
    session = _Session(link, consumer_key, begun_at, salt, theirs, len(people), by, "", root)
    edition = comparing.edition(session.texts(people), _order_of(root))
    session = _Session(link, consumer_key, begun_at, salt, theirs, len(people), by, edition, root)
    checks = (("here", str(len(people))), ("there", str(theirs)))
    yield WriteDown(Entry(COMPARED, "begun", link=link.name, checks=checks))
    return Response(
        200,
        (("content-type", "application/json"), ("cache-control", "no-store")),
        wire.Begun(session.words, salt, len(people), by).to_json(),
    )


def _session(link: Link, consumer_key: str, sent: dict[str, str]) -> Flow[_Session]:
    """The one that the sender names, if it is this sender's and still goes on."""
    words = sent.get("session", "")
    begun_at, salt, theirs, ours, by, edition, _ = words.split(".")
    root = yield from _root(link, _plain(begun_at), salt)
    session = _Session(link, consumer_key, _plain(begun_at), salt, _plain(theirs), _plain(ours), By(by), edition, root)
    moment: Moment = yield Now()
    genuine = hmac.compare_digest(session.words.encode(), words.encode("utf-8", "replace"))
    if not genuine or not 0 <= moment.now - session.begun_at <= LIFE:
        raise _Refused(410, "That comparison is over, or never began.", "Compare again.")
    step = "end" if sent["step"] == "end" else f"{sent['step']} {_number(sent, 'number')}"  # in whatever way it is written
    if not (yield SpendNonce("comparison", session.salt, session.begun_at, step, session.begun_at + LIFE)):
        raise _Refused(409, "That step was done already.", "Compare again.")
    return session


def _root(link: Link, begun_at: int, salt: str) -> Flow[bytes]:
    """What all secrets of a comparison come from."""
    stamp: str = yield Stamp(f"comparison of people {link.id} {begun_at} {salt}")
    return sha256(stamp.encode()).digest()


def _order_of(root: bytes) -> bytes:
    return hmac.digest(root, b"order", "sha256")


# ---- the steps


def _blind(session: _Session, sent: dict[str, str]) -> Flow[Response]:
    number = _number(sent, "number")
    points = wire.unpacked("points", sent)
    expected = wire.size_of(number, comparing.EACH * session.theirs, wire.PIECE)
    if not expected or not wire.holds(points, expected):
        raise _Refused(400, f"Piece {number} holds {expected} points, and something else was sent.", "Compare again.")
    blinded: list[bytes] = yield Calculate(lambda: session.blinding.blinded(points_in(points)))
    return wire.points_answered(blinded)


def _list(session: _Session, sent: dict[str, str]) -> Flow[Response]:
    number = _number(sent, "number")
    texts = session.texts((yield from _unchanged(session)))
    if not wire.size_of(number, len(texts), wire.PAGE):
        raise _Refused(400, f"There is no page {number}.", "Compare again.")
    page = session.order(texts)[number * wire.PAGE : (number + 1) * wire.PAGE]
    hidden: list[bytes] = yield Calculate(lambda: session.blinding.hidden(texts[place] for place in page))
    return wire.points_answered(hidden)


def _end(session: _Session, sent: dict[str, str]) -> Flow[Response]:
    people = yield from _unchanged(session)
    texts = session.texts(people)
    bits = wire.bits_in(wire.unpacked("common", sent), len(texts))
    common = [False] * len(texts)
    for place, bit in zip(session.order(texts), bits, strict=True):
        common[place] = bit
    moment: Moment = yield Now()
    found = comparing.conclude(people, common, session.theirs, session.by, moment.now)
    if not (yield KeepComparison(session.link.id, found, session.link.names)):
        raise _changed()
    yield WriteDown(Entry(COMPARED, "done", link=session.link.name, checks=found.checks))
    return Response(200, (("content-type", wire.BINARY), ("cache-control", "no-store")))


_STEPS = {"blind": _blind, "list": _list, "end": _end}


def _unchanged(session: _Session) -> Flow[tuple[comparing.Listed, ...]]:
    """Our people, if they are those whom the comparison began with."""
    people = comparing.listed((yield from comparing.everybody()), session.link.names)
    now = comparing.edition(session.texts(people), _order_of(session.root))
    if not hmac.compare_digest(now, session.edition):
        raise _changed()
    return people


def _changed() -> _Refused:
    return _Refused(409, "Somebody came, went or was changed while people were compared.", "Compare again.")


def _number(sent: dict[str, str], name: str) -> int:
    return _plain(sent.get(name, ""))


def _plain(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise ValueError("a number is missing")
    return int(text)
