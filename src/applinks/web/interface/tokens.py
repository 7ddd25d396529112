"""Tokens for automation over the interface itself: made only for whoever asks, and for no longer than the token that asks."""

from __future__ import annotations

from typing import Any

from applinks.errors import ConfigurationError
from applinks.incoming import AutomationToken, automation
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.problems import nothing_there
from applinks.web.interface.schemas import FLAG, NAME, Schema, obj, shown
from applinks.wire.values import data

TOKEN = shown(AutomationToken)
NEW: Schema = obj(
    {
        "label": {**NAME, "maxLength": automation.LONGEST_LABEL, "description": "What it is for."},
        "read_only": {**FLAG, "description": "Whether it must not change anything; false if it is not said."},
        "days": {
            "type": "integer",
            "minimum": 1,
            "maximum": automation.MOST_DAYS,
            "description": f"How long it holds: {automation.DAYS} days if not said; never longer than the token that is sent.",
        },
    },
    optional=("read_only", "days"),
)
MADE: Schema = obj(
    {"token": TOKEN, "secret": {"type": "string"}}, description="`secret` is what to send; it is never shown again."
)


def tokens(call: Call) -> Flow[Any]:
    """All, or those of one person; never what proves them."""
    return {"tokens": data((yield from automation.tokens_of(call.query.get("user"))))}


def make(call: Call) -> Flow[Any]:
    """For the same person (T-52)."""
    said = call.body
    flow = automation.make_token(
        said["label"],
        call.by,
        by=call.by,
        may_change=not said.get("read_only", False),
        days=said.get("days"),
        within=call.token,
    )
    made = yield from flow
    return {"token": data(made.token), "secret": made.secret}


def revoke(call: Call) -> Flow[None]:
    """From the next request on."""
    try:
        yield from automation.revoke_token(call.ids["token"], by=call.by)
    except ConfigurationError:
        raise nothing_there("token") from None
