"""The page about the ways shows the table by which the journeys are made."""

from __future__ import annotations

import re

from applinks import mechanisms
from docs.pages import ROOT
from journeys.ways import TABLE, WAYS

PAGE = (ROOT / "docs/reference/ways.md").read_text()
CELL = re.compile(r"✓|– \[\^(\w+)\]")


def rows(head: str) -> list[list[str]]:
    """The cells of the table that begins with that heading, without heading and rule."""
    lines = PAGE[PAGE.index(f"| {head} |") :].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in (lines[0], *lines[2:])]


def footnotes() -> dict[str, str]:
    told = re.findall(r"^\[\^(\w+)\]: (.+?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    return {name: " ".join(reason.split()) for name, reason in told}


def test_the_page_shows_which_journey_is_made_by_which_way_and_why_not_by_others():
    (_, *ways), *journeys = rows("Journey")
    assert tuple(ways) == WAYS
    notes, shown = footnotes(), {}
    for journey, *cells in journeys:
        marks = {way: CELL.fullmatch(cell) for way, cell in zip(ways, cells, strict=True)}
        shown[journey] = {way: notes[mark[1]] for way, mark in marks.items() if mark[1]}
    assert list(shown.items()) == list(TABLE.items())
    assert set(notes.values()) == {reason for reasons in TABLE.values() for reason in reasons.values()}


def test_the_page_names_every_way_that_there_is_in_the_order_in_which_they_are_tried():
    _, *ways = rows("Way")
    assert [way.strip("`") for way, *_ in ways] == list(WAYS) == list(mechanisms.TABLE)
