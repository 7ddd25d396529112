"""Every client that is known here, for tests that run with each of them."""

import pytest

from peers.client import IN_HEADER, METHODS, NOWHERE
from peers.in_other_languages import OTHERS
from peers.in_python import PYTHON

PEERS = [*PYTHON, *OTHERS]
SOMEBODY = PEERS[0]
"""For steps that are not what a test is about."""
DANCERS = [peer for peer in PEERS if peer.dances]
TWO_LEGGED = [peer for peer in PEERS if peer.empty_token != NOWHERE]
SENDS_EMPTY_TOKEN = [peer for peer in PEERS if peer.empty_token == IN_HEADER]

by_each = pytest.mark.parametrize("peer", DANCERS, ids=str)
"""By each client that fetches tokens."""


def by_each_method(peers):
    """By each of these clients, with each method that it knows."""
    cells = [(peer, method) for peer in peers for method in METHODS if method in peer.signs_by]
    return pytest.mark.parametrize(("peer", "method"), cells, ids=str)
