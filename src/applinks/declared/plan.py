"""What has to be done so that what stands is what a link file declares: steps in their order, and what should be noted.

A pure function of the file and of what was observed; nothing here asks or changes anything.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from applinks.declared import differences
from applinks.declared.differences import Difference
from applinks.declared.ends import End, ends_of
from applinks.declared.model import DeclaredApplication, LinkFile, Secret
from applinks.declared.steps import (
    Act,
    Drop,
    Introduce,
    LinkThings,
    Note,
    Observed,
    Plan,
    Put,
    SetSecret,
    Step,
    UnlinkThings,
)
from applinks.links import (
    USER_ID,
    Entity,
    EntityLink,
    Identity,
    Incoming,
    Level,
    Link,
    Outgoing,
    WantedLink,
    check_declared,
    id_of,
)

Held = tuple[str, str, str]
"""A secret that is as declared: the application's key, the link's id, the direction."""


@dataclass(frozen=True, slots=True)
class EndToBe:
    """One end as it stands and as it shall be."""

    end: End
    wanted: WantedLink
    now: Link | None
    shall: Link
    things: tuple[EntityLink, ...] = ()

    def undeclared_things(self) -> Iterator[EntityLink]:
        """Links between things that are not in the file, where it says anything about them."""
        if self.end.entities is not None:
            declared = {(_place(one.ours), _place(one.theirs)) for one in self.end.entities}
            yield from (one for one in self.things if (_place(one.local), _place(one.remote)) not in declared)

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
        here = observed[end.here.key]
        now = here.link(wanted.id)
        things = tuple(one for one in here.entity_links if one.link_id == wanted.id)
        found.append(EndToBe(end, wanted, now, wanted.upon(now, by="", now=0), things))
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
        steps += _things_of(one)
        for thing in one.undeclared_things():
            if prune:
                steps.append(_unlinking(one, thing))
            else:
                notes.append(_thing_not_declared(one, thing))
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


def _things_of(one: EndToBe) -> Iterator[Step]:
    stored = {(_place(thing.local), _place(thing.remote)): thing for thing in one.things}
    for said in one.end.entities or ():
        now = stored.get((_place(said.ours), _place(said.theirs)))
        theirs = replace(said.theirs, name=said.theirs.name or (now.remote.name if now else ""))
        shall = EntityLink("", one.wanted.id, said.ours, theirs, said.primary or bool(now and now.primary))
        if now is None or (now.remote, now.primary) != (shall.remote, shall.primary):
            differs = Difference("entities", [_in_words(now)] if now else [], [_in_words(shall)])
            act = LinkThings(one.wanted.id, shall.local, shall.remote, said.primary)
            yield _step(one.end.here, "is changed", one.shall.name, act, (differs,))


def _unlinking(one: EndToBe, thing: EntityLink) -> Step:
    gone = (Difference("entities", [_in_words(thing)], []),)
    return _step(one.end.here, "is changed", one.shall.name, UnlinkThings(thing.id), gone)


def _thing_not_declared(one: EndToBe, thing: EntityLink) -> Note:
    here, name = one.end.here, one.shall.name
    words = f"{here.name}: link {name!r}: {_in_words(thing)} is not declared; --prune would take it away"
    return Note("undeclared", here.key, here.name, name, words)


def _in_words(thing: EntityLink) -> str:
    called = f" ({thing.remote.name})" if thing.remote.name else ""
    return f"{thing.local} – {thing.remote}{called}{', primary' if thing.primary else ''}"


def _place(entity: Entity) -> tuple[str, str]:
    """What it is, whatever it is called."""
    return entity.type, entity.key


def _introductions(file: LinkFile, observed: Mapping[str, Observed]) -> Iterator[Step]:
    for key, application in file.applications.items():
        if application.database is None:
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
    us, now = observed[end.here.key].identity, observed[end.here.key].link(id)
    return WantedLink(
        id=id,
        name=end.name,
        type=there.type,
        display_url=there.display_url,
        application_url=there.url,
        same_users=end.same_users,
        excluded=end.excluded,
        only_proven=end.only_proven,
        mapping=end.mapping,
        primary=end.primary,
        outgoing=Outgoing(
            level=end.outgoing_level,
            signature_method=end.outgoing_method,
            impersonation_parameter=outgoing.impersonation_parameter or (USER_ID if them and now is None else None),
            consumer_key=outgoing.consumer_key,
            endpoints=outgoing.endpoints,
            fixed_user=outgoing.fixed_user,
            account=outgoing.account,
        ),
        incoming=Incoming(
            level=end.incoming_level,
            consumer_key=incoming.consumer_key or (them.consumer_key if them else None),
            public_key=incoming.public_key or (observed[there.key].key_for(us, now) if them else None) or None,
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
        if one.end.mapping and other.end.mapping and here < there:
            words = f"{names[0]} and {names[1]} both say who goes by another name, which would be done twice"
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
