"""The road of a call to a linked application."""

from applinks.outgoing import dance
from applinks.outgoing.connections import Connections
from applinks.outgoing.entered import Check, Checked, check_entered
from applinks.outgoing.fetch import fetch, fetch_async
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.linked import AsyncLinkedApplication, LinkedApplication, LinkedEntity

__all__ = [
    "ANONYMOUS",
    "AsyncLinkedApplication",
    "Check",
    "Checked",
    "Connections",
    "Explanation",
    "LinkedApplication",
    "LinkedEntity",
    "check_entered",
    "dance",
    "fetch",
    "fetch_async",
]
