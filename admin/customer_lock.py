"""Customers are changed by one at a time: what was looked up before writing is still so."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

LOCK = 5_001_729
"""Any number that nothing else in this database takes for a lock."""


def hold(session: Session) -> None:
    """Until this transaction ends nobody else adds or changes products, customers, contracts, contacts or PINs.

    That is so among those who call this, before they lock any row: the console's forms, its import, and `load`.
    A call never waits for it. SQLite has one writer as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
