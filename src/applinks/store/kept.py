"""Answers kept in this process, so that the same question is not read from the database for every request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

SIZE = 1000
LONGEST = 10


class Kept:
    """The answers used last, at most `size` of them.

    Each is labelled with the version that held *before* it was read: it may be newer than its label, never older. So an answer
    whose label is the present version is right, whatever other threads and processes do meanwhile.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._turn = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()

    def get(self, question: Hashable, version: int) -> Any:
        """The answer, or None."""
        with self._turn:
            label, answer = self._answers.get(question, _NOTHING)
            if label != version:
                return None
            self._answers.move_to_end(question)
            return answer

    def put(self, question: Hashable, version: int, answer: Any) -> None:
        """Keep it, unless it is nothing (strangers can ask for any number of things that are not there) or a long list."""
        if answer is None or (isinstance(answer, tuple) and len(answer) > LONGEST):
            return
        with self._turn:
            self._answers[question] = (version, answer)
            self._answers.move_to_end(question)
            if len(self._answers) > self._size:
                self._answers.popitem(last=False)

    def __len__(self) -> int:
        return len(self._answers)


_NOTHING = (-1, None)
