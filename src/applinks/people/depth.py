"""How many runs of scripts, one after the other, led to what happens here (product.md R-35).

Rules of this file:
- Every request begins with none, whatever its surroundings. What a request says about itself counts only where it was admitted
  over a link: nobody else can say that scripts are to be cut off.
- Tasks inherit it, and keep it: what they cause was caused by the same runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_depth: ContextVar[int] = ContextVar("applinks_depth", default=0)


def depth_here() -> int:
    """How many runs led here."""
    return _depth.get()


def set_depth(depth: int) -> None:
    """From here on, in this context, so many runs led here."""
    _depth.set(depth)


@contextmanager
def at_depth(depth: int) -> Iterator[None]:
    """A block to which so many runs led."""
    token = _depth.set(depth)
    try:
        yield
    finally:
        _depth.reset(token)
