"""What the pages of administration call things."""

from __future__ import annotations

from datetime import UTC, datetime

from applinks.audit import Written
from applinks.doctor import Examined, Status
from applinks.links import Level

END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC).timestamp()

LEVELS = {
    Level.DISABLED: "nothing",
    Level.OAUTH: "OAuth",
    Level.OAUTH_IMPERSONATION: "OAuth with impersonation",
    Level.TRUSTED: "Trusted Applications (legacy)",
    Level.BASIC: "Basic (legacy)",
}

OUTGOING = {
    Level.DISABLED: "Nothing is sent over this link.",
    Level.OAUTH: "Calls go as people who have allowed it over there.",
    Level.OAUTH_IMPERSONATION: "Calls go as whoever is using this application, without asking them.",
    Level.TRUSTED: "Calls carry a certificate that names the person.",
    Level.BASIC: "All calls go as one account over there, by its password.",
}

INCOMING = {
    Level.DISABLED: "Nothing is accepted over this link.",
    Level.OAUTH: "It may act as people who have allowed it here.",
    Level.OAUTH_IMPERSONATION: "It may act as people whom it names, within the policy below.",
    Level.TRUSTED: "It is believed whom its certificates name, within the policy below.",
    Level.BASIC: "Its calls act as one person here, by a password that was made for it.",
}

STATUS = {
    Status.CONNECTED: "connected",
    Status.DEPRECATED: "works, in an old way",
    Status.UNPROVEN: "nothing speaks against it",
    Status.NETWORK_ERROR: "cannot be reached",
    Status.CONFIG_ERROR: "does not work",
    Status.ACCESS_DENIED: "access denied",
    Status.NOT_APPLINKS: "speaks no application links",
    Status.DISABLED: "disabled",
    Status.SUSPENDED: "suspended",
}

TONES = {
    **dict.fromkeys(Status, "bad"),
    Status.CONNECTED: "good",
    Status.DEPRECATED: "warm",
    Status.UNPROVEN: "warm",
    Status.DISABLED: "unknown",
}
"""How a status looks: good, warm, bad, or unknown."""

POLICY = {
    "users": "Only these people",
    "groups": "Only members of these groups",
    "excluded_users": "Never these people",
    "excluded_groups": "Never members of these groups",
    "administrators": "These administrators, too",
    "methods": "Only these methods",
    "paths": "Only below these paths",
}
"""The rules of a policy, by the names that `Policy.as_data` gives them."""

DONE = {
    "changed": "Changed. It holds from now on, on every node.",
    "there": "It leads there already. Nothing was changed.",
    "primary": "This is the link that is used now when none is named.",
    "deleted": "Deleted here. If the other end was not deleted with it, delete it over there, too.",
    "policy": "The policy is changed. The next request is judged by it.",
    "secret": "Kept. It is never shown again.",
    "entities": "Linked.",
    "unlinked": "They are no longer linked.",
    "linked": "Linked, both ways.",
    "registered": "Our end is made. What follows is to be entered at the other one.",
    "revoked": "Revoked. It is refused from the next request on, on every node.",
    "ours": "Our end is made. Calls get through when an administrator of the other side has made theirs.",
}
"""What a page says after something was done: the word in its query → the sentence."""


def status_of(last: Examined | None) -> tuple[str, str]:
    """The word for how a link was, and its tone."""
    if last is None:
        return "not checked yet", "unknown"
    return STATUS[last.diagnosis.status], TONES[last.diagnosis.status]


def ago(last: Examined | None, now: float) -> str:
    """When that was, roughly."""
    if last is None:
        return ""
    minutes = int(now - last.at) // 60
    return "just now" if minutes < 1 else f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"


def second_of(written: Written) -> int:
    """When it was. Whoever can write into the database must not be able to take a page away by a time that is none."""
    time: object = written.time
    return int(time) if isinstance(time, int | float) and 0 <= time < END_OF_TIME else 0
