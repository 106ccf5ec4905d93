"""What the console tells of calls: who called, what became of it, every step, and what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.orm import Session

from admin.search import A_PART, Edge, Part, part
from models.call import Call, CallStep, DutyMessage, Step
from models.customer import Contract, Customer
from models.recording import Recording, RecordingState
from rules.entitlement import RefusalReason

WORDS = {
    "help_desk": "connected to the help desk",
    "ticket": "opened a ticket",
    "joined": "added to a ticket",
    "holding": "holds for the technician",
    "connected": "talked with the technician",
    "human": "passed to the duty manager",
    "lower": "nothing urgent: sent to the web portal",
    "hung_up": "hung up",
    "blocked": "turned away: blocked",
}
REFUSED = "refused:"
REASONS = {
    RefusalReason.PLAN: "the plan has no on-call service",
    RefusalReason.NOT_STARTED: "the contract has not begun",
    RefusalReason.EXPIRED: "the contract has ended",
    RefusalReason.UNPAID: "the contract is not paid",
    RefusalReason.END_OF_LIFE: "the product is past its end of life",
    RefusalReason.END_OF_SUPPORT: "the product is past its end of support",
    RefusalReason.ASIA_PACIFIC: "the site is in Asia-Pacific",
}
BEGINNINGS = {
    "call": "Call",
    "blocked": "Turned away:",
    "desk": "Help desk:",
    "duty_told": "Duty manager:",
    "duty_waits": "The message",
    "ended": "The call ended",
    "human": "On to a person,",
    "pin": "PIN:",
    "stir": "The number:",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One call as a list shows it. `customer` is None while no PIN was right."""

    call: Call
    contract: Contract | None
    customer: str | None

    @property
    def outcome(self) -> str:
        """What became of it, in words."""
        outcome = self.call.outcome or ""
        if outcome.startswith("language:"):
            return "chose another language: sent to the web portal"
        if outcome.startswith(REFUSED):
            return f"refused: {REASONS[RefusalReason(outcome.removeprefix(REFUSED))]}"
        if not outcome:
            return "still on the line" if self.call.ended_at is None else "ended"
        return WORDS.get(outcome, outcome.replace("_", " "))


def find(session: Session, sid: str) -> Told | None:
    found = session.execute(_calls(Call.sid == sid)).one_or_none()
    return Told(*found) if found else None


def listed(session: Session, conditions: Sequence[ColumnElement[bool]], edge: Edge | None) -> Part[Told]:
    """The newest first; an edge is a call's id."""
    statement = _calls(*conditions, *_beyond(session, edge)).limit(A_PART + 1)
    if edge and edge.upwards:
        statement = statement.order_by(Call.started_at, Call.sid)
    else:
        statement = statement.order_by(Call.started_at.desc(), Call.sid.desc())
    return part([Told(*row) for row in session.execute(statement)], edge)


def _beyond(session: Session, edge: Edge | None) -> list[ColumnElement[bool]]:
    """What began before the call at the edge, or after it."""
    last = session.get(Call, edge.row) if edge else None
    if edge is None or last is None:
        return []
    at, here = tuple_(Call.started_at, Call.sid), tuple_(literal(last.started_at, Call.started_at.type), last.sid)
    return [at > here if edge.upwards else at < here]


def steps(session: Session, sid: str) -> Sequence[CallStep]:
    """The log of a call, in its order."""
    statement = select(CallStep).where(CallStep.call_sid == sid).order_by(CallStep.at, CallStep.id)
    return session.execute(statement).scalars().all()


def sentence(step: CallStep) -> str:
    """One step of a call in words."""
    if (step.kind, step.text) == ("ended", f"at {Step.ENDED}"):
        return BEGINNINGS["ended"]
    begins = BEGINNINGS.get(step.kind) or f"{step.kind.replace('_', ' ').capitalize()}:"
    return f"{begins} {step.text}"


def recorded(session: Session, *, sid: str = "", ticket_number: int = 0) -> Sequence[Recording]:
    """What was recorded in a call, or for a ticket; not what was deleted."""
    which = Recording.call_sid == sid if sid else Recording.ticket_number == ticket_number
    statement = select(Recording).where(which, Recording.state != RecordingState.DELETED).order_by(Recording.id)
    return session.execute(statement).scalars().all()


def messages(session: Session, sid: str) -> Sequence[DutyMessage]:
    """What a call left for the duty manager."""
    return (
        session.execute(select(DutyMessage).where(DutyMessage.call_sid == sid).order_by(DutyMessage.id)).scalars().all()
    )


def of_ticket(session: Session, number: int) -> Sequence[str]:
    """The ids of the calls about a ticket, the oldest first."""
    statement = select(Call.sid).where(Call.ticket_number == number).order_by(Call.started_at, Call.sid)
    return session.execute(statement).scalars().all()


def _calls(*conditions: ColumnElement[bool]) -> Select[Call, Contract, str]:
    return (
        select(Call, Contract, Customer.name)
        .outerjoin(Contract, Contract.id == Call.contract_id)
        .outerjoin(Customer, Customer.id == Contract.customer_id)
        .where(*conditions)
    )
