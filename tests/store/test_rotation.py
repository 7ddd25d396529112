"""A new sealing key while everything goes on (security.md T-71, T-72)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from applinks.audit import Entry, VerifyAudit, WriteDown
from applinks.errors import ConfigurationError
from applinks.links import OurKey
from applinks.store import Sealing, Store, rotation
from applinks.store.database import Use
from applinks.store.sealing import key_id_of
from applinks.store.tables import keys
from store.conftest import on_both


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    opened = open_store()
    opened.identify(name="Ours", type="generic", url="https://ours.test")
    return opened


def more_keys(store: Store, count: int) -> None:
    """Sealed values of other owners."""
    with store._database.transaction(Use.WRITE) as connection:
        for number in range(count):
            name = f"owner {number}"
            sealed = store._sealing.seal(name.encode(), ("keys", "private_key", name))
            connection.execute(keys.insert().values(id=name, private_key=sealed, made_at=0.0))


def file_ids(key_file: Path) -> list[str]:
    return [line.partition(":")[0] for line in key_file.read_text().splitlines()]


@on_both
def test_everything_is_sealed_with_the_new_key_and_still_unseals_t72(
    key_file: Path, store: Store, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "ROWS_AT_ONCE", 4)
    more_keys(store, 9)
    before = store.answer(OurKey()).public
    assert store.rotate() == 10
    new, old = file_ids(key_file)
    assert store.values_per_key() == {new: 10}
    assert new != old
    assert open_store().answer(OurKey()).public == before
    with store._database.transaction(Use.READ) as connection:
        for name, sealed, _ in connection.execute(keys.select().where(keys.c.id.like("owner%"))):
            assert store._sealing.unseal(sealed, ("keys", "private_key", name)) == name.encode()


@on_both
def test_a_rotation_that_broke_off_is_finished_later_t72(store: Store, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "ROWS_AT_ONCE", 2)
    more_keys(store, 5)
    seal, left = Sealing.seal, iter(range(3))

    def break_off(self: Sealing, *arguments: object) -> bytes:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return seal(self, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Sealing, "seal", break_off)
        with pytest.raises(KeyboardInterrupt):
            store.rotate()
    new, old = file_ids(key_file)
    assert store.values_per_key() == {new: 2, old: 4}, "small transactions: the one that broke off left nothing behind"
    assert store.reseal() == 4
    assert store.values_per_key() == {new: 6}
    assert store.reseal() == 0


@on_both
def test_another_running_store_goes_on_with_the_new_key(store: Store, open_store: Callable[[], Store]) -> None:
    running = open_store()
    store.rotate()
    new = key_id_of(store._sealing.seal(b"", ("", "", "")))
    with running._database.transaction(Use.READ) as connection:
        (row,) = connection.execute(keys.select()).all()
    assert running._sealing.unseal(row.private_key, ("keys", "private_key", row.id))
    assert running._sealing.header == store._sealing.header
    assert running.values_per_key() == {new: 1}


@on_both
def test_the_audit_holds_across_a_rotation_while_the_old_key_is_there(url: str, store: Store, key_file: Path) -> None:
    store.answer(WriteDown(Entry(kind="call", outcome="before")))
    store.rotate()
    store.answer(WriteDown(Entry(kind="call", outcome="after")))
    assert store.answer(VerifyAudit()).broken is None
    new_key, _old_key = key_file.read_text().splitlines()
    key_file.write_text(f"{new_key}\n")
    reopened = Store.open(url)
    found = reopened.answer(VerifyAudit())
    reopened.close()
    assert found.broken == 1
    assert "not among the sealing keys" in str(found.problem)


@on_both
def test_a_private_key_moved_into_another_row_is_not_used_t71(store: Store, open_store: Callable[[], Store]) -> None:
    more_keys(store, 1)
    with store._database.transaction(Use.WRITE) as connection:
        (foreign,) = connection.scalars(keys.select().with_only_columns(keys.c.private_key).where(keys.c.id == "owner 0"))
        connection.execute(update(keys).where(keys.c.id != "owner 0").values(private_key=foreign))
    with pytest.raises(ConfigurationError, match="changed or moved"):
        open_store()


def test_our_private_key_lies_nowhere_in_the_clear_s18(store: Store, path: Path) -> None:
    der = store.answer(OurKey()).to_der()
    files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert der not in files
    assert der[40:80] not in files
