"""One page that is due: the rule says what comes next, this writes it down."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.ticket import Ticket
from paging import messages, roster
from paging.roster import Person
from rules.escalation import (
    ALARM_CHANNELS,
    AlarmFallback,
    Attempt,
    Channel,
    EscalationPolicy,
    Level,
    Outcome,
    Position,
    StartChannels,
    StartLevel,
    Wait,
    channels_for,
    next_move,
    opening_channels,
)
from rules.line import Line
from tickets import duty, notices
from tickets.story import record

OUTCOMES = {
    DeliveryState.PENDING: Outcome.OPEN,
    DeliveryState.ATTEMPTING: Outcome.OPEN,
    DeliveryState.SENT: Outcome.OPEN,
    DeliveryState.DELIVERED: Outcome.DELIVERED,
    DeliveryState.ANSWERED: Outcome.DELIVERED,
    DeliveryState.UNANSWERED: Outcome.UNANSWERED,
    DeliveryState.FAILED: Outcome.FAILED,
    DeliveryState.CANCELLED: Outcome.FAILED,
}


def advance(session: Session, line: Line, ticket: Ticket, page: Page, now: datetime) -> None:
    """Do all that is due for a page that nobody has taken, and say when it is due again. Both rows are locked."""
    policy = roster.policy_from_content(page.policy, line.policy.minimum_round)
    if page.level_started_at is None:
        _leave(session, line, ticket, page, policy, now)
    while not isinstance(move := _next(session, policy, ticket, page, now), Wait):
        match move:
            case StartChannels(wanted):
                _start_channels(session, line, ticket, page, wanted, now)
            case StartLevel(round=number, level=level):
                _start_level(session, line, ticket, page, policy, number, level, now)
            case AlarmFallback():
                _alarm_fallback(session, line, ticket, page, policy, now)
    page.due_at = move.until
    session.flush()


def _next(
    session: Session, policy: EscalationPolicy, ticket: Ticket, page: Page, now: datetime
) -> Wait | StartChannels | StartLevel | AlarmFallback:
    assert page.round_started_at is not None
    assert page.level_started_at is not None
    position = Position(
        round=page.round,
        level=page.level,
        round_started_at=page.round_started_at,
        level_started_at=page.level_started_at,
        passed=page.passed,
        alarmed=page.alarmed_round == page.round,
    )
    attempts = _attempts(session, page)
    rung = policy.levels[page.level - 1]
    people = roster.people(session, [f"technician:{attempt.person}" for attempt in attempts], now)
    channels = {person.key: channels_for(rung.channels, person.wishes, ticket.priority) for person in people}
    return next_move(policy, ticket.priority, position, attempts, channels, now)


def _attempts(session: Session, page: Page) -> list[Attempt]:
    statement = select(Delivery.technician_key, Delivery.channel, Delivery.state, Delivery.stalled).where(
        Delivery.page_id == page.id,
        Delivery.round == page.round,
        Delivery.level == page.level,
        Delivery.kind == DeliveryKind.PAGE,
    )
    return [
        Attempt(key or "", channel, Outcome.STALLED if stalled else OUTCOMES[state])
        for key, channel, state, stalled in session.execute(statement)
    ]


def _leave(session: Session, line: Line, ticket: Ticket, page: Page, policy: EscalationPolicy, now: datetime) -> None:
    """The page goes out for the first time, and the customer gets the number in writing."""
    page.state = PageState.PAGING
    notices.ticket_opened(session, line, ticket, now)
    _start_level(session, line, ticket, page, policy, 1, 1, now)


def _start_level(
    session: Session,
    line: Line,
    ticket: Ticket,
    page: Page,
    policy: EscalationPolicy,
    number: int,
    level: int,
    now: datetime,
) -> None:
    if number != page.round or page.round_started_at is None:
        page.round_started_at = now
    page.round, page.level, page.level_started_at, page.passed = number, level, now, False
    rung = policy.levels[level - 1]
    people = roster.people(session, rung.notify, now)
    opening = {person: _opening(ticket, rung, person) for person in people}
    if not people:
        people = _nobody_on_call(session, line, ticket, page, policy, now)
        opening = dict.fromkeys(people, ALARM_CHANNELS)
    names = ", ".join(person.name for person in people) or line.wording.say("event.nobody")
    told = line.wording.say("event.level", round=number, level=level, names=names)
    record(session, ticket.number, now, "level", told)
    for person, channels in opening.items():
        for channel in channels:
            messages.page(session, line, ticket, page, person, channel, now)


def _opening(ticket: Ticket, level: Level, person: Person) -> tuple[Channel, ...]:
    return opening_channels(ticket.priority, channels_for(level.channels, person.wishes, ticket.priority))


def _nobody_on_call(
    session: Session, line: Line, ticket: Ticket, page: Page, policy: EscalationPolicy, now: datetime
) -> list[Person]:
    """A gap is itself escalated: the fallback contacts stand in for this level."""
    record(session, ticket.number, now, "gap", line.wording.say("event.gap"))
    people = roster.people(session, policy.fallback, now)
    if not people:
        duty.nobody_reached(session, line, ticket, f"{page.round}:{page.level}", now)
    return people


def _start_channels(
    session: Session,
    line: Line,
    ticket: Ticket,
    page: Page,
    wanted: tuple[tuple[str, Channel], ...],
    now: datetime,
) -> None:
    people = {p.key: p for p in roster.people(session, [f"technician:{key}" for key, _ in wanted], now)}
    for key, channel in wanted:
        messages.page(session, line, ticket, page, people.get(key, Person(key, key, None, None)), channel, now)


def _alarm_fallback(
    session: Session, line: Line, ticket: Ticket, page: Page, policy: EscalationPolicy, now: datetime
) -> None:
    """All rounds are done: the fallback contacts get SMS and voice, and paging goes on."""
    page.alarmed_round = page.round
    people = roster.people(session, policy.fallback, now)
    names = ", ".join(person.name for person in people) or line.wording.say("event.nobody")
    record(session, ticket.number, now, "exhausted", line.wording.say("event.exhausted", names=names))
    for person in people:
        for channel in ALARM_CHANNELS:
            messages.alarm(session, line, ticket, page, person, channel, now)
    if not people:
        duty.nobody_reached(session, line, ticket, f"{page.round}:all", now)
