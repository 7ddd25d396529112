"""Links, grants and consents as data and in words. Keys are public ones, and secrets are in none of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from applinks.links import OAUTH_LEVELS, Level, Limits

if TYPE_CHECKING:
    from applinks import Link
    from applinks.incoming import consent
    from applinks.links import Consent, Incoming, Outgoing, SameUsers


def as_data(link: Link) -> dict[str, Any]:
    """A link as data."""
    outgoing, incoming, same = link.outgoing, link.incoming, link.same_users
    return {
        "id": link.id,
        "name": link.name,
        "type": link.type,
        "primary": link.primary,
        "display_url": link.display_url,
        "application_url": link.application_url,
        "outgoing": {
            "level": outgoing.level,
            "signature_method": outgoing.signature_method,
            "impersonation_parameter": outgoing.impersonation_parameter,
            "consumer_key": outgoing.consumer_key,
            "endpoints": asdict(outgoing.endpoints) if outgoing.endpoints else None,
            "fixed_user": outgoing.fixed_user,
            "account": outgoing.account,
        },
        "incoming": {
            "level": incoming.level,
            "consumer_key": incoming.consumer_key,
            "signature_method": incoming.signature_method,
            "policy": incoming.policy.as_data(),
            "callback": incoming.callback,
            "execute_as": incoming.execute_as,
            "limits": asdict(incoming.limits),
            "previous_key_until": incoming.previous_key_until,
        },
        "same_users": {
            "answer": same.answer,
            "said_by": same.said_by,
            "said_at": same.said_at,
            "excluded": sorted(same.excluded),
            "mapping": dict(same.names.pairs),
            "only_proven": same.only_proven,
        }
        if same
        else None,
    }


def in_words(link: Link) -> tuple[str, ...]:
    """A link in a few lines."""
    same = link.same_users
    said = f"{'yes' if same.answer else 'no'}, said {same.said_by}" if same else "nobody has said"
    rules = "; ".join(f"{name}: {', '.join(values)}" for name, values in link.incoming.policy.as_data().items())
    return (
        f"{link.name} ({link.type}{', primary' if link.primary else ''}) at {link.application_url or 'no address'}",
        f"  outgoing    {', '.join(_outgoing(link.outgoing))}",
        f"  incoming    {', '.join(_incoming(link.incoming))}",
        f"  same users  {said}{_except(same) if same else ''}",
        f"  policy      {rules or 'everybody but administrators'}",
        *_more(link),
    )


def _outgoing(outgoing: Outgoing) -> list[str]:
    if outgoing.level is Level.BASIC:
        return [outgoing.level, f"as {outgoing.account}"]
    if outgoing.level is Level.TRUSTED:
        return [outgoing.level]
    key = [f"as consumer {outgoing.consumer_key}"] if outgoing.consumer_key else []
    return [outgoing.level, f"signed with {outgoing.signature_method}", *key, *(["or as its fixed user"] * outgoing.fixed_user)]


def _incoming(incoming: Incoming) -> list[str]:
    if incoming.level is Level.BASIC:
        return [incoming.level, f"as {incoming.execute_as}"]
    previous = [f"by its key before, too, until {moment(incoming.previous_key_until)}"] if incoming.previous_key else []
    if incoming.level is Level.TRUSTED:
        return [incoming.level, *previous]
    fixed = [f"as {incoming.execute_as} where nobody is named"] if incoming.execute_as else []
    return [incoming.level, f"verified by {incoming.signature_method}", *previous, *fixed]


def _except(same: SameUsers) -> str:
    only = ", only the proven" if same.only_proven else ""
    names = f", except {', '.join(sorted(same.excluded))}" if same.excluded else ""
    mapped = ", ".join(f"{ours} is {theirs} there" for ours, theirs in same.names.pairs)
    return f"{only}{names}{'; ' if mapped else ''}{mapped}"


def _more(link: Link) -> list[str]:
    """What few links have."""
    limits, endpoints = link.incoming.limits, link.outgoing.endpoints
    lines = []
    if endpoints and link.outgoing.level in OAUTH_LEVELS:
        lines.append(f"  endpoints   {', '.join(asdict(endpoints).values())}")
    if link.incoming.callback:
        lines.append(f"  callback    {link.incoming.callback}")
    if limits != Limits() or link.incoming.level is Level.TRUSTED:
        where = f"addresses: {', '.join(limits.addresses) or 'any'}; paths: {', '.join(limits.paths) or 'any'}"
        lines.append(f"  limits      {where}; certificates up to {limits.max_age} ms old")
    return lines


def grant_as_data(given: consent.Given) -> dict[str, Any]:
    """What a person has allowed here, without its token."""
    grant = given.grant
    return {
        "id": grant.id,
        "link": given.link.name,
        "user": grant.user,
        "made_at": grant.made_at,
        "expires_at": grant.expires_at,
        "ends_at": grant.ends_at,
    }


def consent_as_data(consent: Consent, link: str) -> dict[str, Any]:
    """What a person has allowed over there, without its consent."""
    return {
        "link": link,
        "user": consent.user,
        "made_at": consent.made_at,
        "expires_at": consent.expires_at,
        "ends_at": consent.ends_at,
    }


def moment(seconds: float | None) -> str:
    """A moment in words, in UTC."""
    return "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
