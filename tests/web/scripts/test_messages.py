"""What people were told: the inbox, the banners, and the number in the head of each page."""

from __future__ import annotations

import pytest

from applinks.scripts import KeepMessages, MessagesOf, NewMessage, SettleMessages, Severity
from applinks.web.scripts.messages import AT_ONCE
from applinks.web.visit import AUTHORIZE, GRANTS, INBOX, OWN_RUNS
from web.dom import Dom
from web.hostile import ADDRESSES, MARKUP
from web.visitor import at, followed, said_by

TOLD = {"link": "Wiki", "user": "alice", "script": "publish:when_done", "attempt": "POST page"}


def tell(application, text: str = "A page was made.", user: str = "alice", severity: Severity = Severity.INFO, **more) -> int:
    message = NewMessage(f"k{len(application.asked)}", user, severity, text, **more)
    (number,) = application.answer(KeepMessages((message,)))
    return number


def asks_for_consent(application, **more) -> int:
    return tell(
        application, "", severity=Severity.WARNING, words="consent-needed", told=TOLD, address="/allow?x=1", run=17, **more
    )


def test_the_inbox_tells_what_is_meant_what_to_do_and_how_it_stands(tracker, alice):
    asks_for_consent(tracker, item="issue OPS-7")
    page = alice.get(INBOX)
    text = said_by(page)
    assert "! Please look Wiki needs your consent" in text
    assert "the script “publish:when_done” was about to do this" in text
    assert "2027-01-15 08:00:00 (UTC), about issue OPS-7 · unread" in text
    assert {"/allow?x=1", f"{OWN_RUNS}/17"} <= set(Dom(page.body.decode()).links())


def test_the_head_of_each_page_counts_what_is_unread_and_shows_the_newest(tracker, alice):
    for number in range(5):
        tell(tracker, f"text {number}")
    page = said_by(alice.get(GRANTS))
    assert "Inbox (5 unread)" in page
    assert "Note: text 4" in page
    assert "text 1 " not in page
    assert "All 5 unread messages" in page


def test_a_banner_leads_to_what_is_to_be_done_or_else_to_the_run(tracker, alice):
    asks_for_consent(tracker)
    tell(tracker, run=18)
    links = Dom(alice.get(GRANTS).body.decode()).links()
    assert {"/allow?x=1", f"{OWN_RUNS}/18"} <= set(links)
    assert f"{OWN_RUNS}/17" not in links


def test_what_a_script_said_itself_has_no_title(tracker, alice):
    tell(tracker, "A page was made.", severity=Severity.SUCCESS)
    assert "✓ Done A page was made." in said_by(alice.get(INBOX))
    assert "Done: A page was made." in said_by(alice.get(GRANTS))


def test_nobody_sees_what_was_told_to_others(tracker, alice):
    tell(tracker, "for bob", "bob")
    assert "for bob" not in said_by(alice.get(INBOX)) + said_by(alice.get(GRANTS))
    assert "Inbox My runs" in said_by(alice.get(GRANTS))


def test_one_is_read_and_stays_in_the_inbox(tracker, alice):
    first, second = tell(tracker, "one"), tell(tracker, "two")
    shown = followed(alice, alice.press(alice.get(INBOX), "read", str(first)))
    assert "Read. It stays here." in said_by(shown)
    assert "Inbox (1 unread)" in said_by(shown)
    assert [message.number for message in tracker.answer(MessagesOf("alice", unread=True))] == [second]


def test_all_are_read_at_once(tracker, alice):
    tell(tracker), tell(tracker), tell(tracker, user="bob")
    alice.press(alice.get(INBOX), "read", "all")
    assert not tracker.answer(MessagesOf("alice", unread=True))
    assert tracker.answer(MessagesOf("bob", unread=True))


def test_a_message_to_somebody_else_is_not_read_by_its_number(tracker, alice):
    tell(tracker)
    number = tell(tracker, user="bob")
    alice.press(alice.get(INBOX), "read", "all", read=str(number))
    assert tracker.answer(MessagesOf("bob", unread=True))


@pytest.mark.parametrize("said", ["", "x", "-1", "²", "9" * 40])
def test_what_is_no_message_is_not_read(tracker, alice, said):
    tell(tracker)
    assert alice.press(alice.get(INBOX), "read", "all", read=said).status == 303
    assert tracker.answer(MessagesOf("alice", unread=True))


def test_what_was_asked_for_and_done_is_shown_as_done_without_the_way_to_do_it(tracker, alice):
    asks_for_consent(tracker)
    tracker.answer(SettleMessages(17))
    page = alice.get(INBOX)
    assert "· done" in said_by(page)
    assert "/allow?x=1" not in Dom(page.body.decode()).links()
    assert "Please look" not in said_by(alice.get(GRANTS))


def test_looking_reads_nothing(tracker, alice):
    tell(tracker)
    alice.get(INBOX)
    assert tracker.answer(MessagesOf("alice", unread=True))


def test_there_are_pages_of_them(tracker, alice):
    for number in range(AT_ONCE + 1):
        tell(tracker, f"text {number}.")
    page = alice.get(INBOX)
    (older,) = [link for link in Dom(page.body.decode()).links() if link and "before=" in link]
    assert "text 0." not in said_by(page).partition("text 30.")[2]
    assert "text 0." in said_by(alice.get(INBOX, older.partition("?")[2]))


def test_whoever_decides_about_an_application_sees_no_banner(tracker, alice):
    tell(tracker, "look here")
    assert "look here" not in said_by(alice.get(AUTHORIZE, {"oauth_token": "x"}))


def test_the_inbox_itself_shows_no_banner(tracker, alice):
    tell(tracker, "look here")
    assert said_by(alice.get(INBOX)).count("look here") == 1


def test_an_empty_inbox_says_so(tracker):
    assert "Nobody has told you anything." in said_by(at(tracker, "bob").get(INBOX))


@pytest.mark.parametrize("text", MARKUP)
def test_no_text_becomes_an_element(tracker, alice, text):
    """T-46"""
    text = text.encode("utf-8", "replace").decode().replace("\x00", "0")
    tell(tracker, text, item=text)
    for path in (INBOX, GRANTS):
        assert not {"script", "img", "style", "iframe", "svg", "object"} & {
            tag for tag, _ in Dom(alice.get(path).body.decode()).elements
        }


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_becomes_anything_but_a_link_to_the_web(tracker, alice, address):
    """T-46, T-47"""
    tell(tracker, address=address.encode("utf-8", "replace").decode().replace("\x00", "0"))
    for path in (INBOX, GRANTS):
        links = Dom(alice.get(path).body.decode()).links()
        assert all(link.startswith(("/", "#", "https://", "http://")) and not link.startswith("//") for link in links if link)
