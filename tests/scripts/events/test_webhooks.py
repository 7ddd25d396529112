"""Webhooks are added, changed and taken away on the record; what proves them is shown once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from applinks.errors import ConfigurationError, LinkNotFound, PersonUnknown
from applinks.scripts import ChangeSource, SourceOf, add_source, change_source, remove_source, renew_source
from applinks.scripts.events.webhooks import address_of
from in_memory import InMemory, link_to
from intake import URL, Desk, desk
from putting import put


@pytest.fixture
def here() -> Iterator[Desk]:
    with desk() as made:
        put(made.applinks, link_to(InMemory("Wiki", type="confluence")))
        yield made


def last(here: Desk) -> Any:
    return here.applinks.audit(1)[0].entry


def test_a_webhook_is_added_on_the_record_and_its_secret_is_not_in_it(here: Desk):
    made = here.add("Wiki events", None, link="Wiki", asks_as="alice")
    entry = last(here)
    assert (entry.kind, entry.actor, entry.link) == ("webhook added", "root", "Wiki")
    assert ("believes_user", None, "yes") in entry.changes
    assert made.source.application == "confluence"
    assert made.secret
    assert made.secret not in f"{entry}{made!r}"
    assert made.address == f"{URL}/plugins/servlet/applinks/events/{made.source.id}"
    assert made.where.startswith("Confluence: ")


def test_of_the_secret_part_of_an_address_only_a_digest_is_kept(here: Desk):
    made = here.add(signed=False)
    part = made.address.rpartition("/")[2]
    assert len(part) >= 43
    assert part not in f"{made!r}{last(here)}{here.applinks.answer(SourceOf(made.source.id))}"
    assert address_of(made.source, URL).endswith("/…")


def test_a_webhook_that_signs_nothing_is_believed_only_where_somebody_says_so(here: Desk):
    assert here.add("One").source.believes_user
    assert not here.add("Two", signed=False).source.believes_user
    assert here.add("Three", signed=False, believes_user=True).source.believes_user


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"application": ""}, "type of application"),
        ({"application": None}, "type of application"),
        ({"secret": "short"}, "at least 16"),
        ({"secret": "x" * 256}, "255"),
        ({"secret": "no whsec but long enough", "application": "shop"}, "whsec_"),
        ({"asks_as": "alice"}, "link"),
    ],
    ids=str,
)
def test_what_cannot_be_a_webhook_is_refused(here: Desk, said: dict[str, Any], why: str):
    with pytest.raises(ConfigurationError, match=why):
        here.applinks.run(add_source(**{"name": "Jira", "application": "jira", "by": "root", **said}))


def test_whom_nobody_knows_asks_nobody(here: Desk):
    with pytest.raises(PersonUnknown):
        here.add("Wiki events", "confluence", link="Wiki", asks_as="dave")
    with pytest.raises(LinkNotFound):
        here.add("Wiki events", "confluence", link="Library")


def test_no_two_have_one_name(here: Desk):
    here.add("One")
    here.add("Two")
    with pytest.raises(ConfigurationError, match="already"):
        here.add("One")
    with pytest.raises(ConfigurationError, match="already"):
        here.applinks.run(change_source("Two", by="root", name="One"))


def test_what_is_not_named_stays(here: Desk):
    made = here.add(link="Wiki", asks_as="alice")
    changed = here.applinks.run(change_source(made.source.id, by="root", believes_user=False))
    assert (changed.name, changed.asks_as, changed.believes_user) == ("Jira", "alice", False)
    assert last(here).changes == (("believes_user", "yes", "no"),)


def test_without_its_link_nobody_can_ask(here: Desk):
    here.add(link="Wiki", asks_as="alice")
    with pytest.raises(ConfigurationError, match="Without a link"):
        here.applinks.run(change_source("Jira", by="root", link=None))
    changed = here.applinks.run(change_source("Jira", by="root", link=None, asks_as=None))
    assert (changed.of_link, changed.link_id) == (False, None)


def test_another_proof_is_on_the_record_and_not_in_it(here: Desk):
    here.add()
    renewed = here.applinks.run(renew_source("Jira", by="root"))
    entry = last(here)
    assert (entry.kind, entry.changes) == ("webhook changed", (("proof", "the former one", "another one"),))
    assert renewed.secret not in repr(entry)
    assert renewed.source.previous_until == here.now + 24 * 3600


def test_with_a_secret_a_webhook_signs_from_now_on(here: Desk):
    here.add(signed=False)
    renewed = here.applinks.run(renew_source("Jira", by="root", secret="long enough as it is"))
    assert renewed.source.is_signed
    assert not renewed.address.endswith("/")
    assert renewed.source.address_digests_at(here.now)
    assert not renewed.source.address_digests_at(here.now + 24 * 3600)
    assert not renewed.source.believes_user


@pytest.mark.parametrize("overlap", [-1.0, 91 * 24 * 3600.0, float("nan")])
def test_a_former_proof_does_not_hold_for_ever(here: Desk, overlap: float):
    here.add()
    with pytest.raises(ConfigurationError, match="cannot hold"):
        here.applinks.run(renew_source("Jira", by="root", overlap=overlap))


def test_without_an_overlap_the_former_proof_ends_at_once(here: Desk):
    made = here.add()
    renewed = here.applinks.run(renew_source("Jira", by="root", overlap=0))
    assert renewed.source.secrets_at(here.now) == (renewed.secret,)
    assert renewed.secret != made.secret


def test_it_is_taken_away_on_the_record_and_then_unknown(here: Desk):
    here.add()
    here.applinks.run(remove_source("Jira", by="root"))
    assert last(here).kind == "webhook removed"
    with pytest.raises(ConfigurationError, match="There is no webhook 'Jira'"):
        here.applinks.run(remove_source("Jira", by="root"))


def test_who_comes_second_with_a_change_is_told(here: Desk):
    here.add()
    here.applinks._answers[ChangeSource] = lambda _: False
    with pytest.raises(ConfigurationError, match="already"):
        here.applinks.run(change_source("Jira", by="root", name="Other"))
