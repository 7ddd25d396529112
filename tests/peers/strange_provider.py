"""A provider that answers whatever a test wants it to, and knows nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from peers.provider import Answer, Asked, Provider, Token

ASKED = "oauth_token=asked&oauth_token_secret=s&oauth_callback_confirmed=true"
GIVEN = "oauth_token=given&oauth_token_secret=s"
PAGE = "<!DOCTYPE html><title>Log in</title><form action='/login'></form>"


@dataclass
class Script:
    """The answers to come."""

    request_token: Answer = field(default_factory=lambda: Answer(200, ASKED))
    access_token: Answer = field(default_factory=lambda: Answer(200, GIVEN))
    resource: Answer = field(default_factory=lambda: Answer(200, "somebody"))


class StrangeProvider(Provider):
    """It sends people back with a verifier, whoever they are."""

    def __init__(self) -> None:
        super().__init__()
        self.script = Script()

    def request_token(self, asked: Asked) -> Answer:
        callback = _said(asked)["oauth_callback"]
        self.request_tokens["asked"] = Token("asked", "s", "", callback)
        return self.script.request_token

    def access_token(self, asked: Asked) -> Answer:
        return self.script.access_token

    def redirect(self, asked: Asked, user: str) -> str:
        return f"{self.request_tokens['asked'].callback}&oauth_token=asked&oauth_verifier=v"

    def whoami(self, asked: Asked) -> str | Answer:
        return self.script.resource


def _said(asked: Asked) -> dict[str, Any]:
    pairs = (pair.partition("=") for pair in asked.headers["Authorization"].removeprefix("OAuth ").split(", "))
    return {name: unquote(value.strip('"')) for name, _, value in pairs}
