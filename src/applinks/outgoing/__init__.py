"""The road of a call to a linked application."""

from applinks.outgoing import dance, telling, trying
from applinks.outgoing.comparing import compare
from applinks.outgoing.connections import Connections
from applinks.outgoing.fetch import fetch, fetch_async
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.linked import AsyncLinkedApplication, LinkedApplication, LinkedEntity
from applinks.outgoing.send import is_proven
from applinks.outgoing.telling import AddressTold, Deleted
from applinks.outgoing.trying import Tried

__all__ = [
    "ANONYMOUS",
    "AddressTold",
    "AsyncLinkedApplication",
    "Connections",
    "Deleted",
    "Explanation",
    "LinkedApplication",
    "LinkedEntity",
    "Tried",
    "compare",
    "dance",
    "fetch",
    "fetch_async",
    "is_proven",
    "telling",
    "trying",
]
