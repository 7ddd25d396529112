"""Both ends of a link, made in one operation: two applications in memory, each answering what the other asks."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applinks.errors import (
    AppLinksError,
    LinkExists,
    MalformedAnswer,
    PairingRefused,
    StoreUnavailable,
    TransportFailed,
    TrustSuspended,
)
from applinks.links import (
    SIGNATURE_METHODS,
    Administrator,
    Changes,
    Level,
    LinkById,
    Proposal,
    SameUsers,
    SaveLink,
    change,
    pairing,
)
from applinks.people import Policy
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import NOW, InMemory, connect, link_to
from suspended import suspend

ROOT = Administrator("root", "root's")
GETS = Policy(methods=frozenset({"GET"}))


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front", type="bitbucket")


@pytest.fixture
def them(us: InMemory) -> InMemory:
    other = InMemory("Wiki", type="confluence")
    connect(us, other)
    return other


def create(us: InMemory, them: InMemory | str, administrator: Administrator = ROOT, *, same_users: bool = True, **more):
    url = them if isinstance(them, str) else them.identity.url
    return us.run(pairing.create(url, administrator, same_users=same_users, by="root", **more))


def changed(application: InMemory, change) -> None:
    """From now on, what it answers to others is what `change` makes of it."""
    answer = application.network

    def network(request: Request) -> Response:
        return change(request, answer(request))

    application.network = network


# ---- what is made


def test_one_operation_makes_both_ends_and_each_knows_the_other(us, them):
    """R-06"""
    ours = create(us, them)
    theirs = them.link("Front")
    assert ours == us.link("Wiki")
    for link, other in ((ours, them), (theirs, us)):
        assert (link.id, link.name, link.type) == (other.identity.id, other.identity.name, other.identity.type)
        assert link.application_url == link.display_url == other.identity.url
        assert link.incoming.consumer_key == other.identity.consumer_key
        assert link.incoming.public_key == other.key.public.text
        assert link.primary


@pytest.mark.parametrize(("same_users", "level"), [(True, Level.OAUTH_IMPERSONATION), (False, Level.OAUTH)])
def test_the_answer_about_the_users_decides_the_levels_of_both_directions_on_both_ends(us, them, same_users, level):
    """R-07"""
    for link in (create(us, them, same_users=same_users), them.link("Front")):
        assert link.outgoing.level is link.incoming.level is level
        assert link.same_users == SameUsers(same_users, "root", int(NOW))


def test_who_said_so_is_the_administrator_of_each_end_and_is_written_down_there(us, them):
    them.people["boss"] = replace(them.people["root"], name="boss")
    ours = create(us, them, Administrator("boss", "boss's"))
    assert (ours.same_users.said_by, them.link("Front").same_users.said_by) == ("root", "boss")
    assert [(entry.kind, entry.actor, entry.link) for entry in us.entries] == [("link made", "root", "Wiki")]
    assert [(entry.kind, entry.actor, entry.link) for entry in them.entries] == [("link made", "boss", "Front")]


def test_the_strongest_method_that_both_know_is_pinned_in_both_directions(us, them):
    ours = create(us, them)
    for link in (ours, them.link("Front")):
        assert link.outgoing.signature_method is link.incoming.signature_method is SignatureMethod.RSA_SHA256


def test_a_name_can_be_given_for_our_end_only(us, them):
    assert create(us, them, name="Handbook").name == "Handbook"
    assert them.link("Front")


@pytest.mark.parametrize("written", ["https://wiki.example.com", "https://wiki.example.com/", "https://wiki.example.com///"])
def test_slashes_at_the_end_of_the_address_make_no_difference(us, them, written):
    assert create(us, written).application_url == "https://wiki.example.com"


def test_applications_below_a_path_are_linked_by_their_whole_address(us):
    other = InMemory("Wiki", url="https://example.com/products/wiki")
    connect(us, other)
    assert create(us, other).application_url == "https://example.com/products/wiki"


def test_the_password_goes_to_the_pairing_endpoint_alone_and_is_shown_nowhere(us, them):
    """T-27, T-66"""
    requests: list[Request] = []
    changed(us, lambda request, answer: requests.append(request) or answer)
    create(us, them)
    assert [request.method for request in requests if request.header("authorization")] == ["POST"]
    assert "root's" not in repr(ROOT) + repr(requests) + repr(us.entries) + repr(them.entries)


# ---- saying it again


def test_saying_it_again_renews_keys_and_levels_and_keeps_policy_name_and_primary_flag(us, them):
    create(us, them)
    us.save(link_to(InMemory("Other wiki", type="confluence"), primary=True))
    here, there = us.link("Wiki"), them.link("Front")
    us.save(replace(here, name="Handbook", incoming=replace(here.incoming, policy=GETS)))
    them.save(replace(there, incoming=replace(there.incoming, policy=GETS, level=Level.DISABLED)))
    us.key = InMemory("Front, renewed").key
    ours = create(us, them)
    assert (ours.name, ours.incoming.policy, ours.primary) == ("Handbook", GETS, False)
    theirs = them.link("Front")
    assert theirs.incoming.public_key == us.key.public.text
    assert (theirs.incoming.policy, theirs.incoming.level) == (GETS, Level.OAUTH_IMPERSONATION)


def test_saying_it_again_keeps_all_else_that_an_administrator_has_set(us, them):
    create(us, them)
    settings = {
        "fixed_user": True,
        "execute_as": "deployment",
        "excluded": ["bob"],
        "callback": "https://wiki.example.com/back",
        "addresses": ["10.0.0.*"],
        "paths": ["/rest"],
        "max_age": 5000,
    }
    for one, name in ((us, "Wiki"), (them, "Front")):
        one.run(change(one.link(name), Changes.read(settings), by="root"))
    here, there = us.link("Wiki"), them.link("Front")
    us.now = them.now = NOW + 60
    create(us, them)
    for before, after in ((here, us.link("Wiki")), (there, them.link("Front"))):
        assert after.incoming == before.incoming
        assert after.outgoing == before.outgoing
        assert after.same_users == replace(before.same_users, said_at=int(NOW) + 60)
        assert after.same_users.excluded == {"bob"}


def test_saying_it_again_takes_the_place_of_a_legacy_level(us, them):
    """R-15: what was weaker does not stay beside what is made."""
    create(us, them)
    us.run(
        change(us.link("Wiki"), Changes.read({"outgoing": "trusted", "incoming": "trusted"}), by="root", loaded=("Trusted",))
    )
    link = create(us, them)
    assert link.outgoing.level is link.incoming.level is Level.OAUTH_IMPERSONATION


def test_saying_it_again_from_the_other_side_is_the_same_link(us, them):
    create(us, them)
    create(them, us)
    assert [len(one.links) for one in (us, them)] == [1, 1]


def test_a_new_name_of_the_other_application_does_not_rename_the_link(us, them):
    create(us, them)
    them.identity = replace(them.identity, name="Knowledge")
    assert create(us, them).name == "Wiki"


def test_half_a_link_is_made_whole_by_saying_it_again(us, them):
    """The far end is written first: a crash between the two leaves their half only."""
    us.failing[SaveLink] = StoreUnavailable("the plug was pulled")
    with pytest.raises(StoreUnavailable):
        create(us, them)
    assert us.links == {}
    assert them.link("Front")
    us.failing.clear()
    assert create(us, them) == us.link("Wiki")
    assert len(them.links) == 1


def test_where_the_far_end_cannot_be_stored_ours_is_not_made(us, them):
    them.failing[SaveLink] = StoreUnavailable("full")
    with pytest.raises(PairingRefused, match="503"):
        create(us, them)
    assert us.links == {}


# ---- what is refused


def nothing_was_made(*applications: InMemory) -> bool:
    return all(one.links == {} and one.entries == [] for one in applications)


@pytest.mark.parametrize(
    "administrator", [Administrator("root", "wrong"), Administrator("nobody", "x"), Administrator("alice", "alice's")]
)
def test_only_an_administrator_over_there_can_make_a_link_and_all_others_are_told_the_same(us, them, administrator):
    """T-28"""
    with pytest.raises(PairingRefused, match="not the name and the password of an administrator"):
        create(us, them, administrator)
    assert nothing_was_made(us, them)


def test_an_application_is_not_linked_with_itself(us, them):
    with pytest.raises(PairingRefused, match="this application itself"):
        create(us, us)
    assert nothing_was_made(us)


def test_nor_does_it_accept_itself(us, them):
    proposal = Proposal(them.identity.id, us.identity.url, "key", "SHA256:x", True, ("RSA-SHA256",))
    with pytest.raises(PairingRefused, match="with itself"):
        them.run(pairing.accept(proposal, by="root"))


def test_an_application_that_believes_in_another_address_is_not_linked(us, them):
    them.identity = replace(them.identity, url="https://inner.example.com")
    changed(us, lambda request, answer: answer)
    us.network = _at("https://wiki.example.com", them, us.network)
    with pytest.raises(PairingRefused, match=r"https://inner\.example\.com, not https://wiki\.example\.com"):
        create(us, "https://wiki.example.com")
    assert nothing_was_made(us, them)


def _at(url: str, application: InMemory, otherwise):
    """The application answers at another address than its own."""

    def network(request: Request) -> Response:
        if request.url.startswith(url):
            moved = application.identity.url + request.url.removeprefix(url)
            return otherwise(Request(request.method, moved, request.headers, request.body))
        return otherwise(request)

    return network


def test_a_key_that_was_swapped_on_the_way_to_us_is_noticed(us, them):
    """T-27: the manifest and the consumer info travel openly; the fingerprint comes back with the answer."""
    stranger = InMemory("Stranger").key.public.text.encode()
    changed(us, lambda request, answer: replace(answer, body=answer.body.replace(them.key.public.text.encode(), stranger)))
    with pytest.raises(PairingRefused, match="key"):
        create(us, them)
    assert us.links == {}


def test_a_key_that_was_swapped_on_the_way_to_them_is_noticed(us, them):
    stranger = InMemory("Stranger").key.public.text.encode()
    changed(them, lambda request, answer: replace(answer, body=answer.body.replace(us.key.public.text.encode(), stranger)))
    with pytest.raises(PairingRefused, match="is not what the proposal says"):
        create(us, them)
    assert nothing_was_made(us, them)


@pytest.mark.parametrize(
    ("member", "value"),
    [("id", "7f0e1d2c-0000-4000-8000-000000000000"), ("consumer_key", "other"), ("fingerprint", "SHA256:00")],
)
def test_a_proposal_that_says_another_thing_than_the_proposer_is_refused(us, them, member, value):
    ours = us.identity
    true = Proposal(ours.id, ours.url, ours.consumer_key, us.key.public.fingerprint, True, SIGNATURE_METHODS)
    with pytest.raises(PairingRefused, match="is not what the proposal says"):
        them.run(pairing.accept(replace(true, **{member: value}), by="root"))
    assert nothing_was_made(them)


@pytest.mark.parametrize("methods", [(), ("HMAC-SHA1",), ("PLAINTEXT", "RSA-MD5", "rsa-sha256")])
def test_a_proposal_without_a_method_that_both_know_is_refused(us, them, methods):
    """T-06"""
    ours = us.identity
    proposal = Proposal(ours.id, ours.url, ours.consumer_key, us.key.public.fingerprint, True, methods)
    with pytest.raises(PairingRefused, match="signature method"):
        them.run(pairing.accept(proposal, by="root"))


def test_an_older_side_that_knows_sha_1_only_gets_it(us, them):
    ours = us.identity
    proposal = Proposal(ours.id, ours.url, ours.consumer_key, us.key.public.fingerprint, True, ("RSA-SHA1",))
    assert them.run(pairing.accept(proposal, by="root"))["method"] == "RSA-SHA1"
    assert them.link("Front").incoming.signature_method is SignatureMethod.RSA_SHA1


@pytest.mark.parametrize("method", ["HMAC-SHA1", "PLAINTEXT", "none", "", None, 7, "RSA-SHA1\x00"])
def test_a_method_that_was_not_offered_cannot_be_chosen(us, them, method):
    """T-05, T-06"""

    def choosing(request, answer):
        return replace(answer, body=json.dumps(json.loads(answer.body) | {"method": method}).encode())

    changed(us, lambda request, answer: choosing(request, answer) if request.method == "POST" else answer)
    with pytest.raises(PairingRefused, match="was not offered"):
        create(us, them)
    assert us.links == {}


def test_a_name_that_another_link_of_ours_has_is_told_before_anything_is_made(us, them):
    us.save(link_to(InMemory("Old"), primary=True))
    us.save(replace(us.link("Old"), name="WIKI"))
    with pytest.raises(LinkExists, match="--name"):
        create(us, them)
    assert them.links == {}
    assert not any(type(question) is SaveLink for question in us.asked)
    assert create(us, them, name="Wiki 2").name == "Wiki 2"


def test_so_is_one_that_an_existing_link_is_to_be_given(us, them):
    us.save(link_to(InMemory("Old")))
    create(us, them)
    before = them.link("Front")
    them.now += 60
    with pytest.raises(LinkExists):
        create(us, them, name="Old")
    assert them.link("Front") == before
    assert us.link("Wiki").name == "Wiki"


def test_a_link_under_a_name_of_its_own_is_renewed_though_another_link_has_theirs(us, them):
    create(us, them, name="Handbook")
    us.save(replace(link_to(InMemory("Old")), name="Wiki"))
    assert create(us, them).name == "Handbook"


def test_a_name_that_another_link_of_theirs_has_is_told_and_nothing_is_made(us, them):
    them.save(replace(link_to(InMemory("Old")), name="Front"))
    before = dict(them.links)
    with pytest.raises(PairingRefused, match="'Front' already"):
        create(us, them)
    assert us.links == {}
    assert them.links == before


def test_a_consumer_key_that_another_link_has_cannot_be_taken_over(us, them):
    old = InMemory("Old")
    old.identity = replace(old.identity, consumer_key=them.identity.consumer_key)
    us.save(link_to(old))
    with pytest.raises(LinkExists):
        create(us, them)
    assert len(us.links) == 1


def test_whoever_claims_the_id_of_a_linked_application_from_another_address_gets_nothing(us, them):
    """T-24: ids are public; the link, its policy and its calls would be taken over."""
    create(us, them)
    before = us.link("Wiki")
    liar = InMemory("Liar")
    liar.identity = replace(liar.identity, id=them.identity.id)
    requests: list[Request] = []
    connect(us, them, liar)
    changed(us, lambda request, answer: requests.append(request) or answer)
    with pytest.raises(LinkExists, match=r"https://wiki\.example\.com"):
        create(us, liar)
    assert us.link("Wiki") == before
    assert not any(request.header("authorization") for request in requests)
    with pytest.raises(PairingRefused):
        create(liar, us)
    assert us.link("Wiki") == before


# ---- addresses


def asks_nobody(us: InMemory) -> bool:
    return "Ask" not in us.kinds()


ODD = [
    "",
    " ",
    "wiki.example.com",
    "//wiki.example.com",
    "/wiki",
    "https:",
    "https://",
    "https:///path",
    "https:wiki.example.com",
    "ftp://wiki.example.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/xml,<manifest/>",
    "vbscript:x",
    "blob:https://wiki.example.com/x",
    "https://user@wiki.example.com",
    "https://user:password@wiki.example.com",
    "https://@wiki.example.com",
    "https://:@wiki.example.com",
    "https://:password@wiki.example.com",
    "https://localhost:80@wiki.example.com",
    "https://wiki.example.com@evil.example.com",
    "https://wiki.example.com\\@evil.example.com",
    "https://evil.example.com\\.wiki.example.com",
    "https://evil.example.com\\wiki",
    "https:\\\\wiki.example.com",
    "https://wiki.example.com?",
    "https://wiki.example.com?x=1",
    "https://wiki.example.com/?x=1",
    "https://wiki.example.com#",
    "https://wiki.example.com/#x",
    "https://wiki.example.com:0",
    "https://wiki.example.com:65536",
    "https://wiki.example.com:99999999",
    "https://wiki.example.com:-1",
    "https://wiki.example.com:+80",
    "https://wiki.example.com:0x50",
    "https://wiki.example.com:",
    "https://wiki.example.com:٨٠",
    "https://wiki.example.com:80:80",
    "https://wiki example.com",
    "https://wiki.example.com/a b",
    "https://wiki.example.com/a\tb",
    "https://wiki.example.com\r\nHost: evil.example.com",
    "https://wiki.example.com/\r\nX: y",
    "https://wiki.example.com\x00.evil.example.com",
    "https://wiki.example.com/\x7f",
    "https://wiki.example.com/\x85",
    "\thttps://wiki.example.com",
    "https://wiki.example.com/..",
    "https://wiki.example.com/../x",
    "https://wiki.example.com/./x",
    "https://wiki.example.com/x/..",
    "https://wiki.example.com//x",
    "https://wiki.example.com/x//y",
    "https://wiki.example.com/%2e%2e/x",
    "https://wiki.example.com/%2E%2E/x",
    "https://wiki.example.com/x%2f..",
    "https://wiki.example.com/%252e%252e/x",
    "https://wiki.example.com/..;/x",
    "https://wiki.example.com/%5c",
    "https://wiki.example.com/%00",
    "https://wiki.example.com/%",
    "https://wiki.example.com/%zz",
    "https://wiki%2eexample.com",
    "https://wiki.example.com%00",
    "https://wiki.example.com%40evil.example.com",
    "https://bücher.example.com",
    "https://ｗiki.example.com",
    "https://wiki。example.com",
    "https://wiki.example。com",
    "https://wiki.example.com/ü",
    "https://wiki．example.com",
    "https://.example.com",
    "https://wiki..example.com",
    "https://wiki,example.com",
    "https://wiki;example.com",
    "https://*.example.com",
    "https://[::1",
    "https://::1]",
    "https://[fe80::1%25eth0]",
    "https://[fe80::1%eth0]",
    "https://[wiki.example.com]",
    "https://[::ffff:127.0.0.1]x",
    "https://<wiki>",
    'https://wiki.example.com/"',
    "https://wiki.example.com/<x>",
    "https://wiki.example.com/{x}",
    "HTTPS ://wiki.example.com",
]


@pytest.mark.parametrize("url", ODD)
def test_an_address_that_two_parsers_might_read_differently_is_not_even_asked(us, them, url):
    """T-32, T-47, C-74"""
    with pytest.raises(PairingRefused, match="not a plain http"):
        create(us, url)
    assert asks_nobody(us)


@pytest.mark.parametrize("url", ODD)
def test_nor_is_one_of_a_proposer(us, url):
    """T-32, T-47"""
    proposal = Proposal("id", url, "key", "SHA256:x", True, ("RSA-SHA256",))
    with pytest.raises(PairingRefused, match="not a plain http"):
        us.run(pairing.accept(proposal, by="root"))
    assert asks_nobody(us)


HERE = ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "http://127.9.9.9"]
AWAY = [
    "http://wiki.example.com",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://127.1",
    "http://2130706433",
    "http://0x7f.0.0.1",
    "http://0177.0.0.1",
    "http://0x7f000001",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://[::ffff:10.0.0.1]",
    "http://[64:ff9b::7f00:1]",
    "http://169.254.169.254",
]


@pytest.mark.parametrize("url", AWAY)
def test_plain_http_beyond_this_machine_is_refused_unless_the_settings_allow_it(us, url):
    """S-09, T-27: whether an address is of this machine is decided by its parsed host."""
    with pytest.raises(PairingRefused, match="plain http: keys and calls"):
        create(us, url)
    assert asks_nobody(us)
    us.plain_http = True
    with pytest.raises(TransportFailed):
        create(us, url)
    assert not asks_nobody(us)


@pytest.mark.parametrize("url", HERE)
def test_plain_http_within_this_machine_is_allowed_to_those_who_live_here(url):
    with pytest.raises(TransportFailed):
        create(InMemory("Front", url="http://localhost:1"), url)


@pytest.mark.parametrize("url", [*HERE, "https://localhost", "https://127.0.0.1"])
def test_an_application_of_the_world_is_not_linked_with_one_that_only_this_machine_reaches(us, url):
    """T-32"""
    us.plain_http = True
    with pytest.raises(PairingRefused, match="on this machine only"):
        create(us, url)
    assert asks_nobody(us)


# ---- hostile answers


@pytest.mark.parametrize("status", [201, 204, 301, 302, 400, 401, 404, 500, 503])
def test_a_manifest_comes_with_200_or_not_at_all(us, them, status):
    """T-38: no redirect is followed either."""
    changed(us, lambda request, answer: replace(answer, status=status))
    with pytest.raises(MalformedAnswer, match=str(status)):
        create(us, them)
    assert us.kinds().count("Ask") == 1


@pytest.mark.parametrize("path", ["rest/applinks/1.0/manifest", "plugins/servlet/oauth/consumer-info"])
@given(body=st.binary(max_size=200))
def test_any_bytes_in_place_of_a_document_are_an_error_of_ours(path, body):
    """T-34, T-36"""
    us, them = InMemory("Front"), InMemory("Wiki")
    connect(us, them)
    changed(us, lambda request, answer: Response(200, (), body) if request.url.endswith(path) else answer)
    with pytest.raises(AppLinksError):
        create(us, them)
    assert us.links == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["message", "fingerprint", "method"]), inner),
    max_leaves=6,
)


@given(status=st.integers(100, 599), body=st.binary(max_size=60) | JSON.map(lambda data: json.dumps(data).encode()))
def test_any_answer_to_a_proposal_that_is_not_the_right_one_is_an_error_of_ours(status, body):
    us, them = InMemory("Front"), InMemory("Wiki")
    connect(us, them)
    changed(us, lambda request, answer: Response(status, (), body) if request.method == "POST" else answer)
    with pytest.raises(AppLinksError) as refused:
        create(us, them)
    assert us.links == {}
    assert str(refused.value).isprintable()


@given(JSON | st.dictionaries(st.sampled_from(["id", "url", "consumer_key", "fingerprint", "same_users", "methods"]), JSON))
def test_any_json_is_a_proposal_or_refused(data):
    with suppress(PairingRefused):
        assert isinstance(Proposal.from_json(json.dumps(data).encode()), Proposal)


@given(st.binary(max_size=100))
def test_any_bytes_are_a_proposal_or_refused(body):
    with pytest.raises(PairingRefused):
        Proposal.from_json(body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"id":' * 100_000])
def test_so_are_very_deep_ones(body):
    with pytest.raises(PairingRefused):
        Proposal.from_json(body)


WHOLE = {"id": "i", "url": "u", "consumer_key": "k", "fingerprint": "f", "same_users": True, "methods": ["RSA-SHA1"]}


def test_a_proposal_survives_its_way():
    proposal = Proposal("i", "u", "k", "f", True, ("RSA-SHA256", "RSA-SHA1"))
    assert Proposal.from_json(proposal.to_json()) == proposal
    assert Proposal.from_json(json.dumps(WHOLE).encode()).methods == ("RSA-SHA1",)


@pytest.mark.parametrize("member", WHOLE)
def test_a_proposal_without_one_of_its_members_is_refused_by_name(member):
    body = json.dumps({name: value for name, value in WHOLE.items() if name != member}).encode()
    with pytest.raises(PairingRefused, match=member):
        Proposal.from_json(body)


@pytest.mark.parametrize("text", ["", "a\nb", "a\x00", "x" * 2001, "\u202e", 7, None, ["i"]])
def test_texts_of_a_proposal_are_plain_ones(text):
    """T-63, T-67"""
    with pytest.raises(PairingRefused, match="'id'"):
        Proposal.from_json(json.dumps(WHOLE | {"id": text}).encode())


@pytest.mark.parametrize("answer", [0, 1, "true", None, []])
def test_whether_the_users_are_the_same_is_said_by_true_or_false_only(answer):
    """R-07"""
    with pytest.raises(PairingRefused, match="same_users"):
        Proposal.from_json(json.dumps(WHOLE | {"same_users": answer}).encode())


def test_what_they_say_in_a_refusal_is_shown_harmlessly_and_shortened(us, them):
    """T-67"""
    said = json.dumps({"message": "no\r\n\x1b[31m" + "x" * 5000, "remedy": "\x9b" + "y" * 5000}).encode()
    changed(us, lambda request, answer: Response(400, (), said) if request.method == "POST" else answer)
    with pytest.raises(PairingRefused) as refused:
        create(us, them)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 1500


def test_a_proposer_that_cannot_be_read_is_told_with_the_cause(us, them):
    them.network = InMemory("x").network
    with pytest.raises(PairingRefused, match=r"could not be read at https://front\.example\.com"):
        create(us, them)
    assert nothing_was_made(us, them)


def test_existing_links_are_asked_for_before_a_password_is_sent(us, them):
    create(us, them)
    kinds = us.kinds()
    third_ask = [number for number, kind in enumerate(kinds) if kind == "Ask"][2]
    assert LinkById.__name__ in kinds[:third_ask]


# ---- while outgoing trust is suspended


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_neither_a_copy_nor_anybody_with_a_copy_makes_a_link(whose):
    """G-06: a new link would trust an identity that may be another's."""
    us, them = InMemory("Front"), InMemory("Wiki", type="confluence")
    connect(us, them)
    suspend(us if whose == "ours" else them)
    with pytest.raises(TrustSuspended if whose == "ours" else PairingRefused, match="may be a copy"):
        create(us, them)
    assert us.links == them.links == {}
