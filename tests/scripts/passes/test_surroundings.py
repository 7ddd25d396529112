"""What a hook may name, and what stands for each name."""

from __future__ import annotations

import logging

import pytest

from applinks.errors import ConfigurationError, LinkNotFound
from applinks.links import Entity
from applinks.people import Person
from applinks.scripts import Event, Hook, HookKind, RequestTold, names_of
from applinks.scripts.events.beans import Issue, Page, Transition
from applinks.scripts.passes.surroundings import ALWAYS, LinksOfRun, Surroundings
from scripts.one_pass import Passes

JIRA = Hook(HookKind.LISTENER, application="jira", events=("*",))


@pytest.mark.parametrize(
    ("hook", "has", "has_not"),
    [
        (JIRA, {"issue": Issue, "transition": Transition, "user": Person}, {"page", "request", "nonsense"}),
        (Hook(HookKind.LISTENER, application="confluence", events=("*",)), {"page": Page}, {"issue"}),
        (Hook(HookKind.LISTENER, events=("*",)), {"issue": Issue, "page": Page}, {"request"}),
        (Hook(HookKind.LISTENER, application="shop", events=("*",)), {"event": None}, {"issue"}),
        (Hook(HookKind.VALIDATOR, application="jira", transition="*"), {"issue": Issue}, {"request"}),
        (Hook(HookKind.BY_HAND), {"issue": Issue}, {"request"}),
        (Hook(HookKind.JOB, cron="* * * * *"), {"user": Person, "jira": None}, {"issue", "request"}),
        (Hook(HookKind.ENDPOINT, method="GET", path="x"), {"request": RequestTold}, {"issue"}),
        (Hook(HookKind.OPERATION), {"run": None}, {"issue", "request"}),
    ],
)
def test_what_a_hook_may_name(hook: Hook, has: dict[str, object], has_not: set[str]) -> None:
    names = names_of(hook)
    assert {name: names[name] for name in has} == has
    assert not has_not & names.keys()
    assert ALWAYS.keys() <= names.keys()
    assert {"jira", "confluence", "bitbucket"} <= names.keys()


def surroundings(desk: Passes, event: Event | None = None) -> Surroundings:
    alice, ada = Person("alice"), Person("ada")
    return Surroundings(
        "the run", event, alice, ada, logging.getLogger("x"), "messages", "progress", LinksOfRun(desk.applinks), "asked"
    )


def test_each_name_stands_for_what_it_says(desk: Passes) -> None:
    told = Event("here", "jira", "updated", "d", {"issue": {"key": "OPS-7", "fields": {}}}, 1.0)
    around = surroundings(desk, told)
    bound = around.bound(
        ["run", "event", "user", "actor", "log", "messages", "progress", "applinks", "request", "issue", "comment"]
    )
    assert (bound["run"], bound["event"], bound["messages"], bound["request"]) == ("the run", told, "messages", "asked")
    assert bound["progress"] == "progress"
    assert (bound["user"].name, bound["actor"].name) == ("alice", "ada")
    assert bound["issue"].key == "OPS-7"
    assert bound["comment"] is None, "the event tells of none"
    assert around.bound([]) == {}


def test_a_type_of_application_stands_for_its_primary_link_and_is_looked_up_only_if_it_is_named(desk: Passes) -> None:
    around = surroundings(desk)
    with pytest.raises(LinkNotFound):
        around.bound(["jira"])
    assert around.bound(["user"])["user"].name == "alice"
    links = around.applinks
    assert links.primary("shop").name == "Shop"
    assert [link.name for link in links.links()] == ["Bank", "Shop"]
    assert [link.name for link in links.links("bank")] == ["Bank"]
    assert links.link("Bank").id == links.link(id="bank").id == "bank"
    with pytest.raises(LinkNotFound):
        links.link("Nowhere")
    for both_or_neither in ({}, {"name": "Bank", "id": "bank"}):
        with pytest.raises(ConfigurationError, match="either by its name or by its id"):
            links.link(**both_or_neither)
    with pytest.raises(LinkNotFound):
        links.linked_entity(Entity("space", "OPS"), "confluence")
