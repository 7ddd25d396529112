"""One application put together from its settings: both faces over the same flows, its people, its log."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applinks import (
    EVERYONE,
    Administrator,
    AdministratorNeeded,
    AppLinks,
    AsyncAppLinks,
    AsyncLinkedApplication,
    ConfigurationError,
    LinkedApplication,
    LinkNotFound,
    NobodyActing,
    PairingRefused,
    Person,
    PersonUnknown,
    Policy,
    RunAsRefused,
    StoreUnavailable,
    TrustSuspended,
    assembly,
    current_user,
    run_as,
)
from applinks.audit import Head, WriteDown
from applinks.incoming import receive
from applinks.links import FactsFor, Level, WhoWeAre
from applinks.outgoing.send import client_options
from applinks.people import Everybody, FindPerson, SignIn
from applinks.questions import Ask, Calculate
from applinks.scripts import (
    Channels,
    KeepMessages,
    MailServer,
    NewMessage,
    OurChannels,
    OurWords,
    Outcome,
    PostComment,
    SendMail,
    Sent,
    Severity,
    deliver_some,
)
from applinks.store import Store
from applinks.wire.messages import Request, Response
from in_memory import EVERYBODY, InMemory, connect, link_to
from putting import forget_place, put

FRONT = "https://front.example.com"
ROOT = Administrator("root", "root's")
CANARY = "canary-7d1f"
EVIL = "\x1b[2Jowned\r\n2026-01-01 call GET as root: 200\x9b"


class Directory:
    """The people of the tests; asked at once."""

    def find(self, name: str) -> Any:
        return next((person for person in EVERYBODY if person.name == name), None)

    def sign_in(self, name: str, password: str) -> Any:
        return self.find(name) if password == f"{name}'s" else None


class AsyncDirectory(Directory):
    """The same people, asked asynchronously."""

    async def find(self, name: str) -> Any:
        await asyncio.sleep(0)
        return super().find(name)

    async def sign_in(self, name: str, password: str) -> Any:
        return await self.find(name) if password == f"{name}'s" else None


class Empty(dict[str, Person]):
    """A directory that has nobody in it yet."""

    def find(self, name: str) -> Person | None:
        return self.get(name)

    def sign_in(self, name: str, password: str) -> Person | None:
        return None


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE", "URL", "NAME", "TYPE", "MECHANISMS", "PLAIN_HTTP", "REPLAY", "SEALING_KEYS", "MAIL", "WORDS"):
        monkeypatch.delenv(f"APPLINKS_{name}", raising=False)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an application that is linked with two trackers."""
    folder = tmp_path_factory.mktemp("template")
    with AppLinks(f"sqlite:///{folder}/links.db", url=FRONT, name="Front", type="bitbucket") as made:
        put(made, link_to(InMemory("Tracker")))
        put(made, link_to(InMemory("Archive")))
        forget_place(made)
    return folder


@pytest.fixture
def database(template: Path, tmp_path: Path) -> str:
    shutil.copytree(template, tmp_path / "files")
    return f"sqlite:///{tmp_path}/files/links.db"


class Sync:
    """The synchronous face."""

    linked = LinkedApplication

    def __init__(self, database: str, **settings: Any) -> None:
        self.applinks: Any = AppLinks(database, **settings)

    def do(self, verb: str, *args: Any, **options: Any) -> Any:
        return getattr(self.applinks, verb)(*args, **options)

    def answered(self, question: Any) -> Any:
        return self.applinks.answer(question)

    def calls(self, linked: Any, path: str, **options: Any) -> Any:
        return linked.get(path, **options)

    def answer_calls(self, transport: httpx2.MockTransport) -> None:
        self.applinks.connections._client = httpx2.Client(**client_options(""), transport=transport)

    def close(self) -> None:
        self.applinks.close()


class Async(Sync):
    """The asynchronous one, in one event loop."""

    linked = AsyncLinkedApplication

    def __init__(self, database: str, **settings: Any) -> None:
        self.runner = asyncio.Runner()
        self.applinks = AsyncAppLinks(database, **settings)

    def wait(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine, context=copy_context())

    def do(self, verb: str, *args: Any, **options: Any) -> Any:
        return self.wait(getattr(self.applinks, verb)(*args, **options))

    def answered(self, question: Any) -> Any:
        return self.wait(self.applinks.answer_async(question))

    def calls(self, linked: Any, path: str, **options: Any) -> Any:
        return self.wait(linked.get(path, **options))

    def answer_calls(self, transport: httpx2.MockTransport) -> None:
        clients = self.applinks.connections._by_loop
        clients[self.runner.get_loop()] = httpx2.AsyncClient(**client_options(""), transport=transport)

    def close(self) -> None:
        self.wait(self.applinks.close())
        self.runner.close()


