"""A test text, call or e-mail: one harmless message by one channel, through the real path."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.delivery import Delivery, DeliveryKind
from models.technician import Technician
from paging import messages, roster
from rules.escalation import Channel
from rules.line import Line
from tickets.outbox import Reference, post

PAUSE = timedelta(minutes=1)
"""Between two tests of one technician by one channel."""


def send(session: Session, line: Line, technician: Technician, channel: Channel, now: datetime) -> bool:
    """Post a test by one channel. False when one was sent less than a minute ago."""
    newest = select(func.max(Delivery.created_at)).where(*_tests_of(technician.key), Delivery.channel == channel)
    last = session.execute(newest).scalar_one()
    if last is not None and now - last < PAUSE:
        return False
    return post(
        session,
        key=f"test:{technician.key}:{channel}:{now:%Y%m%d%H%M}",
        kind=DeliveryKind.TEST,
        channel=channel,
        name=technician.name,
        address=roster.person_of(technician).address(channel),
        subject=line.wording.say("test.subject", name=technician.name) if channel is Channel.EMAIL else None,
        body=text_of(line, technician.name),
        now=now,
        about=Reference(technician_key=technician.key),
    )


def text_of(line: Line, name: str) -> str:
    """What a test says, in one GSM-7 segment: a long name is cut."""
    return messages.one_segment(line, "test.text", "name", name=name)


def newest(session: Session, technician_key: str) -> Mapping[Channel, Delivery]:
    """The newest test by each channel."""
    ids = select(func.max(Delivery.id)).where(*_tests_of(technician_key)).group_by(Delivery.channel)
    found = session.execute(select(Delivery).where(Delivery.id.in_(ids))).scalars()
    return {delivery.channel: delivery for delivery in found}


def _tests_of(technician_key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Delivery.technician_key == technician_key, Delivery.kind == DeliveryKind.TEST
