"""What a call costs with 100,000 links, grants and nonces, beside the same call with ten of each, in SQLite.

Calls go around among more links or grants than the store keeps in memory, so that with 100,000 of them each is read from the
database. All callers share one key pair: to make 100,000 would take hours.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from applinks import AppLinks, Person, Provider, clock
from applinks.links import Grant, KeepRequestToken, RequestToken, SpendRequestToken, digest_of
from applinks.store.database import Use
from applinks.store.grants import Grants
from applinks.store.kept import SIZE
from applinks.store.opening import open_database
from applinks.store.sealing import Sealing
from applinks.store.tables import links
from bench import caller, servers
from bench.incoming import ours, running, senders
from bench.load import Maker, Sender
from bench.measure import Call, Rows, Task

FEW, MANY = 10, 100_000
AROUND = SIZE * 3 // 2
"""So many take turns."""
MUST, GOAL = 1.3, 1.1
PATIENCE = 3.0
ONE_DAY = 86_400


def rows() -> Rows:
    """Incoming by link and by grant, then outgoing."""
    with servers.folder() as folder, running("far side") as far_side:
        few, many = Records(folder, FEW, far_side), Records(folder, MANY, far_side)
        with few.served() as here, many.served() as there:
            for name, make in (("2LOi, any of the links", by_link), ("3LO, any of the grants", by_grant)):
                with sending(here, make(here, few)) as base, sending(there, make(there, many)) as work:
                    yield Task(f"incoming, {name}", work, base, None, MUST, GOAL, PATIENCE)
        with few.calls() as base, many.calls() as work:
            yield Task("outgoing, any of the links", work, base, None, MUST, GOAL, PATIENCE)


@dataclass(frozen=True)
class Records:
    """A database with so many of everything. `far_side` is where all its links lead."""

    folder: Path
    size: int
    far_side: str

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / f"{self.size}.db"

    @property
    def url(self) -> str:
        """Its address."""
        return f"sqlite:///{self.path}"

    def in_turn(self) -> Iterator[int]:
        """Numbers of links and grants, again and again."""
        return itertools.cycle(random.Random(0).sample(range(self.size), min(self.size, AROUND)))

    @contextmanager
    def served(self) -> Iterator[str]:
        """Fill it, and serve an application on it."""
        with ours(self.url, None, self.fill) as url:
            yield url

    @contextmanager
    def calls(self) -> Iterator[Call]:
        """Calls over its links, as alice."""
        with AppLinks(self.url) as applinks, applinks.acting_as(Person("alice")):
            names = (f"Link {number}" for number in self.in_turn())
            yield Call(lambda: applinks.link(next(names)).get(caller.PATH), fewest=10)

    def fill(self, applinks: AppLinks) -> None:
        """One of each properly; the rest are copies of it, and grants that are used are all proper ones."""
        applinks.register_link("Model", self.far_side, provider=Provider(), same_users=True, by="bench")
        model = applinks.change_link("Model", impersonation_parameter="user_id", incoming="oauth_impersonation", by="bench")
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(COPY_LINKS, {"model": model.id, "public_key": caller.key().public.text, "size": self.size})
            connection.executemany(FILL_NONCES, nonces(self.size))
        self._give_grants(sorted(set(itertools.islice(self.in_turn(), AROUND))))
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(COPY_GRANTS, {"size": self.size})

    def _give_grants(self, numbers: list[int]) -> None:
        answers, now = Grants(Sealing.for_database(self.url, new=False), clock.now), int(clock.now())
        with closing(open_database(self.url)) as database, database.transaction(Use.WRITE) as connection:
            for number in numbers:
                wish = RequestToken(f"wish {number}", "secret", link_id(number), None, now + ONE_DAY)
                answers.keep_request_token(connection, KeepRequestToken(wish))
                answers.spend_request_token(connection, SpendRequestToken(wish.digest, grant(number, now)))


def link_id(number: int) -> str:
    """The id of a link."""
    return f"link-{number}"


def grant(number: int, now: int) -> Grant:
    """The one whose token is `token-…`."""
    token = digest_of(f"token-{number}")
    until = now + ONE_DAY
    return Grant(f"grant-{number}", link_id(number), "alice", token, "secret", f"handle-{number}", now, until, until)


def nonces(size: int) -> Iterator[tuple[bytes, int]]:
    """So many spent nonces of the last minutes, as the store keeps them: the moment first, the rest at random."""
    now = int(clock.now())
    return (((now - number % 300).to_bytes(8) + random.randbytes(32), now + ONE_DAY) for number in range(size))


NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < :size - 1)"
CHANGED = {
    "id": "'link-' || n",
    "name": "'Link ' || n",
    "folded_name": "'link ' || n",
    "is_primary": "0",
    "incoming_consumer_key": "'consumer-' || n",
    "incoming_public_key": ":public_key",
}
_columns = [column.name for column in links.columns]
COPY_LINKS = (
    f"INSERT INTO links ({', '.join(_columns)}) {NUMBERS}"
    f" SELECT {', '.join(CHANGED.get(name, name) for name in _columns)} FROM links, numbers WHERE id = :model"
)
FILL_NONCES = "INSERT INTO nonces (digest, keep_until) VALUES (?, ?)"
COPY_GRANTS = (
    f"INSERT INTO grants (id, link_id, user_name, token, secret, handle, made_at, expires_at, ends_at) {NUMBERS}"
    " SELECT 'copy-' || n, 'link-' || n, 'user-' || n, 'copy-' || n, secret, 'copy-' || n, made_at, expires_at, ends_at"
    " FROM (SELECT * FROM grants LIMIT 1), numbers WHERE n >= (SELECT count(*) FROM grants)"
)


# ---- what is sent


@contextmanager
def sending(url: str, make: Maker) -> Iterator[Sender]:
    """One at a time."""
    with senders(url, make, b"alice") as (one, _):
        yield one


def by_link(url: str, records: Records) -> Maker:
    """Two-legged, from each link in its turn."""
    numbers = records.in_turn()
    return lambda times: [caller.proven(url + caller.AS_ALICE, f"consumer-{next(numbers)}", "") for _ in range(times)]


def by_grant(url: str, records: Records) -> Maker:
    """Three-legged, by each grant in its turn."""
    numbers = records.in_turn()

    def one(number: int) -> bytes:
        return caller.proven(url + caller.PATH, f"consumer-{number}", f"token-{number}")

    return lambda times: [one(next(numbers)) for _ in range(times)]
