"""Who may use the on-call service, and the one reason that a refused caller hears."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.entitlement import (
    Accepted,
    Cover,
    RefusalReason,
    Refused,
    reasons_against,
    renewed_from,
    screen,
)
from rules.targets import Plan
from tests.rules.vendor import POLICY, rome

TERMS = POLICY.entitlement
NOON = rome("2026-06-15T12:00")
GOOD = Cover(
    plan=Plan.PLATINUM,
    starts=date(2026, 1, 1),
    ends=date(2026, 12, 31),
    paid=True,
    end_of_support=date(2031, 12, 31),
    end_of_life=date(2032, 12, 31),
    time_zone="Europe/Rome",
)


def decide(at: str = "2026-06-15T12:00", caller: str | None = None, **changes: Any) -> Accepted | Refused:
    return screen(replace(GOOD, **changes), caller, rome(at), TERMS)


def test_a_good_contract_is_accepted():
    assert decide() == Accepted()
    assert decide(end_of_support=None, end_of_life=None, time_zone=None) == Accepted()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"plan": Plan.BASIC}, RefusalReason.PLAN),
        ({"plan": Plan.GOLD}, RefusalReason.PLAN),
        ({"starts": date(2026, 6, 16)}, RefusalReason.NOT_STARTED),
        ({"ends": date(2026, 6, 14)}, RefusalReason.EXPIRED),
        ({"paid": False}, RefusalReason.UNPAID),
        ({"end_of_support": date(2026, 6, 14)}, RefusalReason.END_OF_SUPPORT),
        ({"end_of_support": None, "end_of_life": date(2026, 6, 14)}, RefusalReason.END_OF_LIFE),
        ({"time_zone": "Asia/Tokyo"}, RefusalReason.ASIA_PACIFIC),
    ],
)
def test_each_reason(changes, reason):
    assert decide(**changes) == Refused(reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"starts": date(2026, 6, 15)},
        {"ends": date(2026, 6, 15)},
        {"end_of_support": date(2026, 6, 15)},
        {"end_of_life": date(2026, 6, 15)},
    ],
)
def test_days_are_included_whole(changes):
    assert decide(**changes) == Accepted()


@pytest.mark.parametrize(
    ("zone", "at", "decision"),
    [
        ("Europe/Rome", "2026-12-31T23:59:59", Accepted()),
        ("Europe/Rome", "2027-01-01T00:00:00", Refused(RefusalReason.EXPIRED)),
        (None, "2027-01-01T00:00:00", Refused(RefusalReason.EXPIRED)),
        ("Mars/Olympus", "2027-01-01T00:00:00", Refused(RefusalReason.EXPIRED)),
        ("America/New_York", "2027-01-01T05:59:59", Accepted()),
        ("America/New_York", "2027-01-01T06:00:00", Refused(RefusalReason.EXPIRED)),
        ("Europe/Rome", "2025-12-31T23:59:59", Refused(RefusalReason.NOT_STARTED)),
        ("Asia/Dubai", "2025-12-31T21:00:00", Accepted()),
    ],
)
def test_the_day_is_the_site_s(zone, at, decision):
    assert decide(at, time_zone=zone) == decision


def test_a_caller_hears_the_first_of_several_reasons():
    cover = replace(GOOD, plan=Plan.GOLD, ends=date(2026, 1, 2), paid=False, time_zone="Asia/Tokyo")
    assert screen(cover, None, NOON, TERMS) == Refused(RefusalReason.PLAN)
    assert reasons_against(cover, None, NOON, TERMS) == (
        RefusalReason.PLAN,
        RefusalReason.EXPIRED,
        RefusalReason.UNPAID,
        RefusalReason.ASIA_PACIFIC,
    )


def test_past_its_end_of_life_a_product_is_past_its_end_of_support_too():
    past: dict[str, Any] = {"end_of_support": date(2024, 12, 31), "end_of_life": date(2025, 12, 31)}
    assert decide(**past) == Refused(RefusalReason.END_OF_LIFE)


def test_Asia_Pacific_binds_out_of_hours_only():
    tokyo = replace(GOOD, time_zone="Asia/Tokyo")
    assert screen(tokyo, None, NOON, TERMS, out_of_hours=False) == Accepted()
    unpaid = replace(tokyo, paid=False)
    assert screen(unpaid, None, NOON, TERMS, out_of_hours=False) == Refused(RefusalReason.UNPAID)


def test_the_number_calling_decides_where_the_site_is_not_known():
    assert decide(caller="+919876543210", time_zone=None) == Refused(RefusalReason.ASIA_PACIFIC)
    assert decide(caller="+919876543210") == Accepted()


def test_the_strict_setting_refuses_where_either_is():
    strict = replace(TERMS, strict=True)
    assert screen(GOOD, "+919876543210", NOON, strict) == Refused(RefusalReason.ASIA_PACIFIC)


@pytest.mark.parametrize(
    ("ordered", "first_day"),
    [
        (date(2026, 11, 1), date(2027, 1, 1)),
        (date(2027, 1, 1), date(2027, 1, 1)),
        (date(2027, 4, 30), date(2027, 1, 1)),
        (date(2027, 5, 1), date(2027, 5, 1)),
    ],
)
def test_a_renewal_extends_until_120_days_after_the_end(ordered, first_day):
    assert renewed_from(date(2026, 12, 31), ordered, TERMS) == first_day
