"""The two faces say the same: by their signatures, and by what they do with secrets, grants and consents."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import shutil
import typing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from applinks import (
    AdministratorNeeded,
    AppLinks,
    AsyncAppLinks,
    AsyncLinkedApplication,
    ConfigurationError,
    ConsentEnded,
    Consumer,
    LinkedApplication,
    LinkNotFound,
    NobodyActing,
    Person,
    Provider,
    run_as,
)
from applinks.assembly import Application
from applinks.incoming import consent
from applinks.links import (
    AccessToken,
    Grant,
    KeepRequestToken,
    KeepToken,
    RequestToken,
    SecretOf,
    SecretUse,
    SpendRequestToken,
)
from applinks.scripts import KeepMessages, NewMessage, Severity
from in_memory import EVERYBODY, InMemory, key_of, link_to
from putting import forget_place, put

CANARY = "canary-7d1f"
NEVER = 4_000_000_000
FACES = {LinkedApplication: AsyncLinkedApplication, AppLinks: AsyncAppLinks}


# ---- signatures


def methods(face: type) -> dict[str, Any]:
    return {name: member for name, member in inspect.getmembers(face) if not name.startswith("_")}


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_every_public_method_takes_the_same_in_both_worlds(face):
    ours, theirs = methods(face), methods(FACES[face])
    assert ours.keys() == theirs.keys()
    for name, method in ours.items():
        if callable(method):
            assert parameters(method) == parameters(theirs[name]), name
        else:
            assert type(method) is type(theirs[name]), name


def parameters(method: Any) -> list[tuple[Any, ...]]:
    signature = inspect.signature(method)
    return [(each.name, each.kind, each.default, each.annotation) for each in signature.parameters.values()]


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_every_public_method_gives_the_same_in_both_worlds_but_for_the_face(face):
    for name, method in methods(face).items():
        if callable(method):
            given = str(inspect.signature(method).return_annotation)
            awaited = str(inspect.signature(methods(FACES[face])[name]).return_annotation)
            assert awaited.replace("Async", "") == given, name


ANSWERED_AT_ONCE = {
    "acting_as",
    "administrator",
    "back_up",
    "identity",
    "listen",
    "reseal",
    "rotate_sealing",
    "secrets_per_sealing_key",
}
"""What takes no answer from elsewhere, or is done in start-up code, is the same function in both worlds."""


def test_what_a_face_does_itself_is_awaited_in_the_other_world():
    own, theirs = (
        {name for name in set(dir(face)) - set(dir(Application)) if not name.startswith("_")}
        for face in (AppLinks, AsyncAppLinks)
    )
    assert own == theirs
    awaited = {name for name in own if inspect.iscoroutinefunction(getattr(AsyncAppLinks, name))}
    assert own - awaited == {"export_audit", "export_runs"}
    assert inspect.isasyncgenfunction(AsyncAppLinks.export_audit)
    assert inspect.isasyncgenfunction(AsyncAppLinks.export_runs)
    assert not any(inspect.iscoroutinefunction(getattr(AppLinks, name)) for name in own)
    assert not own & ANSWERED_AT_ONCE


def test_every_change_can_be_made_by_name():
    """R-47: whoever changes something is on record."""
    changing = {name for name, method in methods(AppLinks).items() if callable(method) and "by" in str(parameters(method))}
    assert changing >= {
        "change_link", "change_policy", "create_link", "delete_link", "forget_consent", "make_primary", "new_secret",
        "make_token", "register_link", "revoke_grant", "revoke_token", "set_secret",
    }  # fmt: skip
    for name in changing - {"administrator"}:
        by = inspect.signature(getattr(AppLinks, name)).parameters["by"]
        assert (by.kind, by.default) == (by.KEYWORD_ONLY, None), name


def test_annotations_can_be_read_by_tools():
    assert typing.get_type_hints(AppLinks.listen)
    assert typing.get_type_hints(AppLinks.set_secret)["secret"] is str


# ---- what they do


class Directory:
    def find(self, name: str) -> Person | None:
        return next((person for person in EVERYBODY if person.name == name), None)

    def sign_in(self, name: str, password: str) -> Person | None:
        return None


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an application that is linked with a tracker and an archive."""
    folder = tmp_path_factory.mktemp("template")
    with AppLinks(f"sqlite:///{folder}/links.db", url="https://front.example.com", name="Front") as made:
        put(made, link_to(InMemory("Tracker")))
        put(made, link_to(InMemory("Archive")))
        forget_place(made)
    return folder


