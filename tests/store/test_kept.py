"""The cache of answers: never stale, never large."""

from __future__ import annotations

from applinks.store.kept import LONGEST, Kept


def test_an_answer_is_kept_while_its_version_holds() -> None:
    kept = Kept()
    kept.put("question", 7, "answer")
    assert kept.get("question", 7) == "answer"
    assert kept.get("question", 8) is None
    assert kept.get("another", 7) is None


def test_an_answer_that_was_read_during_a_change_is_not_used_after_it() -> None:
    kept = Kept()
    before = 7
    kept.put("question", 8, "read by another thread after the change")
    kept.put("question", before, "read by this one before it")
    assert kept.get("question", 8) is None


def test_nothing_and_long_lists_are_not_kept() -> None:
    kept = Kept()
    kept.put("nothing", 1, None)
    kept.put("long", 1, tuple(range(LONGEST + 1)))
    kept.put("short", 1, tuple(range(LONGEST)))
    assert len(kept) == 1
    assert kept.get("short", 1)


def test_the_answer_that_was_used_longest_ago_goes_first() -> None:
    kept = Kept(size=3)
    for question in "abc":
        kept.put(question, 1, question)
    kept.get("a", 1)
    kept.put("d", 1, "d")
    assert [kept.get(question, 1) for question in "abcd"] == ["a", None, "c", "d"]
    assert len(kept) == 3
