"""What a page is told about a request; forms and queries are in test_forms.py."""

from __future__ import annotations

from applinks.web import PageVisit
from applinks.wire.messages import FORM, Request
from web.visitor import at


def test_what_somebody_types_is_in_no_representation(tracker):
    """T-66: passwords and secrets come in forms, and a traceback shows what it finds."""
    body = b"password=canary-5f1d&secret=canary-5f1d"
    request = Request("POST", f"{tracker.identity.url}/x", (("content-type", FORM), ("cookie", "c=canary-5f1d")), body)
    visit = PageVisit(request, "/x", tracker.identity, None)
    assert visit.form["password"] == "canary-5f1d"
    assert "canary-5f1d" not in repr(visit)


def test_who_administers_finds_the_way_to_the_links_on_every_page_and_nobody_else_does(tracker):
    from applinks.web.visit import GRANTS

    assert "listApplicationLinks" in at(tracker, "root").get(GRANTS).body.decode()
    assert "listApplicationLinks" not in at(tracker, "alice").get(GRANTS).body.decode()


def test_an_event_may_be_larger_than_what_is_sent_to_a_page():
    from applinks.incoming import BODY_LIMIT
    from applinks.web import LONGEST_EVENT, longest_body

    assert longest_body("/plugins/servlet/applinks/events/source") == LONGEST_EVENT == 1024 * 1024
    assert longest_body("/plugins/servlet/applinks/events") == BODY_LIMIT
    assert longest_body("/plugins/servlet/applinks/listApplicationLinks") == BODY_LIMIT
