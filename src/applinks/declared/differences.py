"""What differs between what stands and what shall be, as data and in words. Keys are told by their fingerprints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from applinks.links import Identity, Link
from applinks.people import Policy
from applinks.wire.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that stands otherwise than declared: `what` as the link file writes it, its value now, and the declared one.

    Values are text, true or false, a number, a list of texts, or None.
    """

    what: str
    now: Any
    shall: Any

    @property
    def words(self) -> str:
        """One line for people."""
        about = WORDS[self.what]
        if isinstance(self.now, list) and isinstance(self.shall, list):
            added = [f"{name!r} is added" for name in self.shall if name not in self.now]
            gone = [f"{name!r} is taken away" for name in self.now if name not in self.shall]
            return f"{about}: {', '.join(added + gone) or 'their order changes'}"
        return f"{about}: {_shown(self.shall)}" + (f", in place of {_shown(self.now)}" if self.now is not None else "")

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        return {"what": self.what, "now": self.now, "shall": self.shall, "words": self.words}


WORDS = {
    "url": "its address",
    "name": "its name",
    "type": "its type",
    "display_url": "the address for people",
    "primary": "the one for its type",
    "same_users": "a user name means the same person on both sides",
    "excluded": "people who are somebody else there, or nobody",
    "only_proven": "only people who are proven to be the same",
    "mapping": "people who have another name there",
    "entities": "things that are linked",
    "outgoing.level": "level of the calls to it",
    "outgoing.signature_method": "how the calls to it are signed",
    "outgoing.impersonation_parameter": "how the user travels",
    "outgoing.consumer_key": "our consumer key there",
    "outgoing.endpoints": "where people consent there",
    "outgoing.fixed_user": "calls without consent may go as one fixed user",
    "outgoing.account": "our account there",
    "outgoing.secret": "the secret of the calls to it",
    "incoming.level": "level of the calls from it",
    "incoming.signature_method": "how the calls from it are verified",
    "incoming.consumer_key": "its consumer key",
    "incoming.public_key": "its public key",
    "incoming.secret": "the secret of the calls from it",
    "incoming.callback": "where people go back to",
    "incoming.execute_as": "our user for calls that name nobody",
    "incoming.policy.users": "impersonation only of these people",
    "incoming.policy.groups": "impersonation only of these groups",
    "incoming.policy.excluded_users": "no impersonation of these people",
    "incoming.policy.excluded_groups": "no impersonation of these groups",
    "incoming.policy.administrators": "impersonation of administrators",
    "incoming.policy.methods": "only by these methods",
    "incoming.policy.paths": "only below these paths",
    "incoming.limits.addresses": "only from these addresses",
    "incoming.limits.paths": "as a trusted application only below these paths",
    "incoming.limits.max_age": "how old a certificate may be, in milliseconds",
}
"""What can differ, as the link file writes it → how it is told."""


def between(now: Link | None, shall: Link) -> tuple[Difference, ...]:
    """What differs between two states of one link; of a new one, all that is not as usual."""
    blank = Link(shall.id, "", "", "", "")
    return _different(facts(now or blank), facts(shall), new=now is None)


def of_identity(now: Identity | None, shall: Mapping[str, str]) -> tuple[Difference, ...]:
    """What differs in how an application describes itself."""
    before = {name: getattr(now, name) if now else None for name in shall}
    return _different(before, shall, new=now is None)


def facts(link: Link) -> dict[str, Any]:
    """A link as the keys of the link file, with their values."""
    outgoing, incoming, same = link.outgoing, link.incoming, link.same_users
    rules = incoming.policy.as_data()
    return {
        "name": link.name,
        "type": link.type,
        "url": link.application_url,
        "display_url": link.display_url,
        "primary": link.primary,
        "same_users": same.answer if same else None,
        "excluded": sorted(same.excluded) if same else [],
        "only_proven": link.only_proven,
        "mapping": [f"{ours} = {theirs}" for ours, theirs in link.names.pairs],
        "outgoing.level": outgoing.level.value,
        "outgoing.signature_method": outgoing.signature_method.value,
        "outgoing.impersonation_parameter": outgoing.impersonation_parameter,
        "outgoing.consumer_key": outgoing.consumer_key,
        "outgoing.endpoints": list(asdict(outgoing.endpoints).values()) if outgoing.endpoints else None,
        "outgoing.fixed_user": outgoing.fixed_user,
        "outgoing.account": outgoing.account,
        "incoming.level": incoming.level.value,
        "incoming.signature_method": incoming.signature_method.value,
        "incoming.consumer_key": incoming.consumer_key,
        "incoming.public_key": _fingerprint(incoming.public_key),
        **{f"incoming.policy.{rule.name}": rules.get(rule.name, []) for rule in fields(Policy)},
        "incoming.callback": incoming.callback,
        "incoming.execute_as": incoming.execute_as,
        "incoming.limits.addresses": list(incoming.limits.addresses),
        "incoming.limits.paths": list(incoming.limits.paths),
        "incoming.limits.max_age": incoming.limits.max_age,
    }


def _different(now: Mapping[str, Any], shall: Mapping[str, Any], *, new: bool) -> tuple[Difference, ...]:
    changed = [name for name in shall if now[name] != shall[name]]
    return tuple(Difference(name, None if new else now[name], shall[name]) for name in changed)


def _fingerprint(key: str | None) -> str | None:
    return PublicKey.read(key).fingerprint if key else None


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(repr, value)) or "nobody" if isinstance(value, list) else f"{value}"
