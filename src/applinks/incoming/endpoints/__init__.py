"""Our own endpoints, one file each: a tuple of `PATHS` and a flow `serve(visit) -> Response`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from applinks.incoming.endpoints import consumer_info, manifest, pairing, whoami
from applinks.incoming.endpoints.visit import Visit
from applinks.questions import Flow
from applinks.wire.messages import Response

Endpoint = Callable[[Visit], Flow[Response]]

ENDPOINTS: Final[dict[str, Endpoint]] = {
    path: endpoint.serve for endpoint in (manifest, consumer_info, whoami, pairing) for path in endpoint.PATHS
}
"""Path below our address → who serves it."""

__all__ = ["ENDPOINTS", "Visit"]
