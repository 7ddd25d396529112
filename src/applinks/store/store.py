"""The store: answers what the rooms ask, from one database that several processes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from applinks import clock as clocks
from applinks.audit import AuditHead, AuditSpan, AuditTrail, VerifyAudit, WriteDown
from applinks.incoming import (
    AutomationTokenOf,
    AutomationTokens,
    KeepAutomationToken,
    KeepRefusal,
    NoteUse,
    RefusalOf,
    Refusals,
    RevokeAutomationToken,
    SpendNonce,
)
from applinks.links import (
    BecomeAnother,
    ChangeLinkId,
    ComparisonOf,
    ConsentsHeld,
    CountWrongVerifier,
    DanceOf,
    Decide,
    EndDance,
    EntityLinks,
    FactsFor,
    ForgetToken,
    GrantOfToken,
    GrantsGiven,
    HoldsSecret,
    Identity,
    IsOurStamp,
    KeepComparison,
    KeepDance,
    KeepRequestToken,
    KeepSecret,
    KeepToken,
    LinkById,
    LinkByName,
    LinkOfAccount,
    LinkOfConsumer,
    Links,
    NotePlace,
    NoticePlace,
    OurKey,
    OurKeys,
    RememberParameter,
    RemoveEntityLink,
    RemoveLink,
    RenewGrant,
    RequestTokenOf,
    RetireKeys,
    RevokeGrant,
    RotateKey,
    SaveEntityLink,
    SaveLink,
    SecretOf,
    SpendRequestToken,
    Stamp,
    Suspension,
    TakeTurn,
    VerdictOf,
    WhoWeAre,
    new_key,
)
from applinks.questions import Question
from applinks.store import comparisons, entities, identity, links, rotation, scripts, staff
from applinks.store.automation import AutomationTokensKept
from applinks.store.backup import Backup, write_backup
from applinks.store.database import Database, Use, failing_as_unavailable
from applinks.store.grants import Grants
from applinks.store.grouping import Grouped
from applinks.store.identity import Keys
from applinks.store.kept import NOT_KEPT, Kept
from applinks.store.opening import is_new, nothing_there, open_database
from applinks.store.refusals import RefusedRequests
from applinks.store.renaming import Renaming
from applinks.store.replay import spending_at
from applinks.store.schema import bring_up_to_date
from applinks.store.sealing import Sealing
from applinks.store.secrets import Secrets
from applinks.store.spending import Spending
from applinks.store.tokens import Tokens
from applinks.store.trail import Trail

Answer = Callable[[Connection, Any], Any]
"""`answer(connection, question)`, inside a transaction."""
Reader = Callable[[Any], Any]


class Store:
    """Answers questions; may be used from any thread, and inline from asynchronous code.

    `answers` has one function for each type of question. Where the database fails, an answer is `StoreUnavailable`.
    """

    answers: Mapping[type[Question], Reader]

    def __init__(self, database: Database, sealing: Sealing, nonces: Spending, clock: Callable[[], float]) -> None:
        self._database = database
        self._nonces = nonces
        self._sealing = sealing
        self._clock = clock
        self._kept = Kept()
        parts = _Parts.of(database, sealing, clock)
        scripted = scripts.answers(sealing, clock)
        self._refused = parts.refused
        kept = _kept(parts)
        self._keeps = frozenset(kept)
        self._grouped: Mapping[type[Question], Any] = {SpendNonce: nonces, WriteDown: Grouped(parts.trail)}
        self.answers = {
            **{question: self._keeping(answer) for question, answer in kept.items()},
            **{question: self._reading(answer) for question, answer in {**_read(parts), **scripted.read, **staff.READ}.items()},
            **{
                question: self._writing(answer)
                for question, answer in {**_written(parts), **scripted.written, **staff.WRITTEN}.items()
            },
            **{question: grouped.answer for question, grouped in self._grouped.items()},
            NoticePlace: self._notice_place,
            NotePlace: self._note_place,
            BecomeAnother: self._become_another,
            Stamp: parts.keys.stamp,
            IsOurStamp: parts.keys.is_our_stamp,
            KeepRefusal: self._keep_refusal,
        }

    @classmethod
    def open(
        cls,
        url: str,
        *,
        replay: str | None = None,
        sealing: Sealing | None = None,
        clock: Callable[[], float] = clocks.now,
        create: bool = True,
    ) -> Store:
        """Open the database of this URL; one that is new or of an older version is brought up to date.

        Nonces are spent where `replay` says (`applinks.settings.Settings`). Without `sealing`, the keys are found as
        `Sealing.for_database` says; without `create`, the database must have been used before. Raises `ConfigurationError` if
        it cannot be opened, is of a newer version, or is not the one that the keys belong to; `StoreUnavailable` if a server
        does not answer.
        """
        new = is_new(url)
        if new and not create:
            raise nothing_there(url)
        sealing = sealing or Sealing.for_database(url, new=new)
        with ExitStack() as opened:
            database = open_database(url)
            opened.callback(database.close)
            with failing_as_unavailable(database):
                bring_up_to_date(database)
                nonces = spending_at(replay, database, clock)
                opened.callback(nonces.close)
                store = cls(database, sealing, nonces, clock)
                store._try_the_keys()
            opened.pop_all()
        return store

    def answer(self, question: Question) -> Any:
        """The answer that the question's own description promises."""
        with failing_as_unavailable(self._database):
            return self.answers[type(question)](question)

    async def answer_async(self, question: Question) -> Any:
        """The same, while the event loop goes on where it would be kept waiting."""
        kind = type(question)
        with failing_as_unavailable(self._database):
            if kind in self._grouped:
                return await self._grouped[kind].answer_async(question)
            if kind in self._keeps:
                kept = self._kept.get(question, await self._database.version_async())
                if kept is not NOT_KEPT:
                    return kept
            return await self._database.without_blocking(partial(self.answer, question))

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

    @property
    def sealing(self) -> Sealing:
        """The keys that seal, for another process of this application."""
        return self._sealing

    def rotate(self) -> int:
        """Put a new sealing key first and seal everything with it; how many values that were."""
        return rotation.rotate(self._database, self._sealing)

    def reseal(self) -> int:
        """Seal everything with the first key that is not yet: after the keys were changed by hand, or a rotation broke off."""
        return rotation.reseal(self._database, self._sealing)

    def back_up(self, to: Path) -> Backup:
        """Write a copy into a new file, while others use the database. Raises `ConfigurationError`, `StoreUnavailable`."""
        with failing_as_unavailable(self._database):
            return Backup(to, write_backup(to, self._database.copy_to), str(self._sealing.source))

    def values_per_key(self) -> dict[str, int]:
        """How many stored values each sealing key seals."""
        with self._database.transaction(Use.READ) as connection:
            return rotation.values_per_key(connection)

    async def close_of_this_loop(self) -> None:
        """Close the connections of the event loop that is running."""
        await self._nonces.close_of_this_loop()

    def close(self) -> None:
        """Close the other connections that are not in use."""
        self._nonces.close()
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

    def _keep_refusal(self, question: KeepRefusal) -> None:
        if self._refused.is_due(question):
            self._writing(self._refused.keep)(question)

    def _find_identity(self) -> Identity | None:
        with self._database.transaction(Use.READ) as connection:
            return identity.find_identity(connection)

    def _first_identity(self, name: str, type: str, url: str) -> Identity:  # noqa: A002
        key = new_key()  # slow, so before the lock is taken
        fresh = identity.new_identity(name, type, url)
        with self._database.transaction(Use.WRITE_DURABLY) as connection:
            return identity.establish(connection, fresh, key, self._sealing, self._clock())

    def _notice_place(self, question: NoticePlace) -> Suspension | None:
        here, us = self._database.place(), self._find_identity()
        if us is None or identity.is_settled(us, question, here):
            return None
        with self._database.transaction(Use.WRITE_DURABLY) as connection:
            return identity.notice_place(connection, question, here, self._clock())

    def _note_place(self, _question: NotePlace) -> Identity:
        here = self._database.place()
        with self._database.transaction(Use.WRITE_DURABLY) as connection:
            return identity.note_place(connection, here)

    def _become_another(self, _question: BecomeAnother) -> Identity | None:
        here, key = self._database.place(), new_key()  # slow, so before the lock is taken
        with self._database.transaction(Use.WRITE_DURABLY) as connection:
            return identity.become_another(connection, here, key, self._sealing, self._clock())

    def _try_the_keys(self) -> None:
        if self._find_identity() is not None:
            self.answer(OurKey())


