"""A database is copied, with all that makes others trust us in it: the copy notices, and sends nothing until somebody says so.

The threat is that of two applications with one identity (G-06): a staging system, restored from a backup, that acts in earnest.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from applinks import AccessRefused, AppLinks, MechanismMissing, Policy, TrustSuspended
from applinks.links import AccessToken, ConsentsHeld, KeepSecret, KeepToken, Level, OurKey, SecretOf, SecretUse, Stamp
from applinks.outgoing import dance
from applinks.store.sealing import FILE_VARIABLE
from journeys.people import ADMIN, Directory
from journeys.world import ASGI, WSGI, Member, running
from putting import forget_place
from servers import asking

APPLINKS = Path(sys.executable).with_name("applinks")
CANARY = "canary-7d1f"
COPIES = 4


@dataclass
class Copied:
    """Front's database, which is closed, and a copy of it; `tracker` runs and trusts Front."""

    original: str
    copy: str
    url: str
    tracker: Member
    copied_as: Callable[[str], AbstractContextManager[str]]
    opened: ExitStack = field(default_factory=ExitStack)

    def open(self, database: str, **settings: Any) -> AppLinks:
        return self.opened.enter_context(AppLinks(database, people=Directory(), **settings))

    @contextmanager
    def copied_again(self) -> Iterator[str]:
        """Another copy, of the original as it is by now."""
        self.opened.close()
        with self.copied_as("again") as copy, self.opened:
            yield copy

    def command(self, database: str, *words: str) -> Any:
        """In another process, as JSON."""
        return json.loads(_finished(_command(database, *words, "--json")))


def _command(database: str, *words: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_") or name == FILE_VARIABLE}
    environment = {**kept, "APPLINKS_DATABASE": database}
    pipe = subprocess.PIPE
    return subprocess.Popen([APPLINKS, *words], stdout=pipe, stderr=pipe, text=True, env=environment)


def _finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


@pytest.fixture(params=["sqlite", "postgresql"])
def copied(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Copied]:
    original: str = f"sqlite:///{tmp_path}/Front.db"
    if request.param == "postgresql":
        original = request.getfixturevalue("new_postgresql")
        monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "keys"))
    with ExitStack() as stack, running(tmp_path, "Tracker", ASGI) as tracker:
        with running(tmp_path, "Front", WSGI, type="bitbucket", database=original) as front:
            front.applinks.create_link(tracker.url, ADMIN, same_users=True, by="admin")
            front.applinks.change_policy("Tracker", Policy(users={"alice"}), by="admin")
            link = front.applinks.link("Tracker").link
            front.applinks.answer(KeepToken(AccessToken(link.id, "alice", CANARY, CANARY, 1)))
            front.applinks.answer(KeepSecret(link.id, SecretUse.OUTGOING_OAUTH, link.origin, CANARY))
        copied_as = partial(_copied_file if request.param == "sqlite" else _copied_on_server, original)
        found = Copied(original, stack.enter_context(copied_as("copy")), front.url, tracker, copied_as)
        with found.opened:
            yield found


@contextmanager
def _copied_file(original: str, name: str) -> Iterator[str]:
    """By SQLite's own backup, as tools make it."""
    source = Path(make_url(original).database or "")
    copy = source.with_name(f"{name}.db")
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as from_there, closing(sqlite3.connect(copy)) as to_here:
        from_there.backup(to_here)
    shutil.copy(f"{source}.key", f"{copy}.key")
    yield f"sqlite:///{copy}"


@contextmanager
def _copied_on_server(original: str, name: str) -> Iterator[str]:
    source, server = make_url(original).database, make_url(original).set(database="postgres")
    copy = f"{source}_{name}"
    with asking(server.render_as_string(hide_password=False)) as ask:
        ask(f"CREATE DATABASE {copy} TEMPLATE {source}")
        try:
            yield make_url(original).set(database=copy).render_as_string(hide_password=False)
        finally:
            ask(f"DROP DATABASE {copy} WITH (FORCE)")


def who(applinks: AppLinks, name: str = "alice") -> str:
    with applinks.acting_as(name):
        answer: str = applinks.link("Tracker").get("echo").json()["user"]
        return answer


