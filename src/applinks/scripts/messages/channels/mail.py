"""Mail: subject and plain text, handed to one mail server. No text of anybody can become a header."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from urllib.parse import urlsplit

from applinks.questions import Flow, Question
from applinks.scripts.messages.channels.addresses import Channels, MailServer
from applinks.scripts.messages.deliveries import Outcome, Sent
from applinks.scripts.messages.written import Letter, one_line


@dataclass(frozen=True, slots=True)
class SendMail(Question):
    """Hand a message over to a mail server. The answer is an `Outcome`."""

    server: MailServer
    message: EmailMessage = field(repr=False)


def is_set_up(channels: Channels) -> bool:
    """Whether there is a mail server."""
    return channels.mail is not None


def send(letter: Letter, channels: Channels) -> Flow[Outcome]:
    """To the address that the directory has for the person, if it has a usable one."""
    server = channels.mail
    if server is None:
        return Outcome(Sent.NEVER, "there is no mail server")
    recipient = _address(letter.person.full_name or letter.person.name, letter.person.email)
    if recipient is None:
        return Outcome(Sent.NEVER, "the directory has no usable mail address of that person")
    outcome: Outcome = yield SendMail(server, as_email(letter, recipient, server.sender))
    return outcome


def as_email(letter: Letter, recipient: Address, sender: str) -> EmailMessage:
    """The whole message; two of the same letter are equal, so that a second one can be known as such."""
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(_in_header(letter.sender), addr_spec=sender)
    made["To"] = recipient
    made["Subject"] = _in_header(f"[{letter.sender}] {letter.written.title}")
    made["Date"] = formatdate(letter.written.message.made_at)
    made["Message-ID"] = f"<{letter.id}@{urlsplit(letter.url).hostname}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: nobody's absence note answers it
    made.set_content(_text(letter))
    return made


def _text(letter: Letter) -> str:
    written = letter.written
    below = f"\n\n{written.action}: {written.address}" if written.address else ""
    return f"{written.text}{below}\n"


def _in_header(text: str) -> str:
    """On one line, and never one that mail programs would decode into something else (RFC 2047, 2: `=?charset?…?=`)."""
    return one_line(text).replace("=?", "= ?")


def _address(name: str, address: str) -> Address | None:
    """None for what is not exactly one address (RFC 5322, 3.4.1) that every mail server can take."""
    try:
        found = Address(_in_header(name), addr_spec=address)
    except (ValueError, LookupError, AttributeError, MessageError):  # the parser of the standard library raises all of these
        return None
    usable = found.username and found.domain and address.isascii() and address.isprintable()
    return found if usable else None
