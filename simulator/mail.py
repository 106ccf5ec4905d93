"""A mailbox on the desk instead of a mail server."""

from datetime import datetime

import sqlalchemy as sa

from models.database import Database
from paging.carriers.protocol import Message, PermanentFailure, Status
from rules.escalation import Channel
from simulator.tables import Mail


class Mailbox:
    """The carrier of e-mails when there is no SMTP server: it keeps them to be read on the simulator's page."""

    channels = frozenset({Channel.EMAIL})

    def __init__(self, database: Database) -> None:
        self._database = database

    def send(self, message: Message) -> str:
        """Keep the message; it never fails."""
        with self._database.write() as session:
            mail = Mail(
                delivery_id=message.delivery_id,
                attempt=message.attempt,
                recipient=message.to,
                subject=message.subject,
                body=message.body,
                sent_at=self._database.now(session),
            )
            session.add(mail)
            session.flush()
            return _sid(mail.id)

    def find(self, message: Message, since: datetime) -> list[str]:
        """What an earlier try of this message left here."""
        with self._database.read() as session:
            kept = sa.select(Mail.id).where(Mail.delivery_id == message.delivery_id, Mail.sent_at >= since)
            return [_sid(number) for number in session.scalars(kept.order_by(Mail.id))]

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        """What is kept has arrived."""
        return None

    def end_call(self, sid: str) -> None:
        raise PermanentFailure("an e-mail does not ring")


def _sid(number: int) -> str:
    return f"mail-{number}"
