"""Every client that is known here, for tests that run with each of them."""

from peers.in_other_languages import OTHERS
from peers.in_python import PYTHON

PEERS = [*PYTHON, *OTHERS]
DANCERS = [peer for peer in PEERS if peer.dances]
