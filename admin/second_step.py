"""The second step of signing in: a code of an authenticator app (TOTP, RFC 6238), or a recovery code.

`now` is the database's clock. A code holds for its own 30 seconds and those beside them, and counts once.
"""

import hashlib
import re
import secrets
from datetime import datetime
from hmac import compare_digest

import pyotp
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from models.account import RecoveryCode, User

STEP = 30
"""Seconds, as every app takes them."""
ISSUER = "Platinum Line"
RECOVERY_CODES = 10
_EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A random secret, 160 bits in base 32."""
    return pyotp.random_base32()


def link(secret: str, email: str) -> str:
    """The otpauth address that an app takes, as a link or from a picture."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=ISSUER)


def turn_on(session: Session, user: User, secret: str, code: str, now: datetime) -> list[str] | None:
    """Ask for codes of this secret from now on; answers the recovery codes, kept as digests alone.

    None if the code is not one of the secret: the app has not taken it, or its clock is wrong.
    """
    step = _step_of(secret, code, now)
    if step is None:
        return None
    user.totp_secret, user.totp_step = secret, step
    return new_recovery_codes(session, user)


def turn_off(session: Session, user: User) -> None:
    user.totp_secret = user.totp_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Ten fresh codes in the place of those before."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [_random_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(digest=_digest(user.id, code), user_id=user.id) for code in codes)
    session.flush()
    return codes


def codes_left(session: Session, user_id: int) -> int:
    """How many recovery codes are not used yet."""
    return session.execute(select(func.count()).where(RecoveryCode.user_id == user_id)).scalar_one()


def accept(session: Session, user: User, typed: str, now: datetime) -> str | None:
    """What the code is, 'code' or 'recovery code'; it is used up by this. None if it opens nothing (any more)."""
    if user.totp_secret is None:
        return None
    step = _step_of(user.totp_secret, typed, now)
    if step is not None:
        return "code" if _use_up(session, user.id, step) else None
    spent = delete(RecoveryCode).where(RecoveryCode.digest == _digest(user.id, typed))
    return "recovery code" if session.execute(spent.returning(RecoveryCode.digest)).first() else None


def _random_code() -> str:
    return "-".join("".join(secrets.choice(_EASY_TO_READ) for _ in range(5)) for _ in range(3))


def _use_up(session: Session, user_id: int, step: int) -> bool:
    """False for a step that is not later than the last one used: somebody looked over the shoulder."""
    is_fresh = or_(User.totp_step.is_(None), User.totp_step < step)
    used = update(User).where(User.id == user_id, is_fresh).values(totp_step=step).returning(User.id)
    return session.execute(used).first() is not None


def _step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The step whose code this is, of the one at `now` and its neighbours."""
    code = re.sub(r"\s", "", typed)
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    here, totp = int(now.timestamp()) // STEP, pyotp.TOTP(secret, interval=STEP)
    matching = [step for step in (here - 1, here, here + 1) if compare_digest(totp.generate_otp(step), code)]
    return matching[-1] if matching else None


def _digest(user_id: int, code: str) -> str:
    """Small letters and digits count, however they are parted. The codes are random enough for one round of SHA-256."""
    plain = re.sub(r"[^a-z0-9]", "", code.lower())
    return hashlib.sha256(f"{user_id} {plain}".encode()).hexdigest()
