"""Edits of a schedule while the line runs: what they save, what they leave, and what they would do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.audit import Audit
from models.schedule import EscalationPolicy
from models.technician import Technician
from paging import previews, roster, rotations
from paging.previews import Unreachable
from paging.roster import UnknownSchedule
from paging.rotations import Draft, PlannedBefore, ScheduleExists
from rules import timezones
from rules.comparison import Change, DoubleBooking
from rules.edits import with_absences, with_overrides
from rules.on_call import Gap, Override, Schedule, on_call
from tests.rules.rome import ROME, absence, at, override, weekly

MONDAY = at("2026-11-30T09:00")
"""The next handoff after the clock's Tuesday; the turn that ends then is Bruno's."""
NEXT_MONDAY = at("2026-12-07T09:00")
AUTHOR = "max@example.com"


class Office:
    """A manager's desk: technicians, and a schedule whose people take turns of a week."""

    def __init__(self, database) -> None:
        self.database = database
        with database.write() as session:
            for key in ("anna", "bruno", "carla"):
                phone = f"+39333111000{len(key)}"
                session.add(Technician(key=key, name=key.title(), time_zone=ROME, phone=phone))
        # In step with turns that began on 2 November: Bruno has the fourth.
        self.creates("platinum", "anna", "bruno")

    def creates(self, key, *people):
        with self.database.write() as session:
            editing = rotations.begin_new(key, ROME, self.now - timedelta(days=30))
            schedule = Schedule(key, ROME, (weekly(*people),))
            assert rotations.save(session, editing, rotations.replacing(editing, schedule), AUTHOR, "rotation.added")

    @property
    def now(self) -> datetime:
        return self.database.clock.at

    @now.setter
    def now(self, at: datetime) -> None:
        self.database.clock.at = at

    def saves(self, draft, action="rotation.changed"):
        """Draft an edit and save it; answers whether anything changed."""
        with self.database.write() as session:
            editing = rotations.begin(self.database, session, "platinum")
            return rotations.save(session, editing, draft(editing), AUTHOR, action)

    def overrides(self, *overrides):
        return self.saves(lambda editing: rotations.everywhere(editing, lambda one: with_overrides(one, overrides)))

    def takes_turns(self, *people, effective_at=None):
        return self.saves(lambda editing: rotations.replacing(editing, _turns(editing, people), effective_at))

    def previews(self, draft):
        with self.database.read() as session:
            editing = rotations.view(session, "platinum", self.now)
            return previews.preview(session, editing, draft(editing))

    def planned(self):
        with self.database.read() as session:
            editing = rotations.view(session, "platinum", self.now)
            return [(one.effective_at, _people(one.schedule)) for one in rotations.planned(editing)]

    def on_call(self, at):
        with self.database.read() as session:
            return on_call(roster.history(session, "platinum"), at).technician


def _turns(editing, people):
    return replace(editing.schedule, layers=(weekly(*people),))


def _people(schedule):
    return schedule.layers[0].rotation.participants


@pytest.fixture
def office(database):
    return Office(database)


def test_a_schedule_that_is_not_there_cannot_be_edited(office):
    with office.database.write() as session, pytest.raises(UnknownSchedule, match="no schedule 'gold'"):
        rotations.begin(office.database, session, "gold")


def test_an_edit_holds_from_now_on(office):
    before = office.now - timedelta(hours=1)
    assert office.takes_turns("carla")
    assert (office.on_call(before), office.on_call(office.now)) == ("bruno", "carla")


def test_the_past_cannot_be_edited(office):
    with pytest.raises(ValueError, match="the past is never rewritten"):
        office.takes_turns("carla", effective_at=office.now - timedelta(seconds=1))
    assert office.on_call(office.now) == "bruno"


def test_the_same_again_saves_nothing(office):
    assert not office.takes_turns("anna", "bruno")
    with office.database.read() as session:
        assert len(roster.revisions(session, "platinum")) == 1


def test_every_edit_is_in_the_audit_trail(office):
    office.takes_turns("carla")
    with office.database.read() as session:
        added, changed = session.execute(select(Audit).order_by(Audit.id)).scalars()
    assert (added.action, added.actor, added.subject, added.before) == (
        "rotation.added", AUTHOR, "schedule:platinum", None,
    )  # fmt: skip
    assert (changed.action, changed.before, changed.at) == ("rotation.changed", added.after, office.now)
    assert changed.after["layers"][0]["rotation"]["participants"] == ["carla"]


