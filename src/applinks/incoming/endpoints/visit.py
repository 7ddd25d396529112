"""What each of our own endpoints is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from applinks.incoming.principal import Principal
from applinks.links import Identity
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.wire.messages import Request


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to one of our own endpoints: `path` is the part below our address, `principal` whoever was admitted.

    `mechanisms` are those that this application has loaded.
    """

    request: Request
    path: str
    identity: Identity
    principal: Principal | None
    mechanisms: Sequence[Mechanism] = MECHANISMS
