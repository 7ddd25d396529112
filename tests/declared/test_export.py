"""What stands is written as a link file; read and planned again, nothing is left to be done."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from applinks import AppLinks
from applinks.declared import LinkFile, Observed, Standing, Surroundings, apply, export, make_plan, parse, standing
from applinks.errors import ConfigurationError
from applinks.links import Endpoints, Entity, EntityLink, Incoming, Level, Limits, Link, Outgoing, SameUsers, id_of
from applinks.people import Names, Policy, folded
from applinks.wire.oauth1 import SignatureMethod
from declared.files import HERE_ONLY, LINKED, TYPES, declared, doors
from in_memory import InMemory, key_of, link_to


def standings(here: dict) -> list[Standing]:
    return [Standing(f"sqlite:////data/{key}.db", door.observe()) for key, door in here.items()]


def read(written: str) -> LinkFile:
    return parse(written, "links.toml", Surroundings(Path("/elsewhere"), {}))


def left_to_do(ours: list[Standing]) -> list[str]:
    """What a plan still finds after exporting."""
    written = export(ours)
    file = read(written)
    by_id = {one.identity.id: one.observed for one in ours}
    by_name = {one.identity.name: one.observed for one in ours}
    observed = {
        key: by_name[application.name] if application.is_ours else Observed() for key, application in file.applications.items()
    }
    assert by_id
    found = make_plan(file, observed)
    return [line for step in found.steps for line in step.words] + [note.words for note in found.notes if note.kind != "misfit"]


def test_links_that_were_applied_come_back_as_they_were_written():
    here = doors("Tracker", "Wiki", "Forge")
    text = HERE_ONLY + (
        '\n\n[[links]]\nbetween = ["tracker", "wiki"]\nsame_users = true\nexcluded = ["carol"]\nonly_proven = true\n'
        '\n[links.tracker]\nname = "Pages"\nmapping = { carol = "cclark", "d\u00ef" = "dd" }\n'
        'entities = [{ ours = "project:OPS", theirs = "space:OPS", name = "Operations", primary = true }, '
        '{ ours = "project:OPS", theirs = "space:DEV" }]\nincoming.execute_as = "alice"\nincoming.policy.administrators = ["deployment"]\n'
        "\n[links.wiki]\noutgoing.fixed_user = true\n"
        '\n[[links]]\nbetween = ["wiki", "forge"]\nsame_users = false\n'
        '\n[links.wiki]\nincoming.level = "disabled"\n'
    )
    apply(declared(text.replace("/data/", "/elsewhere/")), here, by="ada")
    assert left_to_do(standings(here)) == []
    assert export(standings(here)).replace("\n\n\n", "\n\n") == text.replace("\n\n\n", "\n\n")


def test_an_end_that_is_missing_is_told_in_the_file_and_would_be_made():
    here = doors("Tracker", "Wiki")
    apply(declared(LINKED), here, by="ada")
    wiki = here["wiki"].application
    wiki.remove(wiki.link("Tracker").id)
    assert "# Wiki has no end of this link: applying makes one" in export(standings(here))
    assert left_to_do(standings(here))[0] == "Wiki: link 'Tracker' is made"


def test_of_one_application_alone_the_others_are_told_by_what_its_links_know():
    here = doors("Tracker", "Wiki")
    apply(declared(LINKED), here, by="ada")
    (tracker, _) = standings(here)
    written = export([tracker])
    document = tomllib.loads(written)
    assert document["applications"]["wiki"]["id"] == here["wiki"].application.identity.id
    assert document["links"][0]["tracker"]["incoming"]["public_key"] == key_of("Wiki").public.text
    assert left_to_do([tracker]) == []


def test_no_secret_is_written_only_that_there_may_be_one():
    """T-66"""
    here = doors("Tracker", "Wiki")
    apply(declared(LINKED + '[links.tracker]\noutgoing.secret = "env:SECRET"'), here, by="ada")
    written = export(standings(here))
    assert "canary-7d1f" not in written
    assert '# outgoing.secret = "env:…"' in written
    assert left_to_do(standings(here)) == []


def test_a_database_whose_address_tells_a_password_is_told_by_a_variable():
    (tracker,) = standings(doors("Tracker"))
    written = export([replace(tracker, database="postgresql://t:canary@db/t")])
    assert 'database = "env:TRACKER_DATABASE"' in written
    assert "canary" not in written


def test_two_applications_of_one_name_get_keys_of_their_own():
    tracker = InMemory("Tracker")
    names = ("Tracker", "tracker!", "Between", "ÄÖ")
    links = tuple(replace(link_to(InMemory(f"no {name}")), name=name) for name in names)
    written = export([Standing("sqlite:////t.db", Observed(tracker.identity, tracker.key.public.text, links))])
    assert list(tomllib.loads(written)["applications"]) == ["tracker", "tracker-2", "tracker-3", "between-2", "application"]


def test_text_that_toml_would_misread_is_escaped():
    tracker = InMemory("Tracker")
    link = replace(link_to(InMemory("Wiki")), name='Say "hi"\\n – 日本')
    one = Standing("sqlite:////t.db", Observed(tracker.identity, tracker.key.public.text, (link,)))
    assert left_to_do([one]) == []
    worse = replace(link, name='a\x7f\x1b\n"]\n[x]\n')
    written = export([replace(one, observed=replace(one.observed, links=(worse,)))])
    assert tomllib.loads(written)["applications"]["a-x"]["name"] == worse.name
    assert "\x1b" not in written


def test_what_stands_is_read_from_a_database_that_is_there(tmp_path):
    url = f"sqlite:///{tmp_path}/wiki.db"
    with pytest.raises(ConfigurationError, match="There is no database"):
        standing(url)
    with AppLinks(url, url="https://wiki.example.com", name="Wiki", type="confluence") as applinks:
        us = applinks.identity
    assert standing(url).identity == us
    with pytest.raises(ConfigurationError, match="no application yet"):
        _ = Standing(url, Observed()).identity


LEVELS = st.sampled_from([Level.DISABLED, Level.OAUTH, Level.OAUTH_IMPERSONATION])
METHODS = st.sampled_from(list(SignatureMethod))
NAMES = st.text("abcdefgäß \"'\\#=[].日", min_size=1, max_size=8).filter(lambda text: text.strip() == text)
PEOPLE = st.frozensets(NAMES, max_size=2)
MAYBE = st.none() | NAMES
OUTGOING = st.builds(
    Outgoing,
    LEVELS,
    METHODS,
    st.sampled_from([None, "user_id", "xoauth_requestor_id"]),
    MAYBE,
    st.none() | st.just(Endpoints("r", "/a?b=c", "https://t.example.com/t")),
    st.booleans(),
    MAYBE,
    st.sampled_from([None, "old"]),
)
POLICIES = st.builds(Policy, PEOPLE, PEOPLE, PEOPLE, PEOPLE, PEOPLE, st.frozensets(st.sampled_from(["GET", "POST"])))
ONE_TO_ONE = (lambda pair: folded(pair[0]), lambda pair: folded(pair[1]))
MAPPINGS = st.lists(st.tuples(NAMES, NAMES), max_size=2, unique_by=ONE_TO_ONE).map(lambda pairs: Names(tuple(pairs)))
THINGS = st.builds(Entity, st.sampled_from(["project", "a:b"]), NAMES)
PAIRS = st.tuples(THINGS, st.builds(Entity, st.just("space"), NAMES, st.just("") | NAMES))
LIMITS = st.sampled_from([Limits(), Limits(("10.0.*.*",), ("/rest",), 5)])


@st.composite
def ends(draw, us: InMemory, them: InMemory | None = None) -> Link:
    """An end as it could stand: any levels and methods, and what they need."""
    same = SameUsers(draw(st.booleans()), "ada", 1, draw(PEOPLE), draw(st.booleans()), draw(MAPPINGS))
    url = them.identity.url if them else draw(st.sampled_from(["https://jira.example.com", "https://jira.example.com/x", ""]))
    outgoing = draw(OUTGOING)
    incoming = Incoming(
        draw(LEVELS),
        them.identity.consumer_key if them else "jira-key",
        them.key.public.text if them else key_of("Jira").public.text,
        draw(METHODS),
        draw(POLICIES),
        draw(st.none() | st.just("https://back.example.com")),
        draw(MAYBE),
        draw(LIMITS),
    )
    if not same.answer:
        outgoing, incoming = (
            replace(one, level=Level.OAUTH if one.level is Level.OAUTH_IMPERSONATION else one.level)
            for one in (outgoing, incoming)
        )
    if not url:
        outgoing = replace(outgoing, level=Level.DISABLED)
    if them is None and {outgoing.level, incoming.level} == {Level.DISABLED}:
        incoming = replace(incoming, level=Level.OAUTH)
    known_as = them.identity.id if them else draw(st.sampled_from([id_of(url, "jira-key"), "4711"]))
    return Link(
        known_as, draw(NAMES), them.identity.type if them else "jira", url, url, draw(st.booleans()), outgoing, incoming, same
    )


@st.composite
def worlds(draw) -> list[Standing]:
    tracker, wiki = (InMemory(name, type=TYPES[name]) for name in ("Tracker", "Wiki"))
    links = {tracker: [draw(ends(tracker, wiki)), draw(ends(tracker))], wiki: [draw(ends(wiki, tracker))]}
    found = []
    for us, have in links.items():
        named = [replace(link, name=f"{link.name}{number}") for number, link in enumerate(have)]
        if len({link.type for link in named}) < len(named):
            named[1:] = [replace(link, primary=not named[0].primary) for link in named[1:]]
        things = draw(things_of(named))
        older = {"old": key_of("older").public.text}
        observed = Observed(us.identity, us.key.public.text, tuple(named), (), older, things)
        found.append(Standing(f"sqlite:////data/{us.identity.name}.db", observed))
    return found


@st.composite
def things_of(draw, named: list[Link]) -> tuple[EntityLink, ...]:
    """Things that are linked over these, of which one of each kind is primary."""
    pairs = draw(st.lists(PAIRS, max_size=3, unique_by=lambda pair: (pair[0], pair[1].key)))
    first: set[Entity] = set()
    found = []
    for number, (ours, theirs) in enumerate(pairs):
        found.append(EntityLink(f"{number}", draw(st.sampled_from(named)).id, ours, theirs, ours not in first))
        first.add(ours)
    return tuple(found)


@settings(deadline=None, max_examples=60)  # on a busy machine, too
@given(worlds())
def test_whatever_stands_exported_and_planned_again_leaves_nothing_to_do(ours):
    assert left_to_do(ours) == []
