"""Work that is overdue is told to the admins, and the heartbeat stops; while all is well, it beats once a minute."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from sqlalchemy import select, update

from admin.accounts import add_user
from models.account import Role
from models.delivery import Delivery, DeliveryKind
from models.page import Page
from paging.watch import Watch, overdue
from tests.stories.pages import reports
from tests.world import World

HEARD_AT = "https://heartbeat.example.com/line"


@pytest.fixture
def pings() -> list[str]:
    return []


def watch(world: World, ping: Callable[[str], None]) -> Watch:
    return Watch(world.database, world.gateway.line, HEARD_AT, ping)


def alerts(world: World) -> list[tuple[str, str | None]]:
    with world.database.read() as session:
        statement = select(Delivery.address, Delivery.subject).where(Delivery.kind == DeliveryKind.ALERT)
        return [(address, subject) for address, subject in session.execute(statement.order_by(Delivery.id))]


def is_stuck(world: World) -> None:
    """A page's time is over by two minutes, and no engine is at work."""
    reports(world)
    with world.database.read() as session:
        due_at = session.execute(select(Page.due_at)).scalar_one()
    assert due_at is not None
    world.clock.at = due_at + timedelta(minutes=2)


@pytest.fixture
def two_admins(world: World) -> World:
    with world.database.write() as session:
        for email, role in (("a@", Role.ADMIN), ("b@", Role.ADMIN), ("v@", Role.VIEWER)):
            add_user(session, f"{email}example.com", role, world.clock.at)
    return world


def test_while_all_is_well_it_beats_once_a_minute(world: World, pings: list[str]) -> None:
    engines = [watch(world, pings.append), watch(world, pings.append)]
    for _ in range(4):
        for each in engines:
            each.look()
        world.clock.advance(timedelta(seconds=20))
    assert pings == [HEARD_AT, HEARD_AT]


def test_overdue_work_silences_the_heartbeat_and_is_told_to_every_admin(two_admins: World, pings: list[str]) -> None:
    is_stuck(two_admins)
    watch(two_admins, pings.append).look()
    assert pings == []
    subject = alerts(two_admins)[0][1] or ""
    assert "is late: 1 pages" in subject
    assert [address for address, _ in alerts(two_admins)] == ["a@example.com", "b@example.com"]


def test_it_is_told_once_an_hour(two_admins: World, pings: list[str]) -> None:
    is_stuck(two_admins)
    for _ in range(90):
        watch(two_admins, pings.append).look()
        two_admins.clock.advance(timedelta(minutes=1))
    assert len(alerts(two_admins)) in (4, 6)


def test_without_an_admin_the_duty_manager_is_told(world: World, pings: list[str]) -> None:
    is_stuck(world)
    watch(world, pings.append).look()
    with world.database.read() as session:
        told = select(Delivery.address).where(Delivery.kind == DeliveryKind.DUTY).order_by(Delivery.id)
        assert session.execute(told).scalars().all() == ["+393331110009", "max@example.com"]


def test_a_heartbeat_that_nobody_hears_is_no_trouble(world: World) -> None:
    def unheard(url: str) -> None:
        raise requests.ConnectionError(url)

    watch(world, unheard).look()
    assert alerts(world) == []


def test_readyz_fails_while_work_is_overdue(world: World) -> None:
    client = world.app.test_client()
    assert client.get("/readyz").status_code == 200
    is_stuck(world)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "1 pages are overdue" in answer.get_json()["detail"]


def test_readyz_fails_while_nothing_can_be_written(quick_world: World) -> None:
    def refuse(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA query_only=1")

    client = quick_world.app.test_client()
    sa.event.listen(quick_world.database.engine, "checkout", refuse)
    try:
        assert client.get("/readyz").status_code == 503
    finally:
        sa.event.remove(quick_world.database.engine, "checkout", refuse)
        quick_world.database.engine.dispose()


def test_notices_that_wait_for_their_number_are_no_sign_of_trouble(world: World, pings: list[str]) -> None:
    reports(world)
    with world.database.write() as session:
        notices = update(Delivery).where(Delivery.kind == DeliveryKind.NOTICE)
        session.execute(notices.values(due_at=world.clock.at - timedelta(minutes=5)))
    watch(world, pings.append).look()
    assert pings == [HEARD_AT]
    with world.database.write() as session:
        session.execute(notices.values(due_at=world.clock.at - timedelta(minutes=11)))
    world.clock.advance(timedelta(minutes=1))
    watch(world, pings.append).look()
    assert pings == [HEARD_AT]
    with world.database.read() as session:
        assert overdue(session, world.clock.at).messages > 0