@pytest.fixture(params=[Sync, Async], ids=["sync", "async"])
def face(request: pytest.FixtureRequest, database: str) -> Iterator[Sync]:
    made = request.param(database, people=Directory(), run_as={"deployment": {"alice"}})
    yield made
    made.close()


# ---- finding


def test_links_are_found_by_type_by_name_and_by_id(face):
    tracker, archive = InMemory("Tracker").identity, InMemory("Archive").identity
    found = [face.do("primary", "jira"), face.do("link", "TRACKER"), face.do("link", id=tracker.id)]
    assert [(type(linked), linked.name, linked.id) for linked in found] == 3 * [(face.linked, "Tracker", tracker.id)]
    assert [linked.id for linked in face.do("links")] == [tracker.id, archive.id]
    assert [linked.name for linked in face.do("links", "jira")] == ["Tracker", "Archive"]
    assert face.do("links", "confluence") == ()


@pytest.mark.parametrize(("verb", "names"), [("link", ("Wiki",)), ("primary", ("confluence",)), ("link", ("",))])
def test_what_is_not_there_is_an_error_that_lists_what_is(face, verb, names):
    with pytest.raises(LinkNotFound) as missing:
        face.do(verb, *names)
    assert missing.value.remedy == "There are: 'Tracker' (jira), 'Archive' (jira)."


@pytest.mark.parametrize("named", [{}, {"name": "Tracker", "id": "1"}])
def test_a_link_is_named_by_its_name_or_by_its_id(face, named):
    with pytest.raises(ConfigurationError, match="either by its name or by its id"):
        face.do("link", **named)


# ---- changing


CHANGES = {
    "change_policy": ("Tracker", Policy(users=frozenset({"bob"}))),
    "change_link": ("Tracker",),
    "make_primary": ("Archive",),
    "delete_link": ("Tracker",),
}
OPTIONS = {"change_link": {"outgoing": "oauth"}}


def test_a_policy_is_replaced(face):
    link = face.do("change_policy", "tracker", Policy(methods=frozenset({"GET"})), by="root")
    assert link.incoming.policy == Policy(methods=frozenset({"GET"}))
    assert face.do("link", "Tracker").link == link


def test_levels_method_and_parameter_are_set_and_what_is_not_said_stays(face):
    before = face.do("link", "Tracker").link
    link = face.do("change_link", "Tracker", outgoing="oauth", signature_method="RSA-SHA512", by="root")
    assert (link.outgoing.level, link.outgoing.signature_method) == (Level.OAUTH, "RSA-SHA512")
    assert (link.incoming.level, link.outgoing.impersonation_parameter) == (before.incoming.level, "user_id")
    link = face.do("change_link", "Tracker", incoming="disabled", impersonation_parameter="learn", by="root")
    assert (link.incoming.level, link.outgoing.impersonation_parameter, link.outgoing.level) == ("disabled", None, "oauth")
    assert face.do("link", "Tracker").link == link


def test_another_link_becomes_primary(face):
    """R-03"""
    assert face.do("make_primary", "Archive", by="root").primary
    assert face.do("primary", "jira").name == "Archive"


def test_a_deleted_link_is_gone(face):
    deleted = face.do("delete_link", "Tracker", by="root")
    assert (deleted.link, deleted.status) == ("Tracker", None)
    assert [linked.name for linked in face.do("links")] == ["Archive"]


def connected(face: Sync, monkeypatch: pytest.MonkeyPatch, *others: InMemory) -> None:
    """What the application asks of the others' addresses they answer, and it answers them; without a socket."""
    connect(*others)
    for other in others:
        monkeypatch.setattr(other, "network", _through(face, other))

    def fetch(_: Any, request: Request) -> Response:
        return others[0].network(request)

    async def fetch_async(_: Any, request: Request) -> Response:
        return await asyncio.to_thread(others[0].network, request)

    monkeypatch.setattr(assembly, "fetch", fetch)
    monkeypatch.setattr(assembly, "fetch_async", fetch_async)


def _through(face: Sync, other: InMemory) -> Any:
    there = other.network

    def network(request: Request) -> Response:
        if request.url.startswith(f"{FRONT}/"):
            answer = face.applinks.run(receive(request))
            return answer if isinstance(answer, Response) else Response(404)
        return there(request)

    return network


