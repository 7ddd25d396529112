"""Departures from the secure defaults, as data (security.md 5): looked for only when that is asked."""

from __future__ import annotations

from applinks.doctor.diagnosis import Cause, Status

STRICT = {
    cause.name: cause
    for cause in (
        Cause(
            "LEGACY_LEVEL",
            Status.DEPRECATED,
            "A direction is by Trusted Applications or Basic (S-12).",
            "The level is `trusted` or `basic`.",
            "Change both ends to OAuth: `applinks link change {link} --outgoing oauth --incoming oauth`.",
        ),
        Cause(
            "PLAIN_HTTP",
            Status.DEPRECATED,
            "Calls travel in the clear beyond this machine (S-09).",
            "The address begins with http://.",
            "Serve the other application over https, delete the link on both sides and make it anew under that address.",
        ),
        Cause(
            "WEAK_SIGNATURE",
            Status.DEPRECATED,
            "Signatures are made with SHA-1, and both sides know better (S-11, S-12).",
            "The method is RSA-SHA1 or HMAC-SHA1.",
            "`applinks link change {link} --signature-method {found}`, and the same on the other end.",
        ),
        Cause(
            "ADMINISTRATOR_ADMITTED",
            Status.DEPRECATED,
            "The policy lets administrators be impersonated (S-13).",
            "Administrators are named in it.",
            "Say the policy anew without --administrator: `applinks link policy {link} …`; it names {found}.",
        ),
        Cause(
            "TRUSTED_THOUGH_BROKEN",
            Status.DEPRECATED,
            "The link does not work, and its calls are still admitted here.",
            "The incoming level is not disabled, and the status is an error of network or configuration.",
            "Mend it, or switch it off until then: `applinks link change {link} --incoming disabled`.",
        ),
        Cause(
            "NO_LIMITS",
            Status.DEPRECATED,
            "A trusted application may call from anywhere, for anything.",
            "The incoming level is `trusted`, without addresses and paths.",
            "Say from where and for what: `applinks link change {link} --address … --path …`.",
        ),
    )
}
"""By name. Their remedies speak of the same facts as those of the causes."""
