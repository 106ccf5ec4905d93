"""What a change does, as the preview tells it."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.comparison import Change, DoubleBooking, changes, double_bookings
from rules.on_call import Because, History, Revision, Schedule, ShiftSpan, on_call
from tests.rules.histories import histories, ranges
from tests.rules.rome import at, override, schedule, weekly

START, END = at("2026-11-02T09:00"), at("2026-11-30T09:00")
PEOPLE = weekly("anna", "bruno")


def held(*revisions: Schedule) -> History:
    return History(tuple(Revision(at("2026-10-01T00:00"), one) for one in revisions))


def test_nothing_changes():
    assert changes(held(schedule(PEOPLE)), held(schedule(PEOPLE)), START, END) == []


def test_an_override_changes_its_time():
    some = override("carla", "2026-11-08T18:00", "2026-11-10T09:00")
    found = changes(held(schedule(PEOPLE)), held(schedule(PEOPLE, overrides=(some,))), START, END)
    monday = at("2026-11-09T09:00")
    assert found == [Change(some.starts, monday, "anna", "carla"), Change(monday, some.ends, "bruno", "carla")]


def test_pieces_of_one_change_are_one():
    one, two = (
        override("carla", "2026-11-03T00:00", "2026-11-04T00:00"),
        override("carla", "2026-11-04T00:00", "2026-11-05T00:00"),
    )
    found = changes(held(schedule(PEOPLE)), held(schedule(PEOPLE, overrides=(one, two))), START, END)
    assert found == [Change(one.starts, two.ends, "anna", "carla")]


def test_changes_apart_stay_apart():
    one, two = (
        override("carla", "2026-11-03T00:00", "2026-11-04T00:00"),
        override("carla", "2026-11-05T00:00", "2026-11-06T00:00"),
    )
    found = changes(held(schedule(PEOPLE)), held(schedule(PEOPLE, overrides=(one, two))), START, END)
    assert [(change.start, change.end) for change in found] == [(one.starts, one.ends), (two.starts, two.ends)]


def test_a_gap_is_a_change_to_nobody():
    assert changes(held(schedule(PEOPLE)), held(schedule()), START, at("2026-11-09T09:00")) == [
        Change(START, at("2026-11-09T09:00"), "anna", None)
    ]


@given(before=histories, after=histories, range_=ranges, share=st.floats(0, 0.999))
@settings(deadline=None)
def test_changes_are_where_the_answers_differ(before, after, range_, share):
    start, end = range_
    moment = start + timedelta(seconds=int((end - start).total_seconds() * share))
    found = [one for one in changes(before, after, start, end) if one.start <= moment < one.end]
    was, is_now = on_call(before, moment).technician, on_call(after, moment).technician
    assert [(one.before, one.after) for one in found] == ([(was, is_now)] if was != is_now else [])


def span(technician: str, starts: str, ends: str) -> ShiftSpan:
    return ShiftSpan(technician, at(starts), at(ends), Because.LAYER, "weekly")


def test_on_call_by_two_schedules_at_once():
    gained = [Change(at("2026-11-03T00:00"), at("2026-11-05T00:00"), "anna", "carla")]
    others = {
        "second": [
            span("carla", "2026-11-04T00:00", "2026-11-09T00:00"),
            span("anna", "2026-11-02T00:00", "2026-11-04T00:00"),
        ],
        "first": [
            span("carla", "2026-11-01T00:00", "2026-11-03T00:00"),
            span("carla", "2026-11-03T06:00", "2026-11-03T07:00"),
        ],
    }
    assert double_bookings(gained, others) == [
        DoubleBooking("carla", "first", at("2026-11-03T06:00"), at("2026-11-03T07:00")),
        DoubleBooking("carla", "second", at("2026-11-04T00:00"), at("2026-11-05T00:00")),
    ]
