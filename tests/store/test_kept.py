"""The cache of answers: never stale, never large."""

from __future__ import annotations

from applinks.store.kept import LONGEST, NOT_KEPT, Kept


def test_an_answer_is_kept_while_its_version_holds() -> None:
    kept = Kept()
    kept.put("question", 7, "answer")
    assert kept.get("question", 7) == "answer"
    assert kept.get("question", 8) is NOT_KEPT
    assert kept.get("another", 7) is NOT_KEPT


def test_an_answer_that_was_read_during_a_change_is_not_used_after_it() -> None:
    kept = Kept()
    before = 7
    kept.put("question", 8, "read by another thread after the change")
    kept.put("question", before, "read by this one before it")
    assert kept.get("question", 8) is NOT_KEPT


def test_long_lists_are_not_kept() -> None:
    kept = Kept()
    kept.put("long", 1, tuple(range(LONGEST + 1)))
    kept.put("short", 1, tuple(range(LONGEST)))
    assert len(kept) == 1
    assert kept.get("short", 1)


def test_that_something_is_not_there_is_kept_apart_and_pushes_out_nothing_else() -> None:
    """T-07: an unknown consumer key must not take longer than a known one, nor make the known ones slow."""
    kept = Kept(size=3)
    kept.put("known", 1, "answer")
    for number in range(10):
        kept.put(f"stranger {number}", 1, None)
    assert kept.get("known", 1) == "answer"
    assert kept.get("stranger 9", 1) is None
    assert kept.get("stranger 0", 1) is NOT_KEPT
    assert len(kept) == 4


def test_what_was_not_there_and_came_is_there() -> None:
    kept = Kept()
    kept.put("question", 1, None)
    kept.put("question", 2, "answer")
    assert kept.get("question", 2) == "answer"
    assert kept.get("question", 1) is NOT_KEPT
    kept.put("question", 3, None)
    assert kept.get("question", 3) is None
    assert len(kept) == 1


def test_the_answer_that_was_used_longest_ago_goes_first() -> None:
    kept = Kept(size=3)
    for question in "abc":
        kept.put(question, 1, question)
    kept.get("a", 1)
    kept.put("d", 1, "d")
    assert [kept.get(question, 1) for question in "abcd"] == ["a", NOT_KEPT, "c", "d"]
    assert len(kept) == 3
