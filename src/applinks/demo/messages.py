"""What a page tells the person who looks at it: one message above everything else, of one of four kinds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from applinks import AppLinks, AsyncAppLinks, ConsentGiven, CredentialsRequired


class Kind(StrEnum):
    """How much it matters."""

    SUCCESS = "success"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """What is shown is text; `address` becomes a link if it is a web address, `label` says what the link does."""

    kind: str
    text: str
    address: str | None = None
    label: str | None = None
    lead: str | None = None
    detail: str | None = None

    @property
    def role(self) -> str:
        """For those who cannot see the page: warnings and errors interrupt them, the others wait."""
        return "alert" if self.kind in {Kind.WARNING, Kind.ERROR} else "status"


def about(trouble: Exception, back: str) -> Message:
    """Why something was not done. Where only consent is missing: where to give it; afterwards one is `back` on that page."""
    if not isinstance(trouble, CredentialsRequired):
        return Message(Kind.ERROR, str(trouble), lead="This was not done.")
    return Message(
        Kind.WARNING,
        f"{trouble.link} does not know that you want this. Allow it there first, then try again here.",
        address=trouble.returning_to(back),
        label=f"Allow it in {trouble.link}",
        lead="Not done yet.",
        detail=trouble.message,
    )


class JustAllowed:
    """Hears who has allowed something in another application, to tell them on the next page that they see here."""

    def __init__(self, applinks: AppLinks | AsyncAppLinks) -> None:
        self._links: dict[str, str] = {}
        applinks.listen(ConsentGiven, self._hear)

    def _hear(self, fact: ConsentGiven) -> None:
        self._links[fact.user] = fact.link

    def message(self, user: str) -> Message | None:
        """What to tell this person, once."""
        link = self._links.pop(user, None)
        return (
            Message(
                Kind.INFO,
                f"This application can act as you in {link} now. What scripts waited for goes on by itself.",
                lead="Allowed.",
            )
            if link
            else None
        )
