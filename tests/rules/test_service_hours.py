"""Staffed hours by the vendor's calendars, and business time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.service_hours import (
    Calendar,
    EasterHoliday,
    Hours,
    add_business,
    business_between,
    end_of_business_day,
    end_of_next_business_day,
    is_staffed,
    next_change,
    next_holidays,
)
from rules.targets import Plan
from tests.rules.vendor import POLICY, rome

BASIC = POLICY.plans[Plan.BASIC].calendar
PLATINUM = POLICY.plans[Plan.PLATINUM].calendar

# instant (with its offset, as a clock outside the rule would show it), staffed for Basic, for Gold and Platinum, why
INSTANTS = [
    # An ordinary week in winter, UTC+1.
    ("2026-11-02T08:59:59+01:00", False, False, "Monday, a second early"),
    ("2026-11-02T09:00:00+01:00", True, True, "Monday, opening"),
    ("2026-11-02T13:00:00+01:00", True, True, "Monday, no lunch break"),
    ("2026-11-02T17:59:59+01:00", True, True, "Monday, last second"),
    ("2026-11-02T18:00:00+01:00", False, False, "Monday, closing"),
    ("2026-11-03T00:00:00+01:00", False, False, "midnight"),
    ("2026-11-04T09:00:00+01:00", True, True, "Wednesday"),
    ("2026-11-05T08:00:00Z", True, True, "Thursday 09:00 in Rome, said in UTC"),
    ("2026-11-05T17:00:00Z", False, False, "Thursday 18:00 in Rome, said in UTC"),
    ("2026-11-06T17:59:59+01:00", True, True, "Friday, last second"),
    ("2026-11-06T18:00:00+01:00", False, False, "Friday, closing"),
    ("2026-11-07T08:59:59+01:00", False, False, "Saturday, a second early"),
    ("2026-11-07T09:00:00+01:00", False, True, "Saturday, opening"),
    ("2026-11-07T17:59:59+01:00", False, True, "Saturday, last second"),
    ("2026-11-07T18:00:00+01:00", False, False, "Saturday, closing"),
    ("2026-11-08T12:00:00+01:00", False, False, "Sunday"),
    ("2026-11-08T17:59:59+01:00", False, False, "Sunday evening"),
    # Summer, UTC+2.
    ("2026-07-01T06:59:59Z", False, False, "08:59:59 in summer"),
    ("2026-07-01T07:00:00Z", True, True, "09:00 in summer"),
    ("2026-07-01T15:59:59Z", True, True, "17:59:59 in summer"),
    ("2026-07-01T16:00:00Z", False, False, "18:00 in summer"),
    ("2026-07-01T08:00:00+01:00", True, True, "09:00 in Rome, said from London"),
    # Around both changes of clocks: Sunday 29 March and Sunday 25 October 2026.
    ("2026-03-27T08:00:00Z", True, True, "Friday before, 09:00 at UTC+1"),
    ("2026-03-28T08:00:00Z", False, True, "Saturday before, 09:00 at UTC+1"),
    ("2026-03-29T02:30:00+02:00", False, False, "Sunday of the change"),
    ("2026-03-29T10:00:00+02:00", False, False, "Sunday of the change, daytime"),
    ("2026-03-30T07:00:00Z", True, True, "Monday after, 09:00 at UTC+2"),
    ("2026-03-30T06:59:59Z", False, False, "Monday after, a second early"),
    ("2026-10-24T07:00:00Z", False, True, "Saturday before, 09:00 at UTC+2"),
    ("2026-10-25T02:30:00+01:00", False, False, "Sunday of the change, the hour that comes twice"),
    ("2026-10-26T07:59:59Z", False, False, "Monday after, a second early"),
    ("2026-10-26T08:00:00Z", True, True, "Monday after, 09:00 at UTC+1"),
    ("2026-10-26T16:59:59Z", True, True, "Monday after, last second"),
    # The holidays of the guide: Basic closed, the others staffed in the usual hours.
    ("2026-01-01T12:00:00+01:00", False, True, "New Year, a Thursday"),
    ("2026-01-06T12:00:00+01:00", False, True, "Epiphany, a Tuesday"),
    ("2026-04-06T12:00:00+02:00", False, True, "Easter Monday 2026"),
    ("2026-04-25T12:00:00+02:00", False, True, "25 April, a Saturday"),
    ("2026-05-01T12:00:00+02:00", False, True, "1 May, a Friday"),
    ("2026-06-02T12:00:00+02:00", False, True, "2 June, a Tuesday"),
    ("2026-08-15T12:00:00+02:00", False, True, "15 August, a Saturday"),
    ("2026-11-01T12:00:00+01:00", False, True, "1 November, a Sunday: staffed all the same"),
    ("2026-11-01T08:59:59+01:00", False, False, "1 November, a Sunday, a second early"),
    ("2026-11-01T18:00:00+01:00", False, False, "1 November, a Sunday, closing"),
    ("2026-12-08T12:00:00+01:00", False, True, "8 December, a Tuesday"),
    ("2026-12-25T09:00:00+01:00", False, True, "Christmas, a Friday"),
    ("2026-12-25T18:00:00+01:00", False, False, "Christmas, closing"),
    ("2026-12-26T12:00:00+01:00", False, True, "26 December, a Saturday"),
    ("2027-12-26T12:00:00+01:00", False, True, "26 December 2027, a Sunday"),
    ("2027-04-25T12:00:00+02:00", False, True, "25 April 2027, a Sunday"),
    # Easter moves.
    ("2024-04-01T12:00:00+02:00", False, True, "Easter Monday 2024"),
    ("2025-04-21T12:00:00+02:00", False, True, "Easter Monday 2025"),
    ("2027-03-29T12:00:00+02:00", False, True, "Easter Monday 2027, the day after the clocks change"),
    ("2028-04-17T12:00:00+02:00", False, True, "Easter Monday 2028"),
    ("2038-04-26T12:00:00+02:00", False, True, "Easter Monday 2038, as late as can be"),
    # What is no holiday here, though it is one elsewhere or on other lists.
    ("2026-04-05T12:00:00+02:00", False, False, "Easter Sunday is a plain Sunday"),
    ("2026-04-03T12:00:00+02:00", True, True, "Good Friday is a working day"),
    ("2026-10-04T12:00:00+02:00", False, False, "4 October 2026 is a plain Sunday"),
    ("2027-10-04T12:00:00+02:00", True, True, "4 October 2027 is a plain Monday"),
    ("2026-12-24T12:00:00+01:00", True, True, "Christmas Eve"),
    ("2026-12-31T12:00:00+01:00", True, True, "New Year's Eve"),
    ("2026-06-29T12:00:00+02:00", True, True, "a city's saint's day"),
    ("2028-02-29T12:00:00+01:00", True, True, "a leap day, a Tuesday"),
]


def test_the_table_of_instants_is_long_enough():
    assert len({instant for instant, *_ in INSTANTS}) == len(INSTANTS) >= 60


@pytest.mark.parametrize(("instant", "basic", "platinum", "why"), INSTANTS)
def test_staffed(instant, basic, platinum, why):
    at = datetime.fromisoformat(instant).astimezone(UTC)
    assert is_staffed(BASIC, at) is basic, why
    assert is_staffed(PLATINUM, at) is platinum, why


# calendar, from, business hours, until (Rome)
ADDED = [
    (BASIC, "2026-11-02T09:00", 0, "2026-11-02T09:00"),
    (BASIC, "2026-11-02T09:00", 9, "2026-11-02T18:00"),
    (BASIC, "2026-11-02T17:00", 1, "2026-11-02T18:00"),
    (BASIC, "2026-11-02T17:00", 2, "2026-11-03T10:00"),
    (BASIC, "2026-11-02T18:00", 0, "2026-11-03T09:00"),
    (BASIC, "2026-11-02T22:00", 1, "2026-11-03T10:00"),
    (BASIC, "2026-11-06T17:00", 2, "2026-11-09T10:00"),
    (PLATINUM, "2026-11-06T17:00", 2, "2026-11-07T10:00"),
    (PLATINUM, "2026-11-08T20:00", 2, "2026-11-09T11:00"),
    (BASIC, "2026-11-02T09:00", 40, "2026-11-06T13:00"),
    (BASIC, "2026-12-24T17:00", 2, "2026-12-28T10:00"),
    (PLATINUM, "2026-12-24T17:00", 2, "2026-12-25T10:00"),
    (BASIC, "2026-03-27T17:00", 2, "2026-03-30T10:00"),
    (BASIC, "2026-10-23T17:00", 2, "2026-10-26T10:00"),
    (BASIC, "2026-04-03T17:00", 2, "2026-04-07T10:00"),
    (PLATINUM, "2026-04-04T17:00", 2, "2026-04-06T10:00"),
]


@pytest.mark.parametrize(("calendar", "start", "hours", "end"), ADDED)
def test_add_business_time(calendar, start, hours, end):
    assert add_business(calendar, rome(start), timedelta(hours=hours)) == rome(end)
    assert business_between(calendar, rome(start), rome(end)) == timedelta(hours=hours)


def test_business_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="forward"):
        add_business(BASIC, rome("2026-11-02T09:00"), timedelta(seconds=-1))
    assert business_between(BASIC, rome("2026-11-03T09:00"), rome("2026-11-02T09:00")) == timedelta(0)


def test_staffed_hours_in_which_clocks_change_are_as_long_as_they_really_are():
    night = Hours(time(0), time(6))
    around_the_clock_change = Calendar("Europe/Rome", (night,) * 7, (), None)
    spring = business_between(around_the_clock_change, rome("2026-03-29T00:00"), rome("2026-03-30T00:00"))
    autumn = business_between(around_the_clock_change, rome("2026-10-25T00:00"), rome("2026-10-26T00:00"))
    assert (spring, autumn) == (timedelta(hours=5), timedelta(hours=7))


# calendar, from, days, closing time
DAYS = [
    (BASIC, "2026-11-02T10:00", 1, "2026-11-03T18:00"),
    (BASIC, "2026-11-02T08:00", 1, "2026-11-03T18:00"),
    (BASIC, "2026-11-02T23:59", 1, "2026-11-03T18:00"),
    (BASIC, "2026-11-06T10:00", 1, "2026-11-09T18:00"),
    (BASIC, "2026-11-07T10:00", 1, "2026-11-09T18:00"),
    (BASIC, "2026-11-08T10:00", 2, "2026-11-10T18:00"),
    (BASIC, "2026-12-24T10:00", 1, "2026-12-28T18:00"),
    (BASIC, "2026-11-02T10:00", 20, "2026-11-30T18:00"),
    (PLATINUM, "2026-11-06T10:00", 1, "2026-11-07T18:00"),
    (BASIC, "2026-10-23T10:00", 1, "2026-10-26T18:00"),
]


@pytest.mark.parametrize(("calendar", "start", "days", "end"), DAYS)
def test_end_of_business_day(calendar, start, days, end):
    assert end_of_business_day(calendar, rome(start), days) == rome(end)
    if days == 1:
        assert end_of_next_business_day(calendar, rome(start)) == rome(end)


def test_another_region_is_another_calendar():
    hours = Hours(time(8), time(17))
    week = (hours, hours, hours, hours, None, None, hours)  # Sunday to Thursday
    dubai = Calendar("Asia/Dubai", week, (EasterHoliday(0),), None)
    assert is_staffed(dubai, datetime(2026, 11, 1, 4, tzinfo=UTC))
    assert not is_staffed(dubai, datetime(2026, 11, 6, 4, tzinfo=UTC))
    assert not is_staffed(dubai, datetime(2026, 4, 5, 6, tzinfo=UTC))


@pytest.mark.parametrize("weekdays", [(None,) * 7, (Hours(time(9), time(18)),) * 6])
def test_a_calendar_is_staffed_some_day_of_a_whole_week(weekdays):
    with pytest.raises(ValueError, match="seven weekdays"):
        Calendar("Europe/Rome", weekdays, (), None)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
amounts = st.integers(0, 60 * 24 * 20).map(lambda minutes: timedelta(minutes=minutes))


@given(calendar=st.sampled_from([BASIC, PLATINUM]), start=moments, amount=amounts)
def test_what_is_added_has_passed(calendar, start, amount):
    end = add_business(calendar, start, amount)
    assert end >= start
    assert business_between(calendar, start, end) == amount


@given(calendar=st.sampled_from([BASIC, PLATINUM]), start=moments, first=amounts, second=amounts)
def test_adding_in_two_steps_is_adding_once(calendar, start, first, second):
    once = add_business(calendar, start, first + second)
    twice = add_business(calendar, add_business(calendar, start, first), second)
    assert business_between(calendar, once, twice) == timedelta(0)


@given(calendar=st.sampled_from([BASIC, PLATINUM]), at=moments)
def test_business_time_passes_exactly_while_staffed(calendar, at):
    passed = business_between(calendar, at, at + timedelta(microseconds=1))
    assert bool(passed) is is_staffed(calendar, at)


@pytest.mark.parametrize(
    ("now", "change", "why"),
    [
        ("2026-11-02T08:00:00", "2026-11-02T09:00:00", "it opens"),
        ("2026-11-02T09:00:00", "2026-11-02T18:00:00", "it closes"),
        ("2026-11-02T18:00:00", "2026-11-03T09:00:00", "the next morning"),
        ("2026-11-06T18:00:00", "2026-11-09T09:00:00", "after a week-end"),
        ("2026-10-23T18:00:00", "2026-10-26T09:00:00", "after a week-end in which clocks change"),
    ],
)
def test_when_basic_hours_begin_or_end_next(now, change, why):
    assert next_change(BASIC, rome(now)) == rome(change), why


def test_the_next_holidays_from_a_day_on():
    assert next_holidays(BASIC, date(2026, 12, 25), 3) == [date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]
    without = Calendar("Europe/Rome", BASIC.weekdays, (), None)
    assert next_holidays(without, date(2026, 12, 25), 3) == []
