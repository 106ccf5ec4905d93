"""Edits of a schedule while the line runs: what they save, what they leave, and what they would do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.audit import Audit
from paging import roster, rotations
from paging.roster import UnknownSchedule
from paging.rotations import PlannedBefore, ScheduleExists
from rules.edits import with_absences, with_overrides
from rules.on_call import Schedule
from tests.paging.office import AUTHOR, MONDAY, NEXT_MONDAY, Office, people, turns
from tests.rules.rome import ROME, absence, at, override, weekly


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
        own = rotations.replacing(editing, turns(editing, ("bruno",)), MONDAY)
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
    assert {key: people(editing.schedule) for key, editing in editings.items()} == {
        "platinum": ("anna", "bruno"),
        "second": ("carla",),
    }


class TestKeepingTurns:
    """Who is on call stays so until the next handoff."""

    def edits(self, office, *people, effective_at=None):
        return office.saves(lambda editing: rotations.keeping_turns(editing, turns(editing, people), effective_at))

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
