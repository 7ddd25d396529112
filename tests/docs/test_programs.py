"""The programs that a page tells (files, servers, commands) run as they are printed, on ports and servers of this machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from docs.pages import PAGES, Block, blocks, matches, name_of

BIN = Path(sys.executable).parent
TOLD = {"file", "runs", "starts"}
SERVERS = {
    "postgresql://applinks@db.example.com/wiki": "new_postgresql",
    "valkey://cache.example.com:6379/0": "valkey_server",
}
"""The address that stands on a page → the fixture that gives one of this machine."""
TOOLS = ("curl", "openssl")
PROGRAMS = [page for page in PAGES if any(block.markers.keys() & TOLD for block in blocks(page))]


@pytest.mark.timeout(600)  # a dozen programs are started, perhaps on a busy machine
@pytest.mark.parametrize("page", PROGRAMS, ids=name_of)
def test_the_program_of_a_page_does_what_the_page_says(page: Path, tmp_path: Path, request: pytest.FixtureRequest):
    for tool in TOOLS:
        if any(f"{tool} " in block.code for block in blocks(page) if "runs" in block.markers) and not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    here = _servers_here(page, request) | _free_ports(page)
    printed = None
    with ExitStack() as servers:
        for block in blocks(page):
            code = _moved(block.code, here)
            if "file" in block.markers:
                file = tmp_path / block.markers["file"]
                file.parent.mkdir(exist_ok=True)
                file.write_text(code)
            elif "starts" in block.markers:
                servers.enter_context(_started(block, code, tmp_path))
            elif "runs" in block.markers:
                printed = _output(block, code, tmp_path)
            elif "prints" in block.markers and printed is not None:
                assert matches(printed, code), f"{block.place}: it printed\n{printed}"
                printed = None


def _free_ports(page: Path) -> dict[str, str]:
    """Each port that the page names → one that is free here."""
    named = sorted(set(re.findall(r"\b80\d\d\b", page.read_text())))
    with ExitStack() as stack:
        free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in named]
        return {port: str(taken.getsockname()[1]) for port, taken in zip(named, free, strict=True)}


def _servers_here(page: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """Each server that the page names → one that stands in for it; without one, the test is skipped."""
    named = {address: name for address, name in SERVERS.items() if address in page.read_text()}
    return {address: f"'{request.getfixturevalue(name)}'" for address, name in named.items()}


def _moved(code: str, here: dict[str, str]) -> str:
    for told, actual in here.items():
        code = re.sub(rf"\b{re.escape(told)}\b", lambda _, actual=actual: actual, code)
    return code


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
    return {**kept, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONUNBUFFERED": "1", "COLUMNS": "120"}


@contextmanager
def _started(block: Block, command: str, folder: Path) -> Iterator[None]:
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command.strip()}"],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if re.search(r"running on|serving on", line, re.IGNORECASE):
                break
        else:
            pytest.fail(f"{block.place} did not start:\n{''.join(said)}")
        yield
    finally:
        process.terminate()
        process.communicate()


def _output(block: Block, commands: str, folder: Path) -> str:
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", commands],
        check=False,
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, f"{block.place} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout
