"""`/admin/appTrustCertificate`: our id and key as a trusted application, where that is loaded (protocol.md 2.5)."""

from __future__ import annotations

from applinks.incoming.endpoints.visit import Visit
from applinks.links import OurKey
from applinks.mechanisms import TRUSTED, names_of
from applinks.questions import Flow
from applinks.wire import trusted_apps
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Response

PATHS = (f"/{trusted_apps.CERTIFICATE_PATH}",)


def serve(visit: Visit) -> Flow[Response]:
    """Four lines of plain text; 404 where Trusted Applications are not loaded."""
    headers = (("content-type", "text/plain;charset=UTF-8"),)
    if TRUSTED not in names_of(visit.mechanisms):
        return Response(404, headers, b"This application is no trusted application.")
    key: PrivateKey = yield OurKey()
    us = trusted_apps.TrustedApplication(visit.identity.consumer_key, key.public)
    return Response(200, headers, trusted_apps.publish(us))
