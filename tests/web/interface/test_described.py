"""The interface does what its description says: Schemathesis tries it, with data that fits and data that does not (issue 5).

Nothing may end in a 5xx, and no status, header or body may be another one than was described; what does not fit must be refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from applinks.incoming import AutomationToken, AutomationTokenOf, KeepAutomationToken
from applinks.incoming.automation import PREFIX, digest_of
from applinks.web.interface import BELOW
from in_memory import link_to
from journeys import serving
from putting import put
from web.interface.rig import NEVER, Rig, with_scripts

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 413, 422, 424]
"""
"""How what does not fit may be refused; and how what fits, since a schema cannot say all rules (412, 413, 422, 424)."""
FEW = ("describe", "listLinks", "registerLink", "changeLink", "deleteLink", "listRecords", "makeToken")
"""Enough to see that both kinds of server hand over the same."""


SECRET = f"{PREFIX}{'s' * 43}"
TOKEN = AutomationToken("standing", "tried", "ada", True, 1, NEVER)


def in_place(made: Rig) -> None:
    """What an earlier request has deleted is there again: the link, and the token itself, which is found among the others."""
    put(made.applinks, link_to(made.tracker))
    if made.applinks.answer(AutomationTokenOf(digest_of(SECRET))) is None:
        made.applinks.answer(KeepAutomationToken(TOKEN, digest_of(SECRET)))


def tried(made: Rig, url: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """By its own command line, as anybody would."""
    (folder / "schemathesis.toml").write_text(CONFIGURATION)
    with_scripts(made)
    other = made.applinks.make_token("spare", user="grace", by="root").token
    there = {
        "link": made.tracker.identity.id,
        "grant": "grant-0",
        "entity_link": "e",
        "refusal": "refusal-0",
        "token": other.id,
        "person": "alice",
        "runner": "group:staff",
        "source": "source-0",
        "event": "1",
        "run": "1",
        "script": "script-0",
        "url": made.tracker.identity.url,
    }
    return subprocess.run(
        [
            SCHEMATHESIS,
            "run",
            f"{url}{BELOW}/openapi.json",
            "--url",
            f"{url}{BELOW}",
            *("--header", f"Authorization: Bearer {SECRET}"),
            *("--seed", "5", "--suppress-health-check", "all", "--max-failures", "5"),
            *options,
        ],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("aimed.py")),
            "APPLINKS_THERE": json.dumps(there),
            "NO_COLOR": "1",
        },
    )


@pytest.mark.timeout(300)
def test_no_answer_departs_from_the_description(made: Rig, tmp_path: Path) -> None:
    statuses: list[int] = []

    def app(environ: Any, start_response: Any) -> Any:
        in_place(made)

        def noted(status: str, *rest: Any) -> Any:
            statuses.append(int(status[:3]))
            return start_response(status, *rest)

        return made.wsgi(environ, noted)

    listening = serving.listen()
    with serving.wsgi(app, listening):
        done = tried(made, serving.address_of(listening), tmp_path, "--phases", "coverage,fuzzing", "--max-examples", "6")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {200, 201, 204, 400, 401, 404, 405, 412, 415, 422, 424} <= set(statuses), "too little was tried"
    assert statuses.count(401) < len(statuses) / 4
    assert max(statuses) < 500


@pytest.mark.timeout(300)
def test_nor_does_one_under_asgi(made: Rig, tmp_path: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        in_place(made)
        await made.asgi(scope, receive, send)

    few = [option for name in FEW for option in ("--include-operation-id", name)]
    listening = serving.listen()
    with serving.asgi(app, listening):
        done = tried(made, serving.address_of(listening), tmp_path, "--phases", "fuzzing", "--max-examples", "10", *few)
    assert done.returncode == 0, done.stdout + done.stderr
