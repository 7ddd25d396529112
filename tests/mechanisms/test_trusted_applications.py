"""Trusted Applications: the half that vouches and the half that checks, and every row of protocol.md 2.3 and 2.4."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace

import pytest

from applinks.errors import BadProof, NoProof, PersonNotAdmitted, Replayed
from applinks.links import FactsFor, Level, LinkOfConsumer, SameUsers
from applinks.mechanisms import Candidate, Presented
from applinks.mechanisms import trusted_applications as mechanism
from applinks.people import Names, Person, Policy
from applinks.wire import trusted_apps, trusted_failures
from applinks.wire.messages import Request, Response
from applinks.wire.trusted_failures import Code
from in_memory import NOW, InMemory, key_of
from mechanisms.halves import URL, Pair, problem, refusal

PREFIX = "x-seraph-trusted-app-"


def pair(**limits: object) -> Pair:
    made = Pair(mechanism, Level.TRUSTED)
    incoming = made.theirs.incoming
    made.wiki.save(replace(made.theirs, incoming=replace(incoming, limits=replace(incoming.limits, **limits))))
    return made


def without(request: Request, name: str) -> Request:
    return replace(request, headers=tuple(pair for pair in request.headers if pair[0] != PREFIX + name))


# ---- who carries a call


def test_a_link_by_trusted_applications_carries_a_call_as_anybody():
    assert pair().objection("alice") is None
    assert pair().objection("root") is None, "whom they admit is for the far side to say"


@pytest.mark.parametrize(
    ("same_users", "why"),
    [(SameUsers(False, "root", 1), "do not share their users"), (SameUsers(True, "root", 1, frozenset({"Alice"})), "excluded")],
)
def test_a_name_that_means_somebody_else_over_there_is_not_vouched_for(same_users, why):
    """R-07"""
    both = pair()
    both.front.save(replace(both.ours, same_users=same_users))
    assert why in both.objection("alice").why


def test_whoever_acts_here_must_be_who_acted_there():
    both = pair()
    facts = both.front.answer(FactsFor(both.ours.id, "alice"))
    assert mechanism.witness(facts, "alice") == "alice"


def test_whoever_goes_by_another_name_over_there_is_vouched_for_by_that_name():
    """M-17"""
    both = pair()
    both.front.save(replace(both.ours, same_users=SameUsers(True, "root", 1, names=Names((("bob", "alice"), ("alice", "al"))))))
    assert both.examined(both.proven(user="bob")).claimed_user == "alice"
    facts = both.front.answer(FactsFor(both.ours.id, "bob"))
    assert mechanism.witness(facts, "bob") == "alice"


# ---- vouching


def test_the_six_headers_say_who_for_whom_and_when():
    """protocol.md 2.1, 2.2"""
    both = pair()
    request = both.proven()
    assert {name for name, _ in request.headers} == {
        PREFIX + name for name in ("id", "cert", "key", "magic", "version", "signature")
    }
    assert request.header(f"{PREFIX}id") == both.front.identity.consumer_key
    assert request.header(f"{PREFIX}version") == "2"
    candidate = both.examined(request)
    assert (candidate.claimed_user, candidate.consumer_key, candidate.timestamp) == (
        "alice",
        both.front.identity.consumer_key,
        int(NOW),
    )


def test_an_accepted_certificate_is_told_in_the_answer():
    """protocol.md 2.3, step 10"""
    assert pair().examined(pair().proven()).headers == ((f"{PREFIX}status", "OK"),)


def test_the_name_arrives_in_its_own_letters():
    """T-22: the products make it lower case; two people may differ in case only."""
    both = pair()
    for user in ("Alice", "jürgen", "x y", "名前"):
        assert both.examined(both.proven(user=user)).claimed_user == user


def test_what_may_be_spent_once_stands_for_address_and_time():
    """T-26: the signature covers these two and nothing else, so two of them are one."""
    both = pair()
    one, other = both.examined(both.proven()), both.examined(both.proven(user="bob"))
    assert one.nonce == other.nonce != ""
    elsewhere = both.examined(both.proven(Request("GET", f"{URL}?a=1")))
    both.front.now += 0.002
    later = both.examined(both.proven())
    assert len({one.nonce, elsewhere.nonce, later.nonce}) == 3


def test_another_name_written_over_the_first_has_the_same_nonce():
    """T-26: RC4 lets whoever has read a certificate write another name into it; it is spent with the first one."""
    both = pair()
    request = both.proven(user="alice")
    certificate = bytearray(b64decode(request.header(trusted_apps.CERTIFICATE)))
    start = len(str(int(NOW * 1000))) + 1
    for place, (old, new) in enumerate(zip(b"alice", b"admin", strict=True)):
        certificate[start + place] ^= old ^ new
    forged = request.with_header(trusted_apps.CERTIFICATE, b64encode(certificate).decode())
    assert both.examined(forged).claimed_user == "admin", "which is why the way must be TLS"
    assert both.examined(forged).nonce == both.examined(request).nonce


def test_so_has_a_certificate_under_a_key_that_was_read_in_another_one():
    """T-26"""
    both = pair()
    request = both.proven()
    other = both.proven(Request("GET", f"{URL}?other"), user="root")
    for name in (trusted_apps.CERTIFICATE, trusted_apps.KEY):
        request = request.with_header(name, other.header(name))
    assert both.examined(request).nonce == both.examined(both.proven()).nonce


def test_what_is_written_down_of_it_says_who_and_where_and_no_key():
    """T-66"""
    both = pair()
    proof = both.proof()
    assert "vouches for alice" in proof.explanation
    assert proof.request.header(f"{PREFIX}key") not in proof.explanation + repr(proof)


# ---- what is refused, in the order of protocol.md 2.3


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("id", Code.APP_ID_NOT_FOUND),
        ("key", Code.SECRET_KEY_NOT_FOUND),
        ("version", Code.BAD_PROTOCOL_VERSION),
        ("magic", Code.MAGIC_NUMBER_NOT_FOUND),
        ("signature", Code.BAD_SIGNATURE),
    ],
)
def test_each_header_that_is_missing_has_its_own_code(missing, code):
    both = pair()
    assert problem(both.examined(without(both.proven(), missing))) == code


def test_without_a_certificate_there_is_no_attempt():
    """protocol.md 2.3, 1"""
    for request in (without(pair().proven(), "cert"), pair().proven().with_header(f"{PREFIX}cert", "  ")):
        assert not mechanism.recognise(Presented(request, None))


@pytest.mark.parametrize("version", ["0", "1", "3", "two", "-2", "2.0", ""])
def test_no_version_but_the_second_is_accepted(version):
    """T-26, protocol.md 2.6: the first signs nothing, and of the third nobody knows what it signs."""
    both = pair()
    refused = refusal(both.examined(both.proven().with_header(f"{PREFIX}version", version)))
    assert (type(refused), refused.problem) == (NoProof, Code.BAD_PROTOCOL_VERSION)


def unlinked(both: Pair) -> Request:
    stranger = Pair(mechanism, Level.TRUSTED)
    stranger.front.identity = replace(stranger.front.identity, consumer_key="stranger:1")
    return stranger.proven()


STRANGERS = {
    "nobody knows": unlinked,
    "disabled": lambda both: at_level(both, Level.DISABLED),
    "linked by OAuth only": lambda both: at_level(both, Level.OAUTH_IMPERSONATION),
    "without a key": lambda both: without_key(both),
}


def at_level(both: Pair, level: Level) -> Request:
    both.wiki.save(replace(both.theirs, incoming=replace(both.theirs.incoming, level=level)))
    return both.proven()


def without_key(both: Pair) -> Request:
    both.wiki.save(replace(both.theirs, incoming=replace(both.theirs.incoming, public_key=None)))
    return both.proven()


@pytest.mark.parametrize("whose", STRANGERS)
def test_an_application_that_is_not_trusted_is_unknown_whatever_else_we_know_of_it(whose):
    """protocol.md 2.3, 6; T-07"""
    both = pair()
    request = STRANGERS[whose](both)
    refused = refusal(both.examined(request))
    assert (type(refused), refused.problem) == (BadProof, Code.APP_UNKNOWN)
    assert refused.companions == (("0", request.header(f"{PREFIX}id")),)


@pytest.mark.parametrize("name", ["key", "magic"])
def test_who_does_not_have_its_key_is_told_what_any_stranger_is(name):
    """T-07, T-28: bad magic is in our own record only."""
    both = pair()
    other = Pair(mechanism, Level.TRUSTED)
    other.front.key = InMemory("Stranger").key
    request = both.proven().with_header(PREFIX + name, other.proven().header(PREFIX + name))
    assert told(both.examined(request)) == told(both.examined(STRANGERS["disabled"](both)))


@pytest.mark.parametrize("certificate", ["AAAA", "%%%", "=", "A" * 3000])
def test_a_certificate_that_is_none_was_not_made_with_its_key_either(certificate):
    both = pair()
    request = both.proven().with_header(f"{PREFIX}cert", certificate)
    assert problem(both.examined(request)) in {Code.APP_UNKNOWN, Code.SYSTEM}


def told(candidate: Candidate) -> tuple[int, tuple, bytes]:
    answer = mechanism.refuse("realm", refusal(candidate))
    return answer.status, answer.headers, answer.body


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(0, None), (10, None), (10.002, Code.OLD_CERT), (-10, None), (-10.002, Code.OLD_CERT), (-300, Code.OLD_CERT)],
)
def test_a_certificate_is_good_for_ten_seconds_into_the_past_and_into_the_future(seconds, code):
    """T-26, protocol.md 2.5: products do not look into the future; we do."""
    both = pair()
    request = both.proven()
    both.wiki.now = NOW + seconds
    candidate = both.examined(request)
    assert code == (candidate.refusal.problem if candidate.refusal else None)


def test_a_link_may_grant_another_time():
    both = pair(max_age=30_000)
    request = both.proven()
    both.wiki.now = NOW + 30
    assert both.examined(request).refusal is None


@pytest.mark.parametrize(
    ("client", "forwarded", "code"),
    [
        ("10.0.0.1", (), None),
        ("10.0.1.1", (), Code.BAD_REMOTE_IP),
        (None, (), Code.BAD_REMOTE_IP),
        ("10.0.0.1", ("10.0.0.9",), None),
        ("10.0.0.1", ("10.0.0.9, 192.0.2.1",), Code.BAD_XFORWARD_IP),
        ("10.0.0.1", ("10.0.0.9", "192.0.2.1"), Code.BAD_XFORWARD_IP),
        ("192.0.2.1", ("10.0.0.9",), Code.BAD_REMOTE_IP),
        ("::1", (), Code.BAD_REMOTE_IP),
    ],
)
def test_addresses_are_those_of_the_socket_and_of_every_proxy(client, forwarded, code):
    """protocol.md 2.5, T-26"""
    both = pair(addresses=("10.0.0.*",))
    request = replace(both.proven(), client=client)
    request = replace(request, headers=(*request.headers, *(("x-forwarded-for", value) for value in forwarded)))
    candidate = both.examined(request)
    assert code == (candidate.refusal.problem if candidate.refusal else None)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/rest/api/content", None),
        ("/rest/", None),
        ("/other", Code.BAD_URL),
        ("/rest/../other", Code.BAD_URL),
        ("/rest/%2e%2e/other", Code.BAD_URL),
        ("/rest//x", Code.BAD_URL),
        ("/rest/;/x", Code.BAD_URL),
    ],
)
def test_paths_are_prefixes_and_no_spelling_leads_out_of_them(path, code):
    """protocol.md 2.5, T-26, T-51"""
    both = pair(paths=("/rest/",))
    candidate = both.examined(both.proven(Request("GET", f"{both.wiki.identity.url}{path}?a=/rest/")))
    assert code == (candidate.refusal.problem if candidate.refusal else None)


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, url=f"{URL}?a=1"),
        lambda request: replace(request, url=f"{URL}/more"),
        lambda request: replace(request, url=URL.replace("https", "http")),
        lambda request: replace(request, url=URL.replace("wiki", "other")),
        lambda request: request.with_header(f"{PREFIX}signature", "AAAA"),
        lambda request: request.with_header(f"{PREFIX}signature", "%"),
    ],
)
def test_the_signature_is_for_this_address_with_its_query(change):
    """protocol.md 2.3, step 8; strict-fake checklist 17. The parameter is the address that was expected."""
    both = pair()
    request = change(both.proven())
    refused = refusal(both.examined(request))
    assert (refused.problem, refused.companions) == (Code.BAD_SIGNATURE, (("0", request.url),))


def test_a_header_that_is_there_twice_is_refused():
    """T-02"""
    both = pair()
    request = both.proven()
    twice = replace(request, headers=(*request.headers, (f"{PREFIX}cert", "AAAA")))
    assert problem(both.examined(twice)) == Code.SYSTEM


def test_a_refused_one_grants_nothing():
    both = pair()
    candidate = both.examined(without(both.proven(), "key"))
    assert (candidate.claimed_user, candidate.nonce, candidate.headers) == ("", "", ())


def test_the_sender_is_the_application_id():
    request = pair().proven()
    assert mechanism.sender(Presented(request, None)) == LinkOfConsumer(pair().front.identity.consumer_key)


def test_whoever_is_vouched_for_was_not_asked_so_the_policy_decides():
    """T-20"""
    theirs = pair().theirs
    link = replace(theirs, incoming=replace(theirs.incoming, policy=Policy(methods=frozenset({"GET"}), paths=("/rest",))))
    assert mechanism.person_objection(Person("alice"), link, "GET", "/rest/x") is None
    assert "method" in mechanism.person_objection(Person("alice"), link, "POST", "/rest/x")
    assert "path" in mechanism.person_objection(Person("alice"), link, "GET", "/other")
    assert "administrator" in mechanism.person_objection(Person("root", administrator=True), link, "GET", "/rest/x")


# ---- told, and read


@pytest.mark.parametrize("code", list(Code))
def test_each_code_is_told_in_headers_with_401_and_read_again(code):
    """protocol.md 2.4; and never on as nobody (design.md 7)."""
    answer = mechanism.refuse("realm", BadProof("why", problem=code.value, companions=(("0", "front:1"),)))
    assert answer.status == 401
    assert answer.header(trusted_failures.STATUS) == "ERROR"
    assert mechanism.refusal(answer).name == code
    assert mechanism.refusal(replace(answer, status=200)).name == code


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (PersonNotAdmitted("'root' is an administrator", problem="permission_denied"), Code.PERMISSION_DENIED),
        (Replayed("used", problem="nonce_used"), Code.UNKNOWN),
    ],
)
def test_what_another_part_of_the_road_refuses_is_told_without_its_reason(why, code):
    """T-28"""
    answer = mechanism.refuse("realm", why)
    assert mechanism.refusal(answer).name == code
    assert "root" not in repr(answer.headers)


def test_the_text_on_the_wire_has_three_parts_and_its_placeholders_are_not_filled():
    """protocol.md 2.4"""
    answer = mechanism.refuse("realm", BadProof("why", problem=Code.APP_UNKNOWN, companions=(("0", "front:1"),)))
    assert answer.header(trusted_failures.ERROR) == 'APP_UNKNOWN;\tUnknown Application: {0};\t["front:1"]'


def test_an_accepted_one_refuses_nothing_and_neither_does_silence():
    assert mechanism.refusal(Response(200, trusted_failures.accepted())) is None
    assert mechanism.refusal(Response(500, trusted_failures.accepted())) is None
    assert mechanism.refusal(Response(200)) is None


def test_nobody_is_vouched_for_where_others_could_put_another_name_into_the_certificate():
    """T-26: it is signed for its address and time only."""
    both = pair()
    for address, refused in (
        ("http://wiki.example.com", True),
        ("http://localhost:8080", False),
        ("https://wiki.example.com", False),
    ):
        both.front.save(replace(both.ours, application_url=address))
        assert (both.objection("alice") is not None) is refused, address


# ---- the key before the present one


def overlapping(until: float) -> Pair:
    """Front has another key since a while; with the one before it still signs."""
    made = pair()
    incoming = made.theirs.incoming.with_key(key_of("fresh").public.text, int(until))
    made.wiki.save(replace(made.theirs, incoming=incoming))
    return made


def test_while_two_keys_overlap_a_certificate_by_either_holds():
    both = overlapping(NOW + 60)
    assert both.examined(both.proven()).refusal is None
    both.front.keys[0] = replace(both.front.keys[0], key=key_of("fresh"))
    assert both.examined(both.proven()).refusal is None


def test_a_certificate_by_a_key_whose_time_is_over_is_that_of_a_stranger():
    both = overlapping(NOW)
    assert both.examined(both.proven()).refusal.problem == Code.APP_UNKNOWN


def test_a_stranger_costs_two_attempts_whether_keys_overlap_or_not(monkeypatch):
    """T-07"""
    real, tried = trusted_apps.open_certificate, []
    monkeypatch.setattr(trusted_apps, "open_certificate", lambda claim, key: tried.append(key) or real(claim, key))
    for both in (overlapping(NOW + 60), overlapping(NOW), pair()):
        both.front.keys[0] = replace(both.front.keys[0], key=key_of("stranger"))
        request = both.proven()
        tried.clear()
        assert both.examined(request).refusal.problem == Code.APP_UNKNOWN
        assert len(tried) == 2


def test_nobodys_key_opens_no_certificate_of_a_known_application(monkeypatch):
    monkeypatch.setattr(mechanism, "NOBODYS_KEY", key_of("nobody").public.text)
    both = pair()
    both.front.keys[0] = replace(both.front.keys[0], key=key_of("nobody"))
    assert both.examined(both.proven()).refusal.problem == Code.APP_UNKNOWN
