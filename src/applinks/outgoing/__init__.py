"""The road of a call to a linked application."""

from applinks.outgoing import dance
from applinks.outgoing.call import facts_of
from applinks.outgoing.connections import Connections
from applinks.outgoing.fetch import fetch, fetch_async
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.linked import AsyncLinkedApplication, LinkedApplication, LinkedEntity
from applinks.outgoing.trial import Trial, Tried, trial

__all__ = [
    "ANONYMOUS",
    "AsyncLinkedApplication",
    "Connections",
    "Explanation",
    "LinkedApplication",
    "LinkedEntity",
    "Trial",
    "Tried",
    "dance",
    "facts_of",
    "fetch",
    "fetch_async",
    "trial",
]
