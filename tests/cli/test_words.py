"""What the commands share: options, and printing that no stored value can abuse."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.cli.words import check_text, line_from_stdin, opened, show, table, whoever_runs_this
from applinks.errors import ConfigurationError

ANY_TEXT = st.text(st.characters(), max_size=30)
"""Every character there is: controls, marks that turn the writing direction, halves of surrogate pairs."""
ANY_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=10,
)


def shown(data, *lines, as_json=False):
    with redirect_stdout(io.StringIO()) as out:
        show(data, *lines, as_json=as_json)
    return out.getvalue()


@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_so_many_lines_are_printed_as_were_meant_and_each_is_printable(lines):
    """T-67"""
    written = shown(None, *lines).removesuffix("\n").split("\n")
    assert len(written) == len(lines)
    assert all(line.isprintable() for line in written)


@given(ANY_DATA)
def test_data_is_one_printable_line_of_json_that_reads_back_the_same(data):
    """T-67"""
    written = shown(data, as_json=True).removesuffix("\n")
    assert written.isprintable()
    assert json.loads(written) == data


def test_plain_letters_of_any_script_are_printed_as_they_are():
    assert shown(None, "Émile → 東京") == "Émile → 東京\n"
    assert shown({"name": "Émile 東京"}, as_json=True) == '{"name": "Émile 東京"}\n'


def test_words_are_not_printed_with_data_nor_data_with_words():
    assert shown({"a": 1}, "words", as_json=True) == '{"a": 1}\n'
    assert shown({"a": 1}, "words") == "words\n"


def test_what_json_does_not_know_is_printed_as_text():
    assert shown({"day": date(2030, 1, 2)}, as_json=True) == '{"day": "2030-01-02"}\n'


def test_columns_are_as_wide_as_their_widest_cell_and_end_without_blanks():
    assert table([("name", "type", ""), ("Wiki", "confluence", "x"), ("A", "", "")]) == [
        "name  type",
        "Wiki  confluence  x",
        "A",
    ]


def test_columns_stay_columns_around_a_cell_that_must_be_escaped():
    """T-67"""
    first, second = table([("\x1b[2J", "x"), ("", "y")])
    assert first == r"\x1b[2J  x"
    assert first.index("x", 6) == second.index("y")


def test_the_name_for_the_record_is_the_one_said_else_that_of_whoever_runs_the_command(monkeypatch):
    monkeypatch.setenv("LOGNAME", "ops")
    assert whoever_runs_this("ada") == "ada"
    assert whoever_runs_this(None) == "ops"


@pytest.mark.parametrize("nothing", [None, ""])
def test_there_is_no_record_without_a_name(monkeypatch, nothing):
    monkeypatch.setenv("LOGNAME", "ops")
    assert whoever_runs_this(nothing) == "ops"


# ---- standard input


def typed(monkeypatch, data: bytes, errors: str = "strict") -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8", errors=errors))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\r\ntwo", ["one", "two"]),
        (b" blanks stay \n", [" blanks stay ", ""]),
        ("pässword\n".encode(), ["pässword", ""]),
    ],
)
def test_lines_of_standard_input_come_one_by_one_without_their_ends(monkeypatch, data, lines):
    typed(monkeypatch, data)
    assert [line_from_stdin("A line") for _ in lines] == lines


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_line_that_is_no_text_is_named_and_not_repeated(monkeypatch, errors):
    """T-66"""
    typed(monkeypatch, b"canary\xff\n", errors)
    with pytest.raises(ConfigurationError, match=r"^The password is no text in UTF-8\.") as refused:
        line_from_stdin("The password")
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.text())
def test_whatever_can_be_written_in_utf_8_is_text(text):
    check_text(text, "It")


# ---- the database


@pytest.mark.parametrize("said", [None, "sqlite:///slip.db"])
def test_a_database_that_is_not_there_is_not_made(tmp_path, monkeypatch, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("APPLINKS_DATABASE", raising=False)
    monkeypatch.setenv("APPLINKS_URL", "https://forge.example.com")
    with pytest.raises(ConfigurationError, match="There is no database"):
        opened(said)
    assert list(tmp_path.iterdir()) == []
