"""The people of the demo. Each password is the name.

One name means the same person in all three applications, but for one: Carol Clark is `carol` in the tracker and in the forge,
and `cclark` in the wiki.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection

from applinks import Person

STAFF = frozenset({"staff"})
ADMINISTRATORS = frozenset({"staff", "administrators"})

EVERYBODY = (
    Person("alice", "Alice Adams", groups=STAFF),
    Person("bob", "Bob Brown", groups=STAFF),
    Person("carol", "Carol Clark", groups=STAFF),
    Person("cclark", "Carol Clark", groups=STAFF),
    Person("dave", "Dave Davis", active=False, groups=STAFF),
    Person("erin", "Erin Evans", administrator=True, groups=ADMINISTRATORS),
    Person("admin", "Ada Admin", administrator=True, groups=ADMINISTRATORS),
    Person("deployment", "Deployment", administrator=True, groups=ADMINISTRATORS),
    Person("integration", "Integration", groups=STAFF),
)

UNUSABLE = "!"
"""A mark in place of a password hash that no password matches: what such a person did was done by an integration."""

PASSWORDS = {
    "alice": "c8d1af761f94c0c8f9cd28974f43b09a$6d6f9315bc630f3915ce8a0747815904145fba20842a4004d773a98494f6cd0e",
    "bob": "99df6e32aa1c69854a382d520dab4b26$b6e56f3cd6a843af33a38408a4ea013d07c90d969d6da9abf795a860aef01cf0",
    "carol": "4b3080dd90c3e148785c6689a91623bd$04d78f416e70b6f453593c1d7c8a5bd0c39a033afbe7be6107d646dcb868c48c",
    "cclark": "012401a8b26eb30eae772e1e207e0dd0$58786f862205fa479fde4d349a6578f3a5d42f5a49c776e038549bc0eee01b66",
    "dave": "743b23c4459b3be9f6535ae03370a553$2d1d0d460145189b151eab1bb08f12f645ab729bb25406097a93b0a48a621b1a",
    "erin": "bca75686bdd321f69bb1deab3e842ca0$8321bb34868de4690bea2461aa394c9c31a459a87f83080857dcb113b9e89688",
    "admin": "744f036ce81ca319708f66ee8f271cb7$517ed454f7a27b3204ccbe6538a8b2605b71387eba4818db6069554af4787692",
    "deployment": UNUSABLE,
    "integration": UNUSABLE,
}
"""Name → `salt$hash`, both in hexadecimal, by scrypt."""


class People:
    """A directory of people, as `applinks` asks for one: somebody by name, somebody by name and password, and all."""

    def __init__(self, *, without: Collection[str] = ()) -> None:
        self._people = {person.name: person for person in EVERYBODY if person.name not in without}

    def find(self, name: str) -> Person | None:
        """The person of that name, disabled ones too; None if there is none."""
        return self._people.get(name)

    def everyone(self) -> Collection[Person]:
        """All of them, so that they can be compared with those of another application."""
        return self._people.values()

    def sign_in(self, name: str, password: str) -> Person | None:
        """The person, if the password is theirs and they are active; else None, after the same effort."""
        matches = password_matches(password, PASSWORDS.get(name, UNUSABLE))
        person = self.find(name)
        return person if matches and person is not None and person.active else None


def password_matches(password: str, stored: str) -> bool:
    """Whether this is the password that was stored; takes as long for an unusable one as for any other."""
    salt, _, expected = stored.partition("$")
    found = hashlib.scrypt(password.encode(errors="replace"), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32)
    return hmac.compare_digest(found.hex(), expected)
