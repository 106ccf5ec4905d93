"""Who would be on call by each layer alone."""

from datetime import time

from rules.layer_lines import layer_lines
from rules.on_call import Because, History, Revision, Schedule, Window
from tests.rules.rome import ROME, absence, at, override, weekly

WEEKEND = weekly("carla", name="weekend", windows=(Window((5, 6), time(9), time(18)),))
START, END = at("2026-11-02T09:00"), at("2026-11-16T09:00")


def held(*schedules: tuple[str, Schedule]) -> History:
    return History(tuple(Revision(at(effective_at), schedule) for effective_at, schedule in schedules))


def test_each_layer_has_a_line_of_its_own():
    some = override("dora", "2026-11-03T00:00", "2026-11-20T00:00")
    lines = layer_lines(
        held(("2026-10-01", Schedule("platinum", ROME, (weekly("anna", "bruno"), WEEKEND), (some,)))), START, END
    )
    assert [line.name for line in lines] == ["weekly", "weekend"]
    assert [span.technician for span in lines[0].spans] == ["anna", "bruno"]
    assert [(span.technician, span.start) for span in lines[1].spans] == [
        ("carla", at(day)) for day in ("2026-11-07T09:00", "2026-11-08T09:00", "2026-11-14T09:00", "2026-11-15T09:00")
    ]


def test_absences_are_observed():
    away = absence("anna", "2026-11-01T00:00", "2026-11-30T00:00")
    schedule = Schedule("platinum", ROME, (weekly("anna", "bruno"),), (), (away,))
    (line,) = layer_lines(held(("2026-10-01", schedule)), START, END)
    assert [(span.technician, span.because) for span in line.spans] == [
        ("bruno", Because.ABSENCE),
        ("bruno", Because.LAYER),
    ]


def test_a_layer_that_goes_stands_before_those_that_stay():
    before = Schedule("platinum", ROME, (weekly("anna"), WEEKEND))
    after = Schedule("platinum", ROME, (weekly("anna"), weekly("dora", name="new")))
    history = held(("2026-10-01", before), ("2026-11-09T09:00", after), ("2026-12-01T09:00", before))
    lines = layer_lines(history, START, END)
    assert [line.name for line in lines] == ["weekend", "weekly", "new"]
    assert [(span.start, span.end) for span in lines[2].spans] == [(at("2026-11-09T09:00"), END)]
    assert layer_lines(history, START, at("2026-11-09T09:00"))[-1].name == "weekend"
