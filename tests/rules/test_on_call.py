"""Who is on call, told as a manager would set it up."""

from datetime import UTC, datetime, time

import pytest

from rules.on_call import (
    Absence,
    Because,
    Gap,
    History,
    Layer,
    OnCall,
    Override,
    Revision,
    Schedule,
    ShiftSpan,
    Window,
    on_call,
    sentence,
    shifts,
)
from rules.rotation import Rotation, Unit
from tests.rules.rome import ROME, absence, at, override, weekly

NAMES = {"anna": "Anna Rossi", "bruno": "Bruno Neri", "carla": "Carla Blu"}


WEEKEND = Window((5, 6), time(9), time(18))


def history(*layers: Layer, overrides: tuple[Override, ...] = (), absences: tuple[Absence, ...] = ()) -> History:
    return History((Revision(at("2026-10-01"), Schedule("platinum", ROME, layers, overrides, absences)),))


def held(answer: OnCall) -> tuple[str | None, Because, str | None, datetime | None, datetime | None, str | None]:
    return answer.technician, answer.because, answer.layer, answer.since, answer.until, answer.next_technician


def test_a_weekly_layer():
    answer = on_call(history(weekly("anna", "bruno")), at("2026-11-04T12:00"))
    assert held(answer) == ("anna", Because.LAYER, "weekly", at("2026-11-02T09:00"), at("2026-11-09T09:00"), "bruno")


def test_a_handoff_belongs_to_the_next_shift():
    schedule = history(weekly("anna", "bruno"))
    assert on_call(schedule, at("2026-11-09T08:59:59")).technician == "anna"
    assert on_call(schedule, at("2026-11-09T09:00:00")).technician == "bruno"


def test_two_turns_of_one_technician_stay_two_shifts():
    answer = on_call(history(weekly("anna")), at("2026-11-04T12:00"))
    assert held(answer) == ("anna", Because.LAYER, "weekly", at("2026-11-02T09:00"), at("2026-11-09T09:00"), "anna")


def test_the_later_layer_wins_inside_its_window():
    schedule = history(weekly("anna", "bruno"), weekly("carla", name="weekend", windows=(WEEKEND,)))
    saturday = on_call(schedule, at("2026-11-07T12:00"))
    assert held(saturday) == (
        "carla", Because.LAYER, "weekend", at("2026-11-07T09:00"), at("2026-11-07T18:00"), "anna",
    )  # fmt: skip
    evening = on_call(schedule, at("2026-11-07T20:00"))
    assert held(evening) == ("anna", Because.LAYER, "weekly", at("2026-11-07T18:00"), at("2026-11-08T09:00"), "carla")


def test_an_override_wins_over_layers_and_absences():
    schedule = history(
        weekly("anna", "bruno"),
        overrides=(override("anna", "2026-11-10T18:00", "2026-11-11T09:00"),),
        absences=(absence("anna", "2026-11-10T00:00", "2026-11-12T00:00"),),
    )
    answer = on_call(schedule, at("2026-11-10T20:00"))
    assert held(answer) == ("anna", Because.OVERRIDE, None, at("2026-11-10T18:00"), at("2026-11-11T09:00"), "bruno")


def test_of_two_overrides_the_one_given_later_wins():
    schedule = history(
        weekly("anna"),
        overrides=(
            override("bruno", "2026-11-04T00:00", "2026-11-05T00:00"),
            override("carla", "2026-11-04T06:00", "2026-11-04T12:00"),
        ),
    )
    spans, gaps = shifts(schedule, at("2026-11-04T00:00"), at("2026-11-05T00:00"))
    assert gaps == []
    assert [(span.technician, span.start, span.end) for span in spans] == [
        ("bruno", at("2026-11-04T00:00"), at("2026-11-04T06:00")),
        ("carla", at("2026-11-04T06:00"), at("2026-11-04T12:00")),
        ("bruno", at("2026-11-04T12:00"), at("2026-11-05T00:00")),
    ]


def test_a_swap_is_two_overrides():
    schedule = history(
        weekly("anna", "bruno"),
        overrides=(
            override("bruno", "2026-11-02T09:00", "2026-11-09T09:00"),
            override("anna", "2026-11-09T09:00", "2026-11-16T09:00"),
        ),
    )
    assert on_call(schedule, at("2026-11-04T12:00")).technician == "bruno"
    assert on_call(schedule, at("2026-11-11T12:00")).technician == "anna"


