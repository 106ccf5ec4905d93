"""The budgets for wrong PINs that are spent, in words: for the admins' e-mails and the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import Contract
from models.protection import Throttle
from rules.line import Line
from rules.pin_budgets import Kind

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Spent:
    """Whose wrong PINs, how many since the budget was whole, and when the budget pays for the next one."""

    whose: str
    failures: int
    until: datetime


def spent(session: Session, line: Line, now: datetime) -> Sequence[Spent]:
    """Return the budgets that can pay for no wrong PIN now, those first that last longest."""
    columns = (Throttle.key, Throttle.failures, Throttle.shut_until)
    now_spent = select(*columns).where(Throttle.whole_at.is_not(None), Throttle.shut_until > now)
    rows = session.execute(now_spent.order_by(Throttle.shut_until.desc(), Throttle.key).limit(MOST_LISTED))
    return [Spent(whose(session, line, key), failures, until) for key, failures, until in rows if until]


def whose(session: Session, line: Line, key: str) -> str:
    """Return in words whose wrong PINs the budget with this key counts."""
    kind, _, about = key.partition(":")
    if kind == Kind.CONTRACT:
        about = session.execute(select(Contract.number).where(Contract.id == int(about))).scalar() or about
    return line.wording.say(f"guessing.{kind.replace('-', '_')}", about=about)
