"""Values of parameters, sealed as a whole: which of them are secret, only the script says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from applinks.store.sealing import Sealing


class Parameters:
    """Those in the column of that name, each row's for itself. None are NULL."""

    def __init__(self, sealing: Sealing, table: Table) -> None:
        self._sealing, self._table = sealing, table.name

    def sealed(self, owner: object, values: Mapping[str, Any]) -> bytes | None:
        """What is written for that row."""
        return self._sealing.seal(json.dumps(dict(values)).encode(), self._place(owner)) if values else None

    def unsealed(self, owner: object, sealed: bytes | None) -> dict[str, Any]:
        """What was written for that row."""
        return {} if sealed is None else json.loads(self._sealing.unseal(sealed, self._place(owner)))

    def _place(self, owner: object) -> tuple[str, str, str]:
        return (self._table, "parameters", str(owner))
