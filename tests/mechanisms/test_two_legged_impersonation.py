"""2LOi: the half that proves and the half that accepts, against each other and against forgers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering import Answers, run
from applinks.errors import AppLinksError, BadProof, ConfigurationError, NoProof
from applinks.links import (
    REQUESTOR_ID,
    USER_ID,
    ClockSkew,
    Facts,
    Incoming,
    Level,
    Link,
    LinkOfConsumer,
    RememberParameter,
    SameUsers,
    SecretOf,
    who_am_i,
)
from applinks.mechanisms import Candidate, Presented
from applinks.mechanisms import two_legged_impersonation as mechanism
from applinks.mechanisms.signature import NOBODYS_KEY
from applinks.people import Names, Verdict
from applinks.questions import Ask, Moment, Now, drive
from applinks.wire import oauth1
from applinks.wire.keys import PublicKey
from applinks.wire.messages import FORM, Request, Response
from applinks.wire.oauth1 import SharedSecret, SignatureMethod
from in_memory import NOW, InMemory, link_to

FRONT, WIKI = InMemory("Front"), InMemory("Wiki", type="confluence")
OURS = link_to(WIKI)
"""Front's end of the link."""
THEIRS = link_to(FRONT)
"""Wiki's end of it."""
URL = "https://wiki.example.com/rest/api/content"


def proven(request: Request | None = None, user: str = "alice", link: Link = OURS, more: dict | None = None) -> Request:
    flow = mechanism.prove(request or Request("GET", URL), Facts(link, FRONT.identity, FRONT.key), user)
    return drive(flow, Answers({Now: Moment(NOW, "nonce-1"), ClockSkew: 0.0, **(more or {})})).request


def accepted(request: Request, link: Link | None = THEIRS, now: float = NOW) -> Candidate:
    presented = Presented(request, oauth1.read(request))
    assert mechanism.recognise(presented)
    return run(mechanism.accept(presented, link, now), {SecretOf: None})


def signed(query: str, *, method: SignatureMethod = SignatureMethod.RSA_SHA256, key=FRONT.key, consumer: str = "") -> Request:
    """A request that anybody could make who has that key."""
    credentials = oauth1.Credentials(consumer or FRONT.identity.consumer_key, key, method, token="")
    return oauth1.sign(Request("GET", f"{URL}?{query}"), credentials, timestamp=int(NOW), nonce="n").request


def parameters(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(request.url).query, keep_blank_values=True)


# ---- proving


def test_what_one_half_proves_the_other_accepts():
    candidate = accepted(proven())
    assert candidate.refusal is None
    assert (candidate.claimed_user, candidate.consumer_key) == ("alice", FRONT.identity.consumer_key)
    assert (candidate.timestamp, candidate.nonce, candidate.token) == (int(NOW), "nonce-1", "")
    assert candidate.checks == (("time", "ok"), ("sender", "ok"), ("method", "ok"), ("signature", "ok"))


def test_the_token_is_there_empty_and_signed():
    flow = mechanism.prove(Request("GET", URL), Facts(OURS, FRONT.identity, FRONT.key), "alice")
    proof = drive(flow, Answers({Now: Moment(NOW, "n"), ClockSkew: 0.0}))
    assert 'oauth_token=""' in proof.request.header("authorization")
    assert "oauth_token%3D%26" in proof.explanation
    assert "user_id%3Dalice" in proof.explanation


@pytest.mark.parametrize("parameter", [USER_ID, REQUESTOR_ID])
@pytest.mark.parametrize("query", ["", "?a=1", "?a=1&a=2", "?a=%20b+c"])
def test_the_user_travels_under_the_name_of_the_link_behind_what_the_caller_sent(parameter, query):
    link = replace(OURS, outgoing=replace(OURS.outgoing, impersonation_parameter=parameter))
    request = proven(Request("GET", URL + query), link=link)
    assert request.url == f"{URL}{query}{'&' if query else '?'}{parameter}=alice"
    assert accepted(request).claimed_user == "alice"


@pytest.mark.parametrize("user", ["al ice", "a&b=c", "jürgen", "x@example.com", "+", "%41", "名前", "a/b?c#d", "ALICE"])
def test_any_name_arrives_as_it_was(user):
    """T-22"""
    candidate = accepted(proven(user=user))
    assert (candidate.claimed_user, candidate.refusal) == (user, None)


