"""Nonces lie in the order of time, and need no second index to be swept.

Those that were spent before stand under keys that begin with no time, and nobody asks for such keys any more; they are removed.
So a request that was admitted in the six minutes before this upgrade could be admitted once more after it: upgrade with the
processes stopped, and start them a little later, where that matters.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Empty nonces, and drop the index over keep_until."""
    op.execute("DELETE FROM nonces")
    op.drop_index("ix_nonces_keep_until", "nonces")
