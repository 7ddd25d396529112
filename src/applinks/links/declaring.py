"""Makes our end of a link what somebody declared, whole and at once: keys, levels, statement and policy in one change.

So there is no moment at which a link is open and its policy is not there yet.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from applinks.links.by_hand import check_endpoints, check_key
from applinks.links.changes import Changes, alter, check_fixed_user, check_levels
from applinks.links.model import Incoming, Level, Link, Outgoing, SameUsers
from applinks.links.registry import LinkById
from applinks.links.whereabouts import check_address
from applinks.people import Names
from applinks.questions import Flow, Moment, Now


@dataclass(frozen=True, slots=True)
class WantedLink:
    """What our end of a link shall be. What was learnt, or is decided elsewhere, is not part of it and stays.

    `primary` takes the flag; without it, the flag stays where it is. An `impersonation_parameter` of None stays as learnt.
    `mapping` has our names of people who have another one there, with theirs.
    """

    id: str
    name: str
    type: str
    display_url: str
    application_url: str
    same_users: bool
    excluded: frozenset[str] = frozenset()
    only_proven: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)
    primary: bool = False
    outgoing: Outgoing = field(default_factory=Outgoing)
    incoming: Incoming = field(default_factory=Incoming)

    def upon(self, stored: Link | None, *, by: str, now: int) -> Link:
        """The link as it is stored, with all of this; equal to it where nothing is to be done.

        Who has said that the users are the same, and when, stays as long as the answer does.
        """
        before = stored or Link(self.id, self.name, self.type, self.display_url, self.application_url)
        statement = before.same_users
        if statement is None:
            statement = SameUsers(self.same_users, by, now)
        elif statement.answer is not self.same_users:
            statement = statement.said_again(self.same_users, by, now)
        return replace(
            before,
            name=self.name,
            type=self.type,
            display_url=self.display_url,
            application_url=self.application_url,
            primary=self.primary or (before.primary and before.type == self.type),
            outgoing=self._outgoing_upon(before.outgoing),
            incoming=self._incoming_upon(before.incoming),
            same_users=replace(
                statement, excluded=self.excluded, only_proven=self.only_proven, names=Names(tuple(self.mapping.items()))
            ),
        )

    def _outgoing_upon(self, before: Outgoing) -> Outgoing:
        said = self.outgoing
        return replace(
            before,
            level=said.level,
            signature_method=said.signature_method,
            impersonation_parameter=said.impersonation_parameter or before.impersonation_parameter,
            consumer_key=said.consumer_key,
            endpoints=said.endpoints,
            fixed_user=said.fixed_user,
            account=said.account,
        )

    def _incoming_upon(self, before: Incoming) -> Incoming:
        said = self.incoming
        if said.public_key != before.public_key:  # whoever declares another key may distrust the one before
            before = replace(before, previous_key=None, previous_key_until=None)
        return replace(
            before,
            level=said.level,
            consumer_key=said.consumer_key,
            public_key=said.public_key,
            signature_method=said.signature_method,
            policy=said.policy,
            callback=said.callback,
            execute_as=said.execute_as,
            limits=said.limits,
        )


def declare(wanted: WantedLink, *, by: str, loaded: Container[str] = ()) -> Flow[Link]:
    """Make the link, or change it, unless it is so already: then nothing is written, and nothing written down.

    `loaded` are the names of the mechanisms that this application has. Raises what every change to a link raises.
    """
    Names.read(wanted.mapping)
    new = wanted.upon(None, by=by, now=0)
    check_declared(new, loaded)
    if wanted.application_url:
        yield from check_address(wanted.application_url, "The address")
    if wanted.outgoing.level is not Level.DISABLED:
        yield from check_endpoints(new)
    if wanted.incoming.execute_as:
        yield from check_fixed_user(wanted.incoming.execute_as)
    moment: Moment = yield Now()

    def make(stored: Link | None) -> Link:
        return wanted.upon(stored, by=by, now=int(moment.now))

    stands: Link | None = yield LinkById(wanted.id)
    if stands is not None and make(stands) == stands:
        return stands
    return (yield from alter(wanted.id, make, by=by, kind="link changed" if stands else "link made"))


def check_declared(link: Link, loaded: Container[str]) -> None:
    """Raise `ConfigurationError` if a level leaves out what it needs, or a key could not travel."""
    for key in (link.outgoing.consumer_key, link.incoming.consumer_key):
        if key is not None:
            check_key(key)
    same_users = {"excluded": link.same_users.excluded} if link.same_users else {}
    check_levels(link, Changes({"level": link.outgoing.level}, {"level": link.incoming.level}, {}, same_users), loaded)
