"""The incoming road by every mechanism: who is admitted, what is spent, what is told and what is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from applinks.errors import StoreUnavailable
from applinks.incoming import Principal
from applinks.links import (
    FactsFor,
    GrantOfToken,
    KeepSecret,
    Level,
    LinkOfAccount,
    LinkOfConsumer,
    RevokeGrant,
    SameUsers,
    SecretOf,
    SecretUse,
)
from applinks.mechanisms import MECHANISMS, TABLE, load, trusted_applications
from applinks.people import Person, Policy
from applinks.wire import basic, trusted_failures
from applinks.wire.messages import Request, Response
from in_memory import InMemory, link_to
from incoming.senders import BASE, URL, allow, outcome, refused_with, signed, wiki

ADMIN = Person("deployment", administrator=True)
DENIED = (401, "oauth_problem=permission_denied")


class Way:
    """Wiki is called by Front in one way; `user` is who is admitted."""

    def __init__(self, level: Level, user: str) -> None:
        self.wiki, self.front = wiki(level=level)
        self.wiki.mechanisms = load(TABLE)
        self.user = user
        self.front.save(link_to(self.wiki, level=level))
        self.set(execute_as="deployment")

    def set(self, **incoming: object) -> None:
        link = self.wiki.link("Front")
        self.wiki.save(replace(link, incoming=replace(link.incoming, **incoming)))

    def request(self, request: Request | None = None) -> Request:
        raise NotImplementedError

    def nonce(self) -> str:
        return f"n-{len(self.wiki.asked)}"


class Impersonating(Way):
    def __init__(self) -> None:
        super().__init__(Level.OAUTH_IMPERSONATION, "alice")

    def request(self, request: Request | None = None) -> Request:
        return signed(self.front, request, nonce=self.nonce())


class ThreeLegged(Way):
    def __init__(self) -> None:
        super().__init__(Level.OAUTH, "alice")
        allow(self.wiki, "alice", "token")

    def request(self, request: Request | None = None) -> Request:
        return signed(self.front, request, user=None, token="token", nonce=self.nonce())


class TwoLegged(Way):
    def __init__(self) -> None:
        super().__init__(Level.OAUTH, "deployment")

    def request(self, request: Request | None = None) -> Request:
        return signed(self.front, request, user=None, nonce=self.nonce())


class Trusted(Way):
    def __init__(self) -> None:
        super().__init__(Level.TRUSTED, "alice")

    def request(self, request: Request | None = None) -> Request:
        self.front.now += 0.002
        facts = self.front.answer(FactsFor(self.wiki.identity.id))
        return self.front.run(trusted_applications.prove(request or Request("GET", URL), facts, "alice")).request


class Basic(Way):
    def __init__(self) -> None:
        super().__init__(Level.BASIC, "deployment")
        self.wiki.answer(KeepSecret(self.wiki.link("Front").id, SecretUse.INCOMING_BASIC, "", "s3cret"))

    def request(self, request: Request | None = None, *, user: str = "deployment", password: str = "s3cret") -> Request:
        return (request or Request("GET", URL)).with_header("authorization", basic.credentials(user, password))


WAYS: dict[str, Callable[[], Way]] = {
    "2LOi": Impersonating,
    "3LO": ThreeLegged,
    "2LO": TwoLegged,
    "Trusted": Trusted,
    "Basic": Basic,
}
SIGNED = [name for name in WAYS if name != "Basic"]
FIXED = ["2LO", "Basic"]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    made = WAYS[request.param]()
    made.name = request.param
    return made


def problem(way: Way, request: Request) -> str:
    """Why the request is refused, as its own mechanism reads it."""
    answer = outcome(way.wiki, request)
    assert isinstance(answer, Response), answer
    mechanism = next(mechanism for mechanism in load(TABLE) if way.name == mechanism.NAME)
    told = mechanism.refusal(answer)
    assert told is not None, answer
    assert answer.status == 401
    return told.name


# ---- admitted


def test_each_way_admits_its_person_over_its_link_and_says_by_which(way):
    principal = outcome(way.wiki, way.request())
    assert isinstance(principal, Principal)
    assert (principal.person.name, principal.link.name, principal.mechanism) == (way.user, "Front", way.name)
    (entry,) = way.wiki.entries
    assert (entry.outcome, entry.subject, entry.link, entry.mechanism) == ("admitted", way.user, "Front", way.name)
    assert {said for _, said in entry.checks} == {"ok"}


def test_only_a_certificate_is_told_in_the_answer_that_it_was_accepted(way):
    """protocol.md 2.3, step 10"""
    expected = (("x-seraph-trusted-app-status", "OK"),) if way.name == "Trusted" else ()
    assert outcome(way.wiki, way.request()).headers == expected


def test_so_is_the_answer_of_an_address_of_our_own(way):
    """protocol.md 2.3: no status header at all says that we do not speak it."""
    answer = outcome(way.wiki, way.request(Request("GET", f"{BASE}/plugins/servlet/applinks/whoami")))
    assert (answer.status, answer.body) == (200, way.user.encode())
    assert (answer.header("x-seraph-trusted-app-status") == "OK") is (way.name == "Trusted")


# ---- once


@pytest.mark.parametrize("name", SIGNED)
def test_what_was_signed_is_admitted_once(name):
    """T-09, T-26"""
    way = WAYS[name]()
    way.name = name
    request = way.request()
    assert isinstance(outcome(way.wiki, request), Principal)
    assert problem(way, request) in {"nonce_used", "UNKNOWN"}
    assert [entry.outcome.partition(":")[0] for entry in way.wiki.entries] == ["admitted", "refused"]


def test_a_certificate_is_spent_whatever_name_is_written_into_it():
    """T-26"""
    way = Trusted()
    way.name = "Trusted"
    request = way.request()
    assert isinstance(outcome(way.wiki, request), Principal)
    facts = way.front.answer(FactsFor(way.wiki.identity.id))
    other = way.front.run(trusted_applications.prove(Request("GET", URL), facts, "bob")).request
    assert problem(way, other) == "UNKNOWN"


def test_a_password_has_nothing_to_be_spent():
    way = Basic()
    for _ in range(3):
        assert isinstance(outcome(way.wiki, way.request()), Principal)
    assert way.wiki.nonces == set()


# ---- persons, at every call


LIFE = {
    "disabled": lambda wiki, name: wiki.people.update({name: Person(name, active=False)}),
    "deleted": lambda wiki, name: wiki.people.pop(name),
    "renamed": lambda wiki, name: wiki.people.update({name: Person(f"{name}2")}),
}


@pytest.mark.parametrize("happened", LIFE)
def test_a_person_who_is_not_what_they_were_a_moment_ago_is_refused(way, happened):
    """T-21: never anonymous instead."""
    assert isinstance(outcome(way.wiki, way.request()), Principal)
    LIFE[happened](way.wiki, way.user)
    assert problem(way, way.request()) in {"permission_denied", "PERMISSION_DENIED", "authentication_denied"}
    assert way.wiki.entries[-1].outcome.startswith("refused")


def test_whoever_was_made_an_administrator_a_moment_ago_counts_as_one(way):
    """T-20: refused, unless they have agreed themselves."""
    way.wiki.people[way.user] = Person(way.user, administrator=True)
    if way.name == "3LO":
        assert outcome(way.wiki, way.request()).person.administrator
    else:
        assert problem(way, way.request()) in {"permission_denied", "PERMISSION_DENIED", "authentication_denied"}
        assert "administrator" in way.wiki.entries[-1].outcome


@pytest.mark.parametrize("name", FIXED)
def test_no_policy_admits_an_administrator_as_the_fixed_user(name):
    """T-20, R-13"""
    way = WAYS[name]()
    way.name = name
    way.set(policy=Policy(administrators=frozenset({"deployment"})))
    way.wiki.people["deployment"] = ADMIN
    problem(way, way.request())


@pytest.mark.parametrize("name", ["2LOi", "Trusted"])
def test_a_policy_that_names_one_admits_them_to_be_impersonated(name):
    """T-20"""
    way = WAYS[name]()
    way.set(policy=Policy(administrators=frozenset({"alice"})))
    way.wiki.people["alice"] = Person("alice", administrator=True)
    assert outcome(way.wiki, way.request()).person.administrator


@pytest.mark.parametrize("name", ["2LOi", "Trusted"])
def test_a_name_that_means_somebody_else_over_there_is_not_impersonated(name):
    """R-07"""
    way = WAYS[name]()
    way.name = name
    way.wiki.save(replace(way.wiki.link("Front"), same_users=SameUsers(True, "root", 1, frozenset({"alice"}))))
    assert problem(way, way.request()) in {"permission_denied", "PERMISSION_DENIED"}


def test_without_a_fixed_user_a_request_that_names_nobody_is_refused():
    """protocol.md 1.8; T-23"""
    way = TwoLegged()
    way.set(execute_as=None)
    assert refused_with(way.wiki, way.request()) == DENIED
    assert "the link has no fixed user" in way.wiki.entries[-1].outcome
    assert "FindPerson" not in way.wiki.kinds()


# ---- levels


@pytest.mark.parametrize("level", list(Level))
def test_each_way_is_open_on_its_own_levels_only(way, level):
    """T-23: whatever the proof says."""
    own = {
        "2LOi": {Level.OAUTH_IMPERSONATION},
        "3LO": {Level.OAUTH, Level.OAUTH_IMPERSONATION},
        "2LO": {Level.OAUTH, Level.OAUTH_IMPERSONATION},
        "Trusted": {Level.TRUSTED},
        "Basic": {Level.BASIC},
    }
    request = way.request()
    way.set(level=level)
    admitted = outcome(way.wiki, request)
    assert isinstance(admitted, Principal) is (level in own[way.name])
    if level not in own[way.name] and way.name != "Basic":
        assert admitted.status == 401


# ---- what a way that is not loaded comes to


@pytest.mark.parametrize("name", SIGNED)
def test_a_way_that_is_not_loaded_admits_nobody(name):
    way = WAYS[name]()
    way.wiki.mechanisms = [mechanism for mechanism in way.wiki.mechanisms if name != mechanism.NAME]
    assert not isinstance(outcome(way.wiki, way.request()), Principal)


def test_a_password_and_a_certificate_are_none_of_ours_where_they_are_not_loaded():
    """The host application may have a use of its own for a password."""
    for way in (Basic(), Trusted()):
        way.wiki.mechanisms = MECHANISMS
        assert outcome(way.wiki, way.request()) is None
        assert way.wiki.entries == []


# ---- passwords of others


def test_a_name_that_is_no_links_account_is_the_host_applications_own_affair():
    way = Basic()
    assert outcome(way.wiki, way.request(user="alice", password="alice's")) is None
    assert (way.wiki.entries, way.wiki.nonces) == ([], set())
    assert "SignIn" not in way.wiki.kinds()


@pytest.mark.parametrize("password", ["", "wrong", "deployment's"])
def test_a_wrong_password_of_a_links_account_is_refused_with_a_challenge_of_its_own(password):
    """T-28: never on as anybody else, not even with the person's own password."""
    way = Basic()
    answer = outcome(way.wiki, way.request(password=password))
    assert answer.status == 401
    assert answer.header("www-authenticate") == f'Basic realm="{BASE}", charset="UTF-8"'
    assert b"wrong" not in answer.body
    assert way.wiki.entries == []


