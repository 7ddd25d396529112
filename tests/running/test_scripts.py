"""The scripts of an application, as the application sees them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from applinks import AsyncAppLinks, Person
from applinks.announcements import Announce, ConsentGiven
from applinks.errors import ConfigurationError, NobodyActing, ParametersWrong
from applinks.running import Refusal, Scripts
from applinks.running.clockwork import LEAST_KEPT_FOR
from applinks.scripts import BY_HAND, DueRuns, EventOf, EventState, Runs, RunState, SetHook
from applinks.scripts.events.taking import OLDEST
from applinks.settings import Settings
from applinks.wire.webhooks import TOLERANCE
from putting import put
from running.directory import AsynchronousAnybody
from running.far_side import FarSide
from running.world import QUICK, World, links_to, until

ISSUE = {"issue": {"id": "1", "key": "OPS-7", "fields": {"summary": "", "project": {"key": "OPS"}}}}
DONE = {**ISSUE, "transition": {"transitionName": "Finish", "from_status": "Open", "to_status": "Done"}}
SCRIPT = """
    from datetime import date

    @listener("order")
    def order(user):
        return user.name

    @validator("jira", transition="Done")
    def has_summary(issue):
        if not issue.summary:
            raise Refuse("Say what it is about.", field="summary")

    @validator("confluence", transition="Done")
    def of_another(page):
        raise Refuse("never")

    @condition("jira", transition="Done")
    def is_small(issue):
        '''It must be small.'''
        return issue.summary != "large"

    @validator("jira", transition="Break")
    def broken():
        1 / 0

    @by_hand()
    def by_hand_hook(event, *, day: date, often: int = 2):
        return [event and event.payload["x"], day.isoformat(), often]

    @listener("pay")
    def pay(applinks):
        return applinks.link("Bank").get("read").status_code
"""


@pytest.fixture
def asked(here: World):
    """Scripts of a process in which nothing runs by itself."""
    here.script(SCRIPT)
    scripts = here.scripts(engine=False)
    with scripts:
        yield scripts


def with_summary(summary: str, transition: str = "Finish", to: str = "Done") -> dict:
    issue = {**ISSUE["issue"], "fields": {**ISSUE["issue"]["fields"], "summary": summary}}
    return {"issue": issue, "transition": {"transitionName": transition, "from_status": "Open", "to_status": to}}


def test_a_transition_is_refused_by_whom_and_why_or_let_through(asked: Scripts) -> None:
    assert asked.refusals(DONE, user="alice") == (Refusal("script:has_summary", "Say what it is about.", "summary"),)
    assert asked.refusals(with_summary("Fine"), user="alice") == ()
    assert asked.refusals(ISSUE, user="alice") == (), "that is no transition"
    assert asked.is_offered(with_summary("Fine"), user="alice")
    assert not asked.is_offered(with_summary("large"), user="alice")
    assert asked.refusals(with_summary("large"), user="alice") == (Refusal("script:is_small", "It must be small."),)


def test_who_cannot_answer_refuses(asked: Scripts) -> None:
    (refusal,) = asked.refusals(with_summary("x", "Break", "Broken"), user="alice")
    assert refusal.hook == "script:broken"
    assert "could not be asked" in refusal.message


def test_what_was_turned_off_is_not_asked(asked: Scripts) -> None:
    asked.applinks.answer(SetHook("script:has_summary", False, {}, "ada"))
    assert asked.refusals(DONE, user="alice") == ()


def test_an_event_is_kept_once_and_names_who_caused_it(asked: Scripts) -> None:
    answer = asked.applinks.answer
    with asked.applinks.acting_as("carol"):
        number = asked.occurred("order", {"x": 1}, item="issue OPS-7", delivery="d1")
        assert asked.occurred("order", {"x": 1}, delivery="d1") == number
    event = answer(EventOf(number))
    assert (event.user, event.item, event.payload, event.application) == ("carol", "issue OPS-7", {"x": 1}, "jira")
    assert answer(EventOf(asked.occurred("order", {}))).user is None
    assert answer(EventOf(asked.occurred("order", {}, user=Person("dora")))).user == "dora"


def test_events_are_kept_for_longer_than_they_are_taken(here: World) -> None:
    """T-78: what was forgotten could be sent again."""
    assert LEAST_KEPT_FOR > OLDEST + TOLERANCE
    with pytest.raises(ConfigurationError, match="would count twice"):
        Scripts(here.applinks, here.folder, kept_for=LEAST_KEPT_FOR - 1)


def test_without_an_engine_nothing_runs_here(asked: Scripts) -> None:
    asked.occurred("order", {}, user="alice")
    assert asked.applinks.answer(Runs()) == ()
    asked.say()


def test_a_run_by_hand_has_its_parameters_its_event_and_who_began_it(here: World, asked: Scripts) -> None:
    number = asked.run("script:by_hand_hook", user="alice", parameters={"day": date(2026, 1, 31)}, event={"x": 5})
    assert asked.applinks.answer(DueRuns()) == (number,)
    run = here.run(number)
    assert (run.user, run.actor, run.parameters) == ("alice", "alice", {"day": "2026-01-31", "often": 2})
    event = asked.applinks.answer(EventOf(run.event))
    assert (event.source, event.state) == (BY_HAND, EventState.SORTED)
    asked.performer.take(number)
    asked.performer.wait(number, 60)
    assert here.run(number).result == [5, "2026-01-31", 2]


def test_a_run_by_hand_is_refused_where_it_says_too_little(asked: Scripts) -> None:
    with pytest.raises(ParametersWrong):
        asked.run("script:by_hand_hook", user="alice", parameters={"day": "never"})
    with pytest.raises(ConfigurationError, match="no hook") as caught:
        asked.run("script:nothing", user="alice")
    assert "script:order" in (caught.value.remedy or "")
    with pytest.raises(NobodyActing):
        asked.run("script:order")


def test_a_consent_that_is_announced_wakes_what_waited_for_it_at_once(here: World) -> None:
    here.script(SCRIPT)
    with here.scripts(pace=replace(QUICK, look_every=3600.0, sweep_every=3600.0)) as scripts:
        scripts.say()
        number = scripts.occurred("pay", {}, user="carol")
        run = here.end_of(number)
        assert run.state is RunState.PARKED
        here.consent("carol")
        here.applinks.answer(Announce(ConsentGiven("bank", "Bank", "carol")))
        assert here.end_of_run(run.number).result == 200


def test_scripts_begin_in_an_event_loop_and_ask_an_asynchronous_directory(tmp_path: Path, far: FarSide) -> None:
    here = World(None, tmp_path, far)  # type: ignore[arg-type]
    here.script(SCRIPT)
    told = Settings(database=f"sqlite:///{tmp_path}/a.db", url="http://desk.test", type="jira")

    async def main() -> None:
        async with AsyncAppLinks.from_settings(told, people=AsynchronousAnybody()) as applinks:
            for link in links_to(far.url):
                put(applinks, link)
            async with Scripts(applinks, tmp_path, pace=QUICK) as scripts:
                number = scripts.occurred("order", {}, user="alice")
                run = await asyncio.to_thread(
                    until, lambda: next((run for run in applinks.answer(Runs({"event": number})) if run.ended_at), None)
                )
                assert (run.state, run.result) == (RunState.DONE, "alice"), run.error
                assert await asyncio.to_thread(scripts.is_offered, with_summary("Fine"), user="alice")

    asyncio.run(main())
