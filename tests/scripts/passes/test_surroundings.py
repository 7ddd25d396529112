"""What stands for the names that a hook may use."""

from __future__ import annotations

import logging

import pytest

from applinks.errors import ConfigurationError, LinkNotFound
from applinks.links import Entity
from applinks.people import Person
from applinks.scripts import Event
from applinks.scripts.passes.surroundings import LinksOfRun, Surroundings
from scripts.one_pass import Passes


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