def test_both_ends_of_a_link_are_made_and_it_is_returned_ready_for_use(face, monkeypatch):
    """R-06"""
    wiki = InMemory("Wiki", type="confluence")
    connected(face, monkeypatch, wiki)
    linked = face.do("create_link", wiki.identity.url, ROOT, same_users=True, name="Handbook", by="ada")
    assert (type(linked), linked.name, linked.link.same_users.said_by) == (face.linked, "Handbook", "ada")
    assert wiki.link("Front").incoming.consumer_key == face.applinks.identity.consumer_key
    assert face.do("link", "Handbook").link == linked.link


def test_a_link_that_is_refused_there_is_not_made_here(face, monkeypatch):
    wiki = InMemory("Wiki", type="confluence")
    connected(face, monkeypatch, wiki)
    with pytest.raises(PairingRefused):
        face.do("create_link", wiki.identity.url, Administrator("root", "guessed"), same_users=True, by="ada")
    assert [linked.name for linked in face.do("links")] == ["Tracker", "Archive"]


# ---- who may change


def attempt(face: Sync, verb: str, **by: Any) -> Any:
    """Make a change of that kind."""
    if verb == "create_link":
        return face.do(verb, "https://nowhere.example.com", ROOT, same_users=True, **by)
    return face.do(verb, *CHANGES[verb], **OPTIONS.get(verb, {}), **by)