def test_an_edit_may_take_effect_later(office):
    assert office.takes_turns("carla", effective_at=NEXT_MONDAY)
    assert office.planned() == [(NEXT_MONDAY, ("carla",))]
    assert [office.on_call(at) for at in (office.now, MONDAY, NEXT_MONDAY)] == ["bruno", "anna", "carla"]


def test_a_planned_edit_can_be_withdrawn(office):
    office.takes_turns("carla", effective_at=NEXT_MONDAY)
    assert office.saves(lambda editing: rotations.withdrawing(editing, NEXT_MONDAY))
    assert office.planned() == []
    assert office.on_call(NEXT_MONDAY) == "bruno"
    assert not office.saves(lambda editing: rotations.withdrawing(editing, NEXT_MONDAY))


def test_an_edit_goes_on_where_a_plan_was_withdrawn(office):
    office.takes_turns("carla", effective_at=NEXT_MONDAY)
    office.saves(lambda editing: rotations.withdrawing(editing, NEXT_MONDAY))
    assert office.takes_turns("dora")
    assert [office.on_call(at) for at in (office.now, NEXT_MONDAY)] == ["dora", "dora"]
    assert office.planned() == []
    assert not office.takes_turns("dora")


def test_an_edit_goes_on_up_to_the_first_plan_that_is_left(office):
    later = NEXT_MONDAY + timedelta(weeks=1)
    office.takes_turns("carla", effective_at=NEXT_MONDAY)
    office.takes_turns("anna", effective_at=later)
    office.saves(lambda editing: rotations.withdrawing(editing, NEXT_MONDAY))
    office.takes_turns("dora")
    assert [office.on_call(at) for at in (office.now, NEXT_MONDAY, later)] == ["dora", "dora", "anna"]
    assert office.planned() == [(later, ("anna",))]


def test_what_is_planned_is_no_longer_planned_once_it_holds(office):
    office.takes_turns("carla", effective_at=MONDAY)
    office.now = MONDAY
    assert office.planned() == []


def test_an_override_holds_by_what_is_planned_too(office):
    office.takes_turns("carla", effective_at=NEXT_MONDAY)
    long = override("anna", "2026-12-01T09:00", "2026-12-15T09:00")
    assert office.overrides(long)
    instants = [long.starts, NEXT_MONDAY, long.ends - timedelta(seconds=1), long.ends]
    assert [office.on_call(at) for at in instants] == ["anna", "anna", "anna", "carla"]
    assert office.planned() == [(NEXT_MONDAY, ("carla",))]


def test_the_later_saved_of_two_plans_for_one_instant_holds(office):
    office.takes_turns("carla", effective_at=NEXT_MONDAY)
    office.takes_turns("anna", effective_at=NEXT_MONDAY)
    assert office.planned() == [(NEXT_MONDAY, ("anna",))]


def test_a_change_is_carried_into_what_is_planned_besides_a_draft(office):
    """But not into what the draft itself has for the same instant."""
    office.takes_turns("carla", effective_at=NEXT_MONDAY)
    long = override("anna", "2026-11-25T09:00", "2026-12-15T09:00")

    def draft(editing):
        own = rotations.replacing(editing, _turns(editing, ("bruno",)), MONDAY)
        return rotations.carrying(editing, own, lambda one: with_overrides(one, [long]))

    assert office.saves(draft)
    instants = (office.now, long.starts, MONDAY, NEXT_MONDAY, long.ends)
    assert [office.on_call(at) for at in instants] == ["bruno", "bruno", "bruno", "anna", "carla"]


def test_a_schedule_is_new_once(office):
    """Whoever saves second knows of the first by now."""
    editing = rotations.begin_new("gold", ROME, office.now)
    draft = rotations.replacing(editing, Schedule("gold", ROME, (weekly("anna"),)))
    with office.database.write() as session:
        assert rotations.save(session, editing, draft, AUTHOR, "rotation.added")
    with office.database.write() as session, pytest.raises(ScheduleExists):
        rotations.save(session, editing, draft, AUTHOR, "rotation.added")
    with office.database.read() as session:
        assert len(roster.revisions(session, "gold")) == 1


