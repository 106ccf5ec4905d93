"""Messages: first their words and addresses go, later the rest. A page keeps when it left."""

from datetime import datetime

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from models.call import Call, DutyMessage
from models.delivery import PAGING_KINDS, REDACTED, Delivery
from models.page import Page
from models.ticket import Ticket
from paging.retention import calls
from paging.retention.batch import Batch, Done, is_over

MOST = 100
"""Rows in one batch: on SQLite nobody else writes meanwhile."""
_Member, _Theirs = aliased(Delivery), aliased(Ticket)


def redact(batch: Batch) -> Done:
    """Empty the oldest messages that have their words still."""
    statement = _old(batch.before).where(Delivery.redacted_at.is_(None))
    ids = batch.session.execute(statement).scalars().all()
    emptied = update(Delivery).where(Delivery.id.in_(ids)).values(REDACTED | {"redacted_at": batch.now})
    return Done(batch.rows(emptied), len(ids) == MOST)


def redact_left(batch: Batch) -> Done:
    """Empty the oldest messages that callers left for the duty manager, of which nothing waits to be told."""
    statement = (
        select(DutyMessage.id)
        .join(Call, Call.sid == DutyMessage.call_sid)
        .where(DutyMessage.redacted_at.is_(None), DutyMessage.due_at.is_(None), DutyMessage.left_at < batch.before)
        .where(*calls.is_over(batch.before))
        .order_by(DutyMessage.left_at)
        .limit(MOST)
    )
    ids = batch.session.execute(statement).scalars().all()
    values = {"text": "", "caller": None, "redacted_at": batch.now}
    return Done(batch.rows(update(DutyMessage).where(DutyMessage.id.in_(ids)).values(values)), len(ids) == MOST)


def delete_redacted(batch: Batch) -> Done:
    """Delete the oldest messages that are empty. Reports ask when a page left: the page keeps that."""
    statement = _old(batch.before).where(Delivery.redacted_at.is_not(None))
    ids = batch.session.execute(statement).scalars().all()
    pages = select(Delivery.page_id).where(Delivery.id.in_(ids))
    oldest = select(func.min(Delivery.created_at)).where(
        Delivery.page_id == Page.id, Delivery.kind.in_(PAGING_KINDS)
    )  # fmt: skip
    batch.rows(
        update(Page).where(Page.id.in_(pages), Page.first_message_at.is_(None))
        .values(first_message_at=oldest.scalar_subquery())
    )  # fmt: skip
    return Done(batch.rows(delete(Delivery).where(Delivery.id.in_(ids))), len(ids) == MOST)


def _old(before: datetime) -> Select[int]:
    """Messages that nothing waits for, the oldest first. A text that names several tickets stays with the last."""
    names_another = exists().where(
        _Member.bundled_into == Delivery.id,
        _Member.ticket_number == _Theirs.number,
        or_(_Theirs.ended_at.is_(None), _Theirs.ended_at >= before),
    )
    return (
        select(Delivery.id)
        .outerjoin(Ticket, Ticket.number == Delivery.ticket_number)
        .where(Delivery.due_at.is_(None), Delivery.created_at < before, is_over(before), ~names_another)
        .order_by(Delivery.created_at)
        .limit(MOST)
    )