def test_the_next_available_participant_covers_for_an_absent_one():
    schedule = history(
        weekly("anna", "bruno", "carla"),
        absences=(
            absence("anna", "2026-11-04T00:00", "2026-11-06T00:00"),
            absence("bruno", "2026-11-04T00:00", "2026-11-05T00:00"),
        ),
    )
    spans, gaps = shifts(schedule, at("2026-11-02T09:00"), at("2026-11-09T09:00"))
    assert gaps == []
    assert spans == [
        ShiftSpan("anna", at("2026-11-02T09:00"), at("2026-11-04T00:00"), Because.LAYER, "weekly"),
        ShiftSpan("carla", at("2026-11-04T00:00"), at("2026-11-05T00:00"), Because.ABSENCE, "weekly"),
        ShiftSpan("bruno", at("2026-11-05T00:00"), at("2026-11-06T00:00"), Because.ABSENCE, "weekly"),
        ShiftSpan("anna", at("2026-11-06T00:00"), at("2026-11-09T09:00"), Because.LAYER, "weekly"),
    ]


def test_an_absence_of_somebody_else_does_not_cut_a_shift():
    schedule = history(weekly("anna", "bruno"), absences=(absence("bruno", "2026-11-04T00:00", "2026-11-05T00:00"),))
    answer = on_call(schedule, at("2026-11-04T12:00"))
    assert (answer.since, answer.until) == (at("2026-11-02T09:00"), at("2026-11-09T09:00"))


def test_where_all_are_absent_the_lower_layer_holds_in_one_shift():
    schedule = history(
        weekly("anna", "bruno"),
        weekly("carla", name="weekend", windows=(WEEKEND,)),
        absences=(absence("carla", "2026-11-01T00:00", "2026-12-01T00:00"),),
    )
    answer = on_call(schedule, at("2026-11-07T12:00"))
    assert held(answer) == ("anna", Because.LAYER, "weekly", at("2026-11-02T09:00"), at("2026-11-09T09:00"), "bruno")


def test_where_all_of_every_layer_are_absent_there_is_a_gap():
    schedule = history(weekly("anna"), absences=(absence("anna", "2026-11-04T00:00", "2026-11-20T00:00"),))
    answer = on_call(schedule, at("2026-11-10T00:00"))
    assert held(answer) == (None, Because.GAP, None, at("2026-11-04T00:00"), at("2026-11-20T00:00"), "anna")


def test_absences_that_overlap_or_touch_are_one():
    schedule = history(
        weekly("anna", "bruno"),
        absences=(
            absence("anna", "2026-11-03T00:00", "2026-11-04T00:00"),
            absence("anna", "2026-11-04T00:00", "2026-11-05T00:00"),
            absence("anna", "2026-11-03T12:00", "2026-11-06T00:00"),
        ),
    )
    answer = on_call(schedule, at("2026-11-04T12:00"))
    assert held(answer)[:5] == ("bruno", Because.ABSENCE, "weekly", at("2026-11-03T00:00"), at("2026-11-06T00:00"))


def test_a_gap_lasts_until_the_next_window_and_is_one_whatever_ends_within_it():
    schedule = history(
        weekly("anna", windows=(WEEKEND,)),
        absences=(absence("anna", "2026-11-08T00:00", "2026-11-10T00:00"),),
    )
    answer = on_call(schedule, at("2026-11-09T12:00"))
    assert held(answer) == (None, Because.GAP, None, at("2026-11-07T18:00"), at("2026-11-14T09:00"), "anna")


def test_without_layers_nobody_is_ever_on_call():
    assert held(on_call(history(), at("2026-11-04T12:00"))) == (None, Because.GAP, None, None, None, None)


def test_a_layer_without_participants_or_without_open_days_has_nobody():
    schedule = history(weekly(windows=(WEEKEND,)), weekly("anna", windows=(Window((), time(9), time(18)),)))
    assert held(on_call(schedule, at("2026-11-07T12:00")))[:5] == (None, Because.GAP, None, None, None)


def test_an_override_that_ends_before_it_starts_never_holds():
    schedule = history(weekly("anna"), overrides=(override("bruno", "2026-11-05T00:00", "2026-11-04T00:00"),))
    assert on_call(schedule, at("2026-11-04T12:00")).technician == "anna"


def test_windows_across_midnight_and_the_end_of_the_week():
    nights = Window((4, 5, 6), time(18), time(9))
    schedule = history(weekly("anna"), weekly("carla", name="nights", windows=(nights,)))
    expected = {
        "2026-11-06T17:59": "anna",
        "2026-11-06T18:00": "carla",
        "2026-11-07T08:59": "carla",
        "2026-11-07T09:00": "anna",
        "2026-11-08T23:59": "carla",
        "2026-11-09T00:00": "carla",
        "2026-11-09T08:59": "carla",
        "2026-11-09T09:00": "anna",
    }
    assert {text: on_call(schedule, at(text)).technician for text in expected} == expected


