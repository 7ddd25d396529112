"""Two applications compare their people, the side that asks (G-01); both are real, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from applinks.errors import AccessRefused, CannotCompare, FarSideError, MalformedAnswer, MechanismMissing, TransportFailed
from applinks.links import Level, SameUsers
from applinks.outgoing import compare
from applinks.people import By, Comparison, Names, Person, Verdict
from applinks.wire import comparison as wire
from applinks.wire.blinding import point_of
from applinks.wire.encoding import parse_form
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory, connect, link_to, linked

HERE = (
    Person("alice", "Alice Adams"),
    Person("bob", "Bob Brown"),
    Person("carol", "Carol Clark"),
    Person("dave", "Dave Davis"),
    Person("eve"),
)
THERE = (
    Person("Alice", "alice adams"),
    Person("bob", "Robert Burns"),
    Person("cclark", "Carol Clark"),
    Person("dave", "Dave Davis", active=False),
    Person("eve", "Eve"),
    Person("zoe", "Zoe"),
)


def pair(here: tuple[Person, ...] = HERE, there: tuple[Person, ...] = THERE, **terms: Any) -> tuple[InMemory, InMemory]:
    """Front asks, Wiki is asked."""
    front, wiki = InMemory("Front", people=here), InMemory("Wiki", people=there)
    linked(front, wiki, **terms)
    connect(front, wiki)
    return front, wiki


def compared(front: InMemory) -> Comparison:
    return front.run(compare(front.link("Wiki"), by="root"))


def said(found: Comparison) -> dict[str, Verdict]:
    return {person.name: person.verdict for person in found.people}


def tampering(front: InMemory, change: Callable[[str, Response], Response]) -> None:
    """The far side's answers are changed on their way, by the step that they answer."""
    network = front.network

    def tampered(request: Request) -> Response:
        step = dict(parse_form(request.body.decode())).get("step", "")
        return change(step, network(request))

    front.network = tampered


# ---- what both find


def test_both_sides_find_out_about_their_own_people():
    front, wiki = pair()
    found = compared(front)
    assert said(found) == {
        "alice": Verdict.PROVEN,
        "bob": Verdict.ANOTHER,
        "carol": Verdict.MISSING,
        "dave": Verdict.DISABLED,
        "eve": Verdict.UNKNOWN,
    }
    assert (found.there, found.unmatched, found.by) == (6, 2, By.FULL_NAME)
    theirs = wiki.comparisons[front.identity.id]
    assert said(theirs) == {
        "Alice": Verdict.PROVEN,
        "bob": Verdict.ANOTHER,
        "cclark": Verdict.MISSING,
        "dave": Verdict.PROVEN,
        "eve": Verdict.UNKNOWN,
        "zoe": Verdict.MISSING,
    }
    assert (theirs.there, theirs.unmatched) == (5, 1)
    assert front.comparisons[wiki.identity.id] == found


def test_people_are_told_apart_by_mail_address_where_both_sides_have_them():
    alice = Person("alice", "Alice Adams", email="alice@example.com")
    for theirs, by, verdict in (
        (replace(alice, full_name="A. A."), By.EMAIL, Verdict.PROVEN),
        (replace(alice, email="other@example.com"), By.EMAIL, Verdict.ANOTHER),
        (replace(alice, email=""), By.FULL_NAME, Verdict.PROVEN),
    ):
        for here, there in ((alice, theirs), (theirs, alice)):
            found = compared(pair((here,), (there,))[0])
            assert (found.by, found.people[0].verdict) == (by, verdict)


def test_a_name_that_was_mapped_at_one_end_is_found_by_both():
    for mapping_end in ("Front", "Wiki"):
        front, wiki = pair()
        end, other = (front, "Wiki") if mapping_end == "Front" else (wiki, "Front")
        names = Names((("carol", "cclark"),) if mapping_end == "Front" else (("cclark", "carol"),))
        end.save(replace(end.link(other), same_users=SameUsers(True, "root", 1, names=names)))
        assert said(compared(front))["carol"] is Verdict.PROVEN
        assert said(wiki.comparisons[front.identity.id])["cclark"] is Verdict.PROVEN


