"""What each of our own endpoints is given, and how they answer in JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from applinks.incoming.principal import Principal
from applinks.links import Identity
from applinks.mechanisms import MECHANISMS, Mechanism
from applinks.wire.messages import Pairs, Request, Response


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


def answer(status: int, body: dict[str, Any], *headers: tuple[str, str]) -> Response:
    """An answer to another application of ours, as JSON."""
    fixed: Pairs = (("content-type", "application/json"), ("cache-control", "no-store"))
    return Response(status, (*fixed, *headers), json.dumps(body).encode())