def test_all_refusals_of_a_password_are_one():
    """T-28: wrong, not admitted, disabled, gone."""
    way = Basic()
    answers = {outcome(way.wiki, way.request(password="wrong"))}
    for person in (ADMIN, Person("deployment", active=False), None):
        way.wiki.people["deployment"] = person
        answers.add(outcome(way.wiki, way.request()))
    assert len(answers) == 1


def test_a_form_that_was_too_large_is_refused_in_the_words_of_whoever_signed_it():
    """T-01, S-30"""
    form = Request("POST", URL, (("content-type", "application/x-www-form-urlencoded"),))
    for name in SIGNED:
        assert outcome(WAYS[name]().wiki, WAYS[name]().request(form), whole=False).status in {400, 401}


# ---- strangers


STRANGERS = {"2LOi": {}, "3LO": {"user": None, "token": "token"}, "2LO": {"user": None}}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_leaves_nothing_behind_and_is_told_what_a_wrong_key_is_told(name):
    """T-07, T-13, T-28"""
    way = WAYS[name]()
    stranger = InMemory("Stranger")
    unknown = outcome(way.wiki, signed(stranger, **STRANGERS[name]))
    wrong = outcome(way.wiki, signed(way.front, key=stranger.key, **STRANGERS[name]))
    assert unknown == wrong
    assert unknown.body == b"oauth_problem=signature_invalid"
    assert (way.wiki.nonces, way.wiki.entries) == (set(), [])


