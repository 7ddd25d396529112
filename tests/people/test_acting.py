"""Who acts: set for the length of a scope, and of nothing else."""

from __future__ import annotations

import asyncio
import random
import threading
from contextvars import copy_context

import pytest

from applinks.errors import ConfigurationError, NobodyActing, PersonUnknown
from applinks.people import Person, acting, current_user, nobody_acting, nobody_acts
from in_memory import InMemory

NOBODY = object()


@pytest.fixture
def host() -> InMemory:
    return InMemory("Tracker")


def test_where_nobody_acts_asking_is_an_error_with_a_remedy():
    with pytest.raises(NobodyActing, match="acting_as"):
        current_user()
    with pytest.raises(NobodyActing):
        acting()


@pytest.mark.parametrize("default", [None, "somebody", NOBODY])
def test_a_default_takes_the_place_of_the_error(default):
    assert current_user(default) is default
    assert current_user(default=default) is default


def test_the_default_does_not_matter_where_somebody_acts(host):
    with host.acting_as("alice"):
        assert current_user(None).name == "alice"


def test_acting_as_finds_the_person_in_the_directory_and_says_who_it_is(host):
    with host.acting_as("alice") as alice:
        assert alice is host.people["alice"]
        assert current_user() is alice
        now = acting()
    assert (now.user, now.actor, now.reason, now.application) == (alice, alice, None, host)
    assert current_user(None) is None


@pytest.mark.parametrize(("name", "state"), [("nobody", "does not exist"), ("dave", "is disabled")])
def test_acting_as_refuses_whom_the_directory_does_not_have_or_has_disabled(host, name, state):
    with pytest.raises(PersonUnknown, match=state), host.acting_as(name):
        pytest.fail("never entered")
    assert current_user(None) is None


def test_acting_as_takes_a_person_at_the_hosts_word_but_no_disabled_one(host):
    with host.acting_as(Person("guest")):
        assert current_user().name == "guest"
    with pytest.raises(PersonUnknown, match="is disabled"), host.acting_as(Person("guest", active=False)):
        pytest.fail("never entered")


def test_scopes_nest_and_each_restores_what_was_there_before(host):
    with host.acting_as("alice"):
        with host.acting_as("bob"):
            assert current_user().name == "bob"
        assert current_user().name == "alice"


def test_a_scope_ends_when_its_body_raises(host):
    with pytest.raises(LookupError), host.acting_as("alice"):
        raise LookupError
    assert current_user(None) is None


def test_a_scope_is_for_one_block_at_a_time_and_may_be_used_again_after_it(host):
    scope = host.acting_as("alice")
    for _ in range(2):
        with scope:
            with pytest.raises(ConfigurationError, match="entered already"), scope:
                pytest.fail("never entered")
            assert current_user().name == "alice"
        assert current_user(None) is None


def test_a_scope_that_was_not_entered_cannot_be_left(host):
    with pytest.raises(ConfigurationError, match="not entered"):
        host.acting_as("alice").__exit__(None, None, None)


def test_async_with_does_the_same(host):
    async def journey():
        async with host.acting_as("alice") as alice:
            await asyncio.sleep(0)
            assert current_user() is alice
        assert current_user(None) is None
        with pytest.raises(PersonUnknown):
            async with host.acting_as("nobody"):
                pytest.fail("never entered")

    asyncio.run(journey())


def test_a_task_that_outlives_the_scope_it_was_started_in_acts_as_nobody(host):
    """T-25: what was inherited ends with the scope, also for those who inherited it."""

    async def journey():
        over, told = asyncio.Event(), []

        async def outliving():
            told.append(current_user().name)
            await over.wait()
            told.append(current_user(None))
            with pytest.raises(NobodyActing, match="this task outlived it"):
                current_user()

        async with host.acting_as("alice"):
            task = asyncio.create_task(outliving())
            await asyncio.sleep(0)
        over.set()
        await task
        assert told == ["alice", None]

    asyncio.run(journey())


def test_a_thread_does_not_inherit_who_acts(host):
    seen = []
    with host.acting_as("alice"):
        thread = threading.Thread(target=lambda: seen.append(current_user(None)))
        thread.start()
        thread.join()
    assert seen == [None]


def test_work_handed_to_a_thread_by_asyncio_does_while_the_scope_is_open(host):
    async def journey():
        async with host.acting_as("alice"):
            assert (await asyncio.to_thread(current_user)).name == "alice"
        assert await asyncio.to_thread(current_user, None) is None

    asyncio.run(journey())


def test_a_copy_of_the_context_loses_who_acts_with_the_scope(host):
    with host.acting_as("alice"):
        copy = copy_context()
        assert copy.run(current_user).name == "alice"
    assert copy.run(current_user, None) is None


