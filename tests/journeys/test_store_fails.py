"""Where the records cannot be read or written, nothing is admitted: 503 with a hint to come back, never a page of errors (T-11)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx2
import pytest

from applinks import AppLinksError, PairingRefused, StoreUnavailable, Throttled
from applinks.links import PAIRING_PATH
from journeys.people import ADMIN, PASSWORD
from journeys.world import ASGI, WSGI, Member, World, linked_world


@pytest.fixture(scope="module", params=[ASGI, WSGI])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """For these tests alone. A locked database is waited for for seconds; here the wait is over at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("applinks.store.database.BUSY_SECONDS", 0.05)
        with linked_world(tmp_path_factory.mktemp("failing"), request.param) as world:
            yield world


@contextmanager
def beside(member: Member) -> Iterator[sqlite3.Connection]:
    """The database as another program opens it."""
    path = member.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as connection:
        yield connection


@contextmanager
def locked(member: Member) -> Iterator[None]:
    with beside(member) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def without(table: str) -> Callable[[Member], Any]:
    @contextmanager
    def removed(member: Member) -> Iterator[None]:
        with beside(member) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO away")
            yield
            connection.execute(f"ALTER TABLE away RENAME TO {table}")

    return removed


def unwritable(table: str) -> Callable[[Member], Any]:
    @contextmanager
    def closed(member: Member) -> Iterator[None]:
        with beside(member) as connection:
            connection.execute(
                f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
            )
            yield
            connection.execute("DROP TRIGGER full")

    return closed


FAILURES = {
    "locked": locked,
    "nonces away": without("nonces"),
    "audit away": without("audit"),
    "versions away": without("versions"),
    "nonces full": unwritable("nonces"),
    "audit full": unwritable("audit"),
}


@pytest.fixture(params=FAILURES.values(), ids=FAILURES)
def failing(request: pytest.FixtureRequest) -> Callable[[Member], Any]:
    return request.param


def echo(world: World, path: str = "echo", **options: Any) -> httpx2.Response:
    front = world.front.applinks
    with front.acting_as("alice"), front.link("Tracker").client() as client:
        return client.request("POST", path, **options)  # what changes nothing is asked again after a while, all by itself


def test_a_request_is_answered_503_with_a_hint_and_admitted_again_afterwards_t11(
    world: World, failing: Callable[[Member], Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert echo(world).json()["user"] == "alice"
    with failing(world.tracker):
        answers = [
            echo(world),
            echo(world, "rest/auth/1/session"),
            echo(world, "plugins/servlet/applinks/whoami"),
        ]
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "alice" not in answer.text
        assert "sqlite" not in answer.text.lower()
    assert "cannot decide" in caplog.text
    assert echo(world).json()["user"] == "alice"
    assert world.tracker.applinks.verify_audit().broken is None


def test_the_caller_gets_one_typed_error_t11(world: World) -> None:
    front = world.front.applinks
    with (
        without("nonces")(world.tracker),
        front.acting_as("alice"),
        pytest.raises(Throttled) as caught,
    ):
        front.link("Tracker").post("echo")
    error = caught.value
    assert (error.status, error.link, error.retry_after) == (503, "Tracker", 5)


def test_a_request_is_not_admitted_twice_because_the_store_failed_in_between_t11(world: World) -> None:
    with unwritable("audit")(world.tracker):
        refused = echo(world)
    with httpx2.Client() as client:
        again = client.send(httpx2.Request("POST", refused.request.url, headers=refused.request.headers))
    assert (refused.status_code, again.status_code) == (503, 401)
    assert "nonce_used" in again.text


def test_the_applications_own_visitors_do_not_notice_t11(world: World, failing: Callable[[Member], Any]) -> None:
    url = world.tracker.url
    with failing(world.tracker), httpx2.Client() as browser:
        plain = browser.get(f"{url}/echo?q=%20")
        form = browser.post(f"{url}/echo", data={"name": "alice", "password": "x"})
    assert (plain.status_code, plain.json()["user"]) == (200, None)
    assert (form.status_code, form.json()["user"], form.json()["form"]) == (200, None, [["name", "alice"], ["password", "x"]])


@pytest.mark.parametrize("failure", ["versions away", "locked"])
def test_no_link_is_made_and_none_is_half_made_t11(world: World, failure: str) -> None:
    tracker, archive = world.tracker, world.archive
    tracker.applinks.delete_link("Archive", by="admin")
    archive.applinks.delete_link("Tracker", by="admin")
    with FAILURES[failure](archive), pytest.raises(AppLinksError) as caught:
        tracker.applinks.create_link(archive.url, ADMIN, same_users=True, by="admin")
    assert isinstance(caught.value, AppLinksError)
    assert not isinstance(caught.value, StoreUnavailable)  # it is theirs that failed
    assert [linked.name for linked in tracker.applinks.links()] == ["Front"]
    tracker.applinks.create_link(archive.url, ADMIN, same_users=True, by="admin")


def test_the_pairing_endpoint_too_is_answered_503_t11(world: World) -> None:
    url = f"{world.tracker.url}/{PAIRING_PATH}"
    with locked(world.tracker), httpx2.Client(auth=("admin", PASSWORD)) as client:
        answer = client.post(url, json={})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_call_of_ours_does_not_leave_unrecorded_where_our_own_store_fails_r29(world: World) -> None:
    front, tracker = world.front, world.tracker
    before = len(tracker.entries("admission"))
    with front.applinks.acting_as("alice"):
        linked = front.applinks.link("Tracker")
        with without("versions")(front), pytest.raises(StoreUnavailable, match="no such table: versions") as caught:
            linked.get("echo")
    assert caught.value.remedy
    assert len(tracker.entries("admission")) == before
    with locked(front), pytest.raises(StoreUnavailable, match="locked"):
        front.applinks.make_primary("Archive", by="admin")
    with pytest.raises(PairingRefused):
        front.applinks.create_link(front.url, ADMIN, same_users=True, by="admin")
