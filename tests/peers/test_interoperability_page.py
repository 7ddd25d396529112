"""The page that tells with whom we work says what the tests prove."""

from __future__ import annotations

from pathlib import Path

import pytest

from peers import interoperability

PAGE = Path(__file__).parents[2] / "docs/reference/interoperability.md"


@pytest.mark.parametrize("part", [interoperability.clients, interoperability.providers, interoperability.remarks])
def test_the_page_says_what_the_tests_prove(part: object) -> None:
    """Where it does not, what it should say stands in the failure."""
    assert part() in PAGE.read_text()