def test_windows_that_touch_are_one_opening():
    whole_days = Window((4, 5, 6), time(0), time(0))
    monday = Window((0,), time(0), time(9))
    schedule = history(weekly("anna"), weekly("carla", name="weekend", windows=(monday, whole_days)))
    answer = on_call(schedule, at("2026-11-07T12:00"))
    assert (answer.since, answer.until) == (at("2026-11-06T00:00"), at("2026-11-09T09:00"))


def test_windows_of_the_whole_week_are_always_open():
    always = Window((0, 1, 2, 3, 4, 5, 6), time(0), time(0))
    answer = on_call(history(weekly("anna", "bruno", windows=(always,))), at("2026-11-04T12:00"))
    assert (answer.since, answer.until) == (at("2026-11-02T09:00"), at("2026-11-09T09:00"))


def test_a_window_whose_hour_does_not_exist_opens_not_at_all_that_day():
    in_the_gap = Window((6,), time(2), time(3))
    schedule = history(weekly("anna"), weekly("carla", name="early", windows=(in_the_gap,)))
    spans, gaps = shifts(schedule, at("2026-03-29T00:00"), at("2026-03-29T12:00"))
    assert [span.technician for span in spans] == ["anna"]
    assert gaps == []


def two_revisions() -> History:
    before = Schedule("platinum", ROME, (weekly("anna", "bruno"),))
    after = Schedule("platinum", ROME, (weekly("carla", "bruno"),))
    return History((Revision(at("2026-11-04T12:00"), after), Revision(at("2026-10-01T00:00"), before)))


def test_a_revision_never_changes_the_past():
    answer = on_call(two_revisions(), at("2026-11-04T11:59"))
    assert held(answer) == ("anna", Because.LAYER, "weekly", at("2026-11-02T09:00"), at("2026-11-04T12:00"), "carla")


def test_a_shift_begins_with_the_revision_that_gives_it_to_somebody_else():
    answer = on_call(two_revisions(), at("2026-11-04T12:00"))
    assert held(answer) == ("carla", Because.LAYER, "weekly", at("2026-11-04T12:00"), at("2026-11-09T09:00"), "bruno")
    spans, _ = shifts(two_revisions(), at("2026-11-02T09:00"), at("2026-11-09T09:00"))
    assert [(span.technician, span.start) for span in spans] == [
        ("anna", at("2026-11-02T09:00")),
        ("carla", at("2026-11-04T12:00")),
    ]


def test_the_first_revision_holds_for_all_time_before_it():
    assert on_call(two_revisions(), at("1990-01-01T00:00")).technician in {"anna", "bruno"}


def revised(*later: tuple[datetime, Schedule]) -> History:
    """Anna and Bruno take turns of a week, until other revisions hold."""
    first = Revision(at("2026-10-01T00:00"), Schedule("platinum", ROME, (weekly("anna", "bruno"),)))
    return History((first, *(Revision(effective_at, schedule) for effective_at, schedule in later)))


def test_a_revision_that_leaves_a_shift_as_it_is_does_not_cut_it():
    later = Override("carla", at("2026-11-20T00:00"), at("2026-11-21T00:00"))
    once = Schedule("platinum", ROME, (weekly("anna", "bruno"),), (later,))
    schedule = revised((at("2026-11-03T12:00"), once), (at("2026-11-05T12:00"), once))
    week = at("2026-11-02T09:00"), at("2026-11-09T09:00")
    for instant in (at("2026-11-02T09:00"), at("2026-11-04T12:00"), at("2026-11-09T08:59")):
        answer = on_call(schedule, instant)
        assert held(answer) == ("anna", Because.LAYER, "weekly", *week, "bruno")
    spans, gaps = shifts(schedule, *week)
    assert ([(span.start, span.end) for span in spans], gaps) == ([week], [])


def test_a_shift_that_a_revision_shortens_is_still_one():
    tomorrow = Override("carla", at("2026-11-05T12:00"), at("2026-11-06T12:00"))
    after = Schedule("platinum", ROME, (weekly("anna", "bruno"),), (tomorrow,))
    schedule = revised((at("2026-11-04T12:00"), after))
    shortened = at("2026-11-02T09:00"), at("2026-11-05T12:00")
    for instant in (at("2026-11-03T12:00"), at("2026-11-04T12:00")):
        answer = on_call(schedule, instant)
        assert held(answer) == ("anna", Because.LAYER, "weekly", *shortened, "carla")


