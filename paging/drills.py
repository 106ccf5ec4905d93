"""Drills: practice through the real path, to whoever is on call. The first acknowledgement ends one (`pager`)."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.audit import Audit
from models.customer import HOUSE_CONTRACT, Contract, Customer
from models.database import insert_once
from models.ticket import Ticket, TicketSource
from paging import pager
from rules.line import Line
from rules.targets import Plan, Priority
from tickets import lifecycle
from tickets.story import record

STARTED = "drill.started"
"""The action in the audit trail; what it left there says by which policy."""

NO_END = date(2000, 1, 1), date(2999, 12, 31)


class UnderWay(Exception):
    """A drill goes on already: `number` is its ticket's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"drill {number} is under way")
        self.number = number


def start(session: Session, line: Line, policy_key: str, priority: Priority, author: str, now: datetime) -> Ticket:
    """Page whoever is on call for practice, at once, by an escalation policy. Raises UnderWay.

    The ticket has no target and no customer behind it: no figure counts it and no notice leaves.
    """
    contract = _house_contract(session, line)
    going_on = select(Ticket.number).where(Ticket.contract_id == contract.id, Ticket.state.not_in(pager.ENDED))
    if number := session.execute(going_on.limit(1)).scalar():
        raise UnderWay(number)
    ticket = lifecycle.open_ticket(
        session,
        line,
        contract=contract,
        priority=priority,
        source=TicketSource.DRILL,
        now=now,
        summary=line.wording.say("drill.summary", name=author),
    )
    record(session, ticket.number, now, "drill", line.wording.say("drill.started", name=author, policy=policy_key))
    trail = {"policy": policy_key, "priority": str(priority)}
    session.add(Audit(at=now, actor=author, action=STARTED, subject=f"ticket:{ticket.number}", after=trail))
    pager.raise_page(session, line, ticket, now, leaves_at=now, policy=policy_key)
    return ticket


def _house_contract(session: Session, line: Line) -> Contract:
    """The house's own contract, made when the first drill needs it; locked, so that drills start one after another."""
    locked = (
        select(Contract)
        .where(Contract.number == HOUSE_CONTRACT)
        .options(joinedload(Contract.customer))
        .with_for_update(of=Contract, key_share=True)
    )
    found = session.execute(locked).scalar_one_or_none()
    if found is None:
        _make_house_contract(session, line)
        found = session.execute(locked).scalar_one()
    return found


def _make_house_contract(session: Session, line: Line) -> None:
    """Another process may make it at the same time: the one that comes second finds it there."""
    name = line.wording.say("drill.customer")
    insert_once(session, Customer, ["name"], {"name": name, "time_zone": line.policy.time_zone})
    contract = {
        "number": HOUSE_CONTRACT,
        "customer_id": session.execute(select(Customer.id).where(Customer.name == name)).scalar_one(),
        "plan": Plan.PLATINUM,
        "starts": NO_END[0],
        "ends": NO_END[1],
        "paid": True,
        "escalation_policy": "default",
    }
    insert_once(session, Contract, ["number"], contract)
