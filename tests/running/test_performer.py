"""Claims runs, has passes made, and looks after those that ended badly."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from applinks.errors import ConfigurationError
from applinks.questions import drive
from applinks.running import Pace
from applinks.running.performer import Performer, stop_run
from applinks.running.setup import Setup
from applinks.scripts import (
    Asked,
    ClaimRun,
    GiveUpRun,
    KeepHolding,
    NewRun,
    NoteSent,
    QueueRuns,
    RunOf,
    RunState,
)
from running.processes import everybody_below
from running.world import QUICK, World, until

SCRIPT = """
    import os, threading
    from pathlib import Path

    @listener("a")
    def works(run):
        return run.number

    @listener("a")
    def waits(applinks):
        return applinks.link("Shop").get("gate").json()["count"]

    @listener("a")
    def for_ever():
        threading.Event().wait()

    @listener("a", limits=Limits(seconds=0.3))
    def posts_and_waits(applinks):
        applinks.link("Shop").post("gate")

    @validator("jira", transition="Done")
    def asked():
        os._exit(0)
"""


@contextmanager
def performing(here: World, pace: Pace = QUICK, **answers: Any) -> Iterator[Performer]:
    performer = Performer(Setup.of(here.applinks, here.folder), here.applinks.run, here.applinks.answer, pace=pace)
    try:
        yield performer
    finally:
        performer.close(0)


def queue(here: World, hook: str, key: str = "1", **more: Any) -> int:
    run = NewRun(f"{hook} {key}", f"script:{hook}", "listener", "alice", "alice", **more)
    (number,) = here.applinks.answer(QueueRuns((run,)))
    return int(number)


def nursery_of(performer: Performer) -> int:
    """The number of its process."""
    return next(pid for pid in everybody_below(os.getpid()) if _is_nursery(pid))


def _is_nursery(pid: int) -> bool:
    told = Path(f"/proc/{pid}/cmdline").read_bytes()
    return b"nursery.main()" in told and os.getpid() == _parent(pid)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_run_is_claimed_performed_and_waited_for(here: World) -> None:
    here.script(SCRIPT)
    over = threading.Event()
    with performing(here) as performer:
        performer.on_over = over.set
        assert performer.take() is None
        number = queue(here, "works")
        run = performer.take(number)
        assert run is not None
        assert run.state is RunState.RUNNING
        assert performer.take(number) is None, "saying it twice is harmless"
        assert performer.wait(number, 60)
        assert here.run(number).result == number
        assert over.wait(60)
        assert performer.busy == 0
        assert performer.wait(number), "there is nothing to wait for any more"


def test_hooks_and_faults_are_those_of_the_folder(here: World) -> None:
    here.script(SCRIPT).script("1 / 0", "wrong.py")
    with performing(here) as performer:
        assert "script:works" in {hook.id for hook in performer.hooks}
        (fault,) = performer.faults
        assert fault.file.endswith("wrong.py")


def test_a_changed_script_is_soon_loaded_again_and_what_runs_goes_on_as_it_began(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        waiting = queue(here, "waits")
        performer.take(waiting)
        until(here.far.arrived.is_set)
        here.script(SCRIPT.replace("return run.number", "return 'changed'"))
        revision = performer.hooks[0].revision
        until(lambda: performer.hooks[0].revision != revision)
        number = queue(here, "works")
        performer.take(number)
        assert performer.wait(number, 60)
        assert here.run(number).result == "changed"
        assert performer.busy == 1
        here.far.gate.set()
        assert performer.wait(waiting, 60)
        assert here.run(waiting).state is RunState.DONE
        assert here.run(waiting).revision == revision


def test_scripts_that_do_not_load_leave_those_that_are_there(here: World, caplog: pytest.LogCaptureFixture) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        assert performer.hooks
        here.script("import os; os._exit(1)", "deadly.py")
        until(lambda: "could not be loaded again" in caplog.text)
        number = queue(here, "works")
        performer.take(number)
        assert performer.wait(number, 60)
        assert here.run(number).state is RunState.DONE
        with pytest.raises(ConfigurationError, match="did not start"):
            performer.reload()
        (here.folder / "deadly.py").unlink()
        performer.reload()
        assert performer.hooks


def test_scripts_that_never_loaded_claim_nothing_and_are_tried_again_when_they_change(here: World) -> None:
    here.script("import os; os._exit(1)", "deadly.py").script(SCRIPT)
    number = queue(here, "works")
    with performing(here) as performer:
        for _ in range(2):
            with pytest.raises(ConfigurationError, match="did not start"):
                performer.take(number)
        assert here.run(number).state is RunState.QUEUED
        (here.folder / "deadly.py").unlink()
        until(lambda: _takes(performer, number))
        assert performer.wait(number, 60)
        assert here.run(number).state is RunState.DONE


def _takes(performer: Performer, number: int) -> bool:
    try:
        return performer.take(number) is not None
    except ConfigurationError:
        return False


def test_a_nursery_that_dies_gives_its_runs_back_and_the_next_run_starts_another(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        number = queue(here, "waits")
        performer.take(number)
        until(here.far.arrived.is_set)
        os.kill(nursery_of(performer), signal.SIGKILL)
        assert performer.wait(number, 60)
        run = here.run(number)
        assert (run.state, run.deaths) == (RunState.QUEUED, 1)
        here.far.gate.set()
        assert performer.take(number) is not None
        assert performer.wait(number, 60)
        assert here.run(number).state is RunState.DONE


def test_a_nursery_that_dies_is_started_again_by_itself_and_said_until_then(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        assert performer.trouble is None, "nothing was asked of it yet"
        assert performer.hooks
        assert performer.trouble is None
        first = nursery_of(performer)
        os.kill(first, signal.SIGKILL)
        until(lambda: performer.trouble is not None)
        until(lambda: performer.trouble is None)
        assert performer.is_ready
        assert nursery_of(performer) != first


def test_one_that_does_not_start_is_not_tried_again_at_once(here: World) -> None:
    here.script(SCRIPT)
    with performing(here, replace(QUICK, watch_every=3600.0)) as performer:
        assert performer.hooks
        os.kill(nursery_of(performer), signal.SIGKILL)
        until(lambda: performer.trouble is not None)
        performer._failed_at = time.monotonic()
        performer._start_what_ended()
        assert performer._nursery is None
        performer._failed_at = None
        performer._start_what_ended()
        until(lambda: performer.trouble is None)


def test_when_it_is_closed_the_log_says_for_what_it_waits_and_what_became_of_it(
    here: World, caplog: pytest.LogCaptureFixture
) -> None:
    """A validator cannot be handed over: whoever asked has gone."""
    here.script(SCRIPT.replace("os._exit(0)", "threading.Event().wait()"))
    with performing(here) as performer, caplog.at_level(logging.INFO, "applinks.scripts"):
        for key in "12":
            assert performer.take(queue(here, "for_ever", key)) is not None
        performer.begin(NewRun("asked", "script:asked", "validator", "alice", "alice"))
        performer.close(0.01)
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.INFO]
    assert said == [
        "Waiting up to 0.01 s for 3 runs.",
        "Finished 0, handed over 2, ended 1 that nobody else can go on with.",
    ]


def test_when_nothing_runs_nothing_is_said(here: World, caplog: pytest.LogCaptureFixture) -> None:
    here.script(SCRIPT)
    with performing(here) as performer, caplog.at_level(logging.INFO, "applinks.scripts"):
        assert performer.hooks
    assert caplog.records == []


def test_a_nursery_stays_when_the_thread_that_needed_it_first_has_ended(here: World) -> None:
    """Linux ends a child with the thread that has started it; a request is served by such a thread."""
    here.script(SCRIPT)
    with performing(here) as performer:
        thread = threading.Thread(target=lambda: performer.hooks)
        thread.start()
        thread.join()
        pid = nursery_of(performer)
        number = queue(here, "works")
        performer.take(number)
        assert performer.wait(number, 60)
        assert here.run(number).state is RunState.DONE
        assert nursery_of(performer) == pid


def test_a_pass_that_ends_without_a_word_is_given_up_at_once(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        run = performer.begin(NewRun("v", "script:asked", "validator", "alice", "alice"))
        assert performer.wait(run.number, 60)
        ended = here.run(run.number)
        assert ended.state is RunState.FAILED
        assert "exit status 0" in (ended.error or "")


def test_a_pass_that_takes_too_long_with_an_open_call_is_unclear(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        number = queue(here, "posts_and_waits")
        performer.take(number)
        assert performer.wait(number, 60)
        run = here.run(number)
        assert run.state is RunState.UNCLEAR
        assert "longer than 0.3 seconds" in (run.error or "")
        assert "was sent and never answered" in (run.error or "")


def test_runs_are_held_for_as_long_as_they_take(here: World) -> None:
    here.script(SCRIPT)
    with performing(here, replace(QUICK, held_for=1.0)) as performer:
        number = queue(here, "waits")
        first = performer.take(number)
        assert first is not None
        until(lambda: (here.run(number).held_until or 0) > (first.held_until or 0) + 1.5)
        assert here.applinks.answer(ClaimRun("other", number)) is None
        here.far.gate.set()
        assert performer.wait(number, 60)
        assert here.run(number).passes == 1


def test_a_pass_whose_run_was_taken_over_is_ended(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        number = queue(here, "for_ever")
        taken = performer.take(number)
        assert taken is not None
        here.applinks.answer(GiveUpRun(number, taken.holder or "", "x"))
        assert here.applinks.answer(ClaimRun("other", number)) is not None
        performer.keep_holding()
        assert performer.wait(number, 60)
        run = here.run(number)
        assert (run.state, run.holder) == (RunState.RUNNING, "other")
        assert here.applinks.answer(KeepHolding(("other",))) == {"other"}


def test_a_pass_whose_run_was_cancelled_is_ended(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        number = queue(here, "for_ever")
        assert performer.take(number) is not None
        here.applinks.cancel_run(number, by="ada")
        assert performer.wait(number, 60)
        (nursery,) = performer.processes
        until(lambda: everybody_below(nursery) == [nursery])
        run = here.run(number)
        assert (run.state, run.error, run.holder) == (RunState.CANCELLED, "Cancelled by ada.", None)


def test_closing_takes_nothing_more_and_waits_for_what_runs(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        waiting, other = queue(here, "waits"), queue(here, "works")
        performer.take(waiting)
        until(here.far.arrived.is_set)
        closing = threading.Thread(target=performer.close, args=(60,))
        closing.start()
        until(lambda: performer._stopping)
        assert performer.take(other) is None
        with pytest.raises(ConfigurationError, match="closed"):
            performer.begin(NewRun("v", "script:asked", "validator", "alice", "alice"))
        here.far.gate.set()
        closing.join()
        assert here.run(waiting).state is RunState.DONE
        assert here.run(other).state is RunState.QUEUED


def test_closing_hands_over_what_takes_too_long_and_blames_it_for_nothing(here: World) -> None:
    here.script(SCRIPT)
    with performing(here) as performer:
        number = queue(here, "for_ever")
        performer.take(number)
        performer.close(0.1)
        run = here.run(number)
        assert (run.state, run.deaths, run.passes) == (RunState.QUEUED, 0, 1)
        assert performer.busy == 0


def test_a_folder_that_is_not_there_is_said(here: World) -> None:
    here.folder.rmdir()
    with performing(here) as performer, pytest.raises(ConfigurationError, match="no folder"):
        _ = performer.hooks


@pytest.mark.parametrize(("method", "state"), [("POST", RunState.UNCLEAR), ("PUT", RunState.FAILED)])
def test_a_run_that_was_stopped_has_failed_or_left_a_call_open(here: World, method: str, state: RunState) -> None:
    number = queue(here, "works")
    answer = here.applinks.answer
    answer(ClaimRun("one", number))
    answer(NoteSent(number, "one", Asked("1", method, "http://x.test/a", "shop", "Shop", "alice", "d")))
    drive(stop_run(number, "one", "It took too long."), answer)
    run = answer(RunOf(number))
    assert run.state is state
    assert run.error.startswith("It took too long.")
