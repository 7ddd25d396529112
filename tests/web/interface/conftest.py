"""An application with data, for each test as if it were its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from putting import forget_place
from web.interface.rig import Rig, filled, opened


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its files, made once, since a key pair takes long."""
    folder = tmp_path_factory.mktemp("interface")
    made = filled(f"sqlite:///{folder}/applinks.db").applinks
    forget_place(made)
    made.close()
    return folder


@pytest.fixture
def made(template: Path, tmp_path: Path) -> Iterator[Rig]:
    shutil.copytree(template, tmp_path / "files")
    made = opened(f"sqlite:///{tmp_path}/files/applinks.db")
    yield made
    made.applinks.close()


@pytest.fixture
def client(made: Rig) -> Iterator[httpx2.Client]:
    """With a token that may change, of ada."""
    with made.client(made.token()) as opened:
        yield opened
