"""What was entered in a product is checked live: each mistake of an administrator is named, with the field to correct."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from applinks import AdministratorNeeded, Consumer, Endpoints, Person, Provider
from applinks.links import OurKey
from in_memory import key_of
from peers.provider import Provider as AnyProvider
from peers.reference_provider import OAuthlibProvider
from products.imitation import CONFLUENCE, EDITIONS, JIRA_9, Answer, Product

ALL = ("twoLOAllowed", "twoLOImpersonationAllowed")


@pytest.fixture
def jira(us, start) -> Product:
    """Our end is made, and nothing is entered over there."""
    return made(us, start, JIRA_9)


def made(us, start, edition) -> Product:
    product = start(edition)
    us.do("set_up_product", product.url, same_users=True, name="Jira", by="ada")
    return product


def right(us) -> dict[str, Any]:
    """What is to be entered."""
    key = us.applinks.answer(OurKey()).public.text
    return {"key": us.applinks.identity.consumer_key, "public_key": key, **dict.fromkeys(ALL, True)}


def checked(us, user: str | None = "alice") -> dict[str, Any]:
    return {check.id: check for check in us.do("check_entered", "Jira", user, by="ada").checks}


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: f"{edition.type} {edition.version}")
def test_what_was_entered_right_is_found_right_one_thing_after_the_other(us, start, edition):
    product = made(us, start, edition)
    product.enter("Front", **right(us))
    checks = checked(us)
    assert {name: check.passed for name, check in checks.items()} == {
        "address": True, "their-key": True, "consumer": True, "fixed-user": None, "impersonation": True,
    }  # fmt: skip
    assert us.do("check_entered", "Jira", "alice", by="ada").ok


def test_both_faces_check_alike(face, start):
    product = made(face, start, CONFLUENCE)
    product.enter("Front", **right(face))
    assert face.do("check_entered", "Jira", "alice", by="ada").lines[-1] == "  ✓ user impersonation: it answered as 'alice'"


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], str, str, str]] = {
    "another consumer key": (lambda said: said | {"key": "front"}, "consumer", "consumer_key_unknown", "*Consumer Key* there"),
    "another public key": (
        lambda said: said | {"public_key": key_of("Other").public.text}, "consumer", "signature_invalid", "our public key, SHA256:",
    ),
    "impersonation not ticked": (
        lambda said: said | {"twoLOImpersonationAllowed": False}, "impersonation", "permission_denied", "Tick *Allow user impersonation",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_named_with_the_field_to_correct(us, jira, mistake):
    change, check, problem, remedy = MISTAKES[mistake]
    jira.enter("Front", **change(right(us)))
    found = checked(us)[check]
    assert (found.passed, found.problem) == (False, problem)
    assert remedy in found.remedy
    jira.links.clear()
    jira.enter("Front", **right(us))
    assert us.do("check_entered", "Jira", "alice", by="ada").ok, "the remedy, followed, mends it"


def test_a_fixed_user_is_checked_where_calls_may_go_as_one(us, jira):
    us.do("change_link", "Jira", fixed_user=True, by="ada")
    jira.enter("Front", **right(us))
    assert (checked(us)["fixed-user"].passed, checked(us)["fixed-user"].words) == (False, "it answered as nobody")
    jira.links.clear()
    jira.enter("Front", **right(us) | {"twoLOAllowed": False})
    assert checked(us)["fixed-user"].problem == "permission_denied"
    jira.links.clear()
    jira.enter("Front", **right(us), executingTwoLOUser="robot")
    assert (checked(us)["fixed-user"].passed, checked(us)["fixed-user"].words) == (True, "it answered as 'robot'")


def test_somebody_who_is_unknown_over_there_is_told_as_such(us, jira):
    jira.enter("Front", **right(us))
    jira.people.discard("alice")
    found = checked(us)["impersonation"]
    assert (found.passed, found.problem) == (False, "permission_denied")
    assert checked(us, None)["impersonation"].passed is None


def test_somebody_who_is_excluded_is_not_impersonated_for_a_check_either(us, jira):
    jira.enter("Front", **right(us))
    us.do("change_link", "Jira", excluded=["alice"], by="ada")
    before = len(jira.asked)
    assert checked(us)["impersonation"].passed is False
    assert not [asked for asked in jira.asked[before:] if "alice" in asked.url]


def test_the_name_of_the_parameter_is_found_out_anew(us, jira):
    jira.enter("Front", **right(us))
    us.do("change_link", "Jira", impersonation_parameter="xoauth_requestor_id", by="ada")
    assert checked(us)["impersonation"].passed
    assert us.do("link", "Jira").link.outgoing.impersonation_parameter == "user_id"


def test_a_clock_that_differs_is_told_with_its_remedy(us, jira):
    jira.enter("Front", **right(us))
    jira.skew = 5000
    found = checked(us)["consumer"]
    assert found.problem == "timestamp_refused"
    assert "clocks" in found.remedy
    jira.skew = 500
    assert checked(us)["consumer"].passed, "within bounds it is learnt"


def test_silence_about_who_is_calling_is_a_failure(us, jira):
    """protocol.md 9.1"""
    jira.enter("Front", **right(us))
    jira.failing["/session"] = Answer(200, "{}", {"X-AUSERNAME": "anonymous", "Content-Type": "application/json"})
    found = checked(us)["impersonation"]
    assert (found.passed, found.words) == (False, "it answered as nobody, not as 'alice'")


ELSEWHERE = [
    (Answer(302, "", {"Location": "https://sso.example.com"}), "leads elsewhere"),
    (Answer(404), "nobody takes POST"),
    (Answer(405), "nobody takes POST"),
    (Answer(401), "did not say why"),
    (Answer(200, "<html>Log in</html>"), "is a page or a document"),
    (Answer(200, "oauth_token=t&oauth_token_secret=s"), "oauth_callback_confirmed"),
]


@pytest.mark.parametrize(("answer", "words"), ELSEWHERE, ids=[words for _, words in ELSEWHERE[:1]] + [str(n) for n in range(5)])
def test_what_is_no_place_for_tokens_is_told(us, jira, answer, words):
    jira.failing["/request-token"] = answer
    found = checked(us)["consumer"]
    assert found.passed is False
    assert words in found.words


def test_a_key_that_it_has_changed_is_told(us, jira):
    jira.enter("Front", **right(us))
    jira.name = "Another"
    found = checked(us)["their-key"]
    assert "it calls itself 'Another:4711'" in found.words
    assert "applinks link create" in found.remedy


def test_another_application_at_that_address_is_told(us, jira):
    jira.id = "11111111-2222-3333-8444-555555555555"
    assert "another application" in checked(us)["address"].words


def test_an_application_that_has_gone_is_told_once_for_all(us, start):
    product = made(us, start, JIRA_9)
    product.failing[" "] = Answer(503)
    checks = checked(us)
    assert [name for name, check in checks.items() if check.passed is False] == ["address", "consumer", "impersonation"]


def test_what_goes_by_nothing_that_can_be_checked_is_not_called_right(us):
    us.do("register_link", "Jira", None, consumer=Consumer("any", secret="one of ours"), by="ada")
    result = us.do("check_entered", "Jira", "alice", by="ada")
    assert {check.passed for check in result.checks} == {None}
    assert not result.ok


def test_another_application_above_the_address_of_a_link_is_not_taken_for_it(us, start):
    product = start(JIRA_9)
    us.do("register_link", "Jira", f"{product.url}/photos", provider=Provider(), by="ada")
    assert checked(us)["address"].passed is None
    assert us.do("link_steps", "Jira").version == ""


# ---- any OAuth provider


@pytest.fixture
def provider() -> Iterator[AnyProvider]:
    with OAuthlibProvider() as provider:
        yield provider


@pytest.mark.parametrize("shared", [True, False], ids=["HMAC", "RSA"])
def test_any_provider_is_checked_by_asking_for_a_request_token(us, provider, shared):
    values = {"secret": "a secret of both"} if shared else {}
    endpoints = Endpoints(provider.request_token_url, provider.authorize_url, provider.access_token_url)
    us.do("register_link", "Jira", provider.url, provider=Provider("front-17", endpoints=endpoints, **values), by="ada")
    assert (checked(us)["consumer"].passed, checked(us)["address"].passed) == (False, None)
    public = us.do("link_steps", "Jira").values.public_key_pem
    provider.register_consumer("front-17", **({"secret": "a secret of both"} if shared else {"public_key": public}))
    assert checked(us)["consumer"].passed
    assert us.do("check_entered", "Jira", by="ada").ok


# ---- who may, and what stays


def test_a_check_is_on_record_with_who_asked_and_what_failed(us, jira):
    checked(us)
    jira.enter("Front", **right(us))
    checked(us)
    entries = [written.entry for written in us.do("audit", 2)]
    assert [(entry.kind, entry.actor, entry.subject, entry.outcome) for entry in entries] == [
        ("link checked", "ada", "alice", "passed"),
        ("link checked", "ada", "alice", "failed: consumer, impersonation"),
    ]


def test_only_an_administrator_may_have_somebody_impersonated_for_a_check(us, jira):
    before = len(jira.asked)
    with us.applinks.acting_as(Person("alice")), pytest.raises(AdministratorNeeded):
        us.do("check_entered", "Jira", "bob")
    assert len(jira.asked) == before
