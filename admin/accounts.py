"""Who may sign in, and which programs may call the API: users, tokens, and what proves them."""

import hashlib
import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import lockout, second_step, sessions
from models.account import Role, Scope, Token, User
from models.customer import HOUSE_CONTRACT, Contract
from rules.contact_details import is_email

# argon2id as OWASP has it (2024): the default's 64 MiB for every sign-in would crowd a small machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"
LONGEST_NAME = 120


class AccountError(Exception):
    """The account cannot be made; the text says why and what to do."""


class UnknownContract(AccountError):
    """No contract has the number that was given."""


def add_user(session: Session, email: str, role: Role, now: datetime) -> str:
    """Let somebody sign in at once; answers the generated password. On a known address: a new password, and this role.

    Older sessions of a known user end, the second step is off, and nothing wrong is remembered: it is also the way back
    in for who has lost everything. Raises AccountError.
    """
    email = normalised(email)
    if not is_email(email):
        raise AccountError(f"{email!r} is not an e-mail address: write one such as anna@example.com")
    user = by_email(session, email)
    if user is None:
        user = User(email=email, created_at=now)
        session.add(user)
    user.role = role
    user.deactivated_at = None
    password = generate_password(session, user)
    second_step.turn_off(session, user)
    lockout.forgive(session, email, now)
    return password


def generate_password(session: Session, user: User) -> str:
    """A new password for a user, whose sessions end; answers it."""
    password = "-".join("".join(secrets.choice(_EASY_TO_READ) for _ in range(4)) for _ in range(4))
    set_password(session, user, password)
    return password


def set_password(session: Session, user: User, password: str, but: int | None = None) -> None:
    """The user's password from now on. The sessions of the old one end, `but` one."""
    user.password_hash = _HASHER.hash(password)
    user.session_key = secrets.token_hex(32)
    session.flush()
    sessions.end_all(session, user.id, but)


def by_email(session: Session, email: str) -> User | None:
    """The user with this address, active or not."""
    return session.execute(select(User).where(User.email == normalised(email))).scalar_one_or_none()


def check_password(session: Session, email: str, password: str) -> User | None:
    """The active user whose e-mail address and password these are, else None.

    An unknown user takes as long as a known one.
    """
    user = by_email(session, email) if is_email(normalised(email)) else None
    active = user if user and user.deactivated_at is None else None
    matches = _matches(active.password_hash if active else _nobody(), password)
    return active if matches else None


def create_token(session: Session, name: str, scope: Scope, contract: str | None, now: datetime) -> str:
    """Let a program call the API; answers the secret, which is not kept. `contract`: for that contract's number alone.

    Raises AccountError.
    """
    name = name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise AccountError(f"a token needs a name of at most {LONGEST_NAME} characters that says what uses it")
    contract_id = None
    if contract is not None:
        found = select(Contract.id).where(Contract.number == contract, Contract.number != HOUSE_CONTRACT)
        contract_id = session.execute(found).scalar_one_or_none() if contract.isprintable() else None
        if contract_id is None:
            raise UnknownContract(f"unknown contract {contract!r}: load it first, or check its number")
    secret = f"plt_{secrets.token_urlsafe(32)}"
    session.add(Token(name=name, digest=digest(secret), scope=scope, contract_id=contract_id, created_at=now))
    session.flush()
    return secret


def token_of(session: Session, secret: str) -> Token | None:
    """The token whose secret this is; None for an unknown or revoked one."""
    statement = select(Token).where(Token.digest == digest(secret), Token.revoked_at.is_(None))
    return session.execute(statement).scalar_one_or_none()


def normalised(email: str) -> str:
    """An address as it is kept: nobody has two accounts by a capital."""
    return email.strip().lower()


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeError):
        return False


@cache
def _nobody() -> str:
    """A hash that no password has, to be checked in the place of an unknown user's."""
    return _HASHER.hash(secrets.token_hex(32))


def digest(secret: str) -> str:
    """What is kept of a random secret: SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
