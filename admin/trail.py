"""The audit trail: who changed what, with what was there before and after."""

from datetime import datetime
from typing import Any

from flask_login import current_user
from sqlalchemy.orm import Session

from models.audit import Audit


def record(session: Session, now: datetime, action: str, subject: str, before: Any, after: Any) -> None:
    """Add one row in the signed-in user's name, in the transaction of the change. Never a secret."""
    session.add(
        Audit(at=now, actor=current_user.email, action=action, subject=subject[:200], before=before, after=after)
    )
