"""Faults on demand: what the company does wrong, to whom, and how many times."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from simulator.tables import Fault


class FaultKind(StrEnum):
    REFUSE = "refuse"
    SLOW = "slow"
    LOSE_ANSWER = "lose_answer"
    CALL_FAILS = "call_fails"
    NO_RECORDING = "no_recording"
    DELIVER_LATE = "deliver_late"
    UNDELIVERED = "undelivered"
    LOSE_CALLBACK = "lose_callback"
    DUPLICATE_CALLBACK = "duplicate_callback"
    REORDER_CALLBACK = "reorder_callback"
    LATE_CALLBACK = "late_callback"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a fault does, in words. `takes`: 'code' (with its usual value), 'seconds' or nothing."""

    words: str
    takes: str = ""
    usual: int = 0


EXPLANATIONS: dict[FaultKind, Explanation] = {
    FaultKind.REFUSE: Explanation("Refuse to send, with this error code", "code", 21211),
    FaultKind.SLOW: Explanation("Answer the request only after this many seconds", "seconds", 5),
    FaultKind.LOSE_ANSWER: Explanation("Accept, then break the connection before answering"),
    FaultKind.CALL_FAILS: Explanation("Fail the call before it rings"),
    FaultKind.NO_RECORDING: Explanation("Refuse to give or delete a recording, with this error code", "code", 20404),
    FaultKind.DELIVER_LATE: Explanation("Deliver the text this many seconds late", "seconds", 60),
    FaultKind.UNDELIVERED: Explanation("Accept the text, then report it undelivered with this code", "code", 30003),
    FaultKind.LOSE_CALLBACK: Explanation("Lose the status callback"),
    FaultKind.DUPLICATE_CALLBACK: Explanation("Send the status callback twice"),
    FaultKind.REORDER_CALLBACK: Explanation("Send the status callback after the one that follows it"),
    FaultKind.LATE_CALLBACK: Explanation("Send the status callback this many seconds late", "seconds", 30),
}


def add(
    session: Session, kind: FaultKind, number: str = "", *, times: int = 1, code: int = 0, seconds: float = 0.0
) -> None:
    """Make `kind` go wrong `times` times for `number`, or for any number when it is ''.

    `code` is the provider's error code and `seconds` the delay; the usual ones when left out.
    """
    explanation = EXPLANATIONS[kind]
    if explanation.takes == "code":
        code = code or explanation.usual
    if explanation.takes == "seconds":
        seconds = seconds or explanation.usual
    session.add(Fault(kind=kind, number=number, remaining=times, code=code, seconds=seconds))


def strike(session: Session, kind: FaultKind, number: str) -> Fault | None:
    """The fault of this kind that strikes `number` now, if there is one; it is then one time less."""
    waiting = (
        sa.select(Fault)
        .where(Fault.kind == kind, Fault.number.in_(("", number)), Fault.remaining > 0)
        .order_by(Fault.id)
        .limit(1)
        .with_for_update()
    )
    fault = session.scalars(waiting).first()
    if fault is not None:
        fault.remaining -= 1
    return fault


def clear(session: Session) -> None:
    """Everything works again."""
    session.execute(sa.delete(Fault))
