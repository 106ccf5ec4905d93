"""The names of technicians: one, or those that a message needs. Nobody is loaded besides."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.technician import Technician


def name(session: Session, holder: str) -> str:
    """Return a technician's name; `holder` itself where it is no technician's key."""
    technician = session.get(Technician, holder)
    return technician.name if technician else holder


def named(session: Session, keys: Collection[str]) -> dict[str, Technician]:
    """Return the technicians with these keys, by key."""
    found = session.execute(select(Technician).where(Technician.key.in_(keys)))
    return {technician.key: technician for technician in found.scalars()}
