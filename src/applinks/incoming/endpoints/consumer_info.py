"""`/plugins/servlet/oauth/consumer-info`: the key by which others verify us, told to anybody (protocol.md 5)."""

from __future__ import annotations

from applinks.incoming.endpoints.visit import Visit
from applinks.links import OurKey
from applinks.questions import Flow
from applinks.wire import consumer_info
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Response

PATHS = ("/plugins/servlet/oauth/consumer-info",)


def serve(visit: Visit) -> Flow[Response]:
    """Our consumer key, name and public key."""
    key: PrivateKey = yield OurKey()
    us = visit.identity
    info = consumer_info.ConsumerInfo(us.consumer_key, us.name, key.public.text, f"{us.name} at {us.url}", None)
    return Response(200, (("content-type", "application/xml;charset=UTF-8"),), consumer_info.write(info))
