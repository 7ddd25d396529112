"""What a script gets as `progress`: what it says is kept, not too often, and the last of it surely."""

from __future__ import annotations

import pytest

from applinks.errors import ConfigurationError
from applinks.scripts import Progress, RunState
from applinks.scripts.passes.progressing import EVERY, LONGEST_TEXT, MOST, Progressing
from scripts.one_pass import Passes


class Kept:
    """What was kept, and a clock that stands until it is moved."""

    def __init__(self) -> None:
        self.kept: list[Progress] = []
        self.now = 100.0
        self.progress = Progressing(self.kept.append, lambda: self.now)


def test_the_first_is_kept_at_once_and_then_the_newest_about_twice_a_second() -> None:
    it = Kept()
    for done in range(5):
        it.progress(done, 10)
    assert it.kept == [Progress(0, 10)]
    it.now += EVERY
    it.progress(5, 10, "page 5")
    it.progress(6, 10)
    assert it.kept == [Progress(0, 10), Progress(5, 10, "page 5")]
    it.progress.flush()
    it.progress.flush()
    assert it.kept[2:] == [Progress(6, 10)]


def test_what_could_not_be_kept_is_kept_the_next_time() -> None:
    def fails(_: Progress) -> None:
        raise OSError("the database is away")

    progress, kept = Progressing(fails), list[Progress]()
    with pytest.raises(OSError, match="away"):
        progress(1, 2)
    progress._keep = kept.append
    progress.flush()
    assert kept == [Progress(1, 2)]


@pytest.mark.parametrize(("done", "of"), [(0, 0), (0, 1), (1, 1), (MOST, MOST)])
def test_from_nothing_to_all(done: int, of: int) -> None:
    it = Kept()
    it.progress(done, of)
    assert it.kept == [Progress(done, of)]


@pytest.mark.parametrize(
    ("done", "of", "why"),
    [
        (-1, 10, "progress(-1, 10) is less than nothing, or more than all"),
        (11, 10, "more than all"),
        (0, -1, "more than all"),
        (0.5, 1, "whole numbers"),
        ("1", 2, "whole numbers"),
        (None, 2, "whole numbers"),
        (0, MOST + 1, "counts further"),
        ("x" * 1000, 1, "whole numbers"),
    ],
)
def test_what_is_no_progress_is_told_with_a_remedy(done: int, of: int, why: str) -> None:
    it = Kept()
    with pytest.raises(ConfigurationError) as told:
        it.progress(done, of)
    assert why in told.value.message
    assert len(told.value.message) < 200
    assert "progress(7, 120)" in (told.value.remedy or "")
    assert it.kept == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" page\n 7\t ", "page 7"),
        ("x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
        ("x" * (LONGEST_TEXT + 1), "x" * (LONGEST_TEXT - 1) + "…"),
        ("half \ud800 and \0", "half ? and \N{REPLACEMENT CHARACTER}"),
    ],
)
def test_the_text_is_one_line_that_every_database_keeps(text: str, line: str) -> None:
    it = Kept()
    it.progress(1, 2, text)
    assert it.kept[0].text == line


# ---- in a pass


def test_the_last_one_stays_with_the_run(desk: Passes) -> None:
    run = desk.once(
        """
        @by_hand()
        def hook(progress):
            for done in range(121):
                progress(done, 120, f"page {done}")
        """
    )
    assert (run.state, run.progress) == (RunState.DONE, Progress(120, 120, "page 120"))


def test_a_failed_run_tells_how_far_it_came_and_another_pass_begins_without(desk: Passes) -> None:
    text = """
        @by_hand(retries=Retries(times=1, first=0.0))
        def hook(progress, run):
            if run.passes == 1:
                progress(1, 2)
                progress(2, 2)
                raise ValueError("x")
    """
    run = desk.once(text)
    assert (run.state, run.progress) == (RunState.QUEUED, Progress(2, 2))
    again = desk.make(run.number)
    assert (again.state, again.progress) == (RunState.DONE, None)


def test_a_wrong_one_fails_the_run_with_its_line(desk: Passes) -> None:
    run = desk.once("@by_hand()\ndef hook(progress): progress(3, 2)")
    assert run.state is RunState.FAILED
    assert "progress(3, 2) is less than nothing, or more than all." in (run.error or "")
