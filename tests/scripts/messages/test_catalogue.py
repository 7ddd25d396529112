"""What we tell people is there in every language, and what is filled in is never read as anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from applinks.errors import ConfigurationError
from applinks.scripts import Severity, Words, load_catalogue

OURS = load_catalogue()
ENGLISH = OURS.languages["en"]
FRENCH = """
[warning]
title = "Attention"
text = "{text}"
action = "Voir"

[run-failed]
title = "« {script} » a échoué"
text = "Le script « {script} » a échoué : {error}"
action = "Voir"
"""


def test_there_are_english_and_german() -> None:
    assert {"en", "de"} <= OURS.languages.keys()


def test_every_occasion_and_every_severity_has_its_words() -> None:
    assert ENGLISH.keys() == {*Words, *Severity}


@pytest.mark.parametrize("language", OURS.languages)
@pytest.mark.parametrize("words", ENGLISH)
def test_all_languages_have_the_same_entries_with_the_same_blanks(language: str, words: str) -> None:
    assert OURS.languages[language].keys() == ENGLISH.keys()
    entry = OURS.languages[language][words]
    assert entry.blanks() == ENGLISH[words].blanks()
    assert all((entry.title, entry.text, entry.action))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "Skript"),
        ("de-AT", "Skript"),
        ("DE_ch", "Skript"),
        ("de-Latn-AT", "Skript"),
        ("en-GB", "script"),
        ("", "script"),
        ("fr", "script"),
        ("../../etc/passwd", "script"),
    ],
)
def test_a_reader_gets_their_language_and_english_where_we_do_not_have_it(language: str, expected: str) -> None:
    assert f" {expected} " in OURS.say("run-failed", {"script": "publish", "error": "no space left"}, language)


def test_what_is_filled_in_is_not_filled_again_nor_read_as_anything() -> None:
    hostile = "{error} {0} %s {script.__class__} <b>\\1 \\g<0>"
    said = OURS.say("run-failed", {"script": hostile, "error": "{script}"})
    assert said == f"The script “{hostile}” that ran for you has failed: {{script}}"


def test_what_was_not_told_is_left_open() -> None:
    assert OURS.say("run-failed", {"script": "publish"}) == "The script “publish” that ran for you has failed: …"


def test_words_that_nobody_has_are_shown_themselves() -> None:
    assert OURS.say("gone-since", {"x": "y"}, "de") == "gone-since"
    assert OURS.entry("gone-since") is None


def test_an_installation_adds_a_language_and_changes_words(tmp_path: Path) -> None:
    (tmp_path / "fr.toml").write_text(FRENCH)
    (tmp_path / "de.toml").write_text(FRENCH.replace("Attention", "Obacht"))
    (tmp_path / "notes.txt").write_text("not read")
    found = load_catalogue(tmp_path)
    told = {"script": "publish", "error": "complet"}
    assert found.say("run-failed", told, "fr-CA") == "Le script « publish » a échoué : complet"
    assert found.say("run-expired", {**told, "link": "Wiki"}, "fr") == OURS.say("run-expired", {**told, "link": "Wiki"})
    assert found.languages["de"]["warning"].title == "Obacht"
    assert found.languages["de"]["error"] == OURS.languages["de"]["error"]
    assert OURS.languages["de"]["warning"].title == "Bitte beachten"


def test_words_of_its_own_may_have_blanks_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('[ours]\ntitle = "{a}"\ntext = "{b}"\naction = ""\n')
    assert load_catalogue(tmp_path).say("ours", {"b": "x"}) == "x"


@pytest.mark.parametrize(
    ("name", "content", "trouble"),
    [
        ("fr.toml", "nonsense", "cannot be read"),
        ("fr.toml", b"\xff\xfe", "cannot be read"),
        ("fr.toml", "warning = 'Attention'", "must say title, text, action"),
        ("fr.toml", FRENCH.replace('action = "Voir"', "action = 7"), "must say title, text, action"),
        ("fr.toml", FRENCH.replace('action = "Voir"', ""), "must say title, text, action"),
        ("fr.toml", FRENCH.replace("{error}", "{password}"), r"fills in password for \[run-failed\]"),
        ("français.toml", FRENCH, "not named after a language"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_named(tmp_path: Path, name: str, content: str | bytes, trouble: str) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError, match=trouble) as refused:
        load_catalogue(tmp_path)
    assert name in str(refused.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no folder"):
        load_catalogue(tmp_path / "words")
