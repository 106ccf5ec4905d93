"""The demonstration: what there is to try of it."""

from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import Pin
from rules.pins import Peppers

DEMO = Path(__file__).parent.parent / "config" / "demo.yaml"

Hint = tuple[str, str, str]
"""Whose PIN it is, the PIN, and a number to call from."""


def hints(session: Session, peppers: Peppers) -> list[Hint]:
    """The demonstration's PINs that this database knows: none where another file was loaded."""
    content = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    known = set(session.execute(select(Pin.digest).where(Pin.revoked_at.is_(None))).scalars())
    return [hint for hint in _hints(content) if any(digest in known for digest in peppers.candidates(hint[1]))]


def _hints(content: dict[str, Any]) -> list[Hint]:
    return [
        (f"{customer['name']} ({contract['plan']})", pin, contract["contacts"][0]["phone"])
        for customer in content["customers"]
        for contract in customer["contracts"]
        for pin in contract.get("pins", [])
    ]
