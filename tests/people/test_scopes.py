"""`run_as`: act as another, by permission, for a reason, on the record."""

from __future__ import annotations

import asyncio

import pytest

from applinks.audit import WriteDown
from applinks.errors import ConfigurationError, NobodyActing, PersonUnknown, RunAsRefused, StoreUnavailable
from applinks.people import EVERYONE, Person, acting, current_user, may_run_as, run_as
from in_memory import InMemory

ALLOWED = {"deployment": {"alice", "group:releasers"}, "dave": {"alice"}, "ghost": {"alice"}, "root": {"deployment"}}


@pytest.fixture
def host() -> InMemory:
    return InMemory("Tracker", run_as=ALLOWED)


@pytest.mark.parametrize(
    ("actor", "user", "allowed"),
    [
        (Person("alice"), "deployment", True),
        (Person("bob"), "deployment", False),
        (Person("bob", groups=frozenset({"releasers"})), "deployment", True),
        (Person("releasers"), "deployment", False),
        (Person("x", groups=frozenset({"alice"})), "deployment", False),
        (Person("alice"), "unlisted", False),
        (Person("alice"), "alice", False),
        (Person("deployment"), "root", True),
        (Person("root", administrator=True), "deployment", False),
    ],
)
def test_who_may_run_as_whom_is_listed_by_name_or_group_and_nobody_else_may(actor, user, allowed):
    """R-28: not even administrators, and nobody as somebody who is not listed."""
    assert may_run_as(ALLOWED, actor, user) is allowed


def test_everybody_may_where_the_setting_says_so():
    assert may_run_as({"guest": EVERYONE}, Person("anybody"), "guest")
    assert repr(EVERYONE) == "EVERYONE"


def test_a_name_that_looks_like_a_group_is_not_taken_for_a_members_right():
    assert not may_run_as(
        {"deployment": {"group:releasers"}}, Person("bob", groups=frozenset({"group:releasers"})), "deployment"
    )


def test_inside_the_subject_is_the_other_user_and_the_actor_whoever_began(host):
    with host.acting_as("alice") as alice, run_as("deployment", reason="release 7") as deployment:
        now = acting()
        assert current_user() is deployment is host.people["deployment"]
        assert (now.user, now.actor, now.reason, now.application) == (deployment, alice, "release 7", host)


def test_begin_and_end_are_written_down_with_subject_actor_and_reason(host):
    with host.acting_as("alice"), run_as("deployment", reason="release 7"):
        pass
    entries = [(entry.kind, entry.outcome, entry.subject, entry.actor, entry.reason) for entry in host.entries]
    assert entries == [
        ("run_as", "begun", "deployment", "alice", "release 7"),
        ("run_as", "ended", "deployment", "alice", "release 7"),
    ]


@pytest.mark.parametrize("reason", ["", " ", "\t\n"])
def test_a_reason_is_required(reason):
    with pytest.raises(RunAsRefused, match="reason"):
        run_as("deployment", reason=reason)


def test_somebody_must_be_acting(host):
    with pytest.raises(NobodyActing), run_as("deployment", reason="x"):
        pytest.fail("never entered")


def test_who_may_not_is_refused_on_the_record_and_stays_who_they_are(host):
    with host.acting_as("root"):
        with (
            pytest.raises(RunAsRefused, match="'root' may not run as 'deployment'") as refused,
            run_as("deployment", reason="x"),
        ):
            pytest.fail("never entered")
        assert current_user().name == "root"
    assert "run_as=" in refused.value.remedy
    assert host.outcomes("run_as") == ["refused"]


def test_without_permission_nothing_is_told_about_who_exists(host):
    """T-28: the permission is checked before the directory is asked."""
    with host.acting_as("bob"), pytest.raises(RunAsRefused), run_as("nobody at all", reason="x"):
        pytest.fail("never entered")
    assert "FindPerson" not in host.kinds()[1:]


