"""What can be set from outside: read once, given wins, and what is wrong is named."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from applinks.errors import ConfigurationError
from applinks.scripts import Channels, MailServer
from applinks.settings import Settings, from_environment

EVERYTHING = {
    "APPLINKS_DATABASE": "sqlite:////var/lib/applinks.db",
    "APPLINKS_URL": "https://wiki.example.com/base",
    "APPLINKS_NAME": "Wiki",
    "APPLINKS_TYPE": "confluence",
    "APPLINKS_MECHANISMS": "2LOi, Trusted",
    "APPLINKS_PLAIN_HTTP": "1",
    "APPLINKS_REPLAY": "valkey://user:canary@valkey.example.com/0",
    "APPLINKS_FORMER_URL": "https://old.example.com/base/",
    "APPLINKS_MESSAGES": "mail, comment",
    "APPLINKS_COMMENT_AS": "robot",
    "APPLINKS_MAIL": "smtp://links:canary@mail.example.com?from=links@example.com",
    "APPLINKS_MESSAGE_WEBHOOK": "https://chat.example.com/canary",
    "APPLINKS_MESSAGE_WEBHOOK_SECRET": f"whsec_{'A' * 32}",
    "APPLINKS_WORDS": "/etc/applinks/words",
    "APPLINKS_PASTED_SCRIPTS": "1",
}
READ = Settings(
    "sqlite:////var/lib/applinks.db",
    "https://wiki.example.com/base",
    "Wiki",
    "confluence",
    mechanisms=("2LOi", "Trusted"),
    plain_http=True,
    replay="valkey://user:canary@valkey.example.com/0",
    former_url="https://old.example.com/base/",
    channels=Channels(
        order=("mail", "comment"),
        comment_as="robot",
        mail=MailServer("mail.example.com", 587, "links@example.com", user="links", password="canary"),
        webhook="https://chat.example.com/canary",
        webhook_secret=f"whsec_{'A' * 32}",
    ),
    words=Path("/etc/applinks/words"),
    pasted_scripts=True,
)


def test_everything_can_come_from_the_environment():
    assert from_environment(EVERYTHING) == READ


def test_where_nothing_is_said_the_defaults_hold():
    assert from_environment({}) == Settings()
    assert Settings() == Settings(
        database="sqlite:///applinks.db",
        url=None,
        name=None,
        type=None,
        mechanisms=("2LOi", "3LO", "2LO"),
        plain_http=False,
        replay=None,
        former_url=None,
        channels=Channels(),
        words=None,
        pasted_scripts=False,
    )


def test_it_is_the_environment_of_the_process_where_no_other_is_handed_over(monkeypatch):
    for name in [name for name in os.environ if name.startswith("APPLINKS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("APPLINKS_NAME", "From outside")
    assert from_environment() == Settings(name="From outside")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database", "sqlite:///given.db"),
        ("url", "http://localhost:8000/base"),
        ("name", "Given"),
        ("type", "jira"),
        ("mechanisms", ["Basic"]),
        ("plain_http", False),
        ("replay", "memory"),
        ("channels", Channels()),
        ("words", Path("words")),
        ("pasted_scripts", False),
    ],
)
def test_what_is_given_wins_and_the_rest_still_comes_from_the_environment(name, value):
    found = from_environment(EVERYTHING, **{name: value})
    assert getattr(found, name) == value
    others = {field.name: getattr(found, field.name) for field in fields(Settings) if field.name != name}
    assert others == {field: getattr(READ, field) for field in others}


def test_what_is_given_as_none_was_not_given():
    assert from_environment(EVERYTHING, **{field.name: None for field in fields(Settings)}) == READ


def test_a_variable_that_is_set_to_nothing_says_nothing():
    assert from_environment(dict.fromkeys(EVERYTHING, "")) == Settings()


def test_variables_of_other_programs_are_not_looked_at():
    assert from_environment({"URL": "nonsense", "applinks_url": "nonsense", "APPLINKS_LEVEL": "everything"}) == Settings()


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        *((word, True) for word in ("1", "true", "yes", "on", "TRUE", " Yes ")),
        *((word, False) for word in ("", "0", "false", "no", "off", "Off")),
    ],
)
def test_yes_and_no_may_be_said_in_several_ways(word, meaning):
    assert from_environment({"APPLINKS_PLAIN_HTTP": word}).plain_http is meaning


@pytest.mark.parametrize("word", ["maybe", "2", "tru", "y", "nein"])
def test_any_other_word_is_refused_under_the_name_of_its_variable_and_never_taken_for_yes(word):
    with pytest.raises(ConfigurationError, match=f"APPLINKS_PLAIN_HTTP is '{word}'") as refused:
        from_environment({"APPLINKS_PLAIN_HTTP": word})
    assert refused.value.remedy == "Say 1 or 0."


@pytest.mark.parametrize(
    "url",
    [
        "https://wiki.example.com",
        "https://wiki.example.com/",
        "https://wiki.example.com/base/deeper",
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "https://[::1]:8443/wiki",
        "HTTPS://Wiki.Example.com",
        "https://wiki.example.com/b%C3%A4se",
    ],
)
def test_a_public_address_is_scheme_host_and_perhaps_a_path(url):
    assert Settings(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "wiki.example.com",
        "//wiki.example.com",
        "/wiki",
        "ftp://wiki.example.com",
        "javascript:alert(1)",
        "https:",
        "https://",
        "https:///wiki",
        "https://:8443",
        "https://wiki.example.com:0",
        "https://wiki.example.com:99999",
        "https://wiki.example.com:port",
        "https://[::1",
        "https://[wiki]",
        "https://ada@wiki.example.com",
        "https://ada:secret@wiki.example.com",
        "https://wiki.example.com?a=1",
        "https://wiki.example.com/#top",
        "https://wiki.example.com\\@evil.example.com",
        "https://wiki.example.com/a b",
        " https://wiki.example.com",
        "https://wiki.example.com\n",
        "https://wiki.exa\tmple.com",
        "https://wiki.example.com/\x1b[2J",
        "https://wiki.example.com/\u202e",
    ],
)
def test_what_others_could_not_build_addresses_below_is_no_public_address(url):
    """T-64: what is declared must be plain, since signatures are made for it."""
    with pytest.raises(ConfigurationError, match="is not a plain http") as refused:
        from_environment({}, url=url)
    assert "APPLINKS_URL" in str(refused.value.remedy)
    assert refused.value.message.isprintable()


def test_an_address_from_the_environment_is_looked_at_just_the_same():
    with pytest.raises(ConfigurationError, match="is not a plain http"):
        from_environment({"APPLINKS_URL": "wiki.example.com"})


def test_no_address_that_may_hold_a_password_is_shown():
    shown = repr(Settings("postgresql://user:canary@db.example.com/links", replay=READ.replay, channels=READ.channels))
    assert "canary" not in shown
    assert "example.com" not in shown


@pytest.mark.parametrize(
    ("variable", "value", "trouble"),
    [
        ("APPLINKS_MESSAGES", "mail,pigeon", "no channel 'pigeon'"),
        ("APPLINKS_MAIL", "mail.example.com", "mail server cannot be used"),
        ("APPLINKS_MESSAGE_WEBHOOK", "https://chat.example.com/", "has no secret"),
    ],
)
def test_what_is_said_about_messages_is_looked_at_when_it_is_read(variable, value, trouble):
    with pytest.raises(ConfigurationError, match=trouble):
        from_environment({variable: value})


def test_settings_that_were_read_do_not_change():
    with pytest.raises(AttributeError):
        READ.url = "https://evil.example.com"  # type: ignore[misc]


# ---- mechanisms


LOADED = """
import sys
from applinks import AppLinks, AsyncAppLinks
AppLinks("sqlite:///links.db", url="https://front.example.com").close()
print(*sorted(name for name in sys.modules if name.startswith("applinks.mechanisms.")))
"""
OAUTH = ["mechanism", "signature", "three_legged", "two_legged", "two_legged_impersonation"]


@pytest.mark.parametrize(
    ("named", "besides"),
    [
        ("", []),
        ("2LOi", []),
        ("2LOi,3LO,2LO,Basic", ["basic"]),
        (" Trusted , 2LOi", ["trusted_applications"]),
        ("Basic,Trusted", ["basic", "trusted_applications"]),
    ],
)
def test_a_legacy_mechanism_is_not_even_imported_unless_it_is_named(tmp_path, named, besides):
    """R-15, R-16"""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=tmp_path,
        env={**clean, "APPLINKS_MECHANISMS": named},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [f"applinks.mechanisms.{name}" for name in sorted([*OAUTH, *besides])]


LEGACY = ("applinks.mechanisms.basic", "applinks.mechanisms.trusted_applications")


def test_no_part_of_the_package_imports_a_legacy_mechanism_by_itself():
    """R-15, R-16: neither the faces, nor the middleware, nor the pages, nor the command line."""
    rooms = "applinks.front, applinks.incoming, applinks.outgoing, applinks.frameworks, applinks.web, applinks.cli"
    script = f"import sys, {rooms}; print(*[name for name in {LEGACY} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split() == []


def test_importing_the_package_loads_neither_of_its_faces():
    script = "import sys, applinks; print('applinks.front' in sys.modules, 'applinks.assembly' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("url", "former"),
    [
        ("https://new.example.com/base", "https://old.example.com"),
        ("https://new.example.com", "https://old.example.com/base"),
        (None, "https://old.example.com"),
        ("https://new.example.com", "old.example.com"),
        ("https://new.example.com", "ftp://old.example.com"),
    ],
)
def test_a_former_address_has_the_path_of_the_present_one(url, former):
    with pytest.raises(ConfigurationError, match="former address"):
        Settings(url=url, former_url=former)
