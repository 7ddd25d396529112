"""The road of a call to a linked application."""

from applinks.outgoing import dance, telling, trying
from applinks.outgoing.call import facts_of
from applinks.outgoing.comparing import compare
from applinks.outgoing.connections import Connections
from applinks.outgoing.entered import Check, Checked, check_entered
from applinks.outgoing.fetch import fetch, fetch_async
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.linked import AsyncLinkedApplication, Caller, LinkedApplication, LinkedEntity
from applinks.outgoing.send import is_proven
from applinks.outgoing.telling import AddressTold, Deleted
from applinks.outgoing.trying import ActsFor, Trial, Tried, trial

__all__ = [
    "ANONYMOUS",
    "ActsFor",
    "AddressTold",
    "AsyncLinkedApplication",
    "Caller",
    "Check",
    "Checked",
    "Connections",
    "Deleted",
    "Explanation",
    "LinkedApplication",
    "LinkedEntity",
    "Trial",
    "Tried",
    "check_entered",
    "compare",
    "dance",
    "facts_of",
    "fetch",
    "fetch_async",
    "is_proven",
    "telling",
    "trial",
    "trying",
]