def watched(face: Sync, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """From now on, everything that any flow asks."""
    asked: list[Any] = []
    application, answer, answer_async = face.applinks, face.applinks.answer, face.applinks.answer_async
    monkeypatch.setattr(application, "answer", lambda question: asked.append(question) or answer(question))
    monkeypatch.setattr(application, "answer_async", lambda question: asked.append(question) or answer_async(question))
    return asked


@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_is_on_record_under_the_name_that_trusted_code_gave(face, verb):
    attempt(face, verb, by="ada")
    newest = face.do("audit", 1)[0].entry
    assert (newest.actor, newest.subject, newest.link) == ("ada", "ada", CHANGES[verb][0])


@pytest.mark.parametrize("verb", CHANGES)
def test_an_administrator_who_acts_makes_changes_under_their_own_name(face, verb):
    with face.applinks.acting_as(Person("erin", administrator=True)):
        attempt(face, verb)
    assert face.do("audit", 1)[0].entry.actor == "erin"


@pytest.mark.parametrize("verb", [*CHANGES, "create_link"])
def test_whoever_is_no_administrator_changes_nothing_and_learns_nothing(face, verb, monkeypatch):
    with face.applinks.acting_as(Person("alice")):
        asked = watched(face, monkeypatch)
        with pytest.raises(AdministratorNeeded, match="'alice' is not an administrator"):
            attempt(face, verb)
        with pytest.raises(AdministratorNeeded):
            face.do("delete_link", "no such link")
    assert asked == [], "something was looked up"
    assert face.do("audit") == ()


@pytest.mark.parametrize("verb", [*CHANGES, "create_link"])
def test_where_nobody_acts_and_nobody_is_named_nothing_is_changed(face, verb, monkeypatch):
    asked = watched(face, monkeypatch)
    with pytest.raises(NobodyActing):
        attempt(face, verb)
    assert asked == []


def test_whoever_runs_as_an_administrator_has_their_rights(face):
    """The subject's rights apply; who it really was is on record (R-47, T-24)."""
    admin = Person("deployment", administrator=True)
    face.applinks.people.find = lambda name: admin if name == "deployment" else None
    with face.applinks.acting_as(Person("alice")), run_as("deployment", reason="to tidy up"):
        attempt(face, "delete_link")
    entries = [written.entry for written in reversed(face.do("audit"))]
    assert [(entry.kind, entry.subject) for entry in entries] == [
        ("run_as", "deployment"),
        ("link became primary", "alice"),
        ("link deleted", "alice"),
        ("run_as", "deployment"),
    ]
    assert {entry.actor for entry in entries} == {"alice"}


def test_an_administrator_who_runs_as_somebody_else_has_that_users_rights_only(face):
    erin = Person("erin", administrator=True)
    face.applinks.run_as = {"deployment": {"erin"}}
    with face.applinks.acting_as(erin), run_as("deployment", reason="to look"), pytest.raises(AdministratorNeeded):
        attempt(face, "delete_link")
    assert len(face.do("links")) == 2


# ---- mechanisms


@pytest.mark.parametrize("kind", [AppLinks, AsyncAppLinks])
def test_what_is_loaded_is_what_was_named_the_strongest_first(database, kind):
    for named, loaded in (
        (None, ["2LOi", "3LO", "2LO"]),
        (["Basic", "2LOi"], ["2LOi", "Basic"]),
        (("Trusted",), ["Trusted"]),
    ):
        applinks = kind(database, mechanisms=named)
        assert [mechanism.NAME for mechanism in applinks.mechanisms] == loaded
        applinks._store.close()


@pytest.mark.parametrize("kind", [AppLinks, AsyncAppLinks])
def test_a_mechanism_that_does_not_exist_is_refused_before_anything_is_opened(tmp_path, kind):
    with pytest.raises(ConfigurationError, match="no mechanism 'OAuth'") as refused:
        kind(f"sqlite:///{tmp_path}/links.db", url=FRONT, mechanisms=["2LOi", "OAuth"])
    assert refused.value.remedy == "Name some of: 2LOi, 3LO, 2LO, Trusted, Basic."
    assert list(tmp_path.iterdir()) == []


# ---- the record


def test_the_record_is_read_newest_first_and_verified(face):
    for verb in ("change_policy", "make_primary"):
        attempt(face, verb, by="root")
    assert [written.entry.kind for written in face.do("audit")] == ["link made primary", "policy changed"]
    assert [written.sequence for written in face.do("audit", 1)] == [2]
    verdict = face.do("verify_audit")
    assert (verdict.head.sequence, verdict.broken) == (2, None)
    assert face.do("verify_audit", verdict.head).broken is None
    assert face.do("verify_audit", Head(3, verdict.head.digest)).broken == 3


# ---- all people


class Lists:
    """A directory that can list its people, in the way that is named."""

    def __init__(self, way: str) -> None:
        self.way = way

    def find(self, name: str) -> None:
        return None

    def sign_in(self, name: str, password: str) -> None:
        return None

    def everyone(self) -> Any:
        return {"list": list, "generator": iter, "awaited": self._awaited, "pieces": self._pieces, "both": self._both}[
            self.way
        ](EVERYBODY)

    async def _awaited(self, people: Any) -> Any:
        await asyncio.sleep(0)
        return list(people)

    async def _pieces(self, people: Any) -> Any:
        for person in people:
            await asyncio.sleep(0)
            yield person

    async def _both(self, people: Any) -> Any:
        return self._pieces(people)


@pytest.mark.parametrize("way", ["list", "generator", "awaited", "pieces", "both"])
def test_a_directory_lists_its_people_in_any_way_that_python_knows(database, way):
    async def asked() -> tuple[Any, Any]:
        async with AsyncAppLinks(database, people=Lists(way)) as applinks:
            return await applinks.answer_async(Everybody(100)), await applinks.answer_async(Everybody(2))

    assert asyncio.run(asked()) == (EVERYBODY, EVERYBODY[:2])


@pytest.mark.parametrize("way", ["list", "generator"])
def test_and_under_the_other_face_in_any_way_that_needs_no_waiting(database, way):
    with AppLinks(database, people=Lists(way)) as applinks:
        assert (applinks.answer(Everybody(100)), applinks.answer(Everybody(2))) == (EVERYBODY, EVERYBODY[:2])


@pytest.mark.parametrize("way", ["awaited", "pieces", "both"])
def test_what_has_to_be_awaited_is_refused_there(database, way):
    with AppLinks(database, people=Lists(way)) as applinks, pytest.raises(ConfigurationError, match="Everybody asynchronously"):
        applinks.answer(Everybody(100))


def test_a_directory_need_not_list_anybody(database):
    with AppLinks(database, people=Directory()) as applinks, AppLinks(database) as without:
        assert applinks.answer(Everybody(1)) is None
        assert without.answer(Everybody(1)) is None


def test_a_long_calculation_does_not_hold_up_the_event_loop(database):
    going = threading.Event()

    async def calculated() -> Any:
        async with AsyncAppLinks(database) as applinks:
            working = asyncio.create_task(applinks.answer_async(Calculate(lambda: going.wait(60))))
            await asyncio.sleep(0)
            going.set()
            return await working

    assert asyncio.run(calculated()) is True
    with AppLinks(database) as applinks:
        assert applinks.answer(Calculate(lambda: 6 * 7)) == 42


def test_however_many_wait_for_scripts_a_calculation_waits_for_none_of_them(database):
    """T-79: who could keep every thread waiting, a linked application or a person, would let nobody sign in."""
    going = threading.Event()

    async def calculated() -> list[Any]:
        async with AsyncAppLinks(database) as applinks:
            asked = (Calculate(lambda: going.wait(60), waits=True) for _ in range(100))
            waiting = [asyncio.create_task(applinks.answer_async(question)) for question in asked]
            await asyncio.sleep(0)
            found = await asyncio.wait_for(applinks.answer_async(Calculate(lambda: 42)), 30)
            going.set()
            return [found, *await asyncio.gather(*waiting)]

    assert asyncio.run(calculated()) == [42, *[True] * 100]


# ---- people


def test_a_directory_that_answers_asynchronously_is_for_asynchronous_code(database):
    async def story() -> tuple[str, str]:
        async with AsyncAppLinks(database, people=AsyncDirectory(), run_as={"deployment": EVERYONE}) as applinks:
            async with applinks.acting_as("alice") as alice, run_as("deployment", reason="to try") as deployment:
                signed_in = await applinks.answer_async(SignIn("root", "root's"))
                assert (current_user().name, signed_in.name) == ("deployment", "root")
            return alice.name, deployment.name

    assert asyncio.run(story()) == ("alice", "deployment")


@pytest.mark.parametrize("kind", [AppLinks, AsyncAppLinks])
def test_in_synchronous_code_it_is_refused_in_words_and_no_coroutine_is_left_behind(database, kind, recwarn):
    applinks = kind(database, people=AsyncDirectory())
    with pytest.raises(ConfigurationError, match="answers FindPerson asynchronously") as refused, applinks.acting_as("alice"):
        pytest.fail("alice acts")
    with pytest.raises(ConfigurationError, match="SignIn"):
        applinks.answer(SignIn("root", "root's"))
    gc.collect()
    assert "AsyncAppLinks" in refused.value.remedy
    assert not [warning for warning in recwarn if "never awaited" in str(warning.message)]
    assert current_user(default=None) is None
    applinks._store.close()


def test_a_directory_whose_answers_are_futures_is_refused_in_synchronous_code_too(database):
    class Futures(Directory):
        def find(self, name: str) -> Any:
            return asyncio.get_running_loop().create_future()

    async def story() -> None:
        with AppLinks(database, people=Futures()) as applinks, pytest.raises(ConfigurationError, match="FindPerson"):
            applinks.answer(FindPerson("alice"))

    asyncio.run(story())


def test_without_a_directory_nobody_can_be_looked_up_by_name(database):
    with AppLinks(database) as applinks:
        with pytest.raises(ConfigurationError, match="'alice'") as refused:
            applinks.acting_as("alice")
        assert "people=" in refused.value.remedy
        assert applinks.answer(FindPerson("alice")) is None
        assert applinks.answer(SignIn("alice", "alice's")) is None


def test_without_a_directory_a_person_can_still_be_handed_over(database):
    with AppLinks(database) as applinks:
        with applinks.acting_as(Person("alice")) as alice:
            assert current_user() is alice
        with pytest.raises(PersonUnknown, match="disabled"), applinks.acting_as(Person("dave", active=False)):
            pytest.fail("dave acts")


def test_a_directory_that_is_still_empty_is_one_all_the_same(database):
    with AppLinks(database, people=Empty()) as applinks:
        assert applinks.answer(FindPerson("alice")) is None
        assert applinks.answer(SignIn("alice", "alice's")) is None
        with pytest.raises(PersonUnknown), applinks.acting_as("alice"):
            pytest.fail("alice acts")


def test_the_directory_is_asked_anew_whenever_somebody_begins_to_act(database):
    people = Empty(alice=Person("alice"))
    with AppLinks(database, people=people) as applinks:
        with applinks.acting_as("alice"):
            pass
        people["alice"] = Person("alice", active=False)
        with pytest.raises(PersonUnknown, match="disabled"), applinks.acting_as("alice"):
            pytest.fail("alice acts")


# ---- who may run as whom


@pytest.mark.parametrize("kind", [AppLinks, AsyncAppLinks])
def test_a_text_where_a_set_of_names_must_stand_is_refused_before_anything_is_opened(tmp_path, kind):
    with pytest.raises(ConfigurationError, match="it must say a set of names") as refused:
        kind(f"sqlite:///{tmp_path}/links.db", url=FRONT, run_as={"deployment": "alice"})
    assert refused.value.remedy == "Write run_as={'deployment': {'alice'}}."
    assert list(tmp_path.iterdir()) == []


def test_nobody_may_run_as_anybody_unless_it_is_said(database):
    with AppLinks(database, people=Directory()) as applinks, applinks.acting_as("root"):  # noqa: SIM117
        with pytest.raises(RunAsRefused), run_as("deployment", reason="to try"):
            pytest.fail("root runs as deployment")


# ---- identity


def test_an_application_opened_again_without_saying_who_it_is_is_who_it_was(database):
    with AppLinks(database) as applinks:
        us = applinks.identity
    assert (us.name, us.type, us.url) == ("Front", "bitbucket", FRONT)
    with AppLinks(database) as applinks:
        assert applinks.identity == us


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"name": "Portal"}, ("Portal", "bitbucket", FRONT)),
        ({"type": "generic"}, ("Front", "generic", FRONT)),
        ({"url": "https://portal.example.com/base/"}, ("Front", "bitbucket", "https://portal.example.com/base")),
    ],
)
def test_what_is_said_changes_and_id_and_consumer_key_stay_for_life(database, said, known):
    with AppLinks(database) as applinks:
        before = applinks.identity
    for settings in (said, {}):
        with AppLinks(database, **settings) as applinks:
            us = applinks.identity
            assert (us.name, us.type, us.url) == known
            assert (us.id, us.consumer_key) == (before.id, before.consumer_key)


