"""What a new service still lacks, step by step, until a call has come in and somebody has answered a drill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin.guard import Permission
from models.call import Call
from models.customer import HOUSE_CONTRACT, Contract, Pin
from models.schedule import EscalationPolicy, Schedule
from models.technician import Technician
from models.ticket import Ticket
from rules.line import Line

TECHNICIAN, ROTATION, POLICY, CUSTOMER = "technician", "rotation", "policy", "customer"
TWILIO, CALL, DRILL = "twilio", "call", "drill"
_HOUSE = select(Contract.id).where(Contract.number == HOUSE_CONTRACT).scalar_subquery()
_SIGNS: Mapping[str, Sequence[Select[Any]]] = {
    TECHNICIAN: (select(Technician.key),),
    ROTATION: (select(Schedule.key),),
    POLICY: (select(EscalationPolicy.key),),
    CUSTOMER: (select(Pin.id).where(Pin.revoked_at.is_(None)),),
    CALL: (select(Call.sid), select(Ticket.number).where(Ticket.contract_id.is_distinct_from(_HOUSE))),
    DRILL: (select(Ticket.number).where(Ticket.contract_id == _HOUSE, Ticket.taken_in_charge_at.is_not(None)),),
}
"""A row of any of these: the step is done."""


@dataclass(frozen=True, slots=True)
class Step:
    """`why` is a sentence; `path` is where the step is taken, by who may `needs`; '' where no page can take it.

    What is `optional` is not counted.
    """

    key: str
    name: str
    why: str
    path: str
    needs: Permission
    optional: bool = False


class Beginnings:
    """What is done once stays done, and is not asked again."""

    def __init__(self, line: Line, simulated: bool) -> None:
        self._steps = _steps(line.number, simulated)
        self._waits_for = {step.key for step in self._steps if not step.optional}
        self._done = set() if simulated or not line.public_url.startswith("https:") else {TWILIO}

    def left(self, session: Session) -> list[tuple[Step, bool]]:
        """Every step, and whether it is done; none once all are. The simulator does not wait for Twilio."""
        for key in self._waits_for - self._done - {TWILIO}:
            if any(session.execute(sign.limit(1)).first() for sign in _SIGNS[key]):
                self._done.add(key)
        if self._waits_for <= self._done:
            return []
        return [(step, step.key in self._done) for step in self._steps]


def _steps(number: str, simulated: bool) -> Sequence[Step]:
    read, edit = Permission.READ, Permission.EDIT
    ladder = "Whom a page goes to, and who is next when nobody answers."
    proof = "The PIN proves the contract of who phones."
    phone = f"Phone {number} and key the PIN: a ticket opens, and whoever is on call is paged."
    connect = (
        "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_NUMBER and a PUBLIC_URL with https, "
        "start again and run 'python app.py twilio setup'."
    )
    return (
        Step(TECHNICIAN, "Add a technician", "Somebody to page, by text and by call.", "/technicians/add", edit),
        Step(ROTATION, "Make a rotation", "It says who is on call when.", "/rotations/add", edit),
        Step(POLICY, "Add an escalation policy", ladder, "/policies/add", edit),
        Step(CUSTOMER, "Add a customer with a PIN", proof, "/customers/add", edit),
        Step(TWILIO, "Connect Twilio", connect, "/carrier", Permission.ADMINISTER, optional=simulated),
        Step(CALL, "Try a call", phone, "/simulator" if simulated else "", read),
        Step(DRILL, "Run a drill", "It pages whoever is on call, and is done when somebody answers.", "/drills", edit),
    )
