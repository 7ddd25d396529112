"""The record as text for others: whole, in order, with its head, and harmless to whoever opens it."""

from __future__ import annotations

import csv
import io
import json
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

from applinks import audit
from applinks.audit import AuditHead, Entry, Export, Head, VerifyAudit, WriteDown, as_word, printable, quoted, said
from applinks.errors import ConfigurationError
from applinks.questions import drive
from applinks.store import Sealing, Store

LEADS = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\n="]


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    with closing(Store.open("sqlite://", sealing=Sealing.fresh(), clock=clock)) as opened:
        yield opened


def write(store: Store, *entries: Entry) -> None:
    for entry in entries:
        store.answer(WriteDown(entry))


def exported(store: Store, format: str, **span: float) -> str:  # noqa: A002
    export, pieces = Export(format, **span), []
    while (piece := drive(export.next_piece(), store.answer)) is not None:
        pieces.append(piece)
    assert drive(export.next_piece(), store.answer) is None
    return "".join(pieces)


def rows(store: Store, **span: float) -> list[list[str]]:
    return list(csv.reader(io.StringIO(exported(store, "csv", **span), newline="")))


def test_as_json_it_is_one_object_with_every_record_in_order_and_the_head(store: Store, clock: Clock) -> None:
    change = ("outgoing", "oauth", None)
    write(store, Entry(kind="link changed", outcome="done", actor="ada", changes=(change,)), Entry(kind="call", outcome="500"))
    data = json.loads(exported(store, "json"))
    assert [record["sequence"] for record in data["records"]] == [1, 2]
    assert data["records"][0]["entry"]["changes"] == [list(change)]
    assert data["records"][0]["time"] == clock.now
    head = store.answer(VerifyAudit()).head
    assert data["head"] == {"sequence": head.sequence, "digest": head.digest}


def test_as_csv_its_first_row_names_the_columns_and_its_last_is_the_head(store: Store) -> None:
    write(store, Entry(kind="call", outcome="answered", subject="alice", status=200, checks=(("time", "ok"), ("level", "ok"))))
    head = store.answer(AuditHead())
    names, record, last = rows(store)
    found = dict(zip(names, record, strict=True))
    assert (found["sequence"], found["time"]) == ("1", "2027-01-15T08:00:00.000+00:00")
    assert (found["kind"], found["subject"], found["status"], found["checks"]) == (
        "call",
        "alice",
        "200",
        "time: ok; level: ok",
    )
    assert last[:4] == ["1", "", "head", head.digest]
    assert len(last) == len(names)


def test_the_head_of_an_export_can_be_noted(store: Store) -> None:
    """T-68"""
    write(store, Entry(kind="call", outcome="1"))
    noted = Head(**json.loads(exported(store, "json"))["head"])
    write(store, Entry(kind="call", outcome="2"))
    assert store.answer(VerifyAudit(noted)).problem is None


def test_where_nothing_was_written_there_is_no_head(store: Store) -> None:
    assert json.loads(exported(store, "json")) == {"records": [], "since": None, "until": None, "head": None}
    assert len(rows(store)) == 1


def test_it_comes_in_pieces_and_goes_up_to_the_head_that_stood_when_it_began(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "EXPORTED_AT_ONCE", 2)
    write(store, *(Entry(kind="call", outcome=str(number)) for number in range(1, 6)))
    export, pieces = Export("json"), []
    while (piece := drive(export.next_piece(), store.answer)) is not None:
        pieces.append(piece)
        write(store, Entry(kind="call", outcome="meanwhile"))
    assert len(pieces) == 5
    data = json.loads("".join(pieces))
    assert [record["entry"]["outcome"] for record in data["records"]] == ["1", "2", "3", "4", "5"]
    assert data["head"]["sequence"] == 5


