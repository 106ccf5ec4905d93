"""What tests of customers and their PINs type, and the rows that come of it."""

import sqlalchemy as sa


def rows(site, table):
    with site.database.read() as session:
        return session.execute(sa.select(table).order_by(*table.__table__.primary_key)).scalars().all()


def add(visitor, **typed):
    values = {"customer": "Acme SpA", "number": "C-1001", "starts": "2026-01-01", "ends": "2026-12-31"} | typed
    return visitor.get("/customers/add").send("", **values)
