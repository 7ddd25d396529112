"""Answers about what is set for single hooks; their parameters are sealed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, select

from applinks.scripts import HookSetting, HookSettings, SetHook
from applinks.store.insertion import insert_or_replace
from applinks.store.parameters import Parameters
from applinks.store.script_tables import hook_settings as table
from applinks.store.sealing import Sealing


class SettingsOfHooks:
    """Keeps and finds them."""

    def __init__(self, sealing: Sealing, clock: Callable[[], float]) -> None:
        self._parameters = Parameters(sealing, table)
        self._clock = clock

    def all(self, connection: Connection, _question: HookSettings) -> dict[str, HookSetting]:
        """By the id of the hook."""
        return {row.hook: self._read(row) for row in connection.execute(select(table))}

    def keep(self, connection: Connection, question: SetHook) -> HookSetting:
        """Insert or replace."""
        now = self._clock()
        row = {
            "hook": question.hook,
            "enabled": question.enabled,
            "parameters": self._parameters.sealed(question.hook, question.parameters),
            "changed_at": now,
            "changed_by": question.by,
        }
        connection.execute(insert_or_replace(connection, table), row)
        return HookSetting(question.hook, question.enabled, question.parameters, now, question.by)

    def _read(self, row: Row[Any]) -> HookSetting:
        parameters = self._parameters.unsealed(row.hook, row.parameters)
        return HookSetting(row.hook, row.enabled, parameters, row.changed_at, row.changed_by)
