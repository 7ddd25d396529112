"""Named operations and addresses of scripts, over real sockets: as the person, on the record, with typed errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from applinks import FarSideError
from applinks.scripts import CallsOf, RunState
from journeys.two_with_scripts import two, until

OFFERS = """
from applinks.scripts import Refuse, operation

@operation()
def create_space(user, log, *, key: str, name: str = "A space"):
    "Creates a space."
    if key == "NO":
        raise Refuse("There is one already.", field="key")
    log.info("created %s", key)
    return {"key": key, "name": name, "by": user.name}

@operation(groups={"releasers"})
def release():
    return "released"
"""
CALLS = """
from applinks.scripts import listener

@listener("changed")
def make(applinks):
    return applinks.link("Wiki").operation("create_space", key="OPS")
"""


def test_an_operation_of_the_other_application_is_one_call(tmp_path: Path):
    with two(tmp_path, CALLS, OFFERS) as (desk, wiki):
        there = desk.applinks.link("Wiki")
        with desk.applinks.acting_as("alice"):
            assert there.operation("create_space", key="DEV") == {"key": "DEV", "name": "A space", "by": "alice"}
            with pytest.raises(FarSideError) as refused:
                there.operation("create_space", key="NO")
            assert (refused.value.status, refused.value.body["code"]) == (422, "refused")
            with pytest.raises(FarSideError) as wrong:
                there.operation("create_space", kay="OPS")
            assert (wrong.value.status, wrong.value.body["code"]) == (400, "parameters-wrong")
            with pytest.raises(FarSideError) as hidden:
                there.operation("release")
            assert hidden.value.status == 404
            listed = there.get("plugins/servlet/applinks/operations").json()["operations"]
            assert [one["name"] for one in listed] == ["create_space"]
        with desk.applinks.acting_as("bob"):
            assert there.operation("release") == "released"
        states = [(run.kind, run.user, run.state) for run in wiki.runs()]
        assert states == [
            ("operation", "alice", RunState.DONE),
            ("operation", "alice", RunState.REFUSED),
            ("operation", "bob", RunState.DONE),
        ]

        desk.changed()
        until(lambda: desk.is_quiet() and len(desk.runs()) == 1)
        (run,) = desk.runs()
        assert run.result == {"key": "OPS", "name": "A space", "by": "alice"}
        (call,) = desk.applinks.answer(CallsOf(run.number))
        assert (call.asked.method, call.status, wiki.runs()[-1].depth) == ("POST", 200, 1)
