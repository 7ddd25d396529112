"""A linked application asks us to compare people, and so does one that only wants to know who they are (G-01)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from applinks.incoming.endpoints.comparing import LIFE
from applinks.incoming.replay import COMPARISONS
from applinks.links import Level
from applinks.people import Person
from applinks.wire import comparison as wire
from applinks.wire.blinding import Blinding
from applinks.wire.encoding import form
from applinks.wire.messages import FORM, Request, Response
from in_memory import InMemory, linked
from incoming.senders import outcome, signed

OURS = Blinding(bytes(range(32)))


class Asked:
    """Wiki, and Front, which asks it step by step as it likes."""

    def __init__(self, *people: Person) -> None:
        self.front = InMemory("Front")
        self.wiki = InMemory("Wiki", people=people or (Person("alice", "Alice"), Person("bob", "Bob")))
        linked(self.front, self.wiki)
        self.number = 0

    def request(self, *more: tuple[str, str], sender: InMemory | None = None, **parameters: str) -> Request:
        self.number += 1
        body = form([*parameters.items(), *more]).encode()
        request = Request("POST", f"{self.wiki.identity.url}/{wire.PATH}", (("content-type", FORM),), body)
        return signed(sender or self.front, request, user=None, nonce=f"n-{self.number}", at=self.wiki.now)

    def ask(self, *more: tuple[str, str], **parameters: Any) -> Response:
        answer = outcome(self.wiki, self.request(*more, **parameters))
        assert isinstance(answer, Response)
        return answer

    def begin(self, people: int = 1) -> str:
        answer = self.ask(step="begin", version="1", people=str(people), by="full_name")
        assert answer.status == 200, answer.body
        return wire.Begun.from_json(answer.body).session

    def blind(self, session: str, points: list[bytes] | None = None, number: str = "0") -> Response:
        points = OURS.hidden([b"a", b"b", b"c", b"d"]) if points is None else points
        return self.ask(*wire.packed("points", b"".join(points)), step="blind", session=session, number=number)


def refused(answer: Response) -> tuple[int, str]:
    said = json.loads(answer.body)
    assert said["remedy"]
    return answer.status, said["message"]


# ---- who may ask


def test_whoever_is_not_linked_is_told_what_any_stranger_is_told():
    """T-07, decision 0005"""
    asked = Asked()
    answer = asked.ask(step="begin", version="1", people="1", by="email", sender=InMemory("Stranger"))
    assert (answer.status, b"signature_invalid" in answer.body) == (401, True)
    assert not asked.wiki.entries
    assert not asked.wiki.nonces


@pytest.mark.parametrize("level", [Level.DISABLED, Level.TRUSTED, Level.BASIC])
def test_a_link_that_does_not_accept_oauth_is_not_answered(level):
    """T-23"""
    asked = Asked()
    link = asked.wiki.link("Front")
    asked.wiki.save(replace(link, incoming=replace(link.incoming, level=level, execute_as="bob")))
    answer = asked.ask(step="begin", version="1", people="1", by="email")
    assert answer.status in {401, 403}
    assert "Everybody" not in asked.wiki.kinds()


def test_a_request_that_is_not_signed_or_for_a_person_is_refused():
    asked = Asked()
    plain = Request("POST", f"{asked.wiki.identity.url}/{wire.PATH}", (("content-type", FORM),), b"step=begin")
    assert b"parameter_absent" in outcome(asked.wiki, plain).body
    request = Request("POST", plain.url, plain.headers, b"step=begin")
    of_a_person = signed(asked.front, request, user=None, token="token", at=asked.wiki.now)
    assert b"token_rejected" in outcome(asked.wiki, of_a_person).body


@pytest.mark.parametrize(
    ("method", "content_type"), [("GET", FORM), ("PUT", FORM), ("POST", "application/json"), ("POST", None)]
)
def test_only_a_form_is_covered_by_the_signature_and_so_only_a_form_is_read(method, content_type):
    asked = Asked()
    headers = (("content-type", content_type),) if content_type else ()
    answer = outcome(asked.wiki, Request(method, f"{asked.wiki.identity.url}/{wire.PATH}", headers, b""))
    assert (answer.status, answer.header("allow")) == (405, "POST")


def test_a_step_that_comes_twice_over_the_wire_is_answered_once():
    """T-09"""
    asked = Asked()
    request = asked.request(step="begin", version="1", people="1", by="email")
    assert outcome(asked.wiki, request).status == 200
    again = outcome(asked.wiki, request)
    assert (again.status, b"nonce_used" in again.body) == (401, True)


# ---- how much may be asked


def test_a_comparison_is_written_down_when_it_begins_with_the_number_of_its_guesses():
    """Whoever only wants to guess never ends one."""
    asked = Asked()
    asked.begin(people=40_000)
    (entry,) = asked.wiki.entries
    assert (entry.outcome, entry.link, dict(entry.checks)["there"]) == ("begun", "Front", "40000")


def test_an_application_may_compare_a_few_times_a_day():
    asked = Asked()
    for _ in range(COMPARISONS):
        asked.begin()
    answer = asked.ask(step="begin", version="1", people="1", by="email")
    assert refused(answer) == (429, "People were compared often enough today.")
    asked.wiki.now += 24 * 3600
    asked.begin()


@pytest.mark.parametrize("people", ["50001", "1000000", "999999999999"])
def test_a_million_people_are_refused_before_anything_is_done(people):
    asked = Asked()
    answer = asked.ask(step="begin", version="1", people=people, by="email")
    assert refused(answer)[0] == 400
    assert "Everybody" not in asked.wiki.kinds()


def test_a_million_points_are_more_than_is_read():
    """S-30"""
    asked = Asked()
    session = asked.begin(people=50_000)
    points = wire.packed("points", bytes(32 * 1_000_000))
    answer = asked.ask(*points, step="blind", session=session, number="0")
    assert (answer.status, b"parameter_rejected" in answer.body) == (400, True)


def test_no_more_points_are_blinded_than_were_announced():
    asked = Asked()
    session = asked.begin(people=1)
    five = OURS.hidden([b"1", b"2", b"3", b"4", b"5"])
    assert refused(asked.blind(session, five))[0] == 400
    session = asked.begin(people=1)
    assert asked.blind(session).status == 200
    for number in ("1", "2", "48"):
        assert refused(asked.blind(session, number=number))[0] == 400


def test_each_step_is_answered_once():
    """Else one announced guess would be any number of them."""
    asked = Asked()
    session = asked.begin()
    assert asked.blind(session).status == 200
    assert refused(asked.blind(session, OURS.hidden([b"e", b"f", b"g", b"h"]))) == (409, "That step was done already.")
    assert asked.ask(step="list", session=session, number="0").status == 200
    assert refused(asked.ask(step="list", session=session, number="0"))[0] == 409
    bits = wire.packed("common", bytes(1))
    assert asked.ask(*bits, step="end", session=session).status == 200
    assert refused(asked.ask(*bits, step="end", session=session))[0] == 409


@pytest.mark.parametrize("number", ["00", "000000000000", " 0", "+0", "0_0", "٠"])
def test_a_number_that_is_written_otherwise_is_the_same_number(number):
    """G-01: else each spelling would be as many more guesses as were announced, and none of them on record."""
    asked = Asked()
    session = asked.begin()
    assert asked.blind(session).status == 200
    assert refused(asked.blind(session, OURS.hidden([b"e", b"f", b"g", b"h"]), number=number))[0] in {400, 409}


def test_the_end_has_no_number_and_comes_once():
    asked = Asked()
    session, bits = asked.begin(), wire.packed("common", bytes(1))
    assert asked.ask(*bits, step="end", session=session, number="1").status == 200
    assert refused(asked.ask(*bits, step="end", session=session, number="2"))[0] == 409
    assert refused(asked.ask(*bits, step="end", session=session))[0] == 409


def test_after_ten_minutes_it_is_over():
    asked = Asked()
    session = asked.begin()
    asked.wiki.now += LIFE + 1
    assert refused(asked.blind(session)) == (410, "That comparison is over, or never began.")


# ---- whose words count


@pytest.mark.parametrize("place", range(7))
def test_a_session_whose_words_were_changed_never_began(place):
    asked = Asked()
    words = asked.begin().split(".")
    words[place] = {4: "email"}.get(place, words[place].translate(str.maketrans("0123456789abcdef", "123456789abcdef0")))
    assert refused(asked.blind(".".join(words))) == (410, "That comparison is over, or never began.")


@pytest.mark.parametrize("session", ["", "a.b", "1.s.1.1.email.e.é", "x" * 5000, "-1.s.1.1.email.e.m", "1.s.1.1.shoe.e.m"])
def test_a_session_of_somebodys_own_making_never_began(session):
    asked = Asked()
    assert asked.blind(session).status in {400, 410}
    assert asked.wiki.nonces == {spent for spent in asked.wiki.nonces if spent[0] == asked.front.identity.consumer_key}


def test_a_session_is_of_use_to_the_application_that_began_it_alone():
    asked = Asked()
    other = InMemory("Other")
    linked(other, asked.wiki)
    session = asked.begin()
    answer = asked.ask(step="list", session=session, number="0", sender=other)
    assert refused(answer)[0] == 410


def test_a_point_of_low_order_is_refused():
    """RFC 7748, section 6.1"""
    asked = Asked()
    session = asked.begin()
    points = [*OURS.hidden([b"a", b"b", b"c"]), bytes(32)]
    assert refused(asked.blind(session, points)) == (400, "That step cannot be read: a point is of low order.")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"step": "middle"},
        {"step": "begin"},
        {"step": "begin", "version": "1", "people": "-1", "by": "email"},
        {"step": "begin", "version": "1", "people": "١", "by": "email"},
        {"step": "begin", "version": "1", "people": "1", "by": "shoe size"},
        {"step": "list"},
    ],
)
def test_what_is_no_step_is_refused_with_words(parameters):
    asked = Asked()
    assert refused(asked.ask(**parameters))[0] in {400, 501}


@pytest.mark.parametrize("more", [{"number": "1"}, {"number": ""}, {"number": "-1"}, {}])
def test_a_page_that_is_not_there_is_refused(more):
    asked = Asked()
    assert refused(asked.ask(step="list", session=asked.begin(), **more))[0] == 400


@pytest.mark.parametrize("bits", [b"", bytes(2), b"\xff\xff"])
def test_an_end_that_tells_of_others_than_our_points_is_refused(bits):
    asked = Asked()
    answer = asked.ask(*wire.packed("common", bits), step="end", session=asked.begin())
    assert refused(answer)[0] == 400
    assert not asked.wiki.comparisons


def test_another_version_is_not_guessed_at():
    asked = Asked()
    assert refused(asked.ask(step="begin", version="2", people="1", by="email"))[0] == 501


def test_where_people_cannot_be_listed_it_is_said():
    asked = Asked()
    asked.wiki.lists_people = False
    assert refused(asked.ask(step="begin", version="1", people="1", by="email")) == (
        501,
        "This application cannot list its people.",
    )


def test_our_points_are_others_in_each_comparison_and_in_another_order():
    asked = Asked(*(Person(name) for name in "abcdefgh"))
    first, second = (asked.ask(step="list", session=asked.begin(), number="0").body for _ in range(2))
    assert len(first) == len(second) == 8 * 4 * 32
    assert {first[start : start + 32] for start in range(0, 1024, 32)}.isdisjoint(
        second[start : start + 32] for start in range(0, 1024, 32)
    )


def test_a_side_that_tells_us_that_all_are_common_is_believed_only_about_its_own_word():
    """Whoever lies about its people lies to itself: it could have named them all the same. It stays one link's affair."""
    asked = Asked()
    asked.ask(*wire.packed("common", b"\xff"), step="end", session=asked.begin(people=2))
    assert list(asked.wiki.comparisons) == [asked.front.identity.id]