@given(st.text(min_size=1, max_size=30))
def test_every_text_either_arrives_as_the_user_or_is_an_error_of_ours(user):
    """T-63: and no control character leaves in a header or an address."""
    try:
        request = proven(user=user)
    except AppLinksError:
        return
    assert request.url.isascii()
    assert all(value.isprintable() for value in (request.url, *dict(request.headers).values()))
    assert accepted(request).claimed_user == user


def test_a_form_is_signed_with_its_body_and_the_user_stays_in_the_query():
    form = Request("POST", URL, (("content-type", FORM),), b"title=Plan&space=OPS")
    request = proven(form)
    assert request.body == form.body
    assert parameters(request) == [("user_id", "alice")]
    assert accepted(request).refusal is None
    assert isinstance(accepted(replace(request, body=b"title=Other&space=OPS")).refusal, BadProof)


def test_other_bodies_stay_out_of_it():
    """T-04"""
    request = proven(Request("POST", URL, (("content-type", "application/json"),), b'{"user_id": "root"}'))
    assert accepted(request).claimed_user == "alice"


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", f"{URL}?user_id=root"),
        Request("GET", f"{URL}?a=1&xoauth_requestor_id=root"),
        Request("GET", f"{URL}?user%5Fid=root"),
        Request("GET", f"{URL}?user_id"),
        Request("GET", f"{URL}?user_id=alice&user_id=alice"),
        Request("GET", f"{URL}?xoauth_requestor_id=alice"),
        Request("POST", URL, (("content-type", FORM),), b"user_id=root"),
        Request("POST", URL, (("content-type", FORM),), b"xoauth_requestor_id="),
    ],
)
def test_a_request_that_names_a_user_itself_is_refused_before_anything_is_signed(request_):
    with pytest.raises(ConfigurationError, match="user_id or xoauth_requestor_id"):
        proven(request_)


