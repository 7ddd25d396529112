"""Clients in any language call an application of ours two-legged, as linked applications do: with an empty `oauth_token`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from applinks.links import Incoming, Level, Link, SameUsers
from applinks.wire.keys import PublicKey
from applinks.wire.oauth1 import SignatureMethod
from journeys.world import ASGI, Member, running
from peers.client import RSA_SHA1, Peer, Task
from peers.conftest import KeyPair
from peers.known import DANCERS
from putting import put

KEY = "a-foreign-consumer"


@pytest.fixture(scope="module")
def callee(tmp_path_factory: pytest.TempPathFactory, key_pair: KeyPair) -> Iterator[Member]:
    """It lets the consumer in and lets it act for people."""
    with running(tmp_path_factory.mktemp("callee"), "Callee", ASGI) as member:
        key = PublicKey.read(key_pair.public).text
        incoming = Incoming(Level.OAUTH_IMPERSONATION, KEY, key, SignatureMethod.RSA_SHA1)
        same, address = SameUsers(True, "admin", 0), "https://client.example.test"
        put(member.applinks, Link(KEY, "Foreign", "generic", address, address, incoming=incoming, same_users=same))
        yield member


@pytest.fixture
def task(callee: Member, key_pair: KeyPair) -> Task:
    return Task(
        KEY, RSA_SHA1, private_key=key_pair.private, site=callee.url, url=f"{callee.url}/echo?user_id=alice&q=%C3%A4%20b"
    )


@pytest.mark.parametrize("peer", [peer for peer in DANCERS if peer.sends_empty_token], ids=str)
def test_who_sends_an_empty_token_is_admitted_as_the_person(peer: Peer, task: Task) -> None:
    answer = peer.run(replace(task, token=""))
    assert (answer.status, '"alice"' in answer.body) == (200, True)


@pytest.mark.parametrize("peer", [peer for peer in DANCERS if peer.signs_empty_token_in_query], ids=str)
def test_who_can_only_sign_one_in_the_query_is_admitted_too(peer: Peer, task: Task) -> None:
    answer = peer.run(replace(task, url=f"{task.url}&oauth_token="))
    assert (answer.status, '"alice"' in answer.body) == (200, True)


@pytest.mark.parametrize("peer", DANCERS, ids=str)
def test_without_any_token_each_is_told_what_is_missing(peer: Peer, task: Task) -> None:
    answer = peer.run(task)
    assert (answer.status, answer.body) == (400, "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token")


@pytest.mark.parametrize("peer", DANCERS, ids=str)
def test_with_another_key_each_is_refused(peer: Peer, task: Task, other_key_pair: KeyPair) -> None:
    forged = replace(task, private_key=other_key_pair.private, url=f"{task.url}&oauth_token=")
    if not peer.signs_empty_token_in_query:
        forged = replace(forged, url=task.url, token="")
    expected = "signature_invalid" if peer.sends_empty_token or peer.signs_empty_token_in_query else "parameter_absent"
    answer = peer.run(forged)
    assert answer.status in {400, 401}
    assert f"oauth_problem={expected}" in answer.body