def test_at_first_the_name_is_the_host_of_the_address_and_the_type_is_generic(tmp_path):
    with AppLinks(f"sqlite:///{tmp_path}/links.db", url="https://wiki.example.com:8443/base/") as applinks:
        us = applinks.identity
    assert (us.name, us.type, us.url) == ("wiki.example.com", "generic", "https://wiki.example.com:8443/base")


def test_settings_come_from_the_environment_where_they_are_not_given(tmp_path, monkeypatch):
    monkeypatch.setenv("APPLINKS_DATABASE", f"sqlite:///{tmp_path}/links.db")
    monkeypatch.setenv("APPLINKS_URL", FRONT)
    monkeypatch.setenv("APPLINKS_NAME", "From outside")
    with AppLinks(type="jira") as applinks:
        assert (applinks.identity.name, applinks.identity.type) == ("From outside", "jira")


# ---- start and end


def open_files() -> list[str]:
    """The files of the database that this process has open."""
    handles = Path("/proc/self/fd")
    if not handles.exists():
        pytest.skip("this system does not list the open files of a process")
    targets = []
    for handle in handles.iterdir():
        with suppress(FileNotFoundError):  # the one by which the folder itself is read
            targets.append(str(handle.readlink()))
    return [target for target in targets if "links.db" in target]


