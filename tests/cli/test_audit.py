"""`applinks audit`: shows the records, and checks them against what was noted elsewhere."""

from __future__ import annotations

import re
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from applinks.audit import Entry, WriteDown

FIELDS = [
    "kind", "outcome", "subject", "actor", "reason", "link", "mechanism", "request", "status", "checks", "changes",
    "explanation",
]  # fmt: skip


def write(applinks, outcome="done", **facts):
    applinks.answer(WriteDown(Entry(**{"kind": "link changed", "outcome": outcome, **facts})))


def noted(run) -> str:
    """The head, as `verify` prints it for noting."""
    return run("audit", "verify").out.removeprefix("Intact up to ").strip()


def change(files: Path, statement: str) -> None:
    with sqlite3.connect(files / "applinks.db") as connection:
        connection.execute(statement)
    connection.close()


# ---- list


def test_the_newest_records_come_first_with_who_as_whom_and_why(run, applinks):
    request = "POST https://wiki.example.com/rest/api/space"
    why = "space for OPS-1"
    write(applinks, "answered", kind="call", subject="deployment", actor="alice", reason=why, link="Wiki", request=request)
    header, newest, oldest = run("audit", "list").out.splitlines()
    assert header.split() == ["when", "what", "as", "really", "link", "request", "outcome", "reason"]
    assert re.split(" {2,}", newest)[1:] == [
        "call",
        "deployment",
        "alice",
        "Wiki",
        request,
        "answered",
        why,
    ]
    assert oldest.split()[2:] == ["link", "made", "root", "root", "Wiki", "-", "done", "-"]


def test_as_data_each_record_has_its_number_its_time_and_its_entry(run, applinks):
    write(applinks, subject="root", checks=(("level", "good"),))
    data = run("audit", "list", "--json").data
    assert [record["sequence"] for record in data] == [2, 1]
    for record in data:
        assert list(record) == ["sequence", "time", "entry"]
        assert list(record["entry"]) == FIELDS
    assert (data[0]["entry"]["subject"], data[0]["entry"]["checks"]) == ("root", [["level", "good"]])


def test_as_many_records_are_shown_as_were_asked_for(run, applinks):
    for number in range(25):
        write(applinks, str(number))
    assert len(run("audit", "list", "--json").data) == 20
    assert [record["entry"]["outcome"] for record in run("audit", "list", "-n", "2", "--json").data] == ["24", "23"]
    assert len(run("audit", "list", "--limit", "100").out.splitlines()) == 27


@pytest.mark.parametrize("limit", ["0", "10001", "all"])
def test_a_limit_that_is_no_bearable_number_is_refused(run, files, limit):
    assert "--limit" in run("audit", "list", "--limit", limit, status=2).err


def test_a_record_cannot_begin_a_line_or_speak_to_the_terminal(run, applinks):
    """T-67"""
    write(applinks, subject="alice\x1b[1A\x1b[2K", reason="why\n2026-01-01 00:00:00  link made  root", link="\u202eikiW")
    out = run("audit", "list").out
    assert len(out.splitlines()) == 3
    assert all(line.isprintable() for line in out.splitlines())
    assert r"alice\x1b[1A\x1b[2K" in out
    raw = run("audit", "list", "--json")
    assert raw.out.removesuffix("\n").isprintable()
    assert raw.data[0]["entry"]["subject"] == "alice\x1b[1A\x1b[2K"


# ---- verify


def test_an_untouched_record_is_intact_and_says_what_to_note(run, applinks):
    verdict = applinks.verify_audit()
    assert run("audit", "verify").out == f"Intact up to 1:{verdict.head.digest}\n"
    head = {"sequence": 1, "digest": verdict.head.digest}
    assert run("audit", "verify", "--json").data == {"head": head, "broken": None, "problem": None}


def test_where_nothing_was_written_yet_there_is_nothing_to_break(run):
    run("init", "--url", "https://forge.example.com")
    assert run("audit", "verify").out == "No records yet.\n"
    assert run("audit", "verify", "--json").data == {"head": None, "broken": None, "problem": None}


def test_what_was_noted_still_holds_after_more_was_written(run, applinks):
    head = noted(run)
    write(applinks)
    assert run("audit", "verify", "--noted", head).out.startswith("Intact up to 2:")


def test_a_changed_record_is_named_and_the_command_ends_with_1(run, applinks, files):
    """T-68"""
    write(applinks)
    change(files, "UPDATE audit SET entry = replace(entry, 'root', 'bob') WHERE sequence = 1")
    assert run("audit", "verify", status=1).out == "Broken at record 1: the entry was changed, moved or added\n"
    data = run("audit", "verify", "--json", status=1).data
    assert data == {"head": None, "broken": 1, "problem": "the entry was changed, moved or added"}


