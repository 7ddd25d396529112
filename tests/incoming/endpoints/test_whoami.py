from __future__ import annotations

from applinks.incoming.endpoints.whoami import PATHS
from applinks.people import Person
from applinks.wire.messages import Request
from incoming.senders import BASE, outcome, signed, wiki

REQUEST = Request("GET", BASE + PATHS[0])


def test_an_admitted_request_is_told_as_whom():
    called, front = wiki()
    answer = outcome(called, signed(front, REQUEST))
    assert (answer.status, answer.body) == (200, b"alice")
    assert answer.header("content-type") == "text/plain;charset=UTF-8"


def test_any_name_is_told_in_utf_8():
    called, front = wiki(Person("jürgen"))
    assert outcome(called, signed(front, REQUEST, user="jürgen")).body == "jürgen".encode()


def test_a_request_over_no_link_is_nobodys():
    called, _ = wiki()
    answer = outcome(called, REQUEST)
    assert (answer.status, answer.body) == (200, b"")


def test_a_refused_one_is_refused_and_not_nobodys():
    called, front = wiki()
    answer = outcome(called, signed(front, REQUEST, user="ghost"))
    assert (answer.status, answer.body) == (401, b"oauth_problem=permission_denied")
