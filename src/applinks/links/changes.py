"""Changes to links, each one atomic and written down."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, TypeVar, cast

from applinks.audit import Entry, WriteDown
from applinks.errors import ConfigurationError, LinkExists, LinkNotFound
from applinks.links.differences import differences
from applinks.links.model import IMPERSONATION_PARAMETERS, Level, Link
from applinks.links.registry import LinkById
from applinks.links.whereabouts import check_address
from applinks.people import FindPerson, KnowsPeople, Names, Person, Policy
from applinks.questions import Flow, Question
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.tokens import is_callback
from applinks.wire.trusted_apps import LONGEST_AGE, check_patterns

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
    """Delete the link of that id; if it was primary, the next of its type by name becomes it.

    The answer is the name of that one; None where nothing took over.
    """

    id: str


@dataclass(frozen=True, slots=True)
class RememberParameter(Question):
    """Note under which name the other application takes the impersonated user. The answer is None."""

    link_id: str
    parameter: str


def alter(id: str, make: Callable[[Link | None], Link], *, by: str | None, kind: str) -> Flow[Link]:  # noqa: A002
    """Change one link, whatever others do at the same time, and write down who did it, with each value before and after, as an
    entry of that `kind`.

    `by` is None where the other application says so itself.

    `make` is given the link as it is stored, None if there is none, and returns what it shall be. Where somebody else was
    faster, it is asked again with what stands then: no change is lost, and no deleted link comes back.
    """
    while True:
        stored: Link | None = yield LinkById(id)
        saved: Link | None = yield SaveLink(make(stored), instead_of=stored)
        if saved is not None:
            changed = differences(stored, saved)
            yield WriteDown(Entry(kind=kind, outcome="done", actor=by, subject=by, link=saved.name, changes=changed))
            return saved


def existing(link: Link | None) -> Link:
    """The link, or `LinkNotFound` if it was deleted meanwhile."""
    if link is None:
        raise LinkNotFound("The link was deleted meanwhile.", remedy="Make it again if it is still wanted.")
    return link


def name_taken(namesake: Link) -> LinkExists:
    """The error for a name that another link has."""
    return LinkExists(
        f"There is a link named {namesake.name!r} already, to {namesake.display_url}.",
        remedy="Give this one another name (name=…, or --name on the command line).",
        link=namesake.name,
    )


def nobody_said(link: Link) -> ConfigurationError:
    """The error where something is to be set about people of whom nobody has said whether they are the same."""
    return ConfigurationError(
        f"Nobody has said whose users {link.name!r} shares, so nobody can be excluded from them, mapped or proven.",
        remedy="Make the link again with that answer.",
        link=link.name,
    )


def remove(link: Link, *, by: str | None) -> Flow[None]:
    """Delete our end of a link. The other application keeps its end until it is deleted there.

    `by` is None where the other application says so itself.
    """
    successor: str | None = yield RemoveLink(link.id)
    gone = differences(link, None)
    if successor:
        reason = f"{link.name} was deleted"
        yield WriteDown(Entry("link became primary", "done", subject=by, actor=by, link=successor, reason=reason))
    if by is None:
        yield WriteDown(Entry(kind="link deleted by the other application", outcome="done", link=link.name, changes=gone))
    else:
        yield WriteDown(Entry(kind="link deleted", outcome="done", actor=by, subject=by, link=link.name, changes=gone))


def make_primary(link: Link, *, by: str) -> Flow[Link]:
    """Make this the link that is used for its type when none is named (R-03)."""
    return (yield from alter(link.id, lambda now: replace(existing(now), primary=True), by=by, kind="link made primary"))


def change_policy(link: Link, policy: Policy, *, by: str) -> Flow[Link]:
    """Replace the rules for whom the other application may impersonate here."""

    def make(now: Link | None) -> Link:
        return replace(existing(now), incoming=replace(existing(now).incoming, policy=policy))

    return (yield from alter(link.id, make, by=by, kind="policy changed"))


class LinkSettings(TypedDict, total=False):
    """What can be set on a link, in the words of a person; what is not named stays.

    `new_name`: what to call the link. `display_url`: where people are sent; calls go where they went, see `links.move`.
    `outgoing`, `incoming`: the levels. `signature_method`: of both directions. `impersonation_parameter`: or "learn", to be
    found out by the next call. `fixed_user`: whether calls without consent may go as the one user whom the far side has set.
    `account`: our user name there, for Basic. `execute_as`: the local user of calls that name nobody; never an administrator.
    `excluded`: people whose name means somebody else over there, or nobody. `mapping`: our names of people who have another one
    there, with theirs; of both ends, one says so. `only_proven`: whether only those are impersonated whom the last comparison
    found to be the same. `callback`: where people are sent back to.
    `addresses`, `paths`, `max_age` (milliseconds): limits of a trusted application.
    An empty text takes `account`, `execute_as` or `callback` away.
    """

    new_name: str | None
    display_url: str | None
    outgoing: str | None
    incoming: str | None
    signature_method: str | None
    impersonation_parameter: str | None
    fixed_user: bool | None
    account: str | None
    execute_as: str | None
    excluded: Sequence[str] | None
    mapping: Mapping[str, str] | None
    only_proven: bool | None
    callback: str | None
    addresses: Sequence[str] | None
    paths: Sequence[str] | None
    max_age: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be set, read and checked: names of fields of `Outgoing`, `Incoming`, `Limits`, `SameUsers` and `Link`."""

    outgoing: Mapping[str, Any]
    incoming: Mapping[str, Any]
    limits: Mapping[str, Any]
    same_users: Mapping[str, Any] = field(default_factory=dict)
    link: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, settings: LinkSettings) -> Changes:
        """From the words of a person; `ConfigurationError` lists those that are known."""
        if unknown := settings.keys() - LinkSettings.__annotations__.keys():
            raise ConfigurationError(
                f"A link has no setting {min(unknown)[:50]!r}.", remedy=f"There are: {', '.join(LinkSettings.__annotations__)}."
            )
        method = _known("signature_method", settings.get("signature_method"), tuple(SignatureMethod))
        parameter = settings.get("impersonation_parameter")
        _known("impersonation_parameter", parameter, (*IMPERSONATION_PARAMETERS, LEARN))
        callback, max_age = settings.get("callback"), settings.get("max_age")
        if callback and not is_callback(callback):
            raise ConfigurationError(f"{callback[:200]!a} is no address to send people to.", remedy="Give an absolute one.")
        if max_age is not None and not 0 < max_age <= LONGEST_AGE:
            raise ConfigurationError("A certificate cannot be valid so long.", remedy=f"Say 1 to {LONGEST_AGE} milliseconds.")
        addresses, paths, excluded = (_texts(name, settings.get(name)) for name in ("addresses", "paths", "excluded"))
        check_patterns(addresses or (), paths or ())
        outgoing = {
            "level": _known("outgoing", settings.get("outgoing"), tuple(Level)),
            "signature_method": method,
            "fixed_user": settings.get("fixed_user"),
            "account": settings.get("account"),
        }
        incoming = {
            "level": _known("incoming", settings.get("incoming"), tuple(Level)),
            "signature_method": method,
            "execute_as": settings.get("execute_as"),
            "callback": callback,
        }
        limits = {"addresses": addresses, "paths": paths, "max_age": max_age}
        link = {"name": settings.get("new_name"), "display_url": (settings.get("display_url") or "").rstrip("/") or None}
        if (name := link["name"]) is not None and (not name or not name.isprintable()):
            raise ConfigurationError("A link needs a name of plain text.", remedy="Name it as people are to read it.")
        same_users = {
            "excluded": None if excluded is None else frozenset(excluded),
            "names": _names(settings.get("mapping")),
            "only_proven": settings.get("only_proven"),
        }
        learn = {} if parameter is None else {"impersonation_parameter": None if parameter == LEARN else parameter}
        return cls({**_said(outgoing), **learn}, _said(incoming), _said(limits), _said(same_users), _said(link))

    def applied(self, link: Link) -> Link:
        """The link with these changes."""
        limits = replace(link.incoming.limits, **self.limits)
        outgoing = replace(link.outgoing, **self.outgoing)
        same_users = link.same_users
        if same_users is not None:
            same_users = replace(same_users, **self.same_users)
        incoming = replace(link.incoming, **self.incoming, limits=limits)
        return replace(link, **self.link, outgoing=outgoing, incoming=incoming, same_users=same_users)


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was said; an empty text means that there shall be none."""
    return {name: None if value == "" else value for name, value in values.items() if value is not None}


def _texts(name: str, values: object) -> tuple[str, ...] | None:
    if isinstance(values, str):  # a text is a sequence, too: of its letters
        raise ConfigurationError(f"{name} is {values[:100]!r}; it must be a list of texts.", remedy=f"Write {name}=[…].")
    return None if values is None else tuple(cast("Sequence[str]", values))


def _names(mapping: object) -> Names | None:
    if mapping is None:
        return None
    if not isinstance(mapping, Mapping) or not all(isinstance(name, str) for pair in mapping.items() for name in pair):
        raise ConfigurationError("mapping must be names with names.", remedy='Write mapping={"ours": "theirs"}.')
    return Names.read(mapping)


def _known(name: str, word: str | None, words: tuple[W, ...]) -> W | None:
    if word is None:
        return None
    found = next((known for known in words if known == word), None)
    if found is None:
        raise ConfigurationError(f"A link cannot have {name}={word!r}.", remedy=f"Say one of: {', '.join(words)}.")
    return found


def change(link: Link, changes: Changes, *, by: str, loaded: Container[str] = ()) -> Flow[Link]:
    """Make these changes; `loaded` are the names of the mechanisms that this application has.

    Raises `ConfigurationError` for impersonation where no administrator said that the users are the same (R-07), for a fixed
    user who is unknown, disabled or an administrator (R-13), for a legacy level whose mechanism is not loaded, and for a
    level that lacks what it needs.
    """
    if changes.incoming.get("execute_as"):
        yield from check_fixed_user(changes.incoming["execute_as"])
    if changes.link.get("display_url"):
        yield from check_address(changes.link["display_url"], "The address for people")

    def make(stored: Link | None) -> Link:
        changed = changes.applied(existing(stored))
        check_levels(changed, changes, loaded)
        return changed

    return (yield from alter(link.id, make, by=by, kind="link changed"))


def check_fixed_user(name: str) -> Flow[None]:
    """Raise `ConfigurationError` unless this is an active user and no administrator; checked again for each call (R-13, T-20).

    An application that has no directory of people, such as the command line, leaves it to that.
    """
    if not (yield KnowsPeople()):
        return
    person: Person | None = yield FindPerson(name)
    trouble = None
    if person is None or not person.active:
        trouble = "is unknown or disabled here"
    elif person.administrator:
        trouble = "is an administrator: whoever holds the other application's key would be one, too"
    if trouble:
        raise ConfigurationError(
            f"{name!r} cannot be the fixed user of a link: that user {trouble}.",
            remedy="Name an active user with no more rights than the calls need.",
        )


_LEGACY = {Level.TRUSTED: "Trusted", Level.BASIC: "Basic"}


def check_levels(link: Link, changes: Changes, loaded: Container[str]) -> None:
    """Raise `ConfigurationError` if a level that is being set, or what is set beside it, leaves out what the level needs."""
    levels = {changes.outgoing.get("level"), changes.incoming.get("level")}
    if Level.OAUTH_IMPERSONATION in levels and not (link.same_users and link.same_users.answer):
        raise ConfigurationError(
            f"Nobody has said that {link.name!r} and this application share their users.",
            remedy="Make the link again with that answer: `applinks link create … --same-users`.",
            link=link.name,
        )
    for level in levels & _LEGACY.keys():
        if level is not None and _LEGACY[level] not in loaded:
            raise ConfigurationError(
                f"The level {level} is legacy, and its mechanism {_LEGACY[level]!r} is not loaded.",
                remedy="Prefer OAuth. If the other application knows nothing else, name it: APPLINKS_MECHANISMS=2LOi,3LO,2LO,"
                f"{_LEGACY[level]}, here and where the application runs.",
                link=link.name,
            )
    if changes.outgoing.get("level", Level.DISABLED) is not Level.DISABLED and not link.application_url:
        raise ConfigurationError(
            f"{link.name!r} has no address that could be called.",
            remedy="A link gets its address when it is made: delete it, then `applinks link register NAME URL`.",
            link=link.name,
        )
    if any(changes.same_users.values()) and link.same_users is None:
        raise nobody_said(link)
    if link.outgoing.level is Level.BASIC and not link.outgoing.account:
        raise ConfigurationError(
            f"{link.name!r} has no account for Basic.", remedy="Name it: account=… or --account.", link=link.name
        )
    if link.incoming.level is Level.BASIC and not link.incoming.execute_as:
        raise ConfigurationError(
            f"{link.name!r} has no user for Basic.", remedy="Name one: execute_as=… or --execute-as.", link=link.name
        )
    if changes.incoming.get("level") is Level.TRUSTED and not link.incoming.public_key:
        raise ConfigurationError(f"{link.name!r} has no key to be trusted by.", remedy="Make the link first.", link=link.name)