class Sync:
    """The synchronous face; `do` calls one of its methods."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.applinks: Any = self.made(f"sqlite:///{folder}/links.db", people=Directory(), **settings)

    def made(self, *args: Any, **settings: Any) -> Any:
        return AppLinks(*args, **settings)

    def do(self, verb: str, *args: Any, **options: Any) -> Any:
        return getattr(self.applinks, verb)(*args, **options)

    def newest(self) -> Any:
        return self.do("audit", 1)[0].entry


class Async(Sync):
    """The asynchronous one; nobody else uses its event loop."""

    def made(self, *args: Any, **settings: Any) -> Any:
        return AsyncAppLinks(*args, **settings)

    def do(self, verb: str, *args: Any, **options: Any) -> Any:
        return asyncio.run(getattr(self.applinks, verb)(*args, **options))


@pytest.fixture(params=[Sync, Async], ids=["sync", "async"])
def face(request, template: Path, tmp_path: Path) -> Iterator[Sync]:
    shutil.copytree(template, tmp_path / "files")
    settings = {"mechanisms": ["2LOi", "3LO", "2LO", "Basic"], "run_as": {"root": {"alice"}}}
    made = request.param(tmp_path / "files", **settings)
    yield made
    made.do("close")


def id_of(face: Sync, name: str) -> str:
    return face.do("link", name).id


def give(face: Sync, link: str, user: str, number: int) -> Grant:
    """What the dance of that person with an application of that link leaves here."""
    id = id_of(face, link)  # noqa: A001
    grant = Grant(f"grant {number}", id, user, f"digest {number}", CANARY, f"handle {number}", number, NEVER, NEVER)
    face.applinks.answer(KeepRequestToken(RequestToken(f"wish {number}", CANARY, id, None, NEVER)))
    assert face.applinks.answer(SpendRequestToken(f"wish {number}", grant))
    return grant


def hold(face: Sync, link: str, user: str, made_at: int) -> AccessToken:
    """What the dance of that person over there leaves here."""
    token = AccessToken(id_of(face, link), user, f"token {CANARY}", CANARY, made_at)
    face.applinks.answer(KeepToken(token))
    return token


def test_a_link_by_hand_is_returned_ready_for_use(face):
    """R-11"""
    linked = face.do(
        "register_link", "Any", "https://any.example.com", type="stash", provider=Provider("front", CANARY),
        consumer=Consumer("any", key_of("Any").public.text), same_users=True, by="ada",
    )  # fmt: skip
    assert (linked.name, linked.type, linked.link.same_users.said_by) == ("Any", "bitbucket", "ada")
    assert face.do("link", "Any").link == linked.link
    asked = SecretOf(linked.id, SecretUse.OUTGOING_OAUTH, "https://any.example.com")
    assert face.applinks.answer(asked) == CANARY


def test_a_fixed_user_who_is_an_administrator_is_refused_by_the_directory_of_this_application(face):
    """R-13, T-20"""
    with pytest.raises(ConfigurationError, match="administrator"):
        face.do("change_link", "Tracker", execute_as="root", by="ada")
    assert face.do("change_link", "Tracker", execute_as="deployment", by="ada").incoming.execute_as == "deployment"


def test_a_level_whose_mechanism_this_application_has_not_loaded_is_refused(face):
    """R-15, R-16"""
    with pytest.raises(ConfigurationError, match="'Trusted' is not loaded"):
        face.do("change_link", "Tracker", incoming="trusted", by="ada")
    assert face.do("change_link", "Tracker", outgoing="basic", account="service", by="ada").outgoing.level == "basic"


def test_a_setting_that_does_not_exist_is_an_error_and_no_change(face):
    with pytest.raises(ConfigurationError, match="no setting 'outgiong'"):
        face.do("change_link", "Tracker", outgiong="disabled", by="ada")
    assert face.do("audit") == ()


# ---- secrets


def test_no_door_shows_a_secret_that_was_set(face, caplog):
    """T-66, R-16, R-48: no value, no record, no log, no file has the canary."""
    caplog.set_level(logging.DEBUG)
    assert face.do("set_secret", "Tracker", "outgoing", CANARY, by="ada") is None
    face.do("change_link", "Archive", outgoing="basic", account="service", by="ada")
    face.do("set_secret", "Archive", "outgoing", CANARY, by="ada")
    face.do("register_link", "Any", "https://any.example.com", consumer=Consumer("any", secret=CANARY), by="ada")
    assert [written.entry.kind for written in face.do("audit")].count("secret set") == 3
    doors = [
        *(repr(linked) + repr(linked.link) + str(linked) for linked in face.do("links")),
        *(repr(written) + json.dumps(written.entry.checks) for written in face.do("audit")),
        *(record.getMessage() + repr(vars(record)) for record in caplog.records if record.name.startswith("applinks")),
        repr(face.do("verify_audit")) + repr(face.do("grants")) + repr(face.do("consents")) + repr(vars(face.applinks)),
    ]
    assert any("secret set" in door for door in doors), "nothing was looked at"
    assert CANARY not in "".join(doors)
    assert not [path.name for path in face.folder.iterdir() if CANARY.encode() in path.read_bytes()]


def test_a_secret_that_was_made_is_told_this_once(face, caplog):
    """T-66"""
    caplog.set_level(logging.DEBUG)
    secret = face.do("new_secret", "Tracker", by="ada")
    assert face.applinks.answer(SecretOf(id_of(face, "Tracker"), SecretUse.INCOMING_OAUTH, "")) == secret
    told = repr(face.do("audit")) + repr([vars(record) for record in caplog.records if record.name.startswith("applinks")])
    assert secret not in told
    assert not [path.name for path in face.folder.iterdir() if secret.encode() in path.read_bytes()]


# ---- what people allowed here


def test_grants_are_told_by_person_and_by_link_the_newest_first(face):
    """R-45"""
    grants = [give(face, "Tracker", "alice", 1), give(face, "Archive", "alice", 2), give(face, "Tracker", "bob", 3)]
    told = face.do("grants")
    assert [given.grant for given in told] == list(reversed(grants))
    assert all(isinstance(given, consent.Given) for given in told)
    assert [given.link.name for given in told] == ["Tracker", "Archive", "Tracker"]
    assert [given.grant.id for given in face.do("grants", "alice")] == ["grant 2", "grant 1"]
    assert [given.grant.id for given in face.do("grants", link="Tracker")] == ["grant 3", "grant 1"]
    assert [given.grant.id for given in face.do("grants", "bob", link="archive")] == []
    with pytest.raises(LinkNotFound):
        face.do("grants", link="Wiki")
    assert CANARY not in repr(told), "T-66"


def test_an_administrator_takes_back_what_anybody_allowed_and_is_on_record(face):
    """R-45, R-47"""
    give(face, "Tracker", "alice", 1)
    revoked = face.do("revoke_grant", "grant 1", by="ada")
    assert (revoked.grant.user, revoked.link.name) == ("alice", "Tracker")
    assert face.do("grants") == ()
    entry = face.newest()
    assert (entry.kind, entry.subject, entry.actor, entry.link) == ("grant revoked", "alice", "ada", "Tracker")
    with pytest.raises(AdministratorNeeded):
        face.do("revoke_grant", "grant 1", by="ada")


# ---- what people allowed over there


def test_consents_are_told_by_person_and_by_link_the_newest_first(face):
    tokens = [hold(face, "Tracker", "alice", 1), hold(face, "Archive", "alice", 2), hold(face, "Tracker", "bob", 3)]
    told = face.do("consents")
    assert [(one.link_id, one.user) for one in told] == [(token.link_id, token.user) for token in reversed(tokens)]
    assert not any(hasattr(one, name) for one in told for name in ("token", "secret", "session_handle")), "R-48"
    assert [token.made_at for token in face.do("consents", "alice")] == [2, 1]
    assert [token.made_at for token in face.do("consents", link="Tracker")] == [3, 1]
    assert face.do("consents", "bob", link="Archive") == ()
    assert CANARY not in repr(told), "T-66"


def test_a_consent_that_an_administrator_drops_is_gone_announced_and_on_record_under_both_names(face):
    """R-45, R-47"""
    heard: list[Any] = []
    face.applinks.listen(ConsentEnded, heard.append)
    hold(face, "Tracker", "alice", 1)
    assert face.do("forget_consent", "tracker", "alice", by="ada") is True
    assert face.do("consents") == ()
    assert heard == [ConsentEnded(id_of(face, "Tracker"), "Tracker", "alice")]
    entry = face.newest()
    assert (entry.kind, entry.subject, entry.actor, entry.link) == ("consent forgotten", "alice", "ada", "Tracker")


def test_what_nobody_consented_to_cannot_be_dropped_and_leaves_no_record(face):
    assert face.do("forget_consent", "Tracker", "alice", by="ada") is False
    assert face.do("audit") == ()


def test_a_token_is_made_listed_and_ended_and_shown_once(face, caplog):
    """T-66"""
    with caplog.at_level(logging.DEBUG):
        made = face.do("make_token", "nightly", user="root", read_only=True, days=1, by="ops")
        assert face.do("tokens") == face.do("tokens", "root") == (made.token,)
        assert face.do("tokens", "alice") == ()
        assert face.do("revoke_token", made.token.id, by="ops") == made.token
    assert face.do("tokens") == ()
    assert (made.token.user, made.token.may_change) == ("root", False)
    assert made.secret not in caplog.text + repr(made) + repr(face.do("audit"))
    assert (face.newest().kind, face.newest().subject, face.newest().actor) == ("token revoked", "root", "ops")


def test_a_token_is_for_whoever_has_it_made_unless_somebody_is_named(face):
    with face.applinks.acting_as(Person("root", administrator=True)):
        assert face.do("make_token", "mine").token.user == "root"


# ---- who may


CHANGES: dict[str, tuple[Any, ...]] = {
    "set_secret": ("Tracker", "outgoing", CANARY),
    "new_secret": ("Tracker",),
    "register_link": ("Any", "https://any.example.com"),
    "revoke_grant": ("grant 1",),
    "forget_consent": ("Tracker", "alice"),
    "make_token": ("nightly",),
}
OPTIONS: dict[str, dict[str, Any]] = {"register_link": {"provider": Provider()}, "make_token": {"user": "root"}}


@pytest.mark.parametrize("verb", ["messages", "mark_read"])
def test_nobody_is_told_nothing(face, verb):
    with pytest.raises(NobodyActing):
        face.do(verb)


def test_who_acts_is_told_what_is_new_and_reads_only_their_own(face):
    told = (NewMessage("1", "alice", Severity.INFO, "One."), NewMessage("2", "alice", Severity.INFO, "Two."))
    first, _, _ = face.applinks.answer(KeepMessages((*told, NewMessage("3", "bob", Severity.INFO, "Three."))))
    with face.applinks.acting_as(Person("bob")):
        assert face.do("mark_read", first) == 0
    with face.applinks.acting_as(Person("alice")):
        assert [written.text for written in face.do("messages")] == ["Two.", "One."]
        assert [written.text for written in face.do("messages", limit=1)] == ["Two."]
        assert face.do("mark_read", first) == 1
        assert [written.text for written in face.do("messages")] == ["Two."]


def attempt(face: Sync, verb: str, **by: Any) -> Any:
    return face.do(verb, *CHANGES[verb], **OPTIONS.get(verb, {}), **by)


@pytest.mark.parametrize("verb", CHANGES)
def test_only_an_administrator_may_do_that(face, verb):
    give(face, "Tracker", "alice", 1)
    hold(face, "Tracker", "alice", 1)
    with pytest.raises(NobodyActing):
        attempt(face, verb)
    with face.applinks.acting_as(Person("alice")), pytest.raises(AdministratorNeeded):
        attempt(face, verb)
    assert face.do("audit") == ()
    assert (len(face.do("grants")), len(face.do("consents")), len(face.do("links"))) == (1, 1, 2)


@pytest.mark.parametrize("verb", CHANGES)
def test_who_runs_as_an_administrator_may_and_is_on_record_under_their_own_name(face, verb):
    """R-47, T-24"""
    give(face, "Tracker", "alice", 1)
    hold(face, "Tracker", "alice", 1)
    with face.applinks.acting_as(Person("alice")), run_as("root", reason="to tidy up"):
        attempt(face, verb)
        assert face.newest().actor == "alice"


def test_a_link_as_it_was_looked_up_is_a_value(face):
    linked = face.do("link", "Tracker")
    face.do("change_link", "Tracker", outgoing="disabled", by="ada")
    assert linked.link == replace(face.do("link", "Tracker").link, outgoing=linked.link.outgoing)
