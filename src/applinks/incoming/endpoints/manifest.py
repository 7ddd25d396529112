"""`/rest/applinks/1.0/manifest`: what this application is, told to anybody (protocol.md 4)."""

from __future__ import annotations

from applinks import __version__
from applinks.incoming.endpoints.visit import Visit
from applinks.links import PAIRING_HEADER, PAIRING_VERSION
from applinks.questions import Flow
from applinks.wire import manifest
from applinks.wire.messages import Response

APPLINKS_VERSION = "9.2.2"
"""The version of the products' own plug-in whose formats we speak; callers decide features by it [inferred]."""

PATHS = ("/rest/applinks/1.0/manifest", "/rest/applinks/1.0/manifest.json", "/rest/applinks/latest/manifest")


def manifest_of(visit: Visit) -> manifest.Manifest:
    """This application's manifest."""
    us = visit.identity
    kinds = tuple(mechanism.KIND for mechanism in visit.mechanisms)
    return manifest.Manifest(
        id=us.id,
        name=us.name,
        type=us.type,
        url=us.url,
        version=__version__,
        build_number=1,
        applinks_version=APPLINKS_VERSION,
        incoming=kinds,
        outgoing=kinds,
        public_signup=False,
        icon_url=None,
    )


def serve(visit: Visit) -> Flow[Response]:
    """XML, unless JSON is asked for by its name or by the Accept header. A header of the answer says that we can be paired."""
    yield from ()
    wants_json = visit.path.endswith(".json") or "application/json" in (visit.request.header("accept") or "")
    kind, write = ("application/json", manifest.write_json) if wants_json else ("application/xml", manifest.write_xml)
    headers = (("content-type", f"{kind};charset=UTF-8"), (PAIRING_HEADER, PAIRING_VERSION))
    return Response(200, headers, write(manifest_of(visit)))