class _Parts(NamedTuple):
    """Those that answer with more than a connection."""

    secrets: Secrets
    tokens: Tokens
    grants: Grants
    trail: Trail
    automation: AutomationTokensKept
    keys: Keys
    refused: RefusedRequests

    @classmethod
    def of(cls, database: Database, sealing: Sealing, clock: Callable[[], float]) -> _Parts:
        """All of them, over the same keys and the same clock."""
        secrets, tokens = Secrets(sealing), Tokens(sealing, clock)
        return cls(
            secrets=secrets,
            tokens=tokens,
            grants=Grants(sealing, clock),
            trail=Trail(database, sealing, clock),
            automation=AutomationTokensKept(clock),
            keys=Keys(sealing, secrets, tokens, clock),
            refused=RefusedRequests(sealing, clock),
        )


def _kept(parts: _Parts) -> dict[type[Question], Answer]:
    """What is read far more often than it changes, and kept in memory."""
    return {
        WhoWeAre: identity.who_we_are,
        OurKey: parts.keys.our_key,
        OurKeys: parts.keys.our_keys,
        FactsFor: parts.keys.facts_for,
        LinkById: links.link_by_id,
        LinkByName: links.link_by_name,
        LinkOfConsumer: links.link_of_consumer,
        LinkOfAccount: links.link_of_account,
        Links: links.all_links,
        SecretOf: parts.secrets.find,
        GrantOfToken: parts.grants.grant_of_token,
        VerdictOf: comparisons.verdict_of,
    }


