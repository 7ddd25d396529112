"""What the tests of running share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from running.far_side import FarSide, far_side
from running.world import World, world
from scripts.one_pass import Passes, passes


@pytest.fixture
def far() -> Iterator[FarSide]:
    """The other application."""
    with far_side() as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, far: FarSide) -> Iterator[World]:
    """An application on a file."""
    with world(tmp_path, far) as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Passes]:
    """An application whose records are in memory."""
    with passes(tmp_path) as made:
        yield made
