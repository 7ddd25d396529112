"""Which mechanism is taken, and why each was passed over."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from applinks.errors import CredentialsRequired, MechanismMissing
from applinks.links import AccessToken, Facts, FactsFor, KeepSecret, KeepToken, Level, SameUsers, SecretUse, Stamp
from applinks.mechanisms import MECHANISMS, TABLE, Mechanism, load
from applinks.outgoing.dance import START_PATH
from applinks.outgoing.ladder import ANONYMOUS, KNOWN, choose, climb
from in_memory import NOW, InMemory, link_to
from suspended import suspend

ALL = load(TABLE)
US = InMemory("Front")
FACTS = Facts(link_to(InMemory("Wiki")), US.identity, US.key)
UNSHARED = SameUsers(False, "root", 1)
TOKEN = AccessToken(FACTS.link.id, "alice", "token", "", int(NOW))


def at(level: Level, *, token: AccessToken | None = None, secret: str | None = None, **more: object) -> Facts:
    outgoing = {name: more.pop(name) for name in ("fixed_user", "account") if name in more}
    link = replace(FACTS.link, outgoing=replace(FACTS.link.outgoing, level=level, **outgoing), **more)
    return replace(FACTS, link=link, token=token, secret=secret)


def chosen(facts: Facts, user: str = "alice", demanded: str | None = None, mechanisms=MECHANISMS) -> Mechanism | None:
    return US.run(choose(facts, user, demanded, mechanisms))


def name_of(facts: Facts, demanded: str | None = None, mechanisms=ALL) -> str | None:
    return climb(facts, "alice", demanded, mechanisms)[1].mechanism


# ---- the strongest that carries the call


LADDER = {
    "impersonation, though a token is there": (at(Level.OAUTH_IMPERSONATION, token=TOKEN, fixed_user=True), "2LOi"),
    "unshared users": (at(Level.OAUTH_IMPERSONATION, token=TOKEN, same_users=UNSHARED), "3LO"),
    "one who is excluded from the shared users": (
        at(Level.OAUTH_IMPERSONATION, token=TOKEN, same_users=SameUsers(True, "root", 1, frozenset({"alice"}))),
        "3LO",
    ),
    "plain OAuth, with a token": (at(Level.OAUTH, token=TOKEN, fixed_user=True), "3LO"),
    "plain OAuth, no token, a fixed user wanted": (at(Level.OAUTH, fixed_user=True), "2LO"),
    "plain OAuth, no token": (at(Level.OAUTH), None),
    "trusted": (at(Level.TRUSTED, token=TOKEN, fixed_user=True), "Trusted"),
    "basic": (at(Level.BASIC, token=TOKEN, account="front", secret="s"), "Basic"),
    "basic without a password": (at(Level.BASIC, token=TOKEN, account="front"), None),
    "disabled": (at(Level.DISABLED, token=TOKEN, fixed_user=True, account="front", secret="s"), None),
}


@pytest.mark.parametrize("case", LADDER)
def test_the_strongest_mechanism_that_carries_the_call_is_taken(case):
    """R-19"""
    facts, expected = LADDER[case]
    assert name_of(facts) == expected


@pytest.mark.parametrize("case", LADDER)
def test_every_rung_above_it_was_passed_over_for_a_reason_that_is_kept(case):
    """R-19"""
    facts, expected = LADDER[case]
    _, explanation = climb(facts, "alice", None, ALL)
    passed = list(TABLE)[: list(TABLE).index(expected)] if expected else list(TABLE)
    assert [rung.mechanism for rung in explanation.rungs if rung.objection] == passed
    assert [rung.mechanism for rung in explanation.rungs if rung.objection is None] == ([expected] if expected else [])


def test_what_is_taken_is_what_is_explained():
    for facts, expected in LADDER.values():
        mechanism, explanation = climb(facts, "alice", None, ALL)
        assert (mechanism.NAME if mechanism else None) == explanation.mechanism == expected
        if expected:
            assert chosen(facts, mechanisms=ALL) is mechanism


def test_an_explanation_reads_as_one_line_for_each_rung():
    assert str(climb(FACTS, "alice")[1]) == "Wiki, as alice: 2LOi\n  2LOi: taken"
    assert str(climb(at(Level.OAUTH), "alice")[1]) == (
        "Wiki, as alice: consent is needed first\n"
        "  2LOi: the outgoing level of the link is oauth, not oauth_impersonation\n"
        "  3LO: 'alice' has not allowed it\n"
        "  2LO: the link does not let calls go as its fixed user"
    )
    assert str(climb(at(Level.DISABLED), "alice")[1]).startswith("Wiki, as alice: no way\n  2LOi: the outgoing level")
    assert str(climb(FACTS, None)[1]).startswith("Wiki, as nobody in particular: no way\n  2LOi: nobody is acting")
    assert str(climb(FACTS, "alice", ANONYMOUS)[1]) == "Wiki, as nobody in particular: anonymous\n  anonymous: taken"


# ---- a person who can agree


def test_where_only_consent_is_missing_the_person_is_asked_with_an_address_of_their_own():
    """R-07"""
    with pytest.raises(CredentialsRequired) as needed:
        chosen(at(Level.OAUTH))
    assert needed.value.user == "alice"
    assert (needed.value.link, needed.value.direction) == ("Wiki", "outgoing")
    assert needed.value.remedy
    address = urlsplit(needed.value.authorization_url)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{US.identity.url}/{START_PATH}"
    query = parse_qs(address.query)
    assert query["applicationLinkID"] == [FACTS.link.id]
    (stamp,) = query["for"]
    assert stamp == US.answer(next(question for question in reversed(US.asked) if isinstance(question, Stamp)))


def test_the_error_says_why_each_stronger_way_was_passed_over():
    """R-19"""
    with pytest.raises(CredentialsRequired, match="2LOi: the outgoing level of the link is oauth"):
        chosen(at(Level.OAUTH))


@pytest.mark.parametrize(
    ("facts", "demanded", "mechanisms", "helps"),
    [
        (at(Level.OAUTH), None, MECHANISMS, True),
        (at(Level.OAUTH), "3LO", MECHANISMS, True),
        (at(Level.OAUTH_IMPERSONATION, same_users=UNSHARED), None, MECHANISMS, True),
        (at(Level.OAUTH_IMPERSONATION), None, MECHANISMS, False),
        (at(Level.OAUTH_IMPERSONATION), "3LO", MECHANISMS, True),
        (at(Level.OAUTH), "2LOi", MECHANISMS, False),
        (at(Level.OAUTH), "2LO", MECHANISMS, False),
        (at(Level.OAUTH, token=TOKEN), "2LO", MECHANISMS, False),
        (at(Level.OAUTH, fixed_user=True), None, MECHANISMS, False),
        (at(Level.DISABLED), None, MECHANISMS, False),
        (at(Level.TRUSTED), None, MECHANISMS, False),
        (at(Level.OAUTH), None, load(["2LOi", "2LO"]), False),
    ],
)
def test_consent_helps_only_where_nothing_else_is_missing(facts, demanded, mechanisms, helps):
    """R-20"""
    assert climb(facts, "alice", demanded, mechanisms)[1].consent_helps is helps


def test_consent_of_nobody_in_particular_cannot_be_asked_for():
    assert not climb(at(Level.OAUTH), None)[1].consent_helps


# ---- nothing weaker, and nobody else, ever silently


@pytest.mark.parametrize(
    "facts",
    [at(Level.DISABLED), at(Level.TRUSTED), at(Level.BASIC, account="front", secret="s")],
    ids=["none", "trusted", "basic"],
)
def test_where_no_way_is_left_the_error_names_link_direction_and_remedy(facts):
    with pytest.raises(MechanismMissing, match="'Wiki' offers no way to call as 'alice'") as missing:
        chosen(facts)
    assert (missing.value.link, missing.value.direction) == ("Wiki", "outgoing")
    assert "'Wiki'" in missing.value.remedy
    assert all(name in str(missing.value) for name in ("2LOi", "3LO", "2LO"))


@pytest.mark.parametrize("demanded", TABLE)
@pytest.mark.parametrize("case", LADDER)
def test_a_demanded_mechanism_is_used_or_nothing_is(case, demanded):
    """R-20"""
    facts, _ = LADDER[case]
    mechanism = next(mechanism for mechanism in ALL if demanded == mechanism.NAME)
    if mechanism.objection(facts, "alice") is None:
        assert chosen(facts, demanded=demanded, mechanisms=ALL) is mechanism
    else:
        with pytest.raises((CredentialsRequired, MechanismMissing)):
            chosen(facts, demanded=demanded, mechanisms=ALL)


def test_nothing_is_ever_sent_as_nobody_because_somebody_could_not():
    """R-20: no mechanism at all comes out of the choice only where that was demanded."""
    for facts, _ in LADDER.values():
        for demanded in (None, *TABLE):
            try:
                assert chosen(facts, demanded=demanded, mechanisms=ALL) is not None
            except (CredentialsRequired, MechanismMissing):
                continue


def test_what_is_not_loaded_is_not_taken_however_the_link_stands():
    for level in (Level.TRUSTED, Level.BASIC):
        with pytest.raises(MechanismMissing):
            chosen(at(level, account="front", secret="s"))
    assert name_of(at(Level.OAUTH_IMPERSONATION, token=TOKEN), mechanisms=load(["3LO"])) == "3LO"


@pytest.mark.parametrize("demanded", ["Trusted", "Basic"])
def test_a_demanded_one_that_is_not_loaded_is_an_error_that_says_how_to_load_it(demanded):
    """R-20"""
    with pytest.raises(MechanismMissing, match=f"'{demanded}' is not loaded") as missing:
        chosen(at(Level.BASIC, account="front", secret="s"), demanded=demanded)
    assert "APPLINKS_MECHANISMS" in missing.value.remedy
    assert demanded in missing.value.remedy


@pytest.mark.parametrize("demanded", ["4LO", "2loi", "", "\x1b[31m", "x" * 1000])
def test_one_that_does_not_exist_is_an_error_that_lists_those_that_do(demanded):
    with pytest.raises(MechanismMissing) as missing:
        chosen(FACTS, demanded=demanded)
    assert (missing.value.link, missing.value.direction) == ("Wiki", "outgoing")
    assert all(known in missing.value.remedy for known in KNOWN)
    assert str(missing.value).isprintable()
    assert len(str(missing.value)) < 300


@pytest.mark.parametrize("facts", [FACTS, at(Level.DISABLED), at(Level.OAUTH)])
def test_an_anonymous_call_is_one_only_if_that_is_demanded(facts):
    assert chosen(facts, demanded=ANONYMOUS) is None
    assert climb(facts, "alice", ANONYMOUS)[1].user is None


# ---- the facts it goes by


def test_the_facts_are_those_of_the_person_who_acts():
    """T-25"""
    us = InMemory("Front")
    link = us.save(link_to(InMemory("Wiki"), level=Level.OAUTH))
    us.answer(KeepToken(TOKEN))
    us.answer(KeepSecret(link.id, SecretUse.OUTGOING_OAUTH, link.origin, "shared"))
    assert us.answer(FactsFor(link.id, "alice")).token == TOKEN
    assert us.answer(FactsFor(link.id, "bob")).token is us.answer(FactsFor(link.id)).token is None
    assert us.answer(FactsFor(link.id, "bob")).secret == "shared"


@pytest.mark.parametrize("demanded", [None, "3LO", ANONYMOUS])
def test_while_trust_is_suspended_no_rung_carries_and_each_says_why(demanded):
    """G-06"""
    facts = replace(at(Level.OAUTH_IMPERSONATION, token=TOKEN), identity=suspend(InMemory("Front")).identity)
    mechanism, explanation = climb(facts, "alice", demanded, ALL)
    assert mechanism is explanation.mechanism is None
    assert not explanation.consent_helps
    assert explanation.rungs
    assert all("suspended" in (rung.objection or "") for rung in explanation.rungs)
