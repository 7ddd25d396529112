"""Requests that are refused by a real server, one for each class of difference: the explanation names the class."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from doctor.corrupting import CASES, Case
from doctor.server import Callee, consumer_key, serving
from generated.raw import on_the_wire


@pytest.fixture(scope="module")
def callee(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callee]:
    with serving(tmp_path_factory.mktemp("callee")) as callee:
        yield callee


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_class_of_a_corrupted_request_is_named(callee: Callee, case: Case) -> None:
    raw, base = case.raw(consumer_key(case))
    outcome = callee.send(raw)
    assert outcome.seen is None
    assert outcome.status in {400, 401, 403}
    (refusal, *_) = callee.applinks.refusals(case.name)
    if case.pasted:
        explained = callee.applinks.explain_request(on_the_wire(raw).decode("latin-1"))
    else:
        explained = callee.applinks.explain_refusal(refusal.id)
    assert explained.difference == case.name, (explained, base, explained.theirs and explained.theirs.text)


def test_there_is_a_request_for_at_least_forty_classes() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40
