"""The secrets of a link: set through every door, shown through none (R-16, R-48).

A secret is kept for one use and one origin. When the link's application URL comes to lie elsewhere, or the level means another
use, the old secret is not found any more: it is never sent to a place that it was not entered for (security.md T-37).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from applinks.questions import Question


class SecretUse(StrEnum):
    """What a secret is for. Outgoing ones prove us to the other application, incoming ones the other application to us."""

    OUTGOING_OAUTH = "outgoing oauth"
    INCOMING_OAUTH = "incoming oauth"
    OUTGOING_BASIC = "outgoing basic"
    INCOMING_BASIC = "incoming basic"


@dataclass(frozen=True, slots=True)
class KeepSecret(Question):
    """Keep a secret of a link, sealed, in place of an older one for that use; None removes it. The answer is None."""

    link_id: str
    use: SecretUse
    origin: str
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecretOf(Question):
    """The secret of a link for this use at this origin, or None."""

    link_id: str
    use: SecretUse
    origin: str
