from __future__ import annotations

from applinks.incoming.endpoints.consumer_info import PATHS
from applinks.wire import consumer_info
from applinks.wire.messages import Request
from incoming.senders import BASE, outcome, wiki


def test_it_tells_anybody_the_key_by_which_we_are_verified_and_no_other():
    """T-66"""
    called, _ = wiki()
    answer = outcome(called, Request("GET", BASE + PATHS[0]))
    told = consumer_info.read(answer.body, answer.header("content-type"))
    assert (answer.status, answer.header("content-type")) == (200, "application/xml;charset=UTF-8")
    assert (told.key, told.name) == (called.identity.consumer_key, "Wiki")
    assert told.public_key == called.key.public.text
    assert told.callback is None
    assert b"PRIVATE" not in answer.body


def test_a_name_with_markup_stays_text():
    from dataclasses import replace

    called, _ = wiki()
    called.identity = replace(called.identity, name="<b>Wiki & Söhne</b>")
    answer = outcome(called, Request("GET", BASE + PATHS[0]))
    assert consumer_info.read(answer.body).name == "<b>Wiki & Söhne</b>"
