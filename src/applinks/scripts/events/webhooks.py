"""Adding, changing and taking away webhooks (security.md T-78).

Rules of this file:
- What proves a webhook is shown once, to whoever had it made. What is kept of the secret part of an address is its digest.
- A webhook that signs nothing is not believed about people, unless an administrator says so in so many words.
- While a secret is changed, the one before it holds for a while, so that no event is lost in between.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, Unpack

from applinks.audit import Change, Entry, WriteDown
from applinks.errors import ConfigurationError
from applinks.links import Identity, Link, LinkById, WhoWeAre, digest_of, link_named
from applinks.people import KnowsPeople, active_person
from applinks.questions import Flow, FreshSecrets, Moment, Now
from applinks.scripts.events.sources import ChangeSource, KeepSource, RemoveSource, Source, SourceOf, Sources
from applinks.wire import webhooks
from applinks.wire.events import PATH

PRODUCTS = frozenset({"jira", "confluence", "bitbucket"})
"""The types of applications that sign as products do; any other signs by Standard Webhooks."""
LONGEST_NAME = 100
SHORTEST_SECRET = 16
"""Characters of a secret that people bring along: whoever sees one signed event can try short ones at leisure."""
DAY = 24 * 3600.0
LONGEST_OVERLAP = 90 * DAY

WHERE = {
    "jira": "Jira: Administration → System → Webhooks → Create a webhook",
    "confluence": "Confluence: General configuration → Webhooks → Create webhook",
    "bitbucket": "Bitbucket: Project or repository settings → Webhooks → Create webhook",
}
"""Where the address is entered over there (protocol.md 10)."""


@dataclass(frozen=True, slots=True)
class SourceMade:
    """A webhook that was added, or given another proof. `address` and `secret` are to be entered over there; shown only here.

    `secret` is None where the address is the proof. `where` says in which dialog.
    """

    source: Source
    address: str = field(repr=False)
    secret: str | None = field(repr=False)
    where: str


class SourceSettings(TypedDict, total=False):
    """What can be set on a webhook; `link` is the name of its link, None where its people are called as here."""

    name: str
    link: str | None
    believes_user: bool
    asks_as: str | None


def add_source(
    name: str,
    application: str | None = None,
    *,
    by: str,
    link: str | None = None,
    signed: bool = True,
    secret: str | None = None,
    believes_user: bool | None = None,
    asks_as: str | None = None,
) -> Flow[SourceMade]:
    """Take events from a webhook; its secret is made, unless it is given. Raises `ConfigurationError`, `LinkNotFound`.

    `application` is the type of the application that sends them, that of the `link` if it is not said. Without `signed`, a
    secret part of the address is the proof.
    """
    found = (yield from link_named(link)) if link is not None else None
    kind = application or (found.type if found is not None else "")
    if not kind or not kind.isprintable() or len(kind) > LONGEST_NAME:
        raise ConfigurationError(
            "It must be said which type of application sends the events.", remedy="Name a type like jira, or a link."
        )
    moment: Moment = yield Now()
    number, part, fresh = yield FreshSecrets(3)
    source = Source(
        id=digest_of(number)[:16],
        name=_checked_name(name),
        application=kind,
        of_link=found is not None,
        link_id=found.id if found is not None else None,
        believes_user=signed if believes_user is None else believes_user,
        asks_as=(yield from _checked_user(asks_as, found)),
        made_at=moment.now,
        made_by=by,
        secret=_secret_for(kind, secret, fresh) if signed else None,
        address_digest=None if signed else digest_of(part),
    )
    if not (yield KeepSource(source)):
        raise _taken(name)
    yield _entry("webhook added", source, by, _differences(None, source), found)
    return (yield from _made(source, None if signed else part))


def change_source(source: str, *, by: str, **settings: Unpack[SourceSettings]) -> Flow[Source]:
    """Set what is named; what is not named stays. `source` is its name or id. Raises `ConfigurationError`, `LinkNotFound`."""
    before = yield from source_named(source)
    changes: dict[str, Any] = {**settings}
    link: Link | None
    if "link" in changes:
        named = changes.pop("link")
        link = (yield from link_named(named)) if named is not None else None
        changes |= {"of_link": link is not None, "link_id": link.id if link is not None else None}
    else:
        link = yield from _link_of(before)
    if "name" in changes:
        _checked_name(changes["name"])
    after = replace(before, **changes)
    if after.asks_as != before.asks_as or after.link_id != before.link_id:
        after = replace(after, asks_as=(yield from _checked_user(after.asks_as, link)))
    yield from _change(before, after, by, link)
    return after


def renew_source(name: str, *, by: str, secret: str | None = None, overlap: float = DAY) -> Flow[SourceMade]:
    """Give a webhook another proof; the one before it holds for `overlap` seconds more, 0 for none.

    It is made, unless it is given. With a given `secret`, one whose address is its proof signs from now on.
    """
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise ConfigurationError(
            f"A proof cannot hold for {overlap:g} seconds more.", remedy=f"Say at most {LONGEST_OVERLAP / DAY:.0f} days."
        )
    before = yield from source_named(name)
    moment: Moment = yield Now()
    part, fresh = yield FreshSecrets(2)
    signs = before.is_signed or secret is not None
    after = replace(
        before,
        secret=_secret_for(before.application, secret, fresh) if signs else None,
        address_digest=None if signs else digest_of(part),
        previous_secret=before.secret if overlap else None,
        previous_address_digest=before.address_digest if overlap else None,
        previous_until=moment.now + overlap if overlap else None,
    )
    yield from _change(before, after, by, (yield from _link_of(before)))
    return (yield from _made(after, None if signs else part))


def remove_source(name: str, *, by: str) -> Flow[Source]:
    """Take no events from a webhook any more; those that came stay. Raises `ConfigurationError`."""
    found = yield from source_named(name)
    link = yield from _link_of(found)
    removed: Source | None = yield RemoveSource(found.id)
    if removed is None:
        raise _unknown(name, ())
    yield _entry("webhook removed", removed, by, _differences(removed, None), link)
    return removed


def source_named(name: str) -> Flow[Source]:
    """The webhook of that name, or of that id; `ConfigurationError` lists what there is."""
    everyone: tuple[Source, ...] = yield Sources()
    found = next((source for source in everyone if name in {source.name, source.id}), None)
    if found is None:
        raise _unknown(name, everyone)
    return found


def address_of(source: Source, url: str, part: str | None = None) -> str:
    """Where a webhook sends its events, below our own address; without its secret part, that is shown as dots."""
    below = f"/{part or '…'}" if not source.is_signed else ""
    return f"{url}/{PATH}/{source.id}{below}"


def _made(source: Source, part: str | None) -> Flow[SourceMade]:
    us: Identity = yield WhoWeAre()
    where = WHERE.get(source.application, f"{source.application}: where it is told of webhooks")
    return SourceMade(source, address_of(source, us.url, part), source.secret, where)


def _change(before: Source, after: Source, by: str, link: Link | None) -> Flow[None]:
    if not (yield ChangeSource(before, after)):
        now: Source | None = yield SourceOf(before.id)
        if now is None:
            raise _unknown(before.name, ())
        if now == before:
            raise _taken(after.name)
        raise ConfigurationError(f"{before.name!r} was changed meanwhile.", remedy="Look at it, and change it again.")
    yield _entry("webhook changed", after, by, _differences(before, after), link)


def _link_of(source: Source) -> Flow[Link | None]:
    link: Link | None = (yield LinkById(source.link_id)) if source.link_id is not None else None
    return link


def _secret_for(application: str, given: str | None, fresh: str) -> str:
    """The secret that was given, if it can be used; else one that was just made."""
    if application in PRODUCTS:
        secret = fresh if given is None else given
        webhooks.hub_headers(b"", secret)
        if len(secret) < SHORTEST_SECRET or not secret.isprintable():
            raise ConfigurationError(
                f"The secret of a webhook has at least {SHORTEST_SECRET} characters of plain text.",
                remedy="Have one made: say none.",
            )
        return secret
    secret = webhooks.standard_secret(urlsafe_b64decode(f"{fresh}=")) if given is None else given
    webhooks.standard_headers("id", 0, b"", (secret,))
    return secret


def _checked_name(name: str) -> str:
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ConfigurationError(
            f"A webhook needs a name of plain text, {LONGEST_NAME} letters at most.", remedy="Say where it comes from."
        )
    return name


def _checked_user(user: str | None, link: Link | None) -> Flow[str | None]:
    """Who asks the far side about its people: an active person of ours, over a link."""
    if user is None:
        return None
    if link is None:
        raise ConfigurationError(
            "Without a link, nobody can be asked who somebody is.", remedy="Name the link of the application, too."
        )
    return (yield from active_person(user)).name if (yield KnowsPeople()) else user


def _differences(before: Source | None, after: Source | None) -> tuple[Change, ...]:
    was, now = (_shown(source) if source is not None else {} for source in (before, after))
    renewed = before is not None and after is not None and _proof(before) != _proof(after)
    changed = [(name, was.get(name), now.get(name)) for name in was | now if was.get(name) != now.get(name)]
    return (*changed, *([("proof", "the former one", "another one")] if renewed else ()))


def _shown(source: Source) -> dict[str, str | None]:
    return {
        "name": source.name,
        "application": source.application,
        "link": source.link_id,
        "proof by": "signature" if source.is_signed else "address",
        "believes_user": "yes" if source.believes_user else "no",
        "asks_as": source.asks_as,
    }


def _proof(source: Source) -> tuple[str | None, str | None]:
    return source.secret, source.address_digest


def _entry(kind: str, source: Source, by: str, changes: tuple[Change, ...], link: Link | None) -> WriteDown:
    name = link.name if link is not None else None
    return WriteDown(Entry(kind, f"{source.name!r}", subject=by, actor=by, link=name, changes=changes))


def _taken(name: str) -> ConfigurationError:
    return ConfigurationError(f"There is a webhook named {name!r} already.", remedy="Take another name, or remove that one.")


def _unknown(name: str, everyone: tuple[Source, ...]) -> ConfigurationError:
    known = ", ".join(source.name for source in everyone) or "none"
    return ConfigurationError(f"There is no webhook {name!r}.", remedy=f"There are: {known}.")
