"""What an examination gives: a status word, the findings behind it, and what was looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from applinks.links import Link, State
from applinks.wire.manifest import Manifest


class Status(StrEnum):
    """How a link is, in one word (product.md B-14).

    `UNPROVEN` says that nothing speaks against the link, and that nothing was tried that could; `NOT_APPLINKS` that the other
    application does not speak application links.
    """

    CONNECTED = "connected"
    DEPRECATED = "deprecated"
    UNPROVEN = "unproven"
    NETWORK_ERROR = "network-error"
    CONFIG_ERROR = "config-error"
    ACCESS_DENIED = "access-denied"
    NOT_APPLINKS = "not-applinks"
    DISABLED = "disabled"
    SUSPENDED = "suspended"


WORKING = frozenset({Status.CONNECTED, Status.DEPRECATED, Status.UNPROVEN})


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a link does not work, or not well.

    `sign` is what is seen, `remedy` what to do; it may name facts of the link, such as `{link}` and `{url}`. The cause is
    certain once all `probes` have been made; before that, it is possible.
    """

    name: str
    status: Status
    title: str
    sign: str
    remedy: str
    probes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause that fits what was seen. `certain` is false where another one would look the same."""

    cause: Cause
    certain: bool
    evidence: str
    remedy: str

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        told = {"cause": self.cause.name, "certain": self.certain, "title": self.cause.title}
        return {**told, "evidence": self.evidence, "remedy": self.remedy}


@dataclass(frozen=True, slots=True)
class Check:
    """Something that was looked at, and how it turned out in a few words; `good` is None where it could not tell."""

    name: str
    outcome: str
    good: bool | None = True


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One link, examined.

    `findings` begin with the cause behind the `status`. `defaults` are departures from the secure defaults, looked for only
    if that was asked; they do not change the status. `theirs` is the other end as it tells us, `manifest` the other
    application as it tells everybody; None where it does not.
    """

    link: Link
    status: Status
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    defaults: tuple[Finding, ...] = ()
    theirs: State | None = None
    manifest: Manifest | None = None

    @property
    def working(self) -> bool:
        """Whether nothing was found that keeps the link from working."""
        return self.status in WORKING

    def as_data(self) -> dict[str, Any]:
        """For programs: the same from the command line and over HTTP."""
        return {
            "link": self.link.name,
            "link_id": self.link.id,
            "status": self.status,
            "working": self.working,
            "findings": [finding.as_data() for finding in self.findings],
            "defaults": [finding.as_data() for finding in self.defaults],
            "checks": [asdict(check) for check in self.checks],
            "theirs": asdict(self.theirs) if self.theirs else None,
            "manifest": asdict(self.manifest) if self.manifest else None,
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The causes that were found, by name."""
        return tuple(finding.cause.name for finding in self.findings)
