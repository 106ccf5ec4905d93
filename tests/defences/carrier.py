"""A carrier that takes every message, and can let something happen while it does."""

from collections.abc import Callable
from datetime import datetime

from paging.carriers.protocol import Message, Status
from rules.escalation import Channel


class TakingCarrier:
    """`while_sending` runs between the request and its answer; `sent` are the ids of the deliveries handed over."""

    channels = frozenset(Channel)

    def __init__(self, while_sending: Callable[[], object] = lambda: None) -> None:
        self.sent: list[int] = []
        self._while_sending = while_sending

    def send(self, message: Message) -> str:
        self.sent.append(message.delivery_id)
        self._while_sending()
        return f"SMattempt{message.attempt}"

    def find(self, message: Message, since: datetime) -> list[str]:
        return []

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        return None

    def end_call(self, sid: str) -> None:
        pass
