"""The demonstration: what there is to try of it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import commands
from models.account import Role
from models.customer import Customer, Pin
from models.database import Database
from rules.pins import Peppers
from rules.policy import Policy

ADMIN = "admin@example.com"
DEMO = Path(__file__).parent.parent / "config" / "demo.yaml"

Hint = tuple[str, str, str]
"""Whose PIN it is, the PIN, and a number to call from."""


def load(database: Database, peppers: Peppers, policy: Policy) -> str | None:
    """Load the demonstration and its administrator into an empty database; answers the password, this once.

    None where there are customers already.
    """
    with database.read() as session:
        if session.execute(select(Customer.id).limit(1)).first() is not None:
            return None
    commands.load_file(database, DEMO, peppers, policy)
    return commands.new_user(database, ADMIN, Role.ADMIN)


def welcome(database: Database, peppers: Peppers, public_url: str, password: str | None) -> Iterator[str]:
    """What there is to try, line by line."""
    if password:
        yield f"Sign in    {public_url} as {ADMIN} with the password {password}"
    else:
        yield f"Sign in    {public_url}; a new password: python app.py user add {ADMIN} --role admin"
    with database.read() as session:
        for who, pin, phone in hints(session, peppers):
            yield f"PIN        {pin} for {who}, calling from {phone}"
    yield f"Try        {public_url}/simulator: phone with the first PIN, press 1, hang up, answer the text"


def hints(session: Session, peppers: Peppers) -> list[Hint]:
    """The demonstration's PINs that this database knows: none where another file was loaded."""
    known = set(session.execute(select(Pin.digest).where(Pin.revoked_at.is_(None))).scalars())
    return [hint for hint in _hints() if any(digest in known for digest in peppers.candidates(hint[1]))]


@cache
def _hints() -> list[Hint]:
    content: dict[str, Any] = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    return [
        (f"{customer['name']}, {contract['number']} ({contract['plan']})", pin, contract["contacts"][0]["phone"])
        for customer in content["customers"]
        for contract in customer["contracts"]
        for pin in contract.get("pins", [])
    ]