def test_nobody_else_edits_while_all_are_edited(office):
    office.creates("second", "carla")
    with office.database.write() as session:
        editings = rotations.begin_all(session, office.now)
    assert {key: _people(editing.schedule) for key, editing in editings.items()} == {
        "platinum": ("anna", "bruno"),
        "second": ("carla",),
    }


class TestKeepingTurns:
    """Who is on call stays so until the next handoff."""

    def edits(self, office, *people, effective_at=None):
        return office.saves(lambda editing: rotations.keeping_turns(editing, _turns(editing, people), effective_at))

    def turns(self, office, weeks=4):
        return [office.on_call(MONDAY + timedelta(weeks=n - 1, hours=12)) for n in range(weeks)]

    def test_a_new_participant_comes_when_it_is_their_turn(self, office):
        assert self.edits(office, "anna", "bruno", "carla")
        assert (office.on_call(office.now), self.turns(office)) == ("bruno", ["bruno", "carla", "anna", "bruno"])

    def test_who_leaves_stays_until_the_handoff(self, office):
        assert self.edits(office, "carla", "anna")
        assert [at for at, _ in office.planned()] == [MONDAY]
        assert (office.on_call(office.now), self.turns(office)) == ("bruno", ["bruno", "anna", "carla", "anna"])

    def test_an_override_is_no_handoff(self, office):
        office.overrides(override("dora", "2026-11-26T22:00", "2026-11-27T06:00"))
        assert self.edits(office, "carla", "anna")
        assert [at for at, _ in office.planned()] == [MONDAY]
        assert office.on_call(at("2026-11-28T12:00")) == "bruno"

    def test_when_nobody_of_before_is_left_it_waits_for_the_handoff(self, office):
        assert self.edits(office, "carla")
        assert (office.on_call(office.now), self.turns(office)) == ("bruno", ["bruno", "carla", "carla", "carla"])

    def test_a_planned_one_goes_on_from_whose_turn_it_is_then(self, office):
        assert self.edits(office, "bruno", "carla", "anna", effective_at=MONDAY + timedelta(days=1))
        assert self.turns(office) == ["bruno", "anna", "bruno", "carla"]

    def test_who_would_only_begin_then_keeps_nothing(self, office):
        assert self.edits(office, "bruno", "carla", effective_at=MONDAY)
        assert office.planned() == [(MONDAY, ("carla", "bruno"))]
        assert self.turns(office) == ["bruno", "carla", "bruno", "carla"]

    def test_where_nobody_is_on_call_it_holds_at_once(self, office):
        nobody = with_absences(
            Schedule("platinum", ROME, (weekly("bruno"),)), [absence("bruno", "2026-11-01T00:00", "2026-12-01T00:00")]
        )
        office.saves(lambda editing: rotations.replacing(editing, nobody))
        assert self.edits(office, "carla", "anna")
        assert office.planned() == []

    def test_who_stays_alone_is_not_kept_waiting(self, office):
        assert self.edits(office, "bruno")
        assert (office.planned(), office.on_call(office.now)) == ([], "bruno")

    @pytest.mark.parametrize("planned", [MONDAY - timedelta(days=3), MONDAY])
    def test_what_others_have_planned_until_then_is_not_replaced(self, office, planned):
        office.takes_turns("bruno", "anna", "carla", effective_at=planned)
        with pytest.raises(PlannedBefore) as refused:
            self.edits(office, "anna", "carla")
        assert (refused.value.planned, refused.value.handoff) == (planned, MONDAY)
        assert office.planned() == [(planned, ("bruno", "anna", "carla"))]

    def test_what_others_have_planned_for_later_does_not_matter(self, office):
        office.takes_turns("bruno", "anna", "carla", effective_at=NEXT_MONDAY)
        assert self.edits(office, "anna", "carla")
        assert [at for at, _ in office.planned()] == [MONDAY, NEXT_MONDAY]


