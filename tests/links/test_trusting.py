"""Trusting the application at the other end by the certificate that it publishes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applinks.errors import ConfigurationError, LinkExists, LinkNotFound, MalformedAnswer, TransportFailed, TrustSuspended
from applinks.links import Level, LinkById, trust
from applinks.mechanisms import TABLE, load
from applinks.wire import trusted_apps
from applinks.wire.messages import Response
from in_memory import InMemory, connect, link_to
from suspended import suspend

WIKI = "https://wiki.example.com"
LOADED = tuple(TABLE)


class Pair:
    def __init__(self) -> None:
        self.us, self.them = InMemory("Front"), InMemory("Wiki", mechanisms=load(TABLE))
        connect(self.us, self.them)
        self.us.save(replace(link_to(self.them, level=Level.OAUTH)))

    def trust(self, loaded: tuple[str, ...] = LOADED):
        return self.us.run(trust(self.us.link("Wiki"), by="root", loaded=loaded))

    def answering(self, response: Response | Exception) -> None:
        def network(_):
            if isinstance(response, Exception):
                raise response
            return response

        self.us.network = network


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_its_id_and_key_are_read_where_it_publishes_them_and_kept(pair):
    """protocol.md 2.5"""
    before = pair.us.link("Wiki")
    link = pair.trust()
    assert link == pair.us.link("Wiki")
    assert link.incoming.level is Level.TRUSTED
    assert (link.incoming.consumer_key, link.incoming.public_key) == (
        pair.them.identity.consumer_key,
        pair.them.key.public.text,
    )
    assert link.outgoing == before.outgoing, "what we send is another matter"
    assert (link.incoming.policy, link.incoming.limits) == (before.incoming.policy, before.incoming.limits)


def test_it_is_asked_for_below_the_links_own_address_without_a_proof(pair):
    pair.trust()
    (asked,) = [question.request for question in pair.us.asked if type(question).__name__ == "Ask"]
    assert (asked.method, asked.url) == ("GET", f"{WIKI}/admin/appTrustCertificate")
    assert asked.header("authorization") is None


def test_it_is_on_record_who_trusted_it(pair):
    pair.trust()
    assert [(entry.kind, entry.actor, entry.link) for entry in pair.us.entries] == [("link changed", "root", "Wiki")]


def test_where_trusted_applications_are_not_loaded_nothing_is_trusted(pair):
    """T-26: off by default."""
    with pytest.raises(ConfigurationError, match="APPLINKS_MECHANISMS"):
        pair.trust(loaded=("2LOi", "3LO", "2LO"))
    assert pair.us.link("Wiki").incoming.level is Level.OAUTH


@pytest.mark.parametrize(
    "answer",
    [
        Response(404),
        Response(302, (("location", f"{WIKI}/login"),)),
        Response(200, (), b""),
        Response(200, (), b"<html>log in</html>"),
        Response(200, (), b"jira:1\nAAAA\n2\n-1159983122"),
        Response(200, (), b"jira:1\nAAAA\n2\n1"),
    ],
)
def test_an_answer_that_is_no_certificate_is_trusted_by_nobody(pair, answer):
    """T-36"""
    pair.answering(answer)
    with pytest.raises(MalformedAnswer):
        pair.trust()
    assert pair.us.link("Wiki").incoming.level is Level.OAUTH


def test_nor_is_one_that_does_not_come(pair):
    pair.answering(TransportFailed("down"))
    with pytest.raises(TransportFailed):
        pair.trust()


def test_a_link_without_an_address_has_nowhere_to_read_it(pair):
    link = pair.us.save(replace(pair.us.link("Wiki"), application_url=""))
    with pytest.raises(ConfigurationError, match="no address"):
        pair.us.run(trust(link, by="root", loaded=LOADED))


def test_an_id_that_another_link_has_already_is_not_taken_over(pair):
    """T-07: or one application could be trusted in the name of another."""
    other = InMemory("Other")
    pair.us.save(link_to(other))
    published = trusted_apps.publish(trusted_apps.TrustedApplication(other.identity.consumer_key, pair.them.key.public))
    pair.answering(Response(200, (), published))
    with pytest.raises(LinkExists):
        pair.trust()


def test_a_link_that_was_deleted_meanwhile_does_not_come_back(pair):
    link = pair.us.link("Wiki")
    pair.us.remove(link.id)
    with pytest.raises(LinkNotFound):
        pair.us.run(trust(link, by="root", loaded=LOADED))
    assert pair.us.answer(LinkById(link.id)) is None


def test_a_copy_asks_for_no_certificate(pair):
    """G-06"""
    suspend(pair.us)
    pair.us.asked.clear()
    with pytest.raises(TrustSuspended):
        pair.trust()
    assert "Ask" not in pair.us.kinds()
