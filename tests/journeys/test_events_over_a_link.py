"""R-37: an application tells another what happens, over real sockets; the person is believed where they may be impersonated."""

from __future__ import annotations

from pathlib import Path

from applinks.people import Policy
from applinks.scripts import RunState
from journeys.two_with_scripts import two, until

LISTENS = """
from applinks.scripts import listener

@listener("changed", application="desk")
def heard(event, user):
    return [event.payload, user.name, event.depth]
"""


def test_what_happens_here_is_heard_there(tmp_path: Path):
    with two(tmp_path, "", LISTENS, tell={"Wiki": {"changed"}}) as (desk, wiki):
        desk.scripts.occurred("changed", {"number": 1}, user="alice", item="thing 1", depth=2)
        desk.scripts.occurred("other", {}, user="alice")
        desk.scripts.occurred("changed", {"number": 2}, user="bob", item="thing 1")
        until(lambda: len(wiki.runs()) == 2 and wiki.is_quiet())
        assert [run.result for run in wiki.runs()] == [[{"number": 1}, "alice", 2], [{"number": 2}, "bob", 0]]
        assert {run.state for run in wiki.runs()} == {RunState.DONE}
        assert {event.source for event in wiki.events()} == {f"link {desk.applinks.identity.id}"}


def test_a_person_whom_the_policy_excludes_is_not_believed(tmp_path: Path):
    with two(tmp_path, "", LISTENS, tell={"Wiki": {"*"}}) as (desk, wiki):
        wiki.applinks.change_policy("Desk", Policy(excluded_users={"alice"}), by="root")
        desk.scripts.occurred("changed", {}, user="alice")
        until(lambda: len(wiki.events()) == 1 and wiki.is_quiet())
        assert wiki.runs() == ()
        assert "the policy excludes the person" in (wiki.events()[0].note or "")
