"""What a script writes: kept in order, cut where it is too much, lost nowhere."""

from __future__ import annotations

import logging
import sys
import threading

import pytest

from applinks.scripts.passes.output import AT_ONCE, LEAST, LONGEST_LINE, Lines, Output


class Kept:
    def __init__(self) -> None:
        self.batches: list[Lines] = []

    def __call__(self, lines: Lines) -> None:
        self.batches.append(lines)

    @property
    def lines(self) -> list[tuple[str, str]]:
        return [(level, text) for batch in self.batches for _, level, text in batch]


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_what_is_logged_and_printed_is_kept_in_order(kept: Kept) -> None:
    output = Output(kept, 1000)
    with output.captured():
        output.log.debug("one of %d", 4)
        print("two\nthree")
        print("wrong", file=sys.stderr)
        logging.getLogger("of.somebody").warning("four")
    output.flush()
    assert kept.lines == [
        ("debug", "one of 4"),
        ("output", "two"),
        ("output", "three"),
        ("error", "wrong"),
        ("warning", "four"),
    ]


def test_a_line_without_an_end_is_kept_at_the_end(kept: Kept) -> None:
    output = Output(kept, 1000)
    with output.captured():
        print("begun", end="")
        print(" and not ended", end="")
    output.flush()
    assert kept.lines == [("output", "begun and not ended")]


def test_afterwards_everything_goes_where_it_went_before(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(kept, 1000)
    before = list(logging.getLogger().handlers)
    with pytest.raises(ValueError, match="x"), output.captured():
        raise ValueError("x")
    print("outside")
    assert logging.getLogger().handlers == before
    assert capsys.readouterr().out == "outside\n"
    output.flush()
    assert kept.batches == []


def test_nobody_else_hears_what_a_run_has_to_say(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    output = Output(kept, 1000)
    with output.captured():
        output.log.warning("of the script")
        logging.getLogger("of.somebody").warning("of a library")
    assert caplog.records == []


def test_what_is_too_much_is_cut_and_said_once(kept: Kept) -> None:
    output = Output(kept, 30)
    for text in ("x" * 25, "1234567", "more", "still more"):
        output.add("info", text)
    output.flush()
    assert [text for _, text in kept.lines] == ["x" * 25, "12345 … (the rest is left out: this run writes too much)"]


def test_lines_without_a_letter_are_too_much_as_well(kept: Kept) -> None:
    """T-77, T-80: each is a row, and a text that prints nothing for ever would fill the store."""
    output = Output(kept, 100 * LEAST)
    with output.captured():
        print("\n" * 100_000)
    output.flush()
    assert len(kept.lines) == 101
    assert kept.lines[-1] == ("output", " … (the rest is left out: this run writes too much)")


def test_what_just_fits_is_kept_whole_and_the_next_line_says_that_it_is_too_much(kept: Kept) -> None:
    output = Output(kept, 20)
    output.add("info", "x" * 20)
    output.add("info", "6")
    output.flush()
    assert [text for _, text in kept.lines] == ["x" * 20, " … (the rest is left out: this run writes too much)"]


def test_a_line_that_does_not_end_is_not_collected_for_ever(kept: Kept) -> None:
    output = Output(kept, 100 * LONGEST_LINE)
    with output.captured():
        sys.stdout.write("x" * (LONGEST_LINE + 1))
        assert output._lines
        print()
    assert [len(text) for _, text in ((level, text) for _, level, text in output._lines)] == [LONGEST_LINE + 1, 0]


def test_many_lines_are_handed_over_before_the_end(kept: Kept) -> None:
    output = Output(kept, 10_000)
    for number in range(AT_ONCE + 1):
        output.add("info", str(number))
    assert len(kept.lines) == AT_ONCE


def test_lines_of_many_threads_are_all_kept(kept: Kept) -> None:
    output = Output(kept, 1_000_000)

    def write() -> None:
        for _ in range(200):
            output.log.info("line")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    output.flush()
    assert len(kept.lines) == 800


def test_what_keeps_the_lines_may_write_a_line_itself_while_another_thread_does() -> None:
    """The store warns of what it cannot reach, while lines are kept in a thread of their own."""
    keeping, writing = threading.Event(), threading.Event()

    class Told(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            writing.set()
            return super().format(record)

    def keep(_: Lines) -> None:
        keeping.set()
        writing.wait(0.2)  # where there are two locks, the other thread has one of them by then, and waits for the second
        logging.getLogger("applinks.store").warning("the database is away")

    output = Output(keep, 10_000)
    output.add("info", "line")
    output.setFormatter(Told())

    def write() -> None:
        keeping.wait(60)
        output.log.info("another line")

    with output.captured():
        threads = [threading.Thread(target=work, daemon=True) for work in (output.flush, write)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_what_keeps_the_lines_may_end_the_pass() -> None:
    class Ended(BaseException):
        pass

    def keep(_: Lines) -> None:
        raise Ended

    output = Output(keep, 10_000)
    with pytest.raises(Ended):  # noqa: PT012
        for _ in range(AT_ONCE):
            output.log.info("line")


def test_what_could_not_be_kept_is_kept_the_next_time(kept: Kept) -> None:
    def fails(_: Lines) -> None:
        raise OSError("the database is away")

    output = Output(fails, 10_000)
    output.log.info("line")
    with pytest.raises(OSError, match="away"):
        output.flush()
    output._keep = kept
    output.flush()
    output.flush()
    assert kept.lines == [("info", "line")]


def test_the_error_that_is_told_with_a_line_is_kept_line_by_line(kept: Kept) -> None:
    output = Output(kept, 10_000)
    try:
        raise ValueError("the cause")
    except ValueError:
        output.log.exception("it went\nwrong")
    output.flush()
    texts = [text for _, text in kept.lines]
    assert texts[:3] == ["it went", "wrong", "Traceback (most recent call last):"]
    assert texts[-1] == "ValueError: the cause"
    assert {level for level, _ in kept.lines} == {"error"}


def test_a_line_that_cannot_be_filled_in_ends_no_run_and_is_not_lost(kept: Kept) -> None:
    output = Output(kept, 10_000)
    with output.captured():
        output.log.info("%d pages", "many")
        logging.getLogger("of.somebody").warning("%s and %s", "one")
        output.log.info("goes on")
    output.flush()
    mistake, other, last = kept.lines
    assert mistake[0] == other[0] == "error"
    assert "test_output.py, line" in mistake[1]
    assert "'%d pages' cannot be filled in" in mistake[1]
    assert "'%s and %s' cannot be filled in" in other[1]
    assert last == ("info", "goes on")
