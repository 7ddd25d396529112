"""Loaded by Schemathesis (SCHEMATHESIS_HOOKS): half of what fits is meant for what is there.

Random ids and addresses would hardly ever meet anything.
"""

from __future__ import annotations

import json
import os
import zlib
from typing import Any

import schemathesis

THERE: dict[str, str] = json.loads(os.environ["APPLINKS_THERE"])


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    known = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode()) % 2
    if known and case.meta and case.meta.generation.mode is schemathesis.GenerationMode.POSITIVE:
        if case.path_parameters:
            case.path_parameters = {name: THERE[name] for name in case.path_parameters}
        if case.operation.path == "/pairings":
            case.body = {**case.body, "url": THERE["url"], "administrator": {"name": "root", "password": "root's"}}
        if case.operation.path == "/links/{link}/test":
            case.body = {"user": "alice"}
