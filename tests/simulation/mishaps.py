"""What goes wrong, or is changed, around the engine: the carriers, the clock, the rotation, the processes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from models.technician import Technician
from paging import roster
from rules.on_call import Absence, Override, Schedule
from tests.simulation.weather import Sky

if TYPE_CHECKING:
    from tests.simulation.world import Simulation

HOUR = 3600.0
LASTS_AT_MOST = {Sky.ROUGH: 1200.0, Sky.DOWN: 500.0, Sky.CLOSED: HOUR}
WHEN_NOTHING_GOES_ON = 0.05
KEYS = ("anna", "bruno", "carla", "dario")


class Mishaps:
    def __init__(self, world: Simulation) -> None:
        self._world = world
        self._chance = world.chance
        self._is_over = False

    def live(self) -> None:
        """Each with its mean time between two of them while somebody is paged."""
        for work, mean in (
            (self._weather_turns, 0.7 * HOUR),
            (self._clock_jumps, 0.8 * HOUR),
            (self._rotation_changes, 0.6 * HOUR),
            (self._technician_changes, 2 * HOUR),
            (self._process_freezes, 0.5 * HOUR),
            (self._process_dies, 0.4 * HOUR),
        ):
            self._plan(work, mean)

    def stop(self) -> None:
        self._is_over = True
        with self._world.gateway.database.write() as session:
            session.get_one(Technician, "dario").phone = "+393331110004"

    def _plan(self, work: Callable[[], None], mean: float) -> None:
        def happens() -> None:
            if not self._is_over:
                if self._world.open_tickets() or self._chance.random() < WHEN_NOTHING_GOES_ON:
                    work()
                    self._world.watch.look()
                self._plan(work, mean)

        self._world.timeline.after(self._chance.expovariate(1 / mean), happens)

    def _weather_turns(self) -> None:
        sky = self._chance.choice((Sky.ROUGH, Sky.ROUGH, Sky.DOWN, Sky.CLOSED))
        self._turns(sky)
        self._world.timeline.after(self._chance.uniform(60, LASTS_AT_MOST[sky]), self._clears_up)

    def _clears_up(self) -> None:
        if not self._is_over:
            self._turns(Sky.FAIR)

    def _turns(self, sky: Sky) -> None:
        self._world.trace.say(f"the carriers are {sky}")
        self._world.weather.turns(sky)

    def _clock_jumps(self) -> None:
        seconds = self._chance.choice((self._chance.uniform(1, 30), self._chance.uniform(60, 2400)))
        if self._chance.random() < 0.5:
            seconds = -self._chance.uniform(0.5, 20)
        self._world.trace.say(f"the clock is set by {seconds:+.1f} s")
        self._world.timeline.clock_jumps(seconds)
        self._world.watch.disturbed()

    def _rotation_changes(self) -> None:
        key = self._chance.choice(("first", "first", "second"))

        def act(session: Session, now: datetime) -> str:
            schedule = roster.current_schedule(session, key, now)
            roster.save_revision(session, self._edited(schedule, now), "a simulation", now)
            return f"the schedule '{key}' is changed"

        self._world.acts.does("an edit", act)

    def _edited(self, schedule: Schedule, now: datetime) -> Schedule:
        starts = now + timedelta(hours=self._chance.uniform(-1, 3))
        ends = starts + timedelta(hours=self._chance.uniform(0.5, 8))
        overrides, absences = [], []
        if self._chance.random() < 0.5:
            overrides = [Override(self._chance.choice((*KEYS, "elena")), starts, ends)]
        else:
            absences = [Absence(key, starts, ends) for key in self._chance.sample(KEYS, self._chance.randint(1, 4))]
        return Schedule(schedule.key, schedule.time_zone, schedule.layers, tuple(overrides), tuple(absences))

    def _technician_changes(self) -> None:
        """A telephone is taken off the file, or put on it again."""

        def act(session: Session, now: datetime) -> str:
            dario = session.get_one(Technician, "dario")
            dario.phone = None if dario.phone else "+393331110004"
            return f"Dario's telephone: {dario.phone}"

        self._world.acts.does("an edit", act)

    def _process_dies(self) -> None:
        self._world.processes.one_dies()

    def _process_freezes(self) -> None:
        self._world.processes.freezes(self._chance.uniform(3, 60))