def test_a_redirect_that_brings_our_own_parameter_back_is_proven_as_it_is():
    request = proven(Request("GET", f"{URL}?page=2&user_id=alice"))
    assert request.url == f"{URL}?page=2&user_id=alice"
    assert accepted(request).refusal is None


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", f"{URL}?q=%FF"),
        Request("GET", f"{URL}?q=%zz"),
        Request("GET", f"{URL}?q=%00"),
        Request("POST", URL, (("content-type", FORM),), b"q=\xff"),
        Request("POST", URL, (("content-type", FORM),), b"q=%C3"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_not_signed_and_is_an_error_of_ours(request_):
    with pytest.raises(ConfigurationError, match="cannot be signed"):
        proven(request_)


def test_each_proof_has_a_time_and_a_nonce_of_its_own():
    moments = [Moment(NOW, "one"), Moment(NOW + 1, "two")]
    flow = (mechanism.prove(Request("GET", URL), Facts(OURS, FRONT.identity, FRONT.key), "alice") for _ in range(2))
    claims = [oauth1.read(drive(one, Answers({Now: lambda _: moments.pop(0), ClockSkew: 0.0})).request) for one in flow]
    assert [(claim.timestamp, claim.nonce) for claim in claims] == [(int(NOW), "one"), (int(NOW) + 1, "two")]


# ---- learning under which name the user travels

UNKNOWN = replace(OURS, outgoing=replace(OURS.outgoing, impersonation_parameter=None))


def taking(parameter: str | None, user: str = "alice", status: int = 200):
    """What a far side says of who is calling that takes this parameter and no other."""

    def answer(question: Ask) -> Response:
        known = parameter is not None and parameter in dict(parameters(question.request))
        return Response(status, (), f'{{"username": "{user if known else "anonymous"}"}}'.encode())

    return answer


@pytest.mark.parametrize(("parameter", "asked"), [(USER_ID, [USER_ID]), (REQUESTOR_ID, [USER_ID, REQUESTOR_ID])])
def test_the_name_that_is_understood_is_found_out_and_remembered(parameter, asked):
    answers = Answers({Now: Moment(NOW, "n"), ClockSkew: 0.0, Ask: taking(parameter), RememberParameter: None})
    proof = drive(mechanism.prove(Request("GET", URL), Facts(UNKNOWN, FRONT.identity, FRONT.key), "alice"), answers)
    assert parameters(proof.request) == [(parameter, "alice")]
    asks = [question.request for question in answers.asked if isinstance(question, Ask)]
    assert [next(iter(dict(parameters(request)))) for request in asks] == asked
    assert all(request.url.startswith(f"{WIKI.identity.url}/{who_am_i('confluence').path}?") for request in asks)
    assert all(accepted(request).refusal is None for request in asks)
    assert [question for question in answers.asked if isinstance(question, RememberParameter)] == [
        RememberParameter(WIKI.identity.id, parameter)
    ]


def test_a_name_in_other_letters_is_the_same_person():
    answers = Answers({Now: Moment(NOW, "n"), ClockSkew: 0.0, Ask: taking(USER_ID, "Alice"), RememberParameter: None})
    drive(mechanism.prove(Request("GET", URL), Facts(UNKNOWN, FRONT.identity, FRONT.key), "alice"), answers)
    assert "RememberParameter" in answers.kinds()


@pytest.mark.parametrize(
    "answer",
    [
        taking(None),
        taking(USER_ID, status=401),
        taking(USER_ID, status=302),
        taking(USER_ID, "bob"),
        lambda _: Response(200, (), b"<html>log in</html>"),
        lambda _: Response(200, (), b"[" * 100_000),
        lambda _: Response(200, (), b"\xff\x00"),
    ],
)
def test_where_neither_is_understood_the_commoner_one_is_used_and_nothing_remembered(answer):
    request = proven(link=UNKNOWN, more={Ask: answer})
    assert parameters(request) == [(USER_ID, "alice")]


def test_a_far_side_that_is_down_while_it_is_asked_ends_the_call():
    with pytest.raises(AppLinksError, match="down"):
        proven(link=UNKNOWN, more={Ask: AppLinksError("down")})


# ---- accepting


def test_a_request_without_an_empty_token_and_a_user_is_not_claimed():
    for request in (
        signed("a=1"),
        oauth1.sign(
            Request("GET", f"{URL}?user_id=alice"),
            oauth1.Credentials("c", FRONT.key, SignatureMethod.RSA_SHA1, token="t"),
            timestamp=1,
            nonce="n",
        ).request,
    ):
        assert not mechanism.recognise(Presented(request, oauth1.read(request)))
    assert not mechanism.recognise(Presented(Request("GET", f"{URL}?user_id=alice"), None))


def test_the_sender_is_the_consumer_key():
    request = signed("user_id=alice", consumer="Some:consumer")
    assert mechanism.sender(Presented(request, oauth1.read(request))) == LinkOfConsumer("Some:consumer")


def problem(candidate: Candidate) -> tuple[str, tuple]:
    assert candidate.refusal is not None
    return candidate.refusal.problem, candidate.refusal.companions


DISABLED = replace(THEIRS, incoming=replace(THEIRS.incoming, level=Level.DISABLED))
WRONG_KEY = replace(THEIRS, incoming=replace(THEIRS.incoming, public_key=InMemory("Stranger").key.public.text))
WITHOUT_KEY = replace(THEIRS, incoming=Incoming(Level.OAUTH_IMPERSONATION, FRONT.identity.consumer_key))
BROKEN_KEY = replace(THEIRS, incoming=replace(THEIRS.incoming, public_key="AAAA"))
OTHER_METHOD = replace(THEIRS, incoming=replace(THEIRS.incoming, signature_method=SignatureMethod.RSA_SHA512))

NOT_TRUSTED = {
    "unknown sender": None,
    "disabled": DISABLED,
    "wrong key": WRONG_KEY,
    "no key": WITHOUT_KEY,
    "unusable key": BROKEN_KEY,
    "other method": OTHER_METHOD,
}


@pytest.mark.parametrize("link", NOT_TRUSTED.values(), ids=NOT_TRUSTED.keys())
def test_unknown_disabled_unfit_and_wrong_all_get_the_same_refusal(link):
    """T-07, T-28"""
    candidate = accepted(proven(), link)
    assert isinstance(candidate.refusal, BadProof)
    assert problem(candidate) == ("signature_invalid", ())


def test_our_own_record_tells_them_apart():
    failed = {
        name: {check for check, outcome in accepted(proven(), link).checks if outcome != "ok"}
        for name, link in NOT_TRUSTED.items()
    }
    assert failed == {
        "unknown sender": {"sender", "method", "signature"},
        "disabled": {"sender", "method", "signature"},
        "wrong key": {"signature"},
        "no key": {"sender", "method", "signature"},
        "unusable key": {"signature"},
        "other method": {"method"},
    }


@pytest.mark.parametrize("link", [THEIRS, *NOT_TRUSTED.values()], ids=["trusted", *NOT_TRUSTED])
@pytest.mark.parametrize("second", [0, 5000], ids=["in time", "late"])
def test_what_does_not_hold_costs_two_verifications_whoever_sends(link, second, monkeypatch):
    """T-07, T-28: the same work for strangers, late ones too. (An unusable stored key is our own affair.)"""
    verified: list[PublicKey] = []
    real = oauth1.verify
    monkeypatch.setattr(oauth1, "verify", lambda claim, key: verified.append(key) or real(claim, key))
    accepted(proven(), link, NOW + second)
    holds = link in (THEIRS, OTHER_METHOD)
    assert len(verified) == (1 if holds or link is BROKEN_KEY else 2)


def test_what_an_unknown_sender_is_verified_against_is_a_key_like_others():
    """T-07"""
    assert PublicKey.read(NOBODYS_KEY).bits == FRONT.key.public.bits


@pytest.mark.parametrize(("used", "pinned"), list(product(SignatureMethod, SignatureMethod)))
def test_the_method_is_pinned_by_the_link_and_never_chosen_by_the_sender(used, pinned):
    """T-05, C-15: an HMAC made with the public key, too."""
    public = FRONT.key.public.text
    request = signed("user_id=alice", method=used, key=SharedSecret(public) if used.startswith("HMAC") else FRONT.key)
    candidate = accepted(request, replace(THEIRS, incoming=replace(THEIRS.incoming, signature_method=pinned)))
    assert (candidate.refusal is None) is (used is pinned and not used.startswith("HMAC"))
    if candidate.refusal is not None:
        assert problem(candidate) == ("signature_invalid", ())


@pytest.mark.parametrize(
    ("seconds", "in_time"), [(0, True), (299, True), (300, True), (301, False), (-299, True), (-300, True), (-301, False)]
)
def test_a_clock_may_differ_by_three_hundred_seconds_either_way(seconds, in_time):
    """T-12"""
    candidate = accepted(proven(), now=NOW + seconds)
    assert (candidate.refusal is None) is in_time
    if not in_time:
        second = int(NOW) + seconds
        expected = ("oauth_acceptable_timestamps", f"{second - 300}-{second + 300}")
        assert problem(candidate) == ("timestamp_refused", (expected,))


@pytest.mark.parametrize("link", [THEIRS, *NOT_TRUSTED.values()], ids=["trusted", *NOT_TRUSTED])
def test_a_stranger_with_a_wrong_clock_is_told_the_same_as_a_friend(link):
    """T-28"""
    assert problem(accepted(proven(), link, NOW + 1000)) == problem(accepted(proven(), THEIRS, NOW + 1000))


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, method="POST"),
        lambda request: replace(request, url=request.url.replace("alice", "root")),
        lambda request: replace(request, url=request.url.replace("/content", "/Content")),
        lambda request: replace(request, url=request.url.replace("https:", "http:")),
        lambda request: replace(request, url=request.url.replace("wiki.", "wiki2.")),
        lambda request: replace(request, url=request.url.replace(".com/", ".com:8443/")),
        lambda request: replace(request, url=f"{request.url}&a=1"),
        lambda request: replace(request, url=request.url.replace("/rest/", "/rest//")),
        lambda request: replace(request, url=request.url.replace("/rest/", "/r%65st/")),
        lambda request: _with_authorization(request, "nonce-1", "nonce-2"),
        lambda request: _with_authorization(request, str(int(NOW)), str(int(NOW) + 1)),
        lambda request: _with_authorization(request, "RSA-SHA256", "RSA-SHA512"),
        lambda request: _with_authorization(request, "Front%3A", "Other%3A"),
    ],
)
def test_every_part_of_a_request_is_under_the_signature(change):
    """T-01, T-03"""
    assert problem(accepted(change(proven())))[0] == "signature_invalid"


