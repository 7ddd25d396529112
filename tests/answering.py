"""Answers the questions of a flow by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from applinks.questions import Flow, drive


class Answers:
    """What each type of question is answered with: a value, a function of the question, or an error to raise.

    Every question is kept in `asked`, in order; one that nobody foresaw fails the test.
    """

    def __init__(self, known: Mapping[type, Any]) -> None:
        self._known = dict(known)
        self.asked: list[Any] = []

    def __call__(self, question: Any) -> Any:
        self.asked.append(question)
        assert type(question) in self._known, f"nobody foresaw {question!r}"
        answer = self._known[type(question)]
        if isinstance(answer, Exception):
            raise answer
        return answer(question) if callable(answer) else answer

    def kinds(self) -> list[str]:
        """The types of what was asked, in order."""
        return [type(question).__name__ for question in self.asked]


def run(flow: Flow[Any], known: Mapping[type, Any] | None = None) -> Any:
    """The result of a flow whose questions are answered so."""
    return drive(flow, Answers(known or {}))
