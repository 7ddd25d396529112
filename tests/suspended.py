"""An application whose outgoing trust is suspended."""

from dataclasses import replace

from applinks.links import Suspension
from in_memory import NOW, InMemory


def suspend(us: InMemory) -> InMemory:
    us.identity = replace(us.identity, suspension=Suspension(NOW, "the database lies elsewhere"))
    return us
