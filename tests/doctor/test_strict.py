"""Each departure from the secure defaults is named if it is looked for, and gone once the remedy is followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from doctor.defaults import DEFAULTS, Departure
from doctor.rigs import RIGS


@pytest.mark.parametrize("row", DEFAULTS, ids=lambda row: row.cause)
def test_a_departure_is_named_and_mended(row: Departure, tmp_path: Path):
    with RIGS[row.rig](tmp_path) as rig:
        assert row.cause not in named(rig)
        row.departs(rig)
        assert rig.examine(None).defaults == ()
        (finding,) = [one for one in rig.examine(None, strict=True).defaults if one.cause.name == row.cause]
        assert finding.certain
        assert row.says in finding.remedy
        row.mends(rig, finding)
        assert row.cause not in named(rig)


def named(rig) -> set[str]:
    return {finding.cause.name for finding in rig.examine(None, strict=True).defaults}
