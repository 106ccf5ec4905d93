"""By when a ticket must be taken in charge, the customer told, and the management engaged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.service_hours import Calendar, add_business, business_between, end_of_business_day


class Priority(StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Plan(StrEnum):
    BASIC = "basic"
    GOLD = "gold"
    PLATINUM = "platinum"


@dataclass(frozen=True, slots=True)
class Elapsed:
    """So much time on the wall clock, day and night."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """So much time of the plan's staffed calendar."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """By the closing time of the `days`-th staffed day that follows; 1 is the next business day."""

    days: int


Limit = Elapsed | BusinessTime | BusinessDays

Wait = tuple[datetime, datetime]
"""`[start, end)` in which the ticket waited for the customer or a third party. An open wait ends now."""


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a plan promises. A priority without a target is best effort, one without a notice has no limit.

    `rank` orders work lists, lowest first. `matrix_columns` are when the escalation matrix's columns are reached.
    """

    name: str
    rank: int
    calendar: Calendar
    on_call: bool
    guaranteed: bool
    proactive: bool
    specialist: bool
    targets: Mapping[Priority, Limit]
    notices: Mapping[Priority, Limit]
    matrix_columns: tuple[Limit, ...]


Plans = Mapping[Plan, PlanTerms]

Matrix = Mapping[Priority, tuple[tuple[str, ...], ...]]
"""For each priority, the roles that appear in each column."""


@dataclass(frozen=True, slots=True)
class RoleDue:
    """`role` is to be told at `at` that the ticket is not solved yet."""

    role: str
    at: datetime


def target_at(
    plans: Plans, plan: Plan, priority: Priority, opened_at: datetime, waits: Iterable[Wait] = ()
) -> datetime | None:
    """When the ticket must have been taken in charge; None for best effort. Waiting stops the clock."""
    terms = plans[plan]
    limit = terms.targets.get(priority)
    return reached_at(limit, terms.calendar, opened_at, waits) if limit else None


def notice_due(plans: Plans, plan: Plan, priority: Priority, opened_at: datetime) -> datetime | None:
    """By when the customer must have been told of the ticket; None without a limit."""
    terms = plans[plan]
    limit = terms.notices.get(priority)
    return reached_at(limit, terms.calendar, opened_at) if limit else None


def is_breached(target: datetime | None, at: datetime) -> bool:
    """Whether a target is missed at `at`: 'less than an hour' is, at the hour."""
    return target is not None and at >= target


def matrix_times(
    plans: Plans, matrix: Matrix, plan: Plan, priority: Priority, opened_at: datetime, waits: Iterable[Wait] = ()
) -> tuple[RoleDue, ...]:
    """Who is engaged when, in order, should the ticket not be solved until then. Waiting stops the clock."""
    terms = plans[plan]
    waits = tuple(waits)
    return tuple(
        RoleDue(role, reached_at(column, terms.calendar, opened_at, waits))
        for column, roles in zip(terms.matrix_columns, matrix[priority], strict=True)
        for role in roles
    )


def due_roles(
    plans: Plans,
    matrix: Matrix,
    plan: Plan,
    priority: Priority,
    opened_at: datetime,
    at: datetime,
    waits: Iterable[Wait] = (),
) -> tuple[RoleDue, ...]:
    """Who is to have been engaged by `at` for a ticket that is not solved."""
    return tuple(due for due in matrix_times(plans, matrix, plan, priority, opened_at, waits) if due.at <= at)


def reached_at(limit: Limit, calendar: Calendar, opened_at: datetime, waits: Iterable[Wait] = ()) -> datetime:
    """When `limit` is reached by a clock that starts at `opened_at` and stands still in `waits`."""
    due = _without_waits(limit, calendar, opened_at)
    counted_until = opened_at
    for start, end in sorted(waits):
        start = max(start, counted_until)
        if start < end and start < due:
            due = _postponed(limit, calendar, due, start, end)
            counted_until = end
    return due


def _without_waits(limit: Limit, calendar: Calendar, opened_at: datetime) -> datetime:
    if isinstance(limit, Elapsed):
        return opened_at + limit.duration
    if isinstance(limit, BusinessTime):
        return add_business(calendar, opened_at, limit.duration)
    return end_of_business_day(calendar, opened_at, limit.days)


def _postponed(limit: Limit, calendar: Calendar, due: datetime, start: datetime, end: datetime) -> datetime:
    if isinstance(limit, Elapsed):
        return due + (end - start)
    waited = business_between(calendar, start, end)
    return add_business(calendar, due, waited) if waited else due
