"""The door to an application that runs: reached by its address and a token, with the same outcome as by its database."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from applinks import AppLinks, Consumer, Policy
from applinks.declared import doors_of, plan
from applinks.declared.interface import INTERFACE
from applinks.errors import AppLinksError, ConfigurationError, LinkFileWrong, MalformedAnswer, RedirectedElsewhere
from applinks.links import Entity
from applinks.web.interface import BELOW
from declared.running import Killed, Running, applied, by_token, interrupted, reading, running
from journeys.serving import address_of, listen, wsgi

CANARY = "applinks_canary-7d1f"
LINK = '[[links]]\nbetween = ["tracker", "wiki"]\nsame_users = true\n'


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[Running]:
    with running("Tracker", tmp_path, "asgi") as made:
        yield made


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[Running]:
    with running("Wiki", tmp_path, "wsgi") as made:
        yield made


def file_of(tracker: Running, wiki: Running, folder: Path, link: str = LINK, **more: str) -> Any:
    text = by_token("tracker", tracker.url) + by_token("wiki", wiki.url) + link
    return reading(text, folder, TRACKER_TOKEN=tracker.token, WIKI_TOKEN=wiki.token, **more)


def left(file: Any, **options: Any) -> list[str]:
    with doors_of(file, {}) as doors:
        found = plan(file, doors, **options)
    return [line for step in found.steps for line in step.words] + [note.words for note in found.notes]


def test_both_ends_are_made_over_http_and_work(tracker: Running, wiki: Running, tmp_path: Path):
    """R-49: under ASGI and under WSGI."""
    file = file_of(tracker, wiki, tmp_path)
    assert left(file)[0] == "Wiki: link 'Tracker' is made"
    assert applied(file) == ["Wiki: link 'Tracker' is made", "Tracker: link 'Wiki' is made"]
    assert (left(file), applied(file)) == ([], [])
    assert tracker.applinks.test_link("Wiki", "alice", by="ada").good
    assert wiki.applinks.test_link("Tracker", "alice", by="ada").good
    entry = tracker.applinks.audit(1, kind="link made")[0].entry
    assert (entry.actor, entry.reason) == ("ada", "by the token 'file'")


def test_one_by_its_database_and_one_by_a_token_are_linked_as_well(wiki: Running, tmp_path: Path):
    with listen() as listening:
        url = address_of(listening)
    text = f'[applications.forge]\nurl = "{url}"\nname = "Forge"\ntype = "bitbucket"\ndatabase = "sqlite:///forge.db"\n'
    text += by_token("wiki", wiki.url) + LINK.replace("tracker", "forge")
    file = reading(text, tmp_path, WIKI_TOKEN=wiki.token)
    assert applied(file) == ["Forge is made", "Wiki: link 'Forge' is made", "Forge: link 'Wiki' is made"]
    assert (left(file), applied(file)) == ([], [])
    with AppLinks(f"sqlite:///{tmp_path}/forge.db") as forge:
        link = forge.link("Wiki").link
        assert (link.id, link.type, link.application_url) == (wiki.applinks.identity.id, "wiki", wiki.url)


WHOLE = LINK + (
    'excluded = ["carol"]\nonly_proven = true\n'
    '[links.tracker]\nmapping = { alice = "a.adams" }\noutgoing.secret = "env:SECRET"\nincoming.policy.administrators = ["ada"]\n'
    'entities = [{ ours = "project:OPS", theirs = "space:OPS", name = "Operations" }, { ours = "project:OPS", theirs = "space:DEV" }]\n'
    '[links.wiki]\nprimary = true\nincoming.limits.paths = ["/rest"]\n'
)


def test_all_that_a_file_can_say_is_done_and_nothing_is_left(tracker: Running, wiki: Running, tmp_path: Path):
    file = file_of(tracker, wiki, tmp_path, WHOLE, SECRET="s3cret")
    applied(file)
    assert left(file) == []
    link = tracker.applinks.link("Wiki").link
    assert (link.only_proven, link.names.there("alice"), link.same_users.excluded) == (True, "a.adams", {"carol"})
    assert [(str(each.local), each.remote) for each in tracker.applinks.entity_links()] == [
        ("project:OPS", Entity("space", "OPS", "Operations")),
        ("project:OPS", Entity("space", "DEV")),
    ]
    other = file_of(tracker, wiki, tmp_path, WHOLE, SECRET="another")
    assert left(other) == [
        "Wiki: link 'Tracker' is changed",
        "  the secret of the calls from it: env:SECRET",
        "Tracker: link 'Wiki' is changed",
        "  the secret of the calls to it: env:SECRET",
    ]


def test_what_is_not_declared_is_taken_away_only_if_that_is_said(tracker: Running, wiki: Running, tmp_path: Path):
    applied(file_of(tracker, wiki, tmp_path, WHOLE, SECRET="s3cret"))
    less = WHOLE.replace(', { ours = "project:OPS", theirs = "space:DEV" }', "")
    file = file_of(tracker, wiki, tmp_path, less, SECRET="s3cret")
    assert left(file) == ["Tracker: link 'Wiki': project:OPS – space:DEV is not declared; --prune would take it away"]
    assert applied(file) == []
    assert applied(file, prune=True) == ["Tracker: link 'Wiki' is changed"]
    assert len(tracker.applinks.entity_links()) == 1
    nothing = file_of(tracker, wiki, tmp_path, "")
    assert applied(nothing, prune=True) == ["Tracker: link 'Wiki' is deleted", "Wiki: link 'Tracker' is deleted"]
    assert applied(nothing, prune=True) == []


def state(one: Running) -> list[str]:
    return [re.sub(r"said_at=\d+", "", repr(linked.link)) for linked in one.applinks.links()] + [
        repr(replace(each, id="")) for each in one.applinks.entity_links()
    ]


def test_interrupted_at_any_request_and_repeated_it_ends_in_the_same_state(tracker, wiki, tmp_path, monkeypatch):
    file, nothing = (file_of(tracker, wiki, tmp_path, text, SECRET="s3cret") for text in (WHOLE, ""))
    applied(file)
    wanted, number, interruptions = (state(tracker), state(wiki)), 0, 0
    while True:
        applied(nothing, prune=True)
        assert (state(tracker), state(wiki)) == ([], [])
        number += 1
        try:
            with interrupted(monkeypatch, number, after=bool(number % 2)):
                applied(file)
        except Killed:
            interruptions += 1
        else:
            break
        applied(file)
        assert (state(tracker), state(wiki)) == wanted, number
    assert interruptions >= 12


def test_a_key_that_is_being_changed_is_no_drift_and_is_followed_in_the_end(tracker: Running, wiki: Running, tmp_path: Path):
    """R-16"""
    file = file_of(tracker, wiki, tmp_path)
    applied(file)
    tracker.applinks.rotate_key(announce=False, by="ada")
    assert left(file) == [], "the wiki knows it by the key that it still signs with"
    tracker.applinks.announce_key(by="ada")
    assert left(file) == [], "the wiki has accepted the new one"
    tracker.applinks.rotate_key(announce=False, by="ada")
    tracker.applinks.use_new_key("Wiki", by="ada")
    assert [line.partition(":")[0] for line in left(file)] == ["Wiki", "  its public key"], "it was said to have been entered"
    applied(file)
    assert left(file) == []
    assert tracker.applinks.test_link("Wiki", "alice", by="ada").good


def test_it_says_itself_what_it_is_called_and_where_it_is(tracker: Running, wiki: Running, tmp_path: Path):
    with pytest.raises(LinkFileWrong) as refused:
        file_of(
            tracker,
            wiki,
            tmp_path,
            '[applications.more]\nurl = "https://x.example.com"\ntoken = "env:TRACKER_TOKEN"\nname = "X"',
        )
    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == ["applications.more.name"]
    named = by_token("tracker", tracker.url.replace("127.0.0.1", "localhost")) + by_token("wiki", wiki.url) + LINK
    file = reading(named, tmp_path, TRACKER_TOKEN=tracker.token, WIKI_TOKEN=wiki.token)
    with pytest.raises(ConfigurationError, match=f"says that its address is '{tracker.url}'") as wrong:
        left(file)
    assert "applications.tracker.url" in wrong.value.remedy


def test_names_that_turn_out_to_be_the_same_are_a_mistake(tracker: Running, wiki: Running, tmp_path: Path):
    other = '[applications.other]\nurl = "https://other.example.com"\nname = "Wiki"\nid = "7"\n'
    second = '[[links]]\nbetween = ["tracker", "other"]\nsame_users = false\n[links.tracker]\noutgoing.level = "oauth"\n'
    file = file_of(tracker, wiki, tmp_path, other + LINK + second)
    with pytest.raises(LinkFileWrong, match="The link file has one mistake"):
        left(file)


def test_many_links_and_large_ones_are_read_in_parts(tracker: Running, tmp_path: Path):
    everybody = Policy(excluded_users={f"somebody-{number:05}" for number in range(10_000)})
    for number in range(8):
        name = f"L{number}"
        tracker.applinks.register_link(name, None, consumer=Consumer(name, secret="x"), by="ada")
        tracker.applinks.change_policy(name, everybody, by="ada")
    file = reading(by_token("tracker", tracker.url), tmp_path, TRACKER_TOKEN=tracker.token)
    assert len(left(file)) == 8
    assert len(tracker.requests) > 3


# ---- what is wrong, and what to do


def test_the_path_is_that_of_the_interface():
    assert f"/{INTERFACE}" == BELOW


def test_a_token_is_not_sent_over_plain_http_unless_that_was_accepted(tmp_path: Path):
    """T-27"""
    text = by_token("wiki", "http://wiki.example.com")
    with pytest.raises(LinkFileWrong, match=r"applications\.wiki\.url: it is plain http"):
        reading(text, tmp_path, WIKI_TOKEN=CANARY)
    file = reading(text, tmp_path, WIKI_TOKEN=CANARY, APPLINKS_PLAIN_HTTP="1")
    with pytest.raises(ConfigurationError, match="plain http"), doors_of(file, {}):
        pass
    with doors_of(file, {"APPLINKS_PLAIN_HTTP": "1"}) as doors:
        assert list(doors) == ["wiki"]


@pytest.mark.parametrize(
    "text",
    [
        'token = "applinks_x"',
        'token = "env:NOTHING"',
        'token = "env:T"\ndatabase = "sqlite:///x.db"',
        'token = "env:T"\nid = "7"',
    ],
)
def test_a_token_is_a_reference_and_stands_for_itself(tmp_path: Path, text: str):
    with pytest.raises(LinkFileWrong):
        reading(f'[applications.wiki]\nurl = "https://wiki.example.com"\n{text}\n', tmp_path, T=CANARY)
    with pytest.raises(LinkFileWrong, match=r"applications\.wiki\.url: it is missing"):
        reading('[applications.wiki]\ntoken = "env:T"\n', tmp_path, T=CANARY)


def refused(file: Any) -> AppLinksError:
    with pytest.raises(AppLinksError) as caught:
        left(file)
    assert caught.value.remedy
    return caught.value


def test_a_token_that_does_not_hold_or_only_reads_is_told_by_its_reference(tracker: Running, wiki: Running, tmp_path: Path):
    wiki.token = CANARY
    error = refused(file_of(tracker, wiki, tmp_path))
    assert str(error).startswith(f"{wiki.url} does not accept the token env:WIKI_TOKEN.")
    assert CANARY not in repr(error)
    wiki.token = wiki.applinks.make_token("reads", user="ada", read_only=True, by="root").secret
    file = file_of(tracker, wiki, tmp_path)
    assert left(file)[0] == "Wiki: link 'Tracker' is made", "looking needs no more"
    with pytest.raises(ConfigurationError, match="This token only reads"):
        applied(file)
    assert state(tracker) == []


def test_the_rules_of_the_other_application_are_told_as_they_are(tracker: Running, wiki: Running, tmp_path: Path):
    error_free = file_of(tracker, wiki, tmp_path, LINK + "[links.wiki]\nincoming.execute_as = 'ada'\n")
    with pytest.raises(ConfigurationError, match=f"{wiki.url}: .*administrator"):
        applied(error_free)


GARBAGE = {
    "html": (200, "text/html", b"<html>"),
    "list": (200, "application/json", b"[]"),
    "empty": (200, "application/json", b"{}"),
    "wrong": (200, "application/json", json.dumps({"links": [{"id": 7}], "entity_links": [], "total": 1}).encode()),
    "deep": (200, "application/json", b"[" * 100_000),
    "packed": (200, "application/json", gzip.compress(b'{"links": [' + b" " * 2_000_000)),
    "not there": (404, "text/plain", b"not found"),
    "too old": (404, "application/problem+json", b'{"code": "not-found", "detail": "There is nothing here."}'),
    "elsewhere": (302, "text/plain", b""),
    "broken": (500, "text/plain", b"Traceback"),
    "echo": (422, "application/problem+json", json.dumps({"code": "configuration", "detail": f"\x1b[1m{CANARY}"}).encode()),
}
KINDS = {"list": ConfigurationError, "empty": MalformedAnswer, "wrong": MalformedAnswer, "elsewhere": RedirectedElsewhere}


@pytest.mark.parametrize("what", GARBAGE)
def test_whatever_answers_is_told_in_words_and_without_the_token(tmp_path: Path, what: str):
    """T-35, T-66, T-67"""
    status, kind, body = GARBAGE[what]
    asked = []

    def app(environ: Any, start_response: Any) -> Any:
        asked.append(environ["HTTP_AUTHORIZATION"])
        headers = [("Content-Type", kind), ("Location", "/elsewhere"), ("Content-Length", str(len(body)))]
        start_response(f"{status} x", headers + [("Content-Encoding", "gzip")] * (what == "packed"))
        return [body]

    listening = listen()
    with wsgi(app, listening):
        file = reading(by_token("wiki", address_of(listening)), tmp_path, WIKI_TOKEN=CANARY)
        with pytest.raises(KINDS.get(what, AppLinksError)) as caught:
            left(file)
    assert set(asked) == {f"Bearer {CANARY}"}
    assert CANARY not in repr(caught.value) + str(caught.value) + repr(file)
    assert "\x1b" not in str(caught.value)
    assert caught.value.remedy or what in {"broken", "echo"}
