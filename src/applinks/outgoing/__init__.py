"""The road of a call to a linked application."""

from applinks.outgoing.ladder import ANONYMOUS, Explanation, Rung
from applinks.outgoing.linked import AsyncLinkedApplication, LinkedApplication, Side
from applinks.outgoing.send import client_options, transport_failure

__all__ = [
    "ANONYMOUS",
    "AsyncLinkedApplication",
    "Explanation",
    "LinkedApplication",
    "Rung",
    "Side",
    "client_options",
    "transport_failure",
]
