"""Whatever edits, pauses and crashes come: who is on call was told so, once, and nobody believes what is not so."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.delivery import Delivery, DeliveryKind
from models.schedule import HandoffNotice, HandoffOccasion, HandoffWatch
from paging import roster
from paging.handoffs import LOOKED_BACK, Handoffs
from rules.escalation import Channel
from rules.on_call import Absence, History, Layer, Override, Schedule, on_call
from rules.rotation import Rotation, Unit
from tests.world import World

PEOPLE = ("anna", "bruno", "carla")
KEY = "platinum"
DAY = timedelta(days=1)


class Killed(Exception):
    """The process ends before its transaction does."""


class Mortal(Handoffs):
    """An engine that is killed now and then when it has written all and committed nothing."""

    chance: random.Random

    def _look(self, session: Session, watch: HandoffWatch, now: datetime) -> None:
        super()._look(session, watch, now)
        if self.chance.random() < 0.2:
            raise Killed


class Life:
    """One schedule that is edited again and again while an engine looks at it, or does not."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.engine = Mortal(world.database, world.gateway.line)
        self.engine.chance = self.chance

    def goes_on(self) -> None:
        match self.chance.choice(("edit", "edit", "time", "time", "time", "pause")):
            case "edit":
                self._edit()
            case "time":
                self._time(self.chance.choice((0.1, 3, 12, 30)))
            case "pause":
                self.world.clock.advance(timedelta(hours=self.chance.choice((1, 12, 60))))
        self._looks()
        self.is_right()

    def _edit(self) -> None:
        with self.world.database.write() as session:
            now = self.world.clock.at
            ahead = self.chance.choice((None, None, timedelta(hours=self.chance.uniform(1, 40))))
            effective = now + ahead if ahead else now
            schedule = roster.current_schedule(session, KEY, effective)
            roster.save_revision(session, self._edited(schedule, now), "a test", now, effective)

    def _edited(self, schedule: Schedule, now: datetime) -> Schedule:
        starts = now + timedelta(minutes=self.chance.randint(-300, 3000))
        ends = starts + timedelta(minutes=self.chance.randint(1, 3000))
        one = self.chance.choice(PEOPLE)
        overrides = (Override(one, starts, ends),) if self.chance.random() < 0.6 else ()
        absences = tuple(Absence(each, starts, ends) for each in PEOPLE) if self.chance.random() < 0.3 else ()
        layers = schedule.layers
        if self.chance.random() < 0.3:
            unit, length = self.chance.choice(((Unit.HOUR, 7), (Unit.HOUR, 1), (Unit.DAY, 1), (Unit.WEEK, 1)))
            people = tuple(self.chance.sample(PEOPLE, self.chance.randint(1, 3)))
            layers = (Layer("layer", Rotation(unit, length, datetime(2026, 11, 23, 9), people)),)  # noqa: DTZ001
        return Schedule(KEY, schedule.time_zone, layers, overrides, absences)

    def _time(self, hours: float) -> None:
        until = self.world.clock.at + timedelta(hours=hours)
        while (due := self._due()) <= until:
            self.world.clock.at = max(due, self.world.clock.at)
            self._looks()
        self.world.clock.at = until

    def _due(self) -> datetime:
        with self.world.database.read() as session:
            due = session.execute(select(self.engine.first_due)).scalar_one()
            assert due is not None
            return due

    def _looks(self) -> None:
        """Until nothing is due: who was killed is there again half a minute later."""
        while self.engine.do_next():
            self.world.clock.at = max(self.world.clock.at, min(self._due(), self.world.clock.at + DAY / 2880))

    def is_right(self) -> None:
        now = self.world.clock.at
        with self.world.database.read() as session:
            notices = session.execute(select(HandoffNotice)).scalars().all()
            watched_from = session.get_one(HandoffWatch, KEY).watched_from
            texts = select(Delivery.key).where(Delivery.kind == DeliveryKind.HANDOFF, Delivery.channel == Channel.SMS)
            sent = Counter(int(key.split(":")[1]) for key in session.execute(texts).scalars())
            history = roster.history(session, KEY)
        assert sent.keys() == {each.id for each in notices}
        for each in notices:
            if each.occasion is not HandoffOccasion.AHEAD:
                assert sent[each.id] == 1
                assert each.starts_at <= each.told_at
            elif each.withdrawn_at is None and each.starts_at > now:
                assert on_call(history, each.starts_at).technician == each.technician_key
        known = {(each.technician_key, each.starts_at) for each in notices if each.occasion is HandoffOccasion.BEGUN}
        holder, since = turn_now(history, now)
        assert holder is None or since < max(watched_from, now - LOOKED_BACK) or (holder, since) in known


def turn_now(history: History, now: datetime) -> tuple[str | None, datetime]:
    """Who is on call, and since when; two weeks are enough."""
    held = on_call(history, now)
    while held.since and held.since > now - 14 * DAY:
        before = on_call(history, held.since - datetime.resolution)
        if before.technician != held.technician:
            return held.technician, held.since
        held = before
    return held.technician, now - 14 * DAY


@pytest.mark.parametrize("seed", range(6))
def test_whatever_comes(quick_world: World, seed: int) -> None:
    life = Life(quick_world, seed)
    for _ in range(40):
        life.goes_on()
    with quick_world.database.read() as session:
        assert session.execute(select(func.count()).select_from(HandoffNotice)).scalar_one() > 5
