"""Who there is in the applications of the journeys: the same people in all of them, until a test says otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from applinks import Administrator, Person

STAFF = frozenset({"staff"})
PASSWORD = "open sesame"
ADMIN = Administrator("admin", PASSWORD)

EVERYBODY = (
    Person("alice", "Alice Adams", groups=STAFF),
    Person("bob", "Bob Brown"),
    Person("dave", "Dave Davis", active=False, groups=STAFF),
    Person("erin", "Erin Evans", administrator=True),
    Person("admin", "Ada Admin", administrator=True),
    Person("deployment", "Deployment", administrator=True),
    Person("Émile Ångström", "A name that must be encoded"),
)

CAROL = Person("carol", "Carol Clark")
"""Front knows her; elsewhere her account has another name, or there is none."""
FIXED = "service"
THERE = {"alice": "adams", "bob": "brown", "deployment": "robot", "carol": "caroline"}
"""Under which names people have accounts at a far side that shares no users with us."""
ACCOUNTS_THERE = tuple(Person(name) for name in (*THERE.values(), FIXED))


class Directory(dict[str, Person]):
    """A directory that tests may write to; the administrator signs in with `PASSWORD`."""

    def __init__(self, everybody: Iterable[Person] = EVERYBODY) -> None:
        super().__init__({person.name: person for person in everybody})

    def find(self, name: str) -> Person | None:
        return self.get(name)

    def sign_in(self, name: str, password: str) -> Person | None:
        return self.get(name) if password == PASSWORD else None


class AsyncDirectory(Directory):
    """The same, asked asynchronously."""

    async def find(self, name: str) -> Person | None:  # type: ignore[override]
        return self.get(name)
