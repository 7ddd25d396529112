from __future__ import annotations

import pytest

from outgoing.far_side import Face, FarSide, Front


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def face(request: pytest.FixtureRequest) -> Face:
    return Face(request.param)


@pytest.fixture
def far_side() -> FarSide:
    return FarSide()


@pytest.fixture
def front(far_side: FarSide) -> Front:
    return Front(far_side)
