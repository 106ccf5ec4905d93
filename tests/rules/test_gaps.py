"""Which gaps nobody has been told of: those that an edit makes, and those that come near as time goes by."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings

from rules.gaps import Untold, untold_gaps
from rules.on_call import Gap, History, Layer, Override, Revision, Schedule, on_call, shifts
from rules.rotation import Rotation, Unit
from tests.rules.histories import histories, moments
from tests.rules.vendor import ROME, rome

DAY = timedelta(days=1)
NOW = rome("2026-11-23T09:00")
END = NOW + 60 * DAY
FIRST = datetime(2026, 11, 23, 9)  # noqa: DTZ001  # on the wall
ALWAYS = Schedule("platinum", ROME, (Layer("weekly", Rotation(Unit.WEEK, 1, FIRST, ("anna",))),))


def covered(*spans: tuple[int, int]) -> History:
    """Anna is on call in these days from now on, by overrides, and nobody else ever."""
    overrides = tuple(Override("anna", NOW + start * DAY, NOW + end * DAY) for start, end in spans)
    return History((Revision(NOW, replace(ALWAYS, layers=(), overrides=overrides)),))


def gap(start: int, end: int) -> Gap:
    return Gap(NOW + start * DAY, NOW + end * DAY)


def test_a_schedule_without_a_gap():
    assert untold_gaps(None, NOW, History((Revision(NOW, ALWAYS),)), NOW, END) == Untold([], False)


def test_at_first_all_gaps_are_new_and_no_revision_made_them():
    history = covered((0, 5), (6, 90))
    assert untold_gaps(None, NOW, history, NOW, END) == Untold([gap(5, 6)], False)


def test_what_was_told_is_not_told_again():
    history = covered((0, 5), (6, 90))
    assert untold_gaps(None, END, history, NOW, END) == Untold([], False)
    assert untold_gaps(history, END, history, NOW, END) == Untold([], False)


def test_a_gap_that_a_revision_makes():
    assert untold_gaps(covered((0, 90)), END, covered((0, 5), (6, 90)), NOW, END) == Untold([gap(5, 6)], True)


def test_a_gap_that_a_revision_makes_longer_is_told_whole_and_the_others_are_not():
    told, history = covered((0, 5), (6, 9), (10, 90)), covered((0, 4), (6, 9), (10, 90))
    assert untold_gaps(told, END, history, NOW, END) == Untold([gap(4, 6)], True)


def test_another_technician_makes_no_gap():
    history = History((Revision(NOW, replace(ALWAYS, overrides=(Override("bruno", NOW, NOW + DAY),))),))
    assert untold_gaps(History((Revision(NOW, ALWAYS),)), END, history, NOW, END) == Untold([], False)


def test_a_gap_that_time_has_brought_near():
    history = covered((0, 58), (59, 90))
    assert untold_gaps(None, END - 3 * DAY, history, NOW, END) == Untold([gap(58, 59)], False)


def test_a_gap_of_which_a_part_was_told_comes_whole():
    history = covered((0, 55), (65, 90))
    assert untold_gaps(None, END - 3 * DAY, history, NOW, END) == Untold([gap(55, 60)], False)


def test_what_was_told_until_then_is_over():
    assert untold_gaps(covered((0, 90)), NOW - DAY, covered((1, 90)), NOW, END) == Untold([gap(0, 1)], False)


@given(told=histories, history=histories, start=moments, until=moments)
@settings(deadline=None)
def test_an_untold_gap_has_a_part_that_was_not_told_and_no_such_part_is_left_out(told, history, start, until):
    end = start + 5 * DAY
    found = untold_gaps(told, until, history, start, end)
    all_gaps = shifts(history, start, end)[1]
    assert [one for one in all_gaps if one in found.gaps] == found.gaps
    for one in all_gaps:
        assert (one in found.gaps) is any(not _was_told(told, until, at) for at in _instants(told, until, one))


def _was_told(told: History, until: datetime, at: datetime) -> bool:
    return at < until and on_call(told, at).technician is None


def _instants(told: History, until: datetime, one: Gap) -> list[datetime]:
    """One of each part of a gap in which the answer cannot change."""
    spans, gaps = shifts(told, one.start, one.end)
    starts = {one.start, until, *(span.start for span in spans), *(gap.start for gap in gaps)}
    return [at for at in starts if one.start <= at < one.end]
