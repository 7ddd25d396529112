"""What the questions about pasted scripts promise, on every kind of database."""

from __future__ import annotations

from dataclasses import replace

from applinks.scripts import HookKind, KeepPasted, PastedRevisions, PastedScript, PastedScripts, RemovePasted
from applinks.store import Store
from contracts.conftest import Clock
from contracts.test_store_tokens import race

SCRIPT = PastedScript(
    "publish",
    "log('ü')\n",
    HookKind.LISTENER,
    "jira",
    ("jira:issue_created", "jira:issue_updated"),
    None,
    ("space", "label"),
    "r1",
    1_800_000_000.0,
    "ada",
)
MOVED = PastedScript("move", "x", HookKind.POST_FUNCTION, "jira", transition="Done", revision="r2", changed_by="ada")


def test_it_is_found_as_it_was_kept(store: Store, clock: Clock) -> None:
    assert store.answer(PastedScripts()) == ()
    assert store.answer(KeepPasted(replace(SCRIPT, changed_at=0.0))) is None
    clock.now += 5
    store.answer(KeepPasted(MOVED))
    assert store.answer(PastedScripts()) == (replace(MOVED, changed_at=clock.now), SCRIPT)
    assert store.answer(PastedRevisions()) == {"publish": "r1", "move": "r2"}


def test_another_one_of_its_name_takes_its_place(store: Store) -> None:
    store.answer(KeepPasted(SCRIPT))
    other = replace(SCRIPT, text="pass", events=("x",), parameters=(), application=None, revision="r3", changed_by="erin")
    assert store.answer(KeepPasted(other)) == SCRIPT
    assert store.answer(PastedScripts()) == (other,)


def test_a_removed_one_is_gone(store: Store) -> None:
    store.answer(KeepPasted(SCRIPT))
    store.answer(KeepPasted(MOVED))
    assert store.answer(RemovePasted("publish")) == SCRIPT
    assert store.answer(RemovePasted("publish")) is None
    assert store.answer(PastedRevisions()) == {"move": "r2"}


def test_of_many_who_keep_at_once_one_is_last_and_nothing_is_mixed(store: Store) -> None:
    kept = [replace(SCRIPT, text=f"{number}", revision=f"{number}") for number in range(8)]
    race([lambda script=script: store.answer(KeepPasted(script)) for script in kept])
    (found,) = store.answer(PastedScripts())
    assert found.text == found.revision
    assert store.answer(PastedRevisions()) == {"publish": found.revision}
