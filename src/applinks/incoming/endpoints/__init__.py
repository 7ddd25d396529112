"""Our own endpoints, one file each: a tuple of `PATHS` and a flow `serve(visit) -> Response`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from applinks.incoming.endpoints import (
    access_token,
    comparing,
    consumer_info,
    deleted,
    manifest,
    new_address,
    new_key,
    pairing,
    proof,
    request_token,
    state,
    trust_certificate,
    whoami,
)
from applinks.incoming.endpoints.visit import Visit
from applinks.questions import Flow
from applinks.wire.messages import Response

Endpoint = Callable[[Visit], Flow[Response]]

_SERVED = (manifest, consumer_info, whoami, pairing, proof, state, trust_certificate)
ENDPOINTS: Final[dict[str, Endpoint]] = {path: endpoint.serve for endpoint in _SERVED for path in endpoint.PATHS}
"""Path below our address → who serves it, after the request was admitted or found to prove nothing."""

TOKEN_ENDPOINTS: Final[dict[str, Endpoint]] = {
    path: endpoint.serve
    for endpoint in (request_token, access_token, comparing, new_key, new_address, deleted)
    for path in endpoint.PATHS
}
"""Those where an application proves only itself, which they verify by themselves: for tokens, and for the link as a whole."""

__all__ = ["ENDPOINTS", "TOKEN_ENDPOINTS", "Visit"]
