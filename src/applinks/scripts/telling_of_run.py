"""What a script gets by the name `messages`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from applinks.scripts.runs import Run


class Messages:
    """Tells people something."""

    def __init__(self, run: Run, ask: Callable[[Any], Any]) -> None:
        self._run = run
        self._ask = ask