def test_mapped_at_both_ends_nobody_is_taken_for_another():
    front, wiki = pair()
    front.save(replace(front.link("Wiki"), same_users=SameUsers(True, "root", 1, names=Names((("carol", "cclark"),)))))
    wiki.save(replace(wiki.link("Front"), same_users=SameUsers(True, "root", 1, names=Names((("cclark", "carol"),)))))
    assert said(compared(front))["carol"] is Verdict.MISSING


PEOPLE = st.lists(st.sampled_from("abcdefgh"), unique=True).map(lambda names: tuple(Person(name, name) for name in names))


@given(PEOPLE, PEOPLE)
@settings(max_examples=15, deadline=None)
def test_the_proven_are_the_people_that_both_have(here, there):
    front, wiki = pair(here, there)
    found = compared(front)
    common = {person.name for person in here} & {person.name for person in there}
    assert {*found.of(Verdict.PROVEN)} == {*wiki.comparisons[front.identity.id].of(Verdict.PROVEN)} == common
    assert found.unmatched == len(there) - len(common)


def test_more_people_than_fit_into_one_form_are_compared_in_pieces():
    here = tuple(Person(f"user{number}", f"User {number}") for number in range(1100))
    there = tuple(Person(f"user{number}", f"User {number}") for number in range(1000, 3100))
    front, wiki = pair(here, there)
    found = compared(front)
    assert found.counts[Verdict.PROVEN] == 100 == wiki.comparisons[front.identity.id].counts[Verdict.PROVEN]
    assert (found.there, found.unmatched) == (2100, 2000)
    steps = [
        dict(parse_form(question.request.body.decode()))["step"] for question in front.asked if hasattr(question, "request")
    ]
    assert steps == ["begin", "blind", "blind", "list", "list", "end"]


@pytest.mark.parametrize("level", [Level.OAUTH, Level.OAUTH_IMPERSONATION])
def test_it_needs_no_more_than_oauth_since_it_comes_before_impersonation(level):
    """R-07"""
    front, _ = pair(level=level, same_users=None)
    assert said(compared(front))["alice"] is Verdict.PROVEN


def test_it_works_over_a_shared_secret_too():
    front, wiki = pair(method=SignatureMethod.HMAC_SHA256)
    from applinks.links import SecretUse

    front.secrets[wiki.identity.id, SecretUse.OUTGOING_OAUTH, front.link("Wiki").origin] = "a shared secret of some length"
    wiki.secrets[front.identity.id, SecretUse.INCOMING_OAUTH, ""] = "a shared secret of some length"
    assert said(compared(front))["alice"] is Verdict.PROVEN


# ---- what the other side gets to see


def test_nothing_that_travels_is_a_name_or_the_point_of_one():
    front, _ = pair()
    seen: list[bytes] = []

    def keep(step: str, answer: Response) -> Response:
        seen.append(answer.body)
        return answer

    tampering(front, keep)
    compared(front)
    sent = [question.request for question in front.asked if hasattr(question, "request")]
    travelled = b"".join(seen + [request.body + request.url.encode() for request in sent]).lower()
    for person in (*HERE, *THERE):
        words = (*person.full_name.split(), person.name)
        assert not any(word.lower().encode() in travelled for word in words if len(word) > 3)
    from applinks.people import comparing

    begun = wire.Begun.from_json(seen[0])
    context = comparing.context(front.identity.consumer_key, begun.salt)
    points = {point for body in seen[1:] for point in (body[i : i + 32] for i in range(0, len(body), 32))}
    forms = [dict(parse_form(request.body.decode())) for request in sent]
    points |= {data[i : i + 32] for form in forms for data in [wire.unpacked("points", form)] for i in range(0, len(data), 32)}
    assert len(points) == 4 * (2 * len(HERE) + len(THERE))
    for people, side in ((HERE, comparing.Side.ASKING), (THERE, comparing.Side.ASKED)):
        texts = comparing.texts_of(comparing.listed(people, Names()), side, By.FULL_NAME, context)
        assert points.isdisjoint(map(point_of, texts))


