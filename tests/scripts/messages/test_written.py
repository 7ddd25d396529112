"""A message as its reader gets it: their language, no tricks, addresses that lead somewhere or nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.scripts import Severity, Words, load_catalogue
from applinks.scripts.messages.written import LONGEST_LINE, one_line, plain, usable, write
from scripts.told import URL, letter, message
from web.hostile import ADDRESSES

CATALOGUE = load_catalogue()
TOLD = {"user": "Alice", "script": "publish", "link": "Wiki", "attempt": "POST rest/api/content"}


def test_words_are_filled_in_the_language_of_the_reader() -> None:
    told = message("", words=Words.CONSENT_NEEDED, told=TOLD, address="/consent?user=alice")
    written = write(told, "de-AT", CATALOGUE)
    assert written.title == "Wiki braucht Ihre Zustimmung"
    assert "POST rest/api/content" in written.text
    assert (written.action, written.address) == ("Zustimmen", "/consent?user=alice")


@pytest.mark.parametrize(
    ("words", "address", "expected"),
    [
        (Words.CONSENT_NEEDED, f"{URL}/authorize?a=b", f"{URL}/authorize?a=b&return_to=%2Fbrowse%2FOPS-1%3Fx%3D1"),
        (Words.CONSENT_NEEDED, "/authorize", "/authorize?return_to=%2Fbrowse%2FOPS-1%3Fx%3D1"),
        (Words.CONSENT_NEEDED, None, None),
        (Words.RUN_FAILED, f"{URL}/runs/7", f"{URL}/runs/7"),
        (None, "https://wiki.example.com/page", "https://wiki.example.com/page"),
    ],
)
def test_from_where_consent_is_given_one_comes_back(words: Words | None, address: str | None, expected: str | None) -> None:
    written = write(message(words=words, told=TOLD, address=address), "", CATALOGUE)
    assert written.returning_to("/browse/OPS-1?x=1") == expected


@pytest.mark.parametrize("severity", Severity)
def test_a_text_without_words_is_shown_under_a_title_of_its_severity(severity: Severity) -> None:
    written = write(message("{script} is a text", severity=severity), "", CATALOGUE)
    assert written.text == "{script} is a text"
    assert written.title == CATALOGUE.languages["en"][severity].title


@pytest.mark.parametrize(("text", "shown"), [("kept", "kept"), ("", "gone-since")])
def test_a_message_whose_words_are_gone_still_says_something(text: str, shown: str) -> None:
    assert write(message(text, words="gone-since"), "", CATALOGUE).text == shown


@pytest.mark.parametrize("address", [*ADDRESSES, "//evil.example", "/\\evil.example", "/a b", "relative", ""])
def test_an_address_that_browsers_might_read_otherwise_is_none(address: str) -> None:
    """T-46, T-47."""
    assert usable(address) is None
    assert usable(address, URL) is None


def test_a_path_of_ours_becomes_a_whole_address_for_those_outside() -> None:
    assert usable("/base/runs/7?x=1") == "/base/runs/7?x=1"
    assert usable("/base/runs/7?x=1", URL) == "https://tracker.example.com/base/runs/7?x=1"
    assert usable("https://wiki.example.com/x", URL) == "https://wiki.example.com/x"
    assert usable(None, URL) is None


def test_text_keeps_its_lines_and_loses_what_nobody_sees() -> None:
    """T-48, T-67."""
    assert plain("a\r\nb\u2028c\x1b[2J\u202e\x00\td") == "a\nb\nc[2J d"
    assert plain("می\u200cخواهم") == "می\u200cخواهم"


@given(st.text())
def test_one_line_is_one_line_and_not_long(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert len(line) <= LONGEST_LINE
    assert line == line.strip()


def test_what_others_wrote_cannot_break_the_title() -> None:
    told = {**TOLD, "link": "Wiki\r\nBcc: all@example.com"}
    written = write(message(words=Words.CONSENT_NEEDED, told=told), "", CATALOGUE)
    assert written.title == "Wiki Bcc: all@example.com needs your consent"


def test_the_id_of_a_letter_is_that_of_its_message() -> None:
    assert letter(number=4).id == letter(number=4, text="other").id == "message-4"
