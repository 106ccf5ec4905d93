"""E-mail by SMTP."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from paging.carriers.protocol import (
    AmbiguousFailure,
    ConfigurationFailure,
    Message,
    PermanentFailure,
    Status,
    TemporaryFailure,
)
from rules.escalation import Channel

TIMEOUT = 10.0  # seconds; less than a delivery's lease


class SmtpCarrier:
    """Sends through `url`: smtp://user:password@host:587 (STARTTLS where offered) or smtps://….

    Without a URL every e-mail is refused, and says so.
    """

    channels = frozenset({Channel.EMAIL})

    def __init__(self, url: str | None, sender: str) -> None:
        self._url = urlsplit(url) if url else None
        self._sender = sender

    def send(self, message: Message) -> str:
        if self._url is None:
            raise ConfigurationFailure("SMTP_URL is not set: the line cannot send e-mail")
        mail = self._compose(message)
        try:
            with self._connect() as server:
                server.send_message(mail)
        except smtplib.SMTPAuthenticationError as error:
            raise ConfigurationFailure("the mail server refuses the user or the password in SMTP_URL") from error
        except smtplib.SMTPResponseException as error:
            raise _meaning(error.smtp_code, str(error.smtp_error)) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _meaning(code, str(text)) from error
        except (ConnectionRefusedError, smtplib.SMTPConnectError, smtplib.SMTPNotSupportedError) as error:
            raise TemporaryFailure("the mail server cannot be reached") from error
        except (OSError, smtplib.SMTPException) as error:
            raise AmbiguousFailure("the mail server did not answer in time") from error
        return _unique_part(mail)

    def find(self, message: Message, since: datetime) -> list[str]:
        """A mail server keeps no list to look in: an e-mail in doubt is sent again."""
        return []

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        """A mail server does not tell later what became of an e-mail."""
        return None

    def end_call(self, sid: str) -> None:
        raise PermanentFailure("an e-mail does not ring")

    def _compose(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = " ".join(message.subject.split())
        mail["Message-ID"] = make_msgid(idstring=str(message.delivery_id), domain=self._sender.rpartition("@")[2])
        mail.set_content(message.body)
        return mail

    def _connect(self) -> smtplib.SMTP:
        assert self._url is not None
        host, secure = self._url.hostname or "localhost", self._url.scheme == "smtps"
        if secure:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, self._url.port or 465, timeout=TIMEOUT)
        else:
            server = smtplib.SMTP(host, self._url.port or 25, timeout=TIMEOUT)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server


def _meaning(code: int, text: str) -> PermanentFailure | TemporaryFailure:
    kind = PermanentFailure if 500 <= code < 600 else TemporaryFailure
    return kind(f"the mail server answers {code}: {text}", str(code))


def _unique_part(mail: EmailMessage) -> str:
    """The Message-ID without its host, which says nothing new and may be long."""
    return str(mail["Message-ID"]).strip("<>").rpartition("@")[0]
