"""Handing mail over, to a real mail server of the tests on this machine."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult

from applinks.scripts import MailServer, Outcome, Sent
from applinks.scripts.messages import smtp
from applinks.scripts.messages.channels.addresses import Tls
from applinks.scripts.messages.channels.mail import _address, as_email
from applinks.scripts.messages.smtp import post_mail
from scripts.told import letter

SENDER = "links@example.com"
Start = Callable[..., MailServer]


class Box:
    """What arrived, and what the server says at each command that a test gives an answer to."""

    def __init__(self) -> None:
        self.arrived: list[Any] = []
        self.says: dict[str, str] = {}

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 aiosmtpd looks for this name
        envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 aiosmtpd looks for this name
        envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd looks for this name
        answer = self.says.get("DATA", "250 OK")
        if answer == "hang up":
            server.transport.abort()
        elif answer.startswith("250"):
            self.arrived.append(envelope)
        return answer

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd looks for this name
        return self.says.get("QUIT", "221 Bye")


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    made = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(path)
    return made, path


@pytest.fixture
def start(box: Box) -> Iterator[Start]:
    """Starts a server with these settings of aiosmtpd, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    servers: list[asyncio.Server] = []

    async def listen(given: dict[str, Any], secured: ssl.SSLContext | None) -> int:
        server = await loop.create_server(lambda: SMTP(box, loop=loop, **given), "127.0.0.1", 0, ssl=secured)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def started(
        tls: Tls = Tls.NONE, *, secured: ssl.SSLContext | None = None, user: str | None = None, **given: Any
    ) -> MailServer:
        port = asyncio.run_coroutine_threadsafe(listen(given, secured), loop).result()
        return MailServer("localhost", port, SENDER, tls, user, "canary" if user else None)

    async def stop() -> None:
        for server in servers:
            server.close()
        ours = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not ours]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    yield started
    asyncio.run_coroutine_threadsafe(stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def certified(authority: tuple[trustme.CA, Path], monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of TLS, with a certificate that we trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    return served(authority[0].issue_cert("localhost"))


def served(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def posted(server: MailServer) -> Outcome:
    recipient = _address("Alice Adams", "alice@example.com")
    assert recipient is not None
    return post_mail(server, as_email(letter(), recipient, server.sender))


def test_a_message_is_handed_over_for_one_person(start: Start, box: Box) -> None:
    assert posted(start()) == Outcome(Sent.YES)
    (envelope,) = box.arrived
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["alice@example.com"])
    assert b"Message-ID: <message-17@tracker.example.com>\r\n" in envelope.content


def test_by_starttls(start: Start, box: Box, certified: ssl.SSLContext) -> None:
    assert posted(start(Tls.STARTTLS, tls_context=certified, require_starttls=True)) == Outcome(Sent.YES)
    assert len(box.arrived) == 1


def test_by_tls_from_the_start(start: Start, box: Box, certified: ssl.SSLContext) -> None:
    assert posted(start(Tls.FROM_THE_START, secured=certified)) == Outcome(Sent.YES)
    assert len(box.arrived) == 1


def test_a_server_without_starttls_gets_nothing_in_the_open(start: Start, box: Box) -> None:
    outcome = posted(start(Tls.STARTTLS))
    assert (outcome.sent, box.arrived) == (Sent.LATER, [])
    assert "STARTTLS" in str(outcome.note)


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.FROM_THE_START])
def test_a_server_whose_certificate_is_not_trusted_or_another_ones_gets_nothing(
    start: Start, box: Box, authority: tuple[trustme.CA, Path], monkeypatch: pytest.MonkeyPatch, tls: Tls
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    for certificate in (trustme.CA().issue_cert("localhost"), authority[0].issue_cert("mail.example.com")):
        context = served(certificate)
        given = {"secured": context} if tls is Tls.FROM_THE_START else {"tls_context": context}
        outcome = posted(start(tls, **given))
        assert (outcome.sent, box.arrived) == (Sent.LATER, [])
        assert "certificate" in str(outcome.note).lower()


@pytest.mark.parametrize(("password", "sent"), [(b"canary", Sent.YES), (b"other", Sent.LATER)])
def test_we_sign_in_where_that_is_set_and_no_note_tells_how(
    start: Start, certified: ssl.SSLContext, password: bytes, sent: Sent
) -> None:
    def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"links", password), handled=False)

    server = start(Tls.STARTTLS, user="links", tls_context=certified, authenticator=authenticator, auth_required=True)
    outcome = posted(server)
    assert outcome.sent is sent
    assert "canary" not in str(outcome.note)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "sent"), [("450 busy\x1b[2J", Sent.LATER), ("550 no such user", Sent.NEVER)])
def test_what_the_server_refuses_for_good_is_not_tried_again(
    start: Start, box: Box, command: str, answer: str, sent: Sent
) -> None:
    box.says[command] = answer
    outcome = posted(start())
    assert outcome.sent is sent
    assert str(outcome.note).startswith(f"the mail server answered {answer[:3]} ")
    assert str(outcome.note).isprintable()


def test_a_server_that_breaks_off_is_tried_again(start: Start, box: Box) -> None:
    box.says["DATA"] = "hang up"
    assert posted(start()).sent is Sent.LATER


def test_what_was_taken_is_sent_however_the_server_says_goodbye(start: Start, box: Box) -> None:
    box.says["QUIT"] = "500 what?"
    assert posted(start()) == Outcome(Sent.YES)


def test_nobody_there_is_no_end(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = posted(MailServer("127.0.0.1", port, SENDER, Tls.NONE))
    assert outcome.sent is Sent.LATER
    assert "cannot be used" in str(outcome.note)


def test_a_server_that_says_nothing_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = posted(MailServer("127.0.0.1", silent.getsockname()[1], SENDER, Tls.NONE))
    assert outcome.sent is Sent.LATER


def test_every_step_has_a_limit_of_time() -> None:
    """R-25."""
    assert smtp.SECONDS == 20
    assert issubclass(smtplib.SMTPException, OSError)