@pytest.mark.parametrize(("name", "state"), [("ghost", "does not exist"), ("dave", "is disabled")])
def test_a_target_that_is_missing_or_disabled_is_refused(host, name, state):
    with host.acting_as("alice"):
        with pytest.raises(PersonUnknown, match=state), run_as(name, reason="x"):
            pytest.fail("never entered")
        assert current_user().name == "alice"
    assert host.outcomes("run_as") == []


def test_scopes_nest_and_the_actor_stays_and_is_the_one_who_is_asked_for(host):
    """R-29: running as deployment, who may run as root, does not let alice run as root."""
    with host.acting_as("alice") as alice, run_as("deployment", reason="outer"):
        with pytest.raises(RunAsRefused, match="'alice' may not run as 'root'"), run_as("root", reason="climb"):
            pytest.fail("never entered")
        with run_as("deployment", reason="inner"):
            assert acting().actor is alice
            assert acting().reason == "inner"
        assert acting().reason == "outer"
    assert {entry.actor for entry in host.entries} == {"alice"}


def test_who_was_there_before_is_restored_when_the_body_raises_and_the_end_is_written_down(host):
    with host.acting_as("alice"):
        with pytest.raises(LookupError), run_as("deployment", reason="x"):
            raise LookupError
        assert current_user().name == "alice"
    assert host.outcomes("run_as") == ["begun", "ended"]


def test_nobody_becomes_anybody_where_the_begin_cannot_be_written_down(host):
    with host.acting_as("alice"):
        host.failing[WriteDown] = StoreUnavailable("full")
        with pytest.raises(StoreUnavailable), run_as("deployment", reason="x"):
            pytest.fail("never entered")
        assert current_user().name == "alice"


def test_who_was_there_before_is_restored_where_the_end_cannot_be_written_down(host):
    with host.acting_as("alice"):
        with pytest.raises(StoreUnavailable), run_as("deployment", reason="x"):
            host.failing[WriteDown] = StoreUnavailable("full")
        assert current_user().name == "alice"


def test_an_error_of_the_body_is_not_lost_where_the_end_cannot_be_written_down_either(host):
    def body():
        with run_as("deployment", reason="x"):
            host.failing[WriteDown] = StoreUnavailable("full")
            raise LookupError("first")

    with host.acting_as("alice"), pytest.raises(StoreUnavailable) as failed:
        body()
    assert isinstance(failed.value.__context__, LookupError)


def test_async_with_does_the_same(host):
    async def journey():
        async with host.acting_as("alice"):
            async with run_as("deployment", reason="release"):
                await asyncio.sleep(0)
                assert current_user().name == "deployment"
            assert current_user().name == "alice"
            with pytest.raises(LookupError):
                async with run_as("deployment", reason="again"):
                    raise LookupError
            with pytest.raises(RunAsRefused):
                async with run_as("root", reason="no"):
                    pytest.fail("never entered")
            assert current_user().name == "alice"

    asyncio.run(journey())
    assert host.outcomes("run_as") == ["begun", "ended", "begun", "ended", "refused"]


def test_a_scope_that_is_entered_already_writes_nothing_down_when_it_is_entered_again(host):
    scope = run_as("deployment", reason="x")
    with host.acting_as("alice"), scope, pytest.raises(ConfigurationError), scope:
        pytest.fail("never entered")
    assert host.outcomes("run_as") == ["begun", "ended"]


def test_a_cancelled_task_leaves_its_scope_and_that_is_written_down(host):
    async def journey():
        async def wait():
            async with host.acting_as("alice"), run_as("deployment", reason="long"):
                await asyncio.Event().wait()

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(journey())
    assert host.outcomes("run_as") == ["begun", "ended"]


def test_a_task_started_inside_acts_as_nobody_once_the_scope_is_over_and_not_as_the_actor_either(host):
    """T-25"""

    async def journey():
        over = asyncio.Event()

        async def outliving():
            await over.wait()
            return current_user(None)

        async with host.acting_as("alice"):
            async with run_as("deployment", reason="x"):
                task = asyncio.create_task(outliving())
                await asyncio.sleep(0)
            over.set()
            return await task

    assert asyncio.run(journey()) is None
