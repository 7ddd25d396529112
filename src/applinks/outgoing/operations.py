"""Operations by name: what scripts of another application offer to those that are linked with it."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

import httpx2

from applinks.errors import MalformedAnswer, NotDoneYet
from applinks.wire.messages import members

OPERATIONS_PATH = "plugins/servlet/applinks/operations"
"""Below the address of an application: the list of what its scripts offer; with a name behind it, one of these."""


def path_of(name: str) -> str:
    """Where the operation of that name is asked for."""
    return f"{OPERATIONS_PATH}/{quote(name, safe='')}"


def result_of(response: httpx2.Response, name: str, link: str) -> object:
    """What the operation returned. Raises `NotDoneYet`, `MalformedAnswer`."""
    told = members(response.content)
    run = told.get("run")
    if not isinstance(run, int):
        raise MalformedAnswer(
            f"{link!r} answered {name!r} with something else than what became of it.",
            remedy="See that it is an application that offers operations.",
            link=link,
        )
    if response.status_code == HTTPStatus.ACCEPTED:
        raise NotDoneYet(
            f"{name!r} has begun at {link!r}, and is not done yet (run {run} there).",
            remedy="It goes on by itself: it may wait for somebody's consent there.",
            run=run,
            link=link,
        )
    return told.get("result")
