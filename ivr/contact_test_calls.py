"""The call of a contact test: it says that all is well, and key 1 confirms that a person heard it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import twiml
from ivr.prompts import Prompts
from models.delivery import Delivery, DeliveryKind
from paging import outcomes
from rules.line import Line

MOST_SILENCES = 3


class ContactTestCalls:
    """Answers for the deliveries of its kind alone: None for every other."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._prompts = Prompts(line)

    def ask(self, session: Session, delivery_id: int, silences: int = 0) -> str | None:
        """Somebody, or an answering machine, picked up."""
        name = _name(session, delivery_id)
        if name is None:
            return None
        if silences >= MOST_SILENCES:
            return twiml.end([self._prompts.say("test.unanswered")])
        script = [self._prompts.say("test.text", name=name), self._prompts.say("test.key")]
        return twiml.ask_key(script, self._line.url(f"/twilio/page/{delivery_id}/key?silences={silences}"))

    def key(self, session: Session, delivery_id: int, keys: str, silences: int, now: datetime) -> str | None:
        """A key, or silence, which repeats the test and at last ends the call."""
        if keys != "1":
            return self.ask(session, delivery_id, silences + 1)
        if _name(session, delivery_id) is None:
            return None
        outcomes.answered(session, delivery_id, now)
        return twiml.end([self._prompts.say("test.confirmed")])


def _name(session: Session, delivery_id: int) -> str | None:
    """Whom a contact test calls; None where the delivery is none."""
    statement = select(Delivery.name).where(Delivery.id == delivery_id, Delivery.kind == DeliveryKind.TEST)
    return session.execute(statement).scalar_one_or_none()
