"""Basic: one account for everybody's calls, and what keeps its password from going astray."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import BadProof, ConfigurationError, PersonNotAdmitted
from applinks.links import FactsFor, KeepSecret, Level, LinkOfAccount, SecretOf, SecretUse
from applinks.mechanisms import Presented
from applinks.mechanisms import basic as mechanism
from applinks.people import Person
from applinks.wire import basic
from applinks.wire.messages import Request, Response
from mechanisms.halves import URL, Pair, problem

PASSWORD = "made for this link"


def pair(**changes: object) -> Pair:
    made = Pair(mechanism, Level.BASIC)
    link = replace(made.ours, **changes)
    made.front.save(replace(link, outgoing=replace(link.outgoing, account="front")))
    made.wiki.save(replace(made.theirs, incoming=replace(made.theirs.incoming, execute_as="deployment")))
    made.front.answer(KeepSecret(link.id, SecretUse.OUTGOING_BASIC, link.origin, PASSWORD))
    made.wiki.answer(KeepSecret(made.theirs.id, SecretUse.INCOMING_BASIC, "", PASSWORD))
    return made


def knocking(user: str, password: str) -> Request:
    return Request("GET", URL, (("authorization", basic.credentials(user, password)),))


# ---- who carries a call


def test_a_link_with_an_account_and_a_password_carries_everybodys_calls_as_that_account():
    both = pair()
    for user in ("alice", "root"):
        assert both.objection(user) is None
        assert basic.read(both.proven(user=user).header("authorization")) == ("front", PASSWORD)


@pytest.mark.parametrize(
    ("address", "carried"),
    [
        ("https://wiki.example.com", True),
        ("http://wiki.example.com", False),
        ("HTTP://wiki.example.com", False),
        ("http://localhost:8080", True),
        ("http://127.0.0.1:8080/wiki", True),
        ("http://[::1]:8080", True),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://10.0.0.1", False),
    ],
)
def test_a_password_travels_only_where_nobody_can_read_it(address, carried):
    """T-27"""
    objection = pair(application_url=address).objection()
    assert (objection is None) is carried
    if not carried:
        assert "anybody could read the password" in objection.why


@pytest.mark.parametrize("account", [None, ""])
def test_without_an_account_there_is_none(account):
    both = pair()
    both.front.save(replace(both.ours, outgoing=replace(both.ours.outgoing, account=account)))
    assert "no account and password are set" in both.objection().why


def test_a_password_does_not_follow_the_link_to_another_origin():
    """T-37"""
    both = pair()
    both.front.save(replace(both.ours, application_url="https://wiki.evil.example"))
    assert "no account and password are set for https://wiki.evil.example" in both.objection().why
    both.front.save(replace(both.ours, application_url="https://wiki.example.com/other/path"))
    assert both.objection() is None


def test_the_shared_secret_of_an_oauth_level_is_no_password():
    """A secret is for one use."""
    both = pair()
    both.front.answer(KeepSecret(both.ours.id, SecretUse.OUTGOING_BASIC, both.ours.origin, None))
    both.front.answer(KeepSecret(both.ours.id, SecretUse.OUTGOING_OAUTH, both.ours.origin, "shared"))
    assert both.objection() is not None


def test_the_account_must_be_who_acted_there():
    both = pair()
    assert mechanism.witness(both.front.answer(FactsFor(both.ours.id)), "alice") == "front"


# ---- sending


@pytest.mark.parametrize(
    "url",
    [
        "https://wiki.example.com.evil.example/rest",
        "https://evil.example/https://wiki.example.com/",
        "http://wiki.example.com/rest",
        "https://wiki.example.com:8443/rest",
        "https://wiki.example.com@evil.example/",
    ],
)
def test_the_password_goes_nowhere_but_to_the_links_own_origin(url):
    """T-27, T-38"""
    with pytest.raises(ConfigurationError, match="nowhere but to the link's own address") as refused:
        pair().proven(Request("GET", url))
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize("type_", ["jira", "confluence", "bamboo"])
@pytest.mark.parametrize(("url", "asking"), [(URL, f"{URL}?os_authType=basic"), (f"{URL}?a=1", f"{URL}?a=1&os_authType=basic")])
def test_products_that_would_answer_as_nobody_are_asked_to_refuse_instead(type_, url, asking):
    """protocol.md 3"""
    both = pair(type=type_)
    assert both.proven(Request("GET", url)).url == asking
    assert both.proven(Request("GET", asking)).url == asking, "a redirect brings it back; once is enough"


@pytest.mark.parametrize("type_", ["bitbucket", "stash", "generic", "something new"])
def test_others_are_not(type_):
    assert pair(type=type_).proven().url == URL


def test_user_and_password_never_stand_in_the_address():
    """protocol.md 3: os_username and os_password must never be used."""
    request = pair(type="jira").proven()
    assert not any(word in request.url for word in ("os_username", "os_password", PASSWORD, "front"))


def test_what_the_caller_put_into_the_header_is_replaced():
    request = pair().proven(Request("GET", URL, (("authorization", "Bearer stolen"),)))
    assert [value for name, value in request.headers if name == "authorization"] == [basic.credentials("front", PASSWORD)]


def test_method_and_body_stay_as_they_were():
    request = Request("POST", URL, (("content-type", "application/json"),), b"{}")
    proven = pair(type="generic").proven(request)
    assert (proven.method, proven.url, proven.body) == ("POST", URL, b"{}")


def test_what_is_written_down_of_it_is_the_account():
    """T-66"""
    proof = pair().proof()
    assert proof.explanation == "Basic as front"
    assert PASSWORD not in repr(proof)


# ---- what the far side says against it


@pytest.mark.parametrize(
    ("answer", "problem_"),
    [
        (Response(401), "authentication_denied"),
        (Response(401, (("www-authenticate", 'OAuth realm="x"'),)), "authentication_denied"),
        (Response(403, (("x-seraph-loginreason", "AUTHENTICATION_DENIED"),)), "authentication_denied"),
        (Response(200, (("x-seraph-loginreason", "AUTHENTICATED_FAILED"),)), "authentication_denied"),
        (Response(403, (("x-authentication-denied-reason", "CAPTCHA_CHALLENGE; login-url=https://x/login.jsp"),)), "captcha"),
        (Response(403), None),
        (Response(200, (("x-seraph-loginreason", "OK"),)), None),
        (Response(500), None),
    ],
)
def test_a_wrong_password_and_a_puzzle_are_told_apart(answer, problem_):
    """protocol.md 3, 9.1: whatever the status."""
    found = mechanism.refusal(answer)
    assert (found and found.name) == problem_


def test_the_puzzle_says_where_it_can_be_solved_if_that_is_an_address():
    for said, address in (
        ("https://jira.example.com/login.jsp", "https://jira.example.com/login.jsp"),
        ("javascript:alert(1)", None),
    ):
        reason = (("x-authentication-denied-reason", f"CAPTCHA_CHALLENGE; login-url={said}"),)
        assert mechanism.refusal(Response(403, reason)).companion("login-url") == address


# ---- receiving


def test_the_account_of_the_link_with_its_password_is_accepted():
    both = pair()
    candidate = both.examined(knocking("deployment", PASSWORD))
    assert (candidate.claimed_user, candidate.refusal) == ("deployment", None)
    assert candidate.checks == (("password", "ok"),)
    assert candidate.nonce == "", "a password has none to be spent"


@pytest.mark.parametrize("password", ["", "Made for this link", f"{PASSWORD} ", PASSWORD[:-1], "x", "deployment's", "\u00e9"])
def test_any_other_password_is_refused_in_one_way(password):
    """T-28"""
    candidate = pair().examined(knocking("deployment", password))
    assert isinstance(candidate.refusal, BadProof)
    assert problem(candidate) == "authentication_denied"
    assert candidate.checks == (("password", "wrong"),)


@given(st.text(max_size=30))
def test_whatever_is_sent_only_the_password_itself_holds(password):
    both = pair()
    try:
        request = knocking("deployment", password)
    except ConfigurationError:
        return
    assert (both.examined(request).refusal is None) is (password == PASSWORD)


def test_where_no_secret_was_made_nothing_is_accepted_not_even_nothing():
    """T-07"""
    both = pair()
    both.wiki.answer(KeepSecret(both.theirs.id, SecretUse.INCOMING_BASIC, "", None))
    for password in ("", PASSWORD, "None"):
        assert problem(both.examined(knocking("deployment", password))) == "authentication_denied"


def test_the_shared_secret_of_an_oauth_level_is_not_accepted_as_password():
    both = pair()
    both.wiki.answer(KeepSecret(both.theirs.id, SecretUse.INCOMING_BASIC, "", None))
    both.wiki.answer(KeepSecret(both.theirs.id, SecretUse.INCOMING_OAUTH, "", "shared"))
    assert problem(both.examined(knocking("deployment", "shared"))) == "authentication_denied"


def test_nobodys_own_password_is_asked_for():
    """The secret was made for the link: the directory of people is not asked, however often somebody tries."""
    both = pair()
    both.examined(knocking("deployment", "deployment's"))
    assert "SignIn" not in both.wiki.kinds()
    assert SecretOf(both.theirs.id, SecretUse.INCOMING_BASIC, "") in both.wiki.asked


def test_the_sender_is_the_link_of_that_account_and_nobodys_where_there_is_none():
    request = knocking("alice", "x")
    assert mechanism.sender(Presented(request, None)) == LinkOfAccount("alice")
    assert pair().wiki.answer(LinkOfAccount("alice")) is None
    assert pair().wiki.answer(LinkOfAccount("deployment")).name == "Front"


def test_an_administrators_account_is_refused_at_each_call():
    """T-20"""
    link = pair().theirs
    assert "administrator" in mechanism.person_objection(Person("deployment", administrator=True), link, "GET", "/")
    assert "disabled" in mechanism.person_objection(Person("deployment", active=False), link, "GET", "/")
    assert mechanism.person_objection(Person("deployment"), link, "GET", "/") is None


@pytest.mark.parametrize(
    "why", [BadProof("wrong", problem="authentication_denied"), PersonNotAdmitted("x", problem="permission_denied")]
)
def test_whoever_is_turned_away_gets_a_challenge_and_no_reason(why):
    """T-28"""
    answer = mechanism.refuse("https://wiki.example.com", why)
    assert answer.status == 401
    assert answer.header("www-authenticate") == 'Basic realm="https://wiki.example.com", charset="UTF-8"'
    assert answer == mechanism.refuse("https://wiki.example.com", BadProof("other", problem="other"))
