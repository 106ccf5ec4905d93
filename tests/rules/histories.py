"""Schedules and their histories, generated: whatever is in them."""

from datetime import UTC, datetime, time, timedelta

import pytz
from hypothesis import strategies as st

from rules.on_call import (
    Absence,
    History,
    Layer,
    Override,
    Revision,
    Schedule,
    Window,
)
from rules.rotation import Rotation, Unit

PEOPLE = ("anna", "bruno", "carla", "dora")
FIRST_HANDOFF = datetime(2025, 1, 1)  # noqa: DTZ001  # on the wall
ZONES = (
    "Europe/Rome", "America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Australia/Lord_Howe",
    "America/Chicago", "Asia/Kolkata", "UTC",
)  # fmt: skip
# Near the changes of clocks of most of them, in both directions.
NEAR = (datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 10, 18, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC))
any_zone = st.sampled_from(sorted(pytz.all_timezones))
moments = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes), st.sampled_from(NEAR), st.integers(-20_000, 40_000)
)
lengths = st.integers(1, 10_000).map(lambda minutes: timedelta(minutes=minutes))
times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))
windows = st.builds(Window, st.sets(st.integers(0, 6), max_size=7).map(lambda days: tuple(sorted(days))), times, times)
rotations = st.builds(
    Rotation,
    unit=st.sampled_from(Unit),
    length=st.integers(1, 12),
    first_handoff=st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: FIRST_HANDOFF + timedelta(minutes=minutes)),
    participants=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4).map(tuple),
)
layers = st.builds(Layer, st.just("layer"), rotations, st.lists(windows, max_size=2).map(tuple))


def dated(kind):
    return st.builds(
        lambda technician, starts, length: kind(technician, starts, starts + length),
        st.sampled_from(PEOPLE), moments, lengths,
    )  # fmt: skip


schedules = st.builds(
    Schedule,
    key=st.just("platinum"),
    time_zone=st.sampled_from(ZONES) | any_zone,
    layers=st.lists(layers, max_size=3).map(tuple),
    overrides=st.lists(dated(Override), max_size=4).map(tuple),
    absences=st.lists(dated(Absence), max_size=5).map(tuple),
)
histories = st.lists(st.builds(Revision, moments, schedules), min_size=1, max_size=3).map(
    lambda all: History(tuple(all))
)
ranges = st.builds(lambda start, minutes: (start, start + timedelta(minutes=minutes)), moments, st.integers(1, 20_000))
