"""The audit trail: who changed what, with what was there before and after."""

from datetime import datetime
from typing import Any

from flask_login import current_user
from sqlalchemy.orm import Session

from models.audit import Audit


def record(session: Session, now: datetime, action: str, subject: str, before: Any, after: Any) -> None:
    """Add one row in the signed-in user's name, in the transaction of the change. Never a secret."""
    record_as(session, current_user.email, now, action, subject, before, after)


def record_as(session: Session, actor: str, now: datetime, action: str, subject: str, before: Any, after: Any) -> None:
    """Add one row in somebody's name who is not signed in, or not yet."""
    session.add(Audit(at=now, actor=actor, action=action, subject=subject[:200], before=before, after=after))
