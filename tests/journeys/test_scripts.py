"""The scripts of the demo, in an application that stands alone and is fed by webhooks: nothing in them is different there."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from applinks import Administrator, AppLinks, Policy
from applinks.demo import servers
from applinks.demo.servers import running
from applinks.demo.window import Plain
from applinks.people import Staff
from applinks.scripts import ENDED, CallsOf, Event, Events, EventState, LinesOf, Run, Runs, RunState
from applinks.wire.webhooks import hub_headers
from journeys.serving import listen
from scripts.payloads import body, issue_updated, page_created, pr_comment_added, refs_changed

pytestmark = pytest.mark.timeout(300)
ADMIN = Administrator("admin", "admin")
DEPLOYMENT = Policy(administrators=frozenset({"deployment"}))
PASSWORD = "a long password of the desk"
DEMO = Path(servers.__file__).parent
INBOX = "/plugins/servlet/applinks/inbox"
PATIENCE = 120.0


@dataclass
class Desk:
    """The application that stands alone, its records as this process sees them, and the three others."""

    url: str
    applinks: AppLinks
    others: servers.Running
    sources: dict[str, Any]

    def tell(self, application: str, payload: dict[str, Any], **headers: str) -> Event:
        """As that product would send it."""
        made, raw = self.sources[application], body(payload)
        sent = {**dict(hub_headers(raw, made.secret)), "content-type": "application/json", **headers}
        httpx2.post(made.address, content=raw, headers=sent, timeout=PATIENCE).raise_for_status()
        event: Event = self.applinks.answer(Events(1))[0]
        until(lambda: self._is_settled(event.number))
        return event

    def _is_settled(self, number: int) -> bool:
        (event,) = (event for event in self.applinks.answer(Events()) if event.number == number)
        over = {*ENDED, RunState.PARKED}
        return event.state is not EventState.RECEIVED and all(run.state in over for run in self.runs(event=number))

    def runs(self, **wanted: Any) -> tuple[Run, ...]:
        found: tuple[Run, ...] = self.applinks.answer(Runs(wanted))
        return found

    def pages(self, title: str) -> list[Any]:
        return self.others.wiki.records.pages(title=title)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    scripts = folder / "scripts"
    for name in ("tracker", "wiki", "forge"):
        shutil.copytree(DEMO / name / "scripts", scripts / name, ignore=shutil.ignore_patterns("__pycache__"))
    with ExitStack() as stack:
        others = stack.enter_context(running(folder / "others"))
        with listen() as found:
            port = found.getsockname()[1]
        url, database = f"http://127.0.0.1:{port}", f"sqlite:///{folder}/desk.db"
        applinks = stack.enter_context(AppLinks(database, url=url, name="Desk", people=Staff()))
        for name in ("alice", "carol", "deployment"):
            applinks.add_member(name, password=PASSWORD, full_name=name.title(), by="ops")
        applinks.allow_run_as("deployment", "alice", by="ops")
        stack.enter_context(standing_alone("--database", database, "--port", str(port), "--scripts", str(scripts)))
        httpx2.get(f"{url}/healthz", timeout=PATIENCE).raise_for_status()
        link_all(applinks, others)
        sources = {
            kind: applinks.add_source(f"{name} events", kind, link=name, by="ops")
            for kind, name in (("jira", "Tracker"), ("confluence", "Wiki"), ("bitbucket", "Forge"))
        }
        yield Desk(url, applinks, others, sources)


@contextmanager
def standing_alone(*words: str) -> Iterator[None]:
    """`applinks serve`, in a process of its own, until the end; begins when it says where it is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("APPLINKS_")}
    command = [Path(sys.executable).with_name("applinks"), "serve", "--json", *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), "it did not start"
            yield
        finally:
            process.kill()


def link_all(applinks: AppLinks, others: servers.Running) -> None:
    """Carol Clark is cclark in the wiki; the others admit “deployment”."""
    for other in (others.tracker, others.wiki, others.forge):
        theirs = other.applinks
        applinks.create_link(theirs.identity.url, ADMIN, same_users=True, by="ops")
        policy = theirs.change_policy("Desk", DEPLOYMENT, by="admin")
        if asyncio.iscoroutine(policy):
            asyncio.run(policy)
    applinks.change_link("Wiki", excluded=["carol", "cclark"], by="ops")
    asyncio.run(others.wiki.applinks.change_link("Desk", excluded=["carol", "cclark"], by="admin"))


def now(payload: dict[str, Any]) -> dict[str, Any]:
    """The same, as of now."""
    moment = (
        {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S%z}"} if "date" in payload else {"timestamp": int(time.time() * 1000)}
    )
    return payload | moment


def released(by: str, key: str, summary: str, *subtasks: str) -> dict[str, Any]:
    return now(issue_updated(by, before="Done", after="Released", key=key, summary=summary, subtasks=subtasks))


