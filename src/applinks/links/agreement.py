"""How an administrator of the other application agrees to a link in their own browser, so that no password crosses (R-06).

The browser carries two texts. The *invitation* goes with it from us to the other side and back: it is our own stamped note of
what was asked, and only the browser and the person that began can come back with it. The *agreement* is the word of the other
side, stamped by itself, that one of its administrators agrees to exactly this proposal; it is good once, for ten minutes.
Neither side keeps anything meanwhile: whoever stops anywhere leaves nothing behind.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from applinks.errors import PairingRefused
from applinks.links.identity import IsOurStamp, Stamp
from applinks.links.tokens import TakeTurn
from applinks.people import FindPerson, KnowsPeople, Person
from applinks.questions import Flow, Moment, Now

LIFE = 600
"""Seconds between the question and its end, on either side."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the other side gave to the browser, in place of an administrator's name and password."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What was asked for: a link with the application at `url`, and the answer about the users."""

    url: str
    same_users: bool


def agree(proposal: bytes, *, by: str) -> Flow[Agreement]:
    """Our word that our administrator `by` agrees to this proposal."""
    return Agreement((yield from _stamped("agreement", {"by": by}, proposal.decode())))


def agreed(proposal: bytes, agreement: Agreement) -> Flow[str]:
    """Who of us agreed to this proposal; from now on this agreement is spent. `PairingRefused` if nobody did."""
    said = yield from _read("agreement", agreement.text, proposal.decode())
    if not (yield TakeTurn(f"agreement {said['nonce']}", said["until"])):
        raise PairingRefused("This agreement was used before.", remedy=_ANEW)
    return (yield from _still_administrator(str(said["by"])))


def _still_administrator(name: str) -> Flow[str]:
    """Who agreed, if they are one of our administrators at this moment, too (T-21)."""
    if not (yield KnowsPeople()):
        return name  # the host application's own sign-in is all that there is
    person: Person | None = yield FindPerson(name)
    if person is None or person.name != name or not (person.active and person.administrator):
        raise PairingRefused("Whoever agreed to it is no administrator of this application any more.", remedy=_ANEW)
    return name


def invite(invitation: Invitation, *, by: str, browser: str) -> Flow[str]:
    """Our own note of what was asked for, for this person in this browser."""
    told = {"url": invitation.url, "same_users": invitation.same_users}
    return (yield from _stamped("invitation", told, f"{browser} {by}"))


def invited(text: str, *, by: str, browser: str) -> Flow[Invitation]:
    """What this person asked for in this browser; else `PairingRefused`."""
    said = yield from _read("invitation", text, f"{browser} {by}")
    return Invitation(str(said["url"]), bool(said["same_users"]))


_ANEW = "Begin anew with the address of the other application; nothing was changed."


def _stamped(what: str, told: dict[str, Any], about: str) -> Flow[str]:
    moment: Moment = yield Now()
    body = json.dumps({**told, "until": int(moment.now) + LIFE, "nonce": moment.nonce}, sort_keys=True)
    stamp: str = yield Stamp(f"{what} {body} {about}")
    return f"{base64.urlsafe_b64encode(body.encode()).decode().rstrip('=')}~{stamp}"


def _read(what: str, text: str, about: str) -> Flow[dict[str, Any]]:
    packed, _, stamp = text.partition("~")
    try:
        body = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, ValueError):
        body = ""
    ours: bool = yield IsOurStamp(f"{what} {body} {about}", stamp)
    if not ours:
        raise PairingRefused(
            f"This {what} was made for another person, browser or proposal, or not by this application.", remedy=_ANEW
        )
    said: dict[str, Any] = json.loads(body)
    moment: Moment = yield Now()
    if moment.now >= said["until"]:
        raise PairingRefused(f"This {what} is older than {LIFE // 60} minutes.", remedy=_ANEW)
    return said
