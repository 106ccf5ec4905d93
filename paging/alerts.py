"""What is wrong with the line itself, told to its admins by e-mail: each cause once an hour."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Role, User
from models.delivery import DeliveryKind
from rules.escalation import Channel
from rules.line import Line
from tickets import duty
from tickets.outbox import post


def misconfigured(session: Session, line: Line, reason: str, now: datetime) -> None:
    """Nothing of a kind can be sent until somebody changes something."""
    _tell(session, line, "misconfigured", reason[:80], now, reason=reason)


def opted_out(session: Session, line: Line, name: str, address: str, now: datetime) -> None:
    """The carrier does not text this person any more, as they have asked it."""
    _tell(session, line, "opted_out", address, now, name=name, address=address, text_number=line.text_number)


def overdue(session: Session, line: Line, pages: int, messages: int, now: datetime) -> None:
    """Work that is due is not done."""
    _tell(session, line, "overdue", "", now, pages=pages, messages=messages)


def unreached(session: Session, line: Line, reasons: str, now: datetime) -> None:
    """Nobody can be reached, or not about some ticket."""
    _tell(session, line, "unreached", "", now, reasons=reasons)


def window_unpaged(
    session: Session, line: Line, window: int, contract: str, reference: str, why: str, now: datetime
) -> None:
    """A booked maintenance begins, or is over, and nobody is paged for it."""
    _tell(session, line, "window", str(window), now, contract=contract, reference=reference, why=why)


def stuck(session: Session, line: Line, number: int, now: datetime) -> None:
    """A page that the engine cannot move on, whatever the reason: a person must."""
    _tell(session, line, "stuck", str(number), now, number=number)


def guessing(session: Session, line: Line, kind: str, who: str, failures: int, limit: int, now: datetime) -> None:
    """A budget for wrong PINs is spent. Once an hour for each kind of budget: the console lists them all."""
    _tell(session, line, "guessing", kind, now, who=who, failures=failures, limit=limit, url=line.url("/calls"))


def recording_lost(session: Session, line: Line, recording: str, number: int | None, now: datetime) -> None:
    """What a caller recorded is still at the carrier alone."""
    _tell(session, line, "recording_lost", recording, now, recording=recording, number=number or "-")


def no_duty_manager(session: Session, line: Line, now: datetime) -> None:
    """A caller asked for a person, and none is on file."""
    _tell(session, line, "no_duty_manager", "", now)


def unplaced(session: Session, line: Line, count: int, listed: str, url: str, now: datetime) -> int:
    """Monitoring reported what could not be placed. Return how many people are told."""
    return _tell(session, line, "unplaced", f"{now:%M%S}", now, count=count, alerts=listed, url=url)


def active(session: Session, role: Role) -> Sequence[str]:
    """The addresses of those who have a role and are not deactivated."""
    on_file = select(User.email).where(User.role == role, User.deactivated_at.is_(None))
    return session.execute(on_file.order_by(User.email)).scalars().all()


def _tell(session: Session, line: Line, cause: str, about: str, now: datetime, **words: object) -> int:
    """Tell every admin, or the duty manager where no admin is on file. Return how many people are told."""
    subject = line.wording.say(f"alert.{cause}_subject", **words)
    text = line.wording.say(f"alert.{cause}_mail", **words)
    occasion = f"alert:{cause}:{about}:{now:%Y%m%d%H}"
    told = active(session, Role.ADMIN)
    if not told:
        return duty.tell(session, key=occasion, subject=subject, text=subject, now=now)
    for email in told:
        post(
            session,
            key=f"{occasion}:{email}",
            kind=DeliveryKind.ALERT,
            channel=Channel.EMAIL,
            name=email[:120],
            address=email,
            subject=subject,
            body=text,
            now=now,
        )
    return len(told)
