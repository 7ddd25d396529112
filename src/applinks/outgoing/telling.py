"""What we tell the other applications of ours about ourselves: a new key, a new address, that a link is deleted.

Each is told by OAuth 1.0a, as this application and nobody in it, in a form, so that all of it is signed. Which key they know is
found out as by any call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from applinks.audit import Entry, WriteDown, quoted
from applinks.errors import ConfigurationError, FarSideError, TheirFault
from applinks.links import (
    Facts,
    FactsFor,
    Identity,
    KeyStatus,
    Level,
    Link,
    Links,
    OurKeys,
    SigningKey,
    Told,
    WhoWeAre,
    remove,
    signing_keys,
    trusted_identity,
)
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.outgoing import answer, call, ourselves
from applinks.outgoing.call import Acts
from applinks.outgoing.trying import asking
from applinks.questions import Flow, Now
from applinks.wire import mending
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Pairs, Request, Response, members
from applinks.wire.problems import refusal_in

UNKNOWN_PATH = frozenset({301, 302, 303, 307, 308, 400, 404, 405, 410, 415, 501})
"""What an application answers that knows no such announcement."""


def tell(link: Link, path: str, fields: Pairs) -> Flow[Response]:
    """Tell the application of a link something by ourselves: the answer, whatever it is. Raises what stops us from asking."""
    return (yield from _tell(link, path, lambda _: fields))


# ---- a new key


def rotate_key(*, announce: bool, by: str) -> Flow[KeyStatus]:
    """A new key pair of ours; each link goes on with a key that is known there.

    Raises `TrustSuspended`, before anything is done, if it is to be told.
    """
    if announce:
        yield from trusted_identity()
    yield from signing_keys.rotate(by=by)
    return (yield from (announce_key(by=by) if announce else signing_keys.status()))


def announce_key(only: Link | None = None, *, by: str) -> Flow[KeyStatus]:
    """Tell our current key to every application that knows another one, or to one of them in any case.

    Raises `TrustSuspended`.
    """
    yield from trusted_identity()
    ours: tuple[SigningKey, ...] = yield OurKeys()
    everyone: tuple[Link, ...] = (yield Links()) if only is None else (only,)
    for link in everyone:
        behind = signing_keys.key_of(link, ours) is not ours[0]
        if signing_keys.signs(link) and (behind or only is not None):
            yield from _announce_key(link, ours[0], by)
    return (yield from signing_keys.status())


def _announce_key(link: Link, fresh: SigningKey, by: str) -> Flow[None]:
    def said(facts: Facts) -> Pairs:
        text = mending.of_new_key(facts.consumer_key, link.application_url, facts.key.public, fresh.key.public)
        return (("key", fresh.key.public.text), ("proof", mending.prove(text, fresh.key)))

    told, why = yield from _told(link, mending.NEW_KEY_PATH, said)
    outcome = told.value if why is None else f"{told.value}: {why}"
    yield WriteDown(Entry(kind="key announced", outcome=outcome, actor=by, subject=by, link=link.name))
    if told is Told.TOLD:
        yield from signing_keys.remember_key(link, fresh.key)


# ---- a new address


@dataclass(frozen=True, slots=True)
class AddressTold:
    """What became of telling our address to the application of a link; `why` says more, where it failed."""

    link: str
    told: Told
    why: str | None = None


def announce_address(only: Link | None = None, *, by: str) -> Flow[tuple[AddressTold, ...]]:
    """Tell our present address to every linked application, or to one. Each asks us there for a proof, and then follows."""
    us: Identity = yield WhoWeAre()
    everyone: tuple[Link, ...] = (yield Links()) if only is None else (only,)
    found = []
    for link in everyone:
        if not link.application_url:
            continue
        told, why = yield from _told(link, mending.NEW_ADDRESS_PATH, lambda _: (("url", us.url),))
        outcome = told.value if why is None else f"{told.value}: {why}"
        yield WriteDown(Entry("address announced", outcome, actor=by, subject=by, link=link.name))
        found.append(AddressTold(link.name, told, why))
    return tuple(found)


# ---- that a link is deleted


@dataclass(frozen=True, slots=True)
class Deleted:
    """A link that is gone; `status` is what the other application answered, None if it was not asked to delete its end."""

    link: str
    status: int | None = None


def delete(
    link: Link, *, both: bool, by: str, acting: Acts | None, mechanisms: Sequence[Mechanism] = MECHANISMS
) -> Flow[Deleted]:
    """Delete our end of a link, and before it the other one where `both` are meant.

    Another application of ours is asked as an application; a product as whoever acts, who must be an administrator there.
    Where the other end was not deleted, ours is not: `TheirFault`, `ConfigurationError`.
    """
    status = (yield from _deleted_there(link, acting, mechanisms)) if both else None
    yield from remove(link, by=by)
    return Deleted(link.name, status)


def _deleted_there(link: Link, acting: Acts | None, mechanisms: Sequence[Mechanism]) -> Flow[int]:
    only_ours = f"Nothing was deleted. To delete our end alone: `applinks link delete {quoted(link.name)}`."
    if not link.application_url:
        raise ConfigurationError(f"{link.name!r} only calls us: it cannot be asked.", remedy=only_ours, link=link.name)
    try:
        response = yield from _tell(link, mending.DELETED_PATH, lambda _: ())
        if members(response.body).get("deleted"):
            return response.status
        if response.status in UNKNOWN_PATH or response.status < HTTPStatus.BAD_REQUEST:
            response = yield from _delete_in_product(link, acting, mechanisms, only_ours)
    except TheirFault as failure:
        failure.remedy = f"{failure.remedy} {only_ours}" if failure.remedy else only_ours
        raise
    if response.status >= HTTPStatus.BAD_REQUEST:
        problem, moment = refusal_in(response), (yield Now())
        failed: FarSideError = answer.error(link, "the deletion of its end", response, None, problem=problem, now=moment.now)
        failed.remedy = f"{failed.remedy} {only_ours}" if failed.remedy else only_ours
        raise failed
    return response.status


def _delete_in_product(link: Link, acting: Acts | None, mechanisms: Sequence[Mechanism], only_ours: str) -> Flow[Response]:
    """Over the link itself, as an administrator there (protocol.md 6.1)."""
    if acting is None:
        raise ConfigurationError(
            f"{link.name!r} deletes links for its administrators only, and nobody acts here.",
            remedy="Do it as somebody who is one there: "
            f"`applinks link delete {quoted(link.name)} --both --as USER`. {only_ours}",
            link=link.name,
        )
    us: Identity = yield WhoWeAre()
    address = f"{link.application_url.rstrip('/')}/rest/applinks/2.0/applicationlink/{quote(us.id, safe='')}?reciprocate=false"
    request = Request("DELETE", address, (("accept", "application/json"), ("x-atlassian-token", "no-check")))
    answered: call.Answered = yield from asking(call.call(request, link.id, acting, None, mechanisms))
    return answered.response


# ---- how it is told


def _told(link: Link, path: str, said: Callable[[Facts], Pairs]) -> Flow[tuple[Told, str | None]]:
    try:
        response = yield from _tell(link, path, said)
    except TheirFault as failure:
        return Told.UNREACHABLE, failure.message
    except ConfigurationError as ours:  # a link by a secret that is not set
        return Told.BY_HAND, ours.message
    problem = refusal_in(response)
    if response.status == HTTPStatus.OK and members(response.body).get("accepted"):
        return Told.TOLD, None
    if problem is not None:
        return Told.REFUSED, problem.name
    if response.status in answer.THROTTLED or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Told.UNREACHABLE, f"status {response.status}"
    if message := members(response.body).get("message"):
        return Told.REFUSED, str(message)[:300]
    return Told.BY_HAND, None


def _tell(link: Link, path: str, said: Callable[[Facts], Pairs]) -> Flow[Response]:
    """Signed by the key that the other application knows: that of the link, else any other that we have."""
    facts: Facts | None = yield FactsFor(link.id)
    if facts is None or link.outgoing.level is Level.BASIC:
        raise ConfigurationError(f"{link.name!r} does not know us by OAuth, and cannot be told.", link=link.name)

    def made(tried: Facts) -> Request:
        headers = (("content-type", FORM), ("accept", "application/json"))
        return Request("POST", f"{link.application_url.rstrip('/')}/{path}", headers, form(said(tried)).encode())

    return (yield from ourselves.ask(made, facts, token=None))
