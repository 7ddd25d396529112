"""Admission: the steps, their order, and what each refusal tells and keeps."""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.audit import WriteDown
from applinks.errors import NotAdmitted, StoreUnavailable
from applinks.incoming import Principal, SpendNonce
from applinks.incoming.admit import STEPS, admit
from applinks.links import Level, LinkOfConsumer, SameUsers
from applinks.mechanisms import TABLE, load
from applinks.people import FindPerson, Names, Person, Policy, Verdict
from applinks.questions import Now
from applinks.wire.messages import FORM, Request
from applinks.wire.oauth1 import SharedSecret, SignatureMethod
from in_memory import NOW, InMemory
from incoming.senders import BASE, URL, allow, outcome, refused_with, signed, wiki
from suspended import suspend

DENIED = (401, "oauth_problem=permission_denied")
DOES_NOT_HOLD = (401, "oauth_problem=signature_invalid")


def test_a_request_that_proves_itself_is_admitted_as_the_local_person():
    called, front = wiki()
    principal = outcome(called, signed(front))
    assert isinstance(principal, Principal)
    assert principal.person is called.people["alice"]
    assert (principal.link.name, principal.mechanism) == ("Front", "2LOi")


def test_the_steps_are_what_happens_in_their_order():
    """T-08, T-13: the signature holds before a nonce is spent, a nonce is spent before anything is granted."""
    called, front = wiki()
    outcome(called, signed(front))
    assert called.kinds() == ["WhoWeAre", "LinkOfConsumer", "Now", "SpendNonce", "FindPerson", "WriteDown"]
    assert [step.__name__ for step in STEPS] == [
        "find_link",
        "examine",
        "spend_nonce",
        "check_level",
        "find_person",
        "check_same",
        "apply_policy",
    ]


# ---- the same person on both sides


def mapped(called, **pairs):
    link = called.link("Front")
    called.save(replace(link, same_users=SameUsers(True, "root", 1, names=Names(tuple(pairs.items())))))


def test_a_name_of_theirs_that_was_mapped_becomes_ours_before_anybody_is_looked_up():
    """M-17"""
    called, front = wiki(Person("cclark", "Carol Clark"))
    mapped(called, cclark="carol")
    principal = outcome(called, signed(front, user="Carol"))
    assert principal.person is called.people["cclark"]
    assert principal.witness == "carol", "the caller is told the name by which it asked"
    assert outcome(called, signed(front, nonce="n-2")).witness == "alice"
    assert [entry.subject for entry in called.entries] == ["cclark", "alice"]


def test_a_name_that_is_another_persons_here_is_nobodys():
    """Else their cclark would be our cclark, who is their carol."""
    called, front = wiki(Person("cclark", "Carol Clark"))
    mapped(called, cclark="carol")
    assert refused_with(called, signed(front, user="cclark")) == (401, "oauth_problem=permission_denied")
    assert "another person's here" in called.outcomes("admission")[0]
    assert "FindPerson" not in called.kinds()


def test_whoever_consented_or_is_fixed_goes_by_their_name_here_whatever_was_mapped():
    """T-23: what is said about same users is about those who were not asked."""
    called, front = wiki(Person("cclark"), level=Level.OAUTH_IMPERSONATION)
    mapped(called, cclark="carol")
    allow(called, "cclark", "token")
    principal = outcome(called, signed(front, user=None, token="token"))
    assert (principal.person.name, principal.witness, principal.mechanism) == ("cclark", "cclark", "3LO")


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_with_only_proven_nobody_else_is_admitted_and_the_reason_is_on_the_record(verdict):
    """G-02, M-17"""
    called, front = wiki()
    link = called.save(replace(called.link("Front"), same_users=SameUsers(True, "root", 1, only_proven=True)))
    if verdict is not None:
        called.verdicts[link.id, "alice"] = verdict
    if verdict is Verdict.PROVEN:
        assert outcome(called, signed(front)).person.name == "alice"
        return
    assert refused_with(called, signed(front)) == (401, "oauth_problem=permission_denied")
    (entry,) = called.entries
    assert "'alice' is not proven to be the same person" in entry.outcome
    assert entry.checks[-1][0] == "check_same"


def test_where_nobody_asks_for_proof_none_is_looked_up():
    called, front = wiki()
    outcome(called, signed(front))
    assert "VerdictOf" not in called.kinds()