class TestPreview:
    def test_who_gains_and_who_loses(self, office):
        some = override("carla", "2026-12-01T18:00", "2026-12-02T09:00")
        seen = office.previews(lambda editing: rotations.everywhere(editing, lambda one: with_overrides(one, [some])))
        assert seen.changes == [Change(some.starts, some.ends, "anna", "carla")]
        assert (seen.gaps, seen.double_booked, seen.unreachable, seen.silenced) == ([], [], [], [])

    def test_new_gaps_of_sixty_days(self, office):
        away = (
            absence("anna", "2026-11-30T00:00", "2027-06-01T00:00"),
            absence("bruno", "2026-12-10T09:00", "2026-12-11T09:00"),
        )
        seen = office.previews(lambda editing: rotations.everywhere(editing, lambda one: with_absences(one, away)))
        assert seen.gaps == [Gap(at("2026-12-10T09:00"), at("2026-12-11T09:00"))]

    def test_a_gap_in_the_place_of_two_shifts_is_one(self, office):
        seen = office.previews(lambda editing: rotations.replacing(editing, replace(editing.schedule, layers=())))
        assert seen.gaps == [Gap(office.now, office.now + previews.GAPS_AHEAD)]

    def test_what_is_planned_is_looked_at_from_when_it_holds(self, office):
        later = at("2027-06-07T09:00")
        seen = office.previews(
            lambda editing: rotations.replacing(editing, replace(editing.schedule, layers=()), later)
        )
        assert (seen.start, seen.end) == (later, later + previews.LOOKED_AHEAD)
        assert seen.gaps == [Gap(later, later + previews.GAPS_AHEAD)]

    def test_what_waits_for_the_last_handoff_there_is_can_be_looked_at(self, office):
        office.overrides(Override("carla", office.now, timezones.LATEST))
        office.now += timedelta(hours=1)
        seen = office.previews(lambda editing: rotations.keeping_turns(editing, Schedule("platinum", ROME, ())))
        assert (seen.start, seen.end, seen.changes) == (timezones.LATEST, timezones.LATEST, [])

    def test_no_revision_of_a_draft_may_silence_a_level(self, office):
        """The plan that Carla replaces has somebody; she cannot be reached meanwhile."""
        level = {"notify": ["schedule:platinum"], "channels": ["sms"], "wait": 300}
        with office.database.write() as session:
            content = {"levels": [level], "repeat": 1, "fallback": ["technician:anna"]}
            session.add(EscalationPolicy(key="default", content=content))
            session.get_one(Technician, "carla").phone = None

        def draft(editing):
            now = rotations.replacing(editing, _turns(editing, ("carla",)))
            later = rotations.replacing(editing, _turns(editing, ("anna",)), MONDAY)
            return Draft((*now.revisions, *later.revisions))

        assert [(rung.policy, rung.level) for rung in office.previews(draft).silenced] == [("default", 1)]

    def test_a_gap_that_is_there_already_is_not_new(self, office):
        office.saves(lambda editing: rotations.replacing(editing, replace(editing.schedule, layers=())))
        some = override("carla", "2026-12-01T18:00", "2026-12-02T09:00")
        seen = office.previews(lambda editing: rotations.everywhere(editing, lambda one: with_overrides(one, [some])))
        assert (len(seen.changes), seen.gaps) == (1, [])

    def test_every_gap_of_a_new_schedule_is_new(self, office):
        editing = rotations.begin_new("gold", ROME, office.now)
        empty = Schedule("gold", ROME, ())
        with office.database.read() as session:
            seen = previews.preview(session, editing, rotations.replacing(editing, empty))
        assert seen.gaps == [Gap(office.now, office.now + previews.GAPS_AHEAD)]
        assert seen.changes == []

    def test_who_is_on_call_by_another_schedule_too(self, office):
        office.creates("second", "carla")
        some = override("carla", "2026-12-01T18:00", "2026-12-02T09:00")
        seen = office.previews(lambda editing: rotations.everywhere(editing, lambda one: with_overrides(one, [some])))
        assert seen.double_booked == [DoubleBooking("carla", "second", some.starts, some.ends)]

    def test_who_cannot_be_paged(self, office):
        with office.database.write() as session:
            session.get_one(Technician, "carla").phone = None
            session.get_one(Technician, "anna").opted_out_at = datetime(2026, 11, 1, tzinfo=UTC)
        one = override("carla", "2026-12-01T18:00", "2026-12-02T09:00")
        two = override("anna", "2026-12-08T18:00", "2026-12-09T09:00")
        seen = office.previews(
            lambda editing: rotations.everywhere(editing, lambda each: with_overrides(each, [one, two]))
        )
        found = [(technician.key, why) for technician, why in seen.unreachable]
        assert found == [("carla", Unreachable.NO_PHONE), ("anna", Unreachable.OPTED_OUT)]
