"""Links are mended under a stream of calls, and not one call fails.

Two applications run on real servers. While threads, an event loop and another process of the calling one call without a pause,
keys change and the called one moves.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from applinks import LinkNotFound
from applinks.links import LinkById, OurKey
from applinks.mechanisms import TABLE
from applinks.store.sealing import FILE_VARIABLE
from journeys.people import ACCOUNTS_THERE
from journeys.serving import address_of, listen
from journeys.ways import Way
from journeys.world import ASGI, SYNC, WSGI, Pair, linked_pair
from servers import new_database

PATIENCE = 60


@pytest.fixture(params=[(WSGI, "SQLite"), (ASGI, "PostgreSQL")], ids="-".join)
def pair(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Front, which calls tracker, on a kind of server and of database."""
    server, store = request.param
    with ExitStack() as stack:
        where: tuple[str | None, str | None] = (None, None)
        if store == "PostgreSQL":
            at = request.getfixturevalue("postgresql_server")
            monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "keys"))
            where = (stack.enter_context(new_database(at)), stack.enter_context(new_database(at)))
        made = stack.enter_context(linked_pair(tmp_path, server, where, mechanisms=tuple(TABLE)))
        made.tracker.people.update({person.name: person for person in ACCOUNTS_THERE})
        yield made


