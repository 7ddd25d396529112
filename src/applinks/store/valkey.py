"""Spends nonces in Valkey, or in Redis: one `SET … NX` each.

Such a server may forget: it was restarted or emptied, or another one took over (security.md F-54). So a key beside the nonces,
the *epoch*, names the run of the server that it was written on, and a floor. Where it is missing or names another run, what was
spent before is perhaps forgotten. A new epoch begins then, and a request whose timestamp is not above its floor is answered
with 503, since only such ones can have been admitted before. The very first epoch has no floor, unless nonces were spent
elsewhere before; which one is the first, the database knows.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from applinks.errors import ConfigurationError, StoreUnavailable
from applinks.incoming import SpendNonce
from applinks.mechanisms import WINDOW
from applinks.store.database import Database, Use
from applinks.store.nonces import digest
from applinks.store.tables import nonces, versions

if TYPE_CHECKING:
    import valkey
    import valkey.asyncio

SECONDS = 2
"""How long a server may take to answer; then it counts as away."""
AHEAD = WINDOW + 60
"""Timestamps may be `WINDOW` seconds ahead of a clock of ours, and one of our clocks a minute ahead of another."""

BEFORE_ALL = -1

_KNOWN_AS = "valkey"
_NUMBER = select(versions.c.number).where(versions.c.name == _KNOWN_AS)


class Valkey:
    """One server. `number` tells our keys there from those of other applications."""

    def __init__(self, url: str, number: int, clock: Callable[[], float]) -> None:
        self._modules = _modules()
        self._url = url.replace("redis", "valkey", 1) if url.startswith("redis") else url
        self._prefix = f"applinks:{number:x}:".encode()
        self._clock = clock
        self._server = b""
        self._by_loop: dict[asyncio.AbstractEventLoop, valkey.asyncio.Valkey] = {}
        self._client = self._made(self._modules.Valkey, self._look)

    @classmethod
    def open(cls, url: str, database: Database, clock: Callable[[], float]) -> Valkey:
        """The server at this address. Raises `ConfigurationError` if it may drop keys, `StoreUnavailable` if it is away."""
        with database.transaction(Use.READ) as connection:
            number = connection.execute(_NUMBER).scalar()
        if number is None:
            with database.transaction(Use.WRITE_DURABLY) as connection:  # so that one process begins the first epoch
                number = connection.execute(_NUMBER).scalar() or _first_epoch(connection, url, clock)
        opened = cls(url, number, clock)
        opened.refuse_eviction()
        return opened

    def refuse_eviction(self) -> None:
        """A server that makes room by dropping keys would admit requests again (F-53)."""
        with _failing_as_unavailable(self._modules):
            policy = self._client.info("memory").get("maxmemory_policy", "noeviction")
        if policy != "noeviction":
            raise ConfigurationError(
                f"The Valkey server may drop nonces when its memory is full (its maxmemory-policy is {policy}).",
                remedy="Set maxmemory-policy noeviction there, or keep nonces in the database.",
            )

    def begin_epoch(self, floor: int) -> None:
        """From now on, requests with timestamps up to `floor` (seconds since the epoch) cannot be decided on."""
        with _failing_as_unavailable(self._modules):
            self._client.ping()  # a connection knows its server
            self._client.set(self._epoch_key, self._epoch(floor))

    def answer_all(self, batch: Sequence[SpendNonce]) -> list[bool | StoreUnavailable]:
        """Each by a command of its own, in one message."""
        with _failing_as_unavailable(self._modules):
            *spent, epoch = self._commands(self._client, batch).execute()
            floor = self._floor(epoch)
            if floor is None:
                floor = self.floor_from_now_on(self._clock)
                self._client.set(self._epoch_key, self._epoch(floor))
        return _verdicts(batch, spent, floor)

    async def answer_all_async(self, batch: Sequence[SpendNonce]) -> list[bool | StoreUnavailable]:
        """The same over a connection of this event loop."""
        client = self._client_of_this_loop()
        with _failing_as_unavailable(self._modules):
            *spent, epoch = await self._commands(client, batch).execute()
            floor = self._floor(epoch)
            if floor is None:
                floor = self.floor_from_now_on(self._clock)
                await client.set(self._epoch_key, self._epoch(floor))
        return _verdicts(batch, spent, floor)

    async def close_of_this_loop(self) -> None:
        """Close the connection of the event loop that is running."""
        client = self._by_loop.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def close(self) -> None:
        """Close the connection of synchronous code."""
        self._client.close()

    @staticmethod
    def floor_from_now_on(clock: Callable[[], float]) -> int:
        """No timestamp above it can have been admitted before."""
        return int(clock()) + AHEAD

    def _commands(self, client: Any, batch: Sequence[SpendNonce]) -> Any:
        """The epoch comes last: if the server was emptied before any of them, it is missing."""
        now, commands = int(self._clock()), client.pipeline(transaction=False)
        for question in batch:
            # For so long, and not until then: their clock need not agree with ours.
            commands.set(self._prefix + digest(question), b"", nx=True, ex=max(1, question.keep_until + 1 - now))
        return commands.get(self._epoch_key)

    def _floor(self, epoch: bytes | None) -> int | None:
        server, _, floor = (epoch or b"").partition(b" ")
        return int(floor) if server == self._server and floor else None

    def _epoch(self, floor: int) -> bytes:
        return b"%s %d" % (self._server, floor)

    @property
    def _epoch_key(self) -> bytes:
        return self._prefix + b"epoch"

    def _client_of_this_loop(self) -> valkey.asyncio.Valkey:
        loop, clients = asyncio.get_running_loop(), self._by_loop
        if loop not in clients:
            for ended in [other for other in clients if other.is_closed()]:
                del clients[ended]
            clients[loop] = self._made(self._modules.asyncio.Valkey, self._look_async)
        return clients[loop]

    def _made(self, kind: Any, look: Callable[[Any], Any]) -> Any:
        try:
            return kind.from_url(
                self._url,
                socket_timeout=SECONDS,
                socket_connect_timeout=SECONDS,
                valkey_connect_func=look,
                decode_responses=False,
            )
        except (ValueError, self._modules.ValkeyError):
            raise ConfigurationError(
                "The address of the Valkey server is not one.", remedy="Give one like valkey://host:6379/0."
            ) from None

    def _look(self, connection: Any) -> None:
        """Each connection finds out first which run of which server it leads to."""
        connection.on_connect()
        connection.send_command("INFO", "server")
        self._server = _run(connection.read_response())

    async def _look_async(self, connection: Any) -> None:
        await connection.on_connect()
        await connection.send_command("INFO", "server")
        self._server = _run(await connection.read_response())

    def __repr__(self) -> str:
        return f"<Valkey, keys {self._prefix.decode()}…>"


def _first_epoch(connection: Connection, url: str, clock: Callable[[], float]) -> int:
    """The number of our keys, kept from now on. Where nonces lie in the database, requests were admitted before."""
    number = secrets.randbits(62)
    elsewhere = connection.execute(select(nonces.c.digest).limit(1)).first() is not None
    first = Valkey(url, number, clock)
    try:
        first.begin_epoch(Valkey.floor_from_now_on(clock) if elsewhere else BEFORE_ALL)
    finally:
        first.close()
    connection.execute(versions.insert().values(name=_KNOWN_AS, number=number))
    return number


def _verdicts(batch: Sequence[SpendNonce], spent: Sequence[object], floor: int) -> list[bool | StoreUnavailable]:
    return [bool(first) if question.timestamp > floor else _undecided() for question, first in zip(batch, spent, strict=True)]


def _undecided() -> StoreUnavailable:
    return StoreUnavailable(
        "The Valkey server has lost what was spent before, so nobody can tell whether this request was here already.",
        remedy=f"This ends by itself within {AHEAD} seconds. Where it may not happen, keep nonces in the database.",
    )


def _run(information: bytes) -> bytes:
    return next(line.partition(b":")[2].strip() for line in information.splitlines() if line.startswith(b"run_id:"))


@contextmanager
def _failing_as_unavailable(modules: Any) -> Iterator[None]:
    try:
        yield
    except (modules.ValkeyError, OSError) as error:
        raise StoreUnavailable(
            f"The Valkey server where nonces are spent failed: {error}.",
            remedy="See that it runs and takes writes, and that its address, user and password are right.",
        ) from error


def _modules() -> Any:
    try:
        import valkey  # not needed, and perhaps not there, where nonces are kept elsewhere
        import valkey.asyncio
    except ImportError:
        raise ConfigurationError(
            "Nonces are to be spent in Valkey, and its client is not installed.",
            remedy="Install it with this package: pip install 'applinks[valkey]'",
        ) from None
    return valkey
