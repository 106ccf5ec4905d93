"""What holds for every schedule, whatever is in it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules import timezones
from rules.on_call import (
    Gap,
    History,
    Layer,
    Revision,
    Schedule,
    ShiftSpan,
    on_call,
    shifts,
)
from rules.rotation import handoff, turn
from tests.rules.histories import any_zone, histories, moments, ranges, rotations

SECOND = timedelta(seconds=1)


def in_order(found: tuple[list[ShiftSpan], list[Gap]]) -> list[ShiftSpan | Gap]:
    return sorted([*found[0], *found[1]], key=lambda one: one.start)


def holder(one: ShiftSpan | Gap) -> str | None:
    return one.technician if isinstance(one, ShiftSpan) else None


@given(history=histories, range_=ranges)
@settings(deadline=None)
def test_shifts_and_gaps_fill_a_range_exactly(history, range_):
    start, end = range_
    all_of_it = in_order(shifts(history, start, end))
    assert all_of_it[0].start == start
    assert all_of_it[-1].end == end
    assert all(one.start < one.end for one in all_of_it)
    assert all(one.end == after.start for one, after in pairwise(all_of_it))


@given(history=histories, range_=ranges)
@settings(deadline=None)
def test_shifts_agree_with_the_instants_around_every_boundary(history, range_):
    start, end = range_
    for one in in_order(shifts(history, start, end)):
        for at in {one.start, one.start + SECOND, one.end - SECOND, one.end - datetime.resolution}:
            answer = on_call(history, at)
            assert answer.technician == holder(one)
            assert max(answer.since or start, start) == one.start
            assert min(answer.until or end, end) == one.end
            if isinstance(one, ShiftSpan):
                assert (answer.because, answer.layer) == (one.because, one.layer)


@given(history=histories, at=moments)
@settings(deadline=None)
def test_one_shift_ends_where_the_next_begins(history, at):
    answer = on_call(history, at)
    assert answer.since is None or answer.since <= at
    if answer.until:
        after = on_call(history, answer.until)
        assert after.since == answer.until
        assert after.technician == answer.next_technician
    if answer.since:
        assert on_call(history, answer.since - datetime.resolution).until == answer.since


@given(history=histories, range_=ranges, share=st.floats(0, 1))
@settings(deadline=None)
def test_a_range_in_two_parts_is_the_same_as_in_one(history, range_, share):
    start, end = range_
    middle = start + (end - start) * share
    parts = [*in_order(shifts(history, start, middle)), *in_order(shifts(history, middle, end))]
    cut = [edge for one in parts for edge in (one.start, one.end)]
    whole = in_order(shifts(history, start, end))
    assert {edge for one in whole for edge in (one.start, one.end)} | {start, middle, end} == {*cut, start, middle, end}
    for one in parts:
        (around,) = [each for each in whole if each.start <= one.start and one.end <= each.end]
        assert holder(around) == holder(one)


@given(history=histories, range_=ranges)
@settings(deadline=None)
def test_nobody_holds_by_a_layer_while_absent(history, range_):
    for span in shifts(history, *range_)[0]:
        schedule = history.in_force(span.start)[0]
        if span.layer:
            away = [one for one in schedule.absences if one.technician == span.technician]
            assert all(one.ends <= span.start or span.end <= one.starts for one in away)


@given(rotation=rotations, zone=any_zone, at=moments, cycles=st.integers(1, 3), late=st.integers(0, 59))
@settings(deadline=None)
def test_over_whole_cycles_away_from_clock_changes_turns_differ_by_at_most_one(rotation, zone, at, cycles, late):
    people = tuple(dict.fromkeys(rotation.participants))
    rotation = replace(rotation, participants=people)
    first, minutes = turn(rotation, timezones.reading(at, zone)), timedelta(minutes=late)
    start = timezones.to_utc(handoff(rotation, first) + minutes, zone)
    end = timezones.to_utc(handoff(rotation, first + cycles * len(people)) + minutes, zone)
    assume(not any(start <= change <= end for change in timezones._zone(zone).starts))
    spans, _ = shifts(History((Revision(at, Schedule("platinum", zone, (Layer("layer", rotation),))),)), start, end)
    turns = Counter(span.technician for span in spans)
    assert set(turns) == set(people)
    assert max(turns.values()) - min(turns.values()) <= 1
