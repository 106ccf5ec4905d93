"""The call that tells a code to a number that cannot be texted: said twice, and over."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import twiml
from ivr.prompts import Prompts
from models.delivery import Delivery, DeliveryKind
from rules.line import Line


class CodeCalls:
    """Answers for the deliveries of its kind alone: None for every other."""

    def __init__(self, line: Line) -> None:
        self._prompts = Prompts(line)

    def tell(self, session: Session, delivery_id: int) -> str | None:
        """Somebody, or an answering machine, picked up."""
        statement = select(Delivery.body).where(Delivery.id == delivery_id, Delivery.kind == DeliveryKind.CODE)
        digits = session.execute(statement).scalar_one_or_none()
        if not digits:  # no code, or one that is over: its words are deleted
            return None
        return twiml.end([self._prompts.say("code.spoken", code=digits), self._prompts.say("code.again", code=digits)])