def test_an_older_copy_put_back_as_a_whole_contradicts_what_was_noted_and_nothing_else(run, applinks, files, tmp_path):
    """T-68"""
    applinks.close()
    older = shutil.copytree(files, tmp_path / "older")
    write(applinks)
    head = noted(run)
    applinks.close()
    shutil.copytree(older, files, dirs_exist_ok=True)  # at the same place, where it is no copy
    assert run("audit", "verify").out.startswith("Intact up to 1:")
    ran = run("audit", "verify", "--noted", head, status=1)
    assert ran.out == "Broken at record 2: the entry is missing: a later one was noted\n"


def test_another_record_under_the_number_that_was_noted_is_found(run, files):
    """T-68"""
    ran = run("audit", "verify", "--noted", f"1:{'0' * 64}", status=1)
    assert ran.out == "Broken at record 1: the entry is not the one that was noted\n"


@pytest.mark.parametrize("words", ["", "17", "17:", ":abc", "x:abc", "-1:abc", "1.5:abc", "²:abc", f"{'9' * 5000}:abc"])
def test_what_is_no_note_is_refused_and_never_taken_for_none(run, files, words):
    """T-68: an empty text is what a script hands over whose note is gone."""
    ran = run("audit", "verify", "--noted", words, status=1)
    assert ran.err.splitlines() == [
        f"applinks: {words!r} is no number and digest.",
        "  → Say it like 17:3f2a…, as it was told when they were verified.",
    ]
    assert ran.out == ""


# ---- filters


def test_records_are_found_by_link_kind_person_and_number(run, applinks):
    write(applinks, kind="call", subject="alice", link="Wiki")
    write(applinks, kind="call", subject="deployment", actor="alice", link="Tracker")
    write(applinks, kind="admission", subject="bob", link="Wiki")

    def numbers(*words: str) -> list[int]:
        return [record["sequence"] for record in run("audit", "list", *words, "--json").data]

    assert numbers("--link", "Wiki") == [4, 2, 1]
    assert numbers("--kind", "call") == [3, 2]
    assert numbers("--user", "alice") == [3, 2]
    assert numbers("--user", "alice", "--link", "Wiki") == [2]
    assert numbers("--before", "3", "-n", "1") == [2]
    assert numbers("--kind", "nothing") == []


def test_records_are_found_by_their_time_in_utc_unless_another_zone_is_said(run, applinks):
    (record,) = run("audit", "list", "--json").data
    when = datetime.fromtimestamp(record["time"], UTC)
    hour = timedelta(hours=1)
    for since, until, found in ((-hour, hour, 1), (hour, 2 * hour, 0), (-2 * hour, -hour, 0)):
        words = ("--since", f"{when + since:%Y-%m-%dT%H:%M}", "--until", (when + until).isoformat())
        assert len(run("audit", "list", *words, "--json").data) == found
    assert len(run("audit", "list", "--since", f"{when - 24 * hour:%Y-%m-%d}", "--json").data) == 1


@pytest.mark.parametrize("when", ["yesterday", "", "2026-13-01", "9999999999"])
def test_what_is_no_date_is_refused(run, files, when):
    ran = run("audit", "list", "--since", when, status=1)
    assert ran.err.startswith(f"applinks: {when!r} is no date.")


# ---- show


def test_one_record_is_shown_with_each_value_before_and_after(run, applinks):
    """B-29"""
    applinks.change_link("Wiki", outgoing="disabled", by="root")
    lines = run("audit", "show", "2").out.splitlines()
    assert lines[0] == "Record 2: link changed"
    assert "  actor      root" in lines
    assert "  changed    outgoing: oauth_impersonation → disabled" in lines
    record = run("audit", "show", "2", "--json").data
    assert record["entry"]["changes"] == [["outgoing", "oauth_impersonation", "disabled"]]


def test_the_checks_of_an_admission_are_lines(run, applinks):
    write(applinks, kind="admission", subject="bob", checks=(("time", "ok"), ("policy", "no\x1b[2J")))
    lines = run("audit", "show", "2").out.splitlines()
    assert "  checked    time: ok" in lines
    assert r"  checked    policy: no\x1b[2J" in lines


def test_a_record_that_is_not_there_is_an_error(run, files):
    assert run("audit", "show", "7", status=1).err.startswith("applinks: There is no record 7.")


# ---- export


def test_an_export_is_all_records_in_order_with_a_head_that_can_be_noted(run, applinks):
    """T-68"""
    write(applinks, subject="alice")
    data = run("audit", "export").data
    assert [record["sequence"] for record in data["records"]] == [1, 2]
    head = f"{data['head']['sequence']}:{data['head']['digest']}"
    assert run("audit", "verify", "--noted", head).out == f"Intact up to {head}\n"
    assert run("audit", "export", "--format", "csv").out.splitlines()[-1].startswith(f'"2","","head","{head[2:]}"')


def test_an_export_of_a_span_leaves_out_the_rest(run, applinks):
    data = run("audit", "export", "--since", "2999-01-01").data
    assert (data["records"], data["head"]["sequence"]) == ([], 1)


def test_another_format_is_refused_by_name(run, files):
    assert run("audit", "export", "--format", "xml", status=1).err.startswith("applinks: Records cannot be exported as 'xml'.")
