"""The forms about one link."""

from __future__ import annotations

import pytest

from applinks.links import Level, SecretUse
from applinks.web.administration.links import path_of
from in_memory import link_to
from web.dom import Dom
from web.visitor import followed, heading, records, said_by


@pytest.fixture
def link(tracker, wiki):
    return tracker.save(link_to(wiki))


def send(root, link, name: str, **fields: str):
    page = root.get(f"{path_of(link)}/{name}")
    return root.post(f"{path_of(link)}/{name}", {**Dom(page.body.decode()).fields(), **fields})


def as_shown(root, link) -> dict[str, str]:
    """What the form of settings holds before anything is changed: what a browser would send."""
    dom = Dom(root.get(f"{path_of(link)}/change").body.decode())
    texts = {found["name"]: found.get("value") or "" for found in dom.all("input") if found.get("type") in {"text", "url"}}
    chosen = {"outgoing": "oauth_impersonation", "incoming": "oauth_impersonation", "signature_method": "RSA-SHA256"}
    return {**texts, **chosen, "excluded": ""}


def test_a_direction_is_switched_off_and_on_again(root, tracker, link):
    told = send(root, link, "change", **{**as_shown(root, link), "outgoing": "disabled"})
    assert "Changed." in said_by(followed(root, told))
    assert tracker.link("Wiki").outgoing.level is Level.DISABLED
    assert tracker.link("Wiki").incoming.level is Level.OAUTH_IMPERSONATION
    send(root, link, "change", **as_shown(root, link))
    assert tracker.link("Wiki").outgoing.level is Level.OAUTH_IMPERSONATION


def test_a_form_that_was_not_touched_changes_nothing(root, tracker, link):
    before = tracker.link("Wiki")
    send(root, link, "change", **as_shown(root, link))
    assert tracker.link("Wiki") == before


def test_what_cannot_be_is_shown_again_as_it_was_said_with_the_reason(root, tracker, link):
    """R-13: an administrator is no fixed user."""
    before = records(tracker)
    answer = send(root, link, "change", **{**as_shown(root, link), "execute_as": "root"})
    assert (answer.status, heading(answer)) == (400, "Not done – Change Wiki")
    assert "is an administrator" in said_by(answer)
    assert 'value="root"' in answer.body.decode()
    assert records(tracker) == before


def test_a_policy_is_written_one_name_in_a_line(root, tracker, link):
    send(root, link, "policy", users="alice\r\n bob \r\n\r\n", methods="get", paths="/rest/api")
    policy = tracker.link("Wiki").incoming.policy
    assert (policy.users, policy.methods, policy.paths) == ({"alice", "bob"}, {"GET"}, ("/rest/api",))
    assert tracker.entries[-1].kind == "policy changed"


def test_a_secret_is_kept_and_never_shown(root, tracker, link):
    """R-16"""
    answer = send(root, link, "secret", direction="outgoing", secret="a canary")
    assert tracker.secrets[link.id, SecretUse.OUTGOING_OAUTH, link.origin] == "a canary"
    assert "a canary" not in followed(root, answer).body.decode()
    refused = send(root, link, "secret", direction="outgoing", secret="a\x07canary")
    assert (refused.status, "canary" in refused.body.decode()) == (400, False)


def test_a_secret_is_made_for_the_other_side_and_shown_once(root, tracker, link):
    answer = send(root, link, "secret", direction="incoming", secret="")
    made = tracker.secrets[link.id, SecretUse.INCOMING_OAUTH, ""]
    assert made in said_by(answer)
    assert answer.header("cache-control") == "no-store"


def test_a_secret_for_our_calls_must_be_entered(root, link):
    assert send(root, link, "secret", direction="outgoing", secret="").status == 400


def test_a_link_is_made_primary(root, tracker, link):
    from in_memory import InMemory

    other = tracker.save(link_to(InMemory("Other", type="confluence")))
    assert not other.primary
    page = root.get(path_of(other))
    root.post(f"{path_of(other)}/primary", Dom(page.body.decode()).fields())
    assert [tracker.link(name).primary for name in ("Wiki", "Other")] == [False, True]
