"""The two texts that a browser carries from one application to the other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import PairingRefused
from applinks.links import Agreement, Invitation, agreement
from in_memory import InMemory

PROPOSAL = b'{"id": "1"}'
ASKED = Invitation("https://wiki.example.com", same_users=True)


@pytest.fixture
def wiki() -> InMemory:
    return InMemory("Wiki")


def test_an_agreement_tells_who_agreed_once(wiki):
    word = wiki.run(agreement.agree(PROPOSAL, by="root"))
    assert wiki.run(agreement.agreed(PROPOSAL, word)) == "root"
    with pytest.raises(PairingRefused, match="used before"):
        wiki.run(agreement.agreed(PROPOSAL, word))


@pytest.mark.parametrize("change", [{"active": False}, {"administrator": False}, {"name": "Root"}, None])
def test_who_is_no_administrator_any_more_has_agreed_to_nothing(wiki, change):
    """T-21: within the ten minutes in which their word would hold."""
    word = wiki.run(agreement.agree(PROPOSAL, by="root"))
    root = wiki.people.pop("root")
    if change is not None:
        wiki.people["root"] = replace(root, **change)
    with pytest.raises(PairingRefused, match="no administrator"):
        wiki.run(agreement.agreed(PROPOSAL, word))


def test_an_agreement_is_to_one_proposal_and_of_one_application(wiki):
    word = wiki.run(agreement.agree(PROPOSAL, by="root"))
    for application, proposal in ((wiki, b'{"id": "2"}'), (InMemory("Forge"), PROPOSAL)):
        with pytest.raises(PairingRefused, match="made for another"):
            application.run(agreement.agreed(proposal, word))
    assert wiki.run(agreement.agreed(PROPOSAL, word)) == "root"


@pytest.mark.parametrize(("seconds", "holds"), [(0, True), (599, True), (600, False)])
def test_both_texts_hold_for_ten_minutes(wiki, seconds, holds):
    word = wiki.run(agreement.agree(PROPOSAL, by="root"))
    note = wiki.run(agreement.invite(ASKED, by="root", browser="b"))
    wiki.now += seconds
    for read in (lambda: agreement.agreed(PROPOSAL, word), lambda: agreement.invited(note, by="root", browser="b")):
        if holds:
            wiki.run(read())
        else:
            with pytest.raises(PairingRefused, match="older than 10 minutes"):
                wiki.run(read())


def test_an_invitation_is_read_by_whom_it_was_made_for_in_their_browser(wiki):
    note = wiki.run(agreement.invite(ASKED, by="root", browser="b"))
    assert wiki.run(agreement.invited(note, by="root", browser="b")) == ASKED
    for other in ({"by": "ada", "browser": "b"}, {"by": "root", "browser": "c"}, {"by": "b root", "browser": ""}):
        with pytest.raises(PairingRefused):
            wiki.run(agreement.invited(note, **other))


def test_one_text_is_never_taken_for_the_other(wiki):
    note = wiki.run(agreement.invite(ASKED, by="root", browser="b"))
    with pytest.raises(PairingRefused):
        wiki.run(agreement.agreed(b"b root", Agreement(note)))


@given(st.text(max_size=200))
def test_no_made_up_text_is_believed(text):
    wiki = InMemory("Wiki")
    with pytest.raises(PairingRefused):
        wiki.run(agreement.agreed(PROPOSAL, Agreement(text)))
    with pytest.raises(PairingRefused):
        wiki.run(agreement.invited(text, by="root", browser="b"))
