"""Rotations by plain forms: turns, windows, overrides, the next fourteen days."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.audit import Audit
from models.schedule import ScheduleRevision
from paging import roster
from rules.rotation import Unit
from tests.admin.console_site import open_site


@pytest.fixture
def site(sqlite):
    site = open_site(sqlite)
    site.technicians("Anna Rossi", "Bruno Neri", "Carla Verdi")
    return site


@pytest.fixture
def visitor(site):
    return site.visitor()


def current(site, key="platinum"):
    with site.database.read() as session:
        return roster.current_schedule(session, key, site.clock.now())


def revisions(site):
    with site.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(ScheduleRevision)).scalar_one()


def override(visitor, **typed):
    values = {"technician": "carla", "starts": "2026-11-12T18:00", "ends": "2026-11-13T09:00"} | typed
    return visitor.get("/rotations/platinum").send("/rotations/platinum/overrides", **values)


def test_a_rotation_is_made_from_nothing(site, visitor):
    visitor.get("/rotations/add").send(layers_0_participants_0="bruno", layers_0_participants_2="anna")
    assert visitor.path == "/rotations/platinum"
    rotation = current(site).layers[0].rotation
    assert rotation.participants == ("bruno", "anna")
    assert (rotation.unit, rotation.length, f"{rotation.first_handoff}") == (Unit.WEEK, 1, "2026-11-16 09:00:00")
    assert "Anna Rossi is on call now" in visitor.text
    assert "no gap" in visitor.text
    with site.database.read() as session:
        assert session.execute(sa.select(Audit.action)).scalars().all() == ["rotation.added"]


def test_the_order_of_the_turns_is_edited_and_the_past_stays(site, visitor):
    site.rotation("anna", "bruno")
    site.clock.advance(timedelta(hours=1))
    visitor.get("/rotations/platinum/edit").send(
        layers_0_participants_0="bruno", layers_0_participants_1="anna", layers_0_length="2", layers_0_unit="day"
    )
    rotation = current(site).layers[0].rotation
    assert (rotation.participants, rotation.length, rotation.unit) == (("bruno", "anna"), 2, Unit.DAY)
    with site.database.read() as session:
        before = roster.on_call_now(session, "platinum", site.clock.now() - timedelta(minutes=1))
        after = roster.on_call_now(session, "platinum", site.clock.now())
    assert (before.technician, after.technician) == ("anna", "bruno")
    assert revisions(site) == 2


def test_a_weekend_layer_is_added_with_its_windows(site, visitor):
    site.rotation("anna")
    visitor.get("/rotations/platinum/edit?layer=new").send(
        layers_1_name="weekend",
        layers_1_participants_0="carla",
        layers_1_windows_0_days=["5", "6"],
        layers_1_windows_0_starts="00:00",
        layers_1_windows_0_ends="00:00",
    )
    assert [layer.name for layer in current(site).layers] == ["weekly", "weekend"]
    assert "Carla Verdi Sat 14 Nov 00:00 \u2013 Mon 16 Nov 00:00 weekend layer" in visitor.text
    visitor.get("/rotations/platinum/edit").send(layers_1_remove="y")
    assert [layer.name for layer in current(site).layers] == ["weekly"]


def test_a_gap_stands_in_the_list_in_words(site, visitor):
    visitor.get("/rotations/add").send(
        layers_0_participants_0="anna",
        layers_0_windows_0_days=["0", "1", "2", "3", "4"],
        layers_0_windows_0_starts="00:00",
        layers_0_windows_0_ends="00:00",
    )
    assert "Nobody is on call Sat 14 Nov 00:00 \u2013 Mon 16 Nov 00:00" in visitor.text
    assert "2 gaps" in visitor.text


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"time_zone": "Europe/Roma"}, "did you mean Europe/Rome?"),
        ({"time_zone": ""}, "Type the zone whose clock the handoffs follow."),
        ({"layers_0_participants_0": "", "layers_0_name": ""}, "Nobody takes part: choose at least one technician."),
        ({"layers_0_participants_0": ""}, "Nobody takes part."),
        ({"layers_0_participants_0": "zoe"}, "Unknown technician 'zoe'."),
        ({"layers_0_name": ""}, "Type a name, such as weekly."),
        ({"layers_0_length": "0"}, "At least 1."),
        ({"layers_0_length": "many"}, "Not a valid integer value."),
        ({"layers_0_length": "99999"}, "99999 is not from 1 to 520 weeks."),
        ({"layers_0_first_handoff": "soon"}, "Type a date and a time"),
        ({"layers_0_first_handoff": "2027-03-28T02:30"}, "does not exist in Europe/Rome: the clocks go forward."),
        ({"layers_0_windows_0_days": "5"}, "Type a time, such as 18:00."),
        ({"key": "Platinum!"}, "Small letters, digits, - and _"),
        ({"key": "taken"}, "There is a rotation with this key."),
    ],
)
def test_what_is_wrong_with_a_rotation_is_said_and_nothing_is_saved(site, visitor, typed, complaint):
    site.rotation("anna", key="taken")
    visitor.get("/rotations/add").send(**({"layers_0_participants_0": "anna"} | typed))
    assert visitor.status == 422
    assert complaint in visitor.text
    assert revisions(site) == 1


def test_of_two_who_edit_at_once_the_second_is_told_and_decides(site, visitor):
    site.rotation("anna", "bruno")
    visitor.get("/rotations/platinum/edit")
    other = site.visitor()
    override(other)
    visitor.send(layers_0_participants_0="carla")
    assert visitor.status == 422
    assert "admin@example.com changed this rotation while you edited it." in visitor.text
    visitor.send()
    assert current(site).layers[0].rotation.participants == ("carla", "bruno")
    assert len(current(site).overrides) == 1


def test_an_override_is_added_in_the_schedules_own_zone_and_the_home_page_shows_it(site, visitor):
    site.rotation("anna", "bruno")
    override(visitor, starts="2026-11-11T01:00", ends="2026-11-11T09:00")
    assert "Carla Verdi is on call then, whatever the turns say." in visitor.text
    assert f"{current(site).overrides[0].starts:%H:%M}" == "00:00"
    assert "Carla Verdi platinum Override, until 09:00" in visitor.get("/").text.replace("Wed ", "")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"starts": ""}, "Type when it begins."),
        ({"ends": "tomorrow"}, "Type a date and a time"),
        ({"ends": "2026-11-12T17:00"}, "It ends before it begins."),
        ({"starts": "2026-11-01T00:00", "ends": "2026-11-02T00:00"}, "the past is never rewritten"),
        ({"starts": "2027-03-28T02:30", "ends": "2027-03-28T09:00"}, "does not exist in Europe/Rome"),
        ({"technician": "zoe"}, "Not a valid choice."),
    ],
)
def test_what_is_wrong_with_an_override_is_said_beside_its_field(site, visitor, typed, complaint):
    site.rotation("anna", "bruno")
    override(visitor, **typed)
    assert visitor.status == 422
    assert complaint in visitor.text
    assert current(site).overrides == ()


def test_an_override_at_the_time_of_somebody_elses_is_refused(site, visitor):
    site.rotation("anna", "bruno")
    override(visitor)
    override(visitor, technician="bruno", starts="2026-11-13T08:00", ends="2026-11-13T10:00")
    assert visitor.status == 422
    assert "Carla Verdi has an override from Thu 12 Nov 18:00 until Fri 13 Nov 09:00." in visitor.text
    assert 'value="2026-11-13T08:00"' in visitor.html


def test_an_override_is_removed(site, visitor):
    site.rotation("anna", "bruno")
    override(visitor).send("/rotations/platinum/overrides/remove")
    assert "The override is removed." in visitor.text
    assert current(site).overrides == ()
    with site.database.read() as session:
        actions = session.execute(sa.select(Audit.action).order_by(Audit.id)).scalars().all()
    assert actions == ["override.added", "override.removed"]


@pytest.mark.parametrize("path", ["/rotations/nowhere", "/rotations/nowhere/edit"])
def test_a_rotation_that_does_not_exist_is_not_found(visitor, path):
    assert visitor.get(path).status == 404
