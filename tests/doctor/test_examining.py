"""Each cause: a link that works is broken in exactly that way, named, mended by what the remedy says, and works again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from applinks.doctor import Status
from doctor.rigs import RIGS
from doctor.table import TABLE, Row


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Row:
    return request.param


@pytest.fixture
def rig(row: Row, tmp_path: Path) -> Iterator[Any]:
    with RIGS[row.rig](tmp_path) as made:
        if row.prepare is not None:
            row.prepare(made)
        yield made


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.cause, indirect=True)
def test_a_broken_link_is_told_by_its_cause_and_works_again_once_the_remedy_is_followed(row: Row, rig: Any):
    before = rig.examine(row.user)
    assert before.working, before
    row.breaks(rig)
    broken = rig.examine(row.user)
    assert row.cause in broken.names, broken
    (finding,) = [one for one in broken.findings if one.cause.name == row.cause]
    assert finding.certain is row.certain
    assert finding.cause.status in {broken.status, Status.CONFIG_ERROR}
    assert row.says in finding.remedy
    assert broken.status is not Status.CONNECTED
    row.mends(rig, finding)
    mended = rig.examine(row.user)
    assert row.cause not in mended.names, mended
    assert mended.working, mended
