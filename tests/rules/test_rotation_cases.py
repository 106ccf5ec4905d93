"""Our rotations and windows against the test tables of three other products (tests/data/rotation_cases.json)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from rules import timezones
from rules.on_call import Absence, History, Layer, Override, Revision, Schedule, Window, on_call, shifts
from rules.rotation import Rotation, Unit, shift_at
from rules.windows import openings

CASES = json.loads((Path(__file__).parent.parent / "data" / "rotation_cases.json").read_text())["cases"]

LEFT_OUT = {
    "equal start and end are a whole day there; here only 00:00 to 00:00 is, and any other such window is never open": [
        *(f"goalert-rule-{number}" for number in range(21, 27)),
        *(f"goalert-rule-{number}" for number in range(54, 65)),
        *(f"goalert-rule-{number}" for number in range(82, 86)),
    ],
    "two technicians on call at once; here at most one is": [
        "goalert-oncall-0",
        "goalert-oncall-6",
        "grafana-custom-shift-8",
    ],
    "what was recorded of the past goes before the rule, and this case asks of nothing else": [
        "goalert-oncall-1",
    ],
    "turns are counted over open days alone there; here closed days count too": [
        *(f"grafana-custom-shift-{number}" for number in (0, 1, 2, 5, 9, 10, 11, 13, 14, 15)),
    ],
    "an interval there leaves days or weeks without anybody; here it is the length of a turn": [
        "grafana-custom-shift-17",
        "grafana-custom-shift-21",
    ],
}
# What was recorded there before `now` is not computed here: of these cases, all that comes after it is run.
FROM_NOW_ON = {"goalert-oncall-8", "goalert-oncall-9", "goalert-oncall-10"}
LEFT_OUT_IDS = {name for names in LEFT_OUT.values() for name in names}

UNITS = {"hourly": Unit.HOUR, "daily": Unit.DAY, "weekly": Unit.WEEK, "monthly": Unit.MONTH}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HOUR = timedelta(hours=1)


def covered(*kinds: str) -> list[Any]:
    chosen = [case for case in CASES if case["kind"] in kinds and case["id"] not in LEFT_OUT_IDS]
    return [pytest.param(case, id=case["id"]) for case in chosen]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def wall(at: datetime, zone: str) -> datetime:
    return timezones.to_wall(at, zone).replace(tzinfo=None)


def history(zone: str, *layers: Layer, **more: Any) -> History:
    return History((Revision(timezones.EARLIEST, Schedule("case", zone, layers, **more)),))


def test_every_case_is_either_run_or_left_out_for_a_reason():
    ids = [case["id"] for case in CASES]
    run = covered(
        "handoffs_between", "end_time", "start_time", "is_active", "rule_start_time", "rule_end_time",
        "calculate_shifts", "user_at", "users_by_day", "epoch_events", "shift_covering", "priority_merge_one_day",
    )  # fmt: skip
    assert len(ids) == len(set(ids)) == 211
    assert set(ids) >= LEFT_OUT_IDS
    assert len(run) + len(LEFT_OUT_IDS) == 211


def rotation_of(case: dict[str, Any]) -> Rotation:
    first = wall(instant(case["rotation_start"]), case["zone"])
    return Rotation(UNITS[case["type"]], case["shift_length"], first, ("anna", "bruno"))


@pytest.mark.parametrize("case", covered("handoffs_between"))
def test_handoffs_in_a_range(case):
    rotation, zone = rotation_of(case), case["zone"]
    shift = shift_at(rotation, zone, instant(case["from"]))
    handoffs = [shift.start, shift.end]
    while handoffs[-1] <= instant(case["to"]):
        handoffs.append(shift_at(rotation, zone, handoffs[-1]).end)
    assert handoffs == [instant(text) for text in case["expected_handoffs"]]


@pytest.mark.parametrize("case", covered("start_time"))
def test_start_of_the_shift_at_an_instant(case):
    shift = shift_at(rotation_of(case), case["zone"], instant(case["at"]))
    assert shift.start == instant(case["expected_start"])


@pytest.mark.parametrize("case", covered("end_time"))
def test_end_of_the_shift_at_an_instant(case):
    shift = shift_at(rotation_of(case), case["zone"], instant(case["at"]))
    assert shift.end == instant(case["expected_end"])


def window_of(rule: dict[str, Any], start: str = "rule_start", end: str = "rule_end") -> Window:
    days = tuple((number - 1) % 7 for number, chosen in enumerate(rule["weekdays_sun_first"]) if chosen)
    return Window(days, time.fromisoformat(rule[start]), time.fromisoformat(rule[end]))


@pytest.mark.parametrize("case", covered("is_active"))
def test_window_is_open(case):
    reading = timezones.reading(instant(case["at"]), case["zone"])
    assert openings([window_of(case)]).around(reading).is_open is case["expected"]


@pytest.mark.parametrize("case", covered("rule_start_time", "rule_end_time"))
def test_bounds_of_the_present_or_next_opening(case):
    week = openings([window_of(case)])
    around = week.around(timezones.reading(instant(case["at"]), case["zone"]))
    if not around.is_open and around.end:
        around = week.around(around.end)
    edge = around.start if case["kind"] == "rule_start_time" else around.end
    assert (timezones.to_utc(edge, case["zone"]) if edge else None) == (
        instant(case["expected"]) if case["expected"] else None
    )


def resumed(stored: dict[str, Any]) -> Rotation:
    """There the number of a turn is stored with an instant in it; here that turn's start is the first handoff."""
    begun = wall(instant(stored.get("start") or stored["rotation_start"]), stored["zone"])
    unit, users, index = UNITS[stored["type"]], tuple(stored["users"]), stored["current_index"]
    walked = Rotation(unit, stored["shift_length"], begun, users)
    start = shift_at(walked, stored["zone"], instant(stored["current_start"])).start
    return replace(walked, first_handoff=wall(start, stored["zone"]), participants=users[index:] + users[:index])


