"""What a page is told about a request; forms and queries are in test_forms.py."""

from __future__ import annotations

from web.visitor import at


def test_who_administers_finds_the_way_to_the_links_on_every_page_and_nobody_else_does(tracker):
    from applinks.web.visit import GRANTS

    assert "listApplicationLinks" in at(tracker, "root").get(GRANTS).body.decode()
    assert "listApplicationLinks" not in at(tracker, "alice").get(GRANTS).body.decode()
