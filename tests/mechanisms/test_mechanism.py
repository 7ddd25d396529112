"""The table of mechanisms: what each of them must offer, and that each proof belongs to exactly one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from applinks.errors import NoProof, PersonNotAdmitted
from applinks.links import AccessToken, KeepSecret, KeepToken, Level, SecretUse
from applinks.mechanisms import TABLE, Presented, load
from applinks.people import Person, Policy
from applinks.wire import oauth1
from applinks.wire.manifest import AuthenticationKind
from applinks.wire.messages import Request, Response
from in_memory import NOW
from mechanisms.halves import URL, Pair

ALL = load(TABLE)
OFFERED = [
    "objection",
    "prove",
    "refusal",
    "witness",
    "incoming_objection",
    "recognise",
    "sender",
    "accept",
    "person_objection",
    "refuse",
]
LEVELS = {
    "2LOi": {Level.OAUTH_IMPERSONATION},
    "3LO": {Level.OAUTH, Level.OAUTH_IMPERSONATION},
    "2LO": {Level.OAUTH, Level.OAUTH_IMPERSONATION},
    "Trusted": {Level.TRUSTED},
    "Basic": {Level.BASIC},
}
each = pytest.mark.parametrize("mechanism", ALL, ids=lambda mechanism: mechanism.NAME)


@each
def test_each_mechanism_offers_both_halves_under_the_same_names(mechanism):
    assert all(callable(getattr(mechanism, name)) for name in OFFERED)
    assert mechanism.KIND in AuthenticationKind
    assert mechanism.SHARES_ITS_HEADER is (mechanism.NAME == "Basic")


# ---- levels


@pytest.mark.parametrize(("mechanism", "level"), list(product(ALL, Level)), ids=str)
def test_each_mechanism_stands_on_its_own_levels_in_both_directions(mechanism, level):
    """T-23: and on no other, whatever else the link has."""
    pair = ready(mechanism.NAME, level)
    assert (pair.objection() is None) is (level in LEVELS[mechanism.NAME])
    assert (mechanism.incoming_objection(pair.theirs) is None) is (level in LEVELS[mechanism.NAME])


# ---- each proof has one owner


def ready(name: str, level: Level | None = None) -> Pair:
    """A pair with everything that the mechanism of this name needs, besides the level."""
    mechanism = next(mechanism for mechanism in ALL if name == mechanism.NAME)
    pair = Pair(mechanism, level or min(LEVELS[name]))
    ours, theirs = pair.ours, pair.theirs
    pair.front.save(replace(ours, outgoing=replace(ours.outgoing, fixed_user=True, account="deployment")))
    pair.wiki.save(replace(theirs, incoming=replace(theirs.incoming, execute_as="deployment")))
    pair.front.answer(KeepToken(AccessToken(ours.id, "alice", "token", "", int(NOW))))
    pair.give("alice", "token")
    for use in (SecretUse.OUTGOING_BASIC, SecretUse.OUTGOING_OAUTH):
        pair.front.answer(KeepSecret(ours.id, use, ours.origin, "s3cret"))
    for use in (SecretUse.INCOMING_BASIC, SecretUse.INCOMING_OAUTH):
        pair.wiki.answer(KeepSecret(theirs.id, use, "", "s3cret"))
    return pair


@each
@pytest.mark.parametrize("request_", [Request("GET", URL), Request("POST", f"{URL}?a=1")], ids=["get", "post"])
def test_what_one_half_proves_the_other_accepts_and_no_other_mechanism_claims(mechanism, request_):
    pair = ready(mechanism.NAME)
    request = pair.proven(request_)
    candidate = pair.examined(request)
    assert (candidate.refusal, candidate.objection) == (None, None)
    assert {outcome for _, outcome in candidate.checks} == {"ok"}
    presented = Presented(request, oauth1.read(request))
    assert [other.NAME for other in ALL if other.recognise(presented)] == [mechanism.NAME]


@each
def test_what_proves_nothing_is_claimed_by_nobody(mechanism):
    for request in (
        Request("GET", URL),
        Request("GET", f"{URL}?user_id=alice"),
        Request("GET", URL, (("authorization", "Bearer x"),)),
        Request("GET", URL, (("authorization", "Basic ???"),)),
        Request("GET", URL, (("x-seraph-trusted-app-cert", " "),)),
        Request("GET", URL, (("x-seraph-trusted-app-id", "front"),)),
    ):
        assert not mechanism.recognise(Presented(request, oauth1.read(request)))


@each
def test_no_proof_shows_a_secret(mechanism):
    """T-66"""
    pair = ready(mechanism.NAME)
    proof = pair.proof()
    shown = repr(proof) + repr(pair.examined(proof.request)) + str(pair.examined(proof.request).checks)
    assert not any(secret in shown for secret in ("s3cret", "oauth_signature", "Basic ", pair.ours.incoming.public_key))


# ---- persons


@each
def test_a_disabled_person_is_never_admitted(mechanism):
    """T-21"""
    assert mechanism.person_objection(Person("dave", active=False), ready(mechanism.NAME).theirs, "GET", "/x")


@each
def test_an_administrator_is_admitted_only_where_they_agreed_themselves(mechanism):
    """T-20"""
    root = Person("root", administrator=True)
    objection = mechanism.person_objection(root, ready(mechanism.NAME).theirs, "GET", "/x")
    assert (objection is None) is (mechanism.NAME == "3LO")


@each
def test_anybody_else_is_where_no_policy_speaks_against_it(mechanism):
    assert mechanism.person_objection(Person("alice"), ready(mechanism.NAME).theirs, "GET", "/x") is None


@each
@pytest.mark.parametrize(("method", "path"), [("DELETE", "/rest/x"), ("GET", "/admin")])
def test_what_the_policy_lets_nobody_do_no_way_lets_them_do_unless_they_agreed_themselves(mechanism, method, path):
    """T-24: the sender chooses the way, so a rule that held for one of them would hold for none."""
    theirs = ready(mechanism.NAME).theirs
    policy = Policy(methods=frozenset({"GET"}), paths=("/rest",))
    ruled = replace(theirs, incoming=replace(theirs.incoming, policy=policy))
    assert mechanism.person_objection(Person("alice"), ruled, "GET", "/rest/x") is None
    assert (mechanism.person_objection(Person("alice"), ruled, method, path) is None) is (mechanism.NAME == "3LO")


# ---- plain http


@pytest.mark.parametrize("name", ["Trusted", "Basic"])
@pytest.mark.parametrize(
    ("address", "accepted"),
    [("http://wiki.example.com", False), ("http://localhost:8080", True), ("https://wiki.example.com", True)],
)
def test_what_could_be_read_or_rewritten_on_the_way_is_not_accepted_there(name, address, accepted):
    """T-26, T-27"""
    pair = ready(name)
    pair.wiki.identity = replace(pair.wiki.identity, url=address)
    pair.front.save(replace(pair.ours, application_url=address))
    pair.front.answer(KeepSecret(pair.ours.id, SecretUse.OUTGOING_BASIC, pair.ours.origin, "s3cret"))
    request = pair.proven(Request("GET", f"{address}/rest/x"))
    assert (pair.examined(request).refusal is None) is accepted


# ---- turned away


@each
@pytest.mark.parametrize(
    "why", [NoProof("why", problem="parameter_absent"), PersonNotAdmitted("why", problem="permission_denied")]
)
def test_each_turns_away_in_words_that_its_own_sending_half_understands(mechanism, why):
    answer = mechanism.refuse("https://wiki.example.com", why)
    assert mechanism.refusal(answer) is not None
    assert answer.status in {400, 401}
    assert answer.header("cache-control") == "no-store"
    assert b"why" not in answer.body


@each
def test_an_answer_that_refuses_nothing_is_no_refusal(mechanism):
    for answer in (Response(200), Response(204), Response(404), Response(500), Response(403)):
        assert mechanism.refusal(answer) is None


@each
def test_a_bare_challenge_names_no_problem_of_the_proof(mechanism):
    """Strict-fake checklist 13: Jira adds it to every 401. For a password, which is all there is, 401 itself is the refusal."""
    bare = Response(401, (("www-authenticate", 'OAuth realm="https%3A%2F%2Fjira.example.com"'),))
    assert (mechanism.refusal(bare) is None) is (mechanism.NAME != "Basic")