@pytest.mark.parametrize("kind", [AppLinks, AsyncAppLinks])
def test_a_database_that_does_not_know_who_it_belongs_to_is_an_error_and_is_closed_again(tmp_path, kind):
    database = f"sqlite:///{tmp_path}/links.db"
    Store.open(database).close()
    with pytest.raises(ConfigurationError, match="no identity yet"):
        kind(database)
    assert open_files() == []


@pytest.mark.parametrize("error", [StoreUnavailable("full"), KeyboardInterrupt()])
def test_whatever_stops_the_start_leaves_nothing_open(database, monkeypatch, error):
    def identify(*_: Any, **__: Any) -> None:
        assert open_files() != []
        raise error

    monkeypatch.setattr(Store, "identify", identify)
    with pytest.raises(type(error)):
        AppLinks(database, name="Portal")
    assert open_files() == []


def test_a_database_that_is_not_there_is_not_made_where_nobody_says_who_it_is_for(tmp_path):
    with pytest.raises(ConfigurationError, match="There is no database"):
        AppLinks(f"sqlite:///{tmp_path}/slip.db", name="Front", type="jira")
    assert list(tmp_path.iterdir()) == []


def test_closing_gives_everything_back(face):
    face.do("links")
    face.answer_calls(httpx2.MockTransport(lambda _: httpx2.Response(200)))
    client = face.applinks.connections._client or next(iter(face.applinks.connections._by_loop.values()))
    assert open_files() != []
    face.do("close")
    assert client.is_closed
    assert open_files() == []


def test_a_block_closes_at_its_end_even_if_that_is_an_error(database):
    with pytest.raises(ZeroDivisionError), AppLinks(database) as applinks:
        _fail_after(applinks.links())

    async def story() -> None:
        async with AsyncAppLinks(database) as applinks:
            _fail_after(await applinks.links())

    with pytest.raises(ZeroDivisionError):
        asyncio.run(story())
    assert open_files() == []


def _fail_after(links: Any) -> None:
    assert len(links) == 2
    assert open_files() != []
    raise ZeroDivisionError


def test_secrets_are_sealed_anew_by_either_face(face):
    (before,) = face.applinks.secrets_per_sealing_key()
    assert face.applinks.rotate_sealing() == 1
    ((after, count),) = face.applinks.secrets_per_sealing_key().items()
    assert (after != before, count) == (True, 1)
    assert face.applinks.reseal() == 0


