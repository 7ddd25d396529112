"""Encryption at rest (security.md S-18, T-71, T-72)."""

from __future__ import annotations

import itertools
from base64 import b64encode
from pathlib import Path

import pytest

from applinks.errors import ConfigurationError
from applinks.store import Sealing
from applinks.store.sealing import FILE_VARIABLE, VARIABLE, key_id_of

PLACE = ("keys", "private_key", "row 1")
ONE, TWO = b64encode(bytes(32)).decode(), b64encode(b"\1" * 32).decode()


def key_file(path: Path, *lines: str, mode: int = 0o600) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    path.chmod(mode)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        Sealing.from_file(path)
    assert refused.value.remedy
    return str(refused.value)


def test_what_was_sealed_unseals_and_shows_nothing_of_itself() -> None:
    sealing = Sealing.fresh()
    sealed = sealing.seal(b"the private key", PLACE)
    assert b"private" not in sealed
    assert sealing.unseal(sealed, PLACE) == b"the private key"


def test_sealing_twice_gives_two_values() -> None:
    sealing = Sealing.fresh()
    assert sealing.seal(b"same", PLACE) != sealing.seal(b"same", PLACE)


def test_a_value_unseals_only_in_its_own_table_column_and_row_t71() -> None:
    sealing = Sealing.fresh()
    places = [
        ("t", "c", "o"),
        ("t", "c", "p"),
        ("t", "d", "o"),
        ("u", "c", "o"),
        ("tc", "", "o"),
        ("t", "co", ""),
        ("", "tc", "o"),
    ]
    for home, elsewhere in itertools.permutations(places, 2):
        with pytest.raises(ConfigurationError, match="changed or moved"):
            sealing.unseal(sealing.seal(b"secret", home), elsewhere)


def test_a_value_cannot_be_relabelled_with_the_id_of_another_key() -> None:
    sealing = Sealing({"one": bytes(32), "two": bytes(32)})
    sealed = sealing.seal(b"secret", PLACE)
    with pytest.raises(ConfigurationError, match="changed or moved"):
        sealing.unseal(sealed.replace(b"one", b"two", 1), PLACE)


def test_any_changed_byte_is_noticed_t71() -> None:
    sealing = Sealing.fresh()
    sealed = sealing.seal(b"x", PLACE)
    for position in range(len(sealed)):
        broken = sealed[:position] + bytes((sealed[position] ^ 1,)) + sealed[position + 1 :]
        with pytest.raises(ConfigurationError):
            sealing.unseal(broken, PLACE)


@pytest.mark.parametrize("length", range(39))
def test_a_value_that_was_cut_off_is_noticed(length: int) -> None:
    sealing = Sealing.fresh()
    with pytest.raises(ConfigurationError):
        sealing.unseal(sealing.seal(b"x", PLACE)[:length], PLACE)


def test_the_first_key_seals_and_all_unseal_t72() -> None:
    old = Sealing({"old": bytes(32)})
    both = Sealing({"new": b"\1" * 32, "old": bytes(32)})
    assert both.unseal(old.seal(b"secret", PLACE), PLACE) == b"secret"
    assert key_id_of(both.seal(b"secret", PLACE)) == "new"


def test_another_key_of_the_same_id_does_not_unseal() -> None:
    sealed = Sealing({"k": bytes(32)}).seal(b"secret", PLACE)
    with pytest.raises(ConfigurationError, match="not the one that sealed it"):
        Sealing({"k": b"\1" * 32}).unseal(sealed, PLACE)


def test_a_key_that_is_not_there_is_named_with_the_file_it_should_be_in(path: Path) -> None:
    sealed = Sealing({"old-one": bytes(32)}).seal(b"secret", PLACE)
    sealing = Sealing.from_file(key_file(path, f"new:{TWO}"))
    with pytest.raises(ConfigurationError, match=f"'old-one' .* {path}"):
        sealing.unseal(sealed, PLACE)


def test_a_running_process_reads_the_file_again_when_it_meets_a_new_key_t72(path: Path) -> None:
    running = Sealing.from_file(key_file(path, f"old:{ONE}"))
    elsewhere = Sealing.from_file(path)
    new = elsewhere.add_key()
    sealed = elsewhere.seal(b"secret", PLACE)
    assert key_id_of(sealed) == new
    assert running.unseal(sealed, PLACE) == b"secret"
    assert running.header == elsewhere.header


def test_adding_a_key_keeps_the_others_and_the_mode_of_the_file(path: Path) -> None:
    sealing = Sealing.from_file(key_file(path, f"old:{ONE}"))
    new = sealing.add_key()
    lines = path.read_text().splitlines()
    assert [line.partition(":")[0] for line in lines] == [new, "old"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path], "nothing unfinished is left"


