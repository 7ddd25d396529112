"""`/plugins/servlet/applinks/whoami`: as whom a request over a link was admitted, in plain text (protocol.md 9.1)."""

from __future__ import annotations

from applinks.incoming.endpoints.visit import Visit
from applinks.questions import Flow
from applinks.wire.messages import Response

PATHS = ("/plugins/servlet/applinks/whoami",)


def serve(visit: Visit) -> Flow[Response]:
    """The user name, or nothing for a request that came over no link."""
    yield from ()
    name = visit.principal.witness if visit.principal else ""
    return Response(200, (("content-type", "text/plain;charset=UTF-8"),), name.encode())