def test_every_check_of_an_admitted_request_is_kept():
    called, front = wiki()
    principal = outcome(called, signed(front))
    assert [name for name, _ in principal.checks if name in {step.__name__ for step in STEPS}] == [s.__name__ for s in STEPS]
    assert {said for _, said in principal.checks} == {"ok"}
    (entry,) = called.entries
    assert entry.checks == principal.checks
    assert (entry.kind, entry.outcome, entry.subject, entry.link) == ("admission", "admitted", "alice", "Front")
    assert (entry.mechanism, entry.request) == ("2LOi", f"GET {URL}")
    assert not WriteDown(entry).durable, "traffic is many times as much as changes"


def test_a_copy_still_admits_whoever_proves_themselves():
    """G-06: only what goes out is suspended."""
    called, front = wiki()
    suspend(called)
    assert isinstance(outcome(called, signed(front)), Principal)


def test_a_person_is_who_the_directory_says_in_its_own_spelling():
    """T-22"""
    called, front = wiki()
    called.people["ALICE"] = called.people["alice"]
    assert outcome(called, signed(front, user="ALICE")).person.name == "alice"


def test_whatever_does_not_attempt_a_proof_is_none_of_ours_and_asks_for_nothing():
    called, _ = wiki()
    for request in (
        Request("GET", URL),
        Request("GET", f"{URL}?user_id=root"),
        Request("GET", URL, (("authorization", "Basic YTpi"),)),
        Request("GET", f"{URL}?oauth_token=x&oauth_verifier=y"),
        Request("POST", URL, (("content-type", FORM),), b"a=1"),
    ):
        assert outcome(called, request) is None
    assert set(called.kinds()) == {"WhoWeAre"}


# ---- strangers


def strangers(called: InMemory, front: InMemory) -> dict[str, Request]:
    stranger = InMemory("Stranger")
    good = signed(front)
    return {
        "unknown sender": signed(stranger),
        "wrong key": signed(front, key=stranger.key),
        "wrong method": signed(front, method=SignatureMethod.RSA_SHA1),
        "hmac by public key": signed(front, method=SignatureMethod.HMAC_SHA256, key=SharedSecret(front.key.public.text)),
        "changed user": replace(good, url=good.url.replace("alice", "root")),
        "changed path": replace(good, url=good.url.replace("/page", "/other")),
        "changed method": replace(good, method="DELETE"),
        "another address": replace(good, url=good.url.replace("example.com", "other.example.com")),
    }


@pytest.mark.parametrize("kind", strangers(*wiki()))
def test_strangers_are_all_told_the_same_and_leave_nothing_behind(kind):
    """T-07, T-13, T-28, C-15: no nonce, no row, no look at the directory."""
    called, front = wiki()
    assert refused_with(called, strangers(called, front)[kind]) == DOES_NOT_HOLD
    assert [kind for kind in called.kinds() if kind not in {"SecretOf", "FormerUrl"}] == [
        "WhoWeAre",
        "LinkOfConsumer",
        "Now",
        "RememberRefusal",
    ]
    assert called.nonces == set()
    assert called.entries == []


def test_so_is_whoever_comes_over_a_disabled_link():
    """T-07, T-28"""
    called, front = wiki(level=Level.DISABLED)
    assert refused_with(called, signed(front)) == DOES_NOT_HOLD
    assert called.entries == []


def test_a_hundred_bad_signatures_leave_nothing_behind():
    """T-13"""
    called, front = wiki()
    stranger = InMemory("Stranger")
    for number in range(100):
        refused_with(called, signed(front, key=stranger.key, nonce=str(number)))
    assert (called.nonces, called.entries) == (set(), [])


