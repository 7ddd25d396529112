"""What is committed: nothing of somebody's machine, one version everywhere, hashes on every requirement."""

from __future__ import annotations

import re

import pytest

import applinks
from house.source import DOCS, ROOT, committed, project

HOSTS = re.compile(r"(?i)\b(?:pypi\.org|files\.pythonhosted\.org|test\.pypi|artifactory|nexus\.|jfrog|/simple/)")
PATHS = re.compile(r"(?<![\w./-])(?:/work/|/root/|/Users/|/home/\w+/|[A-Z]:\\\\Users)")
MERGE = re.compile(r"^(?:<{7}|>{7}|={7}$)", re.MULTILINE)


def texts():
    for path in committed():
        if path.suffix not in {".png", ".ico", ".db", ".der"} and path != ROOT / "tests/house/test_files.py":
            yield path, path.read_text(errors="replace")


@pytest.mark.parametrize("pattern", [HOSTS, PATHS, MERGE], ids=["index hosts", "machine paths", "conflict marks"])
def test_no_committed_file_holds(pattern):
    found = [f"{path.relative_to(ROOT)}: {match[0]}" for path, text in texts() if (match := pattern.search(text))]
    assert found == []


def test_every_requirement_is_pinned_and_carries_hashes():
    for name in ("dev.txt", "docs.txt"):
        text = (ROOT / "requirements" / name).read_text()
        entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert entries
        assert all(re.match(r"[a-z0-9._-]+==\S+( ; .*)? \\$", entry) for entry in entries), name
        assert text.count("--hash=sha256:") >= len(entries)
        assert all("--hash=sha256:" in block for block in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:])


def test_no_lock_file_that_names_an_index_is_committed():
    assert not {path.name for path in committed()} & {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock"}


def test_the_version_is_the_same_everywhere():
    version = project()["project"]["version"]
    assert applinks.__version__ == version
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest, "CHANGELOG.md has no version"
    assert newest[1] == version


def test_the_licence_is_there_whole_and_named():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert project()["project"]["license"] == "Apache-2.0"
    assert all((ROOT / name).stat().st_size for name in project()["project"]["license-files"])


def test_every_verb_of_make_is_explained_to_contributors():
    verbs = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    explained = set(re.findall(r"^\| `make ([a-z]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))
    assert verbs == explained


def test_the_readme_begins_with_the_two_commands():
    first_screen = (ROOT / "README.md").read_text().splitlines()[:20]
    assert {"make demo", "make test"} <= {line.partition("  ")[0] for line in first_screen}


def test_every_tool_is_a_script_that_stops_at_the_first_failure():
    for path in (ROOT / "tools").iterdir():
        if path.is_file():
            assert path.read_text().startswith("#!/bin/sh\n"), path.name
            assert "\nset -eu\n" in path.read_text(), path.name
            assert path.stat().st_mode & 0o111, path.name


def test_every_decision_is_numbered_once_and_listed():
    pages = sorted(path.stem for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [page[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    listed = re.findall(r"^(\d{4}-[\w-]+)$", (DOCS / "decisions/index.md").read_text(), re.MULTILINE)
    assert listed == pages
    for page in pages:
        text = (DOCS / "decisions" / f"{page}.md").read_text()
        assert text.startswith(f"# {page[:4]} ")
        assert all(f"**{word}.**" in text for word in ("Context", "Options", "Decision", "Consequences")), page
