"""By which channels messages leave this installation, and where to; read once, like all settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from applinks.errors import ConfigurationError
from applinks.links import is_safe_way
from applinks.wire.web_address import is_web_address
from applinks.wire.webhooks import standard_headers

NAMES = ("inbox", "banner", "comment", "mail", "webhook")
"""Every channel; each has a file of its name beside this one."""
LEAVING = ("comment", "mail", "webhook")
"""Those by which a message leaves this application, in the order in which they are tried unless another is set."""


class Tls(StrEnum):
    """How the way to a mail server is kept: by TLS from the first byte, by STARTTLS or not at all, or in the open."""

    FROM_THE_START = "tls"
    STARTTLS = "starttls"
    NONE = "none"


_PORTS = {Tls.FROM_THE_START: 465, Tls.STARTTLS: 587, Tls.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and by whom it is sent."""

    host: str
    port: int
    sender: str
    tls: Tls = Tls.STARTTLS
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, address: str) -> Self:
        """From `smtp://user:password@host:port?from=links@example.com`, or `smtps://…`; with `&tls=none` in the open.

        Raises `ConfigurationError`, also where a password would travel in the open beyond this machine.
        """
        parts, given = _split(address)
        tls = Tls.FROM_THE_START if parts.scheme == "smtps" else _tls(given.get("tls", [Tls.STARTTLS.value])[0])
        sender = given.get("from", [""])[0]
        if "@" not in sender or not sender.isascii() or not sender.isprintable() or set(sender) & set(" ,;<>"):
            raise _no_server("It does not say who sends, as ?from=links@example.com.")
        if tls is Tls.NONE and parts.password and not is_safe_way(f"http://{parts.netloc.rpartition('@')[2]}"):
            raise _no_server("It would send a password in the open.")
        user, password = (None if text is None else unquote(text) for text in (parts.username, parts.password))
        return cls(parts.hostname or "", parts.port or _PORTS[tls], sender, tls, user, password)


@dataclass(frozen=True, slots=True)
class Channels:
    """The order in which channels are tried, and what each of them needs; what was not set up is passed over.

    `comment_as` is the user of this application as whom comments are written over its links. `webhook` is called with the
    message as JSON, signed with `webhook_secret` (Standard Webhooks).
    """

    order: tuple[str, ...] = LEAVING
    comment_as: str | None = None
    mail: MailServer | None = None
    webhook: str | None = field(default=None, repr=False)  # such an address may itself be a secret
    webhook_secret: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if unknown := [name for name in self.order if name not in NAMES]:
            raise ConfigurationError(
                f"There is no channel {unknown[0][:100]!r} for messages.", remedy=f"There are: {', '.join(NAMES)}."
            )
        if self.webhook is None:
            return
        if not is_web_address(self.webhook) or not is_safe_way(self.webhook):
            raise ConfigurationError(
                "The address of the webhook for messages is no https address.",
                remedy="Set APPLINKS_MESSAGE_WEBHOOK; plain http is for this machine only.",
            )
        if not self.webhook_secret:
            raise ConfigurationError(
                "The webhook for messages has no secret.", remedy="Set APPLINKS_MESSAGE_WEBHOOK_SECRET, whsec_…"
            )
        standard_headers("check", 0, b"", [self.webhook_secret])


def _split(address: str) -> tuple[SplitResult, dict[str, list[str]]]:
    try:
        parts = urlsplit(address)
        given = parse_qs(parts.query, strict_parsing=bool(parts.query))
        usable = parts.hostname and parts.port != 0 and parts.path in {"", "/"} and address.isprintable()
    except ValueError:
        usable = None
    if not usable or parts.scheme not in {"smtp", "smtps"} or not given.keys() <= {"from", "tls"}:
        raise _no_server("It is not of the form smtp://user:password@host:port?from=links@example.com.")
    return parts, given


def _tls(word: str) -> Tls:
    if word not in {Tls.STARTTLS, Tls.NONE}:
        raise _no_server("After tls= it says neither starttls nor none.")
    return Tls(word)


def _no_server(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The address of the mail server cannot be used. {why}",
        remedy="Set APPLINKS_MAIL; use smtps:// or STARTTLS, which smtp:// asks for by itself.",
    )