def test_so_does_one_with_a_certificate():
    """T-07, T-13, T-28"""
    way = Trusted()
    way.front.key = InMemory("Stranger").key
    wrong = outcome(way.wiki, way.request())
    way.set(level=Level.DISABLED)
    assert outcome(way.wiki, way.request()) == wrong
    assert trusted_failures.refusal_in(wrong).name == "APP_UNKNOWN"
    assert (way.wiki.nonces, way.wiki.entries) == (set(), [])


# ---- tokens


def test_a_token_that_is_taken_back_while_it_is_in_use_ends_with_the_next_request():
    """Refused in the next request, its nonce spent, on the record."""
    way = ThreeLegged()
    assert isinstance(outcome(way.wiki, way.request()), Principal)
    way.wiki.answer(RevokeGrant("alice token"))
    spent = len(way.wiki.nonces)
    assert refused_with(way.wiki, way.request()) == (401, "oauth_problem=token_rejected")
    assert len(way.wiki.nonces) == spent + 1
    assert way.wiki.entries[-1].outcome.startswith("refused: The token is unknown, revoked")


def test_a_token_that_expires_is_told_to_be_renewed():
    """protocol.md 1.6"""
    way = ThreeLegged()
    way.wiki.now += 3600
    way.front.now += 3600
    assert refused_with(way.wiki, way.request()) == (401, "oauth_problem=token_expired")