class Stream:
    """Calls without a pause. `calls` counts those of each caller; `failures` are those that failed."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.calls: dict[str, int] = {}
        self.failures: list[str] = []
        self._stopping = threading.Event()
        self._turn = threading.Condition()

    def called(self, caller: str, failure: str | None = None) -> None:
        with self._turn:
            self.calls[caller] = self.calls.get(caller, 0) + 1
            if failure is not None:
                self.failures.append(f"{caller}: {failure}")
            self._turn.notify_all()

    def goes_on(self, calls: int = 5) -> None:
        """Everybody has called so many times more, and nobody in vain."""
        with self._turn:
            wanted = {caller: number + calls for caller, number in self.calls.items()}
            done = self._turn.wait_for(lambda: all(self.calls[one] >= wanted[one] for one in wanted), PATIENCE)
            assert done, f"{self.calls}, of {wanted}; {self.failures[:3]}"
            assert self.failures == []

    @contextmanager
    def flowing(self) -> Iterator[Stream]:
        looping = {"who held the link since the beginning": self._holding, "who looks it up each time": self._looking_up}
        looping |= {"who holds a client": self._through_a_client, "an event loop": self._in_a_loop}
        with ExitStack() as stack:
            self.calls = dict.fromkeys([*looping, "another process"], 0)
            for name, work in looping.items():
                thread = threading.Thread(target=copy_context().run, args=(work, name), daemon=True)
                thread.start()
                stack.callback(thread.join)
            stack.enter_context(self._another_process())
            stack.callback(self._stopping.set)
            self.goes_on(1)
            yield self
            self.goes_on()

    def _repeat(self, caller: str, call: Callable[[], Any]) -> None:
        while not self._stopping.is_set():
            self._one(caller, call)

    def _one(self, caller: str, call: Callable[[], Any]) -> None:
        try:
            user = call().json()["user"]
            self.called(caller, None if user else "answered to nobody")
        except Exception as failure:  # noqa: BLE001
            self.called(caller, f"{type(failure).__name__}: {failure}")

    def _holding(self, caller: str) -> None:
        with self.pair.front.applinks.acting_as("alice"):
            linked = self.pair.front.applinks.link("Tracker")
            self._repeat(caller, lambda: linked.post("echo", data={"said": "a form"}))

    def _looking_up(self, caller: str) -> None:
        with self.pair.front.applinks.acting_as("alice"):
            self._repeat(caller, lambda: self.pair.front.applinks.link("Tracker").get("deeper/down/echo"))

    def _through_a_client(self, caller: str) -> None:
        with self.pair.front.applinks.acting_as("alice"), self.pair.front.applinks.link("Tracker").client() as client:
            self._repeat(caller, lambda: client.put("echo", json={"said": "JSON"}).raise_for_status())

    def _in_a_loop(self, caller: str) -> None:
        async def calling() -> None:
            applinks = self.pair.asynchronous
            async with applinks.acting_as("alice"):
                linked = await applinks.link("Tracker")
                while not self._stopping.is_set():
                    answers = await asyncio.gather(*(linked.get("echo") for _ in range(3)), return_exceptions=True)
                    for answer in answers:
                        self.called(caller, repr(answer) if isinstance(answer, BaseException) else None)
            await applinks.connections.close_of_this_loop()

        asyncio.run(calling())

    @contextmanager
    def _another_process(self) -> Iterator[None]:
        environment = {**os.environ, **self.pair.front.environment, "PYTHONPATH": os.pathsep.join(sys.path)}
        words = [sys.executable, "-m", "journeys.calling", "alice"]
        environment["APPLINKS_MECHANISMS"] = ",".join(TABLE)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        log = self.pair.front.folder / "calling.log"
        with log.open("ab") as said, subprocess.Popen(words, env=environment, stderr=said, **pipes) as process:  # type: ignore[call-overload]

            def count() -> None:
                while letter := process.stdout.read(1):
                    self.called("another process", None if letter == b"." else log.read_text())

            counting = threading.Thread(target=count, daemon=True)
            counting.start()
            try:
                yield
            finally:
                process.stdin.close()
                process.wait()
                counting.join()


def on_the_new_key(pair: Pair) -> bool:
    (link,) = pair.front.applinks.key_status().links
    return link.current


# ---- keys


def test_our_key_is_rotated_and_announced_and_no_call_fails(pair: Pair) -> None:
    front, tracker = pair.front.applinks, pair.tracker.applinks
    with Stream(pair).flowing() as stream:
        for _ in range(2):
            status = front.rotate_key(by="admin")
            assert (status.links[0].current, status.links[0].told) == (True, "told")
            stream.goes_on()
            assert len(front.retire_keys(by="admin")) == 1
            stream.goes_on()
    assert tracker.link("Front").link.incoming.public_key == front.answer(OurKey()).public.text
    assert len(pair.tracker.entries("key accepted")) == 2
    assert front.verify_audit().broken is tracker.verify_audit().broken is None


def test_our_key_is_rotated_and_entered_over_there_at_any_moment_and_no_call_fails(pair: Pair) -> None:
    front, tracker = pair.front.applinks, pair.tracker.applinks
    with Stream(pair).flowing() as stream:
        for _ in range(2):
            front.rotate_key(announce=False, by="admin")
            stream.goes_on()
            assert not on_the_new_key(pair)
            tracker.change_public_key("Front", front.answer(OurKey()).public.text, overlap=0, by="admin")
            stream.goes_on()
            assert on_the_new_key(pair)
            front.retire_keys(by="admin")
            stream.goes_on()
    assert [entry.outcome.partition(":")[0] for entry in pair.front.entries("key switched")] == ["accepted"] * 2


# ---- addresses


@contextmanager
def at_another_address(pair: Pair) -> Iterator[str]:
    """One more process of tracker, which says that its address is another one; the first goes on answering at the old one."""
    with ExitStack() as stack:
        listening = stack.enter_context(listen())
        url = address_of(listening)
        words = [sys.executable, "-m", "journeys.another_process", url, str(listening.fileno())]
        environment = {**os.environ, **pair.tracker.environment, "PYTHONPATH": os.pathsep.join(sys.path)}
        environment["APPLINKS_MECHANISMS"] = ",".join(TABLE)
        process = stack.enter_context(
            subprocess.Popen(words, stdin=subprocess.PIPE, env=environment, pass_fds=[listening.fileno()])
        )
        stack.callback(process.stdin.close)  # type: ignore[union-attr]
        until = threading.Event()
        while pair.tracker.applinks.identity.url != url:
            assert process.poll() is None
            until.wait(0.02)
        pair.tracker.applinks.identity_moved(by="admin")  # nothing goes out before somebody says so
        yield url


@pytest.mark.parametrize("way", ["2LOi", "3LO"])
@pytest.mark.parametrize("announced", [False, True], ids=["moved here", "announced there"])
def test_the_other_application_moves_and_no_call_fails_and_no_consent_is_lost(pair: Pair, way: str, announced: bool) -> None:
    front, tracker = pair.front.applinks, pair.tracker.applinks
    configured = Way(pair, SYNC, way)
    configured.configure()
    configured.consent("alice")
    id = front.link("Tracker").id  # noqa: A001
    held, given = front.consents(), [one.grant.id for one in tracker.grants()]
    with ExitStack() as stack, Stream(pair).flowing() as stream:
        url = stack.enter_context(at_another_address(pair))
        stream.goes_on()
        if announced:
            (told,) = tracker.announce_address(by="admin")
            assert told.told == "told", told.why
        else:
            moved = front.move_link("Tracker", url, by="admin")
            assert (moved.proven, moved.link.id, moved.dropped) == (True, id, ())
        stream.goes_on()
        assert front.answer(LinkById(id)).application_url == url
        last = front.audit(1)[0].entry
        assert last.kind != "call" or last.request.partition(" ")[2].startswith(url)
        stream.goes_on()
    assert (front.consents(), [one.grant.id for one in tracker.grants()]) == (held, given)


# ---- both ends


def test_both_ends_are_deleted_from_one_side(pair: Pair) -> None:
    pair.front.applinks.delete_link("Tracker", both=True, by="admin")
    for member, name in ((pair.front, "Tracker"), (pair.tracker, "Front")):
        with pytest.raises(LinkNotFound):
            member.applinks.link(name)
    assert [entry.link for entry in pair.tracker.entries("link deleted by the other application")] == ["Front"]


def test_the_asynchronous_face_mends_as_well(pair: Pair) -> None:
    async def mended() -> None:
        applinks = pair.asynchronous
        status = await applinks.rotate_key(by="admin")
        assert status == await applinks.key_status()
        assert await applinks.announce_key("Tracker", by="admin") == status
        await applinks.use_new_key("Tracker", by="admin")
        assert len(await applinks.retire_keys(by="admin")) == 1
        assert [told.told for told in await applinks.announce_address(by="admin")] == ["told"]
        same = (await applinks.link("Tracker")).link
        assert (await applinks.move_link("Tracker", same.application_url, by="admin")).link == same
        known = same.incoming.public_key
        assert (await applinks.change_public_key("Tracker", known, by="admin")).incoming.previous_key is None
        await applinks.delete_link("Tracker", both=True, by="admin")

    pair.runner.run(mended())
    assert not pair.tracker.applinks.links()
