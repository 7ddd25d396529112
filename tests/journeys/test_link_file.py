"""One file brings up the demo's three applications with all their links from nothing, and the demo's whole story works on them."""

from __future__ import annotations

import socket
from contextlib import ExitStack, closing, contextmanager

import pytest

from applinks.declared import apply, doors_of, plan, read
from applinks.demo import servers, story
from applinks.demo.scene import Scene, Watch
from applinks.demo.servers import running
from applinks.demo.telling import Teller

FILE = """
[applications.tracker]
url = "{0}"
name = "Tracker"
type = "jira"
database = "sqlite:///applinks-tracker.db"

[applications.wiki]
url = "{1}"
name = "Wiki"
type = "confluence"
database = "sqlite:///applinks-wiki.db"

[applications.forge]
url = "{2}"
name = "Forge"
type = "bitbucket"
database = "sqlite:///applinks-forge.db"

[[links]]
between = ["tracker", "wiki"]
same_users = true
excluded = ["carol", "cclark"]

[links.tracker]
incoming.policy.administrators = ["deployment"]

[links.wiki]
incoming.policy.administrators = ["deployment"]

[[links]]
between = ["tracker", "forge"]
same_users = true

[[links]]
between = ["forge", "wiki"]
same_users = true
excluded = ["carol", "cclark"]

[links.wiki]
outgoing.fixed_user = true
incoming.policy.administrators = ["deployment"]

[links.forge]
incoming.execute_as = "integration"
"""


@pytest.fixture
def listening(monkeypatch):
    """Three sockets of this machine, on which the demo will serve in its own order."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        left = iter(sockets)

        @contextmanager
        def next_one():
            yield next(left)

        monkeypatch.setattr(servers, "_listening", next_one)
        yield [f"http://127.0.0.1:{one.getsockname()[1]}" for one in sockets]


def test_the_story_works_on_what_one_file_has_made(tmp_path, listening):
    (tmp_path / "links.toml").write_text(FILE.format(*listening))
    file = read(tmp_path / "links.toml", {})
    with doors_of(file, {}) as doors:
        assert len(apply(file, doors, by="admin")) == 9
        assert apply(file, doors, by="admin") == ()
    teller = Teller(quiet=True)
    with running(tmp_path) as three, Watch() as watch, closing(Scene(three, teller, watch)) as scene:
        assert list(three.addresses().values()) == listening
        for act in story.ACTS:
            if act is not story.link:
                act(scene)
    assert teller.story.steps
    assert [step.name for step in teller.story.steps if not step.ok] == []
    with doors_of(file, {}) as doors:
        assert plan(file, doors).differs is False, "calls change nothing that is declared"