def test_adding_a_key_keeps_what_another_process_has_added_meanwhile(path: Path) -> None:
    one, other = Sealing.from_file(key_file(path, f"old:{ONE}")), Sealing.from_file(path)
    first, second = one.add_key(), other.add_key()
    assert [line.partition(":")[0] for line in path.read_text().splitlines()] == [second, first, "old"]


def test_keys_from_a_variable_cannot_be_added_to_and_the_remedy_says_what_to_do() -> None:
    sealing = Sealing.for_database("sqlite:///x.db", {VARIABLE: f"new:{TWO}, old:{ONE}"}, new=True)
    assert key_id_of(sealing.seal(b"", PLACE)) == "new"
    with pytest.raises(ConfigurationError, match="then reseal"):
        sealing.add_key()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_file_that_others_may_open_is_refused_s18(path: Path, mode: int) -> None:
    assert f"chmod 600 {path}" in refusal(key_file(path, f"old:{ONE}", mode=mode))


def test_a_stricter_mode_is_welcome(path: Path) -> None:
    Sealing.from_file(key_file(path, f"old:{ONE}", mode=0o400))


def test_a_missing_file_is_named_and_no_default_takes_its_place_s18(path: Path) -> None:
    assert f"there is no {path}" in refusal(path)
    assert not path.exists()


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["# only a comment"],
        ["old"],
        [f"old:{ONE[:-4]}"],
        [f":{ONE}"],
        [f"o l d:{ONE}"],
        [f"old:{ONE}", f"old:{TWO}"],
        ["old:ä"],
    ],
)
def test_a_file_that_makes_no_sense_is_refused_without_showing_what_is_in_it(path: Path, lines: list[str]) -> None:
    message = refusal(key_file(path, *lines))
    assert str(path) in message
    assert ONE[:20] not in message


def test_comments_and_empty_lines_are_passed_over(path: Path) -> None:
    sealing = Sealing.from_file(key_file(path, "# made by hand", "", f"new:{TWO}", f"old:{ONE}"))
    assert key_id_of(sealing.seal(b"", PLACE)) == "new"


def test_a_new_database_gets_a_key_file_of_its_own_for_its_owner_only(path: Path) -> None:
    first, second = (Sealing.for_database(f"sqlite:///{path}", {}, new=True) for _ in range(2))
    beside = path.with_name("applinks.db.key")
    assert beside.stat().st_mode & 0o777 == 0o600
    assert second.unseal(first.seal(b"secret", PLACE), PLACE) == b"secret"
    assert list(path.parent.iterdir()) == [beside]


def test_a_database_that_exists_gets_no_new_key(path: Path) -> None:
    path.write_bytes(b"something")
    with pytest.raises(ConfigurationError, match=r"applinks\.db\.key"):
        Sealing.for_database(f"sqlite:///{path}", {}, new=False)


@pytest.mark.parametrize("url", ["sqlite:///elsewhere.db", "postgresql://db.test/applinks"])
def test_a_file_that_is_named_holds_the_keys_of_any_database(path: Path, url: str) -> None:
    named = path.with_name("keys")
    with pytest.raises(ConfigurationError, match=f"there is no {named}"):
        Sealing.for_database(url, {FILE_VARIABLE: str(named)}, new=False)
    made = Sealing.for_database(url, {FILE_VARIABLE: str(named)}, new=True)
    found = Sealing.for_database(url, {FILE_VARIABLE: str(named)}, new=False)
    assert found.unseal(made.seal(b"secret", PLACE), PLACE) == b"secret"
    assert named.stat().st_mode & 0o777 == 0o600


def test_keys_from_the_variable_come_before_those_from_a_file(path: Path) -> None:
    both = {VARIABLE: f"one:{ONE}", FILE_VARIABLE: str(path)}
    assert key_id_of(Sealing.for_database("postgresql://db.test/applinks", both, new=True).seal(b"", PLACE)) == "one"
    assert not path.exists()


def test_a_database_on_a_server_needs_to_be_told_where_its_keys_are_s18() -> None:
    with pytest.raises(ConfigurationError, match=f"{FILE_VARIABLE}.*{VARIABLE}"):
        Sealing.for_database("postgresql://db.test/applinks", {}, new=True)


def test_the_audit_key_is_another_one_and_the_same_each_time() -> None:
    sealing = Sealing({"k": bytes(32)})
    assert sealing.audit_key() == sealing.audit_key("k")
    assert sealing.audit_key()[1] not in {bytes(32), Sealing({"k": b"\1" * 32}).audit_key()[1]}


def test_no_repr_tells_a_key(path: Path) -> None:
    sealing = Sealing.from_file(key_file(path, f"old:{TWO}"))
    assert repr(sealing) == f"<Sealing, keys old from {path}>"