@pytest.mark.parametrize("case", covered("user_at"))
def test_who_has_the_turn(case):
    assert shift_at(resumed(case), case["zone"], instant(case["at"])).participant == case["expected"]


def layer_of(rule: dict[str, Any]) -> Layer:
    alone = Rotation(Unit.WEEK, 10, datetime(2018, 1, 1), (rule["target"],))  # noqa: DTZ001
    rotation = resumed(rule["rotation"]) if "rotation" in rule else alone
    return Layer(rule["target"], rotation, (window_of(rule, "start", "end"),))


def dated_of(case: dict[str, Any]) -> dict[str, Any]:
    """A temporary schedule there is an absence of everybody, and an override for each of its shifts."""
    dated = [(each["add"], instant(each["start"]), instant(each["end"]), each["remove"]) for each in case["overrides"]]
    overrides = [Override(added, start, end) for added, start, end, _ in dated if added]
    absences = [Absence(removed, start, end) for added, start, end, removed in dated if not added]
    for temporary in case["temporary_schedules"]:
        start, end = instant(temporary["start"]), instant(temporary["end"])
        absences += [Absence(rule["target"], start, end) for rule in case["rules"]]
        overrides += [
            Override(each["user"], instant(each["start"]), instant(each["end"])) for each in temporary["shifts"]
        ]
    return {"overrides": tuple(overrides), "absences": tuple(absences)}


@pytest.mark.parametrize("case", covered("calculate_shifts"))
def test_shifts_in_a_range(case):
    whole = history(case["zone"], *(layer_of(rule) for rule in case["rules"]), **dated_of(case))
    start = instant(case["now"] if case["id"] in FROM_NOW_ON else case["from"])
    spans, _ = shifts(whole, start, instant(case["to"]))
    expected = [(each["user"], instant(each["start"]), instant(each["end"])) for each in case["expected_shifts"]]
    wanted = [(user, max(begins, start), ends) for user, begins, ends in expected if ends > start]
    assert [(span.technician, span.start, span.end) for span in spans] == wanted


