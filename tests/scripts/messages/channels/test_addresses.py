"""Where messages go is read once, and what cannot work or would not be safe is refused then."""

from __future__ import annotations

import pytest

from applinks.errors import ConfigurationError
from applinks.scripts import LEAVING, Channels, MailServer
from applinks.scripts.messages.channels.addresses import Tls

SECRET = "whsec_" + "A" * 32


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.test?from=links@example.com", MailServer("mail.test", 587, "links@example.com")),
        ("smtps://mail.test?from=links@example.com", MailServer("mail.test", 465, "links@example.com", Tls.FROM_THE_START)),
        (
            "smtp://links:p%40ss%2F@mail.test:2525/?from=links%40example.com&tls=starttls",
            MailServer("mail.test", 2525, "links@example.com", Tls.STARTTLS, "links", "p@ss/"),
        ),
        ("smtp://mail.test?from=links@example.com&tls=none", MailServer("mail.test", 25, "links@example.com", Tls.NONE)),
        (
            "smtp://links:canary@localhost:25?from=links@example.com&tls=none",
            MailServer("localhost", 25, "links@example.com", Tls.NONE, "links", "canary"),
        ),
    ],
)
def test_a_mail_server_is_read_from_its_address_and_is_called_by_tls_unless_that_is_said(
    address: str, server: MailServer
) -> None:
    assert MailServer.read(address) == server


@pytest.mark.parametrize(
    "address",
    [
        "mail.test",
        "http://mail.test?from=links@example.com",
        "smtp://?from=links@example.com",
        "smtp://mail.test:0?from=links@example.com",
        "smtp://mail.test:port?from=links@example.com",
        "smtp://[mail?from=links@example.com",
        "smtp://mail.test/x?from=links@example.com",
        "smtp://mail.test",
        "smtp://mail.test?from=links",
        "smtp://mail.test?from=a@example.com,b@example.com",
        "smtp://mail.test?from=a@example.com%0d%0aBcc:b@example.com",
        "smtp://mail.test?from=links@example.com&tls=off",
        "smtp://mail.test?from=links@example.com&verify=no",
        "smtp://links:canary@mail.test?from=links@example.com&tls=none",
    ],
)
def test_any_other_address_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(ConfigurationError, match="mail server cannot be used") as refused:
        MailServer.read(address)
    assert "canary" not in str(refused.value)
    assert "APPLINKS_MAIL" in str(refused.value)


def test_where_nothing_is_said_nothing_leaves() -> None:
    channels = Channels()
    assert channels.order == LEAVING
    assert (channels.comment_as, channels.mail, channels.webhook) == (None, None, None)


def test_a_channel_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigurationError, match=r"'pigeon'.*There are: inbox, banner, comment, mail, webhook"):
        Channels(order=("mail", "pigeon"))


@pytest.mark.parametrize("address", ["https://chat.test/hook/x", "http://localhost:9000/hook", "http://127.0.0.1/"])
def test_a_webhook_is_called_by_tls_or_on_this_machine(address: str) -> None:
    assert Channels(webhook=address, webhook_secret=SECRET).webhook == address


@pytest.mark.parametrize(
    "address", ["http://chat.test/canary", "https://user:canary@chat.test/", "ftp://chat.test/canary", "canary"]
)
def test_another_address_of_a_webhook_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(ConfigurationError, match="no https address") as refused:
        Channels(webhook=address, webhook_secret=SECRET)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("secret", [None, "", "canary", "whsec_canary"])
def test_a_webhook_without_a_usable_secret_is_refused(secret: str | None) -> None:
    with pytest.raises(ConfigurationError, match="secret") as refused:
        Channels(webhook="https://chat.test/", webhook_secret=secret)
    assert "canary" not in str(refused.value)


def test_neither_password_nor_secret_nor_the_address_of_a_webhook_is_shown() -> None:
    """T-66."""
    mail = MailServer("mail.test", 587, "links@example.com", user="links", password="canary")
    shown = repr(Channels(mail=mail, webhook="https://chat.test/canary", webhook_secret=SECRET))
    assert "canary" not in shown
    assert SECRET not in shown
