"""Departure by departure from the secure defaults: how a link comes by it, and what the remedy does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from applinks import Policy
from applinks.doctor import Finding
from applinks.links import Level
from doctor.rigs import HOST, OneWithImitation, Two
from putting import put


@dataclass(frozen=True)
class Departure:
    """A row, like those of `doctor.table`."""

    cause: str
    rig: str
    departs: Callable[[Any], Any]
    mends: Callable[[Any, Finding], Any]
    says: str


def _by_trust(rig: Two) -> None:
    for applinks, name in ((rig.applinks, "Tracker"), (rig.tracker.applinks, "Front")):
        applinks.change_link(name, outgoing="trusted", incoming="trusted", addresses=["127.0.0.*"], by="ops")


def _by_oauth(rig: Two, finding: Finding) -> None:
    rig.follow(finding)
    rig.tracker.applinks.change_link("Front", outgoing="oauth", incoming="oauth", by="ops")


def _in_the_clear(rig: OneWithImitation) -> None:
    rig.address(f"http://{HOST}:{rig.far.port}")


def _old_signatures(rig: Two) -> None:
    rig.applinks.change_link("Tracker", signature_method="RSA-SHA1", by="ops")
    rig.tracker.applinks.change_link("Front", signature_method="RSA-SHA1", by="ops")


def _new_signatures(rig: Two, finding: Finding) -> None:
    rig.follow(finding)
    (method,) = re.findall(r"--signature-method (\S+)`", finding.remedy)
    rig.say("link", "change", "Front", "--signature-method", method, database=rig.tracker.database)


def _admits_root(rig: Two) -> None:
    rig.applinks.change_policy("Tracker", Policy(administrators=["erin"]), by="ops")


def _trusts_from_anywhere(rig: Two) -> None:
    put(rig.applinks, replace(rig.link(), incoming=replace(rig.link().incoming, level=Level.TRUSTED)))


DEFAULTS = (
    Departure("LEGACY_LEVEL", "two", _by_trust, _by_oauth, "--outgoing oauth --incoming oauth"),
    Departure("PLAIN_HTTP", "imitation", _in_the_clear, lambda rig, _: rig.over_tls(), "over https"),
    Departure("WEAK_SIGNATURE", "two", _old_signatures, _new_signatures, "--signature-method RSA-SHA256"),
    Departure(
        "ADMINISTRATOR_ADMITTED",
        "two",
        _admits_root,
        lambda rig, _: rig.say("link", "policy", "Tracker"),
        "without --administrator",
    ),
    Departure(
        "TRUSTED_THOUGH_BROKEN",
        "imitation",
        lambda rig: rig.far.stop(),
        lambda rig, finding: rig.follow(finding),
        "--incoming disabled",
    ),
    Departure(
        "NO_LIMITS",
        "two",
        _trusts_from_anywhere,
        lambda rig, _: rig.say("link", "change", "Tracker", "--address", "127.0.0.*"),
        "--address",
    ),
)
