"""What has to be done so that what stands is what a link file declares: steps in their order, and what should be noted.

A pure function of the file and of what was observed; nothing here asks or changes anything.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from applinks.declared import differences
from applinks.declared.differences import Difference
from applinks.declared.ends import End, ends_of
from applinks.declared.model import DeclaredApplication, LinkFile, Secret
from applinks.links import USER_ID, Identity, Incoming, Level, Link, Outgoing, WantedLink, check_declared, id_of


@dataclass(frozen=True, slots=True)
class Observed:
    """What stands in one application: who it is (None where nothing was ever kept), its public key, and its links.

    `mechanisms` are the names of those that it has loaded, as far as whoever looks can tell.
    """

    identity: Identity | None = None
    public_key: str = field(default="", repr=False)
    links: tuple[Link, ...] = ()
    mechanisms: tuple[str, ...] = ()

    def link(self, id: str) -> Link | None:  # noqa: A002
        """The link of that id."""
        return next((link for link in self.links if link.id == id), None)


@dataclass(frozen=True, slots=True)
class Introduce:
    """Say who the application is; the first time, that makes its database."""

    name: str
    type: str
    url: str


@dataclass(frozen=True, slots=True)
class Put:
    """Make a link what it shall be, or leave it if it is so already."""

    wanted: WantedLink


@dataclass(frozen=True, slots=True)
class SetSecret:
    """Keep the secret of one direction of a link."""

    link_id: str
    direction: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Drop:
    """Delete a link."""

    link_id: str


Act = Introduce | Put | SetSecret | Drop


GOES_WITHOUT_SAYING = frozenset(
    {
        "name",
        "type",
        "display_url",
        "outgoing.signature_method",
        "outgoing.impersonation_parameter",
        "incoming.signature_method",
        "incoming.consumer_key",
        "incoming.public_key",
    }
)
"""What a new link has from the other application, or because it is the usual; as data it is told all the same."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change in one application: atomic, and the same if it is done again. `key` names the application in the file."""

    key: str
    application: str
    kind: str
    link: str | None
    act: Act
    differences: tuple[Difference, ...] = ()

    @property
    def title(self) -> str:
        """What is done, in a few words."""
        return (
            f"{self.application}: link {self.link!r} {self.kind}"
            if self.link is not None
            else f"{self.application} {self.kind}"
        )

    @property
    def words(self) -> tuple[str, ...]:
        """All of it that is for people: a line, and an indented one for each difference. Of a new link, what was decided."""
        told = [found for found in self.differences if found.now is not None or found.what not in GOES_WITHOUT_SAYING]
        return (self.title, *(f"  {found.words}" for found in told))

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "application": self.key,
            "link": self.link,
            "change": self.kind,
            "differences": [difference.as_data() for difference in self.differences],
        }


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is not done here, and that whoever reads should know.

    `kind` is "undeclared" (a link that the file does not have), "in the way" (such a link that keeps a declared one from being
    made), "misfit" (two ends that do not fit each other) or "no secret".
    """

    kind: str
    key: str
    application: str
    link: str
    words: str

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        return {"kind": self.kind, "application": self.key, "link": self.link, "words": self.words}


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, in their order, and the notes."""

    steps: tuple[Step, ...]
    notes: tuple[Note, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything stands otherwise than declared."""
        return bool(self.steps) or any(note.kind == "undeclared" for note in self.notes)

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        steps, notes = ([one.as_data() for one in many] for many in (self.steps, self.notes))
        return {"differs": self.differs, "steps": steps, "notes": notes}


Held = tuple[str, str, str]
"""A secret that is as declared: the application's key, the link's id, the direction."""


@dataclass(frozen=True, slots=True)
class EndToBe:
    """One end as it stands and as it shall be."""

    end: End
    wanted: WantedLink
    now: Link | None
    shall: Link

    def secrets(self) -> Iterator[tuple[str, Secret]]:
        """The secrets that the file declares for this end: incoming first, since that side must know it before it is used."""
        for direction, said in (("incoming", self.end.incoming.secret), ("outgoing", self.end.outgoing.secret)):
            if said is not None:
                yield direction, said


def ends_to_be(file: LinkFile, observed: Mapping[str, Observed]) -> tuple[EndToBe, ...]:
    """Every end that the file sets, in the order in which they are to be made."""
    found = []
    for end in ends_of(file):
        wanted = _wanted(end, observed)
        now = observed[end.here.key].link(wanted.id)
        found.append(EndToBe(end, wanted, now, wanted.upon(now, by="", now=0)))
    return tuple(found)


def make_plan(
    file: LinkFile,
    observed: Mapping[str, Observed],
    held: Container[Held] = frozenset(),
    *,
    prune: bool = False,
) -> Plan:
    """What is to be done. `held` are the secrets that are as declared; `prune` also drops links that the file does not have.

    Raises `ConfigurationError` for a level that lacks what it needs.
    """
    ends = ends_to_be(file, observed)
    for one in ends:
        check_declared(_as_if_made(one, observed), observed[one.end.here.key].mechanisms)
    undeclared = list(_undeclared(file, observed, ends))
    steps = list(_introductions(file, observed))
    notes = list(_misfits(ends))
    if prune:
        steps += [_step(here, "is deleted", link.name, Drop(link.id)) for here, link in undeclared]
    else:
        notes += [_not_declared(here, link) for here, link in undeclared]
        notes += _in_the_way(ends, undeclared)
    for one in ends:
        steps += _steps_of(one, held)
    notes += [note for one in ends for note in _without_secret(one)]
    return Plan(tuple(steps), tuple(notes))


def _steps_of(one: EndToBe, held: Container[Held]) -> Iterator[Step]:
    here, name = one.end.here, one.shall.name
    if one.now != one.shall:
        kind = "is changed" if one.now else "is made"
        yield _step(here, kind, one.now.name if one.now else name, Put(one.wanted), differences.between(one.now, one.shall))
    for direction, secret in one.secrets():
        if (here.key, one.wanted.id, direction) not in held:
            is_set = Difference(f"{direction}.secret", None, secret.reference)
            yield _step(here, "is changed", name, SetSecret(one.wanted.id, direction, secret), (is_set,))


def _introductions(file: LinkFile, observed: Mapping[str, Observed]) -> Iterator[Step]:
    for key, application in file.applications.items():
        if not application.is_ours:
            continue
        us = observed[key].identity
        shall = {"name": application.name, "type": application.type, "url": application.url}
        if different := differences.of_identity(us, shall):
            yield _step(application, "is described anew" if us else "is made", None, Introduce(**shall), different)


def _step(here: DeclaredApplication, kind: str, link: str | None, act: Act, found: tuple[Difference, ...] = ()) -> Step:
    return Step(here.key, here.name, kind, link, act, found)


def _wanted(end: End, observed: Mapping[str, Observed]) -> WantedLink:
    outgoing, incoming, there = end.outgoing, end.incoming, end.there
    them = _identity(there, observed[there.key]) if there.is_ours else None
    id = them.id if them else there.id or id_of(there.url, incoming.consumer_key or "")  # noqa: A001
    is_new = observed[end.here.key].link(id) is None
    return WantedLink(
        id=id,
        name=end.name,
        type=there.type,
        display_url=there.display_url,
        application_url=there.url,
        same_users=end.same_users,
        excluded=end.excluded,
        primary=end.primary,
        outgoing=Outgoing(
            level=end.outgoing_level,
            signature_method=end.outgoing_method,
            impersonation_parameter=outgoing.impersonation_parameter or (USER_ID if them and is_new else None),
            consumer_key=outgoing.consumer_key,
            endpoints=outgoing.endpoints,
            fixed_user=outgoing.fixed_user,
            account=outgoing.account,
        ),
        incoming=Incoming(
            level=end.incoming_level,
            consumer_key=incoming.consumer_key or (them.consumer_key if them else None),
            public_key=incoming.public_key or (observed[there.key].public_key if them else None) or None,
            signature_method=end.incoming_method,
            policy=incoming.policy,
            callback=incoming.callback,
            execute_as=incoming.execute_as,
            limits=incoming.limits,
        ),
    )


def _as_if_made(one: EndToBe, observed: Mapping[str, Observed]) -> Link:
    """The link, with a key where the other application is still to be given one."""
    there = one.end.there
    if not there.is_ours or observed[there.key].identity is not None:
        return one.shall
    return replace(one.shall, incoming=replace(one.shall.incoming, public_key=f"(new) {there.key}"))


def _identity(application: DeclaredApplication, observed: Observed) -> Identity:
    """Who it is; of one that is still to be made, something that no other has."""
    unknown = f"(new) {application.key}"
    return observed.identity or Identity(unknown, application.name, application.type, application.url, unknown)


def _undeclared(
    file: LinkFile, observed: Mapping[str, Observed], ends: tuple[EndToBe, ...]
) -> Iterator[tuple[DeclaredApplication, Link]]:
    declared = {(one.end.here.key, one.wanted.id) for one in ends}
    for key, application in file.applications.items():
        if application.is_ours:
            yield from ((application, link) for link in observed[key].links if (key, link.id) not in declared)


def _not_declared(here: DeclaredApplication, link: Link) -> Note:
    where = f", to {link.display_url}" if link.display_url else ""
    words = f"{here.name}: link {link.name!r}{where} is not declared; --prune would delete it"
    return Note("undeclared", here.key, here.name, link.name, words)


def _in_the_way(ends: tuple[EndToBe, ...], undeclared: list[tuple[DeclaredApplication, Link]]) -> Iterator[Note]:
    for one in ends:
        here, shall = one.end.here, one.shall
        for other, link in undeclared:
            same_key = shall.incoming.consumer_key is not None and link.incoming.consumer_key == shall.incoming.consumer_key
            if other is here and (link.name.casefold() == shall.name.casefold() or same_key):
                words = (
                    f"{here.name}: link {link.name!r}, which leads to another application, is in the way of the declared one"
                )
                yield Note("in the way", here.key, here.name, link.name, words)


def _misfits(ends: tuple[EndToBe, ...]) -> Iterator[Note]:
    """What one end sends and the other does not accept."""
    by_place = {(one.end.here.key, one.end.there.key): one for one in ends}
    for (here, there), one in by_place.items():
        other = by_place.get((there, here))
        sent = one.shall.outgoing
        if other is None or sent.level is Level.DISABLED:
            continue
        expected = other.shall.incoming
        names = (one.end.here.name, one.end.there.name)
        if sent.level is not expected.level:
            words = f"{names[0]} calls by {sent.level}, and {names[1]} accepts {expected.level}"
            yield Note("misfit", here, names[0], one.shall.name, words)
        elif sent.signature_method is not expected.signature_method:
            words = f"{names[0]} signs by {sent.signature_method}, and {names[1]} verifies by {expected.signature_method}"
            yield Note("misfit", here, names[0], one.shall.name, words)
        if one.end.same_users is not other.end.same_users and here < there:
            words = f"{names[0]} and {names[1]} do not say the same about their users"
            yield Note("misfit", here, names[0], one.shall.name, words)


def _without_secret(one: EndToBe) -> Iterator[Note]:
    """A new link that needs a secret and is told none."""
    if one.now is not None:
        return
    here, shall, said = one.end.here, one.shall, dict(one.secrets())
    for direction, side in (("outgoing", shall.outgoing), ("incoming", shall.incoming)):
        needs = side.level is Level.BASIC or (side.level is not Level.DISABLED and side.signature_method.shares_a_secret)
        if needs and direction not in said:
            new = " --new" if direction == "incoming" else ""
            words = f"{here.name}: link {shall.name!r} has no secret yet: `applinks link secret … --{direction}{new}`"
            yield Note("no secret", here.key, here.name, shall.name, words)
