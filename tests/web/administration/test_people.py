"""The page about the people of a link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import SameUsers
from applinks.people import By, Compared, Comparison, Names, Person, Verdict
from applinks.web.administration.links import path_of
from applinks.web.administration.people import BY, MOST, VERDICTS
from in_memory import NOW, linked
from web.dom import Dom
from web.visitor import at, followed, outcome, records, said_by


@pytest.fixture
def link(tracker, wiki):
    return linked(tracker, wiki)[0]


def path(link) -> str:
    return f"{path_of(link)}/people"


def press(root, link, do: str, **fields: str):
    page = root.get(path(link))
    assert ("do", do) in Dom(page.body.decode()).buttons()
    return root.post(path(link), {**Dom(page.body.decode()).fields(), "do": do, **fields})


def decide(root, link, name: str, action: str, other: str = ""):
    return press(root, link, "decide", name=name, action=action, other=other)


def test_people_are_compared_and_the_doubtful_are_named_with_reasons(root, tracker, wiki, link):
    """G-01"""
    wiki.people["alice"] = Person("alice", "Alice Adams")
    del wiki.people["bob"]
    page = followed(root, press(root, link, "compare"))
    text = said_by(page)
    assert "5 people here and 4 in Wiki" in text
    assert "bob nobody goes by that name over there" in text
    assert "alice nothing" not in text
    assert tracker.entries[-1].kind == "people compared"


def test_before_that_it_is_said_that_they_were_never_compared(root, link):
    assert "They were never compared." in said_by(root.get(path(link)))


def test_why_they_cannot_be_compared_is_said(root, tracker, link):
    tracker.lists_people = False
    answer = press(root, link, "compare")
    assert outcome(answer) == (400, "Not done – People here and in Wiki")
    assert "cannot list its people" in said_by(answer)


def test_of_very_many_doubtful_names_a_page_full_is_shown(root, tracker, link):
    people = tuple(Compared(f"user{number:04}", Verdict.MISSING) for number in range(MOST + 7))
    tracker.comparisons[link.id] = Comparison(people, 0, 0, By.EMAIL, int(NOW))
    tracker.verdicts |= {(link.id, one.name): one.verdict for one in people}
    text = said_by(root.get(path(link)))
    assert f"user{MOST - 1:04}" in text
    assert f"user{MOST:04}" not in text
    assert "7 more are not shown." in text


def test_a_doubtful_name_leads_to_the_form_that_is_filled_with_it(root, tracker, wiki, link):
    del wiki.people["bob"]
    page = followed(root, press(root, link, "compare"))
    (way,) = [it for it in Dom(page.body.decode()).links() if "name=bob" in it]
    assert 'value="bob"' in root.get(*way.partition("#")[0].split("?")).body.decode()


def test_only_the_proven_are_impersonated_until_that_is_taken_back(root, tracker, link):
    assert "only those" in said_by(followed(root, press(root, link, "only")))
    assert tracker.link("Wiki").only_proven
    press(root, link, "all")
    assert not tracker.link("Wiki").only_proven


def test_somebody_is_excluded_and_admitted_again(root, tracker, link):
    page = followed(root, decide(root, link, " bob ", "exclude"))
    assert "bob is never impersonated" in said_by(page)
    assert tracker.link("Wiki").same_users.excluded == {"bob"}
    decide(root, link, "BOB", "as anybody")
    assert tracker.link("Wiki").same_users.excluded == frozenset()


def test_somebody_who_has_another_name_is_mapped_and_no_longer_excluded(root, tracker, link):
    decide(root, link, "bob", "exclude")
    decide(root, link, "alice", "map", "aadams")
    page = followed(root, decide(root, link, "bob", "map", "bbrown"))
    assert "bob is bbrown over there" in said_by(page)
    same = tracker.link("Wiki").same_users
    assert (same.names.pairs, same.excluded) == ((("alice", "aadams"), ("bob", "bbrown")), frozenset())
    decide(root, link, "Bob", "map", "robert")
    assert tracker.link("Wiki").names.pairs == (("Bob", "robert"), ("alice", "aadams"))


def test_whoever_is_excluded_keeps_the_other_name(root, tracker, link):
    """Else their name over there would be taken for that of somebody here."""
    decide(root, link, "bob", "map", "alice")
    decide(root, link, "bob", "exclude")
    assert tracker.link("Wiki").names.pairs == (("bob", "alice"),)


@pytest.mark.parametrize("said", [("", "exclude", ""), ("bob", "", ""), ("bob", "map", ""), ("alice", "map", "bob ")])
def test_what_is_no_decision_changes_nothing_and_is_shown_again(root, tracker, link, said):
    tracker.save(replace(link, same_users=SameUsers(True, "root", 1, names=Names((("dave", "bob"),)))))
    before = records(tracker)
    answer = decide(root, link, *said)
    assert (answer.status, f'value="{said[0]}"' in answer.body.decode()) == (400, True)
    assert records(tracker) == before


def test_where_nobody_has_said_whose_users_they_are_nothing_can_be_decided(root, tracker, link):
    tracker.save(replace(link, same_users=None))
    page = root.get(path(link))
    assert [value for _, value in Dom(page.body.decode()).buttons()] == ["compare"]
    answer = root.post(path(link), {**Dom(page.body.decode()).fields(), "do": "only"})
    assert answer.status == 400


def test_who_has_not_confirmed_is_asked_first(tracker, link):
    visitor = at(tracker, "root")
    answer = visitor.post(path(link), {**Dom(visitor.get(path(link)).body.decode()).fields(), "do": "only"})
    assert answer.status == 303
    assert not tracker.link("Wiki").only_proven


def test_there_are_words_for_each_verdict_and_each_way_to_tell_people_apart():
    assert (set(VERDICTS), set(BY)) == (set(Verdict), set(By))
