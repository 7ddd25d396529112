"""What differs is told by the keys of the link file, as data and in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.declared.differences import WORDS, Difference, between, facts, of_identity
from applinks.declared.file import END, INCOMING, LIMITS, OUTGOING, POLICY
from applinks.links import Endpoints, Incoming, Level, Limits, Outgoing
from applinks.people import Policy
from in_memory import InMemory, key_of, link_to

LINK = link_to(InMemory("Wiki"))


def words(**changes) -> list[str]:
    return [found.words for found in between(LINK, replace(LINK, **changes))]


def test_nothing_differs_between_the_same():
    assert between(LINK, LINK) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "Knowledge"}, ["its name: Knowledge, in place of Wiki"]),
        (
            {"incoming": replace(LINK.incoming, policy=Policy(administrators={"erin"}))},
            ["impersonation of administrators: 'erin' is added"],
        ),
        ({"outgoing": replace(LINK.outgoing, level=Level.OAUTH)}, ["level of the calls to it: oauth, in place of oauth_impersonation"]),
        ({"outgoing": replace(LINK.outgoing, fixed_user=True)}, ["calls without consent may go as one fixed user: yes, in place of no"]),
        ({"outgoing": replace(LINK.outgoing, endpoints=Endpoints("r", "a", "t"))}, ["where people consent there: 'r', 'a', 't'"]),
        ({"incoming": replace(LINK.incoming, execute_as="svc")}, ["our user for calls that name nobody: svc"]),
        ({"same_users": replace(LINK.same_users, excluded=frozenset({"b", "a"}))},
         ["people who are somebody else there, or nobody: 'a' is added, 'b' is added"]),
    ],
)  # fmt: skip
def test_each_difference_is_one_line(changes, told):
    assert words(**changes) == told


def test_of_a_list_only_what_comes_and_goes_is_told():
    assert Difference("incoming.policy.users", ["a", "b"], ["b", "c"]).words.endswith(": 'c' is added, 'a' is taken away")
    assert Difference("incoming.policy.paths", ["/a", "/b"], ["/b", "/a"]).words.endswith(": their order changes")
    assert Difference("outgoing.account", "svc", None).words == "our account there: none, in place of svc"


def test_keys_are_told_by_their_fingerprints():
    changed = replace(LINK, incoming=replace(LINK.incoming, public_key=key_of("Other").public.text))
    (found,) = between(LINK, changed)
    assert (found.now, found.shall) == (key_of("Wiki").public.fingerprint, key_of("Other").public.fingerprint)


def test_of_a_new_link_all_is_told_that_is_not_as_usual():
    told = {found.what: found.shall for found in between(None, LINK)}
    assert told["incoming.level"] == "oauth_impersonation"
    assert "incoming.policy.users" not in told
    assert all(found.now is None for found in between(None, LINK))


def test_of_an_application_name_type_and_address_are_told():
    us = InMemory("Wiki", type="confluence").identity
    assert of_identity(us, {"name": "Wiki", "type": "confluence", "url": us.url}) == ()
    (found,) = of_identity(us, {"name": "Wiki", "type": "confluence", "url": "https://new.example.com"})
    assert found.words == "its address: https://new.example.com, in place of https://wiki.example.com"
    assert len(of_identity(None, {"name": "Wiki", "type": "confluence", "url": us.url})) == 3


def test_everything_that_a_file_can_say_of_an_end_can_be_told_as_a_difference():
    nested = {"policy": POLICY, "limits": LIMITS}
    said = {key for key in END if key not in {"outgoing", "incoming"}}
    for direction, keys in (("outgoing", OUTGOING), ("incoming", INCOMING)):
        for key in keys:
            said |= {f"{direction}.{key}.{inner}" for inner in nested.get(key, ())} or {f"{direction}.{key}"}
    assert said <= WORDS.keys()
    assert facts(LINK).keys() <= WORDS.keys()


def test_everything_of_a_link_that_can_change_is_a_difference():
    other = replace(
        LINK,
        outgoing=Outgoing(Level.OAUTH, impersonation_parameter="x", consumer_key="k", fixed_user=True, account="a"),
        incoming=Incoming(Level.OAUTH, "k", limits=Limits(("1.1.1.1",), ("/x",), 5), callback="c", execute_as="e"),
    )
    assert {found.what for found in between(LINK, other)} == {
        "outgoing.level", "outgoing.signature_method", "outgoing.impersonation_parameter", "outgoing.consumer_key",
        "outgoing.fixed_user", "outgoing.account", "incoming.level", "incoming.consumer_key", "incoming.public_key",
        "incoming.signature_method", "incoming.callback", "incoming.execute_as", "incoming.limits.addresses",
        "incoming.limits.paths", "incoming.limits.max_age",
    }  # fmt: skip
