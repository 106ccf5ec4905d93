"""Whatever is edited, and whenever: who was on call stays as it was, and what is planned keeps its dated items."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models.clock import VirtualClock
from models.database import Database
from paging import roster, rotations
from paging.rotations import Draft, Editing, PlannedBefore
from rules.edits import clash, with_absences, with_overrides, with_swap, without_absence, without_override
from rules.on_call import (
    Absence,
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
    shifts,
)
from rules.rotation import Rotation, Unit
from tests.rules.rome import ROME, at
from tests.times import NIGHT

PEOPLE = ("anna", "bruno", "carla", "dario")
HOUR = timedelta(hours=1)
LOOKED_BACK = timedelta(days=30)
NIGHTS = Window((0, 1, 2, 3, 4), at("2026-11-02T18:00").time(), at("2026-11-02T09:00").time())
WEEKENDS = Window((5, 6), at("2026-11-02T00:00").time(), at("2026-11-02T00:00").time())
keys = (f"schedule-{number}" for number in count())

hours = st.integers(-100, 400).map(lambda number: number * HOUR)
lengths = st.sampled_from([1, 5, 24, 24 * 7, 24 * 30]).map(lambda number: number * HOUR)
people = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True).map(tuple)
rotations_of_people = st.builds(
    Rotation,
    unit=st.sampled_from([Unit.HOUR, Unit.DAY, Unit.WEEK]),
    length=st.sampled_from([1, 2, 12]),
    first_handoff=st.sampled_from(["2026-11-02T09:00", "2026-11-04T13:30"]).map(datetime.fromisoformat),
    participants=people,
)
windows = st.sampled_from([(), (NIGHTS,), (WEEKENDS,), (NIGHTS, WEEKENDS)])
layer_lists = st.lists(st.builds(Layer, st.sampled_from(["one", "two"]), rotations_of_people, windows), max_size=2)
some_layers = layer_lists.map(lambda layers: tuple({layer.name: layer for layer in layers}.values()))
later = st.none() | st.integers(1, 600).map(lambda number: number * HOUR)


class Edits(RuleBasedStateMachine):
    """A schedule, a manager who edits it in every way there is, and time that passes."""

    database: Database
    clock: VirtualClock

    @initialize(layers=some_layers)
    def there_is_a_schedule(self, layers: tuple[Layer, ...]) -> None:
        self.key = next(keys)
        self.began = self.seen = self.now
        self.answers: dict[datetime, OnCall] = {}
        self.past: tuple[list[ShiftSpan], list[Gap]] = ([], [])
        with self.database.write() as session:
            editing = rotations.begin_new(self.key, ROME, self.now)
            rotations.save(
                session, editing, rotations.replacing(editing, Schedule(self.key, ROME, layers)), "max", "new"
            )
        self.remember()

    @property
    def now(self) -> datetime:
        return self.clock.at

    def history(self) -> History:
        with self.database.read() as session:
            return roster.history(session, self.key)

    def saves(self, draft: Callable[[Editing], Draft]) -> Editing:
        """Draft an edit and save it; answers what was there before."""
        with self.database.write() as session:
            editing = rotations.begin(self.database, session, self.key)
            rotations.save(session, editing, draft(editing), "max", "changed")
        return editing

    def changes_everywhere(self, change: Callable[[Schedule], Schedule]) -> tuple[list[Schedule], list[Schedule]]:
        """Make a change of dated items; answers the schedules that held now and later, and those that do instead."""
        before = self.saves(lambda editing: rotations.everywhere(editing, change)).history
        after = self.history()
        instants = [self.now, *(at for at in after.handovers if at > self.now)]
        return [before.in_force(at)[0] for at in instants], [after.in_force(at)[0] for at in instants]

    def dated(self, starts: timedelta, length: timedelta) -> tuple[datetime, datetime]:
        return self.now + starts, self.now + starts + length

    @rule(minutes=st.sampled_from([1, 59, 60, 600, 1440, 7200, 20000]), part=st.integers(0, 59))
    def time_passes(self, minutes: int, part: int) -> None:
        before = self.now
        self.clock.advance(timedelta(minutes=minutes))
        for instant in (before, before + (self.now - before) * part / 60, self.now - datetime.resolution):
            self.answers[instant] = on_call(self.history(), instant)
        self.remember()

    @rule(layers=some_layers, after=later, keep=st.booleans())
    def turns_change(self, layers: tuple[Layer, ...], after: timedelta | None, keep: bool) -> None:
        draft = rotations.keeping_turns if keep else rotations.replacing
        at = self.now + after if after else None

        def changed(editing: Editing) -> Draft:
            return draft(editing, replace(editing.history.in_force(at or editing.now)[0], layers=layers), at)

        with suppress(PlannedBefore):
            planned = rotations.planned(self.saves(changed))
            assert self.are_planned(planned, besides=at)

    def are_planned(self, before: Sequence[Revision], besides: datetime | None) -> bool:
        """Whether what was planned is so still, but for what an edit of turns names itself."""
        history = self.history()
        return all(
            each.effective_at == besides or history.in_force(each.effective_at)[0] == each.schedule for each in before
        )

    @rule(technician=st.sampled_from(PEOPLE), starts=hours, length=lengths)
    def an_override_is_added(self, technician: str, starts: timedelta, length: timedelta) -> None:
        override = Override(technician, *self.dated(starts, length))
        if clash(self.history().in_force(self.now)[0], override):
            return
        for was, is_now in zip(*self.changes_everywhere(lambda one: with_overrides(one, [override])), strict=True):
            assert {*was.overrides, override} == {*is_now.overrides}
            assert (was.layers, was.absences) == (is_now.layers, is_now.absences)

    @rule(first=st.sampled_from(PEOPLE), second=st.sampled_from(PEOPLE), starts=hours, length=lengths)
    def two_swap(self, first: str, second: str, starts: timedelta, length: timedelta) -> None:
        begins, middle = self.dated(starts, length)
        pair = [Override(first, begins, middle), Override(second, middle, middle + length)]
        for was, is_now in zip(*self.changes_everywhere(lambda one: with_swap(one, pair)), strict=True):
            assert {*pair} <= {*is_now.overrides}
            assert {each.technician for each in is_now.overrides} >= {each.technician for each in outside(was, pair)}
            assert (was.layers, was.absences) == (is_now.layers, is_now.absences)

    @rule(which=st.integers(0, 10))
    def an_override_is_removed(self, which: int) -> None:
        overrides = self.history().in_force(self.now)[0].overrides
        if overrides:
            gone = overrides[which % len(overrides)]
            _, after = self.changes_everywhere(lambda one: without_override(one, gone))
            assert not any(gone in schedule.overrides for schedule in after)

    @rule(technician=st.sampled_from(PEOPLE), starts=hours, length=lengths)
    def somebody_is_away(self, technician: str, starts: timedelta, length: timedelta) -> None:
        absence = Absence(technician, *self.dated(starts, length))
        for was, is_now in zip(*self.changes_everywhere(lambda one: with_absences(one, [absence])), strict=True):
            assert {*was.absences, absence} == {*is_now.absences}
            assert (was.layers, was.overrides) == (is_now.layers, is_now.overrides)

    @rule(which=st.integers(0, 10))
    def somebody_is_not_away_after_all(self, which: int) -> None:
        absences = self.history().in_force(self.now)[0].absences
        if absences:
            gone = absences[which % len(absences)]
            _, after = self.changes_everywhere(lambda one: without_absence(one, gone))
            assert not any(gone in schedule.absences for schedule in after)

    @rule(which=st.integers(0, 30), after=later)
    def an_old_revision_is_restored(self, which: int, after: timedelta | None) -> None:
        with self.database.read() as session:
            every = roster.revisions(session, self.key)
        old = roster.schedule_from_content(self.key, every[which % len(every)].content)
        self.saves(lambda editing: rotations.replacing(editing, old, self.now + after if after else None))
        assert self.history().in_force(self.now + (after or timedelta(0)))[0] == old

    @rule(which=st.integers(0, 10))
    def a_planned_revision_is_withdrawn(self, which: int) -> None:
        with self.database.read() as session:
            planned = rotations.planned(rotations.view(session, self.key, self.now))
        if planned:
            gone = planned[which % len(planned)].effective_at
            self.saves(lambda editing: rotations.withdrawing(editing, gone))
            before, after = (self.history().in_force(at)[0] for at in (gone - datetime.resolution, gone))
            assert before == after

    def teardown(self) -> None:
        """However it went, time passes at its end: a handful of examples may not have drawn that."""
        self.clock.advance(HOUR)
        self.the_past_is_what_it_was()

    @invariant()
    def the_past_is_what_it_was(self) -> None:
        """Who was on call, why and since when; a shift's end may change from now on."""
        history = self.history()
        assert shifts(history, self.began - LOOKED_BACK, self.seen) == self.past
        for instant, was in self.answers.items():
            is_now = on_call(history, instant)
            assert unchanging(is_now) == unchanging(was)
            if (was.until, was.next_technician) != (is_now.until, is_now.next_technician):
                assert all(until is None or until >= self.now for until in (was.until, is_now.until))
            self.answers[instant] = is_now

    def remember(self) -> None:
        """All that is over now."""
        self.seen = self.now
        self.past = shifts(self.history(), self.began - LOOKED_BACK, self.seen)


def unchanging(answer: OnCall) -> tuple[object, ...]:
    return answer.technician, answer.because, answer.layer, answer.since


def outside(schedule: Schedule, pair: Iterable[Override]) -> list[Override]:
    """The overrides that a swap does not touch."""
    return [
        each for each in schedule.overrides if all(each.ends <= one.starts or one.ends <= each.starts for one in pair)
    ]


def test_the_past_never_changes(database: Database, clock: VirtualClock) -> None:
    class Machine(Edits):
        pass

    Machine.database, Machine.clock = database, clock
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=5 if database.is_postgresql else 25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert clock.at > NIGHT
