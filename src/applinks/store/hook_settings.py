"""Answers about what is set for single hooks."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select

from applinks.scripts import HookSetting, HookSettings, SetHook
from applinks.store.insertion import insert_or_replace
from applinks.store.script_tables import hook_settings as table


class SettingsOfHooks:
    """Keeps and finds them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def all(self, connection: Connection, _question: HookSettings) -> dict[str, HookSetting]:
        """By the id of the hook."""
        rows = connection.execute(select(table))
        return {row.hook: HookSetting(row.hook, row.enabled, row.parameters, row.changed_at, row.changed_by) for row in rows}

    def keep(self, connection: Connection, question: SetHook) -> HookSetting:
        """Insert or replace."""
        now = self._clock()
        row = {
            "hook": question.hook,
            "enabled": question.enabled,
            "parameters": dict(question.parameters),
            "changed_at": now,
            "changed_by": question.by,
        }
        connection.execute(insert_or_replace(connection, table), row)
        return HookSetting(question.hook, question.enabled, question.parameters, now, question.by)