def test_a_shift_of_the_same_technician_that_begins_with_a_revision_is_another():
    after = Schedule("platinum", ROME, (weekly("anna", "bruno", name="other"),))
    schedule = revised((at("2026-11-04T12:00"), after))
    assert on_call(schedule, at("2026-11-03T12:00")).until == at("2026-11-04T12:00")
    assert on_call(schedule, at("2026-11-04T12:00")).since == at("2026-11-04T12:00")


def test_a_gap_goes_on_through_a_revision():
    empty = Schedule("platinum", ROME, ())
    schedule = History((Revision(at("2026-10-01"), empty), Revision(at("2026-11-04"), empty)))
    assert shifts(schedule, at("2026-11-03"), at("2026-11-05")) == ([], [Gap(at("2026-11-03"), at("2026-11-05"))])
    answer = on_call(schedule, at("2026-11-03"))
    assert (answer.since, answer.until, answer.next_technician) == (None, None, None)


def test_of_two_revisions_at_one_instant_the_later_given_holds():
    first = Schedule("platinum", ROME, (weekly("anna"),))
    second = Schedule("platinum", ROME, (weekly("bruno"),))
    schedule = History((Revision(at("2026-10-01"), first), Revision(at("2026-10-01"), second)))
    assert on_call(schedule, at("2026-11-04")).technician == "bruno"


def test_a_history_without_revisions_is_refused():
    with pytest.raises(ValueError, match="at least one revision"):
        History(())


def test_an_empty_range_has_neither_shifts_nor_gaps():
    assert shifts(history(weekly("anna")), at("2026-11-04"), at("2026-11-04")) == ([], [])
    assert shifts(history(weekly("anna")), at("2026-11-05"), at("2026-11-04")) == ([], [])


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_instants_too_far_away_are_refused(year):
    far = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="outside the years"):
        on_call(history(weekly("anna")), far)
    with pytest.raises(ValueError, match="outside the years"):
        shifts(history(weekly("anna")), at("2026-01-01"), far)


def test_the_answer_is_in_utc_wherever_the_question_comes_from():
    asked = datetime.fromisoformat("2026-11-04T12:00:00+09:00")
    answer = on_call(history(weekly("anna")), asked)
    assert answer.at.isoformat() == "2026-11-04T03:00:00+00:00"
    assert answer.technician == "anna"


SPOKEN = [
    ("2026-11-04T12:00", "Anna Rossi: weekly layer, until Sat 09:00, then Carla Blu"),
    ("2026-11-07T12:00", "Carla Blu: weekend layer, until Sat 18:00, then Anna Rossi"),
    ("2026-11-10T12:00", "Bruno Neri: override, until Wed 09:00, then dora"),
    ("2026-11-11T12:00", "dora: covering an absence in the weekly layer, until Thu 00:00, then nobody"),
    ("2026-11-12T12:00", "Nobody is on call, until Fri 00:00, then dora"),
]


@pytest.mark.parametrize(("asked", "words"), SPOKEN)
def test_the_answer_in_words(asked, words):
    schedule = history(
        weekly("anna", "bruno", "dora"),
        weekly("carla", name="weekend", windows=(WEEKEND,)),
        overrides=(override("bruno", "2026-11-10T09:00", "2026-11-11T09:00"),),
        absences=(
            absence("bruno", "2026-11-09T00:00", "2026-11-20T00:00"),
            absence("anna", "2026-11-12T00:00", "2026-11-13T00:00"),
            absence("dora", "2026-11-12T00:00", "2026-11-13T00:00"),
        ),
    )
    assert sentence(on_call(schedule, at(asked)), NAMES, ROME) == words


def test_a_shift_that_ends_after_a_week_or_more_is_said_with_its_date():
    monthly = Layer("main", Rotation(Unit.MONTH, 1, datetime.fromisoformat("2026-11-01T09:00"), ("anna", "bruno")))
    answer = on_call(history(monthly), at("2026-11-04T12:00"))
    assert sentence(answer, NAMES, ROME) == "Anna Rossi: main layer, until Tue 1 Dec 2026 09:00, then Bruno Neri"
    whole_week = on_call(history(weekly("anna", "bruno")), at("2026-11-02T09:00"))
    assert sentence(whole_week, NAMES, ROME) == "Anna Rossi: weekly layer, until Mon 09:00, then Bruno Neri"


def test_a_gap_without_end_in_words():
    assert sentence(on_call(history(), at("2026-11-04")), NAMES, ROME) == "Nobody is on call"