def _read(parts: _Parts) -> dict[type[Question], Answer]:
    return {
        EntityLinks: entities.entity_links,
        ComparisonOf: comparisons.comparison_of,
        HoldsSecret: parts.secrets.holds,
        ConsentsHeld: parts.tokens.held,
        DanceOf: parts.tokens.dance_of,
        RequestTokenOf: parts.grants.request_token_of,
        GrantsGiven: parts.grants.given,
        AutomationTokenOf: parts.automation.of_digest,
        AutomationTokens: parts.automation.all,
        RefusalOf: parts.refused.find,
        Refusals: parts.refused.all,
        AuditTrail: parts.trail.read,
        AuditHead: parts.trail.head,
        AuditSpan: parts.trail.span,
        VerifyAudit: parts.trail.verify,
    }


def _written(parts: _Parts) -> dict[type[Question], Answer]:
    return {
        RotateKey: parts.keys.rotate,
        RetireKeys: parts.keys.retire,
        SaveLink: links.save_link,
        RemoveLink: links.remove_link,
        SaveEntityLink: entities.save_entity_link,
        RemoveEntityLink: entities.remove_entity_link,
        ChangeLinkId: Renaming(parts.secrets, parts.tokens).change_id,
        RememberParameter: links.remember_parameter,
        KeepComparison: comparisons.keep_comparison,
        KeepSecret: parts.secrets.keep,
        KeepToken: parts.tokens.keep,
        ForgetToken: parts.tokens.forget,
        TakeTurn: parts.tokens.take_turn,
        KeepDance: parts.tokens.keep_dance,
        EndDance: parts.tokens.end_dance,
        KeepRequestToken: parts.grants.keep_request_token,
        Decide: parts.grants.decide,
        CountWrongVerifier: parts.grants.count_wrong_verifier,
        SpendRequestToken: parts.grants.spend_request_token,
        RenewGrant: parts.grants.renew,
        RevokeGrant: parts.grants.revoke,
        KeepAutomationToken: parts.automation.keep,
        RevokeAutomationToken: parts.automation.revoke,
        NoteUse: parts.automation.note_use,
    }
