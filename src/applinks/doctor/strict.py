"""Departures of a link from the secure defaults (security.md 5). Pure: what is set decides, and the status."""

from __future__ import annotations

from applinks.doctor.diagnosis import Status
from applinks.doctor.notes import Notes
from applinks.links import OAUTH_LEVELS, Level, is_safe_way
from applinks.wire.oauth1 import SignatureMethod

_LEGACY = frozenset({Level.TRUSTED, Level.BASIC})
_BROKEN = frozenset({Status.NETWORK_ERROR, Status.CONFIG_ERROR, Status.NOT_APPLINKS})
_BETTER = {SignatureMethod.RSA_SHA1: SignatureMethod.RSA_SHA256, SignatureMethod.HMAC_SHA1: SignatureMethod.HMAC_SHA256}


def look_at_defaults(notes: Notes) -> None:
    """Note each departure."""
    link = notes.link
    outgoing, incoming = link.outgoing, link.incoming
    for direction, level in {"outgoing": outgoing.level, "incoming": incoming.level}.items():
        if level in _LEGACY:
            notes.find("LEGACY_LEVEL", f"{direction} {level}", certain=True)
    if link.application_url and not is_safe_way(link.application_url):
        notes.find("PLAIN_HTTP", link.application_url, certain=True)
    for way in (outgoing, incoming):
        better = _BETTER.get(way.signature_method)
        if way.level in OAUTH_LEVELS and better is not None and notes.theirs is not None:
            notes.find("WEAK_SIGNATURE", way.signature_method, found=better, certain=True)
    if incoming.level is not Level.DISABLED and incoming.policy.administrators:
        names = ", ".join(sorted(incoming.policy.administrators))
        notes.find("ADMINISTRATOR_ADMITTED", f"the policy names {names}", found=names, certain=True)
    status = notes.status()
    if incoming.level is not Level.DISABLED and status in _BROKEN:
        notes.find("TRUSTED_THOUGH_BROKEN", f"{status}, and incoming {incoming.level}", certain=True)
    if incoming.level is Level.TRUSTED and not (incoming.limits.addresses or incoming.limits.paths):
        notes.find("NO_LIMITS", "no addresses and no paths", certain=True)
