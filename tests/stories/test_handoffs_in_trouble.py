"""Handoffs are told once and in the end, whatever engines, carriers and addresses do."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from sqlalchemy import delete, update

from models.delivery import DeliveryKind, DeliveryState
from models.schedule import HandoffWatch
from models.technician import Technician
from paging import rotations
from paging.gap_mails import GapMails
from paging.handoffs import Handoffs, Look
from rules.edits import with_overrides
from rules.escalation import Channel
from rules.on_call import Override
from simulator.faults import FaultKind
from tests.rules.vendor import rome
from tests.stories.pages import CARLA, deliveries
from tests.stories.turns import BEGUN, RELEASED, SCHEDULE, jumps, mails, overrides, recovers, texts, until
from tests.world import World


def at_once(*works: Handoffs) -> None:
    threads = [Thread(target=work.do_next) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_handoff_while_no_engine_ran_is_told_late(world: World) -> None:
    world.settles()
    jumps(world, "2026-11-30T12:00")
    world.settles()
    assert texts(world, "bruno") == [BEGUN]
    assert texts(world, "anna") == [RELEASED]


def test_a_turn_that_is_over_when_the_engine_is_back_is_not_told(world: World) -> None:
    overrides(world, "carla 2026-11-26T09:00 2026-11-26T12:00")
    jumps(world, "2026-11-26T15:00")
    world.settles()
    assert texts(world, "carla") == ["platinum: you are off call. Anna Rossi is on call now."]


def test_a_turn_that_was_taken_away_while_no_engine_ran_is_told_too(world: World) -> None:
    until(world, "2026-11-29T10:00")
    world.loads(SCHEDULE % "overrides: [{technician: carla, from: 2026-11-30T09:00, until: 2026-11-30T18:00}]")
    jumps(world, "2026-11-30T10:00")
    world.settles()
    assert texts(world, "bruno")[1].startswith("platinum: you are no longer on call from Mon 30 Nov 2026 09:00.")
    assert texts(world, "carla") == ["platinum: you are on call now, until Mon 30 Nov 2026 18:00."]


def test_who_was_released_while_no_engine_ran_is_told_though_several_turns_went_by(world: World) -> None:
    """She would believe until Monday that she is on call."""
    world.settles()
    turns = "{technician: carla, from: 2026-11-26T09:00, until: 2026-11-26T12:00}, "
    turns += "{technician: bruno, from: 2026-11-26T12:00, until: 2026-11-26T18:00}"
    world.loads(SCHEDULE % f"overrides: [{turns}]")
    jumps(world, "2026-11-26T15:00")
    world.settles()
    world.passes(minutes=5)
    assert texts(world, "anna") == ["platinum: you are off call. Bruno Neri is on call now."]
    assert texts(world, "bruno") == ["platinum: you are on call now, until Thu 26 Nov 2026 18:00."]


def test_a_restart_tells_nothing_again(world: World) -> None:
    until(world, "2026-11-30T09:00")
    before = len(deliveries(world, DeliveryKind.HANDOFF))
    again = world.restarts()
    again.passes(hours=2)
    assert len(deliveries(again, DeliveryKind.HANDOFF)) == before
    again.database.dispose()


def test_two_engines_at_once_tell_once(world: World) -> None:
    world.settles()
    jumps(world, "2026-11-30T09:00")
    at_once(*(Handoffs(world.database, world.gateway.line) for _ in range(3)))
    world.settles()
    assert texts(world, "bruno") == [BEGUN]
    assert texts(world, "anna") == [RELEASED]


def test_edits_and_looks_at_once_never_wait_for_each_other_in_a_circle(world: World) -> None:
    world.settles()
    failures: list[Exception] = []

    def edits(technician: str) -> None:
        for hours in range(5):
            with world.database.write() as session:
                editing = rotations.begin(world.database, session, "platinum")
                starts = editing.now + timedelta(hours=hours)
                override = Override(technician, starts, starts + timedelta(hours=1))
                draft = rotations.everywhere(editing, partial(with_overrides, overrides=[override]))
                rotations.save(session, editing, draft, technician, "override")

    def looks() -> None:
        for _ in range(10):
            for chore in (Handoffs, GapMails):
                chore(world.database, world.gateway.line).do_next()

    def kept(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            failures.append(error)

    works = [*(partial(edits, each) for each in ("anna", "bruno", "carla")), looks, looks]
    threads = [Thread(target=kept, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    world.settles()
    holder = world.get("/api/v1/on-call?schedule=platinum")["technician"]
    assert any("you are on call now" in text for text in texts(world, holder)) or holder == "anna"


class Killed(Exception):
    """The process ends before its transaction does."""


def test_an_engine_that_is_killed_half_way_has_told_nothing_and_the_next_one_tells_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settles()
    jumps(world, "2026-11-30T09:00")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Look, "_tell_released", killed)
        assert Handoffs(world.database, world.gateway.line).do_next()
    assert deliveries(world, DeliveryKind.HANDOFF) == []
    world.passes(minutes=1)
    assert texts(world, "bruno") == [BEGUN]
    assert texts(world, "anna") == [RELEASED]


def test_a_schedule_that_fails_keeps_no_other_waiting(world: World) -> None:
    world.loads(
        """
