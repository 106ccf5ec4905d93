"""Gaps are told to the managers: when an edit makes them at once, when time brings them near within a week, once."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import update

from admin import accounts
from models.account import Role, User
from models.delivery import Delivery, DeliveryKind
from paging.gap_mails import GapMails
from tests.rules.vendor import rome
from tests.stories.pages import deliveries
from tests.world import World

SUBJECT = "platinum: nobody is on call from"
LAYERS = """
schedules:
  - key: platinum
    time_zone: Europe/Rome
    layers:
      - name: weekly
        rotation: {unit: week, length: 1, first_handoff: 2026-11-23T09:00, participants: [%s]}
        windows: [%s]
"""
WEEKEND_OFF = LAYERS % ("anna, bruno", '{days: [mon, tue, wed, thu, fri], from: "00:00", until: "00:00"}')
ABSENT = """
schedules:
  - key: platinum
    time_zone: Europe/Rome
    absences: [%s]
"""


def away(world: World, *spans: str) -> None:
    """Nobody is there in these spans, each as '2026-12-24T18:00 2026-12-27T09:00'."""
    both = [f"{{technician: {who}, from: {a}, until: {b}}}" for a, b in map(str.split, spans) for who in PEOPLE]
    world.loads(ABSENT % ", ".join(both))
    world.settles()


PEOPLE = ("anna", "bruno")


def later(world: World, **time: float) -> None:
    """Time goes by without the engine; then it looks."""
    world.clock.advance(timedelta(**time))
    world.settles()


def user(world: World, email: str, role: Role) -> None:
    with world.database.write() as session:
        accounts.add_user(session, email, role, world.clock.at)


def mails(world: World) -> list[Delivery]:
    sent = deliveries(world, DeliveryKind.ALERT, DeliveryKind.DUTY)
    return [one for one in sent if one.subject and one.subject.startswith(SUBJECT)]


@pytest.fixture
def managed(world: World) -> World:
    user(world, "boss@example.com", Role.MANAGER)
    user(world, "root@example.com", Role.ADMIN)
    return world.settles()


def test_a_schedule_without_a_gap_tells_nothing(managed: World) -> None:
    managed.passes(hours=3)
    assert mails(managed) == []


def test_a_gap_that_an_edit_makes_is_told_to_the_managers_at_once(managed: World) -> None:
    away(managed, "2026-12-24T18:00 2026-12-27T09:00")
    (mail,) = mails(managed)
    assert mail.address == "boss@example.com"
    assert mail.subject == f"{SUBJECT} Thu 24 Dec 2026 18:00"
    assert "\nThu 24 Dec 2026 18:00 until Sun 27 Dec 2026 09:00\n" in mail.body
    assert "of the next 60 days (Europe/Rome)" in mail.body
    assert "http://127.0.0.1:8000/rotations/platinum" in mail.body


def test_it_is_told_once(managed: World) -> None:
    away(managed, "2026-12-24T18:00 2026-12-27T09:00")
    managed.passes(hours=2)
    later(managed, days=20)
    again = managed.restarts().settles()
    assert len(mails(again)) == 1
    again.database.dispose()


def test_only_what_is_new_is_told_of_the_next_edit(managed: World) -> None:
    away(managed, "2026-12-24T18:00 2026-12-27T09:00")
    away(managed, "2026-12-24T18:00 2026-12-27T09:00", "2026-12-30T09:00 2026-12-31T09:00")
    mail = mails(managed)[-1]
    assert len(mails(managed)) == 2
    assert "30 Dec 2026" in mail.body
    assert "24 Dec 2026" not in mail.body


def test_a_gap_that_is_closed_and_made_again_is_told_again(managed: World) -> None:
    for spans in (["2026-12-24T18:00 2026-12-27T09:00"], [], ["2026-12-24T18:00 2026-12-27T09:00"]):
        away(managed, *spans)
    assert len(mails(managed)) == 2


def test_an_edit_without_a_new_gap_tells_nothing(managed: World) -> None:
    away(managed, "2026-12-24T18:00 2026-12-27T09:00")
    away(managed, "2026-12-24T18:00 2026-12-26T09:00")
    assert len(mails(managed)) == 1


def test_a_gap_that_is_further_ahead_is_told_within_a_week_of_coming_near(managed: World) -> None:
    away(managed, "2027-03-01T09:00 2027-03-02T09:00")
    assert mails(managed) == []
    for _ in range(60):
        later(managed, days=1)
        if mails(managed):
            break
    ahead = rome("2027-03-01T09:00") - managed.clock.at
    assert timedelta(days=52) <= ahead <= timedelta(days=60)
    later(managed, days=30)
    assert len(mails(managed)) == 1


def test_weekends_without_anybody_are_told_week_by_week(managed: World) -> None:
    managed.loads(WEEKEND_OFF).settles()
    (mail,) = mails(managed)
    assert mail.body.count(" until ") == 8
    assert "\nSat 23 Jan 2027 00:00 and on\n" in mail.body
    for _ in range(28):
        later(managed, days=1)
    assert 4 <= len(mails(managed)) - 1 <= 5
    assert {one.body.count("\nSat ") for one in mails(managed)[1:]} <= {1, 2}


def test_of_many_gaps_twenty_are_listed(managed: World) -> None:
    nights = '{days: [mon, tue, wed, thu, fri, sat, sun], from: "18:00", until: "09:00"}'
    managed.loads(LAYERS % ("anna, bruno", nights)).settles()
    (mail,) = mails(managed)
    assert mail.body.count(" until ") == 20
    assert "\nand 40 more\n" in mail.body


def test_a_gap_that_does_not_end_in_that_time(managed: World) -> None:
    away(managed, "2027-01-10T09:00 2027-06-01T09:00")
    assert "\nSun 10 Jan 2027 09:00 and on\n" in mails(managed)[0].body


def test_without_a_manager_the_admins_are_told(world: World) -> None:
    user(world, "root@example.com", Role.ADMIN)
    user(world, "look@example.com", Role.VIEWER)
    away(world, "2026-12-24T18:00 2026-12-27T09:00")
    assert [mail.address for mail in mails(world)] == ["root@example.com"]


def test_a_manager_who_is_deactivated_is_not_told(managed: World) -> None:
    user(managed, "gone@example.com", Role.MANAGER)
    with managed.database.write() as session:
        session.execute(update(User).where(User.email == "gone@example.com").values(deactivated_at=managed.clock.at))
    away(managed, "2026-12-24T18:00 2026-12-27T09:00")
    assert "gone@example.com" not in {mail.address for mail in mails(managed)}


def test_without_users_the_duty_manager_is_told(world: World) -> None:
    away(world, "2026-12-24T18:00 2026-12-27T09:00")
    assert {mail.address for mail in mails(world)} == {"max@example.com", "+393331110009"}


def test_what_nobody_can_be_told_of_waits_for_the_first_who_can(world: World) -> None:
    world.loads("roles: {duty_manager: []}")
    away(world, "2026-12-24T18:00 2026-12-27T09:00")
    assert mails(world) == []
    user(world, "boss@example.com", Role.MANAGER)
    world.passes(hours=1)
    assert len(mails(world)) == 1


def test_two_engines_at_once_tell_once(managed: World) -> None:
    managed.loads(WEEKEND_OFF)
    threads = [Thread(target=GapMails(managed.database, managed.gateway.line).do_next) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    managed.settles()
    assert len(mails(managed)) == 1


def test_a_new_schedule_tells_its_gaps_at_once(managed: World) -> None:
    managed.loads(WEEKEND_OFF.replace("key: platinum", "key: second")).settles()
    sent = [one.subject or "" for one in deliveries(managed, DeliveryKind.ALERT)]
    assert [subject.split(":")[0] for subject in sent] == ["second"]
