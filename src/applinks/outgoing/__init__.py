"""The road of a call to a linked application."""

from applinks.outgoing import dance, trying
from applinks.outgoing.connections import Connections
from applinks.outgoing.fetch import fetch, fetch_async
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.linked import AsyncLinkedApplication, LinkedApplication, LinkedEntity
from applinks.outgoing.trying import Tried

__all__ = [
    "ANONYMOUS",
    "AsyncLinkedApplication",
    "Connections",
    "Explanation",
    "LinkedApplication",
    "LinkedEntity",
    "Tried",
    "dance",
    "fetch",
    "fetch_async",
    "trying",
]