@pytest.mark.parametrize(("seconds", "admitted"), [(299, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_a_clock_may_differ_by_five_minutes_and_whose_differs_more_is_told_what_would_do(seconds, admitted):
    """T-12"""
    called, front = wiki()
    result = outcome(called, signed(front, at=NOW - seconds))
    assert isinstance(result, Principal) is admitted
    if not admitted:
        assert f"oauth_acceptable_timestamps={int(NOW) - 300}-{int(NOW) + 300}" in result.body.decode()
        assert called.nonces == set()


# ---- replay


def test_the_same_request_a_second_time_is_refused_on_the_record():
    """T-09"""
    called, front = wiki()
    request = signed(front)
    assert isinstance(outcome(called, request), Principal)
    assert refused_with(called, request) == (401, "oauth_problem=nonce_used")
    assert [entry.outcome.partition(":")[0] for entry in called.entries] == ["admitted", "refused"]
    assert ("spend_nonce", called.entries[1].outcome.removeprefix("refused: ")) in called.entries[1].checks


def test_a_nonce_belongs_to_its_sender_and_second():
    called, front = wiki()
    assert isinstance(outcome(called, signed(front)), Principal)
    assert isinstance(outcome(called, signed(front, nonce="n-2")), Principal)
    assert isinstance(outcome(called, signed(front, at=NOW + 1)), Principal)


def test_a_refused_request_has_spent_its_nonce():
    """T-09: it cannot be tried again once the person is admitted."""
    called, front = wiki()
    request = signed(front, user="ghost")
    assert refused_with(called, request) == DENIED
    called.people["ghost"] = Person("ghost")
    assert refused_with(called, request) == (401, "oauth_problem=nonce_used")


# ---- the store


@pytest.mark.parametrize("question", [LinkOfConsumer, Now, SpendNonce, FindPerson, WriteDown])
def test_where_an_answer_is_missing_nobody_is_admitted(question):
    """T-11: not from the store, nor from the directory, nor where it could not be written down."""
    called, front = wiki()
    called.failing[question] = StoreUnavailable("gone")
    answer = outcome(called, signed(front))
    assert answer.status == 503
    assert answer.header("retry-after")


def test_an_error_of_the_directory_is_not_swallowed():
    """T-11"""
    called, front = wiki()
    called.failing[FindPerson] = LookupError("directory down")
    with pytest.raises(LookupError):
        outcome(called, signed(front))
    assert called.entries == []


# ---- persons


ADMIN = Person("admin", administrator=True)
NAMED = Policy(administrators=frozenset({"admin"}))


@pytest.mark.parametrize(
    ("user", "policy", "why"),
    [
        ("ghost", None, "there is no such user"),
        ("dave", None, "disabled"),
        ("root", None, "administrator"),
        ("root", NAMED, "administrator"),
        ("alice", Policy(excluded_users=frozenset({"alice"})), "excludes"),
        ("alice", Policy(excluded_groups=frozenset({"staff"})), "excludes"),
        ("alice", Policy(users=frozenset({"bob"})), "does not include"),
        ("alice", Policy(methods=frozenset({"POST"})), "method GET"),
        ("alice", Policy(paths=("/rest/other",)), "path"),
        ("alice", Policy(paths=("/wiki/rest",)), "path"),
    ],
)
def test_whoever_may_not_be_impersonated_gets_one_answer_and_the_record_has_the_reason(user, policy, why):
    """T-20, T-21, T-28"""
    called, front = wiki(ADMIN, policy=policy)
    assert refused_with(called, signed(front, user=user)) == DENIED
    (entry,) = called.entries
    assert entry.subject == user
    assert why in entry.outcome
    assert entry.checks[-1][1] in entry.outcome


def test_an_administrator_whom_the_policy_names_is_admitted():
    """T-20"""
    called, front = wiki(ADMIN, policy=NAMED)
    assert outcome(called, signed(front, user="admin")).person is ADMIN


def test_rights_given_and_people_disabled_a_moment_ago_count_now():
    """T-20, T-21"""
    called, front = wiki()
    assert isinstance(outcome(called, signed(front, nonce="1")), Principal)
    called.people["alice"] = Person("alice", administrator=True)
    assert refused_with(called, signed(front, nonce="2")) == DENIED
    called.people["alice"] = Person("alice", active=False)
    assert refused_with(called, signed(front, nonce="3")) == DENIED
    del called.people["alice"]
    assert refused_with(called, signed(front, nonce="4")) == DENIED


TRICKS = [
    " alice",
    "alice ",
    "\talice",
    "alice\n",
    "alice\r\nroot",
    "\u00a0alice",
    "alice\u2003",
    "\u200balice",
    "alice\u200b",
    "al\u00adice",
    "\u202ealice",
    "alice\u2066",
    "\ufeffalice",
    "alice\x7f",
    "alice\x1b[0m",
    "alice\x85",
    "аlice",
    "ａlice",
    "alicе",
    "alice@example.com",
    "alice/root",
    "alice\\root",
    "EXAMPLE\\alice",
    "alice%00root",
    "alice;root",
    "alice,root",
    "alice root",
    "..",
    "*",
    "' OR '1'='1",
    "alice'--",
    "${alice}",
    "null",
    "None",
    "0",
    "a" * 300,
]


@pytest.mark.parametrize("name", TRICKS, ids=ascii)
def test_names_that_only_look_like_somebodys_are_refused_never_bent(name):
    """T-22"""
    called, front = wiki()
    assert refused_with(called, signed_raw(front, name)) == DENIED


def signed_raw(front: InMemory, name: str) -> Request:
    """As a linked application might that does not care what a name is."""
    return signed(front, Request("GET", f"{URL}?user_id={quote(name, safe='')}"), user=None)


@pytest.mark.parametrize("name", [name for name in TRICKS if not name.isprintable() or name != name.strip()], ids=ascii)
def test_the_directory_is_not_even_asked_for_names_with_blanks_or_control_characters(name):
    """T-22, T-63"""
    called, front = wiki()
    refused_with(called, signed_raw(front, name))
    assert "FindPerson" not in called.kinds()


@pytest.mark.parametrize("found", ["root", "alice2", "Alice Adams", ""])
def test_a_directory_that_answers_with_another_name_is_not_believed(found):
    """T-22: one that searches by prefix, mail or full name, for instance."""
    called, front = wiki()
    called.people["alice"] = Person(found)
    assert refused_with(called, signed(front)) == DENIED


@given(st.text(max_size=20))
def test_any_name_is_somebody_of_the_directory_or_nobody(name):
    called, front = wiki()
    try:
        request = signed_raw(front, name)
    except Exception:  # noqa: BLE001 such a name cannot even travel
        return
    result = outcome(called, request)
    if isinstance(result, Principal):
        assert result.person is called.people[name]


# ---- levels, tokens, users


def test_a_link_whose_level_is_plain_oauth_admits_nobody():
    """T-23"""
    called, front = wiki(level=Level.OAUTH)
    assert refused_with(called, signed(front)) == DENIED
    assert called.entries[0].checks[-1][0] == "check_level"
    assert "FindPerson" not in called.kinds()


@pytest.mark.parametrize("level", [Level.OAUTH, Level.OAUTH_IMPERSONATION])
@pytest.mark.parametrize("parameter", ["user_id", "xoauth_requestor_id"])
def test_a_request_with_a_token_that_names_a_user_besides_is_refused_and_goes_to_neither(level, parameter):
    """T-23: never the token's user instead."""
    called, front = wiki(level=level)
    allow(called, "bob", "abc")
    status, body = refused_with(called, signed(front, parameter=parameter, token="abc"))
    assert (status, body.partition("&")[0]) == (400, "oauth_problem=parameter_rejected")
    assert f"oauth_parameters_rejected={parameter}%3Dalice" in body
    assert "FindPerson" not in called.kinds()


def test_a_request_with_a_token_that_nobody_gave_is_refused_after_its_nonce_is_spent():
    """T-13, T-17"""
    called, front = wiki()
    assert refused_with(called, signed(front, user=None, token="abc")) == (401, "oauth_problem=token_rejected")
    assert called.kinds() == ["WhoWeAre", "LinkOfConsumer", "Now", "GrantOfToken", "SpendNonce", "WriteDown", "RememberRefusal"]


@pytest.mark.parametrize(("token", "problem"), [("abc", "token_rejected"), ("", "permission_denied")])
def test_a_proof_by_a_mechanism_that_is_not_loaded_is_refused_before_any_look_at_the_store(token, problem):
    """What an installation has dropped, it does not half understand."""
    called, front = wiki()
    allow(called, "alice", "abc")
    called.mechanisms = load(["Trusted"] if token == "" else ["2LOi", "2LO"])
    assert refused_with(called, signed(front, user=None, token=token)) == (401, f"oauth_problem={problem}")
    assert called.kinds() == ["WhoWeAre", "RememberRefusal"]


def test_a_request_that_proves_itself_in_two_ways_at_once_is_refused():
    """T-01"""
    called, front = wiki()
    called.mechanisms = load(TABLE)
    both = signed(front).with_header("x-seraph-trusted-app-cert", "AAAA")
    assert outcome(called, both).status == 400
    assert called.kinds() == ["WhoWeAre", "RememberRefusal"]


def test_a_signed_request_that_names_nobody_is_refused_and_not_taken_for_anonymous():
    """T-23"""
    called, front = wiki()
    assert refused_with(called, signed(front, user=None)) == DENIED


@pytest.mark.parametrize("second", ["xoauth_requestor_id=root", "user_id=alice", "user_id=root", "xoauth_requestor_id="])
def test_contradictory_names_of_a_linked_application_are_told_back_and_on_record(second):
    """T-02"""
    called, front = wiki()
    status, body = refused_with(called, signed(front, Request("GET", f"{URL}?{second}")))
    assert (status, body.partition("&")[0]) == (400, "oauth_problem=parameter_rejected")
    assert [entry.outcome.partition(":")[0] for entry in called.entries] == ["refused"]
    assert "FindPerson" not in called.kinds()


@pytest.mark.parametrize("second", ["xoauth_requestor_id=root", "user_id=alice"])
def test_contradictory_names_of_a_stranger_leave_nothing_behind(second):
    """T-13, T-28"""
    called, _ = wiki()
    assert refused_with(called, signed(InMemory("Stranger"), Request("GET", f"{URL}?{second}"))) == DOES_NOT_HOLD
    assert (called.nonces, called.entries) == (set(), [])


MALFORMED = {
    "doubled": ('OAuth oauth_nonce="a", oauth_nonce="b"', "parameter_rejected"),
    "missing": ('OAuth oauth_consumer_key="a"', "parameter_absent"),
    "no list": ("OAuth nonsense", "parameter_rejected"),
    "empty": ("OAuth", "parameter_absent"),
}


@pytest.mark.parametrize(("header", "problem"), MALFORMED.values(), ids=MALFORMED.keys())
def test_what_cannot_be_read_as_a_proof_is_refused_without_a_look_at_the_store(header, problem):
    """T-02"""
    called, _ = wiki()
    status, body = refused_with(called, Request("GET", URL, (("authorization", header),)))
    assert (status, body.partition("&")[0]) == (400, f"oauth_problem={problem}")
    assert called.kinds() == ["WhoWeAre", "RememberRefusal"]


# ---- paths


@pytest.mark.parametrize(
    ("path", "admitted"),
    [("/rest", True), ("/rest/x", True), ("/restricted", False), ("/rest/../x", False), ("/REST/x", False), ("", False)],
)
def test_a_path_rule_is_about_the_path_below_our_own_address(path, admitted):
    """T-51"""
    called, front = wiki(policy=Policy(paths=("/rest",)))
    assert isinstance(outcome(called, signed(front, Request("GET", BASE + path))), Principal) is admitted


# ---- forms


def test_a_form_is_verified_with_its_body():
    """T-01"""
    called, front = wiki()
    form = signed(front, Request("POST", URL, (("content-type", FORM),), b"a=1"))
    assert refused_with(called, replace(form, body=b"a=2")) == DOES_NOT_HOLD
    assert isinstance(outcome(called, form), Principal)


def test_a_form_that_was_too_large_to_be_read_is_refused_before_anything_is_spent_or_written():
    """T-01, S-30: even if its address and header alone hold."""
    called, front = wiki()
    form = signed(front, Request("POST", URL, (("content-type", FORM),)))
    assert refused_with(called, form, whole=False) == (400, "oauth_problem=parameter_rejected")
    assert (called.nonces, called.entries) == (set(), [])


def test_other_bodies_may_be_of_any_size():
    called, front = wiki()
    request = signed(front, Request("POST", URL, (("content-type", "application/json"),)))
    assert isinstance(outcome(called, request, whole=False), Principal)


# ---- what is told to whom


def test_a_refusal_is_told_in_header_and_body_and_not_to_be_cached():
    called, front = wiki()
    answer = outcome(called, signed(front, user="ghost"))
    assert answer.header("www-authenticate") == (
        'OAuth realm="https%3A%2F%2Fexample.com%2Fwiki", oauth_problem="permission_denied"'
    )
    assert answer.header("cache-control") == "no-store"


def test_the_log_tells_the_reason_in_one_harmless_line(caplog):
    """T-67"""
    called, front = wiki()
    with caplog.at_level(logging.WARNING, "applinks.incoming"):
        outcome(called, signed_raw(front, "al\r\nice\x1b[31m"))
    (record,) = caplog.records
    assert record.getMessage().isprintable()
    assert "blanks at its ends or control characters" in record.getMessage()
    assert f"{URL}" in record.getMessage()


def test_a_record_keeps_no_query():
    """T-66"""
    called, front = wiki()
    outcome(called, signed(front, Request("GET", f"{URL}?secret=hunter2")))
    assert "hunter2" not in repr(called.entries)


def test_the_error_is_of_the_tree_and_says_where():
    called, front = wiki()
    with pytest.raises(NotAdmitted) as refused:
        called.run(admit(signed(front, user="ghost"), called.identity))
    assert (refused.value.link, refused.value.direction, refused.value.problem) == ("Front", "incoming", "permission_denied")
