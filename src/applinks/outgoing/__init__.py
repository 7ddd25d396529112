"""The road of a call to a linked application."""

from applinks.outgoing import dance, reading, telling, trying
from applinks.outgoing.call import facts_of
from applinks.outgoing.comparing import compare
from applinks.outgoing.connections import Connections
from applinks.outgoing.deadline import watched
from applinks.outgoing.entered import Check, Checked, check_entered
from applinks.outgoing.fanning_out import Outcome, Outcomes, fan_out, fan_out_async, in_lane, next_place
from applinks.outgoing.fetch import fetch, fetch_async
from applinks.outgoing.ladder import ANONYMOUS, Explanation
from applinks.outgoing.linked import AsyncLinkedApplication, Caller, LinkedApplication, LinkedEntity
from applinks.outgoing.operations import OPERATIONS_PATH
from applinks.outgoing.send import PROBLEM, LinkAuth, client_options, is_proven
from applinks.outgoing.telling import AddressTold, Deleted
from applinks.outgoing.trying import ActsFor, Trial, Tried, trial

__all__ = [
    "ANONYMOUS",
    "OPERATIONS_PATH",
    "PROBLEM",
    "ActsFor",
    "AddressTold",
    "AsyncLinkedApplication",
    "Caller",
    "Check",
    "Checked",
    "Connections",
    "Deleted",
    "Explanation",
    "LinkAuth",
    "LinkedApplication",
    "LinkedEntity",
    "Outcome",
    "Outcomes",
    "Trial",
    "Tried",
    "check_entered",
    "client_options",
    "compare",
    "dance",
    "facts_of",
    "fan_out",
    "fan_out_async",
    "fetch",
    "fetch_async",
    "in_lane",
    "is_proven",
    "next_place",
    "reading",
    "telling",
    "trial",
    "trying",
    "watched",
]