@pytest.mark.parametrize("format", ["json", "csv"])
def test_a_span_holds_what_was_written_in_it(store: Store, clock: Clock, format: str) -> None:  # noqa: A002
    begin = clock.now
    for number in range(5):
        clock.now = begin + number
        write(store, Entry(kind="call", outcome=f"outcome {number}"))
    text = exported(store, format, since=begin + 1, until=begin + 3)
    assert [f"outcome {number}" in text for number in range(5)] == [False, True, True, True, False]


@pytest.mark.parametrize("lead", LEADS)
def test_no_cell_begins_a_formula(store: Store, lead: str) -> None:
    """T-69"""
    evil = f"{lead}cmd|' /C calc'!A0"
    write(
        store,
        Entry(kind=evil, outcome=evil, subject=evil, actor=evil, reason=evil, link=evil, mechanism=evil, request=evil),
        Entry(kind="call", outcome="x", checks=((evil, evil),), changes=((evil, evil, evil),)),
    )
    for row in rows(store):
        for cell in row:
            parts = [cell, *cell.split(";"), *cell.split("\t")]  # where a spreadsheet reads other separators
            assert not any(part.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠")) for part in parts), cell


def test_quotes_and_separators_in_a_value_stay_in_its_cell(store: Store) -> None:
    """T-69"""
    evil = 'x","=1+1","\r\n"=1+1";=1+1'
    write(store, Entry(kind="call", outcome="done", reason=evil))
    assert [len(row) for row in rows(store)] == [len(rows(store)[0])] * 3
    assert len(exported(store, "csv").splitlines()) == 3


def test_control_characters_of_a_value_reach_no_terminal(store: Store) -> None:
    """T-67"""
    write(store, Entry(kind="call", outcome="done", subject="alice\x1b[2J", reason="\u202eikiW\r\nroot", mechanism="\udc80\0"))
    for format in ("json", "csv"):  # noqa: A001
        assert all(line.isprintable() for line in exported(store, format).split("\r\n" if format == "csv" else "\n"))
    reason = json.loads(exported(store, "json"))["records"][0]["entry"]["reason"]
    assert reason == "\u202eikiW\r\nroot"


def test_what_is_for_the_log_only_is_not_exported(store: Store) -> None:
    """T-66"""
    write(store, Entry(kind="call", outcome="done", explanation="canary-7d1f"))
    for format in ("json", "csv"):  # noqa: A001
        text = exported(store, format)
        assert "canary-7d1f" not in text
        assert "explanation" not in text


HOSTILE = [
    "it's $(id)",
    "`id`",
    "a'; id; '",
    "a b",
    "x\nid",
    "-rf",
    "",
    "$IFS",
    "a\\",
    '"',
    "https://x.example/$(id)&id;'id'",
    "wiki",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_others_call_themselves_is_one_word_of_a_command_that_somebody_pastes(text: str) -> None:
    """T-67: a remedy is made to be pasted, and a name in it may be a linked application's."""
    for written in (quoted(text), as_word(text)):
        assert shlex.split(written, comments=True) == [printable(text)]
        said = subprocess.run(["/bin/sh", "-c", f"printf %s {written}"], capture_output=True, text=True, check=True)
        assert said.stdout == printable(text)
    assert as_word("https://wiki.example.com/base") == "https://wiki.example.com/base"


def test_another_format_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="xlsx"):
        Export("xlsx")


def test_a_change_in_words_has_both_values() -> None:
    assert said((("outgoing", "oauth", "disabled"), ("account", None, "svc"), ("callback", "https://x.test", None))) == (
        "outgoing: oauth → disabled",
        "account: - → svc",
        "callback: https://x.test → -",
    )


def test_a_head_is_read_as_it_is_written():
    head = Head(17, "3f2a" * 16)
    assert Head.read(str(head)) == head
    assert str(head).startswith("17:3f2a")


@pytest.mark.parametrize("noted", ["", "17", "17:", ":3f2a", "x:3f2a", "-1:3f2a", "²:3f2a", "9" * 19 + ":3f2a"])
def test_what_is_no_head_is_refused(noted):
    with pytest.raises(ConfigurationError, match="no number and digest"):
        Head.read(noted)
