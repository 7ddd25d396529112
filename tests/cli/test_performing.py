"""What the commands have in common that perform runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from inspect import signature

import pytest

from applinks.cli import performing
from applinks.cli.performing import log_on_standard_error, log_unsaid, runs_at_a_time
from applinks.cli.serve import serve
from applinks.cli.worker import worker
from applinks.running import in_process

OPTIONS = ("engine", "broker", "workers", "patience")


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """As it was before, afterwards."""
    log = logging.getLogger("applinks.scripts")
    handlers, level = list(log.handlers), log.level
    yield log
    log.handlers[:] = handlers
    log.setLevel(level)


def test_both_commands_have_the_same_options() -> None:
    ours, theirs = signature(serve).parameters, signature(worker).parameters
    assert [str(ours[name]) for name in OPTIONS] == [str(theirs[name]) for name in OPTIONS]


def test_what_is_not_said_is_as_it_is_in_an_application() -> None:
    """The options are there before the room that runs scripts is loaded."""
    assert performing.WORKERS == in_process.WORKERS


@pytest.mark.parametrize(("workers", "said"), [(1, "1 run at a time, in-process"), (4, "4 runs at a time, in-process")])
def test_how_runs_are_performed_is_said_in_words(workers: int, said: str) -> None:
    assert runs_at_a_time("in-process", workers) == said


def test_what_the_log_of_scripts_says_goes_to_standard_error_as_it_is(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    with log_on_standard_error():
        log.info("Waiting up to %d s.", 10)
        log.debug("nobody needs to know")
    log.warning("it is over")
    assert capsys.readouterr() == ("", "Waiting up to 10 s.\n")


def test_what_is_told_otherwise_is_not_written_by_python_as_well(log: logging.Logger, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log, "propagate", False)  # as where nobody has set up logging: here, pytest has
    with log_unsaid():
        log.warning("a script is wrong")
    assert capsys.readouterr() == ("", "")
    log.warning("another one is")
    assert capsys.readouterr() == ("", "another one is\n")
