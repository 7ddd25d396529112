"""A new key of ours, and of theirs, while calls go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.audit import Entry, WriteDown
from applinks.errors import ConfigurationError, NotAdmitted
from applinks.links import Administrator, FactsFor, Level, LinkById, OurKeys, Told, pairing, signing_keys, trust
from applinks.links.signing_keys import LONGEST_OVERLAP, OVERLAP
from applinks.wire import mending, trusted_apps
from applinks.wire.messages import Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import NOW, InMemory, connect, key_of, link_to, linked


@pytest.fixture
def us() -> InMemory:
    return InMemory("Front", type="bitbucket")


@pytest.fixture
def them(us: InMemory) -> InMemory:
    other = InMemory("Wiki", type="confluence")
    connect(us, other)
    linked(us, other)
    return other


def rotate(us: InMemory) -> None:
    us.run(signing_keys.rotate(by="root"))


def signing_key(us: InMemory, name: str):
    return us.answer(FactsFor(us.link(name).id)).key


# ---- our own key


def test_a_new_key_is_current_at_once_and_links_go_on_with_the_one_that_they_had(us, them):
    before = us.key
    rotate(us)
    assert us.key != before
    assert signing_key(us, "Wiki") is before
    us.save(link_to(InMemory("Later")))
    assert signing_key(us, "Later") is us.key
    assert [(entry.outcome, entry.actor) for entry in us.entries if entry.kind == "key rotated"] == [
        (us.key.public.fingerprint, "root")
    ]


def test_a_second_rotation_leaves_a_link_on_the_key_that_the_other_application_knows(us, them):
    before = us.key
    rotate(us)
    rotate(us)
    assert signing_key(us, "Wiki") is before
    assert len(us.keys) == 3


@pytest.mark.parametrize(
    ("change", "signs"),
    [
        ({}, True),
        ({"level": Level.TRUSTED, "signature_method": SignatureMethod.HMAC_SHA1}, True),
        ({"level": Level.DISABLED}, True),
        ({"level": Level.BASIC}, False),
        ({"signature_method": SignatureMethod.HMAC_SHA256}, False),
    ],
)
def test_links_that_sign_with_a_secret_or_not_at_all_are_no_concern_of_our_key(us, them, change, signs):
    link = us.link("Wiki")
    us.save(replace(link, outgoing=replace(link.outgoing, **change)))
    rotate(us)
    assert (us.link("Wiki").outgoing.key_id is not None) is signs
    assert signing_keys.signs(us.link("Wiki")) is signs
    assert not signing_keys.signs(replace(link, application_url=""))


def test_the_status_tells_which_key_each_link_is_on_and_what_came_of_the_announcement(us, them):
    us.save(link_to(InMemory("Archive")))
    us.answer(WriteDown(Entry("key announced", "told", link="Archive")))
    us.now += 10
    rotate(us)
    status = us.run(signing_keys.status())
    assert (status.fingerprint, status.made_at) == (us.key.public.fingerprint, us.now)
    assert [(link.link, link.current, link.told) for link in status.links] == [
        ("Archive", False, Told.TOLD),
        ("Wiki", False, None),
    ]
    us.answer(WriteDown(Entry("key announced", "refused: signature_invalid", link="Wiki")))
    wiki = us.run(signing_keys.status()).links[1]
    assert (wiki.told, wiki.why) == (Told.REFUSED, "signature_invalid")
    assert [older.links for older in status.older] == [("Archive", "Wiki")]


def test_a_link_is_switched_by_hand(us, them):
    rotate(us)
    us.run(signing_keys.use_new_key(us.link("Wiki"), by="root"))
    assert signing_key(us, "Wiki") is us.key
    assert us.outcomes("key switched") == ["done"]


def test_a_link_by_basic_has_no_key_to_be_switched(us, them):
    link = us.link("Wiki")
    basic = us.save(replace(link, outgoing=replace(link.outgoing, level=Level.BASIC)))
    with pytest.raises(ConfigurationError, match="not signed with a key"):
        us.run(signing_keys.use_new_key(basic, by="root"))


def test_the_key_that_a_call_was_accepted_with_is_remembered_once(us, them):
    link, before = us.link("Wiki"), us.key
    rotate(us)
    pinned = us.link("Wiki")
    for _ in range(2):
        us.run(signing_keys.remember_key(pinned, us.key))
    assert us.link("Wiki").outgoing.key_id is None
    assert len(us.outcomes("key switched")) == 1
    us.run(signing_keys.remember_key(us.link("Wiki"), before))  # the far side went back to the old one
    assert signing_key(us, "Wiki") is before
    us.run(signing_keys.remember_key(us.link("Wiki"), key_of("a stranger")))
    assert signing_key(us, "Wiki") is before
    us.remove(link.id)
    us.run(signing_keys.remember_key(link, us.key))
    assert us.answer(LinkById(link.id)) is None


def test_a_key_is_retired_once_no_link_signs_with_it(us, them):
    old = us.key.public.fingerprint
    rotate(us)
    assert us.run(signing_keys.retire(by="root")) == ()
    us.run(signing_keys.use_new_key(us.link("Wiki"), by="root"))
    assert us.run(signing_keys.retire(by="root")) == (old,)
    assert us.outcomes("key retired") == [old]
    assert len(us.answer(OurKeys())) == 1


def test_a_disabled_link_does_not_keep_a_key_and_takes_the_current_one(us, them):
    link = us.link("Wiki")
    us.save(replace(link, outgoing=replace(link.outgoing, level=Level.DISABLED)))
    rotate(us)
    assert len(us.run(signing_keys.retire(by="root"))) == 1
    assert signing_key(us, "Wiki") is us.key


# ---- the key of another application


def announced(them: InMemory, us: InMemory, *, key=None, proof_by=None, receiver=None, consumer=None, old=None):
    """What `them` makes of an announcement of ours."""
    link = them.link("Front")
    fresh = key or key_of("fresh")
    text = mending.of_new_key(
        consumer or us.identity.consumer_key,
        receiver or them.identity.url,
        (old or us.key).public,
        fresh.public,
    )
    proof = mending.prove(text, proof_by or fresh)
    return them.run(signing_keys.accept_new_key(link, fresh.public.text, proof, them.identity.url))


def test_an_announced_key_is_known_at_once_and_the_old_one_for_a_while(us, them):
    incoming = announced(them, us).incoming
    assert incoming.public_key == key_of("fresh").public.text
    assert incoming.previous_key_at(NOW) == incoming.previous_key_at(NOW + OVERLAP - 1) == us.key.public.text
    assert incoming.previous_key_at(NOW + OVERLAP) is None
    assert [(entry.kind, entry.actor) for entry in them.entries] == [("key accepted", None)]


def test_announced_again_it_changes_nothing_and_prolongs_nothing(us, them):
    first = announced(them, us)
    them.now += 1000
    assert announced(them, us) == first
    assert len(them.entries) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"receiver": "https://other.example.com"},
        {"consumer": "archive:1"},
        {"old": key_of("somebody")},
        {"proof_by": key_of("somebody")},
    ],
    ids=["for another receiver", "for another application", "after another key", "without the key"],
)
def test_a_proof_that_was_made_for_anything_else_is_refused(us, them, wrong):
    """T-17: neither another receiver's proof nor another application's will do."""
    before = them.link("Front")
    with pytest.raises(NotAdmitted) as refused:
        announced(them, us, **wrong)
    assert refused.value.problem == "signature_invalid"
    assert them.link("Front") == before


def test_the_signature_method_stays_pinned_and_levels_and_policy_too(us, them):
    """T-05, T-06: a new key changes nothing but the key."""
    before, after = them.link("Front").incoming, announced(them, us).incoming
    assert replace(after, public_key=before.public_key, previous_key=None, previous_key_until=None) == before


def test_a_smaller_key_is_refused(us, them):
    """T-06: a link is not pushed down to a weaker key."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    from applinks.wire.keys import PrivateKey

    weak = PrivateKey(rsa.generate_private_key(public_exponent=65537, key_size=1024))
    with pytest.raises(NotAdmitted, match="1024 bits"):
        announced(them, us, key=weak)