schedules:
  - key: second
    time_zone: Europe/Rome
    layers:
      - name: weekly
        rotation: {unit: week, length: 1, first_handoff: 2026-11-23T09:00, participants: [bruno, carla]}
        windows: []
"""
    )
    world.settles()
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(time_zone="Nowhere/Land"))
    jumps(world, "2026-11-30T09:00")
    world.settles()
    assert texts(world, "carla") == [BEGUN.replace("platinum", "second")]
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(time_zone="Europe/Rome"))
    world.passes(seconds=30)
    assert BEGUN in texts(world, "bruno")


def test_a_carrier_that_refuses_texts_leaves_the_e_mail(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(opted_out_at=world.clock.at))
    until(world, "2026-11-29T09:00")
    assert texts(world, "bruno") == []
    assert len(mails(world, "bruno")) == 1


def test_what_could_not_be_sent_in_time_is_not_said_when_it_is_not_so_any_more(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, CARLA, times=1000, code=20429)
    overrides(world, "carla 2026-11-24T03:10 2026-11-24T03:40")
    world.passes(minutes=41)
    recovers(world)
    world.passes(minutes=10)
    assert world.handset("carla").texts == ["platinum: you are off call. Anna Rossi is on call now."]


def test_a_turn_that_is_taken_away_before_it_could_be_told_is_not_told(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, CARLA, times=1000, code=20429)
    overrides(world, "carla 2026-11-24T09:00 2026-11-24T12:00")
    world.passes(minutes=5)
    overrides(world)
    recovers(world)
    world.passes(minutes=5)
    assert world.handset("carla").texts == [
        "platinum: you are no longer on call from Tue 24 Nov 2026 09:00. Anna Rossi is on call then."
    ]


def test_who_has_no_telephone_gets_the_e_mail_alone(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(phone=None))
    until(world, "2026-11-29T09:00")
    assert [one.channel for one in deliveries(world, DeliveryKind.HANDOFF)] == [Channel.EMAIL]


def test_who_cannot_be_reached_at_all_shows_as_a_failure(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(phone=None, email=None))
    until(world, "2026-11-29T09:00")
    (failed,) = deliveries(world, DeliveryKind.HANDOFF)
    assert (failed.state, failed.error) == (DeliveryState.FAILED, "no phone number on file")


def test_texts_that_somebody_wants_for_a_p1_alone_are_left_out(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(quiet_channels=["sms"]))
    until(world, "2026-11-29T09:00")
    assert [one.channel for one in deliveries(world, DeliveryKind.HANDOFF)] == [Channel.EMAIL]


def test_a_schedule_that_nobody_has_watched_yet_starts_quietly(world: World) -> None:
    """As after an upgrade: the handoff a minute ago was none of ours."""
    world.clock.at = rome("2026-11-30T09:01")
    with world.database.write() as session:
        session.execute(delete(HandoffWatch))
    world.settles()
    assert deliveries(world, DeliveryKind.HANDOFF) == []
    with world.database.read() as session:
        assert session.get_one(HandoffWatch, "platinum").watched_from == world.clock.at
