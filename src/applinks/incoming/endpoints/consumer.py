"""How an application proves itself where it asks for a token: its signature, once, and a link that allows the dance."""

from __future__ import annotations

from dataclasses import replace

from applinks.errors import NoProof, NotAdmitted
from applinks.incoming.endpoints.visit import Visit
from applinks.incoming.replay import spend
from applinks.links import OAUTH_LEVELS, Link, LinkOfConsumer
from applinks.mechanisms import THREE_LEGGED, examine, names_of
from applinks.questions import Flow, Moment, Now
from applinks.wire import oauth1
from applinks.wire.messages import Response


def misuse(visit: Visit) -> Response | None:
    """The answer to anything but a POST, or where the dance is not loaded."""
    if THREE_LEGGED not in names_of(visit.mechanisms):
        return Response(404, (("content-type", "text/plain;charset=UTF-8"),), b"There is no OAuth dance here.")
    if visit.request.method != "POST":
        headers = (("content-type", "text/plain;charset=UTF-8"), ("allow", "POST"))
        return Response(405, headers, b"Tokens are asked for by POST.")
    return None


def claim_of(visit: Visit, *, token_needed: bool) -> oauth1.Claim:
    """What the request claims; a request that claims nothing lacks everything."""
    claim = oauth1.read(visit.request, token_needed=token_needed)
    if claim is None:
        names = ("oauth_consumer_key", "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce")
        raise NoProof("The request is not signed.", problem="parameter_absent", companions=(absent(*names),))
    return claim


def proven(claim: oauth1.Claim, token_secret: str | None = "") -> Flow[Link]:
    """The link of the application that signed the request just now; else `NotAdmitted`.

    `token_secret` is None where its token is unknown here.
    """
    link: Link | None = yield LinkOfConsumer(claim.consumer_key)
    link = yield from _signed(claim, link, token_secret)
    if link.incoming.level not in OAUTH_LEVELS:
        raise NotAdmitted("The link does not allow OAuth.", problem="permission_denied", link=link.name)
    return link


def speaking_for_itself(claim: oauth1.Claim) -> Flow[Link]:
    """The link of the application that signed the request just now with its present key; else `NotAdmitted`.

    For what concerns the link itself. A key that is accepted for calls a while longer does not count: it may be a stolen one,
    and the reason for the new key.
    """
    link: Link | None = yield LinkOfConsumer(claim.consumer_key)
    if link is not None:
        link = replace(link, incoming=replace(link.incoming, previous_key=None, previous_key_until=None))
    return (yield from _signed(claim, link, ""))


def _signed(claim: oauth1.Claim, link: Link | None, token_secret: str | None) -> Flow[Link]:
    moment: Moment = yield Now()
    _, refusal = yield from examine(claim, link, moment.now, token_secret=token_secret)
    if refusal is not None:
        raise refusal
    yield from spend(claim.consumer_key, claim.token, claim.timestamp, claim.nonce)
    assert link is not None, "examine refuses unknown senders"  # noqa: S101
    return link


def form_of(claim: oauth1.Claim, *names: str) -> list[str]:
    """The parameters of these names, each said once and signed; `NoProof` says which one is not."""
    found = []
    for name in names:
        values = [value for key, value in claim.parameters if key == name]
        if len(values) != 1:
            raise NoProof(f"{name!r} is missing, or there twice.", problem="parameter_absent", companions=(absent(name),))
        found.append(values[0])
    return found


def only_post(visit: Visit) -> Response | None:
    """The answer to anything but a POST."""
    if visit.request.method == "POST":
        return None
    return Response(405, (("content-type", "text/plain;charset=UTF-8"), ("allow", "POST")), b"Only POST is answered here.")


def said(claim: oauth1.Claim, name: str) -> str | None:
    """An `oauth_…` parameter of the request."""
    return dict(claim.oauth).get(name)


def absent(*names: str) -> tuple[str, str]:
    """The companion of `parameter_absent`."""
    return ("oauth_parameters_absent", "&".join(names))
