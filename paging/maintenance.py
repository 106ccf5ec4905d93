"""Booked maintenance: at a window's start its ticket is opened and the technician on call paged. SPEC section 4."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from models.customer import Contact, Contract, Maintenance
from models.database import Database
from models.ticket import TicketSource
from paging import alerts, help_desk, pager
from paging.chores import first_due
from rules.entitlement import Refused, screen
from rules.line import Line
from rules.phone_numbers import is_dialable
from tickets import lifecycle
from tickets.story import record

log = structlog.get_logger(__name__)

AFTER_AN_ERROR = timedelta(seconds=30)

_DUE = (
    select(Maintenance)
    .where(Maintenance.due_at.is_not(None))
    .order_by(Maintenance.due_at, Maintenance.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)


class WindowStarts:
    """A chore: a window that begins has one ticket and one page, whoever comes first, the engine or a call."""

    first_due = first_due(Maintenance.due_at)

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def do_next(self) -> bool:
        window_id = 0
        try:
            with self._database.write() as session:
                now = self._database.now(session)
                window = session.execute(_DUE).scalars().first()
                if window is None or window.due_at is None or window.due_at > now:
                    return False
                window_id, window.due_at = window.id, None
                if window.ticket_number is None:
                    self._begin(session, window, now)
        except Exception as error:
            if not window_id or isinstance(error, OperationalError):
                raise  # the database's trouble, and not the window's
            log.exception("a booked window could not page; it is tried again soon", window=window_id)
            self._put_off(window_id)
        return True

    def _put_off(self, window_id: int) -> None:
        """One window that fails must not keep the others waiting; a person must look at it."""
        with self._database.write() as session:
            now = self._database.now(session)
            window = session.get_one(Maintenance, window_id)
            window.due_at = now + AFTER_AN_ERROR
            contract = _contract(session, window.contract_id)
            why = self._line.wording.say("maintenance.failed")
            alerts.window_unpaged(session, self._line, window.id, contract.number, window.reference, why, now)

    def _begin(self, session: Session, window: Maintenance, now: datetime) -> None:
        """Page for it, or tell an admin why not: a customer counts on it."""
        contract = _contract(session, window.contract_id)
        callback = self._callback(session, contract)
        if why := self._why_not(session, window, contract, callback, now):
            log.error("nobody is paged for a booked maintenance", contract=contract.number, why=why)
            alerts.window_unpaged(session, self._line, window.id, contract.number, window.reference, why, now)
        else:
            window.ticket_number = self._open(session, contract, window.reference, callback, now)

    def _why_not(
        self, session: Session, window: Maintenance, contract: Contract, callback: str | None, now: datetime
    ) -> str | None:
        """Too late, because no engine ran, or not covered by the contract any more."""
        say, terms = self._line.wording.say, self._line.policy.entitlement
        if window.ends_at <= now:
            return say("maintenance.missed")
        out_of_hours = not help_desk.is_staffed_now(session, self._line, now)
        verdict = screen(contract.cover, callback, now, terms, out_of_hours=out_of_hours)
        return say("maintenance.refused", reason=verdict.reason) if isinstance(verdict, Refused) else None

    def _open(self, session: Session, contract: Contract, reference: str, callback: str | None, now: datetime) -> int:
        """The page leaves at once: there is no caller to wait for. Answers the ticket's number."""
        booked = self._line.wording.say("maintenance.booked", reference=reference)
        ticket = lifecycle.open_ticket(
            session,
            self._line,
            contract=contract,
            priority=self._line.policy.maintenance_priority,
            source=TicketSource.MAINTENANCE,
            now=now,
            callback=callback,
            summary=booked,
        )
        record(session, ticket.number, now, "maintenance", booked)
        pager.raise_page(session, self._line, ticket, now, now)
        return ticket.number

    def _callback(self, session: Session, contract: Contract) -> str | None:
        """The first of the contract's contacts who may be dialled."""
        phones = select(Contact.phone).where(Contact.contract_id == contract.id, Contact.phone.is_not(None))
        numbers = session.execute(phones.order_by(Contact.position, Contact.id)).scalars()
        countries = self._line.policy.callback_countries
        return next((number for number in numbers if number and is_dialable(number, countries)), None)


def _contract(session: Session, contract_id: int) -> Contract:
    """With its customer and product."""
    statement = select(Contract).where(Contract.id == contract_id)
    loaded = statement.options(joinedload(Contract.customer), joinedload(Contract.product))
    return session.execute(loaded).scalar_one()
