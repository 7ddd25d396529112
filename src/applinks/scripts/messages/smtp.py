"""The one place that speaks SMTP: connects, proves who we are, hands one message over."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage

from applinks.scripts.messages.channels.addresses import MailServer, Tls
from applinks.scripts.messages.deliveries import Outcome, Sent
from applinks.scripts.messages.written import one_line

SECONDS = 20
"""For each step of a conversation with a mail server."""
_PERMANENT = 500


def post_mail(server: MailServer, message: EmailMessage) -> Outcome:
    """Hand it over. What the server refuses for good is not tried again; what fails otherwise is."""
    try:
        connection = _connected(server)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(Sent.LATER, f"the mail server cannot be used: {_why(error)}")
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        return _answered(code, said)
    except smtplib.SMTPResponseException as refused:
        return _answered(refused.smtp_code, refused.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(Sent.LATER, f"the mail server broke off: {_why(error)}")
    finally:
        with suppress(smtplib.SMTPException, OSError):  # what it took it has; how it says goodbye changes nothing
            connection.quit()
        connection.close()
    return Outcome(Sent.YES)


def _connected(server: MailServer) -> smtplib.SMTP:
    """Connected and signed in, by TLS unless that was set otherwise; never in the open instead."""
    us = server.sender.rpartition("@")[2]
    if server.tls is Tls.FROM_THE_START:
        secured = ssl.create_default_context()
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, us, timeout=SECONDS, context=secured)
    else:
        connection = smtplib.SMTP(server.host, server.port, us, timeout=SECONDS)
    try:
        if server.tls is Tls.STARTTLS:
            connection.starttls(context=ssl.create_default_context())
        if server.user is not None:
            connection.login(server.user, server.password or "")
    except BaseException:
        connection.close()
        raise
    return connection


def _answered(code: int, said: bytes | str) -> Outcome:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    note = f"the mail server answered {code} {one_line(text)}"
    return Outcome(Sent.NEVER if code >= _PERMANENT else Sent.LATER, note)


def _why(error: Exception) -> str:
    """Without what a server says while we sign in: nobody knows what it repeats."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it does not know us ({error.smtp_code})"
    return one_line(f"{type(error).__name__} {error}")
