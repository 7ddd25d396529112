"""Requests that we sign for ourselves: the key that is accepted over there is found, and no more of them are tried than must be."""

from __future__ import annotations

from typing import Any

from applinks.links import Facts, FactsFor, OurKeys, SigningKey, signing_keys
from applinks.outgoing import ourselves
from applinks.questions import Ask, Flow, drive
from applinks.wire import oauth1, problems
from applinks.wire.messages import Request, Response
from in_memory import InMemory, link_to

BASE = "https://wiki.example.com"


def rotated(times: int) -> tuple[InMemory, str]:
    us = InMemory("Front")
    link = us.save(link_to(InMemory("Wiki")))
    for _ in range(times):
        us.run(signing_keys.rotate(by="root"))
    return us, link.id


def asked(us: InMemory, link_id: str, known: SigningKey, then: Response) -> tuple[Response, list[str]]:
    """The far side knows one key; each request tells by which one it was made."""
    facts: Facts = us.answer(FactsFor(link_id))
    names: list[str] = []

    def answer(question: Any) -> Any:
        if not isinstance(question, Ask):
            return us.answer(question)
        claim = oauth1.read(question.request, token_needed=False)
        names.append(dict(claim.parameters)["by"])
        return then if oauth1.verify(claim, known.key.public) else problems.refusal(BASE, "signature_invalid")

    def made(tried: Facts) -> Request:
        return Request("POST", f"{BASE}/rest/x?by={tried.key.public.fingerprint[-4:].replace(':', '')}")

    return drive(ourselves.ask(made, facts, token=None), answer), names


def test_each_request_is_made_for_the_key_that_signs_it():
    us, link_id = rotated(2)
    newest, middle, oldest = us.run(our_keys())
    response, names = asked(us, link_id, middle, Response(200))
    assert response.status == 200
    ends = [key.fingerprint[-4:].replace(":", "") for key in (oldest, newest, middle)]
    assert names == ends, "that of the link, then the newest, then the one before"
    assert us.answer(FactsFor(link_id)).key == middle.key


def test_a_key_that_was_accepted_is_kept_even_if_what_was_asked_is_not_allowed():
    us, link_id = rotated(2)
    newest, _, _ = us.run(our_keys())
    response, names = asked(us, link_id, newest, problems.refusal(BASE, "permission_denied"))
    assert response.status == 401
    assert len(names) == 2
    assert us.answer(FactsFor(link_id)).key == newest.key


def our_keys() -> Flow[tuple[SigningKey, ...]]:
    return (yield OurKeys())
