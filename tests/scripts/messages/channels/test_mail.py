"""Mail: subject and text, for one person, and no text of anybody becomes a header."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from answering import Answers, run
from applinks.people import Person
from applinks.questions import drive
from applinks.scripts import Channels, MailServer, Outcome, SendMail, Sent
from applinks.scripts.messages.channels import mail
from scripts.told import ALICE, letter

SERVER = MailServer("mail.test", 587, "links@example.com")
CHANNELS = Channels(mail=SERVER)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding"]


def sent(**told):
    world = Answers({SendMail: Outcome(Sent.YES)})
    assert drive(mail.send(letter(**told), CHANNELS), world) == Outcome(Sent.YES)
    (question,) = world.asked
    assert question.server is SERVER
    return message_from_bytes(question.message.as_bytes(), policy=default)


def text_of(found) -> str:
    return found.get_content().replace("\r\n", "\n")


def test_it_is_set_up_with_a_mail_server() -> None:
    assert mail.is_set_up(CHANNELS)
    assert not mail.is_set_up(Channels())
    assert run(mail.send(letter(), Channels())).sent is Sent.NEVER


def test_it_tells_who_writes_to_whom_and_what_can_be_done_where() -> None:
    found = sent(text="Grüße: <b>nicht fett</b>", address="/base/runs/7")
    assert found["From"] == "Tracker <links@example.com>"
    assert found["To"] == "Alice Adams <alice@example.com>"
    assert found["Subject"] == "[Tracker] Please note"
    assert found["Date"] == "Fri, 15 Jan 2027 08:00:00 -0000"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found.get_content_type() == "text/plain"
    assert text_of(found) == "Grüße: <b>nicht fett</b>\n\nLook: https://tracker.example.com/base/runs/7\n"


def test_a_message_that_asks_for_nothing_ends_with_its_text() -> None:
    assert text_of(sent(address="javascript:alert(1)")) == "The page is there.\n"


def test_each_try_sends_the_same_message_under_the_same_id() -> None:
    """F-30."""
    first, second = sent(), sent()
    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] == "<message-17@tracker.example.com>"
    assert sent(number=18)["Message-ID"] != first["Message-ID"]


@given(st.text(), st.text(), st.text())
def test_no_text_becomes_a_header(name: str, sender: str, link: str) -> None:
    told = {"user": name, "script": link, "link": link, "attempt": link}
    found = sent(text="", person=replace(ALICE, full_name=name), sender=sender, words="consent-needed", told=told)
    assert [header for header in found if header != "MIME-Version"] == HEADERS
    assert [address.addr_spec for address in found["To"].addresses] == ["alice@example.com"]


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: all@example.com", "Eve, root@example.com", "=?utf-8?q?x=0D=0ABcc:?=", '"', "\x00"]
)
def test_a_name_cannot_add_a_recipient(name: str) -> None:
    found = sent(person=replace(ALICE, full_name=name))
    assert [address.addr_spec for address in found["To"].addresses] == ["alice@example.com"]
    assert "Bcc" not in found


def test_a_subject_is_not_decoded_into_another() -> None:
    found = sent(text="", words="consent-needed", told={"link": "=?utf-8?q?Your_bank=0D=0A?="})
    assert found["Subject"] == "[Tracker] = ?utf-8?q?Your_bank=0D=0A?= needs your consent"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "@example.com",
        "alice@",
        "@",
        "alice@example.com, root@example.com",
        "alice@example.com\r\nBcc: root@example.com",
        "Alice <alice@example.com>",
        "alice@example.com\x00",
        "älice@example.com",
        '"',
        " ",
        "(",
        "a b@example.com",
    ],
)
def test_what_is_not_exactly_one_address_gets_no_mail(address: str) -> None:
    outcome = run(mail.send(letter(person=Person("alice", email=address)), CHANNELS))
    assert outcome == Outcome(Sent.NEVER, "the directory has no usable mail address of that person")


@example("0@[")
@given(st.text())
def test_whatever_the_directory_says_is_one_address_or_none(address: str) -> None:
    found = mail._address("Alice", address)
    assert found is None or isinstance(found, Address)
    assert found is None or (found.addr_spec.isascii() and found.addr_spec.isprintable())
