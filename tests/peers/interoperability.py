"""The tables of `docs/reference/interoperability.md`, made from what the tests run with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from peers.client import METHODS, Peer
from peers.known import PEERS, TWO_LEGGED
from peers.reference_provider import PROVIDERS
from peers.test_our_consumer import METHODS_OF_PROVIDERS

YES, TOKEN, NO = "yes", "token", "–"


def clients() -> str:
    """Each client, flow and method: what `test_served_to_others.py` proves, and `test_refused_to_others.py` of what it cannot."""
    rows = [(peer.name, peer.language, flow, *_cells(peer, word)) for peer in PEERS for flow, word in _flows(peer)]
    return _table(("Client", "Language", "Flow", *METHODS), rows)


def providers() -> str:
    """Each provider, flow and method: what `test_our_consumer.py` proves."""
    rows = []
    for name in [*PROVIDERS, "ours"]:
        for flow in ("3LO", "2LO", "2LOi"):
            known = METHODS_OF_PROVIDERS.get(name, METHODS)
            there = flow == "3LO" or name == "ours"
            rows.append((name, flow, *(YES if there and method in known else NO for method in METHODS)))
    return _table(("Provider", "Flow", *METHODS), rows)


def remarks() -> str:
    """What each client does otherwise than one would think."""
    return "\n".join(f"- **{peer.name}** {peer.remark}" for peer in PEERS)


def _flows(peer: Peer) -> Iterable[tuple[str, str]]:
    yield "3LO", YES if peer.dances else TOKEN
    for flow in ("2LO", "2LOi"):
        yield flow, f"{YES}, {peer.empty_token}" if peer in TWO_LEGGED else NO


def _cells(peer: Peer, word: str) -> Iterable[str]:
    return (word if method in peer.signs_by else NO for method in METHODS)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
