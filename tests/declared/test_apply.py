"""Applying ends when what stands is what is declared: twice is once, interrupted anywhere is once, two at a time is once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from applinks.declared import Surroundings, apply, doors_of, parse
from applinks.declared import plan as look
from applinks.declared.steps import Put, SetSecret
from applinks.errors import ConfigurationError, LinkExists, OurFault
from applinks.links import links_of
from declared.files import JIRA, LINKED, declared, doors
from in_memory import InMemory, link_to

HMAC = LINKED + '[links.tracker]\noutgoing.secret = "env:SECRET"'
KILLED = Path(__file__).with_name("killed.py")


def test_the_second_time_nothing_is_done_and_nothing_written_down():
    here, file = doors("Tracker", "Wiki", new=True), declared(HMAC)
    told = []
    done = apply(file, here, by="ada", told=told.append)
    assert done == tuple(told)
    assert len(done) == 6
    written = {key: len(door.application.entries) for key, door in here.items()}
    assert apply(file, here, by="ada") == ()
    assert {key: len(door.application.entries) for key, door in here.items()} == written
    assert {entry.actor for door in here.values() for entry in door.application.entries} == {"ada"}


def test_a_secret_that_has_changed_is_set_anew_and_only_that():
    here = doors("Tracker", "Wiki")
    apply(declared(HMAC), here, by="ada")
    done = apply(declared(HMAC, {"SECRET": "a new one"}), here, by="ada")
    assert [type(step.act) for step in done] == [SetSecret, SetSecret]
    assert [step.act.direction for step in done] == ["incoming", "outgoing"]
    assert set(here["tracker"].application.secrets.values()) == {"a new one"}


def test_what_was_changed_by_hand_is_as_declared_again():
    here, file = doors("Tracker", "Wiki"), declared(LINKED)
    apply(file, here, by="ada")
    wiki = here["wiki"].application
    before = wiki.link("Tracker")
    wiki.save(replace(before, incoming=replace(before.incoming, execute_as="bob", consumer_key="x")))
    assert [step.title for step in apply(file, here, by="ada")] == ["Wiki: link 'Tracker' is changed"]
    assert wiki.link("Tracker") == before


def test_a_link_that_is_not_declared_stays_unless_it_is_to_be_pruned():
    here, file = doors("Tracker", "Wiki"), declared(LINKED)
    here["wiki"].application.save(link_to(InMemory("Old")))
    apply(file, here, by="ada")
    assert here["wiki"].application.link("Old")
    apply(file, here, by="ada", prune=True)
    assert [link.name for link in here["wiki"].application.links.values()] == ["Tracker"]
    assert here["wiki"].application.outcomes("link deleted") == ["done"]


def test_where_another_link_is_in_the_way_nothing_is_done_at_all():
    here, file = doors("Tracker", "Wiki"), declared(LINKED)
    here["wiki"].application.save(replace(link_to(InMemory("Old")), name="Tracker"))
    with pytest.raises(LinkExists, match="in the way") as refused:
        apply(file, here, by="ada")
    assert "--prune" in refused.value.remedy
    assert [door.done for door in here.values()] == [[], []]
    apply(file, here, by="ada", prune=True)
    assert here["wiki"].application.link("Tracker").id == here["tracker"].application.identity.id


def test_a_step_that_fails_leaves_what_was_done_before_it_and_saying_it_again_ends_the_same():
    here, file = doors("Tracker", "Wiki"), declared(LINKED)
    here["tracker"].application.failing[type(next(links_of()))] = OurFault("It broke.")
    with pytest.raises(OurFault, match="It broke"):
        apply(file, here, by="ada")
    here["tracker"].application.failing.clear()
    apply(file, here, by="ada")
    assert look(file, here).differs is False


def test_who_goes_on_changing_the_same_is_not_fought_for_ever():
    here, file = doors("Tracker", "Wiki"), declared(LINKED)

    def undo(step) -> None:
        if isinstance(step.act, Put):
            application = here[step.key].application
            application.remove(step.act.wanted.id)

    with pytest.raises(ConfigurationError, match="Somebody else goes on changing"):
        apply(file, here, by="ada", told=undo)


def test_only_our_end_of_a_link_with_another_application_is_set():
    here = doors("Tracker")
    done = apply(declared(JIRA + 'outgoing = { level = "oauth", secret = "env:SECRET" }'), here, by="ada")
    assert [step.key for step in done] == ["tracker", "tracker"]


def read(folder: Path, written: str = HMAC):
    return parse(written, "links.toml", Surroundings(folder, {"SECRET": "s3cret"}))


def test_two_who_apply_the_same_file_at_once_both_end_with_what_is_declared(tmp_path):
    (tmp_path / "links.toml").write_text(HMAC)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            file = read(tmp_path)
            with doors_of(file, {}) as here:
                apply(file, here, by="ada")
        except BaseException as error:  # noqa: BLE001 shown below
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with doors_of(read(tmp_path), {}) as here:
        assert look(read(tmp_path), here).as_data() == {"differs": False, "steps": [], "notes": []}


def test_a_change_that_others_make_at_the_same_moment_is_not_lost(tmp_path):
    """What the file does not speak of, such as what was learnt, survives a step that was planned before it was there."""
    file = read(tmp_path)
    with doors_of(file, {}) as here:
        apply(file, here, by="ada")
        changed = read(tmp_path, HMAC + "\noutgoing.fixed_user = true")
        (step,) = look(changed, here).steps
        door = here["tracker"]
        (link,) = door.observe().links
        door._open().change_link("Wiki", impersonation_parameter="xoauth_requestor_id", by="root")
        door.do(step.act, by="ada")
        (link,) = door.observe().links
        assert (link.outgoing.impersonation_parameter, link.outgoing.fixed_user) == ("xoauth_requestor_id", True)


@pytest.mark.timeout(300)  # each of some twenty interruptions is two processes, perhaps on a busy machine
def test_killed_before_or_after_any_write_and_repeated_it_ends_in_the_same_state(tmp_path):
    text = LINKED + (
        'excluded = ["carol"]\n'
        '[links.tracker]\noutgoing.secret = "env:SECRET"\nincoming.policy.administrators = ["deployment"]\n'
        '[applications.jira]\nurl = "https://jira.example.com"\ntype = "jira"\n'
        '[[links]]\nbetween = ["wiki", "jira"]\nsame_users = false\n'
        '[links.wiki]\nprimary = true\noutgoing = { level = "oauth", secret = "env:SECRET" }\n'
    )
    (tmp_path / "links.toml").write_text(text)
    ran = subprocess.run([sys.executable, str(KILLED), str(tmp_path)], capture_output=True, text=True, check=False, timeout=280)
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    assert result["interrupted"] >= 12
    assert result["different"] == []
