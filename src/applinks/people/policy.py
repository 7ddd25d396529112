"""Who may be impersonated over a link, for what: decided on the incoming side, anew for each request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields
from typing import Any

from applinks.errors import ConfigurationError
from applinks.people.person import Person
from applinks.wire.paths import is_plain_path


@dataclass(frozen=True, slots=True)
class Policy:
    """What a link's incoming side allows an impersonated person to do.

    `users` and `groups`: if either is set, only these; `excluded_users` and `excluded_groups` win over them.
    `administrators`: the administrators admitted, each by name; no other administrator ever is (security.md T-20).
    `methods`: HTTP methods allowed, all if empty. `paths`: path prefixes inside the application, all if empty.
    """

    users: Set[str] = frozenset()
    groups: Set[str] = frozenset()
    excluded_users: Set[str] = frozenset()
    excluded_groups: Set[str] = frozenset()
    administrators: Set[str] = frozenset()
    methods: Set[str] = frozenset()
    paths: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for rule in fields(self):
            values = getattr(self, rule.name)
            if isinstance(values, str):  # a text is a collection, too: of its letters
                raise ConfigurationError(
                    f"The rule {rule.name} of a policy is {values!r}; it must be a set of texts.",
                    remedy=f"Write Policy({rule.name}=[{values!r}]).",
                )
            object.__setattr__(self, rule.name, tuple(values) if rule.name == "paths" else frozenset(values))
        object.__setattr__(self, "methods", frozenset(method.upper() for method in self.methods))

    def objection(self, person: Person, method: str, path: str) -> str | None:
        """Why this person, method or path is not admitted; None if nothing speaks against it.

        `path` is the raw path below the application's own address.
        """
        return self._person_objection(person) or self.request_objection(method, path)

    def _person_objection(self, person: Person) -> str | None:
        if not person.active:
            return "the person is disabled"
        if _meets(self.excluded_users, {person.name}) or _meets(self.excluded_groups, person.groups):
            return "the policy excludes the person"
        if person.administrator and person.name not in self.administrators:
            return "the person is an administrator whom the policy does not name"
        if (self.users or self.groups) and not self._includes(person):
            return "the policy does not include the person"
        return None

    def _includes(self, person: Person) -> bool:
        named = person.name in self.users or person.name in self.administrators
        return named or not person.groups.isdisjoint(self.groups)

    def fixed_user_objection(self, person: Person, method: str, path: str) -> str | None:
        """Why calls that name nobody do not go as this fixed user: never as an administrator, whoever is named (T-20, R-13)."""
        if not person.active:
            return "the fixed user is disabled"
        if person.administrator:
            return "the fixed user is an administrator"
        return self.request_objection(method, path)

    def request_objection(self, method: str, path: str) -> str | None:
        """Why this method or path is not admitted, whoever acts."""
        if self.methods and method not in self.methods:
            return f"the policy does not allow the method {method}"
        if self.paths and not _below(path, self.paths):
            return "the policy does not allow the path"
        return None

    def as_data(self) -> dict[str, list[str]]:
        """The rules that are set, as lists of text (for the store and for `--json`)."""
        rules = {rule.name: getattr(self, rule.name) for rule in fields(self)}
        return {name: sorted(values) if name != "paths" else list(values) for name, values in rules.items() if values}

    @classmethod
    def from_data(cls, data: Mapping[str, Iterable[str]]) -> Policy:
        """The inverse of `as_data`; raises `ConfigurationError` for a rule that does not exist."""
        unknown = data.keys() - {rule.name for rule in fields(cls)}
        if unknown:
            raise ConfigurationError(f"A policy has no rule {sorted(unknown)}.", remedy="See `applinks link policy --help`.")
        rules: Any = data
        return cls(**rules)


def _meets(excluded: Iterable[str], names: Iterable[str]) -> bool:
    """Whether one of the names is excluded, in any case of letters: a slip in writing must not let anybody in."""
    return not {name.casefold() for name in excluded}.isdisjoint(name.casefold() for name in names)


def _below(path: str, prefixes: Iterable[str]) -> bool:
    return is_plain_path(path) and any(f"{path}/".startswith(f"{prefix.rstrip('/')}/") for prefix in prefixes)
