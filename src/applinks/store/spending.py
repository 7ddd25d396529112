"""What spends nonces, wherever they are kept; here in the memory of a process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from applinks.incoming import SpendNonce
from applinks.store.nonces import digest


class Spending(Protocol):
    """Answers `SpendNonce`, from any thread and any event loop."""

    def answer(self, question: SpendNonce) -> bool:
        """Whether it is spent now for the first time."""

    async def answer_async(self, question: SpendNonce) -> bool:
        """The same, without keeping the event loop waiting."""

    async def close_of_this_loop(self) -> None:
        """Close the connections of the event loop that is running."""

    def close(self) -> None:
        """Close all others."""


class Memory:
    """For one process only: another one would admit the same request again, and so would this one after it was restarted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        self._spent: set[bytes] = set()
        self._in_order: deque[tuple[int, bytes]] = deque()

    def answer(self, question: SpendNonce) -> bool:
        """Whether it is spent now for the first time."""
        nonce = digest(question)  # which is short, however long the sender made it
        with self._turn:
            self._forget(self._clock())
            if nonce in self._spent:
                return False
            self._spent.add(nonce)
            self._in_order.append((question.keep_until, nonce))
            return True

    def _forget(self, now: float) -> None:
        """What came first goes first: no nonce too early, and few of them somewhat late."""
        while self._in_order and self._in_order[0][0] < int(now):
            _, nonce = self._in_order.popleft()
            self._spent.discard(nonce)

    async def answer_async(self, question: SpendNonce) -> bool:
        """Done at once."""
        return self.answer(question)

    async def close_of_this_loop(self) -> None:
        """Nothing of it belongs to an event loop."""

    def close(self) -> None:
        """There is nothing to close."""
