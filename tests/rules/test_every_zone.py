"""The rule in every zone that pytz has, around its changes of clock."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import islice

import pytest
import pytz

from rules import timezones
from rules.on_call import History, Layer, Revision, Schedule, Window, on_call, shifts
from rules.rotation import Rotation, Unit
from tests.rules.agreement import assert_same
from tests.rules.minute_oracle import DAY, MINUTE, wall_clock, zone_of

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
PEOPLE = ("anna", "bruno", "carla")
ZONES = sorted({timezones.canonical(name) for name in pytz.all_timezones})
AREAS = sorted({name.partition("/")[0] for name in ZONES})
LATEST_CHANGES = 2


def history_around(zone: str, change: datetime) -> History:
    """Turns of an hour, and at night turns of half a day that begin and end at odd minutes near the change."""
    near = wall_clock(zone_of(zone), change).replace(second=0, microsecond=0) - 20 * MINUTE
    nights = Window((0, 1, 2, 3, 4, 5, 6), near.time(), (near + 70 * MINUTE).time())
    layers = (
        Layer("hours", Rotation(Unit.HOUR, 1, near - 9 * DAY, PEOPLE)),
        Layer("nights", Rotation(Unit.HOUR, 12, near - 5 * DAY + 10 * MINUTE, PEOPLE), (nights,)),
    )
    return History((Revision(change, Schedule("platinum", zone, layers)),))


def latest_changes(zone: str, forward: bool) -> Iterator[datetime]:
    """The instants at which the zone's clocks were put forward, or back, from the last one backwards.

    Only where clocks showed whole minutes before and after, as the oracle needs it: pytz rounds what they showed.
    """
    for change in reversed(timezones._zone(zone).starts[1:]):
        before = wall_clock(zone_of(zone), change - SECOND) + SECOND
        after = wall_clock(zone_of(zone), change)
        if before != after and (after > before) is forward and not (change.second or before.second or after.second):
            yield change


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "back"])
def test_every_minute_around_the_latest_changes_has_the_holder_that_the_oracle_names(area: str, forward: bool) -> None:
    for zone in (name for name in ZONES if name.partition("/")[0] == area):
        for change in islice(latest_changes(zone, forward), LATEST_CHANGES):
            assert_same(history_around(zone, change), change - 2 * HOUR, change + 2 * HOUR)


@pytest.mark.parametrize("area", AREAS)
def test_around_any_change_at_every_instant_one_technician_holds_the_shift_that_it_is_in(area: str) -> None:
    """The oldest ones too, as when a city gave up its own noon."""
    for zone in (name for name in ZONES if name.partition("/")[0] == area):
        changes = [at for at in timezones._zone(zone).starts[1:] if at > timezones.EARLIEST + DAY]
        for change in changes[:: max(len(changes) // 4, 1)]:
            assert_whole(history_around(zone, change), change - 2 * HOUR, change + 2 * HOUR)


def assert_whole(history: History, start: datetime, end: datetime) -> None:
    spans, gaps = shifts(history, start, end)
    assert gaps == []
    assert [start, *(span.end for span in spans)] == [*(span.start for span in spans), end]
    for span in spans:
        for at in (span.start, span.start + SECOND, span.end - SECOND):
            answer = on_call(history, at)
            assert (answer.technician, answer.because, answer.layer) == (span.technician, span.because, span.layer)
            assert answer.since is not None and answer.since <= span.start
            assert answer.until is not None and answer.until >= span.end


def test_a_zone_without_changes_has_turns_of_whole_hours() -> None:
    quiet = [name for name in ZONES if not timezones._zone(name).ends]
    start = datetime(2026, 3, 29, tzinfo=pytz.utc)
    for zone in quiet:
        layer = Layer("hours", Rotation(Unit.HOUR, 1, datetime.combine(start, time()), PEOPLE))
        spans, _ = shifts(History((Revision(start, Schedule("platinum", zone, (layer,))),)), start, start + DAY)
        assert {span.end - span.start for span in spans} == {HOUR}
