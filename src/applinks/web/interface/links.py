"""What can be done to links, with the flows that pages and commands use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from applinks import links
from applinks.links import Administrator, Changes, Consumer, Identity, Level, Link, LinkSettings, Provider, pairing
from applinks.outgoing import Explanation, Tried, trying
from applinks.people import Policy
from applinks.questions import Flow
from applinks.web.interface.making import ADDRESS, ADMINISTRATOR, SAME_USERS
from applinks.web.interface.operation import Call
from applinks.web.interface.schemas import FLAG, NAME, SECRET, TEXT, Schema, asked, obj, one_of, or_null, shown
from applinks.wire.oauth1 import SignatureMethod
from applinks.wire.values import data, read

TAKEN_AWAY_BY_NULL = ("account", "execute_as", "callback")
_LEVEL, _METHOD = one_of(Level), one_of(SignatureMethod)

APPLICATION: Schema = obj(
    {
        **shown(Identity)["properties"],
        **{name: {"type": "string"} for name in ("public_key", "fingerprint")},
        "mechanisms": {"type": "array", "items": {"type": "string"}},
    },
    description="This application, as the others know it. `fingerprint` is that of its public key, to be compared by people.",
)
PAIR: Schema = obj(
    {
        "url": ADDRESS,
        "administrator": ADMINISTRATOR,
        "same_users": SAME_USERS,
        "name": {**NAME, "description": "What to call the link here; their own name if it is not said."},
    },
    optional=("name",),
)
BY_HAND: Schema = obj(
    {
        "name": NAME,
        "url": {**TEXT, "minLength": 1, "description": "Its address; without one it can only call us."},
        "type": {**NAME, "description": "jira, confluence, bitbucket, bamboo; generic if it is not said."},
        "consumer": asked(Consumer, key=NAME),
        "provider": asked(Provider),
        "same_users": {**FLAG, "description": "Whether a user name means the same person on both sides; false if not said."},
    },
    optional=("url", "type", "consumer", "provider", "same_users"),
)


def _settings() -> Schema:
    """Null takes away what can be taken away (RFC 7396); everything else that is not named stays, and cannot be null."""
    derived = asked(LinkSettings, outgoing=_LEVEL, incoming=_LEVEL, signature_method=_METHOD)
    members: dict[str, Schema] = {
        name: {**schema, "type": _bare(schema["type"])} for name, schema in derived["properties"].items()
    }
    members |= {name: or_null(members[name]) for name in TAKEN_AWAY_BY_NULL}
    return obj(members, optional=tuple(members), description=derived["description"])


def _bare(kinds: str | list[str]) -> str:
    return kinds if isinstance(kinds, str) else kinds[0]


SETTINGS = _settings()
POLICY = asked(Policy)
LINK = shown(Link)
SECRET_OF: Schema = obj({"direction": {"type": "string", "enum": ["incoming", "outgoing"]}, "secret": SECRET})
SECRET_MADE: Schema = obj({"secret": {"type": "string"}}, description="Enter it over there: it is never shown again.")
EXPLANATION: Schema = obj(
    {**shown(Explanation)["properties"], "consent_helps": FLAG}, description=shown(Explanation)["description"]
)
TEST: Schema = obj({"user": NAME, "using": NAME}, optional=("using",))
TRIED: Schema = obj({**shown(Tried)["properties"], "good": FLAG}, description=shown(Tried)["description"])


def application(call: Call) -> Flow[Any]:
    """Who we are, and the key to compare."""
    return (yield from call.application())


def all_links(call: Call) -> Flow[Any]:
    """A part of the list."""
    found = yield from links.links_of(call.query.get("type"))
    start, limit = call.query.get("offset", 0), call.query.get("limit", 100)
    return {"links": data(found[start : start + limit]), "total": len(found)}


def one_link(call: Call) -> Flow[Link]:
    """As it is now."""
    return (yield from call.link())


def pair(call: Call) -> Flow[Link]:
    """Make both ends."""
    said = call.body
    theirs = read(Administrator, said["administrator"])
    flow = pairing.create(said["url"], theirs, same_users=said["same_users"], by=call.by, name=said.get("name"))
    return (yield from flow)


def register(call: Call) -> Flow[Link]:
    """Make our end by hand."""
    said = dict(call.body)
    consumer = read(Consumer, said.pop("consumer")) if "consumer" in said else None
    provider = read(Provider, said.pop("provider")) if "provider" in said else None
    flow = links.register(said.pop("name"), said.pop("url", None), consumer=consumer, provider=provider, by=call.by, **said)
    return (yield from flow)


def change(call: Call) -> Flow[Link]:
    """Set what is named."""
    link = yield from call.link()
    changes = Changes.read(_in_words(call.body))
    return (yield from links.change(link, changes, by=call.by, loaded=call.loaded))


def change_policy(call: Call) -> Flow[Link]:
    """Say anew whom it may impersonate."""
    link = yield from call.link()
    return (yield from links.change_policy(link, Policy.from_data(call.body), by=call.by))


def make_primary(call: Call) -> Flow[Link]:
    """For its type."""
    link = yield from call.link()
    return (yield from links.make_primary(link, by=call.by))


def delete(call: Call) -> Flow[None]:
    """Our end."""
    link = yield from call.link()
    yield from links.remove(link, by=call.by)


def trust(call: Call) -> Flow[Link]:
    """By the certificate that it publishes."""
    link = yield from call.link()
    return (yield from links.trust(link, by=call.by, loaded=call.loaded))


def set_secret(call: Call) -> Flow[None]:
    """Write-only."""
    link = yield from call.link()
    yield from links.set_secret(link, call.body["direction"], call.body["secret"], by=call.by)


def new_secret(call: Call) -> Flow[Any]:
    """Shown this once."""
    link = yield from call.link()
    return {"secret": (yield from links.new_secret(link, by=call.by))}


def explain(call: Call) -> Flow[Any]:
    """The choice that a call would make, without the call."""
    link = yield from call.link()
    explanation = yield from trying.explained(link.id, call.query["user"], call.query.get("using"), call.mechanisms)
    return {**data(explanation), "consent_helps": explanation.consent_helps}


def test(call: Call) -> Flow[Any]:
    """One harmless call as somebody, on the record."""
    link = yield from call.link()
    tried = yield from trying.tried(link, call.body["user"], call.body.get("using"), call.mechanisms, by=call.by)
    return {**data(tried), "good": tried.good}


def _in_words(body: Mapping[str, Any]) -> LinkSettings:
    """An empty text takes away, in the words of `LinkSettings`."""
    words: Any = {name: "" if value is None else value for name, value in body.items()}
    settings: LinkSettings = words
    return settings
