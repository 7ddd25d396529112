"""Two applications, and the two halves of a mechanism between them: one proves, the other examines."""

from __future__ import annotations

from typing import Any

from applinks.errors import NotAdmitted
from applinks.links import FactsFor, Grant, Level, Link, digest_of
from applinks.mechanisms import Candidate, Mechanism, Objection, Presented, Proof
from applinks.wire import oauth1
from applinks.wire.messages import Request
from in_memory import InMemory, linked

URL = "https://wiki.example.com/rest/api/content"


class Pair:
    """Front calls Wiki over a link: `ours` is Front's end, `theirs` Wiki's."""

    def __init__(self, mechanism: Mechanism, level: Level = Level.OAUTH, **terms: Any) -> None:
        self.mechanism = mechanism
        self.front = InMemory("Front", type="jira")
        self.wiki = InMemory("Wiki", type="confluence")
        linked(self.front, self.wiki, level=level, **terms)

    @property
    def ours(self) -> Link:
        return self.front.link("Wiki")

    @property
    def theirs(self) -> Link:
        return self.wiki.link("Front")

    def objection(self, user: str = "alice") -> Objection | None:
        return self.mechanism.objection(self.front.answer(FactsFor(self.ours.id, user)), user)

    def proof(self, request: Request | None = None, user: str = "alice") -> Proof:
        facts = self.front.answer(FactsFor(self.ours.id, user))
        return self.front.run(self.mechanism.prove(request or Request("GET", URL), facts, user))

    def proven(self, request: Request | None = None, user: str = "alice") -> Request:
        return self.proof(request, user).request

    def examined(self, request: Request) -> Candidate:
        """What Wiki makes of it, up to the point where its nonce would be spent."""
        presented = Presented(request, oauth1.read(request))
        assert self.mechanism.recognise(presented)
        link = self.wiki.answer(self.mechanism.sender(presented))
        return self.wiki.run(self.mechanism.accept(presented, link, self.wiki.now))

    def give(self, user: str, token: str, *, secret: str = "", link: Link | None = None, life: int = 3600) -> Grant:
        """A grant of Wiki's user, in return for this access token."""
        now, link = int(self.wiki.now), link or self.theirs
        grant = Grant(token, link.id, user, digest_of(token), secret, digest_of("h"), now, now + life, now + 2 * life)
        self.wiki.grants[grant.id] = grant
        return grant


def refusal(candidate: Candidate) -> NotAdmitted:
    """Why it is not admitted."""
    found = candidate.refusal or candidate.objection
    assert found is not None, candidate
    return found


def problem(candidate: Candidate) -> str:
    return refusal(candidate).problem
