"""The records of what was done, as administrators see them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from applinks.audit import Entry, Written
from applinks.web.administration import records
from applinks.web.administration.links import path_of
from applinks.web.administration.records import AT_ONCE, EXPORT, KINDS, MOST_EXPORTED, VERIFY
from applinks.web.visit import RECORDS
from house.source import DOCS, section
from in_memory import NOW, InMemory, link_to
from web.dom import Dom
from web.visitor import Visitor, at, heading, outcome, said_by

TODAY = f"{datetime.fromtimestamp(NOW, UTC):%Y-%m-%d}"
CALL = Entry("call", "answered", "alice", "root", "a test", link="Wiki", mechanism="2LOi", request="GET /rest", status=200)


@pytest.fixture
def root(tracker: InMemory) -> Visitor:
    return at(tracker, "root")


def wrote(application: InMemory, *entries: Entry) -> None:
    application.entries[:] = entries


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(rf'href="[^"]*{RECORDS}/(\d+)"', text)]


def shown(visitor: Visitor, **query: str) -> list[int]:
    answer = visitor.get(RECORDS, query)
    assert answer.status == 200
    return numbers(answer.body.decode())


def test_each_record_tells_who_as_whom_and_why_over_which_link_and_how_it_ended(tracker, root):
    wrote(tracker, CALL)
    assert "call alice really root a test Wiki answered" in said_by(root.get(RECORDS))


def test_the_newest_are_first_and_the_older_ones_a_page_away(tracker, root):
    wrote(tracker, *[CALL] * (AT_ONCE + 2))
    page = root.get(RECORDS, {"user": "alice"})
    assert numbers(page.body.decode()) == list(range(AT_ONCE + 2, 2, -1))
    (older,) = [link for link in Dom(page.body.decode()).links() if link and "before=" in link]
    page = root.get(RECORDS, older.partition("?")[2])
    assert numbers(page.body.decode()) == [2, 1]
    assert "before=" not in page.body.decode()
    assert f'href="{older.partition("&")[0]}"' in page.body.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"kind": "link made"}, [3]),
        ({"link": "Wiki"}, [3, 1]),
        ({"user": " root "}, [3, 1]),
        ({"user": "bob"}, [4, 2]),
        ({"user": "bob", "kind": "call"}, [2]),
        ({"before": "3"}, [2, 1]),
        ({"since": TODAY, "until": TODAY}, [4, 3, 2, 1]),
        ({"since": "2099-01-01"}, []),
        ({"until": "2000-01-01"}, []),
        ({"link": "wiki"}, []),
    ],
)
def test_only_those_that_are_asked_for_are_shown(tracker, root, query, found):
    wrote(
        tracker,
        CALL,
        Entry("call", "answered", "bob", link="Forge"),
        Entry("link made", "done", actor="root", link="Wiki"),
        Entry("token made", "done", subject="bob"),
    )
    assert shown(root, **query) == found


def test_a_day_ends_where_the_next_one_begins(tracker, root):
    wrote(tracker, CALL)
    midnight = datetime(2026, 2, 1, tzinfo=UTC).timestamp()
    for now, until in [(midnight - 0.5, "2026-01-31"), (midnight, "2026-02-01")]:
        tracker.now = now
        assert shown(root, since=until, until=until) == [1]
    assert shown(root, until="2026-01-31") == []


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"until": "2026-02-30"},
        {"before": "-1"},
        {"before": "9" * 19},
        {"link": "a\x01b"},
        {"user": "a\nb"},
    ],
    ids=str,
)
def test_what_no_record_can_have_is_told_and_nothing_is_looked_up(tracker, root, query):
    wrote(tracker, CALL)
    answer = root.get(RECORDS, "&".join(f"{name}={quoted(value)}" for name, value in query.items()))
    assert outcome(answer) == (400, "Not shown – Records")
    assert "AuditTrail" not in tracker.kinds()


def quoted(value: str) -> str:
    return "".join(f"%{byte:02x}" for byte in value.encode("utf-8", "surrogatepass"))


def test_what_was_asked_for_stays_in_the_form(tracker, root):
    page = root.get(RECORDS, {"kind": "strange", "link": "Wiki", "since": "2026-01-31"}).body.decode()
    assert '<option value="strange" selected>' in page
    assert 'value="Wiki"' in page
    assert 'type="date" name="since" id="since" value="2026-01-31"' in page


def test_every_kind_of_record_can_be_asked_for():
    text = section(DOCS / "reference/audit.md", "Kinds")
    assert sorted(KINDS) == sorted(
        kind for row in re.findall(r"^\| (`.+?`) \|", text, re.MULTILINE) for kind in re.findall("`([^`]+)`", row)
    )


@pytest.mark.parametrize(
    ("entry", "good"),
    [
        (CALL, True),
        (Entry("call", "answered", status=500), False),
        (Entry("call", "timestamp_refused", status=401), False),
        (Entry("admission", "admitted"), True),
        (Entry("admission", "refused: no"), False),
        (Entry("run_as", "refused"), False),
        (Entry("run_as", "begun"), True),
        (Entry("token made", "'x', reads only"), True),
    ],
)
def test_what_did_not_end_well_is_seen_at_once(tracker, root, entry, good):
    wrote(tracker, entry)
    assert ('class="bad"' in root.get(RECORDS).body.decode()) is not good


def test_one_record_is_told_with_all_that_it_holds(tracker, root):
    checks, changes = (("examine", "ok"), ("find_person", "nobody")), (("name", None, "Wiki"), ("users", "alice", None))
    wrote(tracker, Entry("admission", "refused", "alice", "root", "why", "Wiki", "2LOi", "GET /x", 401, checks, changes))
    page = root.get(f"{RECORDS}/1")
    assert outcome(page) == (200, "Record 1")
    text = said_by(page)
    for words in (
        "Record 1: admission",
        "As alice Really root Reason why Link Wiki Mechanism 2LOi Request GET /x Status 401 Outcome refused",
        "examine ok find_person nobody",
        "name – Wiki users alice –",
    ):
        assert words in text


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "1x", "9" * 30, "²"])
def test_a_number_that_no_record_has_is_no_page(tracker, root, number):
    wrote(tracker, CALL)
    assert root.get(f"{RECORDS}/{quoted(number)}").status == 404


def verified(visitor: Visitor, noted: str):
    return visitor.post(VERIFY, {**Dom(visitor.get(VERIFY).body.decode()).fields(), "noted": noted})


def test_verifying_tells_the_verdict_and_the_head_to_note(tracker, root):
    wrote(tracker, CALL, CALL)
    head = f"2:{'d' * 64}"
    for noted in ("", f" {head} "):
        text = said_by(verified(root, noted))
        assert "All 2 records are as they were written. Note this elsewhere" in text
        assert head in text


def test_a_record_that_does_not_hold_is_told_with_its_number(tracker, root):
    wrote(tracker, CALL, CALL)
    text = said_by(verified(root, f"2:{'e' * 64}"))
    assert "The records do not hold at number 2: it is another one." in text
    assert "Up to here they hold" in text


def test_nothing_can_be_verified_before_anything_was_done(tracker, root):
    wrote(tracker)
    assert "There are no records yet." in said_by(verified(root, ""))


def test_a_head_that_is_none_is_not_looked_for(tracker, root):
    answer = verified(root, "seventeen")
    assert answer.status == 400
    assert "'seventeen' is no number and digest. Say it like 17:3f2a…" in said_by(answer)
    assert "VerifyAudit" not in tracker.kinds()


@pytest.mark.parametrize(("format_", "kind"), [("json", "application/json"), ("csv", "text/csv; charset=utf-8")])
def test_records_are_exported_as_a_file(tracker, root, format_, kind):
    wrote(tracker, CALL, CALL)
    answer = root.get(EXPORT, {"format": format_})
    assert (answer.status, answer.header("content-type")) == (200, kind)
    assert answer.header("content-disposition") == f'attachment; filename="records.{format_}"'
    assert answer.header("cache-control") == "no-store"
    assert b"d" * 64 in answer.body
    if format_ == "json":
        assert [one["sequence"] for one in json.loads(answer.body)["records"]] == [1, 2]
    else:
        assert len(answer.body.splitlines()) == 1 + 2 + 1


def test_an_export_is_of_the_days_that_are_shown(tracker, root):
    wrote(tracker, CALL)
    page = root.get(RECORDS, {"since": "2026-01-31", "until": "2099-01-01", "user": "alice"})
    (path,) = [link for link in Dom(page.body.decode()).links() if link and "format=json" in link]
    assert path.endswith(f"{EXPORT}?format=json&since=2026-01-31&until=2099-01-01")
    assert json.loads(root.get(EXPORT, "since=2099-01-01").body)["records"] == []


@pytest.mark.parametrize(("count", "status"), [(MOST_EXPORTED, 200), (MOST_EXPORTED + 1, 400)])
def test_more_than_can_be_held_at_once_is_not_exported_in_part(tracker, root, count, status):
    wrote(tracker, *[CALL] * count)
    answer = root.get(EXPORT)
    assert answer.status == status
    if status == 400:
        assert "There are more than 10,000 records in these days." in said_by(answer)
        assert heading(answer) == "Not shown – Records"


@pytest.mark.parametrize("query", [{"format": "xml"}, {"since": "x"}])
def test_an_export_that_cannot_be_made_is_told(tracker, root, query):
    assert root.get(EXPORT, query).status == 400


def test_the_page_says_how_many_can_be_exported():
    assert MOST_EXPORTED == 10_000  # the template says so
    assert records.MOST_EXPORTED % records.EXPORTED_AT_ONCE == 0


@pytest.mark.parametrize("time", [1e18, -1.0, float("nan"), "yesterday"])
def test_a_record_with_a_time_that_is_none_does_not_take_the_page_away(tracker, root, monkeypatch, time):
    monkeypatch.setattr(tracker, "trail", lambda _: (Written(1, time, CALL),))
    for path in (RECORDS, f"{RECORDS}/1"):
        assert "1970-01-01 00:00:00" in said_by(root.get(path))


def test_nor_does_it_take_away_the_page_of_its_link(tracker, wiki, root, monkeypatch):
    link = tracker.save(link_to(wiki))
    monkeypatch.setattr(tracker, "trail", lambda _: (Written(1, 1e18, CALL),))
    assert "1970-01-01 00:00:00" in said_by(root.get(path_of(link)))


def test_the_page_of_a_link_leads_to_all_of_its_records(tracker, wiki, root):
    link = tracker.save(replace(link_to(wiki), name="Wiki & more"))
    wrote(tracker, replace(CALL, link=link.name), CALL)
    (path,) = [path for path in Dom(root.get(path_of(link)).body.decode()).links() if path and RECORDS in path and "?" in path]
    assert shown(root, link=dict(parse_qsl(path.partition("?")[2]))["link"]) == [1]
