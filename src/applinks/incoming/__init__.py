"""The road of a request that comes in."""

from applinks.incoming import consent
from applinks.incoming.endpoints.access_token import SESSION_LIFE
from applinks.incoming.principal import Principal
from applinks.incoming.receive import BODY_LIMIT, concerns_us, receive, wants_body
from applinks.incoming.refusals import (
    KEPT_FOR,
    KEPT_OF_EACH,
    PAUSE,
    KeepRefusal,
    Refusal,
    RefusalOf,
    Refusals,
    RememberRefusal,
    remember,
)
from applinks.incoming.replay import SpendNonce, may_try_to_sign_in

__all__ = [
    "BODY_LIMIT",
    "KEPT_FOR",
    "KEPT_OF_EACH",
    "PAUSE",
    "SESSION_LIFE",
    "KeepRefusal",
    "Principal",
    "Refusal",
    "RefusalOf",
    "Refusals",
    "RememberRefusal",
    "SpendNonce",
    "concerns_us",
    "consent",
    "may_try_to_sign_in",
    "receive",
    "remember",
    "wants_body",
]
