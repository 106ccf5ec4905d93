"""The mailbox on the desk."""

from dataclasses import replace
from datetime import timedelta

from models.clock import VirtualClock
from models.database import Database
from paging.carriers.protocol import Carrier, Message
from rules.escalation import Channel
from simulator import view
from simulator.mail import Mailbox


def test_a_mail_is_kept_and_found_again(sqlite: Database, clock: VirtualClock):
    mailbox: Carrier = Mailbox(sqlite)
    message = Message(7, 1, Channel.EMAIL, "ada@example.com", "Ticket 100001", "It is open.", "", "")
    before = clock.at
    sid = mailbox.send(message)
    assert mailbox.find(replace(message, attempt=2), before) == [sid]
    assert mailbox.find(message, before + timedelta(seconds=1)) == []
    assert mailbox.find(replace(message, delivery_id=8), before) == []
    with sqlite.read() as session:
        assert [(mail.recipient, mail.subject) for mail in view.mails(session)] == [
            ("ada@example.com", "Ticket 100001")
        ]
