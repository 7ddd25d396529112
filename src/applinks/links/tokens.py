"""What we hold on the calling side: a person's consent as an access token, and the dance that leads to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from applinks.questions import Question


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A person's consent, as the far side gave it to us. Times are seconds since the epoch; None where it did not say.

    `expires_at` ends the token, `ends_at` the authorization: in between, `session_handle` renews it (protocol.md 1.7).
    """

    link_id: str
    user: str
    token: str = field(repr=False)
    secret: str = field(repr=False)
    made_at: int
    session_handle: str | None = field(default=None, repr=False)
    expires_at: int | None = None
    ends_at: int | None = None

    def holds(self, now: float) -> bool:
        """Whether it may still be used as it is."""
        return self.expires_at is None or now < self.expires_at

    def renewable(self, now: float) -> bool:
        """Whether it may be renewed without asking the person."""
        return self.session_handle is not None and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class KeepToken(Question):
    """Keep this token in place of the one that its person had for its link, before it is used. The answer is None."""

    token: AccessToken


@dataclass(frozen=True, slots=True)
class ForgetToken(Question):
    """Forget a person's token for a link; if `token` is given, only if it is that one. The answer: whether it was there."""

    link_id: str
    user: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """That a person lets us act for them over there, without what proves it; seconds since the epoch."""

    link_id: str
    user: str
    made_at: int
    expires_at: int | None
    ends_at: int | None


@dataclass(frozen=True, slots=True)
class ConsentsHeld(Question):
    """The `Consent`s for which we hold tokens, as a tuple, the newest first: of one person, of one link, or all."""

    user: str | None = None
    link_id: str | None = None


@dataclass(frozen=True, slots=True)
class TakeTurn(Question):
    """Whether nobody else has taken the turn of this name yet: True or False, decided by one atomic write.

    It may be forgotten once `keep_until` (seconds since the epoch) has passed.
    """

    name: str
    keep_until: int

    durable = False


@dataclass(frozen=True, slots=True)
class Dance:
    """A dance that has begun: for whom, with which request token, and where the person wanted to go afterwards.

    `state` names it in the callback's address. `until` is in seconds since the epoch.
    """

    state: str = field(repr=False)
    link_id: str
    user: str
    token: str = field(repr=False)
    secret: str = field(repr=False)
    return_to: str
    until: int


@dataclass(frozen=True, slots=True)
class KeepDance(Question):
    """Keep a dance that has begun. The answer is None."""

    dance: Dance


@dataclass(frozen=True, slots=True)
class DanceOf(Question):
    """The `Dance` of that state, or None."""

    state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndDance(Question):
    """End the dance of that state. The answer: whether it was there, True for one caller only."""

    state: str = field(repr=False)
