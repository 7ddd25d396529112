"""The store: answers what the rooms ask, from one database that several processes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from sqlite3 import Error as DriverError
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from applinks import clock as clocks
from applinks.audit import AuditTrail, VerifyAudit, WriteDown
from applinks.errors import StoreUnavailable
from applinks.incoming import SpendNonce
from applinks.links import (
    FactsFor,
    Identity,
    LinkById,
    LinkByName,
    LinkOfConsumer,
    Links,
    OurKey,
    RememberParameter,
    RemoveLink,
    SaveLink,
    WhoWeAre,
    new_key,
)
from applinks.questions import Question
from applinks.store import identity, links, rotation
from applinks.store.database import Database, InMemory, Use, open_database, refuse_missing
from applinks.store.identity import Keys
from applinks.store.kept import NOT_KEPT, Kept
from applinks.store.nonces import Nonces
from applinks.store.schema import bring_up_to_date
from applinks.store.sealing import Sealing
from applinks.store.trail import Trail

Answer = Callable[[Connection, Any], Any]
"""`answer(connection, question)`, inside a transaction."""
Reader = Callable[[Any], Any]


class Store:
    """Answers questions; may be used from any thread, and inline from asynchronous code.

    `answers` has one function for each type of question. Where the database fails, an answer is `StoreUnavailable`.
    """

    answers: Mapping[type[Question], Reader]

    def __init__(self, database: Database | InMemory, sealing: Sealing, clock: Callable[[], float]) -> None:
        self._database = database
        self._sealing = sealing
        self._clock = clock
        self._kept = Kept()
        keys, trail = Keys(sealing), Trail(sealing, clock)
        self.answers = {
            WhoWeAre: self._keeping(identity.who_we_are),
            OurKey: self._keeping(keys.our_key),
            FactsFor: self._keeping(keys.facts_for),
            LinkById: self._keeping(links.link_by_id),
            LinkByName: self._keeping(links.link_by_name),
            LinkOfConsumer: self._keeping(links.link_of_consumer),
            Links: self._keeping(links.all_links),
            SaveLink: self._writing(links.save_link),
            RemoveLink: self._writing(links.remove_link),
            RememberParameter: self._writing(links.remember_parameter),
            SpendNonce: self._writing(Nonces(clock).spend),
            WriteDown: self._writing(trail.write_down),
            AuditTrail: self._reading(trail.read),
            VerifyAudit: self._reading(trail.verify),
        }

    @classmethod
    def open(
        cls, url: str, *, sealing: Sealing | None = None, clock: Callable[[], float] = clocks.now, create: bool = True
    ) -> Store:
        """Open the database of this URL; a SQLite file that is new or of an older version is brought up to date.

        Without `sealing`, the keys are found as `Sealing.for_database` says; without `create`, a file must be there.
        Raises `ConfigurationError` if the database cannot be opened, is of a newer version, or is not the one that the keys
        belong to.
        """
        if not create:
            refuse_missing(url)
        sealing = sealing or Sealing.for_database(url)
        database = open_database(url)
        try:
            bring_up_to_date(database)
            store = cls(database, sealing, clock)
            store._try_the_keys()
        except BaseException:
            database.close()
            raise
        return store

    def answer(self, question: Question) -> Any:
        """The answer that the question's own description promises."""
        try:
            return self.answers[type(question)](question)
        except (DBAPIError, DriverError) as error:
            raise StoreUnavailable(
                f"The database of the links failed: {getattr(error, 'orig', error)}.",
                remedy="See that its file is there, in order and writable, that the disk has room, and that no other program "
                "locks it.",
            ) from error

    def identify(self, *, name: str, type: str, url: str) -> Identity:  # noqa: A002
        """Say who this application is. The first time, it gets its id, consumer key and key pair, which stay for life.

        Several processes may do so at once: one of them decides on id and keys for all.
        """
        found = self._find_identity() or self._first_identity(name, type, url)
        wanted = identity.described_as(found, name, type, url)
        if wanted != found:
            with self._database.transaction(Use.WRITE_DURABLY) as connection:
                identity.describe(connection, wanted)
        return wanted

    def rotate(self) -> int:
        """Put a new sealing key first and seal everything with it; how many values that were."""
        return rotation.rotate(self._database, self._sealing)

    def reseal(self) -> int:
        """Seal everything with the first key that is not yet: after the keys were changed by hand, or a rotation broke off."""
        return rotation.reseal(self._database, self._sealing)

    def values_per_key(self) -> dict[str, int]:
        """How many stored values each sealing key seals."""
        with self._database.transaction(Use.READ) as connection:
            return rotation.values_per_key(connection)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._database.close()

    def _reading(self, answer: Answer) -> Reader:
        def ask(question: Question) -> Any:
            with self._database.transaction(Use.READ) as connection:
                return answer(connection, question)

        return ask

    def _keeping(self, answer: Answer) -> Reader:
        read = self._reading(answer)

        def ask(question: Any) -> Any:
            version = self._database.version()
            kept = self._kept.get(question, version)
            if kept is NOT_KEPT:
                kept = read(question)
                self._kept.put(question, version, kept)
            return kept

        return ask

    def _writing(self, answer: Answer) -> Reader:
        def ask(question: Question) -> Any:
            use = Use.WRITE_DURABLY if question.durable else Use.WRITE
            with self._database.transaction(use) as connection:
                return answer(connection, question)

        return ask

    def _find_identity(self) -> Identity | None:
        with self._database.transaction(Use.READ) as connection:
            return identity.find_identity(connection)

    def _first_identity(self, name: str, type: str, url: str) -> Identity:  # noqa: A002
        key = new_key()  # slow, so before the lock is taken
        fresh = identity.new_identity(name, type, url)
        with self._database.transaction(Use.WRITE_DURABLY) as connection:
            return identity.establish(connection, fresh, key, self._sealing, self._clock())

    def _try_the_keys(self) -> None:
        if self._find_identity() is not None:
            self.answer(OurKey())