def test_alice_releases_an_issue_with_sub_tasks_over_there(desk: Desk) -> None:
    """A.2.5 and A.2.2: a page as her, one page for each sub-task below it, and a space as deployment, on the record."""
    event = desk.tell("jira", released("alice", "OPS-21", "Fly to the moon", "OPS-22", "OPS-23"))
    by_hook = {run.hook: run for run in desk.runs(event=event.number)}
    assert {hook: run.state for hook, run in by_hook.items()} == {
        "tracker/release_notes:write": RunState.DONE,
        "tracker/space_for_release:create": RunState.DONE,
    }, [run.error for run in by_hook.values()]
    (notes,) = desk.pages("Release notes OPS-21: Fly to the moon")
    parts = [page for page in desk.others.wiki.records.pages(space="OPS") if page.parent == notes.id]
    assert [page.title for page in parts] == ["Release notes OPS-22: Book a room", "Release notes OPS-23: Book a room"]
    assert {page.author for page in (notes, *parts)} == {"alice"}
    space = by_hook["tracker/space_for_release:create"]
    assert (space.user, space.actor, space.reason) == (
        "deployment", "alice", "A release of several parts gets a space of its own.",
    )  # fmt: skip
    assert desk.others.wiki.records.space("OPS21").creator == "deployment"


def test_the_same_event_sent_again_is_done_once(desk: Desk) -> None:
    payload = released("alice", "OPS-31", "Once")
    first = desk.tell("jira", payload)
    assert desk.tell("jira", payload).number == first.number
    assert len(desk.pages("Release notes OPS-31: Once")) == 1
    assert len(desk.runs(hook="tracker/release_notes:write", event=first.number)) == 1


def test_carol_allows_it_once_in_a_browser_and_what_waited_is_done_once(desk: Desk) -> None:
    """A.2.3: the dance, and nobody has to send the event again."""
    event = desk.tell("jira", released("carol", "OPS-41", "Wave goodbye"))
    (run,) = desk.runs(event=event.number, hook="tracker/release_notes:write")
    assert (run.state, run.parked_user) == (RunState.PARKED, "carol")
    assert desk.applinks.answer(CallsOf(run.number)) == ()
    carol = Plain("plain HTTP")
    carol.open(f"{desk.url}{INBOX}")
    carol.press("Sign in", name="carol", password=PASSWORD)
    assert "Wiki needs your consent" in carol.text
    carol.follow("Allow it")
    carol.press("Sign in", name="cclark", password="cclark")
    carol.press("Allow")
    assert carol.address.startswith(desk.url)
    until(lambda: desk.runs(event=event.number, hook="tracker/release_notes:write")[0].state in ENDED)
    (page,) = desk.pages("Release notes OPS-41: Wave goodbye")
    assert page.author == "cclark"
    carol.open(f"{desk.url}{INBOX}")
    assert "“Release notes OPS-41: Wave goodbye” is in Wiki." in carol.text
    carol.close()


def test_whoever_is_nobody_here_causes_nothing(desk: Desk) -> None:
    event = desk.tell("jira", released("bob", "OPS-51", "By nobody"))
    assert desk.runs(event=event.number, hook="tracker/release_notes:write") == ()
    assert desk.pages("Release notes OPS-51: By nobody") == []


def test_a_page_is_created_in_the_wiki_and_the_issue_leads_to_it(desk: Desk) -> None:
    """Confluence names people by a key; the script names whom it runs as."""
    payload = now(page_created(None, id=77_001, title="Release notes OPS-3: Order more rope"))
    event = desk.tell("confluence", payload, **{"x-event-key": "page_created"})
    (run,) = desk.runs(event=event.number)
    assert (run.hook, run.user, run.state) == ("wiki/link_back:link_back", "deployment", RunState.DONE), run.error
    assert "Release notes OPS-3: Order more rope" in {link.title for link in desk.others.tracker.records.remote_links("OPS-3")}


def test_what_alice_says_and_makes_in_the_forge_is_read_at_the_issue_in_her_name(desk: Desk) -> None:
    for payload, kind in (
        (pr_comment_added("alice", "See OPS-2."), "pr:comment:added"),
        (refs_changed("alice", "feature/OPS-2-lights", "ADD"), "repo:refs_changed"),
    ):
        event = desk.tell("bitbucket", now(payload), **{"x-event-key": kind})
        (run,) = desk.runs(event=event.number)
        assert (run.user, run.state) == ("alice", RunState.DONE), run.error
    said = desk.others.tracker.records.comments("OPS-2")[-2:]
    assert [comment.author for comment in said] == ["alice", "alice"]
    assert "pull request “OPS-7 prepare the launch”" in said[0].body
    assert "branch “feature/OPS-2-lights” in OPS/launch-scripts" in said[1].body


def test_its_own_people_ask_by_hand_who_they_are(desk: Desk) -> None:
    """A.2.1, as `applinks run` has it done: in another process, on the same records."""
    from applinks.running import Scripts

    with Scripts(desk.applinks, DEMO / "tracker" / "scripts", engine=False) as scripts:
        number = scripts.run("who_am_i:who_am_i", user="alice")
        scripts.performer.take(number)
        scripts.performer.wait(number, PATIENCE)
    (run,) = desk.runs(hook="who_am_i:who_am_i")
    assert (run.state, run.result) == (RunState.DONE, "alice"), run.error
    assert [line.text for line in desk.applinks.answer(LinesOf(number))] == ["Making the request as: alice"]
