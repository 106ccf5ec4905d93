"""The outbox: whatever leaves the house is first a row, written in the transaction that decided it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.database import announce, insert_once
from models.delivery import Delivery, DeliveryKind, DeliveryState
from rules.escalation import Channel
from rules.gsm7 import to_gsm7

# Pages go before all else, customers' notices after what technicians need.
URGENCY = {
    DeliveryKind.PAGE: 0,
    DeliveryKind.ALARM: 0,
    DeliveryKind.BUNDLE: 0,
    DeliveryKind.FOLLOW_UP: 0,
    DeliveryKind.HANG_UP: 0,
    DeliveryKind.ALERT: 1,
    DeliveryKind.TEST: 1,
    DeliveryKind.DUTY: 1,
    DeliveryKind.STAND_DOWN: 1,
    DeliveryKind.UPDATE: 1,
    DeliveryKind.HANDOFF: 1,
    DeliveryKind.CODE: 1,
    DeliveryKind.SWAP: 1,
    DeliveryKind.NOTICE: 2,
}
LONGEST_KEY = 200
LONGEST_NAME = 120
LONGEST_SUBJECT = 200
NO_EMAIL = "no e-mail address on file"
NO_PHONE = "no phone number on file"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a message is about. `round` and `level` are those of the page when it was written.

    `ends_id` is the delivery whose call is to be ended.
    """

    ticket_number: int | None = None
    page_id: int | None = None
    round: int | None = None
    level: int | None = None
    technician_key: str | None = None
    ends_id: int | None = None


def post(
    session: Session,
    *,
    key: str,
    kind: DeliveryKind,
    channel: Channel,
    name: str,
    address: str | None,
    body: str,
    now: datetime,
    subject: str | None = None,
    about: Reference | None = None,
    due_at: datetime | None = None,
    persistent: bool = False,
) -> bool:
    """Put one message to one person into the outbox, once per `key`: now, or at `due_at`. Answers whether it is new.

    Without an address it is written as failed, so that the story tells it and the page moves on. A key, a name or a
    subject that is too long for its column is cut: it must not keep a page from leaving.
    """
    about = about or Reference()
    reachable = bool(address)
    values = {
        "key": _fitting(key),
        "kind": kind,
        "channel": channel,
        "urgency": URGENCY[kind],
        "ticket_number": about.ticket_number,
        "page_id": about.page_id,
        "round": about.round,
        "level": about.level,
        "technician_key": about.technician_key,
        "ends_id": about.ends_id,
        "name": name[:LONGEST_NAME],
        "address": address or "",
        "subject": subject[:LONGEST_SUBJECT] if subject else None,
        "body": to_gsm7(body) if channel is Channel.SMS else body,
        "state": DeliveryState.PENDING if reachable else DeliveryState.FAILED,
        "attempts": 0,
        "due_at": (due_at or now) if reachable else None,
        "error": None if reachable else (NO_EMAIL if channel is Channel.EMAIL else NO_PHONE),
        "persistent": persistent,
        "created_at": now,
        "settled_at": None if reachable else now,
    }
    new = insert_once(session, Delivery, ["key"], values)
    if new and reachable:
        announce(session)
    return new


def _fitting(key: str) -> str:
    """A key with a long address in it, as short as its column, and still like no other."""
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}:{digest}"
