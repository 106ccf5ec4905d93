"""Codes that prove an address: their words go as soon as a code can be typed no more."""

from datetime import timedelta

from sqlalchemy import select

from models.database import Database
from models.technician import ContactProof
from paging import contact_proofs
from paging.chores import first_due

LOOK_AGAIN = timedelta(minutes=1)
"""While a carrier is away, a message that holds a code may still be under way."""


class Codes:
    """A chore: each address that was sent a code is looked at when the code is over."""

    first_due = first_due(ContactProof.due_at)

    def __init__(self, database: Database) -> None:
        self._database = database

    def do_next(self) -> bool:
        with self._database.write() as session:
            now = self._database.now(session)
            due = select(ContactProof).where(ContactProof.due_at <= now).order_by(ContactProof.due_at).limit(1)
            proof = session.execute(due.with_for_update(skip_locked=True)).scalar_one_or_none()
            if proof is None:
                return False
            if contact_proofs.waits(proof, now):
                proof.due_at = proof.sent_at + contact_proofs.VALID_FOR
                return True
            proof.digest = None
            is_done = contact_proofs.forget_codes(session, proof.technician_key, proof.address, now)
            proof.due_at = None if is_done else now + LOOK_AGAIN
        return True
