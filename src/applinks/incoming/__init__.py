"""The road of a request that comes in."""

from applinks.incoming import consent
from applinks.incoming.endpoints.access_token import SESSION_LIFE
from applinks.incoming.principal import Principal
from applinks.incoming.receive import BODY_LIMIT, concerns_us, receive, wants_body
from applinks.incoming.replay import SpendNonce, may_try_to_sign_in

__all__ = [
    "BODY_LIMIT",
    "SESSION_LIFE",
    "Principal",
    "SpendNonce",
    "concerns_us",
    "consent",
    "may_try_to_sign_in",
    "receive",
    "wants_body",
]
