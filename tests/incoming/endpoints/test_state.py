"""`/rest/applinks-pairing/1.0/state`: a stranger learns nothing, not by the answer nor by what is done for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from applinks.incoming import receive
from applinks.incoming.replay import ASKS
from applinks.links import STATE_PATH, FactsFor, Level, SealFor, State, unseal
from applinks.mechanisms import NOBODYS_KEY
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Request, Response
from applinks.wire.oauth1 import SignatureMethod
from in_memory import InMemory, link_to

STRANGER = "7c4b6a52-2f5d-4d0c-9c53-0d8f1c7b0f11"


@pytest.fixture
def front() -> InMemory:
    return InMemory("Front")


@pytest.fixture
def wiki(front: InMemory) -> InMemory:
    made = InMemory("Wiki")
    made.save(link_to(front))
    return made


def ask(us: InMemory, query: str, method: str = "GET") -> Response:
    return us.run(receive(Request(method, f"{us.identity.url}/{STATE_PATH}{query}")))


def test_whoever_is_linked_reads_how_the_link_stands_there(front: InMemory, wiki: InMemory):
    answer = ask(wiki, f"?id={front.identity.id}")
    assert (answer.status, answer.header("content-type"), answer.header("cache-control")) == (
        200,
        "application/jose",
        "no-store",
    )
    told = State.from_json(unseal(answer.body, front.key))
    assert told == State.of(wiki.link("Front"), wiki.identity, wiki.key.public, wiki.now, told.version, told.mechanisms)
    assert told.mechanisms == ("2LOi", "3LO", "2LO")


def test_nobody_else_does(front: InMemory, wiki: InMemory):
    assert unseal(ask(wiki, f"?id={front.identity.id}").body, InMemory("Tracker").key) is None


def test_a_stranger_gets_as_much_for_the_same_questions(front: InMemory, wiki: InMemory):
    answers, asked = [], []
    for asking in (front.identity.id, STRANGER):
        wiki.asked.clear()
        answers.append(ask(wiki, f"?id={asking}"))
        asked.append([type(question) for question in wiki.asked])
    assert asked[0] == asked[1]
    assert {SealFor, FactsFor} <= set(asked[1])
    known, unknown = answers
    assert (known.status, known.headers, len(known.body)) == (unknown.status, unknown.headers, len(unknown.body))


def test_for_a_stranger_it_is_sealed_for_a_key_that_nobody_has(wiki: InMemory):
    ask(wiki, f"?id={STRANGER}")
    (sealed,) = [question for question in wiki.asked if isinstance(question, SealFor)]
    assert sealed.public_key == NOBODYS_KEY
    assert b"Front" not in sealed.content


def test_so_it_is_for_a_link_without_a_key_and_for_a_key_of_another_size(front: InMemory, wiki: InMemory):
    """T-53: the size would tell."""
    small = PrivateKey(rsa.generate_private_key(public_exponent=65537, key_size=1024)).public.text
    link = wiki.link("Front")
    for incoming in (
        replace(link.incoming, public_key=None, signature_method=SignatureMethod.HMAC_SHA256),
        replace(link.incoming, public_key=small),
    ):
        wiki.links[link.id] = replace(link, incoming=incoming)
        wiki.asked.clear()
        ask(wiki, f"?id={front.identity.id}")
        (sealed,) = [question for question in wiki.asked if isinstance(question, SealFor)]
        assert sealed.public_key == NOBODYS_KEY
        assert b"Front" not in sealed.content


def test_a_disabled_link_is_told_to_its_other_end(front: InMemory, wiki: InMemory):
    link = wiki.link("Front")
    wiki.links[link.id] = replace(link, incoming=replace(link.incoming, level=Level.DISABLED))
    assert State.from_json(unseal(ask(wiki, f"?id={front.identity.id}").body, front.key)).incoming == "disabled"


@pytest.mark.parametrize(
    "query", ["", "?", "?id=", "?id=1", "?id=*", f"?id={STRANGER}x", f"?xid={STRANGER}", "?id=" + "0" * 9000]
)
def test_without_an_id_there_is_nothing_to_answer(wiki: InMemory, query: str):
    assert ask(wiki, query).status == 400
    assert FactsFor not in [type(question) for question in wiki.asked]


def test_only_get_is_answered(wiki: InMemory):
    answer = ask(wiki, f"?id={STRANGER}", "POST")
    assert (answer.status, answer.header("allow")) == (405, "GET")


def test_it_is_answered_a_few_times_in_a_second_and_anew_in_the_next(front: InMemory, wiki: InMemory):
    for asking in (STRANGER, front.identity.id):
        assert [ask(wiki, f"?id={asking}").status for _ in range(ASKS + 1)] == [200] * ASKS + [429]
    assert ask(wiki, f"?id={STRANGER}").header("retry-after") == "1"
    wiki.now += 1
    assert ask(wiki, f"?id={STRANGER}").status == 200


def test_it_leaves_no_record(wiki: InMemory):
    """Decision 0008."""
    ask(wiki, f"?id={STRANGER}")
    assert wiki.entries == []
