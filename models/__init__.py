"""The tables. All are known as soon as one is used: foreign keys cross files."""

from models import (
    account,
    audit,
    call,
    customer,
    delivery,
    page,
    protection,
    recording,
    retention,
    schedule,
    service,
    technician,
    ticket,
)

__all__ = [
    "account",
    "audit",
    "call",
    "customer",
    "delivery",
    "page",
    "protection",
    "recording",
    "retention",
    "schedule",
    "service",
    "technician",
    "ticket",
]