def kinds(applinks: AppLinks) -> list[str]:
    return [record.entry.kind for record in reversed(applinks.audit(1000))]


def refused(call: Callable[[], object]) -> TrustSuspended:
    with pytest.raises(TrustSuspended) as error:
        call()
    return error.value


def test_a_copy_sends_nothing_and_the_original_goes_on(copied: Copied) -> None:
    original, copy = copied.open(copied.original), copied.open(copied.copy)
    assert who(original) == "alice"
    admitted = len(copied.tracker.entries("admission"))
    with copy.acting_as("alice"):
        tracker = copy.link("Tracker")
        error = refused(lambda: tracker.get("echo"))
        refused(lambda: tracker.anonymously().get("echo"))
        refused(lambda: tracker.using("3LO").get("echo"))
        refused(tracker.who_am_i)
        assert tracker.explain().mechanism is None
        assert "suspended" in str(tracker.explain())
    refused(lambda: copy.create_link(copied.tracker.url, ADMIN, same_users=True, by="admin"))
    refused(lambda: copy.run(dance.start(tracker.id, "alice", _made_for(copy, tracker.id), "/", browser="hers")))
    assert "lies elsewhere" in error.message
    assert (error.link, error.direction, error.code) == ("Tracker", "outgoing", "trust-suspended")
    assert len(copied.tracker.entries("admission")) == admitted
    assert who(original) == "alice"
    assert kinds(copy)[-1] == "trust suspended"


def _made_for(applinks: AppLinks, link_id: str) -> str:
    stamp: str = applinks.answer(Stamp(f"dance {len(link_id)}:{link_id} alice"))
    return stamp


def test_who_only_reads_neither_hides_nor_clears_it_and_it_is_written_down_once(copied: Copied) -> None:
    (listed,) = copied.command(copied.copy, "link", "list")
    assert listed["name"] == "Tracker"
    noticed = copied.command(copied.copy, "identity", "show")["suspended"]
    assert "lies elsewhere" in noticed["why"]
    copied.command(copied.copy, "link", "list")
    assert copied.command(copied.copy, "identity", "show")["suspended"] == noticed
    copy = copied.open(copied.copy)
    refused(lambda: who(copy))
    assert kinds(copy).count("trust suspended") == 1


def test_the_original_that_was_moved_is_said_so_once_and_calls_go_out_in_every_process(copied: Copied) -> None:
    running_already = copied.open(copied.copy)
    refused(lambda: who(running_already))
    shown = copied.command(copied.copy, "identity", "moved", "--by", "ada")
    assert shown["suspended"] is None
    assert who(running_already) == "alice"
    assert who(copied.open(copied.copy)) == "alice"
    assert [kind for kind in kinds(running_already) if kind != "link changed"][-4:] == [
        "trust suspended", "identity moved", "call", "call",
    ]  # fmt: skip
    assert running_already.verify_audit().problem is None


def test_a_copy_that_is_said_to_be_one_has_another_identity_and_nothing_of_the_trust_in_the_old_one(copied: Copied) -> None:
    original, copy = copied.open(copied.original), copied.open(copied.copy)
    shown = copied.command(copied.copy, "identity", "copied", "--yes", "--by", "ada")
    us, them = copy.identity, original.identity
    assert shown["id"] == us.id
    assert us.suspension is None
    assert not {us.id, us.consumer_key, us.place} & {them.id, them.consumer_key, them.place}
    assert (us.name, us.url, us.type) == (them.name, them.url, them.type)
    assert copy.answer(OurKey()).public != original.answer(OurKey()).public
    link = copy.link("Tracker").link
    assert {link.outgoing.level, link.incoming.level} == {Level.DISABLED}
    assert link.incoming.policy == Policy(users={"alice"})
    assert copy.answer(ConsentsHeld()) == copy.grants() == ()
    assert copy.answer(SecretOf(link.id, SecretUse.OUTGOING_OAUTH, link.origin)) is None
    with copy.acting_as("alice"), pytest.raises(MechanismMissing):
        copy.link("Tracker").get("echo")
    assert len(original.answer(ConsentsHeld())) == 1
    assert who(original) == "alice"
    assert copy.verify_audit().problem is None


