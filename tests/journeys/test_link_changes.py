"""Links are made and changed while applications run, from the command line and by other processes: the next request knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from applinks import AccessRefused, AppLinks, LinkExists, LinkNotFound, PairingRefused, TransportFailed
from journeys.people import ADMIN, PASSWORD
from journeys.world import ASGI, WSGI, Member, World, running
from putting import put

APPLINKS = Path(sys.executable).with_name("applinks")


def command(member: Member, *words: str, stdin: str = "", fails: bool = False) -> str:
    """`applinks …` as somebody types it on the machine of that application; what it printed, or complained."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
    done = subprocess.run(
        [APPLINKS, *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**environment, "APPLINKS_DATABASE": member.database},
        timeout=60,
    )
    assert (done.returncode != 0) is fails, done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if fails else done.stdout


def create(member: Member, far: Member, *more: str, **options: Any) -> str:
    words = ("link", "create", far.url, "-a", ADMIN.name, "--password-stdin", "--same-users", "--by", "root", *more)
    return command(member, *words, stdin=f"{PASSWORD}\n", **options)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Member, Member]]:
    """Two applications that run and have never heard of one another."""
    with running(tmp_path, "Front", WSGI) as front, running(tmp_path, "Tracker", ASGI) as tracker:
        yield front, tracker


def who(member: Member, name: str = "alice") -> str:
    with member.applinks.acting_as(name):
        return member.applinks.link("Tracker").get("echo").json()["user"]


def test_a_link_is_made_from_the_command_line_and_again_and_works_at_once(two: tuple[Member, Member]) -> None:
    front, tracker = two
    made = json.loads(create(front, tracker, "--json"))
    assert (made["name"], made["primary"], made["outgoing"]["level"]) == ("Tracker", True, "oauth_impersonation")
    assert made["same_users"]["said_by"] == "root"
    assert who(front) == "alice"
    back = tracker.applinks.link("Front").link
    assert (back.application_url, back.same_users.said_by) == (front.url, "admin")

    tracker.applinks.delete_link("Front", by="admin")  # half a link
    with pytest.raises(AccessRefused, match="link create"):
        who(front)
    assert "Linked" in create(front, tracker)  # saying it again repairs
    assert who(front) == "alice"
    assert len(front.applinks.links()) == len(tracker.applinks.links()) == 1
    assert [(entry.actor, entry.link) for entry in front.entries("link made")] == [("root", "Tracker")] * 2
    assert front.applinks.verify_audit().broken is None


def test_the_wrong_password_makes_no_link_and_says_what_to_do(two: tuple[Member, Member]) -> None:
    front, tracker = two
    words = ("link", "create", tracker.url, "-a", "admin", "--password-stdin", "--same-users")
    complaint = command(front, *words, stdin="wrong\n", fails=True)
    assert complaint.startswith("applinks: ")
    assert "→" in complaint
    assert not front.applinks.links()
    assert not tracker.applinks.links()


def test_a_policy_from_the_command_line_holds_for_the_very_next_request(two: tuple[Member, Member]) -> None:
    front, tracker = two
    front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
    assert who(front, "bob") == "bob"
    with pytest.raises(AccessRefused):
        who(front, "erin")
    command(tracker, "link", "policy", "Front", "--exclude-user", "bob", "--administrator", "erin")
    with pytest.raises(AccessRefused):
        who(front, "bob")
    assert who(front, "erin") == "erin"
    front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
    with pytest.raises(AccessRefused):  # making the link again keeps the policy
        who(front, "bob")


def test_a_link_changed_or_deleted_from_the_command_line_is_so_for_the_very_next_request(two: tuple[Member, Member]) -> None:
    front, tracker = two
    front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
    assert who(front) == "alice"
    command(tracker, "link", "change", "Front", "--incoming", "disabled")
    with pytest.raises(AccessRefused):
        who(front)
    command(tracker, "link", "delete", "Front", "--yes")
    with pytest.raises(AccessRefused):
        who(front)
    assert "signature_invalid" in command(front, "link", "test", "Tracker", "--as", "alice", fails=True)


def test_a_link_changed_or_deleted_by_another_process_is_so_for_the_very_next_request(fresh_world: World) -> None:
    front, tracker = fresh_world.front, fresh_world.tracker
    assert who(front) == "alice"
    tracker.applinks.change_link("Front", incoming="disabled", by="admin")
    with pytest.raises(AccessRefused) as disabled:
        who(front)
    tracker.applinks.change_link("Front", incoming="oauth_impersonation", by="admin")
    assert who(front) == "alice"
    tracker.applinks.delete_link("Front", by="admin")
    with pytest.raises(AccessRefused) as deleted:
        who(front)
    assert disabled.value.problem == deleted.value.problem == "signature_invalid"

    held = front.applinks.link("Tracker")
    front.applinks.delete_link("Tracker", by="admin")
    with front.applinks.acting_as("alice"), pytest.raises(LinkNotFound):
        held.get("echo")


def test_half_a_link_is_of_no_use_to_anybody_and_is_made_whole_by_saying_it_again(fresh_world: World) -> None:
    """The far end is written first: what is left by a death in between is a link there that no call here can use."""
    front, tracker = fresh_world.front, fresh_world.tracker
    front.applinks.delete_link("Tracker", by="admin")
    with pytest.raises(LinkNotFound):
        front.applinks.link("Tracker")
    front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
    assert who(front) == "alice"


def test_a_name_that_is_taken_is_told_before_the_far_end_is_made(two: tuple[Member, Member], tmp_path: Path) -> None:
    front, tracker = two
    front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
    with running(tmp_path, "Wiki", WSGI) as wiki:
        for name in ("tracker", "TRACKER"):
            with pytest.raises(LinkExists, match="Give this one another name"):
                front.applinks.create_link(wiki.url, ADMIN, same_users=True, name=name, by="admin")
        assert not wiki.applinks.links()
        front.applinks.create_link(wiki.url, ADMIN, same_users=True, name="Wiki 2", by="admin")
        assert [linked.name for linked in front.applinks.links("jira")] == ["Tracker", "Wiki 2"]


def test_an_application_that_does_not_run_cannot_be_linked_and_neither_end_is_made(
    two: tuple[Member, Member], tmp_path: Path
) -> None:
    _, tracker = two
    with AppLinks(f"sqlite:///{tmp_path}/idle.db", url="http://127.0.0.1:9", name="Idle") as idle:
        with pytest.raises(PairingRefused, match="could not be read") as caught:
            idle.create_link(tracker.url, ADMIN, same_users=True, by="admin")
        assert not idle.links()
    assert "must be running" in caught.value.remedy or "link" in str(caught.value)
    assert not tracker.applinks.links()


def test_an_application_that_believes_in_another_address_is_not_linked(two: tuple[Member, Member]) -> None:
    front, tracker = two
    elsewhere = tracker.url.replace("127.0.0.1", "localhost")
    with pytest.raises((PairingRefused, TransportFailed), match=r"believes that its address is|cannot be reached"):
        front.applinks.create_link(elsewhere, ADMIN, same_users=True, by="admin")
    assert not front.applinks.links()


def test_a_request_signed_for_another_address_of_the_same_application_does_not_hold(two: tuple[Member, Member]) -> None:
    front, tracker = two
    link = front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin").link
    put(front.applinks, replace(link, application_url=tracker.url.replace("127.0.0.1", "localhost")))
    with pytest.raises(AccessRefused) as caught:
        who(front)
    assert caught.value.problem == "signature_invalid"
    assert "another address for itself" in caught.value.remedy
