"""By when, for each plan and priority."""

from datetime import timedelta

import pytest

from rules.service_hours import business_between
from rules.targets import Plan, Priority, due_roles, is_breached, matrix_times, notice_due, target_at
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


MATRIX = {
    P1: [("team_leader", 2), ("support_manager", 8), ("co_ceo", 16), ("cto", 16)],
    P2: [("support_team", 2), ("team_leader", 4), ("support_manager", 16), ("co_ceo", 40), ("cto", 40)],
    P3: [("support_team", 2), ("team_leader", 16), ("support_manager", 40)],
    P4: [("support_team", 2), ("team_leader", 40)],
}


@pytest.mark.parametrize("plan", [GOLD, PLATINUM])
@pytest.mark.parametrize("priority", Priority)
def test_management_in_business_hours(plan, priority):
    opened = rome("2026-11-02T09:00")
    times = matrix_times(POLICY.plans, POLICY.matrix, plan, priority, opened)
    calendar = POLICY.plans[plan].calendar
    hours = [(due.role, business_between(calendar, opened, due.at) / timedelta(hours=1)) for due in times]
    assert hours == MATRIX[priority]


def test_management_of_a_basic_ticket_in_business_days():
    times = matrix_times(POLICY.plans, POLICY.matrix, BASIC, P2, rome("2026-11-02T10:00"))
    assert [(due.role, due.at) for due in times] == [
        ("support_team", rome("2026-11-04T18:00")),
        ("team_leader", rome("2026-11-05T18:00")),
        ("support_manager", rome("2026-11-16T18:00")),
        ("co_ceo", rome("2026-11-30T18:00")),
        ("cto", rome("2026-11-30T18:00")),
    ]


def roles_due(at: str, waits=()) -> list[str]:
    due = due_roles(POLICY.plans, POLICY.matrix, PLATINUM, P1, rome("2026-11-02T09:00"), rome(at), waits)
    return [one.role for one in due]


def test_who_is_to_have_been_told_by_now():
    assert roles_due("2026-11-02T10:59:59") == []
    assert roles_due("2026-11-02T11:00") == ["team_leader"]
    assert roles_due("2026-11-02T17:00") == ["team_leader", "support_manager"]
    assert roles_due("2026-11-03T16:00") == ["team_leader", "support_manager", "co_ceo", "cto"]


def test_waiting_stops_the_matrix_too():
    waits = iter([wait("2026-11-02T10:00", "2026-11-02T15:00")])
    assert roles_due("2026-11-02T17:00", waits) == ["team_leader"]


def test_work_lists_put_platinum_and_gold_before_basic():
    ranks = {plan: POLICY.plans[plan].rank for plan in Plan}
    assert ranks[PLATINUM] == ranks[GOLD] < ranks[BASIC]