def test_two_comparisons_of_the_same_people_have_nothing_in_common():
    front, _ = pair()
    compared(front)
    compared(front)
    forms = [dict(parse_form(question.request.body.decode())) for question in front.asked if hasattr(question, "request")]
    first, second = [form["points0"] for form in forms if form["step"] == "blind"]
    assert first != second
    assert len({form["session"] for form in forms if "session" in form}) == 2


def test_the_order_tells_nothing():
    """Points are sent in their own order, not in that of the people."""
    front, _ = pair()
    compared(front)
    (form,) = [
        form for question in front.asked if hasattr(question, "request")
        for form in [dict(parse_form(question.request.body.decode()))] if form["step"] == "blind"
    ]  # fmt: skip
    data = wire.unpacked("points", form)
    points = [data[start : start + 32] for start in range(0, len(data), 32)]
    assert points == sorted(points)


# ---- what is written down


def test_both_sides_write_down_who_asked_and_how_much_and_no_name():
    front, wiki = pair()
    compared(front)
    (ours,) = front.entries
    assert (ours.kind, ours.outcome, ours.actor, ours.link) == ("people compared", "done", "root", "Wiki")
    assert dict(ours.checks)["here"] == "5"
    begun, done = wiki.entries
    assert (begun.outcome, dict(begun.checks)) == ("begun", {"here": "6", "there": "5"})
    assert (done.kind, done.outcome, done.link, dict(done.checks)["another"]) == ("people compared", "done", "Front", "1")
    assert "alice" not in repr((ours, begun, done)).lower()


def test_a_comparison_that_failed_is_written_down_and_keeps_the_last_one():
    front, wiki = pair()
    before = compared(front)
    wiki.lists_people = False
    with pytest.raises(CannotCompare):
        compared(front)
    assert front.outcomes("people compared") == ["done", "cannot-compare"]
    assert front.comparisons[wiki.identity.id] == before


# ---- who cannot


def test_an_application_that_cannot_list_its_people_is_told_on_the_side_that_asks():
    front, wiki = pair()
    front.lists_people = False
    with pytest.raises(CannotCompare, match="This application cannot list its people"):
        compared(front)
    assert not wiki.asked, "and nobody is bothered"
    front.lists_people, wiki.lists_people = True, False
    with pytest.raises(CannotCompare, match="'Wiki' cannot compare its people") as cannot:
        compared(front)
    assert "everyone()" in cannot.value.remedy


@pytest.mark.parametrize("status", [302, 403, 404, 405, 501])
def test_a_product_that_knows_nothing_of_it_is_told_apart_from_a_failure(status):
    front, _ = pair()
    tampering(front, lambda step, answer: Response(status, (("content-type", "text/html"),), b"<html>"))
    with pytest.raises(CannotCompare, match="'Wiki' cannot compare") as cannot:
        compared(front)
    assert "this package" in cannot.value.remedy


@pytest.mark.parametrize("level", [Level.DISABLED, Level.TRUSTED, Level.BASIC])
def test_a_link_that_is_not_by_oauth_compares_nobody(level):
    front, wiki = pair()
    front.save(replace(front.link("Wiki"), outgoing=replace(front.link("Wiki").outgoing, level=level)))
    with pytest.raises(MechanismMissing, match="over OAuth"):
        compared(front)
    assert not wiki.asked


