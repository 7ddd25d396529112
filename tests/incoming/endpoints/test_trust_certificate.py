from __future__ import annotations

import pytest

from applinks.incoming.endpoints.trust_certificate import PATHS
from applinks.mechanisms import TABLE, load
from applinks.wire import trusted_apps
from applinks.wire.messages import Request
from incoming.senders import BASE, outcome, wiki

REQUEST = Request("GET", BASE + PATHS[0])


def test_it_tells_anybody_our_id_and_key_where_trusted_applications_are_loaded():
    """protocol.md 2.5: the id is our consumer key, the key our one RSA key."""
    called, _ = wiki()
    called.mechanisms = load(TABLE)
    answer = outcome(called, REQUEST)
    told = trusted_apps.read_published(answer.body)
    assert (answer.status, answer.header("content-type")) == (200, "text/plain;charset=UTF-8")
    assert (told.id, told.public_key) == (called.identity.consumer_key, called.key.public)
    assert b"PRIVATE" not in answer.body


@pytest.mark.parametrize("names", [["2LOi", "3LO", "2LO"], ["Basic"]])
def test_where_they_are_not_there_is_none(names):
    called, _ = wiki()
    called.mechanisms = load(names)
    assert outcome(called, REQUEST).status == 404
    assert "OurKey" not in called.kinds()
