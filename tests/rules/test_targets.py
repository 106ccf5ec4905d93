"""By when, for each plan and priority."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from rules.service_hours import business_between, end_of_business_day
from rules.targets import (
    BusinessDays,
    BusinessTime,
    Elapsed,
    Limit,
    Plan,
    Priority,
    due_roles,
    is_breached,
    matrix_times,
    notice_due,
    target_at,
)
from tests.rules.vendor import POLICY, rome

P1, P2, P3, P4 = Priority
BASIC, GOLD, PLATINUM = Plan

# plan, priority, opened, target (Rome)
TARGETS = [
    (PLATINUM, P1, "2026-11-02T10:00", "2026-11-02T11:00"),
    (PLATINUM, P1, "2026-11-08T03:00", "2026-11-08T04:00"),
    (PLATINUM, P1, "2026-03-29T01:30", "2026-03-29T03:30"),
    (PLATINUM, P1, "2026-10-25T01:30", "2026-10-25T02:30"),
    (PLATINUM, P2, "2026-11-08T20:00", "2026-11-09T11:00"),
    (PLATINUM, P2, "2026-11-07T17:00", "2026-11-09T10:00"),
    (PLATINUM, P2, "2026-12-25T17:00", "2026-12-26T10:00"),
    (PLATINUM, P3, "2026-11-02T17:00", "2026-11-03T12:00"),
    (PLATINUM, P4, "2026-11-02T17:00", "2026-11-03T16:00"),
    (GOLD, P1, "2026-11-02T22:00", "2026-11-03T10:00"),
    (GOLD, P1, "2026-11-02T17:30", "2026-11-03T09:30"),
    (GOLD, P1, "2026-11-07T22:00", "2026-11-09T10:00"),
    (GOLD, P2, "2026-11-02T09:00", "2026-11-02T11:00"),
    (GOLD, P3, "2026-11-02T09:00", "2026-11-02T13:00"),
    (GOLD, P4, "2026-11-02T09:00", "2026-11-02T17:00"),
    (BASIC, P1, "2026-11-02T10:00", "2026-11-03T18:00"),
    (BASIC, P1, "2026-11-06T10:00", "2026-11-09T18:00"),
    (BASIC, P2, "2026-11-06T10:00", "2026-11-10T18:00"),
    (BASIC, P3, "2026-11-02T10:00", None),
    (BASIC, P4, "2026-11-02T10:00", None),
]


@pytest.mark.parametrize(("plan", "priority", "opened", "target"), TARGETS)
def test_target(plan, priority, opened, target):
    assert target_at(POLICY.plans, plan, priority, rome(opened)) == (rome(target) if target else None)


def wait(start: str, end: str):
    return rome(start), rome(end)


# plan, priority, opened, waits, target
WAITED = [
    (PLATINUM, P1, "2026-11-02T10:00", [("2026-11-02T10:30", "2026-11-02T12:30")], "2026-11-02T13:00"),
    (PLATINUM, P1, "2026-11-02T10:00", [("2026-11-02T11:00", "2026-11-02T12:30")], "2026-11-02T11:00"),
    (PLATINUM, P1, "2026-11-02T10:00", [("2026-11-02T09:00", "2026-11-02T10:30")], "2026-11-02T11:30"),
    (
        PLATINUM, P1, "2026-11-02T10:00",
        [("2026-11-02T10:50", "2026-11-02T11:10"), ("2026-11-02T10:10", "2026-11-02T10:20")], "2026-11-02T11:30",
    ),
    (
        PLATINUM, P1, "2026-11-02T10:00",
        [("2026-11-02T10:10", "2026-11-02T10:30"), ("2026-11-02T10:20", "2026-11-02T10:40")], "2026-11-02T11:30",
    ),
    (PLATINUM, P2, "2026-11-02T17:00", [("2026-11-02T17:30", "2026-11-03T09:30")], "2026-11-03T11:00"),
    (PLATINUM, P2, "2026-11-02T16:00", [("2026-11-02T17:00", "2026-11-02T17:30")], "2026-11-03T09:30"),
    (PLATINUM, P2, "2026-11-02T17:00", [("2026-11-02T19:00", "2026-11-03T08:00")], "2026-11-03T10:00"),
    (BASIC, P1, "2026-11-02T10:00", [("2026-11-03T10:00", "2026-11-03T14:00")], "2026-11-04T13:00"),
    (BASIC, P3, "2026-11-02T10:00", [("2026-11-03T10:00", "2026-11-03T14:00")], None),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "priority", "opened", "waits", "target"), WAITED)
def test_waiting_stops_the_clock(plan, priority, opened, waits, target):
    moved = target_at(POLICY.plans, plan, priority, rome(opened), [wait(*each) for each in waits])
    assert moved == (rome(target) if target else None)


def test_a_target_is_missed_at_the_limit():
    target = rome("2026-11-02T11:00")
    assert not is_breached(target, rome("2026-11-02T10:59:59"))
    assert is_breached(target, target)
    assert not is_breached(None, target)


@pytest.mark.parametrize(
    ("plan", "priority", "opened", "told"),
    [
        (PLATINUM, P1, "2026-11-08T03:00", "2026-11-08T03:30"),
        (GOLD, P1, "2026-11-08T03:00", "2026-11-08T03:30"),
        (BASIC, P1, "2026-11-02T16:00", "2026-11-03T11:00"),
        (PLATINUM, P2, "2026-11-02T16:00", None),
    ],
)
def test_the_customer_is_told(plan, priority, opened, told):
    assert notice_due(POLICY.plans, plan, priority, rome(opened)) == (rome(told) if told else None)


def engaged(plan: Plan, priority: Priority) -> list[tuple[str, Limit]]:
    """Whom the policy engages, with the limit of the column."""
    columns = zip(POLICY.plans[plan].matrix_columns, POLICY.matrix[priority], strict=True)
    return [(role, column) for column, roles in columns for role in roles]


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("priority", Priority)
def test_management_is_engaged_when_its_column_is_reached(plan, priority):
    opened = rome("2026-11-02T10:00")
    calendar = POLICY.plans[plan].calendar
    times = matrix_times(POLICY.plans, POLICY.matrix, plan, priority, opened)
    assert [due.role for due in times] == [role for role, _ in engaged(plan, priority)]
    for due, (_, column) in zip(times, engaged(plan, priority), strict=True):
        match column:
            case BusinessTime(duration):
                assert business_between(calendar, opened, due.at) == duration
            case BusinessDays(days):
                assert due.at == end_of_business_day(calendar, opened, days)
            case Elapsed(duration):
                assert due.at == opened + duration


def due_now(at: datetime, waits: Sequence[tuple[datetime, datetime]] = ()) -> list[str]:
    """The roles that are engaged by then for a Platinum P1 of a Monday morning."""
    due = due_roles(POLICY.plans, POLICY.matrix, PLATINUM, P1, rome("2026-11-02T09:00"), at, iter(waits))
    return [one.role for one in due]


def test_who_is_to_have_been_told_by_now():
    """One column after the other, each from the second on in which it is reached."""
    times = matrix_times(POLICY.plans, POLICY.matrix, PLATINUM, P1, rome("2026-11-02T09:00"))
    for number, due in enumerate(times):
        earlier = [one.role for one in times[:number] if one.at < due.at]
        assert due_now(due.at - timedelta(seconds=1)) == earlier
        assert due.role in due_now(due.at)
    assert due_now(times[-1].at) == [due.role for due in times]


def test_waiting_stops_the_matrix_too():
    first, second, *_ = dict.fromkeys(
        due.at for due in matrix_times(POLICY.plans, POLICY.matrix, PLATINUM, P1, rome("2026-11-02T09:00"))
    )
    waited = (first + timedelta(minutes=1), second)
    assert due_now(second, [waited]) == due_now(first)


def test_work_lists_put_what_is_guaranteed_first():
    ranks: dict[bool, set[int]] = {True: set(), False: set()}
    for terms in POLICY.plans.values():
        ranks[terms.guaranteed].add(terms.rank)
    assert max(ranks[True]) < min(ranks[False])