@pytest.mark.parametrize("case", covered("users_by_day"))
def test_technician_by_day(case):
    people = tuple("ABCDEFGHIJ"[: len(case["users_per_group"])])
    first = date.fromisoformat(case["shift_start"])
    begins = {  # weeks begin on Monday there, months on the first
        "daily": first,
        "weekly": first - timedelta(days=first.weekday()),
        "monthly": first.replace(day=1),
    }[case["frequency"]]
    days = tuple(DAYS.index(day) for day in case["day_mask"]) or tuple(range(7))
    rotation = Rotation(UNITS[case["frequency"]], case["interval"], datetime.combine(begins, time(0)), people)
    whole = history(case["zone"], Layer("days", rotation, (Window(days, time(0), time(12)),)))
    noons = [datetime.combine(first, time(6), UTC) + timedelta(days=day) for day in range(case["until_days"])]
    held = {f"{noon:%Y-%m-%d}": on_call(whole, noon).technician for noon in noons}
    assert {day: technician for day, technician in held.items() if technician} == case["expected_by_day"]


def epoch_layer(case: dict[str, Any]) -> Layer:
    """Turns of whole weeks from the first event of an earlier week; events, where there are several, are windows."""
    events = [
        (timedelta(seconds=each["start"]), timedelta(seconds=each["duration"])) for each in case["schedule_events"]
    ]
    now = datetime.fromisoformat(case["now"])
    sunday = datetime.combine(now.date() - timedelta(days=(now.weekday() + 1) % 7 + 28), time(0))
    starts = [sunday + start for start, _ in events]
    weeks = 2 if len(events) > 7 else 1
    windows = tuple(
        Window((start.weekday(),), start.time(), (start + length).time())
        for start, (_, length) in zip(starts, events, strict=True)
        if length < timedelta(weeks=1)
    )
    return Layer("events", Rotation(Unit.WEEK, weeks, starts[0], ("anna", "bruno")), windows)


@pytest.mark.parametrize("case", covered("epoch_events"))
def test_turns_of_whole_weeks(case):
    zone, expected, layer = case["zone"], case["expected"], epoch_layer(case)
    start = timezones.to_utc(datetime.fromisoformat(case["now"]), zone) - timedelta(days=8)
    spans, gaps = shifts(history(zone, layer), start, start + timedelta(weeks=7))
    starts = [wall(span.start, zone) for span in spans[1:]]
    wanted = expected.get("starts_local", expected.get("second_epoch_starts_local", []))
    assert {datetime.fromisoformat(each) for each in wanted} <= set(starts)
    if "duration_s" in expected or "no_gap_between_epochs_2_and_3" in expected:
        assert gaps == []
    if "local_hour" in expected:
        assert {each.hour for each in starts} == {expected["local_hour"]}
    if "second_epoch_days" in expected:
        days = [each.day for each in starts if f"{each:%H:%M:%S}" == expected["local_time"]]
        assert expected["second_epoch_days"] == days[days.index(21) : days.index(21) + 14]


@pytest.mark.parametrize("case", covered("shift_covering"))
def test_the_shift_that_covers_a_day(case):
    first = datetime.fromisoformat(case["rotation_start_local"])
    shift = shift_at(Rotation(Unit.WEEK, 1, first, ("anna",)), case["zone"], instant(case["query_from"]))
    assert (shift.start, shift.end) == (instant(case["expected_start"]), instant(case["expected_end"]))


@pytest.mark.parametrize("case", covered("priority_merge_one_day"))
def test_higher_layers_hide_lower_ones_and_overrides_hide_all(case):
    """Where two are on call at once there, the later of them is here: layers and overrides are given in that order."""
    midnight = datetime(2026, 11, 2, tzinfo=UTC)

    def at(hours: float) -> datetime:
        return midnight + hours * HOUR

    by_rank = sorted(case["shifts"], key=lambda each: each["priority"])
    layers = [
        Layer(
            str(number),
            Rotation(Unit.DAY, 1, datetime(2026, 11, 2), (each["user"],)),  # noqa: DTZ001
            (Window((0,), at(each["start_h"]).time(), at(each["start_h"] + each["dur_h"]).time()),),
        )
        for number, each in enumerate(by_rank)
    ]
    overrides = tuple(
        Override(each["user"], at(each["start_h"]), at(each["start_h"] + each["dur_h"]))
        for each in sorted(case["overrides"], key=lambda each: each["priority"])
    )
    whole = history("UTC", *layers, overrides=overrides)
    for half in range(48):
        wanted = [
            each["user"] for each in case["expected"] if each["start_h"] <= half / 2 < each["start_h"] + each["dur_h"]
        ]
        assert on_call(whole, at(half / 2)).technician == wanted[-1]
