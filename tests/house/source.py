"""The files of this repository, as the house tests read them."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "applinks"
DOCS = ROOT / "docs"
TESTS = ROOT / "tests"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def modules() -> list[Path]:
    """All source modules."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def name_of(path: Path) -> str:
    """A source module below the package: `wire/oauth1.py`."""
    return path.relative_to(PACKAGE).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def committed() -> list[Path]:
    """What git has, or would take; without git, everything but what is ignored by name."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    ignored = {".git", ".venv", ".tools", "_build", "__pycache__", "dist", "build"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not ignored & set(path.parts)]


def section(page: Path, heading: str) -> str:
    """The text below a heading of a page, up to the next one of the same or a higher level."""
    text = page.read_text()
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"{page.relative_to(ROOT)} has no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest
