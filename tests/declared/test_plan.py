"""What is to be done, from a file and from what was observed: steps in their order, and notes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.declared import make_plan
from applinks.declared.steps import Drop, Introduce, Put, SetSecret
from applinks.errors import ConfigurationError
from applinks.links import Provider, SameUsers, register
from applinks.mechanisms import load
from applinks.people import Policy
from declared.files import JIRA, LINKED, TWO, declared, doors, observed
from in_memory import InMemory, link_to


def planned(written: str, here: dict, held=frozenset(), **options):
    return make_plan(declared(written), observed(here, "jira"), held, **options)


def applied(written: str) -> dict:
    here = doors("Tracker", "Wiki")
    for step in planned(written, here).steps:
        here[step.key].do(step.act, by="ada")
    return here


def test_from_nothing_applications_come_first_then_the_called_side_of_each_link():
    found = planned(LINKED, doors("Tracker", "Wiki", new=True))
    assert [(step.key, type(step.act)) for step in found.steps] == [
        ("tracker", Introduce), ("wiki", Introduce), ("wiki", Put), ("tracker", Put),
    ]  # fmt: skip
    assert found.differs
    assert [step.title for step in found.steps] == [
        "Tracker is made", "Wiki is made", "Wiki: link 'Tracker' is made", "Tracker: link 'Wiki' is made",
    ]  # fmt: skip


def test_each_end_gets_the_others_id_consumer_key_and_public_key():
    here = applied(LINKED)
    tracker, wiki = here["tracker"].application, here["wiki"].application
    for us, them in ((tracker, wiki), (wiki, tracker)):
        link = us.link(them.identity.name)
        assert (link.id, link.application_url) == (them.identity.id, them.identity.url)
        assert (link.incoming.consumer_key, link.incoming.public_key) == (them.identity.consumer_key, them.key.public.text)
        assert link.same_users == SameUsers(True, "ada", link.same_users.said_at)


def test_once_it_is_so_nothing_is_to_be_done():
    found = planned(LINKED, applied(LINKED))
    assert (found.steps, found.notes, found.differs) == ((), (), False)
    assert found.as_data() == {"differs": False, "steps": [], "notes": []}


def test_what_somebody_changed_by_hand_is_found_and_told():
    here = applied(LINKED)
    wiki = here["wiki"].application
    link = wiki.link("Tracker")
    wiki.save(replace(link, incoming=replace(link.incoming, policy=Policy(administrators={"erin"}))))
    (step,) = planned(LINKED, here).steps
    assert step.words == ("Wiki: link 'Tracker' is changed", "  impersonation of administrators: 'erin' is taken away")
    assert step.as_data() == {
        "application": "wiki",
        "link": "Tracker",
        "change": "is changed",
        "differences": [
            {
                "what": "incoming.policy.administrators",
                "now": ["erin"],
                "shall": [],
                "words": "impersonation of administrators: 'erin' is taken away",
            }
        ],
    }


def test_an_application_that_has_moved_is_described_anew_and_followed_by_the_links_to_it():
    moved = LINKED.replace("https://wiki.example.com", "https://wiki.example.org")
    here = applied(LINKED)
    found = planned(moved, here)
    assert [(step.key, type(step.act)) for step in found.steps] == [("wiki", Introduce), ("tracker", Put)]
    assert found.steps[1].act.wanted.id == here["tracker"].application.link("Wiki").id
    assert found.steps[1].act.wanted.application_url == "https://wiki.example.org"


def test_a_link_that_is_not_declared_is_noted_and_dropped_only_if_asked():
    here = applied(LINKED)
    here["wiki"].application.save(link_to(InMemory("Old", type="bamboo")))
    found = planned(LINKED, here)
    assert found.steps == ()
    assert found.differs
    assert [(note.kind, note.link) for note in found.notes] == [("undeclared", "Old")]
    assert found.notes[0].words == "Wiki: link 'Old', to https://old.example.com is not declared; --prune would delete it"
    pruned = planned(LINKED, here, prune=True)
    assert [step.act for step in pruned.steps] == [Drop(here["wiki"].application.link("Old").id)]
    assert pruned.notes == ()


def test_a_link_to_what_was_there_before_is_in_the_way_and_dropped_first_if_asked():
    here = doors("Tracker", "Wiki")
    here["wiki"].application.save(replace(link_to(InMemory("Old")), name="TRACKER"))
    found = planned(LINKED, here)
    assert [note.kind for note in found.notes] == ["undeclared", "in the way"]
    pruned = planned(LINKED, here, prune=True)
    assert [type(step.act) for step in pruned.steps] == [Drop, Put, Put]


def test_a_secret_is_set_after_its_link_unless_it_is_held():
    text = LINKED + '[links.tracker]\noutgoing.secret = "env:SECRET"'
    found = planned(text, doors("Tracker", "Wiki"))
    assert [(step.key, type(step.act)) for step in found.steps] == [
        ("wiki", Put), ("wiki", SetSecret), ("tracker", Put), ("tracker", SetSecret),
    ]  # fmt: skip
    assert [step.act.direction for step in found.steps if isinstance(step.act, SetSecret)] == ["incoming", "outgoing"]
    here = doors("Tracker", "Wiki")
    ids = [step.act.link_id for step in found.steps if isinstance(step.act, SetSecret)]
    held = {("wiki", ids[0], "incoming"), ("tracker", ids[1], "outgoing")}
    assert [type(step.act) for step in planned(text, here, held).steps] == [Put, Put]


def test_no_secret_is_in_a_plan():
    """T-66"""
    text = LINKED + '[links.tracker]\noutgoing.secret = "env:SECRET"'
    found = planned(text, doors("Tracker", "Wiki"))
    shown = repr(found) + str(found.as_data()) + str([step.words for step in found.steps])
    assert "canary-7d1f" not in shown
    assert "env:SECRET" in shown


def test_ends_that_do_not_fit_each_other_are_noted():
    text = LINKED + (
        '[links.tracker]\noutgoing.level = "oauth_impersonation"\nincoming.signature_method = "RSA-SHA1"\n'
        '[links.wiki]\nincoming.level = "oauth"\noutgoing.signature_method = "RSA-SHA256"'
    )
    found = planned(text, applied(text))
    assert not found.differs
    assert sorted(note.words for note in found.notes) == [
        "Tracker calls by oauth_impersonation, and Wiki accepts oauth",
        "Wiki signs by RSA-SHA256, and Tracker verifies by RSA-SHA1",
    ]


def test_ends_that_say_different_things_about_their_users_are_noted_once():
    text = LINKED + ('[links.tracker]\noutgoing.level = "oauth"\nincoming.level = "oauth"\n[links.wiki]\nsame_users = false')
    (note,) = planned(text, applied(text)).notes
    assert note.words == "Tracker and Wiki do not say the same about their users"


def test_a_new_link_that_lacks_its_secret_is_noted():
    text = JIRA + 'outgoing = { level = "oauth", signature_method = "HMAC-SHA1" }'
    here = doors("Tracker")
    (note,) = planned(text, here).notes
    assert (note.kind, note.link) == ("no secret", "jira")
    here["tracker"].do(planned(text, here).steps[0].act, by="ada")
    assert planned(text, here).notes == ()


def test_a_link_with_another_application_goes_by_the_id_that_its_address_gives_or_that_is_told():
    text = JIRA + 'outgoing.level = "oauth"'
    here = doors("Tracker")
    by_hand = InMemory("Other").run(register("Jira", "https://jira.example.com", provider=Provider(), by="ada"))
    (step,) = planned(text, here).steps
    assert step.act.wanted.id == by_hand.id
    told = text.replace("[applications.jira]", '[applications.jira]\nid = "4711"')
    assert planned(told, here).steps[0].act.wanted.id == "4711"


def test_which_one_is_primary_is_left_alone_unless_it_is_said():
    text = LINKED + "[links.tracker]\nprimary = true"
    here = applied(LINKED)
    tracker = here["tracker"].application
    tracker.save(replace(link_to(InMemory("Other", type="confluence")), primary=True))
    assert planned(LINKED, here).steps == ()
    (step,) = planned(text, here).steps
    assert step.words[1:] == ("  the one for its type: yes, in place of no",)


def test_a_legacy_level_whose_mechanism_is_not_loaded_is_refused_before_anything_is_done():
    text = JIRA + 'outgoing = { level = "basic", account = "svc", secret = "env:SECRET" }'
    with pytest.raises(ConfigurationError, match="not loaded"):
        planned(text, doors("Tracker"))
    here = doors("Tracker")
    here["tracker"].application.mechanisms = load(["Basic"])
    assert planned(text, here).steps


def test_applications_without_links_are_made_all_the_same():
    found = planned(TWO, doors("Tracker", "Wiki", new=True))
    assert [step.title for step in found.steps] == ["Tracker is made", "Wiki is made"]


def test_what_runs_meanwhile_is_not_taken_for_a_difference():
    """What was learnt by calls stays as it was learnt."""
    here = applied(LINKED)
    tracker = here["tracker"].application
    link = tracker.link("Wiki")
    tracker.save(replace(link, outgoing=replace(link.outgoing, impersonation_parameter="xoauth_requestor_id")))
    assert planned(LINKED, here).steps == ()