def test_the_policy_is_about_those_who_were_not_asked():
    way = ThreeLegged()
    way.set(policy=Policy(excluded_users=frozenset({"alice"}), methods=frozenset({"POST"})))
    assert isinstance(outcome(way.wiki, way.request()), Principal)


# ---- the store


@pytest.mark.parametrize("name", SIGNED)
def test_where_the_store_fails_a_proof_is_never_taken_for_no_proof(name):
    """T-11"""
    way = WAYS[name]()
    for question in (LinkOfConsumer, GrantOfToken if name == "3LO" else LinkOfConsumer):
        way.wiki.failing = {question: StoreUnavailable("gone")}
        answer = outcome(way.wiki, way.request())
        assert (answer.status, answer.header("cache-control")) == (503, "no-store")


def test_where_the_secret_of_an_account_cannot_be_read_nobody_is_admitted():
    """T-11"""
    for question in (LinkOfAccount, SecretOf):
        way = Basic()
        way.wiki.failing = {question: StoreUnavailable("gone")}
        assert not isinstance(outcome(way.wiki, way.request()), Principal)


def test_the_large_form_of_somebody_who_signs_in_to_the_application_itself_is_not_ours_to_refuse():
    """S-30: their password is the application's own affair, and the form is in no proof."""
    way = Basic()
    headers = (("content-type", "application/x-www-form-urlencoded"), ("authorization", basic.credentials("alice", "hers")))
    assert outcome(way.wiki, Request("POST", URL, headers), whole=False) is None
