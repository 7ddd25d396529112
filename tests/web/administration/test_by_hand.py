"""A link that is described by hand: what is filled in already, what comes back, and that only the last click writes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.links import Level, SecretUse
from applinks.web.administration.making import BY_HAND, DESCRIBE, MAKE
from applinks.web.visit import LINKS
from applinks.wire.oauth1 import SignatureMethod
from in_memory import key_of
from links.test_looking import ABOUT, JIRA, KEY, There
from web.dom import Dom
from web.visitor import followed, heading, said_by

SECRET = "canary-9c42"
PHOTOS = "https://photos.example.com/api"
CONSUMER = {"name": "Reports", "calls_us": "yes", "consumer_key": "reports", "secret": SECRET, "execute_as": "alice"}
PROVIDER = {"name": "Photos", "url": PHOTOS, "we_call": "yes", "our_consumer_key": "tracker-17", "our_secret": SECRET}


def made(root, said: dict[str, str]):
    """The empty form, filled in and sent."""
    fields = Dom(root.get(BY_HAND).body.decode()).fields()
    return root.post(BY_HAND, {**fields, **said})


def described(root, url: str, **more: str):
    """The form for what is at an address."""
    fields = Dom(root.get(MAKE).body.decode()).fields()
    return root.post(DESCRIBE, {**fields, "url": url, **more})


def test_a_consumer_without_an_address_is_registered(root, tracker):
    """R-11"""
    page = followed(root, made(root, CONSUMER))
    assert "Our end is made." in said_by(page)
    link = tracker.link("Reports")
    assert (link.application_url, link.incoming.level, link.outgoing.level) == ("", Level.OAUTH, Level.DISABLED)
    assert (link.incoming.consumer_key, link.incoming.execute_as) == ("reports", "alice")
    assert tracker.secrets[link.id, SecretUse.INCOMING_OAUTH, ""] == SECRET
    assert [entry.actor for entry in tracker.entries if entry.kind == "link made"] == ["root"]


def test_a_provider_has_addresses_of_its_own_and_those_of_its_type_where_none_is_said(root, tracker):
    tracker.network = There(None)
    assert made(root, {**PROVIDER, "authorize_url": "https://www.example.com/allow", "fixed_user": "yes"}).status == 303
    outgoing = tracker.link("Photos").outgoing
    assert outgoing.endpoints.authorize == "https://www.example.com/allow"
    assert outgoing.endpoints.request_token == "plugins/servlet/oauth/request-token"
    assert (outgoing.signature_method, outgoing.fixed_user) == (SignatureMethod.HMAC_SHA1, True)


def test_what_is_filled_in_for_a_direction_that_is_not_ticked_does_not_count(root, tracker):
    made(root, {**CONSUMER, **PROVIDER, "calls_us": ""})
    assert tracker.link("Photos").incoming.level is Level.DISABLED


WRONG = {
    "no direction": ({"name": "Any"}, "no direction"),
    "no name": (CONSUMER | {"name": ""}, "needs a name"),
    "no key and no secret": (CONSUMER | {"secret": ""}, "either a public key or a secret"),
    "both": (CONSUMER | {"public_key": KEY.text}, "either a public key or a secret"),
    "no key at all": (CONSUMER | {"secret": "", "public_key": "canary"}, "key"),
    "an administrator": (CONSUMER | {"execute_as": "root"}, "administrator"),
    "a callback that is none": (CONSUMER | {"callback": "javascript:alert(1)"}, "no address to send people to"),
    "a method that does not fit": (CONSUMER | {"signature_method": "RSA-SHA256"}, "cannot sign by RSA-SHA256"),
    "a method that is none": (CONSUMER | {"signature_method": "PLAINTEXT"}, "no signature method"),
    "a provider without an address": (PROVIDER | {"url": ""}, "needs an address"),
    "an address with a blank": (PROVIDER | {"authorize_url": "the page"}, "address"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_what_is_wrong_is_shown_with_the_reason_and_the_form_as_it_was_but_for_secrets(root, tracker, mistake):
    """T-66"""
    said, words = WRONG[mistake]
    page = made(root, said)
    assert (page.status, heading(page)) == (400, "Not done – Describe an application")
    assert words in said_by(page)
    assert (tracker.links, tracker.secrets) == ({}, {})
    assert SECRET not in page.body.decode()
    kept = {
        name: value for name, value in said.items() if name not in {"secret", "our_secret", "public_key", "signature_method"}
    }
    assert Dom(page.body.decode()).filled().items() >= kept.items()
    assert "enter it again" in said_by(page)


def test_what_an_application_says_of_itself_is_filled_in(root, tracker):
    tracker.network = There(replace(ABOUT, type="crowd"))
    page = described(root, JIRA)
    fields = Dom(page.body.decode()).filled()
    assert (fields["name"], fields["url"], fields["type"], fields["consumer_key"]) == ("Tickets", JIRA, "crowd", "jira:4711")
    assert KEY.text in page.body.decode()
    assert {fields["calls_us"], fields["we_call"]} == {"yes"}
    assert tracker.links == {}


def test_one_that_cannot_be_reached_is_described_without_being_asked_again(root, tracker):
    tracker.network = There(None)
    fields = Dom(described(root, PHOTOS, unseen="yes").body.decode()).filled()
    assert (fields["url"], tracker.network.asked) == (PHOTOS, [])


def test_saying_it_again_for_one_direction_leaves_the_other(root, tracker):
    tracker.network = There(None)
    made(root, PROVIDER)
    before = tracker.link("Photos").outgoing
    page = root.get(BY_HAND, {"link": tracker.link("Photos").id})
    fields = Dom(page.body.decode()).filled()
    assert (fields["name"], fields["url"], fields["calls_us"], "we_call" in fields) == ("Photos", PHOTOS, "yes", False)
    root.post(BY_HAND, {**fields, "consumer_key": "photos", "public_key": key_of("Photos").public.text})
    assert (tracker.link("Photos").outgoing, tracker.link("Photos").incoming.consumer_key) == (before, "photos")


def test_the_form_of_a_link_that_is_gone_is_not_found(root):
    assert root.get(BY_HAND, {"link": "gone"}).status == 404


def test_nothing_is_written_before_the_last_click_and_cancelling_leads_back(root, tracker):
    page = root.get(BY_HAND)
    assert Dom(page.body.decode()).links().count(LINKS) >= 2
    assert (tracker.links, tracker.secrets) == ({}, {})
