"""A look at an address, and links with products: what was done there, what is left, and whether it was entered."""

from __future__ import annotations

from typing import Any

from applinks import links
from applinks.links import Administrator, Found, Guide, SetUp
from applinks.outgoing import Checked, check_entered
from applinks.questions import Flow
from applinks.web.interface.operation import Call
from applinks.web.interface.schemas import FLAG, NAME, SECRET, TEXT, Schema, obj, shown
from applinks.wire.values import data, read

ADDRESS: Schema = {**TEXT, "minLength": 1}
ADMINISTRATOR: Schema = obj({"name": NAME, "password": SECRET}, description="One of theirs, who signs in there for this.")
SAME_USERS: Schema = {**FLAG, "description": "Whether a user name means the same person on both sides."}

LOOK: Schema = obj({"url": ADDRESS})
FOUND = shown(Found)
PRODUCT: Schema = obj(
    {
        "url": ADDRESS,
        "administrator": ADMINISTRATOR,
        "same_users": SAME_USERS,
        "execute_as": {**NAME, "description": "Their user for calls that name nobody."},
        "name": {**NAME, "description": "What to call the link here; their own name if it is not said."},
    },
    optional=("administrator", "execute_as", "name"),
    description="Without an administrator only our end is made, and `left` tells what is to be entered there.",
)
SET_UP = shown(SetUp)
GUIDE = shown(Guide)
ENTERED: Schema = obj({"user": {**NAME, "description": "Somebody to be impersonated once."}}, optional=("user",))
CHECKED: Schema = obj({**shown(Checked)["properties"], "ok": FLAG}, description=shown(Checked)["description"])


def look(call: Call) -> Flow[Found]:
    """Nothing is written."""
    return (yield from links.look(call.body["url"]))


def set_up_product(call: Call) -> Flow[SetUp]:
    """What its REST allows is done there."""
    said = dict(call.body)
    theirs = read(Administrator, said.pop("administrator")) if "administrator" in said else None
    return (yield from links.set_up_product(said.pop("url"), theirs, by=call.by, **said))


def steps(call: Call) -> Flow[Guide]:
    """By the dialogs of its version."""
    link = yield from call.link()
    return (yield from links.guide(link))


def check(call: Call) -> Flow[Any]:
    """One thing at a time, live."""
    link = yield from call.link()
    checked = yield from check_entered(link, call.body.get("user"), by=call.by, mechanisms=call.mechanisms)
    return {**data(checked), "ok": checked.ok}
