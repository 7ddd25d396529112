"""Answers kept in this process, so that the same question is not read from the database for every request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final

SIZE = 1000
LONGEST = 10
NOT_KEPT: Final = object()
Shelf = OrderedDict[Hashable, tuple[int, Any]]


class Kept:
    """The answers used last, at most `size` of them, and at most as many absences.

    Each is labelled with the version that held *before* it was read: it may be newer than its label, never older. So an answer
    whose label is the present version is right, whatever other threads and processes do meanwhile.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._turn = threading.Lock()
        self._answers: Shelf = OrderedDict()
        self._absences: Shelf = OrderedDict()

    def get(self, question: Hashable, version: int) -> Any:
        """The answer, which may be that there is nothing (None), or `NOT_KEPT`."""
        with self._turn:
            for shelf in (self._answers, self._absences):
                label, answer = shelf.get(question, (-1, NOT_KEPT))
                if label == version:
                    shelf.move_to_end(question)
                    return answer
        return NOT_KEPT

    def put(self, question: Hashable, version: int, answer: Any) -> None:
        """Keep it, unless it is a long list.

        That something is not there is kept on a shelf of its own: asking again for an unknown consumer key takes no longer than
        for a known one (security.md T-07), and strangers, who can ask for any number of such things, push out nothing else.
        """
        if isinstance(answer, tuple) and len(answer) > LONGEST:
            return
        shelf, other = (self._absences, self._answers) if answer is None else (self._answers, self._absences)
        with self._turn:
            other.pop(question, None)
            shelf[question] = (version, answer)
            shelf.move_to_end(question)
            if len(shelf) > self._size:
                shelf.popitem(last=False)

    def __len__(self) -> int:
        return len(self._answers) + len(self._absences)
