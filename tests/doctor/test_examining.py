"""Each cause: a link that works is broken in exactly that way, named, mended by what the remedy says, and works again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from applinks import Provider
from applinks.doctor import Status
from applinks.links import OurKey, Outgoing
from doctor.rigs import RIGS
from doctor.table import NETWORK, TABLE, Row
from putting import put


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


@pytest.mark.parametrize("row", NETWORK, ids=lambda row: row.cause, indirect=True)
def test_what_goes_wrong_on_the_way_has_the_same_name_in_asynchronous_code(row: Row, rig: Any):
    assert rig.examine_in_a_loop(row.user).working
    row.breaks(rig)
    assert rig.examine_in_a_loop(row.user).names == (row.cause,)
    row.mends(rig, rig.examine_in_a_loop(row.user).findings[0])


def test_all_links_are_examined_one_after_the_other_and_one_that_is_broken_keeps_no_other_from_it(tmp_path: Path):
    with RIGS["two"](tmp_path) as rig:
        rig.applinks.register_link("Away", "http://127.0.0.1:1", provider=Provider(), by="ops")
        found = {diagnosis.link.name: diagnosis.status for diagnosis in rig.applinks.diagnose_all()}
    assert found == {"Away": Status.NETWORK_ERROR, "Tracker": Status.CONNECTED}


def test_both_ends_tell_each_other_how_they_stand(tmp_path: Path):
    with RIGS["two"](tmp_path) as rig:
        told = rig.examine(None).theirs
        assert told is not None
        assert (told.name, told.known_url, told.id) == ("Front", rig.front.url, rig.tracker.applinks.identity.id)
        assert told.fingerprint == rig.applinks.answer(OurKey()).public.fingerprint


def test_another_key_of_ours_that_the_other_end_knows_is_told_from_no_link(tmp_path: Path):
    """It was not told about the new one, and somebody here has said that it was."""
    with RIGS["two"](tmp_path) as rig:
        rig.applinks.rotate_key(announce=False, by="ops")
        assert rig.examine("alice").working
        rig.applinks.use_new_key("Tracker", by="ops")
        broken = rig.examine(None)
        (finding,) = broken.findings
        assert (finding.cause.name, finding.certain) == ("PUBLIC_KEY_CHANGED", True)
        assert broken.theirs.fingerprint != rig.applinks.key_status().fingerprint
        rig.create_again(finding)
        assert rig.examine("alice").status is Status.CONNECTED


def test_while_keys_overlap_nothing_is_wrong(tmp_path: Path):
    """The other end publishes a new key, and calls by the one that we know until it has told us."""
    with RIGS["two"](tmp_path) as rig:
        rig.tracker.applinks.rotate_key(announce=False, by="admin")
        assert rig.examine(None).findings == ()
        rig.tracker.applinks.rotate_key(by="admin")
        assert rig.examine(None).findings == ()


def test_two_answers_about_the_users_are_a_contradiction(tmp_path: Path):
    with RIGS["two"](tmp_path) as rig:
        theirs = rig.theirs()
        put(rig.tracker.applinks, replace(theirs, same_users=replace(theirs.same_users, answer=False)))
        (finding,) = rig.examine(None).findings
        assert finding.cause.name == "LEVEL_MISMATCH"
        assert finding.evidence == "it says that the users are others, and we say the contrary"
        rig.create_again(finding)
        assert rig.examine(None).findings == ()


def test_a_link_that_only_calls_us_is_known_by_what_came_lately(tmp_path: Path):
    with RIGS["two"](tmp_path) as rig:
        put(rig.tracker.applinks, replace(rig.theirs(), application_url="", display_url="", outgoing=Outgoing()))
        assert rig.tracker.applinks.diagnose("Front").status is Status.UNPROVEN
        with rig.applinks.acting_as("alice"):
            rig.applinks.link("Tracker").get("echo")
        assert rig.tracker.applinks.diagnose("Front").status is Status.CONNECTED
