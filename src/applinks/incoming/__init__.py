"""The road of a request that comes in."""

from applinks.incoming import automation, consent, first_administrator, sessions
from applinks.incoming.automation import (
    Automation,
    AutomationToken,
    AutomationTokenOf,
    AutomationTokens,
    KeepAutomationToken,
    NoteUse,
    RevokeAutomationToken,
    TokenMade,
)
from applinks.incoming.by_itself import told_by_itself
from applinks.incoming.endpoints.access_token import SESSION_LIFE
from applinks.incoming.first_administrator import InvitationStands, KeepInvitation, SetUp
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
from applinks.incoming.replay import SECRETS, SpendNonce, may_compare_a_secret, may_confirm
from applinks.incoming.sessions import BeginSession, EndSession, NoteSession, Session, SessionOf, SignedIn

__all__ = [
    "BODY_LIMIT",
    "KEPT_FOR",
    "KEPT_OF_EACH",
    "PAUSE",
    "SECRETS",
    "SESSION_LIFE",
    "Automation",
    "AutomationToken",
    "AutomationTokenOf",
    "AutomationTokens",
    "BeginSession",
    "EndSession",
    "InvitationStands",
    "KeepAutomationToken",
    "KeepInvitation",
    "KeepRefusal",
    "NoteSession",
    "NoteUse",
    "Principal",
    "Refusal",
    "RefusalOf",
    "Refusals",
    "RememberRefusal",
    "RevokeAutomationToken",
    "Session",
    "SessionOf",
    "SetUp",
    "SignedIn",
    "SpendNonce",
    "TokenMade",
    "automation",
    "concerns_us",
    "consent",
    "first_administrator",
    "may_compare_a_secret",
    "may_confirm",
    "receive",
    "remember",
    "sessions",
    "told_by_itself",
    "wants_body",
]
