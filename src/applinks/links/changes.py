"""Changes to links, each one atomic and written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from applinks.audit import Entry, WriteDown
from applinks.errors import ConfigurationError, LinkExists, LinkNotFound
from applinks.links.model import IMPERSONATION_PARAMETERS, Level, Link, Outgoing
from applinks.links.registry import LinkById
from applinks.people import Policy
from applinks.questions import Flow, Question
from applinks.wire.oauth1 import SignatureMethod

W = TypeVar("W", bound=str)

SIGNATURE_METHODS = (SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA512, SignatureMethod.RSA_SHA1)
"""What we can sign and verify with one RSA key; the first that both ends know is pinned when a link is made."""
LEARN = "learn"


@dataclass(frozen=True, slots=True)
class SaveLink(Question):
    """Insert the link, or replace the one with its id. The answer is the `Link` as it is stored now.

    `instead_of` is the link as it was read before the change, None for a new one; where the store holds anything else by
    now, it changes nothing and answers None. Atomic, and keeps two promises by itself: exactly one link of each type is
    primary (the first one becomes it; a link saved with `primary` takes the flag from the other; the flag cannot be dropped,
    only taken), and names are unique in any case of letters, consumer keys too: `LinkExists` otherwise.
    """

    link: Link
    instead_of: Link | None = None


@dataclass(frozen=True, slots=True)
class RemoveLink(Question):
    """Delete the link of that id; if it was primary, the next of its type by name becomes it. The answer is None."""

    id: str


@dataclass(frozen=True, slots=True)
class RememberParameter(Question):
    """Note under which name the other application takes the impersonated user. The answer is None."""

    link_id: str
    parameter: str


def alter(id: str, make: Callable[[Link | None], Link], *, by: str, what: str) -> Flow[Link]:  # noqa: A002
    """Change one link, whatever others do at the same time, and write down who did what ("link made", …).

    `make` is given the link as it is stored, None if there is none, and returns what it shall be. Where somebody else was
    faster, it is asked again with what stands then: no change is lost, and no deleted link comes back.
    """
    while True:
        stored: Link | None = yield LinkById(id)
        saved: Link | None = yield SaveLink(make(stored), instead_of=stored)
        if saved is not None:
            yield WriteDown(Entry(kind=what, outcome="done", actor=by, subject=by, link=saved.name))
            return saved


def existing(link: Link | None) -> Link:
    """The link, or `LinkNotFound` if it was deleted meanwhile."""
    if link is None:
        raise LinkNotFound("The link was deleted meanwhile.", remedy="Make it again if it is still wanted.")
    return link


def remove(link: Link, *, by: str) -> Flow[None]:
    """Delete our end of a link. The other application keeps its end until it is deleted there."""
    yield RemoveLink(link.id)
    yield WriteDown(Entry(kind="link deleted", outcome="done", actor=by, subject=by, link=link.name))


def make_primary(link: Link, *, by: str) -> Flow[Link]:
    """Make this the link that is used for its type when none is named (R-03)."""
    return (yield from alter(link.id, lambda now: replace(existing(now), primary=True), by=by, what="link made primary"))


def change_policy(link: Link, policy: Policy, *, by: str) -> Flow[Link]:
    """Replace the rules for whom the other application may impersonate here."""

    def make(now: Link | None) -> Link:
        return replace(existing(now), incoming=replace(existing(now).incoming, policy=policy))

    return (yield from alter(link.id, make, by=by, what="policy changed"))


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be set on a link; None leaves it. `impersonation_parameter` "" means that it is to be found out anew."""

    outgoing: Level | None = None
    incoming: Level | None = None
    signature_method: SignatureMethod | None = None
    impersonation_parameter: str | None = None

    @classmethod
    def read(
        cls,
        outgoing: str | None,
        incoming: str | None,
        signature_method: str | None,
        impersonation_parameter: str | None,
    ) -> Changes:
        """From the words of a person; `ConfigurationError` lists those that are known."""
        parameter = _known("impersonation_parameter", impersonation_parameter, (*IMPERSONATION_PARAMETERS, LEARN))
        return cls(
            _known("outgoing", outgoing, tuple(Level)),
            _known("incoming", incoming, tuple(Level)),
            _known("signature_method", signature_method, SIGNATURE_METHODS),
            "" if parameter == LEARN else parameter,
        )


def _known(name: str, word: str | None, words: tuple[W, ...]) -> W | None:
    if word is None:
        return None
    found = next((known for known in words if known == word), None)
    if found is None:
        raise ConfigurationError(f"A link cannot have {name}={word!r}.", remedy=f"Say one of: {', '.join(words)}.")
    return found


def change(link: Link, changes: Changes, *, by: str) -> Flow[Link]:
    """Set levels, signature method or the name under which the user travels.

    Raises `ConfigurationError` for impersonation where no administrator said that the users are the same (R-07).
    """

    def make(stored: Link | None) -> Link:
        now = existing(stored)
        if Level.OAUTH_IMPERSONATION in {changes.outgoing, changes.incoming} and not (now.same_users and now.same_users.answer):
            raise ConfigurationError(
                f"Nobody has said that {now.name!r} and this application share their users.",
                remedy="Make the link again with that answer: `applinks link create … --same-users`.",
                link=now.name,
            )
        parameter = changes.impersonation_parameter
        outgoing = Outgoing(
            changes.outgoing or now.outgoing.level,
            changes.signature_method or now.outgoing.signature_method,
            now.outgoing.impersonation_parameter if parameter is None else (parameter or None),
        )
        incoming = replace(
            now.incoming,
            level=changes.incoming or now.incoming.level,
            signature_method=changes.signature_method or now.incoming.signature_method,
        )
        return replace(now, outgoing=outgoing, incoming=incoming)

    return (yield from alter(link.id, make, by=by, what="link changed"))


def name_taken(namesake: Link) -> LinkExists:
    """The error for a name that another link has."""
    return LinkExists(
        f"There is a link named {namesake.name!r} already, to {namesake.display_url}.",
        remedy="Give this one another name (name=…, or --name on the command line).",
        link=namesake.name,
    )