# ---- what the log is told


def told(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if hasattr(record, "applinks_entry")]


@pytest.fixture
def talking(face: Sync, caplog: pytest.LogCaptureFixture) -> Sync:
    """A face whose calls are answered 200; everything that is logged is kept."""
    caplog.set_level(logging.DEBUG)
    face.answer_calls(httpx2.MockTransport(lambda _: httpx2.Response(200, json={"name": "alice"})))
    return face


def test_each_call_is_one_line_that_carries_the_whole_entry_and_is_kept_as_well(talking, caplog):
    with talking.applinks.acting_as("alice"), run_as("deployment", reason="to look"):
        talking.calls(talking.do("primary", "jira"), "rest/api/2/myself?expand=all")
    line = next(record for record in told(caplog) if record.applinks_entry.kind == "call")
    entry = line.applinks_entry
    assert (line.name, line.levelname) == ("applinks.outgoing", "INFO")
    assert line.getMessage() == ("call GET https://tracker.example.com/rest/api/2/myself as deployment (really alice): 200")
    assert (entry.subject, entry.actor, entry.reason, entry.link) == ("deployment", "alice", "to look", "Tracker")
    assert entry.explanation.startswith("GET&https%3A%2F%2Ftracker.example.com%2Frest%2Fapi%2F2%2Fmyself&")
    kept = [written.entry for written in talking.do("audit") if written.entry.kind == "call"]
    assert kept == [entry]
    assert kept[0].explanation is None


def test_every_other_act_is_told_too_under_another_name(talking, caplog):
    with talking.applinks.acting_as("alice"), run_as("deployment", reason="to look"):
        pass
    attempt(talking, "make_primary", by="root")
    assert {record.name for record in told(caplog)} == {"applinks.records"}
    assert [record.applinks_entry.kind for record in told(caplog)] == ["run_as", "run_as", "link made primary"]
    assert told(caplog)[-1].getMessage() == "link made primary  as root: done"


def test_a_call_that_failed_is_told_with_the_code_of_its_error(face, caplog):
    caplog.set_level(logging.INFO, "applinks")
    face.answer_calls(httpx2.MockTransport(_broken))
    with face.applinks.acting_as("alice"), pytest.raises(Exception, match="cannot be reached"):
        face.calls(face.do("primary", "jira"), "rest")
    assert told(caplog)[-1].getMessage().endswith("as alice: transport-failed")


def _broken(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("refused", request=request)


def test_no_control_character_reaches_the_log_from_a_name_or_from_the_far_side(face, caplog):
    """T-67"""
    caplog.set_level(logging.DEBUG, "applinks")
    headers = {"www-authenticate": 'OAuth oauth_problem="nonce_used%1B%5B2Jowned%0D%0A2026"'}
    face.answer_calls(httpx2.MockTransport(lambda _: httpx2.Response(401, headers=headers)))
    with face.applinks.acting_as(Person(f"alice{EVIL}")), pytest.raises(Exception, match="401"):
        face.calls(face.do("primary", "jira"), "rest")
    face.do("delete_link", "Archive", by=f"root{EVIL}")
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("applinks")]
    assert len(messages) == 2
    assert all(message.isprintable() for message in messages), messages
    assert all("owned" in message for message in messages), "nothing was tried"


def test_no_secret_reaches_the_log_or_the_record(talking, caplog, monkeypatch):
    """T-66: passwords, bodies, headers and queries."""
    wiki = InMemory("Wiki", people=(Person("root", administrator=True),))
    connected(talking, monkeypatch, wiki)
    with pytest.raises(PairingRefused):
        talking.do("create_link", wiki.identity.url, Administrator("root", CANARY), same_users=True, by="root")
    tracker = talking.do("primary", "jira")
    talking.answer_calls(httpx2.MockTransport(lambda _: httpx2.Response(200, json={"token": CANARY})))
    with talking.applinks.acting_as("alice"):
        talking.calls(tracker, "rest", params={"token": CANARY}, headers={"x-token": CANARY})
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("applinks")]
    assert any("call GET" in message for message in ours)
    assert CANARY not in "\n".join(ours)
    assert CANARY not in json.dumps([str(written) for written in talking.do("audit")])
    assert not [path for path in Path(_folder(talking)).iterdir() if CANARY.encode() in path.read_bytes()]


def _folder(face: Sync) -> str:
    return face.applinks.settings.database.removeprefix("sqlite:///").rpartition("/")[0]


