"""What the tests of scripts share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.one_pass import Passes, passes


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Passes]:
    """An application with scripts that run in this process."""
    path, modules = list(sys.path), set(sys.modules)
    with passes(tmp_path) as made:
        yield made
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("applinks_scripts"):
            del sys.modules[name]
