from __future__ import annotations

import pytest

from applinks.errors import ConfigurationError, LinkNotFound
from applinks.links import link_named, link_with_id, links_of, one_link, primary_link
from in_memory import InMemory, link_to

JIRA, CONFLUENCE = "jira", "confluence"


@pytest.fixture
def us() -> InMemory:
    """Linked with two trackers, of which Second was made primary, and a wiki."""
    here = InMemory("Front")
    for name, type_ in (("First", JIRA), ("Second", JIRA), ("Wiki", CONFLUENCE)):
        here.save(link_to(InMemory(name, type=type_), primary=name == "Second"))
    return here


def test_a_link_is_found_by_its_name_in_any_case_of_letters(us):
    assert us.run(link_named("First")).name == "First"
    assert us.run(link_named("wIKI")).name == "Wiki"


def test_a_link_is_found_by_the_id_of_the_other_application(us):
    wiki = us.link("Wiki")
    assert us.run(link_with_id(wiki.id)) == wiki


def test_one_link_is_named_by_its_name_or_by_its_id_and_never_by_both(us):
    wiki = us.link("Wiki")
    assert us.run(one_link("wiki", None)) == us.run(one_link(None, wiki.id)) == wiki
    for both_or_neither in ((None, None), ("Wiki", wiki.id)):
        with pytest.raises(ConfigurationError, match="either by its name or by its id"):
            us.run(one_link(*both_or_neither))
    for name, id in (("", None), (None, "")):  # noqa: A001
        with pytest.raises(LinkNotFound):
            us.run(one_link(name, id))


def test_the_primary_link_of_a_type_is_the_one_that_has_the_flag(us):
    """R-03"""
    assert us.run(primary_link(JIRA)).name == "Second"
    assert us.run(primary_link(CONFLUENCE)).name == "Wiki"


def test_all_links_or_all_of_a_type_come_with_the_primary_one_first(us):
    assert [link.name for link in us.run(links_of(JIRA))] == ["Second", "First"]
    assert {link.name for link in us.run(links_of())} == {"First", "Second", "Wiki"}
    assert us.run(links_of("bamboo")) == ()


@pytest.mark.parametrize("look", [lambda: link_named("Wiky"), lambda: link_with_id("0"), lambda: primary_link("bamboo")])
def test_what_is_not_there_is_an_error_that_lists_what_is(us, look):
    """R-02"""
    with pytest.raises(LinkNotFound) as missing:
        us.run(look())
    assert all(name in str(missing.value) for name in ("'First' (jira)", "'Second' (jira)", "'Wiki' (confluence)"))


def test_of_many_links_ten_are_listed():
    here = InMemory("Front")
    for number in range(12):
        here.save(link_to(InMemory(f"Tracker {number:02}")))
    with pytest.raises(LinkNotFound, match="…") as missing:
        here.run(link_named("Wiki"))
    assert str(missing.value).count("(jira)") == 10


def test_where_there_are_no_links_the_error_says_how_to_make_one():
    with pytest.raises(LinkNotFound, match="applinks link create"):
        InMemory("Front").run(link_named("Wiki"))


def test_a_type_whose_links_have_no_primary_one_is_not_guessed(us):
    us.links = {id_: link for id_, link in us.links.items() if link.name != "Second"}
    with pytest.raises(LinkNotFound, match="'jira'"):
        us.run(primary_link(JIRA))
