"""The door to an application whose database is at hand: it makes, tells and changes, and lets the environment have no say."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from applinks import AppLinks
from applinks.declared import LinkFile, Surroundings, apply, doors_of, parse, plan
from applinks.errors import ConfigurationError
from applinks.links import Level, Link, OurKey, SameUsers
from applinks.settings import Settings
from applinks.store import Store, migrate
from declared.files import LINKED, TWO, application

BY = "ada"


def read(written: str, folder: Path, **environment: str) -> LinkFile:
    return parse(written, "links.toml", Surroundings(folder, environment))


def applied(written: str, folder: Path, environment=None, **options):
    file = read(written, folder, **(environment or {}))
    with doors_of(file, environment or {}) as doors:
        return apply(file, doors, by=BY, **options)


def test_looking_makes_nothing(tmp_path):
    file = read(LINKED, tmp_path)
    with doors_of(file, {}) as doors:
        assert plan(file, doors).differs
        assert not doors["tracker"].holds(Link("x", "X", "jira", "", ""), "incoming", "secret")
    assert list(tmp_path.iterdir()) == []


def test_an_application_is_made_as_init_would_make_it(tmp_path):
    applied(TWO, tmp_path)
    with AppLinks(f"sqlite:///{tmp_path}/tracker.db") as applinks:
        us = applinks.identity
        assert (us.name, us.type, us.url) == ("Tracker", "jira", "https://tracker.example.com")
    assert (tmp_path / "tracker.db.key").exists()


def test_it_goes_on_where_the_making_was_interrupted_after_the_tables(tmp_path):
    path = f"sqlite:///{tmp_path}/tracker.db"
    with pytest.raises(ConfigurationError, match="no identity"):
        Store.open(path).answer(OurKey())
    applied(TWO, tmp_path)
    with AppLinks(path) as applinks:
        assert applinks.identity.name == "Tracker"


def test_a_file_without_its_sealing_keys_is_told_as_always(tmp_path):
    applied(TWO, tmp_path)
    (tmp_path / "tracker.db.key").unlink()
    with pytest.raises(ConfigurationError, match="sealing keys of the database are missing"):
        applied(TWO, tmp_path)


def test_tables_of_an_older_version_are_brought_up_to_date(tmp_path):
    migrate(f"sqlite:///{tmp_path}/tracker.db")
    (tmp_path / "tracker.db.key").write_text(f"one:{b64encode(bytes(32)).decode()}\n")
    (tmp_path / "tracker.db.key").chmod(0o600)
    assert len(applied(TWO, tmp_path)) == 2


def test_what_the_environment_says_of_one_application_does_not_reach_these(tmp_path, monkeypatch):
    for name, value in (
        ("URL", "https://other.example.com"),
        ("NAME", "Other"),
        ("TYPE", "bamboo"),
        ("DATABASE", "sqlite:///x"),
    ):
        monkeypatch.setenv(f"APPLINKS_{name}", value)
    applied(LINKED, tmp_path)
    assert applied(LINKED, tmp_path) == ()
    with AppLinks.from_settings(Settings(database=f"sqlite:///{tmp_path}/tracker.db")) as applinks:
        assert applinks.identity.name == "Tracker"


def test_keys_that_seal_may_be_named_for_each_database(tmp_path):
    lines = f"new:{b64encode(bytes(range(32))).decode()}\n\nold:{b64encode(bytes(32)).decode()}\n"
    text = application("Tracker", 'sealing_keys = "env:KEYS"')
    applied(text, tmp_path, {"KEYS": lines})
    assert not (tmp_path / "tracker.db.key").exists()
    assert applied(text, tmp_path, {"KEYS": lines}) == ()
    with pytest.raises(ConfigurationError, match="env:KEYS") as refused:
        applied(text, tmp_path, {"KEYS": f"another:{b64encode(bytes(32)).decode()}"})
    assert b64encode(bytes(32)).decode() not in str(refused.value)


def test_links_are_told_as_they_are_and_secrets_by_yes_or_no(tmp_path):
    text = LINKED + '[links.tracker]\noutgoing.secret = "env:SECRET"'
    file = read(text, tmp_path, SECRET="canary")
    with doors_of(file, {}) as doors:
        apply(file, doors, by=BY)
        (link,) = doors["tracker"].observe().links
        assert (link.name, link.outgoing.level) == ("Wiki", Level.OAUTH_IMPERSONATION)
        assert link.same_users == SameUsers(True, BY, link.same_users.said_at)
        assert doors["tracker"].holds(link, "outgoing", "canary")
        assert not doors["tracker"].holds(link, "outgoing", "another")
        assert "canary" not in repr(doors["tracker"].observe())


def test_mechanisms_and_plain_http_are_those_of_the_environment_for_all_alike(tmp_path):
    text = TWO.replace("https", "http") + (
        '\n[[links]]\nbetween = ["tracker", "wiki"]\nsame_users = false\n'
        '[links.tracker]\noutgoing = { level = "trusted" }\nincoming.level = "disabled"'
    )
    environment = {"APPLINKS_PLAIN_HTTP": "1", "APPLINKS_MECHANISMS": "2LO,Trusted"}
    applied(text, tmp_path, environment)
    with AppLinks(f"sqlite:///{tmp_path}/wiki.db", mechanisms=("Trusted",)) as wiki:
        incoming = wiki.link("Tracker").link.incoming
        with AppLinks(f"sqlite:///{tmp_path}/tracker.db", mechanisms=("Trusted",)) as tracker:
            assert incoming.consumer_key == tracker.identity.consumer_key, "the id under which its certificate is published"
            assert incoming.public_key == tracker.answer(OurKey()).public.text


def test_an_application_on_a_server_is_made_and_changed_in_the_same_way(new_postgresql, tmp_path):
    text = LINKED.replace('"sqlite:///wiki.db"', '"env:WIKI"\nsealing_keys = "file:wiki.keys"')
    (tmp_path / "wiki.keys").write_text(f"one:{b64encode(bytes(32)).decode()}\n")
    environment = {"WIKI": new_postgresql}
    assert len(applied(text, tmp_path, environment)) == 4
    assert applied(text, tmp_path, environment) == ()