@pytest.mark.parametrize("key", ["", "no key", key_of("fresh").to_der().hex()])
def test_what_is_no_public_key_is_refused(us, them, key):
    with pytest.raises(NotAdmitted) as refused:
        them.run(signing_keys.accept_new_key(them.link("Front"), key, "", them.identity.url))
    assert refused.value.problem == "parameter_rejected"


def test_a_link_by_a_secret_knows_no_key_that_could_be_followed_by_another(us, them):
    link = them.link("Front")
    them.save(replace(link, incoming=replace(link.incoming, public_key=None)))
    with pytest.raises(NotAdmitted, match="no public key"):
        announced(them, us)


def test_somebody_else_who_was_faster_is_not_overwritten(us, them):
    stale = them.link("Front")
    announced(them, us)
    late = key_of("late")
    text = mending.of_new_key(us.identity.consumer_key, them.identity.url, us.key.public, late.public)
    with pytest.raises(NotAdmitted):
        them.run(signing_keys.accept_new_key(stale, late.public.text, mending.prove(text, late), them.identity.url))
    assert them.link("Front").incoming.public_key == key_of("fresh").public.text


def test_an_administrator_sets_a_new_key_with_an_overlap_or_without(us, them):
    fresh, old = key_of("fresh").public.text, us.key.public.text
    changed = them.run(signing_keys.change_public_key(them.link("Front"), fresh, overlap=60, by="root"))
    assert (changed.incoming.public_key, changed.incoming.previous_key_at(NOW + 59)) == (fresh, old)
    assert changed.incoming.previous_key_at(NOW + 60) is None
    newest = key_of("newest").public.text
    changed = them.run(signing_keys.change_public_key(changed, newest, overlap=0, by="root"))
    assert (changed.incoming.public_key, changed.incoming.previous_key) == (newest, None)
    assert them.outcomes("key changed") == ["done", "done"]


