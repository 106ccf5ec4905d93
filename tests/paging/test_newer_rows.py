"""During an upgrade an engine meets rows in which a newer version has written values that it does not know.

It leaves them to an engine of that version, and does all other work in time.
"""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from models.database import Base, EnumAsText
from models.recording import Recording, RecordingState
from models.ticket import Ticket
from tests.stories.pages import reports
from tests.world import ADA, PIN, World

OF_TOMORROW = "of_tomorrow"
NOT_READ_BY_AN_ENGINE = {
    "contract.plan": "a caller is screened by it, and a plan that nobody knows gives no access",
    "user_account.role": "signing in asks for it",
    "token.scope": "a program's request asks for it",
}
ENUMS = [
    column
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table))
    if not mapper.class_.__module__.startswith("simulator")
    for column in mapper.local_table.c
    if isinstance(column.type, EnumAsText) and str(column) not in NOT_READ_BY_AN_ENGINE
]


def is_of_tomorrow(world: World, column: Any) -> None:
    """Every row that is there gets a value that only a newer version knows, and is due."""
    values: dict[str, Any] = {column.name: OF_TOMORROW}
    if "due_at" in column.table.c:
        values["due_at"] = world.clock.at - timedelta(seconds=1)
    with world.database.write() as session:
        session.execute(sa.update(column.table).values(values))


@pytest.mark.parametrize("column", ENUMS, ids=str)
def test_rows_of_a_newer_version_keep_an_engine_from_nothing_else(quick_world: World, column: sa.Column[str]) -> None:
    describes(quick_world)
    quick_world.settles()
    is_of_tomorrow(quick_world, column)
    quick_world.passes(minutes=2)  # texts about several pages are not sent at once
    reports(quick_world)
    with quick_world.database.read() as session:
        newest = session.execute(select(Ticket.number).order_by(Ticket.number.desc()).limit(1)).scalar_one()
    assert any(str(newest) in text for text in quick_world.handset("anna").texts)


def test_an_engine_does_not_stay_awake_for_what_it_cannot_do(world: World) -> None:
    describes(world)
    world.settles()
    for column in ENUMS:
        if column.table.name in ("delivery", "page", "recording", "swap_request"):
            is_of_tomorrow(world, column)
    due = world.engine.next_due()
    assert due is None or due > world.clock.at


def test_a_recording_of_a_newer_version_stays_as_it_is(world: World) -> None:
    describes(world)
    is_of_tomorrow(world, Recording.__table__.c.state)
    describes(world)
    world.settles()
    with world.database.read() as session:
        states = session.execute(select(Recording.state).order_by(Recording.id)).scalars().all()
    assert states == [OF_TOMORROW, RecordingState.KEPT]


def describes(world: World) -> None:
    """Ada reports a problem and says what it is; nothing is done about it yet."""
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").presses("1").records("The switch is dead", seconds=9)
