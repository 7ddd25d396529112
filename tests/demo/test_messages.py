"""Messages to the person in front of a page: four kinds, and for a missing consent the way to give it."""

from __future__ import annotations

import pytest

from applinks import AppLinks, ConsentGiven, CredentialsRequired, FarSideError
from applinks.announcements import Announce
from applinks.demo import look, messages
from applinks.demo.messages import JustAllowed, Kind, Message

URL = "https://tracker.example.com/plugins/servlet/applinks/oauth/login-dance/authorize?applicationLinkID=a&for=b"
MISSING = CredentialsRequired("'carol' has to allow it.", user="carol", authorization_url=URL, link="Wiki", remedy="Send her.")


def shown(message: Message | None) -> str:
    """A page that has this message."""
    frame = {"site": "Tracker", "person": None, "token": "", "status": 409, "reason": "", "message": message}
    return look.environment(look.TEMPLATES).get_template("refused.html").render(frame)


# ---- what is said


def test_a_missing_consent_is_a_warning_that_leads_there_and_back():
    message = messages.about(MISSING, back="/browse/OPS-1")
    assert message.kind == Kind.WARNING
    assert message.address == f"{URL}&return_to=%2Fbrowse%2FOPS-1"
    assert message.label == "Allow it in Wiki"
    assert "Wiki" in message.text


def test_it_says_why_without_the_remedy_that_is_meant_for_programmers():
    assert messages.about(MISSING, back="/").detail == "'carol' has to allow it."


def test_where_nobody_can_be_led_there_the_warning_has_no_link():
    missing = CredentialsRequired("First agree.", user="carol", link="Wiki")
    assert messages.about(missing, back="/").address is None
    assert "Allow it in Wiki" not in shown(messages.about(missing, back="/"))


def test_whatever_else_goes_wrong_is_an_error_that_leads_nowhere():
    message = messages.about(FarSideError("Wiki answered 403.", status=403), back="/")
    assert (message.kind, message.text, message.address) == (Kind.ERROR, "Wiki answered 403.", None)


# ---- how it is shown


@pytest.mark.parametrize(
    ("kind", "role"), [(Kind.SUCCESS, "status"), (Kind.INFO, "status"), (Kind.WARNING, "alert"), (Kind.ERROR, "alert")]
)
def test_each_kind_has_its_look_and_interrupts_only_where_something_is_wrong(kind, role):
    assert f'<div class="message {kind}" role="{role}">' in shown(Message(kind, "text"))


def test_a_kind_that_was_kept_in_a_session_is_still_that_kind():
    assert Message("warning", "text").role == "alert"


def test_each_kind_has_colours_of_its_own():
    sheet = (look.STATIC / "demo.css").read_text()
    assert all(f"\n.{kind} {{ background: var(--" in sheet for kind in Kind)


def test_where_there_is_nothing_to_say_nothing_is_said():
    assert 'class="message' not in shown(None)


def test_nothing_in_a_message_is_taken_for_markup():
    """T-46."""
    page = shown(Message(Kind.ERROR, "<i>a</i>", "https://a.example/<i>", "<i>b</i>", "<i>c</i>", "<i>d</i>"))
    assert "<i>" not in page
    assert page.count("&lt;i&gt;") == 5


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/elsewhere", "https://user@a.example/", "data:text/html,a"])
def test_an_address_that_is_no_web_address_is_not_shown(address):
    """T-47."""
    page = shown(Message(Kind.WARNING, "text", address, "Allow it"))
    assert address not in page
    assert "Allow it" not in page


# ---- who has just allowed something


@pytest.fixture
def heard(tmp_path):
    """What an application hears, and says to whom."""
    with AppLinks(f"sqlite:///{tmp_path}/a.db", url="https://tracker.example.com", name="Tracker") as applinks:
        just_allowed = JustAllowed(applinks)
        applinks.answer(Announce(ConsentGiven("id", "Wiki", "carol")))
        yield just_allowed


def test_who_has_just_allowed_something_is_told_once(heard):
    told = heard.message("carol")
    assert (told.kind, "Wiki" in told.text) == (Kind.INFO, True)
    assert heard.message("carol") is None


def test_nobody_else_is_told(heard):
    assert heard.message("bob") is None
    assert heard.message("carol") is not None