def _with_authorization(request: Request, old: str, new: str) -> Request:
    header = request.header("authorization")
    assert old in header
    return request.with_header("authorization", header.replace(old, new))


AGREEING = ["user_id=alice", "xoauth_requestor_id=alice", "user_id=alice&xoauth_requestor_id=alice"]
CONTRADICTING = [
    "user_id=alice&xoauth_requestor_id=root",
    "xoauth_requestor_id=alice&user_id=root",
    "user_id=alice&xoauth_requestor_id=Alice",
    "user_id=alice&user_id=alice",
    "user_id=alice&user_id=root",
    "xoauth_requestor_id=alice&xoauth_requestor_id=alice",
    "user_id=",
    "user_id",
    "xoauth_requestor_id=",
    "user_id=&xoauth_requestor_id=alice",
    "user_id=alice&xoauth_requestor_id=",
    "user_id=&xoauth_requestor_id=",
    "user_id=alice&xoauth_requestor_id=alice&user_id=alice",
]


@pytest.mark.parametrize("query", AGREEING)
def test_either_name_is_accepted_and_both_where_they_agree(query):
    candidate = accepted(signed(query))
    assert (candidate.claimed_user, candidate.refusal) == ("alice", None)


@pytest.mark.parametrize("query", CONTRADICTING)
def test_names_that_contradict_repeat_or_are_empty_are_refused_and_told_back(query):
    """T-02"""
    candidate = accepted(signed(query))
    assert isinstance(candidate.refusal, NoProof)
    name, companions = problem(candidate)
    assert name == "parameter_rejected"
    written = "&".join(pair if "=" in pair else f"{pair}=" for pair in query.split("&"))
    assert companions == (("oauth_parameters_rejected", written),)


