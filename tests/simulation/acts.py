"""What people and the carrier do to the line, by the product's own use cases: each a step that may be cut short."""

import random
import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ivr import passing
from ivr.texts import Conversation
from models.database import Database
from models.delivery import Delivery
from models.technician import Technician
from models.ticket import TicketSource
from paging import again, drills, events, outcomes, pager
from paging.pager import Outcome, Responder
from rules import escalation
from rules.line import Line
from rules.targets import Priority
from tests.simulation.crashes import Crashes, Killed
from tests.simulation.trace import Trace
from tests.simulation.watch import Watch
from tickets import lifecycle
from tickets.lifecycle import MoveRefused

RISK = 0.02
REPORT_TRIES = 3
YOURS = re.compile(r"\b(\d{6}) [^.]* is yours")
Answer = TypeVar("Answer")
Act = Callable[[Session, datetime], Answer]


class Acts:
    def __init__(
        self, database: Database, line: Line, crashes: Crashes, trace: Trace, watch: Watch, chance: random.Random
    ) -> None:
        self._database = database
        self._line = line
        self._crashes = crashes
        self._trace = trace
        self._watch = watch
        self._chance = chance

    def does(self, what: str, act: Act[Answer], by: str | None = None, tries: int = 1) -> Answer | None:
        """One transaction of a web process, for a technician perhaps. None when it was cut short, or refused."""
        self._watch.acting = by or ""
        answer, came_of_it = None, "done"
        try:
            with self._crashes.at_risk(RISK):
                answer = self._commit(act, tries)
        except (Killed, OperationalError, MoveRefused, drills.UnderWay) as error:
            came_of_it = type(error).__name__
        self._trace.say(f"{what}: {came_of_it if answer is None else answer}")
        self._watch.look()
        self._watch.acting = ""
        return answer

    def text(self, technician: str, body: str) -> str | None:
        """A technician's text; the answer is None when the provider got none."""

        def act(session: Session, now: datetime) -> str:
            who = session.get_one(Technician, technician)
            return Conversation(session, self._line, who, now).answer(body)

        answer = self.does(f"{technician} texts '{body}'", act, technician)
        for number in YOURS.findall(answer or ""):
            self._watch.told_yours(int(number), technician)
        return answer

    def key(self, delivery_id: int, digit: str) -> Outcome | None:
        """A key in a call that pages a technician, as the webhook of that call takes it."""
        number = self.number_of(delivery_id)
        (row,) = self._watch.tables.deliveries([delivery_id])

        def act(session: Session, now: datetime) -> Outcome:
            by = _responder(session, delivery_id)
            use_case = pager.acknowledge if digit == "1" else passing.pass_on
            result = use_case(session, self._line, number, by, now)
            outcomes.answered(session, delivery_id, now)
            return result.outcome

        outcome = self.does(f"{row.technician} presses {digit} in #{delivery_id} for {number}", act, row.technician)
        if digit == "1" and outcome in (Outcome.WON, Outcome.YOURS):
            self._watch.told_yours(number, row.technician or "")
        return outcome

    def number_of(self, delivery_id: int) -> int:
        """The ticket that a message is about."""
        (row,) = self._watch.tables.deliveries([delivery_id])
        return self._watch.cases[row.page_id or 0].page.number

    def report(self, delivery_id: int, sid: str, status: str, code: str) -> None:
        """The provider's callback. A deadlock's victim tries again, as the webhook does."""
        (before,) = self._watch.tables.deliveries([delivery_id])

        def act(session: Session, now: datetime) -> bool:
            return outcomes.report(session, self._line, delivery_id, sid, status, code, now)

        if self.does(f"{sid[:2]}{sid[-3:]} of #{delivery_id} is {status} {code}", act, tries=REPORT_TRIES) is not None:
            self._watch.messages.is_reported(before, sid, status)

    def opens(self, contract: str, priority: Priority) -> int | None:
        """A caller chooses a priority: the ticket, and a page that leaves at once or when the caller has done."""

        def act(session: Session, now: datetime) -> int:
            found = events.lock_contract(session, contract)
            assert found is not None
            ticket = lifecycle.open_ticket(
                session, self._line, contract=found, priority=priority, source=TicketSource.CALL, now=now,
                caller="+393332220001", callback="+393332220001",
            )  # fmt: skip
            leaves = escalation.leaves_at(priority, now, self._line.policy.page_leaves_after)
            pager.raise_page(session, self._line, ticket, now, leaves)
            return ticket.number

        return self.does(f"a {priority} of {contract}", act)

    def monitoring_reports(self, contract: str, key: str) -> int | None:
        """Monitoring reports a condition: its ticket is new, or is known by contract, event and key."""

        def act(session: Session, now: datetime) -> int | None:
            found = events.lock_contract(session, contract)
            assert found is not None
            reported = events.Reported("voip_stack_crash", key, False, "simulation", "the stack has crashed")
            _, ticket = events.receive(session, self._line, found, reported, now)
            return ticket.number if ticket else None

        return self.does(f"monitoring of {contract} reports {key}", act)

    def drill(self) -> None:
        """An administrator starts a drill, unless one is under way."""

        def act(session: Session, now: datetime) -> int:
            return drills.start(session, self._line, "short", Priority.P1, "an admin", now).number

        self.does("a drill", act)

    def caller_has_done(self, number: int) -> None:
        """The description is given, or the call has ended: a page that has not left leaves now."""
        self.does(f"caller of {number} has done", lambda session, now: pager.release(session, number, now))

    def more_is_known(self, number: int) -> None:
        def act(session: Session, now: datetime) -> None:
            pager.send_update(session, self._line, number, now, f"{self._chance.random()}")

        self.does(f"an update of {number}", act)

    def at_the_console(self, number: int, move: str, by: Responder) -> None:
        """A person's move on the page of a ticket."""

        def act(session: Session, now: datetime) -> str:
            return _move(session, self._line, number, move, by, now)

        self.does(f"{by.name} at the console: {move} {number}", act, by.key)

    def _commit(self, act: Act[Answer], tries: int) -> Answer:
        for attempt in range(1, tries + 1):
            try:
                with self._database.write() as session:
                    return act(session, self._database.now(session))
            except OperationalError:
                if attempt == tries:
                    raise
        raise AssertionError("tries is at least 1")


def _responder(session: Session, delivery_id: int) -> Responder:
    statement = select(Delivery.technician_key, Delivery.name).where(Delivery.id == delivery_id)
    return Responder(*session.execute(statement).one(), delivery_id)


def _move(session: Session, line: Line, number: int, move: str, by: Responder, now: datetime) -> str:
    if move == "acknowledge":
        return pager.acknowledge(session, line, number, by, now).outcome
    if move == "pass":
        return pager.pass_on(session, line, number, by, now).outcome
    ticket = lifecycle.lock_ticket(session, number)
    assert ticket is not None
    match move:
        case "again":
            again.page_again(session, line, ticket, by, now)
        case "wait":
            pager.wait(session, line, ticket, by, "for the customer", now)
        case "resume":
            pager.resume(session, line, ticket, by, now)
        case "solve":
            pager.solve(session, line, ticket, by, "restarted it", now)
        case "exclude":
            pager.exclude(session, line, ticket, by, "not covered", now)
        case "note":
            pager.note(session, line, ticket, by, "looking at it", now)
        case "lower" | "raise":
            priority = Priority.P2 if move == "lower" else Priority.P1
            pager.change_priority(session, line, ticket, priority, by, "as seen", now)
    return move
