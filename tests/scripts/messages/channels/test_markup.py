"""What a message says is shown by Jira, Confluence and Bitbucket as it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.scripts.messages.channels import markup
from scripts.told import letter

ADDRESS = "https://tracker.example.com/base/runs/7?a=1&b=2"
EVIL = "[~root] {code}x{code} !http://evil.example/x.png! h1. *b* <b> @root [x](javascript:alert(1)) `y` \\\\ &amp;"


def written(text: str, address: str | None = None):
    return letter(text, address=address).written


def test_jira_tells_the_reader_by_their_name_there() -> None:
    assert markup.jira(written("It is there", ADDRESS), "Alice", "alice.adams") == (
        f"[~alice.adams]: It is there\n\nLook: {ADDRESS}"
    )


def test_bitbucket_tells_the_reader_by_their_name_there() -> None:
    assert markup.bitbucket(written("It is there", ADDRESS), "Alice", "alice") == f"@alice: It is there\n\nLook: {ADDRESS}"


@pytest.mark.parametrize("name", [None, "", "a]b", "root] [~x", "-x", "é", "a b"])
def test_a_name_that_is_not_known_or_could_be_more_than_a_name_mentions_nobody(name: str | None) -> None:
    assert markup.jira(written("x"), "Alice", name) == "Alice: x"
    assert markup.bitbucket(written("x"), "Alice", name) == "Alice: x"


def test_no_mark_of_wiki_notation_is_one() -> None:
    shown = markup.jira(written(EVIL), "[~root]", None)
    assert re.search(r"(?<!\\)[\[\]{}!*~|]", shown) is None
    assert "<" not in shown
    assert shown.startswith(r"\[\~root\]: ")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_markdown_gives_back_what_was_written(text: str) -> None:
    shown = markup.bitbucket(written(text), "Alice", "alice").removeprefix("@alice: ")
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown) == text
    assert re.search(r"(?<!\\)(?:\\\\)*[`*_\[<&@#]", re.sub(r"\\[!-/:-@\[-`{-~]", "", shown)) is None


@given(st.text())
def test_the_storage_format_is_well_formed_and_gives_back_what_was_written(text: str) -> None:
    given_text = written(text)
    shown = ElementTree.fromstring(f"<x>{markup.confluence(given_text, 'Alice <b>')}</x>")
    assert {part.tag for part in shown.iter()} == {"x", "p"}
    assert "\n".join(part.text or "" for part in shown) == f"Alice <b>: {given_text.text}"


def test_confluence_has_a_link_to_what_can_be_done() -> None:
    shown = markup.confluence(written("It is there", ADDRESS), "Alice")
    assert shown == ('<p>Alice: It is there</p><p><a href="https://tracker.example.com/base/runs/7?a=1&amp;b=2">Look</a></p>')


@pytest.mark.parametrize("mark", "[]{}|*!`<>\"'^")
def test_no_address_holds_a_mark(mark: str) -> None:
    shown = markup.jira(replace(written("x"), address=f"{ADDRESS}{mark}"), "Alice", None).rpartition("Look: ")[2]
    assert mark not in shown
    assert shown.startswith(ADDRESS)


@pytest.mark.parametrize("write", [markup.jira, markup.bitbucket])
@pytest.mark.parametrize("sign", "?#")
def test_behind_a_host_without_a_path_there_is_no_mark_either(write: Any, sign: str) -> None:
    """T-46: a comment in the name of the application led to another place than it said."""
    address = f"https://wiki.example{sign}[report|https://evil.example][~root]"
    shown = write(replace(written("x"), address=address), "Alice", None).rpartition("Look: ")[2]
    assert shown.startswith(f"https://wiki.example{sign}%5Breport%7Chttps")
    assert not set("[]|") & set(shown)
