"""What can be set from outside, read once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from applinks.errors import ConfigurationError
from applinks.scripts import LEAVING, Channels, MailServer

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the records are, and who this application is.

    `database`: an SQLAlchemy address; SQLite is the default, because it needs nothing. PostgreSQL is for several machines.
    `url`: the public address at which people and other applications reach this one, as a browser would write it. It is
    declared and never guessed: what a proxy or a client says in a header decides nothing (security.md T-64).
    `former_url`: the address before a move. Requests that were signed for it are still admitted while this is set; it differs
    from `url` in scheme, host or port.
    `name`, `type`: how this application introduces itself. None keeps what is stored.
    `mechanisms`: by which ways calls may be proven, both ways; what is not named is not loaded. The three OAuth ones, unless
    said otherwise; "Trusted" and "Basic" are legacy.
    `plain_http`: whether links may run over plain http beyond this machine. Off, since keys and calls could be changed.
    `replay`: where it is kept which requests were admitted already. None for the database; the address of a Valkey or Redis
    server (`valkey://host:6379/0`, `valkeys://…`) that all processes share; or "memory", for a single process that may admit a
    request again after it was restarted.
    `channels`: by which ways messages reach people besides inbox and banners, and in which order these are tried.
    `words`: a folder with more languages, or other words, for what people are told.
    `pasted_scripts`: whether administrators may paste scripts, which run in a sandbox. Off, since it lets whoever is an
    administrator here act as anybody who does something.
    """

    database: str = field(default="sqlite:///applinks.db", repr=False)  # an address may hold a password
    url: str | None = None
    name: str | None = None
    type: str | None = None
    mechanisms: Sequence[str] = ("2LOi", "3LO", "2LO")
    plain_http: bool = False
    replay: str | None = field(default=None, repr=False)
    former_url: str | None = None
    channels: Channels = field(default_factory=Channels, repr=False)
    words: Path | None = None
    pasted_scripts: bool = False

    def __post_init__(self) -> None:
        if self.url is not None and not _is_address(self.url):
            raise ConfigurationError(
                f"The public address {self.url!r} is not a plain http(s) address.",
                remedy="Set url=… or APPLINKS_URL, like https://tracker.example.com.",
            )
        if self.former_url is not None and not (_is_address(self.former_url) and _same_path(self.former_url, self.url)):
            raise ConfigurationError(
                f"The former address {self.former_url!r} is no plain http(s) address with the path of the present one.",
                remedy="Set both, url=… and former_url=… (APPLINKS_FORMER_URL); they may differ in scheme, host and port.",
            )


def from_environment(environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """The settings that were given; what was not, from APPLINKS_DATABASE, _URL, _NAME, _TYPE, _MECHANISMS,
    _PLAIN_HTTP, _REPLAY, _FORMER_URL, _WORDS, _PASTED_SCRIPTS, and those about messages that
    `docs/reference/settings.md` lists.
    """
    texts = {
        name: environment[variable]
        for name, variable in (
            ("database", "APPLINKS_DATABASE"),
            ("url", "APPLINKS_URL"),
            ("name", "APPLINKS_NAME"),
            ("type", "APPLINKS_TYPE"),
            ("replay", "APPLINKS_REPLAY"),
            ("former_url", "APPLINKS_FORMER_URL"),
        )
        if environment.get(variable)
    }
    found: dict[str, Any] = {**texts, "plain_http": _truth(environment, "APPLINKS_PLAIN_HTTP")}
    found["pasted_scripts"] = _truth(environment, "APPLINKS_PASTED_SCRIPTS")
    if environment.get("APPLINKS_MECHANISMS"):
        found["mechanisms"] = _listed(environment["APPLINKS_MECHANISMS"])
    if environment.get("APPLINKS_WORDS"):
        found["words"] = Path(environment["APPLINKS_WORDS"])
    if given.get("channels") is None:
        found["channels"] = _channels(environment)
    return Settings(**{**found, **{name: value for name, value in given.items() if value is not None}})


def _channels(environment: Mapping[str, str]) -> Channels:
    """What is said about messages; the defaults where nothing is."""
    mail, order = environment.get("APPLINKS_MAIL"), environment.get("APPLINKS_MESSAGES")
    return Channels(
        order=_listed(order) if order else LEAVING,
        comment_as=environment.get("APPLINKS_COMMENT_AS") or None,
        mail=MailServer.read(mail) if mail else None,
        webhook=environment.get("APPLINKS_MESSAGE_WEBHOOK") or None,
        webhook_secret=environment.get("APPLINKS_MESSAGE_WEBHOOK_SECRET") or None,
    )


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(","))


def _is_address(url: str) -> bool:
    """Scheme, host and perhaps a path: what others could use to build addresses below it."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme in {"http", "https"} and parts.hostname is not None and parts.port != 0
    except ValueError:
        return False
    return plain and url.isprintable() and not set(url) & set(" ?#@\\")


def _same_path(former: str, url: str | None) -> bool:
    """Requests are told apart by nothing but their path, which therefore must be the same."""
    return url is not None and urlsplit(former).path.rstrip("/") == urlsplit(url).path.rstrip("/")


def _truth(environment: Mapping[str, str], variable: str) -> bool:
    word = environment.get(variable, "").strip().lower()
    if word not in _YES | _NO:
        raise ConfigurationError(f"{variable} is {word!r}.", remedy="Say 1 or 0.")
    return word in _YES
