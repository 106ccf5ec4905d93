"""What reports count: the customers' tickets of some days, each with its page. Drills are not in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from models.customer import Contract, Customer
from models.delivery import PAGING_KINDS, Delivery
from models.page import Page
from models.ticket import Ticket, TicketEvent, TicketSource, TicketState
from rules.reports import Rung, Verdict, rung, verdict
from rules.targets import Plan, Plans, Priority, Wait, target_at

Asked = TypeVar("Asked", bound="Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Tickets opened in `[start, end)`; of one priority, plan and customer where these are given."""

    start: datetime
    end: datetime
    priority: Priority | None = None
    plan: Plan | None = None
    customer: int | None = None


class Case(NamedTuple):
    """One ticket with its page, in the order of COLUMNS.

    `had_at` is when somebody had it: it was taken in charge or, where nobody did, it ended. `out_at` is when its page
    went out; None if it never did. `left_at` is when a carrier accepted its first message.
    """

    number: int
    priority: Priority
    customer_id: int
    customer: str
    opened_at: datetime
    target_at: datetime | None
    had_at: datetime | None
    taken_by: str | None
    out_at: datetime | None
    left_at: datetime | None
    acknowledged_at: datetime | None
    level: int | None
    round: int | None
    alarmed_round: int | None

    @property
    def answered_in(self) -> timedelta | None:
        """From the opening to the acknowledgement of a page that went out; None where one of the two never was."""
        return self.acknowledged_at - self.opened_at if self.acknowledged_at and self.out_at else None

    @property
    def left_in(self) -> timedelta | None:
        """From the opening until a carrier had the first message; None where none ever had."""
        return self.left_at - self.opened_at if self.left_at else None

    @property
    def rung(self) -> Rung:
        """Where its page, which went out, stands."""
        assert self.level is not None and self.round is not None
        return rung(self.level, self.round, alarmed=bool(self.alarmed_round))

    def verdict(self, now: datetime) -> Verdict | None:
        return verdict(self.target_at, self.had_at, now)


# A page knows when its present round began; of the first that is when it went out. Else its oldest message tells.
OLDEST_MESSAGE = (
    select(func.min(Delivery.created_at))
    .where(Delivery.page_id == Page.id, Delivery.kind.in_(PAGING_KINDS))
    .scalar_subquery()
)
OUT_AT = case((Page.round == 1, Page.round_started_at), else_=func.coalesce(Page.first_message_at, OLDEST_MESSAGE))
# A case that the plan does not cover is promised nothing.
TARGET_AT = case((Ticket.state != TicketState.EXCLUDED, Ticket.target_at))
HAD_AT = func.coalesce(Ticket.taken_in_charge_at, Ticket.ended_at)
COLUMNS = (
    Ticket.number,
    Ticket.priority,
    Customer.id,
    Customer.name,
    Ticket.opened_at,
    TARGET_AT,
    HAD_AT,
    Ticket.taken_by,
    OUT_AT,
    Page.left_at,
    Page.acknowledged_at,
    Page.level,
    Page.round,
    Page.alarmed_round,
)


def cases(session: Session, wanted: Wanted, plans: Plans, now: datetime) -> list[Case]:
    """In the order of their numbers. `target_at` is that of the ticket, put off by what it waited before somebody had
    it for good.
    """
    statement = select(*COLUMNS).select_from(Ticket).outerjoin(Page, Page.ticket_number == Ticket.number)
    rows = session.execute(_only(statement, wanted).order_by(Ticket.number))
    found = [Case._make(row) for row in rows]
    waited = _waited(session, wanted, now)
    return [_put_off(one, plans, *waited[one.number]) if one.number in waited else one for one in found]


def customer_name(session: Session, customer_id: int) -> str | None:
    return session.execute(select(Customer.name).where(Customer.id == customer_id)).scalar_one_or_none()


def _only(statement: Asked, wanted: Wanted) -> Asked:
    """What is asked of tickets, of these alone."""
    statement = (
        statement.join(Contract, Contract.id == Ticket.contract_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Ticket.source != TicketSource.DRILL, Ticket.opened_at >= wanted.start, Ticket.opened_at < wanted.end)
    )
    if wanted.priority:
        statement = statement.where(Ticket.priority == wanted.priority)
    if wanted.plan:
        statement = statement.where(Contract.plan == wanted.plan)
    if wanted.customer is not None:
        statement = statement.where(Customer.id == wanted.customer)
    return statement


def _put_off(one: Case, plans: Plans, plan: Plan, waits: Sequence[Wait]) -> Case:
    return one._replace(target_at=target_at(plans, plan, one.priority, one.opened_at, waits))


def _waited(session: Session, wanted: Wanted, now: datetime) -> dict[int, tuple[Plan, list[Wait]]]:
    """When tickets that seem late waited. Of others it does not matter: waiting only puts a target off."""
    statement = (
        select(TicketEvent.ticket_number, Contract.plan, TicketEvent.kind, TicketEvent.at)
        .select_from(Ticket)
        .join(TicketEvent, TicketEvent.ticket_number == Ticket.number)
        .where(func.coalesce(HAD_AT, now) >= TARGET_AT, TicketEvent.kind.in_(("waiting", "resumed")))
    )
    rows = session.execute(_only(statement, wanted).order_by(TicketEvent.ticket_number, TicketEvent.at, TicketEvent.id))
    found: dict[int, tuple[Plan, list[Wait]]] = {}
    for number, plan, kind, at in rows:
        waits = found.setdefault(number, (plan, []))[1]
        if kind == "waiting":
            waits.append((at, now))
        else:
            waits[-1] = (waits[-1][0], at)
    return found