def test_the_same_key_again_makes_no_overlap(us, them):
    before = them.link("Front")
    assert them.run(signing_keys.change_public_key(before, us.key.public.text, by="root")) == before


@pytest.mark.parametrize("overlap", [-1, LONGEST_OVERLAP + 1, float("nan")])
def test_an_overlap_has_its_limits(us, them, overlap):
    with pytest.raises(ConfigurationError, match="Two keys"):
        them.run(signing_keys.change_public_key(them.link("Front"), key_of("fresh").public.text, overlap=overlap, by="root"))


def test_a_link_by_a_secret_cannot_be_given_a_key(us, them):
    link = them.link("Front")
    them.save(replace(link, incoming=replace(link.incoming, public_key=None)))
    with pytest.raises(ConfigurationError, match="no public key"):
        them.run(signing_keys.change_public_key(them.link("Front"), key_of("fresh").public.text, by="root"))


def test_pairing_again_replaces_the_key_at_once(us, them):
    """Whoever does so may have a reason not to trust the old one."""
    announced(them, us)
    us.key = key_of("fresh")
    us.run(pairing.create(them.identity.url, Administrator("root", "root's"), same_users=True, by="root"))
    assert them.link("Front").incoming.previous_key is None


def test_trusting_again_replaces_the_key_at_once(us, them):
    announced(them, us)
    published = trusted_apps.publish(trusted_apps.TrustedApplication(us.identity.consumer_key, key_of("other").public))
    them.network = lambda request: Response(200, (), published)
    trusted = them.run(trust(them.link("Front"), by="root", loaded=("Trusted",)))
    assert (trusted.incoming.public_key, trusted.incoming.previous_key) == (key_of("other").public.text, None)