def test_what_a_copy_signs_after_that_the_others_do_not_believe(copied: Copied) -> None:
    copy = copied.open(copied.copy)
    copy.identity_copied(by="ada")
    copy.change_link("Tracker", outgoing="oauth_impersonation", by="ada")
    with pytest.raises(AccessRefused, match="signature_invalid"):
        who(copy)


def test_a_copy_can_be_linked_again_under_a_name_of_its_own(copied: Copied, tmp_path: Path) -> None:
    copied.open(copied.copy).identity_copied(by="ada")
    with running(tmp_path, "Staging", WSGI, type="bitbucket", database=copied.copy) as staging:
        staging.applinks.create_link(copied.tracker.url, ADMIN, same_users=True, by="admin")
        assert who(staging.applinks) == "alice"
        assert staging.applinks.link("Tracker").link.incoming.policy == Policy(users={"alice"})
    assert {linked.name for linked in copied.tracker.applinks.links()} == {"Front", "Staging"}
    assert who(copied.open(copied.original)) == "alice"


def test_another_address_suspends_too_and_is_taken_over(copied: Copied) -> None:
    """A restored machine looks the same from inside; only its address tells."""
    elsewhere = copied.open(copied.original, url="https://staging.example.com")
    assert elsewhere.identity.url == "https://staging.example.com"
    error = refused(lambda: who(elsewhere))
    assert copied.url in error.message
    assert "https://staging.example.com" in error.message
    back = copied.open(copied.original, url=copied.url)
    refused(lambda: who(back))
    assert back.identity_moved(by="ada").suspension is None
    assert who(back) == who(copied.open(copied.original, url=copied.url)) == "alice"


def test_whoever_names_the_former_address_has_moved_on_purpose(copied: Copied) -> None:
    moved = copied.open(copied.original, url="https://new.example.com", former_url=copied.url)
    assert (moved.identity.url, moved.identity.suspension) == ("https://new.example.com", None)
    other = copied.open(copied.original, url="https://staging.example.com", former_url="https://old.example.com")
    refused(lambda: who(other))


def test_the_same_origin_in_other_letters_or_with_another_path_is_no_other_address(copied: Copied) -> None:
    for url in (f"{copied.url}/base", copied.url.upper().replace("HTTP", "http")):
        assert copied.open(copied.original, url=url).identity.suspension is None


def test_where_no_link_calls_out_the_new_place_is_noted_and_nothing_suspended(copied: Copied) -> None:
    copied.open(copied.original).change_link("Tracker", outgoing="disabled", by="ada")
    with copied.copied_again() as copy:
        here = copied.open(copy, url="https://staging.example.com")
        assert here.identity.suspension is None
        assert here.identity.place != copied.open(copied.original).identity.place
        here.change_link("Tracker", outgoing="oauth", by="ada")
        assert copied.open(copy).identity.suspension is None


def test_of_many_processes_that_start_on_a_copy_one_writes_it_down_and_all_know(copied: Copied) -> None:
    started = [_command(copied.copy, "identity", "show", "--json") for _ in range(COPIES)]
    shown = [json.loads(_finished(process)) for process in started]
    assert all(each["suspended"] == shown[0]["suspended"] is not None for each in shown)
    assert kinds(copied.open(copied.copy)).count("trust suspended") == 1


def test_a_database_of_an_earlier_version_is_taken_for_the_original(copied: Copied) -> None:
    forget_place(copied.open(copied.original))
    with copied.copied_again() as copy:
        here = copied.open(copy)
        assert who(here) == "alice"
        assert here.identity.place
        assert copied.open(copy).identity.suspension is None


def test_no_secret_is_told_by_the_error_the_record_or_the_command(copied: Copied) -> None:
    """T-66"""
    copy = copied.open(copied.copy)
    told = [str(refused(lambda: who(copy))), json.dumps(copied.command(copied.copy, "identity", "copied", "--yes"))]
    told += [repr(record) for record in copy.audit(1000)]
    assert CANARY not in "".join(told)
