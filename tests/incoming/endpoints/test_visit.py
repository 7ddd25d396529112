"""What an endpoint of ours is given."""

from __future__ import annotations

import pytest

from applinks.incoming.endpoints import ENDPOINTS, Visit
from applinks.wire.messages import Request, Response
from incoming.senders import BASE, outcome, signed, wiki


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[Visit]:
    """An endpoint more, which keeps what it is given."""
    kept: list[Visit] = []

    def serve(visit: Visit):
        kept.append(visit)
        return Response(204)
        yield

    monkeypatch.setitem(ENDPOINTS, "/probe", serve)
    return kept


def test_a_visitor_who_was_admitted_comes_with_who_they_are(visits):
    called, front = wiki()
    request = signed(front, Request("GET", f"{BASE}/probe?a=1"))
    assert outcome(called, request) == Response(204)
    (visit,) = visits
    assert (visit.request, visit.path, visit.identity) == (request, "/probe", called.identity)
    assert visit.principal.person.name == "alice"


def test_anybody_else_comes_as_nobody(visits):
    called, _ = wiki()
    assert outcome(called, Request("GET", f"{BASE}/probe")) == Response(204)
    assert visits[0].principal is None


def test_who_is_refused_does_not_come_at_all(visits):
    called, front = wiki()
    assert outcome(called, signed(front, Request("GET", f"{BASE}/probe"), user="ghost")).status == 401
    assert visits == []
