"""E-mail over a real connection to a mail server on loopback."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler

from models.delivery import Delivery
from paging.carriers.protocol import Message
from paging.carriers.smtp import SmtpCarrier
from rules.escalation import Channel
from tests.processes.machines import free_port

LONG_HOST = f"{'pager.' * 30}example"
MAIL = Message(2_147_483_647, 1, Channel.EMAIL, "ada@example.com", "Ticket 100001", "It is open.", "", "")


class Inbox(Handler):
    """Keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []

    def handle_message(self, message: object) -> None:
        self.ids.append(message["Message-ID"])  # type: ignore[index]


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    """What arrived, and the URL of the server."""
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def test_the_id_of_an_e_mail_fits_its_column_however_long_the_sender_s_host(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    sid = SmtpCarrier(url, f"line@{LONG_HOST}").send(MAIL)
    assert handler.ids == [f"<{sid}@{LONG_HOST}>"]
    assert len(sid) <= Delivery.provider_sid.type.length