def test_a_link_that_is_disabled_over_there_is_refused_as_for_any_call():
    """T-23"""
    front, wiki = pair()
    wiki.save(replace(wiki.link("Front"), incoming=replace(wiki.link("Front").incoming, level=Level.DISABLED)))
    with pytest.raises(AccessRefused, match="signature_invalid"):
        compared(front)
    assert not wiki.entries


# ---- a far side that does not keep to it


@pytest.mark.parametrize(
    ("step", "body", "why"),
    [
        ("begin", b"{}", "not what begins"),
        ("begin", wire.Begun("s", "s", 50_001, "full_name").to_json(), "50001 people"),
        ("begin", wire.Begun("s", "s", 3, "email").to_json(), "by email"),
        ("begin", wire.Begun("s", "s", 3, "shoe size").to_json(), "shoe size"),
        ("blind", b"", "0 bytes in place of 20 points"),
        ("blind", bytes(32) * 21, "672 bytes"),
        ("blind", bytes(32) * 20, "several texts"),
        ("list", bytes(32) * 24, "low order"),
        ("list", point_of(b"x") * 24, "several texts"),
        ("list", b"x" * (1024 * 1024), "1048576 bytes in place of 24 points"),
    ],
)
def test_nothing_is_kept_of_a_comparison_that_the_other_side_breaks(step, body, why):
    front, _ = pair()
    tampering(front, lambda now, answer: Response(200, (), body) if now == step else answer)
    with pytest.raises(MalformedAnswer, match=why):
        compared(front)
    assert not front.comparisons
    assert front.outcomes("people compared") == ["malformed-answer"]


def test_a_side_that_gives_our_own_points_back_as_its_people_has_none_of_them():
    front, _ = pair()
    ours: list[bytes] = []

    def reflecting(step: str, answer: Response) -> Response:
        if step == "blind":
            form = dict(parse_form(front.asked[-1].request.body.decode()))
            ours.append(wire.unpacked("points", form))
        if step == "begin":
            begun = wire.Begun.from_json(answer.body)
            return Response(200, (), wire.Begun(begun.session, begun.salt, len(HERE), "full_name").to_json())
        if step == "list":
            return Response(200, (), ours[0])
        return Response(200, ()) if step == "end" else answer

    tampering(front, reflecting)
    assert compared(front).counts[Verdict.MISSING] == len(HERE)


def test_somebody_who_comes_while_people_are_compared_makes_it_begin_again():
    front, wiki = pair()

    def changing(step: str, answer: Response) -> Response:
        wiki.people["new"] = Person("new")
        return answer

    tampering(front, changing)
    with pytest.raises(FarSideError, match="Somebody came") as changed:
        compared(front)
    assert changed.value.status == 409
    assert not front.comparisons
    assert not wiki.comparisons


def test_a_name_that_is_mapped_meanwhile_makes_it_begin_again():
    front, _ = pair()

    def mapping(step: str, answer: Response) -> Response:
        names = Names((("carol", "cclark"),))
        front.save(replace(front.link("Wiki"), same_users=SameUsers(True, "root", 1, names=names)))
        return answer

    tampering(front, mapping)
    with pytest.raises(CannotCompare, match="was changed while"):
        compared(front)
    assert not front.comparisons


def test_a_far_side_that_goes_away_leaves_all_as_it_was():
    front, _ = pair()

    def away(step: str, answer: Response) -> Response:
        if step == "end":
            raise TransportFailed("gone")
        return answer

    tampering(front, away)
    with pytest.raises(TransportFailed):
        compared(front)
    assert not front.comparisons


def test_a_complaint_about_our_clock_is_learnt():
    front, wiki = pair()
    front.now += 600
    assert said(compared(front))["alice"] is Verdict.PROVEN
    assert front.skews[wiki.identity.id] == pytest.approx(600, abs=1)


def test_a_link_without_an_answer_about_its_users_is_compared_like_any_other():
    front, wiki = pair()
    front.save(replace(link_to(wiki), same_users=None))
    assert said(compared(front))["alice"] is Verdict.PROVEN
