"""A schedule drawn over days."""

from datetime import date, datetime, timedelta

import pytest

from admin.chips import Chips
from admin.timeline import Timeline, draw
from admin.timeline_range import TimelineRange
from admin.times import Times
from config.policy import load_policy
from config.settings import DEFAULT_POLICY_FILE
from models.technician import Technician
from rules import timezones
from rules.on_call import History, Revision, Schedule
from tests.rules.rome import ROME, absence, at, override, weekly

CHIPS = Chips(
    {
        key: Technician(key=key, name=name)
        for key, name in [("anna", "Anna Rossi"), ("bruno", "Bruno Neri"), ("carla", "Carla Blu")]
    }
)
CALENDAR = load_policy(DEFAULT_POLICY_FILE).line_calendar
SCHEDULE = Schedule(
    "platinum",
    ROME,
    (weekly("anna", "bruno"),),
    (override("carla", "2026-11-03T18:00", "2026-11-04T09:00"),),
    (absence("bruno", "2026-11-12T00:00", "2026-11-13T00:00"), absence("anna", "2026-11-12T00:00", "2026-11-13T00:00")),
)


def drawn(first: str, days: int, now: str = "2026-11-03T12:00", schedule: Schedule = SCHEDULE) -> Timeline:
    shown = TimelineRange(date.fromisoformat(first), days)
    history = History((Revision(at("2026-10-01"), schedule),))
    return draw(history, *shown.span(schedule.time_zone), Times(at(now), schedule.time_zone), CHIPS, CALENDAR)


def test_the_final_line_fills_the_drawing():
    line = drawn("2026-11-02", 14)
    assert line.final.blocks[0].x == 0
    assert sum(block.width for block in line.final.blocks) == pytest.approx(100, abs=0.05)
    names = [block.chip.name for block in line.final.blocks]
    assert names == ["Bruno Neri", "Anna Rossi", "Carla Blu", "Anna Rossi", "Bruno Neri", "Nobody", "Bruno Neri"]
    assert line.final.blocks[2].title == "Carla Blu, Tue 3 Nov 18:00 until Wed 4 Nov 09:00"


def test_layers_overrides_and_each_absence_have_a_row():
    rows = drawn("2026-11-02", 14).rows
    assert [row.name for row in rows] == ["weekly layer", "Overrides", "Bruno Neri is absent", "Anna Rossi is absent"]
    assert [row.name for row in drawn("2026-11-23", 7).rows] == ["weekly layer"]


def test_names_give_way_to_initials_where_there_is_no_room():
    (override,) = drawn("2026-11-02", 14).rows[1].blocks
    assert (override.label, override.wide_label) == ("CB", "CB")
    (override,) = drawn("2026-11-03", 7).rows[1].blocks
    assert (override.label, override.wide_label) == ("CB", "Carla Blu")


def test_now_is_marked_where_it_is_shown():
    assert drawn("2026-11-03", 1).now_x == 50
    assert drawn("2026-11-04", 1).now_x is None


def test_weekends_and_holidays_are_shaded():
    free = [day.full_name for day in drawn("2026-12-21", 7).days if day.is_free]
    assert free == ["Fri 25 Dec, holiday", "Sat 26 Dec, holiday", "Sun 27 Dec"]


@pytest.mark.parametrize(
    ("first", "hours", "words"),
    [
        ("2026-10-25", 25, "clocks go back by 60 min"),
        ("2027-03-28", 23, "clocks go forward by 60 min"),
        ("2026-11-02", 24, ""),
    ],
)
def test_a_change_of_clocks_is_marked(first, hours, words):
    line = drawn(first, 1)
    assert (line.end - line.start, line.days[0].clocks) == (timedelta(hours=hours), words)


def test_a_day_may_begin_after_a_midnight_that_does_not_exist():
    """In Santiago clocks go forward at midnight."""
    santiago = Schedule("platinum", "America/Santiago", SCHEDULE.layers)
    line = drawn("2026-09-05", 2, schedule=santiago)
    assert [day.full_name for day in line.days] == ["Sat 5 Sep", "Sun 6 Sep"]
    assert line.days[1].start == timezones.to_utc(datetime.fromisoformat("2026-09-06T01:00"), "America/Santiago")
    assert line.days[1].clocks == "clocks go forward by 60 min"


def test_the_hours_of_a_single_day_are_marked():
    hours = [hour.clock for hour in drawn("2026-11-02", 1).hours]
    assert hours == ["03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]
    assert next(hour.clock for hour in drawn("2026-10-25", 1).hours) == "02:00"
    assert drawn("2026-11-02", 7).hours == []


def test_nights_are_shaded_up_to_two_weeks():
    assert [round(x) for x, _ in drawn("2026-11-02", 1).nights] == [0, 92]
    assert len(drawn("2026-11-02", 14).nights) == 15
    assert drawn("2026-11-02", 28).nights == []


def test_of_many_days_only_mondays_have_room_for_a_date():
    dates = [(day.weekday, day.date) for day in drawn("2026-11-02", 56).days if day.date]
    assert dates[:2] == [("Mon", "2 Nov"), ("Mon", "9 Nov")]
    assert [(day.weekday, day.date) for day in drawn("2026-11-02", 14).days][:2] == [("Mon", "2"), ("Tue", "3")]
    assert drawn("2026-11-02", 7).days[0].date == "2 Nov"


def test_on_a_narrow_screen_days_are_listed_and_those_alike_together():
    listed = [(day.name, [(one.hours, one.chip.name) for one in day.pieces]) for day in drawn("2026-11-03", 11).by_day]
    assert listed == [
        ("Tue 3 Nov", [("until 18:00", "Anna Rossi"), ("from 18:00", "Carla Blu")]),
        ("Wed 4 Nov", [("until 09:00", "Carla Blu"), ("from 09:00", "Anna Rossi")]),
        ("Thu 5 Nov to Sun 8 Nov", [("", "Anna Rossi")]),
        ("Mon 9 Nov", [("until 09:00", "Anna Rossi"), ("from 09:00", "Bruno Neri")]),
        ("Tue 10 Nov to Wed 11 Nov", [("", "Bruno Neri")]),
        ("Thu 12 Nov", [("", "Nobody")]),
        ("Fri 13 Nov", [("", "Bruno Neri")]),
    ]


def test_a_shift_within_a_day_has_both_its_hours():
    short = Schedule("platinum", ROME, SCHEDULE.layers, (override("carla", "2026-11-03T12:00", "2026-11-03T14:00"),))
    (day,) = drawn("2026-11-03", 1, schedule=short).by_day
    assert [one.hours for one in day.pieces] == ["until 12:00", "12:00 to 14:00", "from 14:00"]


TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("parameters", "first", "days"),
    [
        ({}, TODAY, 14),
        ({"from": "2026-12-01", "days": "56"}, date(2026, 12, 1), 56),
        ({"from": "yesterday", "days": "3"}, TODAY, 14),
        ({"from": "0001-01-01", "days": "\u0661"}, TODAY, 14),
        ({"from": "2199-12-31"}, TODAY, 14),
    ],
)
def test_the_address_says_which_days_are_shown(parameters, first, days):
    assert TimelineRange.asked(parameters, TODAY) == TimelineRange(first, days)


def test_earlier_later_and_other_lengths():
    shown = TimelineRange(TODAY, 7)
    assert (shown.moved(-1), shown.moved(1)) == ("?from=2026-11-17&days=7", "?from=2026-12-01&days=7")
    assert shown.ranged(28) == "?from=2026-11-24&days=28"
