"""All links, as a list and as a picture."""

from __future__ import annotations

import pytest

from applinks.links import Level
from applinks.web.administration.links import DRAWN
from applinks.web.visit import LINKS
from in_memory import InMemory, link_to
from web.dom import Dom
from web.visitor import at, said_by


def test_without_links_it_says_how_to_make_one(root):
    assert "There are no links yet. Make the first one" in said_by(root.get(LINKS))


def test_each_link_is_there_with_its_levels_and_leads_to_its_page(tracker, wiki):
    tracker.save(link_to(wiki))
    page = at(tracker, "root").get(LINKS)
    assert "Wiki" in said_by(page)
    assert "OAuth with impersonation" in said_by(page)
    assert f"/plugins/servlet/applinks/admin/links/{wiki.identity.id}" in Dom(page.body.decode()).links()


@pytest.mark.parametrize(
    ("count", "words"), [(1, None), (DRAWN, None), (DRAWN + 1, "1 more link is"), (DRAWN + 5, "5 more links are")]
)
def test_the_picture_has_a_bounded_number_of_them_and_says_how_many_it_leaves_out(tracker, count, words):
    for number in range(count):
        tracker.save(link_to(InMemory(f"Wiki {number}")))
    page = at(tracker, "root").get(LINKS)
    assert page.body.decode().count("<rect") == min(count, DRAWN) + 1
    assert ("more link" in said_by(page)) is (words is not None)
    assert words is None or words in said_by(page)


def test_a_direction_that_is_off_is_drawn_as_such(tracker, wiki):
    from dataclasses import replace

    link = tracker.save(link_to(wiki))
    tracker.save(replace(link, outgoing=replace(link.outgoing, level=Level.DISABLED)))
    assert at(tracker, "root").get(LINKS).body.decode().count('class="way off"') == 1
