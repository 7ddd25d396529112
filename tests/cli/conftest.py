"""A terminal in this process, and a database that knows who it belongs to and two links."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from applinks import AppLinks
from applinks.audit import Entry, WriteDown
from applinks.cli import main
from in_memory import InMemory, link_to
from putting import forget_place, put


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    out: str
    err: str
    status: int

    @property
    def data(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `applinks` with these words; with another status than the one foreseen, the test fails."""
    for name in ("DATABASE", "URL", "NAME", "TYPE", "MECHANISMS", "PLAIN_HTTP", "REPLAY", "SEALING_KEYS"):
        monkeypatch.delenv(f"APPLINKS_{name}", raising=False)
    monkeypatch.setenv("LOGNAME", "ops")
    monkeypatch.chdir(tmp_path)

    def run(*words: str, stdin: str | bytes = "", status: int = 0) -> Ran:
        typed = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["applinks", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        ran = Ran(*capsys.readouterr(), ended.value.code or 0)
        assert ran.status == status, ran
        return ran

    return run


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of an application that is linked with a wiki, a tracker and another tracker."""
    folder = tmp_path_factory.mktemp("template")
    with AppLinks(f"sqlite:///{folder}/applinks.db", url="https://forge.example.com", name="Forge", type="bitbucket") as made:
        for link in (link_to(InMemory("Wiki", type="confluence")), link_to(InMemory("Tracker")), link_to(InMemory("Archive"))):
            put(made, link)
        made.answer(WriteDown(Entry(kind="link made", outcome="done", subject="root", actor="root", link="Wiki")))
        forget_place(made)
    return folder


@pytest.fixture
def files(template: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of them; `APPLINKS_DATABASE` names it."""
    folder = tmp_path / "files"
    shutil.copytree(template, folder)
    monkeypatch.setenv("APPLINKS_DATABASE", f"sqlite:///{folder}/applinks.db")
    return folder


@pytest.fixture
def applinks(files: Path) -> Iterator[AppLinks]:
    """The same database, as another program has it open."""
    with AppLinks(f"sqlite:///{files}/applinks.db") as opened:
        yield opened
