"""The examples of the README and of docs/, as they stand on their pages.

A fenced block may have markers, HTML comments on the lines before it:

- `file: NAME`      a file of the program that the page tells; it is written, not run
- `runs`, `starts`  shell commands that are run, or that start a server
- `prints`          what the block before it printed; `…` stands for anything, and blanks are all alike
- `as: NAME`        somebody acts in this Python
- `raises: NAME`    it must end with that error
- `not run: WHY`    an example that cannot run

All Python without `file` or `not run` is run, in order, page by page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)]
MARKERS = {"file", "runs", "starts", "prints", "as", "raises", "not run"}

_BLOCK = re.compile(
    r"(?P<markers>(?:^<!-- [^\n]* -->\n)*)^```(?P<language>[\w{}-]*)[^\n]*\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_MARKER = re.compile(r"<!-- ([a-z ]+)(?:: (.*))? -->")


@dataclass(frozen=True)
class Block:
    """One fenced block; `markers` says for each marker the word after its colon."""

    page: Path
    line: int
    language: str
    markers: dict[str, str]
    code: str

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """All blocks of a page, in order."""
    text = page.read_text()
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("code"))
        yield Block(page, line, found["language"], dict(_MARKER.findall(found["markers"])), found["code"])


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def matches(printed: str, expected: str) -> bool:
    """Whether that was printed; `…` stands for anything, and blanks are all alike."""
    pattern = re.escape(" ".join(expected.split())).replace("…", ".*?")
    return re.fullmatch(pattern, " ".join(printed.split())) is not None
