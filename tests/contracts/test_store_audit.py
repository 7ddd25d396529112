"""The record: kept as it was written, and every later change to it is found (security.md T-68)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from applinks.audit import AuditHead, AuditSpan, AuditTrail, AuditVerdict, Entry, Head, VerifyAudit, WriteDown, Written
from applinks.errors import StoreUnavailable
from applinks.store import Store, trail
from applinks.store.database import Use
from applinks.store.tables import audit, audit_head
from contracts.conftest import Clock

FULL = Entry(
    kind="call",
    outcome="refused",
    subject="alice",
    actor="bob",
    reason="because\r\n\x1b[31m of \0 \ud800 ✓",
    link="Jira",
    mechanism="2LOi",
    request="GET https://jira.test/rest",
    status=401,
    checks=(("signature", "holds"), ("nonce", "used")),
    changes=(("outgoing", "oauth", "disabled"), ("account", None, "svc\r\n"), ("callback", "https://jira.test", None)),
)


def write(store: Store, *entries: Entry) -> None:
    for entry in entries:
        store.answer(WriteDown(entry))


def written(store: Store, count: int) -> None:
    write(store, *(Entry(kind="call", outcome=f"outcome {number}", link="Jira") for number in range(1, count + 1)))


def change(store: Store, *statements: Any) -> None:
    """What somebody does who can write to the database but has no sealing key."""
    with store._database.transaction(Use.WRITE) as connection:
        for statement in statements:
            connection.execute(statement)


def verdict(store: Store, noted: Head | None = None) -> AuditVerdict:
    return store.answer(VerifyAudit(noted))


def test_every_field_is_kept_control_characters_too(store: Store, clock: Clock) -> None:
    write(store, FULL)
    assert store.answer(AuditTrail(limit=1)) == (Written(1, clock.now, FULL),)
    assert all(getattr(FULL, field.name) != field.default for field in fields(Entry) if field.name != "explanation")


def test_the_explanation_is_never_stored(store: Store) -> None:
    write(store, replace(FULL, explanation="POST&https%3A%2F%2Fjira.test&oauth_token%3Dsecret"))
    (kept,) = store.answer(AuditTrail(limit=1))
    assert kept.entry.explanation is None
    with store._database.transaction(Use.READ) as connection:
        assert "oauth_token" not in repr(connection.execute(audit.select()).all())


def test_the_trail_shows_the_newest_first_and_no_more_than_asked_for(store: Store, clock: Clock) -> None:
    for number in range(5):
        clock.now += 1
        write(store, Entry(kind="call", outcome=str(number)))
    assert [(each.sequence, each.entry.outcome) for each in store.answer(AuditTrail(limit=2))] == [(5, "4"), (4, "3")]


def test_the_trail_can_be_narrowed_to_a_link_and_a_kind(store: Store) -> None:
    write(
        store,
        Entry(kind="call", outcome="1", link="Jira"),
        Entry(kind="call", outcome="2", link="Wiki"),
        Entry(kind="admission", outcome="3", link="Jira"),
        Entry(kind="run_as", outcome="4"),
    )

    def outcomes(**which: str) -> list[str]:
        return [each.entry.outcome for each in store.answer(AuditTrail(limit=10, **which))]

    assert outcomes(link="Jira") == ["3", "1"]
    assert outcomes(kind="call") == ["2", "1"]
    assert outcomes(link="Jira", kind="call") == ["1"]
    assert outcomes(link="jira") == []


def test_an_empty_record_holds(store: Store) -> None:
    assert verdict(store) == AuditVerdict(head=None)


def test_a_record_that_nobody_touched_holds_over_several_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "_NEXT", trail._NEXT.limit(3))
    written(store, 10)
    write(store, FULL)
    found = verdict(store)
    assert (found.broken, found.problem) == (None, None)
    assert found.head is not None
    assert found.head.sequence == 11


def test_a_time_that_is_a_whole_number_is_verified_as_it_is_read_back(store: Store, clock: Clock) -> None:
    clock.now = 1_800_000_000
    written(store, 1)
    assert verdict(store).broken is None


def swap(store: Store, one: int, other: int) -> None:
    with store._database.transaction(Use.WRITE) as connection:
        rows = {row["sequence"]: dict(row) for row in connection.execute(audit.select()).mappings()}
        connection.execute(delete(audit).where(audit.c.sequence.in_([one, other])))
        connection.execute(audit.insert(), [rows[one] | {"sequence": other}, rows[other] | {"sequence": one}])


TAMPERING: dict[str, tuple[Callable[[Store], None], int]] = {
    "an outcome is flipped": (
        lambda store: change(store, update(audit).where(audit.c.sequence == 3).values(entry='{"kind":"call","outcome":"x"}')),
        3,
    ),
    "a time is moved": (lambda store: change(store, update(audit).where(audit.c.sequence == 2).values(time=1.0)), 2),
    "a link is renamed": (lambda store: change(store, update(audit).where(audit.c.sequence == 2).values(link="Wiki")), 2),
    "a link is taken away": (lambda store: change(store, update(audit).where(audit.c.sequence == 2).values(link=None)), 2),
    "a kind is changed": (lambda store: change(store, update(audit).where(audit.c.sequence == 4).values(kind="run_as")), 4),
    "a digest is changed": (
        lambda store: change(store, update(audit).where(audit.c.sequence == 1).values(digest=bytes(32))),
        1,
    ),
    "the first is dropped": (lambda store: change(store, delete(audit).where(audit.c.sequence == 1)), 1),
    "one is dropped": (lambda store: change(store, delete(audit).where(audit.c.sequence == 3)), 3),
    "one is dropped and the rest renumbered": (
        lambda store: change(
            store,
            delete(audit).where(audit.c.sequence == 3),
            *(update(audit).where(audit.c.sequence == number).values(sequence=number - 1) for number in (4, 5)),
        ),
        3,
    ),
    "two are swapped": (lambda store: swap(store, 2, 4), 2),
    "the last is cut off": (lambda store: change(store, delete(audit).where(audit.c.sequence == 5)), 5),
    "the last two are cut off": (lambda store: change(store, delete(audit).where(audit.c.sequence > 3)), 4),
    "all are cut off": (lambda store: change(store, delete(audit)), 1),
    "the end is cut off and the head follows": (
        lambda store: change(store, delete(audit).where(audit.c.sequence == 5), update(audit_head).values(sequence=4)),
        5,
    ),
    "the end is cut off and the head follows, digest and all": (
        lambda store: change(
            store,
            delete(audit).where(audit.c.sequence == 5),
            update(audit_head).values(sequence=4, digest=select(audit.c.digest).where(audit.c.sequence == 4).scalar_subquery()),
        ),
        5,
    ),
    "the head is removed": (lambda store: change(store, delete(audit_head)), 6),
    "one is added at the end": (
        lambda store: change(
            store,
            audit.insert().values(
                sequence=6, time=1.0, kind="call", entry="{}", digest=bytes(32), key_id=store._sealing.audit_key()[0]
            ),
        ),
        6,
    ),
    "a key is named that nobody has": (
        lambda store: change(store, update(audit).where(audit.c.sequence == 2).values(key_id="gone")),
        2,
    ),
    "one is added before the first": (
        lambda store: change(
            store, text("INSERT INTO audit SELECT 0, time, kind, link, entry, key_id, digest FROM audit LIMIT 1")
        ),
        1,
    ),
    "one is added far before the first": (
        lambda store: change(
            store, text("INSERT INTO audit SELECT -5, time, kind, link, entry, key_id, digest FROM audit LIMIT 1")
        ),
        1,
    ),
    "a head key is named that nobody has": (lambda store: change(store, update(audit_head).values(key_id="gone")), 6),
}


ONLY_SQLITE_LETS_IT_HAPPEN: dict[str, tuple[Callable[[Store], None], int]] = {
    "a digest becomes text": (lambda store: change(store, text("UPDATE audit SET digest = 'x' WHERE sequence = 2")), 2),
    "an entry becomes bytes": (lambda store: change(store, text("UPDATE audit SET entry = x'00' WHERE sequence = 2")), 2),
    "a time becomes text": (lambda store: change(store, text("UPDATE audit SET time = 'x' WHERE sequence = 2")), 2),
    "the head's number becomes text": (lambda store: change(store, text("UPDATE audit_head SET sequence = 'x'")), 6),
    "the head's voucher becomes text": (lambda store: change(store, text("UPDATE audit_head SET voucher = 'x'")), 6),
}
on_sqlite = pytest.mark.parametrize("url", ["in memory", "sqlite"], indirect=True)


@pytest.mark.parametrize("tampering", TAMPERING)
def test_it_is_found_when_t68(store: Store, tampering: str) -> None:
    is_found(store, *TAMPERING[tampering])


@on_sqlite
@pytest.mark.parametrize("tampering", ONLY_SQLITE_LETS_IT_HAPPEN)
def test_it_is_found_when_a_value_of_another_kind_stands_there_t68(store: Store, tampering: str) -> None:
    is_found(store, *ONLY_SQLITE_LETS_IT_HAPPEN[tampering])


def is_found(store: Store, tamper: Callable[[Store], None], first_broken: int) -> None:
    written(store, 5)
    tamper(store)
    found = verdict(store)
    assert found.broken == first_broken, found
    assert found.problem
    assert (found.head.sequence if found.head else 0) == first_broken - 1


@pytest.mark.parametrize("entry", ["'no json'", "'[]'", "'{}'"])
def test_a_row_that_nobody_can_read_is_shown_as_such(store: Store, entry: str) -> None:
    is_shown_as_unreadable(store, entry)


@on_sqlite
def test_so_is_one_that_is_not_even_text(store: Store) -> None:
    is_shown_as_unreadable(store, "x'00ff'")


def is_shown_as_unreadable(store: Store, entry: str) -> None:
    written(store, 2)
    change(store, text(f"UPDATE audit SET entry = {entry} WHERE sequence = 1"))
    newest, tampered = store.answer(AuditTrail(10))
    assert newest.entry.kind != "unreadable"
    assert tampered.entry.kind == "unreadable"


def test_what_was_cut_off_is_called_missing(store: Store) -> None:
    written(store, 5)
    change(store, delete(audit).where(audit.c.sequence > 3))
    assert "missing" in str(verdict(store).problem)


def test_a_single_row_from_another_history_does_not_fit_into_the_chain_t68(store: Store) -> None:
    """Such a row has a good digest of its own; only the next row tells that another one stood there."""
    written(store, 1)
    restore = older_copy(store)
    with store._database.transaction(Use.READ) as connection:
        foreign = dict(connection.execute(audit.select().where(audit.c.sequence == 2)).mappings().one())
    change(store, *restore)
    write(store, *[Entry(kind="call", outcome="what really happened")] * 3)
    assert verdict(store).broken is None
    change(store, update(audit).where(audit.c.sequence == 2).values(foreign))
    assert verdict(store).broken == 3


def older_copy(store: Store) -> list[Any]:
    """Puts back what the record was three entries ago, head and all."""
    with store._database.transaction(Use.READ) as connection:
        head = dict(connection.execute(audit_head.select()).mappings().one())
        last = head["sequence"]
    written(store, 3)
    return [delete(audit).where(audit.c.sequence > last), update(audit_head).values(head)]


def test_an_older_copy_put_back_is_found_only_by_a_head_that_was_noted_elsewhere_t68(store: Store) -> None:
    written(store, 2)
    restore = older_copy(store)
    noted = verdict(store).head
    change(store, *restore)
    assert verdict(store).broken is None, "nothing inside the database can tell"
    assert verdict(store, noted).broken == 3


def test_a_noted_head_contradicts_a_record_written_anew_with_the_keys_t68(store: Store) -> None:
    written(store, 3)
    noted = verdict(store).head
    change(store, delete(audit), delete(audit_head))
    write(store, *[Entry(kind="call", outcome="invented")] * 4)
    assert verdict(store).broken is None, "whoever has the keys can write a record that holds"
    found = verdict(store, noted)
    assert (found.broken, found.problem) == (3, "the entry is not the one that was noted")


def test_a_noted_head_that_agrees_says_nothing(store: Store) -> None:
    written(store, 2)
    noted = verdict(store).head
    written(store, 2)
    assert verdict(store, noted).broken is None


def together(store: Store, *entries: Entry) -> list[Any]:
    """Written down at the same moment; for each None, or why it was not."""

    async def write() -> list[Any]:
        return await asyncio.gather(*(store.answer_async(WriteDown(entry)) for entry in entries), return_exceptions=True)

    return asyncio.run(write())


def numbered(count: int, **more: Any) -> list[Entry]:
    return [Entry(kind="call", outcome=str(number), **more) for number in range(count)]


def test_what_is_written_down_together_is_one_chain_in_the_order_of_asking_t68(store: Store) -> None:
    write(store, FULL)
    assert together(store, *numbered(120)) == [None] * 120
    write(store, FULL)
    kept = store.answer(AuditTrail(limit=1000))[::-1]
    assert [each.sequence for each in kept] == list(range(1, 123))
    assert [each.entry for each in kept[1:-1]] == numbered(120)
    assert verdict(store).broken is None


def test_a_change_among_many_calls_makes_their_write_durable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    uses, transaction = [], store._database.transaction
    monkeypatch.setattr(store._database, "transaction", lambda use: uses.append(use) or transaction(use))
    together(store, *numbered(3))
    together(store, *numbered(3), Entry(kind="link made", outcome="done"), *numbered(3))
    together(store, *numbered(3))
    assert uses == [Use.WRITE, Use.WRITE_DURABLY, Use.WRITE]


def test_an_answer_is_given_only_when_its_row_is_there(store: Store) -> None:
    async def write_and_look(entry: Entry) -> bool:
        await store.answer_async(WriteDown(entry))
        return entry in {each.entry for each in store.answer(AuditTrail(limit=100))}

    async def at_once() -> list[bool]:
        return await asyncio.gather(*map(write_and_look, numbered(20)))

    assert asyncio.run(at_once()) == [True] * 20


def test_where_the_record_cannot_be_written_each_of_them_is_told_and_the_chain_goes_on_t11(store: Store) -> None:
    written(store, 2)
    change(store, text("ALTER TABLE audit_head RENAME TO away"))
    assert [type(each) for each in together(store, *numbered(3))] == [StoreUnavailable] * 3
    with pytest.raises(StoreUnavailable):
        write(store, FULL)
    change(store, text("ALTER TABLE away RENAME TO audit_head"))
    assert together(store, *numbered(3)) == [None] * 3
    found = verdict(store)
    assert (found.broken, found.head and found.head.sequence) == (None, 5)


def numbers(store: Store, **only: Any) -> list[int]:
    return [written.sequence for written in store.answer(AuditTrail(limit=100, **only))]


def test_the_trail_of_a_person_is_what_was_done_as_or_by_them(store: Store) -> None:
    write(
        store,
        Entry(kind="call", outcome="1", subject="alice"),
        Entry(kind="call", outcome="2", subject="deployment", actor="alice"),
        Entry(kind="call", outcome="3", subject="bob", actor="bob", reason='asked by "alice"'),
        Entry(kind="call", outcome="4", subject="alice2"),
        Entry(kind="call", outcome="5", subject="ALICE"),
        Entry(kind="call", outcome="6"),
    )
    assert numbers(store, user="alice") == [2, 1]
    assert numbers(store, user="nobody") == []


@pytest.mark.parametrize("name", ["Émile Ångström", "100%", "a_b", "back\\slash", 'quo"te', "日本", "\ud800", "nul\0"])
def test_a_person_is_found_by_any_name(store: Store, name: str) -> None:
    write(store, Entry(kind="call", outcome="1", subject=name), Entry(kind="call", outcome="2", subject="a-b"))
    assert numbers(store, user=name) == [1]


def test_the_trail_of_a_time_has_both_its_ends(store: Store, clock: Clock) -> None:
    begin = clock.now
    for number in range(5):
        clock.now = begin + number
        write(store, Entry(kind="call", outcome=str(number)))
    assert numbers(store, since=begin + 1, until=begin + 3) == [4, 3, 2]
    assert numbers(store, since=begin + 3) == [5, 4]
    assert numbers(store, until=begin) == [1]


def test_the_next_page_begins_before_the_last_number_of_the_one_before(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "BATCH", 3)
    for number in range(1, 21):
        write(store, Entry(kind="call", outcome="x", subject="alice" if number % 4 == 0 else "bob", reason='"alice"'))
    found, before = list[int](), None
    while page := store.answer(AuditTrail(limit=2, user="alice", before=before)):
        assert len(page) <= 2
        found += [written.sequence for written in page]
        before = found[-1]
    assert found == [20, 16, 12, 8, 4]


def test_a_span_goes_forward_from_a_number_up_to_another(store: Store) -> None:
    written(store, 6)
    span = store.answer(AuditSpan(after=1, limit=10, upto=4))
    assert [each.sequence for each in span] == [2, 3, 4]
    assert [each.sequence for each in store.answer(AuditSpan(after=1, limit=2))] == [2, 3]


def test_the_head_as_it_is_kept_is_the_one_that_a_verdict_tells(store: Store) -> None:
    assert store.answer(AuditHead()) is None
    written(store, 3)
    assert store.answer(AuditHead()) == verdict(store).head


def test_a_changed_value_in_a_record_of_a_change_is_found(store: Store) -> None:
    """T-68"""
    write(store, Entry(kind="link changed", outcome="done", changes=(("outgoing", "disabled", "oauth"),)))
    change(store, text("UPDATE audit SET entry = replace(entry, 'disabled', 'oauth_impersonation')"))
    assert verdict(store).broken == 1


def test_a_record_from_before_changes_were_written_down_reads_as_before_and_holds(store: Store) -> None:
    write(store, Entry(kind="link changed", outcome="done", actor="root"))
    with store._database.transaction(Use.READ) as connection:
        assert "changes" not in connection.execute(select(audit.c.entry)).scalar()
    ((kept,),) = (store.answer(AuditTrail(limit=1)),)
    assert kept.entry == Entry(kind="link changed", outcome="done", actor="root")
    assert verdict(store).problem is None
