"""Links between single things: what may be one, and what is written down."""

from __future__ import annotations

import pytest

from applinks.errors import ConfigurationError, LinkNotFound
from applinks.links import Entity, link_entities, primary_entity, unlink_entities
from in_memory import InMemory, link_to

OPS = Entity("project", "OPS")
SPACE = Entity("space", "OPS", "Operations")


@pytest.fixture
def us() -> InMemory:
    return InMemory("Tracker")


@pytest.fixture
def link(us: InMemory):
    return us.save(link_to(InMemory("Wiki", type="confluence")))


@pytest.mark.parametrize(("kind", "key"), [("", "a"), ("a", ""), (" a", "a"), ("a", "a "), ("a\n", "a"), ("a", "a" * 256)])
def test_a_thing_has_a_plain_type_and_key(kind, key):
    with pytest.raises(ConfigurationError, match="plain text"):
        Entity(kind, key)


@pytest.mark.parametrize("name", ["a\x00", "a" * 256])
def test_its_name_is_plain_text_too(name):
    with pytest.raises(ConfigurationError, match="name of an entity"):
        Entity("space", "OPS", name)


def test_linking_and_unlinking_is_written_down(us, link):
    made = us.run(link_entities(link, OPS, SPACE, by="root"))
    us.run(unlink_entities(made.id, by="root"))
    assert [(e.kind, e.outcome, e.actor) for e in us.entries] == [
        ("entities linked", "project:OPS – space:OPS", "root"),
        ("entities unlinked", "project:OPS – space:OPS", "root"),
    ]


def test_what_is_not_linked_is_an_error_that_says_how_to_link_it(us):
    with pytest.raises(LinkNotFound, match="No space is linked with project:OPS"):
        us.run(primary_entity(OPS, "space"))
    with pytest.raises(LinkNotFound, match="no link of entities with that id"):
        us.run(unlink_entities("gone", by="root"))
