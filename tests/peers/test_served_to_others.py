"""Clients in any language are served by an application of ours: whole dances, renewals, and both kinds of two-legged calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peers.client import REQUEST_TOKEN, RSA_SHA1, Peer, exchange_of, with_token
from peers.in_python import atlassian_confluence, atlassian_jira, jira_client
from peers.keys import KeyPair
from peers.known import DANCERS, PEERS, SOMEBODY, TWO_LEGGED, by_each, by_each_method
from peers.our_application import CALLBACK, OurApplication

# ---- three-legged


@by_each_method(DANCERS)
def test_each_client_dances_calls_as_the_person_who_agreed_and_renews_its_token(
    peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair
) -> None:
    task, redirects = ours.consumer(method, key_pair), []

    def approve(token: str) -> str:
        redirects.append(ours.decide(token, "alice").url)
        return redirects[0]

    granted = peer.dance(task, approve)
    assert redirects[0].startswith(f"{CALLBACK}&oauth_token=")
    answer = peer.run(replace(granted, url=f"{ours.url}/whoami?q=%C3%A4%20b&empty="))
    assert (answer.status, answer.body) == (200, "alice")
    fresh = peer.renew(granted)
    assert fresh.token != granted.token
    assert fresh.session_handle != granted.session_handle
    assert [peer.run(fresh).status, peer.run(granted).status] == [200, 401]


@by_each
def test_so_they_do_where_we_are_served_by_flask(peer: Peer, ours_in_flask: OurApplication, key_pair: KeyPair) -> None:
    granted = peer.dance(ours_in_flask.consumer(RSA_SHA1, key_pair), ours_in_flask.approve("Émile Ångström"))
    answer = peer.run(replace(granted, url=f"{ours_in_flask.url}/whoami?q=%C3%A4%20b&empty="))
    assert (answer.status, answer.body) == (200, "Émile Ångström")


@by_each
def test_without_a_callback_the_person_carries_the_code_over(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(RSA_SHA1, key_pair, callback="oob")
    asked = peer.run(replace(task, step=REQUEST_TOKEN))
    page = ours.decide(asked.token, "bob")
    assert "Your code for" in page.words
    assert peer.run(peer.exchange(task, asked, page.code)).body == "bob"


@by_each
def test_out_of_band_a_registered_callback_is_where_people_go(peer: Peer, ours: OurApplication, key_pair: KeyPair) -> None:
    """protocol.md 1.3: "oob" means the consumer's own callback, if it has one."""
    task = ours.consumer(RSA_SHA1, key_pair, callback="oob")
    ours.applinks.change_link(f"Link of {task.consumer_key}", callback="https://registered.example.test/", by="admin")
    asked = peer.run(replace(task, step=REQUEST_TOKEN))
    assert ours.decide(asked.token, "bob").url.startswith("https://registered.example.test/?oauth_token=")


@by_each_method([peer for peer in PEERS if not peer.dances])
def test_ready_made_clients_use_a_token_that_somebody_fetched(
    peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair
) -> None:
    granted = SOMEBODY.dance(ours.consumer(method, key_pair), ours.approve("alice"))
    assert peer.run(granted).body == "alice"


def test_jira_reads_itself_and_an_issue(ours: OurApplication, key_pair: KeyPair) -> None:
    granted = SOMEBODY.dance(ours.consumer(RSA_SHA1, key_pair), ours.approve("alice"))
    client = jira_client(granted)
    issue = client.issue("OPS-1")
    assert (client.myself()["displayName"], client.server_info()["version"]) == ("Alice Adams", "9.12.0")
    assert (issue.fields.summary, issue.fields.creator.name) == ("Publish it", "alice")
    client.close()


def test_atlassian_python_api_reads_itself_an_issue_and_a_page(ours: OurApplication, key_pair: KeyPair) -> None:
    granted = SOMEBODY.dance(ours.consumer(RSA_SHA1, key_pair), ours.approve("alice"))
    with atlassian_jira(granted) as jira, atlassian_confluence(granted) as confluence:
        assert jira.myself()["displayName"] == "Alice Adams"
        assert jira.issue("OPS-1")["fields"]["summary"] == "Publish it"
        page = confluence.get_page_by_id("77", expand="body.storage,version")
        assert (page["title"], page["query"]["expand"]) == ("Seen by alice", ["body.storage,version"])


# ---- two-legged


@by_each_method(TWO_LEGGED)
def test_each_client_calls_as_the_fixed_user(peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(method, key_pair, execute_as="bob")
    answer = peer.run(peer.two_legged(task))
    assert (answer.status, answer.body) == (200, "bob")


@by_each_method(TWO_LEGGED)
def test_each_client_calls_as_a_person_where_users_are_shared(
    peer: Peer, method: str, ours: OurApplication, key_pair: KeyPair
) -> None:
    task = ours.consumer(method, key_pair, same_users=True)
    task = replace(task, url=f"{task.url}?user_id=alice&q=%C3%A4%20b")
    answer = peer.run(peer.two_legged(task))
    assert (answer.status, answer.body) == (200, "alice")


@pytest.mark.parametrize("name", ["user_id", "xoauth_requestor_id"])
@pytest.mark.parametrize("peer", TWO_LEGGED, ids=str)
def test_so_they_do_in_flask_by_either_name(peer: Peer, name: str, ours_in_flask: OurApplication, key_pair: KeyPair) -> None:
    task = ours_in_flask.consumer(RSA_SHA1, key_pair, same_users=True, execute_as="bob")
    named = replace(task, url=f"{task.url}?{name}=alice")
    assert [peer.run(peer.two_legged(one)).body for one in (named, task)] == ["alice", "bob"]


def test_one_consumer_may_do_all_three(ours: OurApplication, key_pair: KeyPair) -> None:
    task = ours.consumer(RSA_SHA1, key_pair, same_users=True, execute_as="bob")
    asked = SOMEBODY.run(replace(task, step=REQUEST_TOKEN))
    verifier = ours.decide(asked.token, "Émile Ångström").url.rpartition("oauth_verifier=")[2]
    granted = with_token(task, SOMEBODY.run(exchange_of(task, asked, verifier)))
    as_alice = SOMEBODY.two_legged(replace(task, url=f"{task.url}?user_id=alice"))
    users = [SOMEBODY.run(one).body for one in (granted, as_alice, SOMEBODY.two_legged(task))]
    assert users == ["Émile Ångström", "alice", "bob"]
