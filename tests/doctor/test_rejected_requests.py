"""Requests that are refused by a real server, one for each class of difference: the explanation names the class."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from applinks import AsyncAppLinks
from applinks.store.refusals import RefusedRequests
from doctor.corrupting import CASES, Case
from doctor.server import Callee, consumer_key, serving
from generated.raw import on_the_wire
from journeys.people import Directory


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


def test_the_asynchronous_face_says_the_same(callee: Callee) -> None:
    case = next(case for case in CASES if case.name == "path decoded")
    raw, _ = case.raw(consumer_key(case))
    callee.send(raw)
    database = callee.applinks.settings.database

    async def ask() -> tuple[str, str]:
        async with AsyncAppLinks(database, people=Directory()) as applinks:
            (kept, *_) = await applinks.refusals(case.name)
            pasted = await applinks.explain_request(on_the_wire(raw).decode("latin-1"))
            return (await applinks.explain_refusal(kept.id)).difference, pasted.difference

    assert asyncio.run(ask()) == (case.name, case.name)


def test_what_cannot_be_kept_changes_nothing_of_the_refusal(callee: Callee, monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in CASES if case.name == "scheme")

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(RefusedRequests, "keep", broken)
    monkeypatch.setattr(RefusedRequests, "is_due", lambda *_: True)
    raw, _ = case.raw(consumer_key(case))
    assert (callee.send(raw).status, callee.send(raw).problem) == (401, "signature_invalid")
    callee.applinks.refusals()
