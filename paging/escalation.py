"""One page that is due: the rule says what comes next, this writes it down."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from models.call import Call, Step
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.ticket import Ticket
from paging import messages, reach_out, roster
from paging.roster import Person
from rules.escalation import (
    ALARM_CHANNELS,
    AlarmFallback,
    Attempt,
    Channel,
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

WAITS = (DeliveryState.PENDING, DeliveryState.ATTEMPTING)


def advance(session: Session, line: Line, ticket: Ticket, page: Page, now: datetime) -> None:
    """Do all that is due for a page that nobody has taken, and say when it is due again. Both rows are locked."""
    _Advance(session, line, ticket, page, now).run()


_REPORTING = select(Call.sid).where(
    Call.sid == bindparam("sid"),
    Call.ticket_number == bindparam("number"),
    Call.step.in_((Step.CALLBACK, Step.DESCRIPTION)),
    Call.ended_at.is_(None),
)


class _Advance:
    """One page at one instant: the rule says move after move, until there is nothing but to wait."""

    def __init__(self, session: Session, line: Line, ticket: Ticket, page: Page, now: datetime) -> None:
        self._session = session
        self._line = line
        self._ticket = ticket
        self._page = page
        self._now = now
        self._policy = roster.policy_from_content(page.policy, line.policy.minimum_round)
        self._known: dict[str, Person] = {}

    def run(self) -> None:
        if self._page.level_started_at is None:
            self._begin()
        while not isinstance(move := self._next(), Wait):
            match move:
                case StartChannels(wanted):
                    self._start_channels(wanted)
                case StartLevel(round=number, level=level):
                    self._start_level(number, level)
                case AlarmFallback():
                    self._alarm_fallback()
        self._page.due_at = move.until
        self._session.flush()
        reach_out.look(self._session, self._line, self._ticket, self._page, self._now)
        self._session.flush()

    def _next(self) -> Wait | StartChannels | StartLevel | AlarmFallback:
        page, attempts = self._page, self._attempts()
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
        people = self._technicians(attempt.person for attempt in attempts)
        channels = {person.key: self._channels(person) for person in people}
        return next_move(self._policy, self._ticket.priority, position, attempts, channels, self._now)

    def _attempts(self) -> list[Attempt]:
        statement = select(Delivery.technician_key, Delivery.channel, Delivery.state, Delivery.stalled).where(
            Delivery.page_id == self._page.id,
            Delivery.round == self._page.round,
            Delivery.level == self._page.level,
            Delivery.kind == DeliveryKind.PAGE,
            or_(Delivery.persistent.is_(False), Delivery.state.not_in(WAITS)),
        )
        return [
            Attempt(key or "", channel, _outcome(state, stalled))
            for key, channel, state, stalled in self._session.execute(statement)
        ]

    def _people(self, targets: Iterable[str]) -> list[Person]:
        """Whom targets mean now; they are remembered for what comes next."""
        found = roster.people(self._session, targets, self._now)
        self._known |= {person.key: person for person in found}
        return found

    def _technicians(self, keys: Iterable[str]) -> list[Person]:
        """Technicians by key; one who was removed meanwhile is not among them."""
        wanted = dict.fromkeys(keys)
        if unknown := [f"technician:{key}" for key in wanted if key not in self._known]:
            self._people(unknown)
        return [self._known[key] for key in wanted if key in self._known]

    def _channels(self, person: Person) -> tuple[Channel, ...]:
        """How this person is paged at the page's level."""
        level = self._policy.levels[self._page.level - 1]
        return channels_for(level.channels, person.wishes, self._ticket.priority)

    def _begin(self) -> None:
        """The page goes out, or out again. The first time the customer gets the number in writing.

        A caller who is still saying where to call gets it afterwards: see ivr/problems.py.
        """
        if self._page.round == 1 and not self._is_being_reported():
            self._write_to_customer()
        self._page.state = PageState.PAGING
        self._start_level(self._page.round, 1)

    def _is_being_reported(self) -> bool:
        """Return whether the caller who opened the ticket has not said all about it yet."""
        values = {"sid": self._ticket.call_sid, "number": self._ticket.number}
        return self._ticket.call_sid is not None and self._session.execute(_REPORTING, values).first() is not None

    def _write_to_customer(self) -> None:
        notices.ticket_opened(self._session, self._line, self._ticket, self._now)

    def _start_level(self, number: int, level: int) -> None:
        page = self._page
        if self._ticket.call_sid and (number, level) != (1, 1):
            self._write_to_customer()  # if the end of the call was never reported, nobody has done so yet
        if number != page.round or page.round_started_at is None:
            page.round_started_at = self._now
        page.round, page.level, page.level_started_at, page.passed = number, level, self._now, False
        people = self._people(self._policy.levels[level - 1].notify)
        opening = {person: opening_channels(self._ticket.priority, self._channels(person)) for person in people}
        if not people:
            people = self._nobody_on_call()
            opening = dict.fromkeys(people, ALARM_CHANNELS)
        self._tell("level", round=number, level=level, names=self._names(people))
        for person, channels in opening.items():
            for channel in channels:
                self._page_by(person, channel)

    def _nobody_on_call(self) -> list[Person]:
        """Return the fallback contacts, who stand in for this level in a gap. The duty manager is told of it."""
        self._tell("gap")
        people = self._people(self._policy.fallback)
        if people:
            paged = {person.phone for person in people if person.phone}
            duty.nobody_on_call(self._session, self._line, self._ticket, paged, self._now)
        else:
            self._nobody_reached(str(self._page.level))
        return people

    def _start_channels(self, wanted: tuple[tuple[str, Channel], ...]) -> None:
        for key, channel in wanted:
            self._page_by(self._known[key], channel)

    def _page_by(self, person: Person, channel: Channel) -> None:
        messages.page(self._session, self._line, self._ticket, self._page, person, channel, self._now)

    def _alarm_fallback(self) -> None:
        """All rounds are done: the fallback contacts get SMS and voice, and paging goes on."""
        self._page.alarmed_round = self._page.round
        people = self._people(self._policy.fallback)
        self._tell("exhausted", names=self._names(people))
        for person in people:
            for channel in ALARM_CHANNELS:
                messages.alarm(self._session, self._line, self._ticket, self._page, person, channel, self._now)
        if not people:
            self._nobody_reached("all")

    def _nobody_reached(self, what: str) -> None:
        duty.nobody_reached(self._session, self._line, self._ticket, f"{self._page.round}:{what}", self._now)

    def _names(self, people: list[Person]) -> str:
        return ", ".join(person.name for person in people) or self._line.wording.say("event.nobody")

    def _tell(self, kind: str, **words: object) -> None:
        told = self._line.wording.say(f"event.{kind}", **words)
        record(self._session, self._ticket.number, self._now, kind, told)


def _outcome(state: DeliveryState, stalled: bool) -> Outcome:
    """What was lost while its carrier was down is lost, and no more waited for."""
    outcome = OUTCOMES.get(state, Outcome.OPEN)  # in a state of a newer version, which has it in hand
    return Outcome.STALLED if stalled and outcome is Outcome.OPEN else outcome
