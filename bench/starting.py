"""What an import costs a program that starts, beside a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from bench.measure import Call, Task

PATIENCE = 2.0


def rows() -> list[Task]:
    """Ours, what it costs to use the first name of it, and the others."""
    bare = Call(partial(started, "pass"))
    wanted = [
        ("import applinks", "import applinks", (1.6, 1.3)),
        ("from applinks import AppLinks", "from applinks import AppLinks", (None, None)),
        ("import oauthlib.oauth1", "import oauthlib.oauth1", (None, None)),
        ("import authlib.oauth1", "import authlib.oauth1", (None, None)),
        ("import requests_oauthlib", "import requests_oauthlib", (None, None)),
    ]
    return [
        Task(name, Call(partial(started, program)), bare, must=must, goal=goal, patience=PATIENCE)
        for name, program, (must, goal) in wanted
    ]


def started(program: str) -> None:
    """A new interpreter that runs this and ends."""
    subprocess.run([sys.executable, "-c", program], check=True)