def test_a_scope_cannot_be_shared_by_two_threads(host):
    """T-25: there is one way out for each way in."""
    scope, refused = host.acting_as("alice"), []

    def enter():
        with pytest.raises(ConfigurationError, match="entered already"), scope:
            pytest.fail("never entered")
        refused.append(current_user(None))

    with scope:
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        assert current_user().name == "alice"
    assert refused == [None]


def test_a_block_in_which_nobody_acts_hides_whoever_acts_around_it(host):
    """T-25: servers may start one request in the context of another."""
    with host.acting_as("alice"):
        with nobody_acting():
            assert current_user(None) is None
            with host.acting_as("bob"):
                assert current_user().name == "bob"
            assert current_user(None) is None
        assert current_user().name == "alice"
        opened_in = copy_context()
        opened_in.run(nobody_acts)
        assert opened_in.run(current_user, None) is None
        assert current_user().name == "alice"


def test_scopes_of_interleaved_generators_end_out_of_order_and_leave_nobody_acting(host):
    """T-25"""

    def pieces(name):
        with host.acting_as(name):
            yield current_user().name

    first, second = pieces("alice"), pieces("bob")
    assert [next(first), next(second)] == ["alice", "bob"]
    first.close()
    assert current_user().name == "bob"
    second.close()
    assert current_user(None) is None


def test_a_scope_that_is_left_in_another_context_is_over_in_both(host):
    """T-25: frameworks that run a generator's two halves in different threads do that."""
    scope, opened_in = host.acting_as("alice"), copy_context()
    opened_in.run(scope.__enter__)
    assert opened_in.run(current_user).name == "alice"
    copy_context().run(scope.__exit__, None, None, None)
    assert opened_in.run(current_user, None) is None
    assert current_user(None) is None


def test_also_where_that_context_is_a_copy_of_the_first(host):
    """T-25"""
    scope, opened_in = host.acting_as("alice"), copy_context()
    opened_in.run(scope.__enter__)
    copy = opened_in.run(copy_context)
    copy.run(scope.__exit__, None, None, None)
    assert [context.run(current_user, None) for context in (opened_in, copy)] == [None, None]


def test_a_generator_that_is_left_in_the_middle_of_its_scope_leaks_no_more_once_it_is_closed(host):
    """T-25"""

    def pieces():
        with host.acting_as("alice"):
            yield current_user().name
            yield current_user().name

    left = pieces()
    assert next(left) == "alice"
    left.close()
    assert current_user(None) is None


def test_an_async_generator_that_is_closed_by_its_loop_leaks_nothing(host):
    """T-25: the loop finalises it in another task, thus in another context."""

    async def pieces():
        async with host.acting_as("alice"):
            yield current_user().name
            yield current_user().name

    async def journey():
        left = pieces()
        assert await asyncio.create_task(anext(left)) == "alice"
        await asyncio.create_task(left.aclose())
        assert current_user(None) is None

    asyncio.run(journey())


def test_a_thousand_tasks_with_random_cancellation_each_act_as_themselves(host):
    """T-25"""
    chance = random.Random(25)

    async def one(number: int, waits: int) -> str:
        async with host.acting_as(Person(f"user{number}")):
            for _ in range(waits):
                await asyncio.sleep(0)
                assert current_user().name == f"user{number}"
                async with host.acting_as(Person(f"other{number}")):
                    await asyncio.sleep(0)
                    assert current_user().name == f"other{number}"
            return current_user().name

    async def journey():
        tasks = [asyncio.create_task(one(number, chance.randrange(1, 6))) for number in range(1000)]
        doomed = set(chance.sample(range(1000), 400))
        for number in doomed:
            asyncio.get_running_loop().call_soon(tasks[number].cancel)
            if chance.random() < 0.2:
                await asyncio.sleep(0)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert current_user(None) is None
        return doomed, ends

    doomed, ends = asyncio.run(journey())
    unexpected = [end for end in ends if isinstance(end, Exception)]
    assert unexpected == []
    finished = {number: end for number, end in enumerate(ends) if isinstance(end, str)}
    assert finished == {number: f"user{number}" for number in finished}
    assert finished.keys() >= set(range(1000)) - doomed
    assert len(finished) < 1000


def test_two_event_loops_at_once_know_nothing_of_each_other(host):
    """T-25"""
    told: dict[str, set[str]] = {}

    async def stay(name: str) -> None:
        async with host.acting_as(name):
            for _ in range(50):
                await asyncio.sleep(0)
                told.setdefault(name, set()).add(current_user().name)

    threads = [threading.Thread(target=lambda name=name: asyncio.run(stay(name))) for name in ("alice", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {"alice": {"alice"}, "bob": {"bob"}}


def test_what_acts_shows_people_and_reason_and_nothing_of_its_host(host):
    """T-66"""
    with host.acting_as("alice"):
        shown = repr(acting())
    assert "alice" in shown
    assert "InMemory" not in shown
