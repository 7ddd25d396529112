"""The other half of making a link: an administrator of this application is asked whether it shall be linked."""

from __future__ import annotations

import base64

import pytest

from applinks.links import pairing
from applinks.web.administration.agreeing import AGREE, BACK, packed
from in_memory import InMemory
from web.dom import Dom
from web.visitor import Visitor, at, heading, said_by


@pytest.fixture
def proposal(wiki: InMemory) -> str:
    return packed(wiki.run(pairing.propose(same_users=True)))


@pytest.fixture
def ada(tracker: InMemory, wiki: InMemory) -> Visitor:
    """An administrator of the tracker, to whom the wiki proposes a link; she has confirmed nothing yet."""
    return at(tracker, "root")


def sent(ada: Visitor, proposal: str, decision: str = "agree", **more: str):
    page = ada.get(AGREE, {"proposal": proposal, "invitation": "theirs"})
    return ada.press(page, "decision", decision, **more)


def test_it_is_shown_who_proposes_by_which_key_and_what_that_means(ada, wiki, proposal):
    page = ada.get(AGREE, {"proposal": proposal, "invitation": "theirs"})
    assert heading(page) == "Link with Wiki?"
    for words in ("https://wiki.example.com", wiki.key.public.fingerprint, "as any of your people whom it names"):
        assert words in said_by(page)


@pytest.mark.parametrize("place", ["image", "iframe", "script", "empty", "embed"])
def test_no_page_of_the_web_has_us_ask_somewhere_by_the_browser_of_an_administrator(ada, tracker, proposal, place):
    """T-29"""
    tracker.network = lambda request: pytest.fail(f"was led to {request.url}")
    answer = ada.get(AGREE, {"proposal": proposal}, **{"sec-fetch-dest": place, "sec-fetch-site": "cross-site"})
    assert answer.status == 400


def test_the_page_itself_is_opened_from_the_other_application(ada, proposal):
    page = ada.get(AGREE, {"proposal": proposal}, **{"sec-fetch-dest": "document", "sec-fetch-site": "cross-site"})
    assert page.status == 200


def test_who_agrees_gives_their_password_and_is_sent_back_to_the_proposer_with_both_texts(ada, tracker, proposal):
    answer = sent(ada, proposal, password="root's")
    address = answer.header("location") or ""
    assert address.startswith(f"https://wiki.example.com/base{BACK}?invitation=theirs&agreement=")
    assert not tracker.links


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_agrees_to_nothing(ada, proposal, password):
    answer = sent(ada, proposal, password=password)
    assert (answer.status, "That is not your password." in said_by(answer)) == (403, True)


def test_who_declines_needs_no_password_and_is_sent_back_without_a_word(ada, proposal):
    assert sent(ada, proposal, "decline").header("location") == f"https://wiki.example.com/base{BACK}?invitation=theirs"


@pytest.mark.parametrize("proposal", ["", "x", "é", "e30", base64.urlsafe_b64encode(b"[]").decode(), "A" * 5000])
def test_what_is_no_proposal_is_refused_in_words(ada, proposal):
    answer = ada.get(AGREE, {"proposal": proposal})
    assert (answer.status, heading(answer)) == (400, "That cannot be done")


@pytest.mark.parametrize("member", ["id", "url", "consumer_key", "fingerprint"])
def test_a_proposal_that_the_proposer_itself_contradicts_is_refused(ada, wiki, member):
    """Who proposes is read at the proposer's own address; T-42: and nobody is sent anywhere else."""
    from dataclasses import replace

    forged = replace(wiki.run(pairing.propose(same_users=True)), **{member: "https://evil.example.com"})
    answer = ada.get(AGREE, {"proposal": packed(forged)})
    assert (answer.status, heading(answer)) == (400, "That cannot be done")
    assert "location" not in dict(answer.headers)


def test_its_form_may_lead_to_the_proposer(ada, proposal):
    policy = ada.get(AGREE, {"proposal": proposal}).header("content-security-policy") or ""
    assert "form-action 'self' https://wiki.example.com;" in policy


def test_a_very_long_invitation_is_not_carried_back_whole(ada, proposal):
    page = ada.get(AGREE, {"proposal": proposal, "invitation": "x" * 9000})
    answer = ada.post(AGREE, {**Dom(page.body.decode()).fields(), "decision": "decline"})
    assert len(answer.header("location") or "") < 5000
