"""Who may sign in, and which programs may call the API: users, tokens, and what proves them."""

import hashlib
import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Role, Scope, Token, User
from models.customer import HOUSE_CONTRACT, Contract
from rules.contact_details import is_email

# argon2id as OWASP has it (2024): the default's 64 MiB for every sign-in would crowd a small machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"
LONGEST_NAME = 120


class AccountError(Exception):
    """The account cannot be made; the text says why and what to do."""


def add_user(session: Session, email: str, role: Role, now: datetime) -> str:
    """Let somebody sign in; answers the generated password. On a known address: a new password, and this role.

    Older sessions of a known user end. Raises AccountError.
    """
    email = _normalised(email)
    if not is_email(email):
        raise AccountError(f"{email!r} is not an e-mail address: write one such as anna@example.com")
    password = "-".join("".join(secrets.choice(_EASY_TO_READ) for _ in range(4)) for _ in range(4))
    user = session.execute(select(User).where(User.email == email)).scalar_one_or_none()
    if user is None:
        user = User(email=email, created_at=now)
        session.add(user)
    user.role = role
    user.password_hash = _HASHER.hash(password)
    user.session_key = secrets.token_hex(32)
    session.flush()
    return password


def check_password(session: Session, email: str, password: str) -> User | None:
    """The user whose e-mail address and password these are, else None. An unknown user takes as long as a known one."""
    email = _normalised(email)
    found = select(User).where(User.email == email)
    user = session.execute(found).scalar_one_or_none() if is_email(email) else None
    matches = _matches(user.password_hash if user else _nobody(), password)
    return user if matches else None


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
            raise AccountError(f"unknown contract {contract!r}: load it first, or check its number")
    secret = f"plt_{secrets.token_urlsafe(32)}"
    session.add(Token(name=name, digest=digest(secret), scope=scope, contract_id=contract_id, created_at=now))
    session.flush()
    return secret


def token_of(session: Session, secret: str) -> Token | None:
    """The token whose secret this is; None for an unknown or revoked one."""
    statement = select(Token).where(Token.digest == digest(secret), Token.revoked_at.is_(None))
    return session.execute(statement).scalar_one_or_none()


def _normalised(email: str) -> str:
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
