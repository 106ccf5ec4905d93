"""Two programs, or two people at the console, save at once: exactly one has it, and the other one is told."""

from collections.abc import Callable
from functools import partial
from typing import Any

from models.account import Role
from models.database import Database
from paging import roster
from tests.admin.console_site import open_site
from tests.admin.rotation_desk import NEW, PLATINUM, SCHEDULES, Desk, dated, weekly
from tests.at_once import at_once


def test_of_those_who_save_the_same_revision_one_wins(database: Database) -> None:
    desk = Desk(database)
    etag = desk.etag()

    def saves(*people: str) -> Callable[[], Any]:
        body = {"layers": [weekly(*people)], "keep_turns": False}
        return partial(desk.sends, "POST", f"{PLATINUM}/revisions", body, etag)

    answers = at_once(saves("carla", "anna"), saves("carla", "bruno"), saves("carla"))
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412]
    assert all(answer.get_json()["changes"] for answer in answers if answer.status_code == 412)
    assert len(desk.sends("GET", f"{PLATINUM}/revisions").get_json()["revisions"]) == len(desk.trail()) == 2


def test_overrides_that_are_added_at_once_are_all_there(database: Database) -> None:
    desk = Desk(database)
    wanted = [dated("carla", f"2026-12-0{day}T00:00:00Z", f"2026-12-0{day}T12:00:00Z") for day in range(1, 7)]
    acts = [partial(desk.sends, "POST", f"{PLATINUM}/overrides", one) for one in wanted]
    assert [answer.status_code for answer in at_once(*acts)] == [201] * 6
    assert desk.schedule()["overrides"] == wanted


def test_of_two_who_override_the_same_hours_one_is_refused(database: Database) -> None:
    desk = Desk(database)
    hours = ("2026-12-01T00:00:00Z", "2026-12-01T12:00:00Z")
    acts = [partial(desk.sends, "POST", f"{PLATINUM}/overrides", dated(who, *hours)) for who in ("bruno", "carla")]
    assert sorted(answer.status_code for answer in at_once(*acts)) == [201, 409]


def test_a_schedule_is_made_once(database: Database) -> None:
    desk = Desk(database, new=False)
    acts = [partial(desk.sends, "POST", SCHEDULES, NEW)] * 4
    assert sorted(answer.status_code for answer in at_once(*acts)) == [201, 409, 409, 409]


def test_of_two_people_who_make_one_rotation_the_second_is_told(database: Database) -> None:
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri")
    visitors = [site.visitor(Role.ADMIN), site.visitor(Role.MANAGER)]
    for visitor, technician in zip(visitors, ("anna", "bruno"), strict=True):
        visitor.get("/rotations/add").send(layers_0_participants_0=technician)
    at_once(*(partial(visitor.send, step="save") for visitor in visitors))
    assert sorted(visitor.status for visitor in visitors) == [200, 422]
    (told,) = [visitor.text for visitor in visitors if visitor.status == 422]
    assert "There is a rotation with this key. Type another one." in told
    with database.read() as session:
        assert len(roster.revisions(session, "platinum")) == 1
