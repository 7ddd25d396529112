"""`applinks link change` and `applinks link secret`: every word sets its own place, and no secret comes out again."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from applinks.cli.change import change
from applinks.links import LinkSettings, SecretOf, SecretUse

CANARY = "canary pässword"
WORDS: list[tuple[str, list[str], dict[str, Any]]] = [
    ("outgoing", ["--outgoing", "oauth"], {"level": "oauth"}),
    ("outgoing", ["--impersonation-parameter", "xoauth_requestor_id"], {"impersonation_parameter": "xoauth_requestor_id"}),
    ("outgoing", ["--impersonation-parameter", "learn"], {"impersonation_parameter": None}),
    ("outgoing", ["--fixed-user"], {"fixed_user": True}),
    ("outgoing", ["--account", "service"], {"account": "service"}),
    ("incoming", ["--incoming", "disabled"], {"level": "disabled"}),
    ("incoming", ["--execute-as", "bot"], {"execute_as": "bot"}),
    ("incoming", ["--callback", "https://w/back"], {"callback": "https://w/back"}),
    (
        "incoming",
        ["--address", "10.0.0.*", "--address", "127.0.0.1", "--path", "/rest", "--path", "/status", "--max-age", "5000"],
        {"limits": {"addresses": ["10.0.0.*", "127.0.0.1"], "paths": ["/rest", "/status"], "max_age": 5000}},
    ),
]


@pytest.mark.parametrize(("direction", "words", "changed"), WORDS, ids=[" ".join(case[1][:2]) for case in WORDS])
def test_each_word_sets_its_own_place_and_what_is_not_said_stays(run, applinks, direction, words, changed):
    before = run("link", "show", "Wiki", "--json").data
    data = run("link", "change", "Wiki", *words, "--json").data
    assert data == before | {direction: before[direction] | changed}
    assert run("link", "show", "Wiki", "--json").data == data


def test_the_signature_method_is_that_of_both_directions(run, files):
    data = run("link", "change", "Wiki", "--signature-method", "RSA-SHA512", "--json").data
    assert {data[direction]["signature_method"] for direction in ("outgoing", "incoming")} == {"RSA-SHA512"}


def test_people_are_excluded_from_the_same_users_and_taken_back(run, files):
    excluded = run("link", "change", "Wiki", "--exclude", "eve", "--exclude", "bob", "--json").data["same_users"]
    assert excluded == {
        "answer": True,
        "said_by": "root",
        "said_at": 1_800_000_000,
        "excluded": ["bob", "eve"],
        "mapping": {},
        "only_proven": False,
    }
    assert "  same users  yes, said root, except bob, eve\n" in run("link", "show", "Wiki").out
    assert run("link", "change", "Wiki", "--exclude", "", "--json").data["same_users"]["excluded"] == []


def test_people_are_mapped_or_only_the_proven_impersonated_and_both_taken_back(run, files):
    words = ("--map", "carol=cclark", "--map", "a=b=c", "--only-proven", "--exclude", "bob")
    same = run("link", "change", "Wiki", *words, "--json").data["same_users"]
    assert (same["mapping"], same["only_proven"]) == ({"a": "b=c", "carol": "cclark"}, True)
    shown = "  same users  yes, said root, only the proven, except bob; a is b=c there, carol is cclark there\n"
    assert shown in run("link", "show", "Wiki").out
    again = run("link", "change", "Wiki", "--map", "", "--not-only-proven", "--json").data["same_users"]
    assert (again["mapping"], again["only_proven"], again["excluded"]) == ({}, False, ["bob"])


def test_who_is_mapped_twice_or_to_nobody_changes_nothing(run, files, applinks):
    before = applinks.link("Wiki").link
    assert "named twice" in run("link", "change", "Wiki", "--map", "a=b", "--map", "a=c", status=2).err
    assert "one to one" in run("link", "change", "Wiki", "--map", "a=b", "--map", "c=B", status=1).err
    assert "no user name" in run("link", "change", "Wiki", "--map", "a", status=1).err
    assert applinks.link("Wiki").link == before


def test_an_empty_text_takes_away_and_the_opposite_word_turns_off(run, files):
    words = ("--account", "--execute-as", "--callback", "--address", "--path")
    before = run("link", "show", "Wiki", "--json").data
    said = ("a", "b", "https://w/back", "10.0.0.*", "/rest")
    run("link", "change", "Wiki", "--fixed-user", *(each for pair in zip(words, said, strict=True) for each in pair))
    data = run("link", "change", "Wiki", "--no-fixed-user", *(each for word in words for each in (word, "")), "--json").data
    assert data == before


def test_nothing_said_is_nothing_changed(run, files):
    before = run("link", "show", "Wiki", "--json").data
    assert run("link", "change", "Wiki", "--json").data == before


def test_there_is_a_word_for_everything_that_can_be_set():
    words = {
        {"exclude": "excluded", "address": "addresses", "path": "paths", "mapped": "mapping"}.get(name, name)
        for name in inspect.signature(change).parameters
    }
    assert words - {"name", "by", "database", "as_json"} == set(LinkSettings.__annotations__)


@pytest.mark.parametrize(
    ("option", "known"),
    [
        ("--outgoing", "disabled, oauth, oauth_impersonation, trusted, basic"),
        ("--incoming", "disabled, oauth, oauth_impersonation, trusted, basic"),
        ("--signature-method", "RSA-SHA1, RSA-SHA256, RSA-SHA512, HMAC-SHA1, HMAC-SHA256"),
        ("--impersonation-parameter", "user_id, xoauth_requestor_id, learn"),
    ],
)
def test_a_word_that_is_not_known_is_refused_with_those_that_are(run, applinks, option, known):
    before = applinks.link("Wiki").link
    ran = run("link", "change", "Wiki", option, "everything", status=1)
    assert ran.err.splitlines()[1] == f"  → Say one of: {known}."
    assert applinks.link("Wiki").link == before


def test_impersonation_cannot_be_switched_on_where_the_users_are_not_the_same(run, files):
    """R-07"""
    run("link", "register", "Any", "https://any.example.com", "--call")
    ran = run("link", "change", "Any", "--outgoing", "oauth_impersonation", status=1)
    assert "--same-users" in ran.err


@pytest.mark.parametrize("direction", ["--outgoing", "--incoming"])
def test_a_legacy_level_is_refused_unless_its_mechanism_is_named(run, files, monkeypatch, direction):
    """R-15, R-16"""
    ran = run("link", "change", "Wiki", direction, "trusted", status=1)
    assert "APPLINKS_MECHANISMS=2LOi,3LO,2LO,Trusted" in ran.err
    monkeypatch.setenv("APPLINKS_MECHANISMS", "2LOi,3LO,2LO,Trusted")
    assert f"{direction.removeprefix('--')}    trusted\n" in run("link", "change", "Wiki", direction, "trusted").out


@pytest.mark.parametrize(("by", "who"), [((), "ops"), (("--by", "ada"), "ada")])
def test_a_change_and_a_secret_are_on_record_under_the_name_of_whoever_says_so(run, applinks, by, who):
    run("link", "change", "Wiki", "--fixed-user", *by)
    run("link", "secret", "Wiki", "--outgoing", "--stdin", *by, stdin=f"{CANARY}\n")
    run("link", "secret", "Wiki", "--incoming", "--new", *by)
    entries = [written.entry for written in applinks.audit(3)]
    assert [(entry.kind, entry.actor) for entry in entries] == [("secret set", who), ("secret set", who), ("link changed", who)]


# ---- secrets


@pytest.mark.parametrize(
    ("direction", "use", "origin"),
    [("outgoing", SecretUse.OUTGOING_OAUTH, "https://wiki.example.com"), ("incoming", SecretUse.INCOMING_OAUTH, "")],
)
def test_a_secret_is_read_from_standard_input_kept_and_shown_by_no_command(run, applinks, files, direction, use, origin):
    """T-66, R-16"""
    ran = run("link", "secret", "Wiki", f"--{direction}", "--stdin", stdin=f"{CANARY}\n")
    assert ran.out == "Kept. It is never shown again.\n"
    assert applinks.answer(SecretOf(applinks.link("Wiki").id, use, origin)) == CANARY
    data = run("link", "secret", "Wiki", f"--{direction}", "--stdin", "--json", stdin=f"{CANARY}\n")
    assert data.data == {"link": "Wiki", "direction": direction}
    words = (
        "link show Wiki",
        "link list",
        "audit list",
        "keys list",
        "grant list",
        "consent list",
        "link explain Wiki --as alice",
    )
    shown = [run(*word.split(), *more) for word in words for more in ((), ("--json",))]
    assert CANARY not in "".join(each.out + each.err for each in [ran, data, *shown])
    assert not [path.name for path in files.iterdir() if CANARY.encode() in path.read_bytes()]


def test_a_secret_that_is_made_is_shown_once(run, applinks):
    """T-66"""
    data = run("link", "secret", "Wiki", "--incoming", "--new", "--json").data
    assert list(data) == ["link", "direction", "secret"]
    kept = applinks.answer(SecretOf(applinks.link("Wiki").id, SecretUse.INCOMING_OAUTH, ""))
    assert data["secret"] == kept
    out = run("link", "secret", "Wiki", "--incoming", "--new").out.splitlines()
    assert out[0] == "This is shown only now. Enter it over there:"
    assert len(out[1]) >= 32
    assert out[1] != kept
    assert out[1] not in run("audit", "list", "--json").out + run("link", "show", "Wiki", "--json").out


@pytest.mark.parametrize("words", [("--outgoing", "--new"), ("--outgoing",), ("--stdin",), ()])
def test_direction_and_source_must_be_said_and_fit_each_other(run, applinks, words):
    before = applinks.audit()
    assert run("link", "secret", "Wiki", *words, status=2).err.startswith("Usage:")
    assert applinks.audit() == before


def test_an_empty_secret_is_refused(run, files):
    """T-07"""
    assert "A secret must be text" in run("link", "secret", "Wiki", "--outgoing", "--stdin", status=1).err
