"""`applinks event`: listed, shown and replayed."""

from __future__ import annotations

from applinks.scripts import HERE, Event, KeepEvent


def kept(applinks, delivery="1", **more):
    event = Event(HERE, "jira", "issue_updated", delivery, {"issue": {"key": "OPS-7"}}, 1_760_000_000.0, **more)
    return applinks.answer(KeepEvent(event)).number


def test_they_are_listed_the_newest_first(run, applinks):
    assert run("event", "list").out == "There are no events.\n"
    kept(applinks, user="alice", item="issue OPS-7")
    kept(applinks, "2", user_key="8a1")
    head, newest, oldest = run("event", "list").out.splitlines()
    assert head.split() == ["number", "when", "from", "what", "item", "user", "state", "note"]
    assert newest.split()[0] == "2"
    assert "key 8a1" in newest
    assert "issue OPS-7" in oldest
    assert [event["number"] for event in run("event", "list", "--before", "2", "--json").data] == [1]
    assert run("event", "list", "--state", "sorted", "--json").data == []
    assert "An event is one of" in run("event", "list", "--state", "lost", status=1).err


def test_one_is_shown_with_what_it_told(run, applinks):
    kept(applinks)
    out = run("event", "show", "1").out
    assert "kind: issue_updated" in out
    assert '"key": "OPS-7"' in out
    assert run("event", "show", "1", "--json").data["payload"] == {"issue": {"key": "OPS-7"}}
    assert "There is no event 7" in run("event", "show", "7", status=1).err


def test_one_happens_once_more_on_the_record(run, applinks):
    kept(applinks)
    assert run("event", "replay", "1", "--by", "ada").out == "It has happened again, as event 2.\n"
    entry = applinks.audit(1)[0].entry
    assert (entry.kind, entry.actor, entry.outcome) == ("event replayed", "ada", "1 as 2")
