"""One piece of work for many applications: each has a result or an error, and none keeps another from being done."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from applinks.errors import ConfigurationError, CredentialsRequired, NobodyActing
from applinks.outgoing.fanning_out import Outcome, Outcomes, fan_out, fan_out_async, in_lane, next_place
from applinks.people import acting, current_user
from in_memory import InMemory

PATIENCE = 30.0


@dataclass(frozen=True)
class Named:
    name: str

    @property
    def id(self) -> str:
        return self.name.lower()


JIRA, WIKI, FORGE = map(Named, ("Jira", "Wiki", "Forge"))
ALL = (JIRA, WIKI, FORGE)
Fan = Callable[..., Outcomes[Any, Any]]


def awaited(applications: Iterable[Named], work: Callable[[Named], object], **more: int) -> Outcomes[Any, Any]:
    """The twin, with work that gives way to others once."""

    async def working(application: Named) -> object:
        await asyncio.sleep(0)
        return work(application)

    return asyncio.run(fan_out_async(applications, working, **more))


@pytest.fixture(params=[fan_out, awaited], ids=["sync", "async"])
def fan(request: pytest.FixtureRequest) -> Fan:
    found: Fan = request.param
    return found


def missing(user: str) -> CredentialsRequired:
    return CredentialsRequired("They have to allow it.", user=user, link="Wiki", link_id="wiki", direction="outgoing")


def test_each_application_has_its_result_in_the_order_in_which_they_were_named(fan: Fan) -> None:
    outcomes = fan(ALL, lambda one: one.name)
    assert [(outcome.application, outcome.result, outcome.ok) for outcome in outcomes] == [(one, one.name, True) for one in ALL]
    assert outcomes.values() == ["Jira", "Wiki", "Forge"]
    assert outcomes[1].value() == "Wiki"


def test_for_no_application_there_is_nothing_to_do(fan: Fan) -> None:
    assert fan((), lambda one: one.name).values() == []


def test_an_error_belongs_to_its_application_and_the_others_are_done(fan: Fan) -> None:
    def work(one: Named) -> str:
        if one is WIKI:
            raise ValueError("no wiki")
        return one.name

    outcomes = fan(ALL, work)
    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    assert [outcome.result for outcome in outcomes] == ["Jira", None, "Forge"]
    with pytest.raises(ValueError, match="no wiki"):
        outcomes[1].value()


def test_the_values_of_several_that_failed_are_their_errors_together(fan: Fan) -> None:
    def work(one: Named) -> str:
        if one is JIRA:
            return "done"
        raise ValueError(one.name)

    with pytest.raises(ExceptionGroup, match="2 of 3 applications failed") as caught:
        fan(ALL, work).values()
    assert [str(error) for error in caught.value.exceptions] == ["Wiki", "Forge"]


def test_a_person_who_has_to_agree_is_asked_before_anything_else_is_said() -> None:
    """The run of a script is parked by that error, and does again what has failed besides."""
    outcomes = Outcomes((Outcome(JIRA, error=ValueError()), Outcome(WIKI, error=missing("alice")), Outcome(FORGE, result=1)))
    with pytest.raises(CredentialsRequired) as caught:
        outcomes.values()
    assert caught.value.user == "alice"


def test_everywhere_it_acts_as_whoever_acts_here(fan: Fan) -> None:
    us = InMemory("Tracker")
    with us.acting_as("alice"):
        outcomes = fan(ALL, lambda _: current_user().name)
    assert outcomes.values() == ["alice"] * 3
    assert [type(outcome.error) for outcome in fan(ALL, lambda _: acting())] == [NobodyActing] * 3


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_are_worked_on_at_once_than_may_be(at_once: int) -> None:
    turn = threading.Lock()
    working, most = 0, 0
    full = threading.Barrier(at_once)

    def work(_: Named) -> None:
        nonlocal working, most
        with turn:
            working += 1
            most = max(most, working)
        full.wait(PATIENCE)
        with turn:
            working -= 1

    applications = [Named(str(number)) for number in range(2 * at_once)]
    fan_out(applications, work, at_once=at_once).values()
    assert most == at_once


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_are_awaited_at_once_than_may_be(at_once: int) -> None:
    working, most = 0, 0

    async def work(_: Named) -> None:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0)
        working -= 1

    asyncio.run(fan_out_async([Named(str(number)) for number in range(6)], work, at_once=at_once))
    assert most == at_once


@pytest.mark.parametrize("at_once", [0, -1])
def test_where_nothing_may_ever_begin_that_is_said_instead_of_waiting(fan: Fan, at_once: int) -> None:
    with pytest.raises(ConfigurationError, match="nothing could ever begin"):
        fan(ALL, lambda one: one.name, at_once=at_once)


def test_what_ends_a_pass_ends_all_of_it_when_the_others_are_done() -> None:
    """It is no `Exception`, and no outcome of an application."""

    class Ended(BaseException):
        pass

    done: list[str] = []

    def work(one: Named) -> None:
        if one is JIRA:
            raise Ended
        done.append(one.name)

    with pytest.raises(Ended):
        fan_out(ALL, work)
    assert sorted(done) == ["Forge", "Wiki"]


# ---- lanes


def places(_: Named) -> list[str]:
    return [next_place(), next_place()]


def test_places_follow_one_another_in_the_lane_of_each_application(fan: Fan) -> None:
    with in_lane(""):
        assert next_place() == "1"
        assert fan((JIRA, WIKI), places).values() == [["2.jira/1", "2.jira/2"], ["2.wiki/1", "2.wiki/2"]]
        assert next_place() == "3", "what comes afterwards goes on where it was"


def test_a_lane_may_branch_again(fan: Fan) -> None:
    with in_lane(""):
        outcomes = fan([JIRA], lambda _: [next_place(), fan_out([WIKI], places).values(), next_place()])
    assert outcomes.values() == [["1.jira/1", [["1.jira/2.wiki/1", "1.jira/2.wiki/2"]], "1.jira/3"]]


def test_an_application_that_is_named_twice_has_two_lanes(fan: Fan) -> None:
    """Else the journal could not tell their calls apart."""
    with in_lane(""):
        found = fan((JIRA, WIKI, JIRA), places).values()
    assert found == [["1.jira/1", "1.jira/2"], ["1.wiki/1", "1.wiki/2"], ["1.jira 2/1", "1.jira 2/2"]]


def test_a_lane_ends_with_its_block_whatever_happens_in_it() -> None:
    with in_lane("a/"):
        with pytest.raises(ValueError, match="x"), in_lane("b/"):  # noqa: PT012
            assert next_place() == "b/1"
            raise ValueError("x")
        assert next_place() == "a/1"
    assert next_place() == next_place() == "1", "outside of all lanes nothing is numbered"


def test_two_threads_in_one_lane_never_get_the_same_place() -> None:
    import contextvars

    found: list[str] = []
    with in_lane(""):
        contexts = [contextvars.copy_context() for _ in range(4)]
        many = [
            threading.Thread(target=one.run, args=(lambda: found.extend(next_place() for _ in range(200)),)) for one in contexts
        ]
        for thread in many:
            thread.start()
        for thread in many:
            thread.join(PATIENCE)
    assert sorted(map(int, found)) == list(range(1, 801))


def test_the_twin_gives_up_what_it_has_begun_when_it_is_cancelled() -> None:
    """Nothing goes on behind the back of whoever does not wait any more."""
    begun: list[str] = []
    ended: list[str] = []

    async def work(one: Named) -> None:
        begun.append(one.name)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(one.name)

    async def cancelled() -> None:
        waiting: Awaitable[Any] = asyncio.ensure_future(fan_out_async(ALL, work, at_once=2))
        while len(begun) < 2:  # noqa: ASYNC110 turns of the loop, no waiting
            await asyncio.sleep(0)
        waiting.cancel()  # type: ignore[attr-defined]
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(cancelled())
    assert sorted(begun) == sorted(ended) == ["Jira", "Wiki"]