@pytest.mark.parametrize("query", CONTRADICTING)
def test_a_stranger_learns_nothing_from_contradictory_names(query):
    """T-28: the signature comes first."""
    assert problem(accepted(signed(query, key=InMemory("Stranger").key)))[0] == "signature_invalid"


@given(st.lists(st.tuples(st.sampled_from([USER_ID, REQUESTOR_ID]), st.sampled_from(["alice", "root", ""])), min_size=1))
def test_whatever_names_there_are_one_user_is_claimed_without_contradiction_or_none_admitted(named):
    candidate = accepted(signed("&".join(f"{name}={user}" for name, user in named)))
    clear = sorted(set(named)) == sorted(named) and len({user for _, user in named}) == 1 and named[0][1] != ""
    assert (candidate.refusal is None) is clear
    if clear:
        assert candidate.claimed_user == named[0][1]


# ---- what keeps a link from being used


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"outgoing": replace(OURS.outgoing, level=Level.OAUTH)}, "outgoing level of the link is oauth, not"),
        ({"outgoing": replace(OURS.outgoing, level=Level.DISABLED)}, "disabled"),
        ({"same_users": SameUsers(False, "root", 1)}, "do not share their users (root said so)"),
        ({"same_users": None}, None),
    ],
)
def test_a_link_carries_it_where_the_level_and_the_shared_users_allow(change, words):
    """R-07, R-19"""
    objection = mechanism.objection(Facts(replace(OURS, **change), FRONT.identity, FRONT.key), "alice")
    assert objection is None if words is None else words in objection.why
    assert objection is None or not objection.consent


MAPPED = replace(OURS, same_users=SameUsers(True, "root", 1, names=Names((("carol", "cclark"),))))
PROVEN = replace(OURS, same_users=SameUsers(True, "root", 1, only_proven=True))


def test_whoever_goes_by_another_name_over_there_is_named_by_it_and_expected_to_act_by_it():
    """M-17"""
    facts = Facts(MAPPED, FRONT.identity, FRONT.key)
    assert accepted(proven(user="carol", link=MAPPED)).claimed_user == "cclark"
    assert mechanism.witness(facts, "carol") == "cclark"
    assert accepted(proven(user="alice", link=MAPPED)).claimed_user == "alice"
    assert "another person" in mechanism.objection(facts, "cclark").why


def test_by_their_name_there_the_parameter_is_learnt():
    unknown = replace(MAPPED, outgoing=replace(MAPPED.outgoing, impersonation_parameter=None))
    answers = {Ask: Response(200, (), b'{"name": "cclark", "username": "cclark"}'), RememberParameter: None}
    assert "user_id=cclark" in proven(user="carol", link=unknown, more=answers).url


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_with_only_proven_a_call_goes_as_those_whom_the_comparison_has_found(verdict):
    """G-02"""
    objection = mechanism.objection(Facts(PROVEN, FRONT.identity, FRONT.key, verdict=verdict), "alice")
    assert objection is None if verdict is Verdict.PROVEN else "not proven" in objection.why


@pytest.mark.parametrize("level", list(Level))
def test_a_link_accepts_it_on_its_own_level_only(level):
    """T-23"""
    objection = mechanism.incoming_objection(replace(THEIRS, incoming=replace(THEIRS.incoming, level=level)))
    assert (objection is None) is (level is Level.OAUTH_IMPERSONATION)


def test_neither_proof_nor_candidate_shows_what_was_signed_or_the_signature():
    """T-66"""
    flow = mechanism.prove(Request("GET", URL), Facts(OURS, FRONT.identity, FRONT.key), "alice")
    proof = drive(flow, Answers({Now: Moment(NOW, "n"), ClockSkew: 0.0}))
    shown = repr(proof) + repr(accepted(proof.request)) + repr(Presented(proof.request, oauth1.read(proof.request)))
    secrets: Iterable[str] = ("oauth_signature=", "oauth_consumer_key%3D", FRONT.key.public.text)
    assert not any(secret in shown for secret in secrets)
