"""One request, admitted once: over all processes and machines that share the store (security.md T-09, T-10, T-13)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from applinks.errors import Replayed
from applinks.mechanisms import WINDOW
from applinks.people import folded
from applinks.questions import Flow, Moment, Now, Question

TRIES = 10
COMPARISONS = 24
HOUR = 3600
SECRETS = 60
DAY = 24 * 3600
SHELVES = 64
SIGN_INS = 4096
QUARTER_HOUR = 900
ASKS = 5
MARGIN = 60
"""Seconds that a spent nonce is kept beyond the window in which its timestamp could pass."""


@dataclass(frozen=True, slots=True)
class SpendNonce(Question):
    """Whether this nonce is spent now for the first time: True or False, decided by one atomic write.

    There is no "is it used?". The nonce belongs to its consumer, token and timestamp (protocol.md 1.5); it may be forgotten
    once `keep_until` (seconds since the epoch) has passed. A store that cannot answer raises: the request is then refused.
    """

    consumer_key: str
    token: str
    timestamp: int
    nonce: str
    keep_until: int

    durable = False


def spend(consumer_key: str, token: str, timestamp: int, nonce: str) -> Flow[None]:
    """Spend the nonce of a request whose signature holds; `Replayed` if it was spent before."""
    first_time: bool = yield SpendNonce(consumer_key, token, timestamp, nonce, timestamp + WINDOW + MARGIN)
    if not first_time:
        raise Replayed(f"The nonce {nonce!r} of consumer {consumer_key!r} was used before.", problem="nonce_used")


def may_try_to_sign_in(name: str) -> Flow[bool]:
    """Whether another password may be tried for this name: at most `TRIES` in a quarter of an hour (security.md S-21).

    Names are counted in `SHELVES` groups, in any spelling: made-up ones leave a bounded number of rows.
    """
    moment: Moment = yield Now()
    quarter = int(moment.now) // QUARTER_HOUR * QUARTER_HOUR
    return (yield from _one_of(TRIES, "sign-in", _shelf(folded(name).strip()), quarter, quarter + QUARTER_HOUR))


def may_sign_in(name: str) -> Flow[bool]:
    """Whether one more may sign in here by this name: at most `TRIES` in a quarter of an hour, right or wrong, and before any
    password is digested (security.md S-21, T-75).

    Names are counted in `SIGN_INS` groups, whether they are anybody's or not, so that nothing tells which ones are.
    """
    moment: Moment = yield Now()
    quarter = int(moment.now) // QUARTER_HOUR * QUARTER_HOUR
    shelf = _shelf(folded(name).strip(), SIGN_INS)
    return (yield from _one_of(TRIES, "session", shelf, quarter, quarter + QUARTER_HOUR))


def may_confirm(name: str) -> Flow[bool]:
    """Whether somebody who is signed in may try their own password once more, to confirm that it is they (security.md S-21).

    Counted by themselves: what strangers try in that name elsewhere must lock no administrator out of the pages.
    """
    moment: Moment = yield Now()
    quarter = int(moment.now) // QUARTER_HOUR * QUARTER_HOUR
    return (yield from _one_of(TRIES, "confirmation", name, quarter, quarter + QUARTER_HOUR))


def may_compare(consumer_key: str) -> Flow[bool]:
    """Whether this application may ask once more today who our people are: each comparison could be a guess at all of them.

    Counted by its consumer key, which it cannot change by itself, as it can the id of its link.
    """
    moment: Moment = yield Now()
    day = int(moment.now) // DAY * DAY
    return (yield from _one_of(COMPARISONS, "comparison", consumer_key, day, day + DAY))


def may_have_us_follow(consumer_key: str) -> Flow[bool]:
    """Whether this application may name another address at which we then ask: `TRIES` in a quarter of an hour (T-29)."""
    moment: Moment = yield Now()
    quarter = int(moment.now) // QUARTER_HOUR * QUARTER_HOUR
    return (yield from _one_of(TRIES, "address", consumer_key, quarter, quarter + QUARTER_HOUR))


def may_compare_a_secret(link_id: str, direction: str) -> Flow[bool]:
    """Whether a secret of a link may be compared once more this hour: each time could be a guess (security.md T-52)."""
    moment: Moment = yield Now()
    hour = int(moment.now) // HOUR * HOUR
    return (yield from _one_of(SECRETS, f"secret {direction}", link_id, hour, hour + HOUR))


def _one_of(number: int, what: str, whose: str, since: int, until: int) -> Flow[bool]:
    """Take one of so many that there are until then; the count is shared by all processes, as the store is."""
    for each in range(number):
        if (yield SpendNonce(what, whose, since, str(each), until)):
            return True
    return False


def may_ask_for_state(id: str) -> Flow[bool]:  # noqa: A002
    """Whether another sealed state may be made for this id: `ASKS` in a second, counted in the same way."""
    moment: Moment = yield Now()
    second = int(moment.now)
    return (yield from _one_of(ASKS, "state", _shelf(id), second, second + 1))


def _shelf(text: str, shelves: int = SHELVES) -> str:
    return str(int.from_bytes(hashlib.sha256(text.encode(errors="replace")).digest()[:2]) % shelves)