def test_an_act_that_cannot_be_written_down_is_not_told_as_done(face, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG, "applinks")
    store = face.applinks._store
    answer, answer_async = store.answer, store.answer_async

    def failing(question: Any) -> Any:
        if isinstance(question, WriteDown):
            raise StoreUnavailable("full")
        return answer(question)

    async def failing_async(question: Any) -> Any:
        return failing(question) if isinstance(question, WriteDown) else await answer_async(question)

    monkeypatch.setattr(store, "answer", failing)
    monkeypatch.setattr(store, "answer_async", failing_async)
    with pytest.raises(StoreUnavailable):
        face.do("delete_link", "Archive", by="root")
    assert told(caplog) == []


# ---- both worlds ask the same


def test_both_faces_and_the_plain_answers_come_from_the_same_store(face):
    assert face.applinks.answer(WhoWeAre()) == face.applinks.identity
    tracker = face.do("link", "Tracker").link
    assert face.applinks.answer(FactsFor(tracker.id)).link == tracker


# ---- while outgoing trust is suspended


def test_the_start_that_notices_a_copy_says_so_in_the_log(database, tmp_path, caplog):
    """G-06"""
    with AppLinks(database) as original:
        known = original.identity
    shutil.copytree(tmp_path / "files", tmp_path / "copy")
    for _ in range(2):
        caplog.clear()
        with AppLinks(f"sqlite:///{tmp_path}/copy/links.db") as copy:
            assert copy.identity.suspension is not None
            assert replace(copy.identity, suspension=None) == known
        (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert "applinks identity show" in warning.message


def test_no_flow_of_whatever_kind_sends_a_proof_from_a_copy(face, database, monkeypatch):
    """G-06: the last look, where requests leave."""
    sent = []

    def fetch(_: Any, request: Request) -> Response:
        sent.append(request)
        return Response(200)

    async def fetch_async(_: Any, request: Request) -> Response:
        return fetch(_, request)

    monkeypatch.setattr(assembly, "fetch", fetch)
    monkeypatch.setattr(assembly, "fetch_async", fetch_async)
    AppLinks(database, url="https://elsewhere.example.com").close()
    url = "https://tracker.example.com/x"
    for header in ("authorization", "x-seraph-trusted-app-cert"):
        with pytest.raises(TrustSuspended, match=r"elsewhere\.example\.com"):
            face.answered(Ask(Request("POST", url, ((header, "proof"),))))
    assert sent == []
    face.answered(Ask(Request("GET", url, (("accept", "application/xml"),))))
    assert len(sent) == 1


# ---- messages


def test_a_comment_is_written_over_the_link_as_the_user_who_was_named_for_it(face):
    written = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        written.append(request)
        return httpx2.Response(201, json={}, headers={"x-ausername": "deployment"})

    face.answer_calls(httpx2.MockTransport(answer))
    link = face.do("primary", "jira").link
    face.answered(PostComment(link, "deployment", "rest/api/2/issue/OPS-7/comment", {"body": "text"}))
    (request,) = written
    assert (request.method, request.url.path, request.url.params["user_id"]) == (
        "POST",
        "/rest/api/2/issue/OPS-7/comment",
        "deployment",
    )
    assert json.loads(request.content) == {"body": "text"}
    assert current_user(default=None) is None


def test_nobody_writes_a_comment_who_is_not_an_active_user(face):
    link = face.do("primary", "jira").link
    with pytest.raises(PersonUnknown):
        face.answered(PostComment(link, "nobody", "rest/api/2/issue/OPS-7/comment", {}))


def test_mail_is_handed_over_beside_an_event_loop_and_its_outcome_is_the_answer(face, monkeypatch):
    threads = []

    def post(server: MailServer, message: object) -> Outcome:
        threads.append(threading.current_thread())
        return Outcome(Sent.LATER, f"{server.host}: {message}")

    monkeypatch.setattr(assembly, "post_mail", post)
    question = SendMail(MailServer("mail.test", 25, "links@example.com"), "a message")  # type: ignore[arg-type]
    assert face.answered(question) == Outcome(Sent.LATER, "mail.test: a message")
    assert (threads[0] is threading.main_thread()) is (type(face) is Sync)


def test_messages_are_delivered_by_the_channels_of_the_environment(face, monkeypatch):
    assert face.answered(OurChannels()) == Channels()
    assert face.answered(OurWords()).say("info", {"text": "x"}) == "x"
    face.answered(KeepMessages((NewMessage("key", "alice", Severity.INFO, "text"),)))
    assert face.do("run_async" if type(face) is Async else "run", deliver_some()) == 1
    assert face.do("run_async" if type(face) is Async else "run", deliver_some()) == 0
