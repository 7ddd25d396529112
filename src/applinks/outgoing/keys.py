"""Our keys after a rotation: which one the far side accepts is found out by the calls themselves, and then remembered.

So an administrator over there can enter the new key at any moment, and no call is lost.
"""

from __future__ import annotations

from http import HTTPStatus

from applinks.links import Facts, Link, OurKeys, SigningKey, signing_keys
from applinks.outgoing import answer
from applinks.questions import Flow
from applinks.wire.keys import PrivateKey
from applinks.wire.messages import Response
from applinks.wire.problems import Problem

WRONG_KEY = frozenset({"signature_invalid", "APP_UNKNOWN", "BAD_MAGIC", "BAD_SIGNATURE"})
"""What the far side says of a proof that was not made with the key that it knows (protocol.md 1.6, 2.4)."""
LATER = frozenset({"permission_denied", "USER_UNKNOWN", "PERMISSION_DENIED"})
"""What it says only once the proof held."""


def refused(link: Link, response: Response, problem: Problem | None) -> bool:
    """Whether the answer may mean that the far side knows another key for us.

    Providers that name no problems answer a bare 401, whatever it is about; who says as whom it answered has accepted the key.
    """
    if not signing_keys.signs(link):
        return False
    if problem is not None:
        return problem.name in WRONG_KEY
    return answer.is_bare_refusal(response, link)


def others(facts: Facts) -> Flow[list[PrivateKey]]:
    """Our keys but the one that was used, the current one first."""
    ours: tuple[SigningKey, ...] = yield OurKeys()
    return [key.key for key in ours if key.key.public != facts.key.public]


def remember(before: Facts, after: Facts, response: Response, problem: Problem | None) -> Flow[None]:
    """Sign with the key that was accepted from now on, if it is another one than before."""
    if after.key is before.key:
        return
    accepted = _is_from_the_application(response.status) if problem is None else problem.name in LATER
    if accepted:
        yield from signing_keys.remember_key(before.link, after.key)


def _is_from_the_application(status: int) -> bool:
    """Not from somebody on the way, who looks at no proof."""
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}
