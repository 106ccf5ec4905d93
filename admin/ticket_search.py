"""Tickets found by what is known of them: filters, words, and part by part."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, contains_eager

from admin import search
from admin.search import Edge, Part, any_choice
from models.customer import Contract, Customer
from models.technician import Technician
from models.ticket import Ticket, TicketSource, TicketState
from rules.targets import Plan, Priority

UNENDED = "unended"
STATES: Mapping[str, tuple[TicketState, ...]] = {
    UNENDED: (TicketState.OPEN, TicketState.IN_CHARGE, TicketState.WAITING),
    **{state.value: (state,) for state in TicketState},
}
WORK = frozenset({UNENDED, *STATES[UNENDED]})
"""The states whose lists are work."""
SOURCES = {
    TicketSource.CALL: "A call",
    TicketSource.EVENT: "Monitoring",
    TicketSource.MAINTENANCE: "Booked maintenance",
    TicketSource.DRILL: "A drill",
}


MOST_COUNTED = 1_000


def _each_holder() -> Select[str | None]:
    """Ask the index for one holder after the other: DISTINCT would read it whole."""
    first = select(func.min(Ticket.taken_by).label("holder")).cte(recursive=True)
    following = select(func.min(Ticket.taken_by)).where(Ticket.taken_by > first.c.holder).scalar_subquery()
    each = first.union_all(select(following).where(first.c.holder.is_not(None)))
    return select(each.c.holder).where(each.c.holder.is_not(None))


_HOLDERS = _each_holder()


class TicketSearch(search.SearchForm):
    priority = any_choice("Priority", [(p.value, p.value) for p in Priority])
    plan = any_choice("Plan", [(p.value, p.value.capitalize()) for p in Plan])
    source = any_choice("Came by", [(source.value, words) for source, words in SOURCES.items()])
    holder = any_choice("Who has it", [])

    def conditions(self, zone: str) -> list[ColumnElement[bool]]:
        """What a ticket must be, but for its state."""
        chosen = ((Ticket.priority, self.priority), (Ticket.source, self.source), (Ticket.taken_by, self.holder))
        found = [column == field.data for column, field in chosen if field.data]
        if self.plan.data:
            found.append(Ticket.contract_id.in_(select(Contract.id).where(Contract.plan == self.plan.data)))
        return [*found, *self.within(Ticket.opened_at, zone), *map(_matches, self.words())]


def _matches(word: str) -> ColumnElement[bool]:
    """The word is the ticket's number, or in its customer, contract, caller or summary."""
    named = [column.icontains(word, autoescape=True) for column in (Customer.name, Contract.number)]
    contracts = select(Contract.id).join(Customer, Customer.id == Contract.customer_id).where(or_(*named))
    found = [Ticket.contract_id.in_(contracts), Ticket.summary.icontains(word, autoescape=True)]
    if digits := search.digits_of(word):
        found += [Ticket.caller.contains(digits), Ticket.callback.contains(digits)]
    if (number := search.number_of(word)) is not None:
        found.append(Ticket.number == number)
    return or_(*found)


def holders(session: Session, technicians: Mapping[str, Technician]) -> list[tuple[str, str]]:
    """Whoever has or had a ticket, and all technicians: their key, else their name, and what they are called."""
    named = {key: technician.name for key, technician in technicians.items()}
    for holder in session.execute(_HOLDERS).scalars():
        named.setdefault(str(holder), str(holder))
    return sorted(named.items(), key=lambda each: each[1].casefold())


def counts(session: Session, conditions: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """Return how many tickets are in each state, and '' of all together: above MOST_COUNTED, that there are more."""
    by_state = dict(zip(TicketState, session.execute(select(*_counted(conditions))).one(), strict=True))
    found = {name: sum(by_state[state] for state in states) for name, states in STATES.items()}
    return found | {"": sum(by_state.values())}


def counted(number: int) -> str:
    """Return a count of `counts` in words."""
    return f"{MOST_COUNTED:,}+" if number > MOST_COUNTED else str(number)


def _counted(conditions: Sequence[ColumnElement[bool]]) -> list[ColumnElement[int]]:
    """A count for each state that stops when there are many: what is over grows for ever."""
    some = (
        select(Ticket.number).where(Ticket.state == state, *conditions).limit(MOST_COUNTED + 1).subquery()
        for state in TicketState
    )
    return [select(func.count()).select_from(each).scalar_subquery() for each in some]


def listed(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    state: str,
    edge: Edge | None,
    ranks: Mapping[Plan, int],
) -> Part[Ticket]:
    """The newest first; in a list of work by the `ranks` of their plans before that. An edge is a ticket's number."""
    rank = case(ranks, value=Contract.plan) if state in WORK else literal(0)
    statement = (
        select(Ticket)
        .join(Ticket.contract)
        .join(Contract.customer)
        .options(contains_eager(Ticket.contract).contains_eager(Contract.customer))
        .where(*conditions, *_beyond(session, edge, rank))
        .limit(search.A_PART + 1)
    )
    if state:
        statement = statement.where(Ticket.state.in_(STATES[state]))
    if state in WORK:
        statement = statement.order_by(rank.desc() if edge and edge.upwards else rank)
    statement = statement.order_by(Ticket.number if edge and edge.upwards else Ticket.number.desc())
    return search.part(session.execute(statement).scalars().all(), edge)


def _beyond(session: Session, edge: Edge | None, rank: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """What stands below the edge in the list, or above it."""
    number = search.number_of(edge.row) if edge else None
    if edge is None or number is None:
        return []
    of_edge = select(rank).select_from(Ticket).join(Contract).where(Ticket.number == number)
    at = session.execute(of_edge).scalar() or 0
    if edge.upwards:
        return [or_(rank < at, and_(rank == at, Ticket.number > number))]
    return [or_(rank > at, and_(rank == at, Ticket.number < number))]
