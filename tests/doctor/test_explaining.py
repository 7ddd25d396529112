"""Why a request was rejected: what nobody else tests of it. Each class by itself: tests/doctor/test_rejected_requests.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.doctor.explaining import Explained, explain, explain_refusal
from applinks.doctor.searching import BY_NAME
from applinks.errors import ConfigurationError
from applinks.incoming import Refusal, receive
from applinks.links import Level
from applinks.mechanisms import load
from applinks.wire import oauth1
from applinks.wire.messages import Request
from in_memory import NOW, InMemory, linked

URL = "https://wiki.example.com/rest/api/content"


@pytest.fixture
def front() -> InMemory:
    return InMemory("Front")


@pytest.fixture
def wiki(front: InMemory) -> InMemory:
    called = InMemory("Wiki", type="confluence")
    linked(front, called, level=Level.OAUTH_IMPERSONATION)
    return called


def signed(front: InMemory, url: str = f"{URL}?user_id=alice", at: float = NOW, nonce: str = "n") -> oauth1.Signed:
    credentials = oauth1.Credentials(front.identity.consumer_key, front.key, oauth1.SignatureMethod.RSA_SHA256)
    return oauth1.sign(Request("GET", url), credentials, timestamp=int(at), nonce=nonce)


def explained(wiki: InMemory, request: Request, **more) -> Explained:
    found: Explained = wiki.run(explain(request, **more))
    return found


def told(wiki: InMemory, request: Request, problem: str, why: str = "Nobody knows.", step: str | None = None) -> Explained:
    refusal = Refusal("1", next(iter(wiki.links)), wiki.now, problem, why, request, step)
    return explained(wiki, request, at=wiki.now, told=refusal)


def test_a_request_that_would_be_admitted_is_said_to_hold(front, wiki):
    found = explained(wiki, signed(front).request, at=NOW)
    assert (found.difference, found.certain, found.link) == ("holds", True, "Front")
    assert dict(found.checks) == {"sender": "ok", "time": "ok", "method": "ok", "signature": "ok"}
    assert found.ours.text == signed(front).base_string
    assert found.theirs is None


def test_it_changes_nothing_sends_nothing_and_spends_no_nonce(front, wiki):
    before = dict(vars(wiki), asked=[])
    explained(wiki, signed(front).request, at=NOW)
    assert {"SpendNonce", "Ask", "WriteDown", "SaveLink"}.isdisjoint(wiki.kinds())
    assert dict(vars(wiki), asked=[]) == before


def test_the_first_difference_cause_and_remedy_are_told_with_what_is_known(front, wiki):
    """G-04, M-08"""
    sent = signed(front, "http://wiki.example.com/rest/api/content?user_id=alice").request
    found = explained(wiki, replace(sent, url=f"{URL}?user_id=alice"), at=NOW)
    assert (found.difference, found.part, found.certain) == ("scheme", "address", True)
    assert (found.first.part, found.first.ours, found.first.theirs) == ("scheme", "s", "%3A")
    assert "set the application URL of the link to https://wiki.example.com." in found.remedy
    assert 'AppLinks(…, url="http://wiki.example.com")' in found.remedy
    assert "does not hold" in dict(found.checks)["signature"]


def test_an_unknown_consumer_is_told_who_is_known(front, wiki):
    wiki.links.clear()
    found = explained(wiki, signed(front).request)
    assert found.difference == "consumer unknown"
    assert front.identity.consumer_key in found.cause


@pytest.mark.parametrize("spell", [str.upper, lambda key: f" {key}", lambda key: key.replace(":", "%3A")])
def test_a_consumer_key_that_is_written_otherwise_is_recognised(front, wiki, spell):
    front.identity = replace(front.identity, consumer_key=spell(front.identity.consumer_key))
    assert explained(wiki, signed(front).request).difference == "consumer key written otherwise"


def test_a_clock_that_differs_is_told_by_how_much_when_it_is_known_when_the_request_arrived(front, wiki):
    request = signed(front, at=NOW - 1000).request
    found = explained(wiki, request, at=NOW)
    assert (found.difference, "1000 seconds before" in found.cause) == ("clock", True)
    pasted = explained(wiki, request)
    assert pasted.difference == "holds"
    assert "nobody knows when it arrived" in dict(pasted.checks)["time"]


def test_where_two_things_are_wrong_both_are_told(front, wiki):
    request = replace(signed(front, at=NOW - 1000).request, method="POST")
    found = explained(wiki, request, at=NOW)
    assert (found.difference, found.also) == ("clock", ("method",))
    assert found.theirs.method == "GET"


def test_a_request_without_a_proof_is_told_so(wiki):
    assert explained(wiki, Request("GET", URL)).difference == "not signed"


@pytest.mark.parametrize(
    ("problem", "step", "difference"),
    [
        ("nonce_used", "spend_nonce", "sent twice"),
        ("token_expired", "check_level", "token expired"),
        ("token_rejected", "check_level", "token"),
        ("permission_denied", "find_person", "person"),
        ("permission_denied", None, "other refusal"),
        ("signature_invalid", None, "holds"),
    ],
)
def test_what_cannot_be_looked_at_any_more_is_told_as_it_was(front, wiki, problem, step, difference):
    found = told(wiki, signed(front).request, problem, step=step)
    assert found.difference == difference


def test_a_form_that_was_too_large_to_be_kept_cannot_be_verified(front, wiki):
    request = signed(front).request
    refusal = Refusal("1", "x", NOW, "parameter_rejected", "", request, None, False)
    assert explained(wiki, request, at=NOW, told=refusal).difference == "too large"


def test_a_way_that_is_not_loaded_is_told_so(front, wiki):
    found = explained(wiki, signed(front).request, mechanisms=load(("2LO", "3LO")))
    assert (found.difference, "not loaded" in found.cause) == ("level", True)


def test_without_a_directory_nothing_is_said_about_people(front, wiki):
    wiki.people = {}
    request = signed(front, f"{URL}?user_id=nobody").request
    assert explained(wiki, request).difference in {"holds", "person"}


# ---- with the base string that the sender logged


def test_the_base_string_that_our_own_applications_log_is_compared(front, wiki):
    sent = signed(front, f"{URL}?user_id=alice&q=1")
    found = explained(wiki, replace(sent.request, url=f"{URL}?user_id=alice&q=2"), base_string=sent.base_string)
    assert (found.difference, found.certain) == ("value differs", True)
    assert "q" in found.cause
    assert dict(found.checks)["base string"] == "the signature holds over it"


@pytest.mark.parametrize(
    ("url", "difference"),
    [
        (f"{URL}?user_id=alice&lost=1", "parameter lost"),
        ("https://wiki.example.com/elsewhere?user_id=alice", "path"),
        ("https://unheard.example.org/rest/api/content?user_id=alice", "host"),
        ("http://wiki.example.com/rest/api/content?user_id=alice", "scheme"),
    ],
)
def test_what_the_table_cannot_make_is_told_by_where_it_lies(front, wiki, url, difference):
    sent = signed(front, url)
    found = explained(wiki, replace(sent.request, url=f"{URL}?user_id=alice"), base_string=sent.base_string)
    assert (found.difference, found.certain) == (difference, True)


def test_a_base_string_that_was_not_signed_is_said_to_be_none_of_this_request(front, wiki):
    other = signed(front, f"{URL}?user_id=bob").base_string
    found = explained(wiki, signed(front).request, base_string=other)
    assert (found.difference, found.certain) == ("value differs", False)
    assert "not what was signed" in dict(found.checks)["base string"]


def test_where_both_base_strings_are_the_same_the_key_is_what_differs(front, wiki):
    stranger = InMemory("Stranger")
    stranger.identity = front.identity
    sent = signed(stranger)
    found = explained(wiki, sent.request, base_string=sent.base_string)
    assert (found.difference, found.certain) == ("key or text unknown", False)
    assert wiki.link("Front").incoming.public_key is not None
    assert "SHA256:" in found.remedy


def test_text_that_is_no_base_string_is_told_so(front, wiki):
    assert explained(wiki, signed(front).request, base_string="hello").difference == "not a base string"


# ---- from our own log


def test_a_refused_request_that_was_kept_is_explained_by_its_id(front, wiki):
    wiki.run(receive(replace(signed(front).request, method="DELETE")))
    (kept,) = wiki.refusals
    assert wiki.run(explain_refusal(kept.id)).difference == "method"


def test_an_id_that_is_not_there_is_an_error(wiki):
    with pytest.raises(ConfigurationError, match="no such refused request"):
        wiki.run(explain_refusal("nothing"))


def test_no_value_is_shown_by_an_explanation(front, wiki):
    """T-66"""
    sent = signed(front, f"{URL}?user_id=alice&q=canary&q=canary2").request
    found = explained(wiki, replace(sent, url=f"{URL}?user_id=alice&q=canary"))
    assert "canary" not in repr(found) + found.cause + found.remedy


def test_every_text_of_the_table_can_be_filled(front, wiki):
    facts = dict.fromkeys(
        [
            "url",
            "link",
            "method",
            "pinned",
            "signed",
            "origin",
            "names",
            "signed_method",
            "why",
            "problem",
            "named",
            "consumer_key",
            "known",
            "nearest",
            "skew",
            "length",
            "wanted",
            "fingerprint",
            "pinned_to",
        ],
        "x",
    )
    for difference in BY_NAME.values():
        assert "{" not in difference.cause.format_map(facts) + difference.remedy.format_map(facts)
