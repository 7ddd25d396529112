"""The road of a request that comes in."""

from applinks.incoming import consent
from applinks.incoming.principal import Principal
from applinks.incoming.receive import BODY_LIMIT, concerns_us, receive, wants_body
from applinks.incoming.replay import SpendNonce

__all__ = ["BODY_LIMIT", "Principal", "SpendNonce", "concerns_us", "consent", "receive", "wants_body"]
