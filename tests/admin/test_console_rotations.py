"""The turns of a rotation by plain forms: what an edit would do is shown before it is saved."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.audit import Audit
from models.technician import Technician
from rules.rotation import Unit
from tests.admin.console_site import open_site
from tests.admin.rotation_site import audited, on_call, revisions, schedule

pytestmark = pytest.mark.one_database

WEEKDAYS = {
    "layers_0_windows_0_days": ["0", "1", "2", "3", "4"],
    "layers_0_windows_0_starts": "00:00",
    "layers_0_windows_0_ends": "00:00",
}


@pytest.fixture
def site(database):
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri", "Carla Verdi")
    return site


@pytest.fixture
def visitor(site):
    return site.visitor()


def test_a_rotation_is_made_from_nothing(site, visitor):
    visitor.get("/rotations/add").saves(layers_0_participants_0="bruno", layers_0_participants_2="anna")
    assert visitor.path == "/rotations/platinum"
    rotation = schedule(site).layers[0].rotation
    assert rotation.participants == ("bruno", "anna")
    assert (rotation.unit, rotation.length, f"{rotation.first_handoff}") == (Unit.WEEK, 1, "2026-11-09 09:00:00")
    assert "Bruno Neri is on call now" in visitor.text
    assert "no gap" in visitor.text
    assert audited(site) == ["rotation.added"]


def test_an_edit_is_previewed_and_changes_nothing_until_it_is_saved(site, visitor):
    site.rotation("anna", "bruno")
    visitor.get("/rotations/platinum/edit").send(layers_0_participants_0="carla")
    assert visitor.status == 200
    assert "Preview: the turns of platinum Nothing is saved yet." in visitor.text
    assert "Layer weekly: the order of turns was Anna Rossi, Bruno Neri, and becomes" in visitor.text
    assert "On call then: Bruno Neri until Mon 23 Nov 09:00." in visitor.text
    assert "Carla Verdi +672 h" in visitor.text
    assert "Anna Rossi \u2212672 h" in visitor.text
    assert "Carla Verdi instead of Anna Rossi Mon 23 Nov 09:00 \u2013 Mon 30 Nov 09:00" in visitor.text
    assert revisions(site) == 1
    visitor.send(step="save")
    assert visitor.path == "/rotations/platinum"
    assert "The rotation is changed" in visitor.text
    assert revisions(site) == 2
    with site.database.read() as session:
        audit = session.execute(sa.select(Audit)).scalars().one()
    assert (audit.action, audit.subject, audit.actor) == ("rotation.changed", "schedule:platinum", "admin@example.com")


def test_the_way_back_to_the_form_keeps_what_was_typed(site, visitor):
    site.rotation("anna", "bruno")
    visitor.get("/rotations/platinum/edit").send(step="layer").send(
        layers_0_length="3",
        layers_1_name="weekend",
        layers_1_participants_0="carla",
        layers_1_windows_0_days=["5", "6"],
        layers_1_windows_0_starts="08:30",
        layers_1_windows_0_ends="20:00",
        holds_from="2026-12-01T09:00",
        holder="new",
    )
    visitor.send(step="back")
    assert visitor.status == 200
    visitor.saves()
    layers = schedule(site, days=30).layers
    assert [layer.name for layer in layers] == ["weekly", "weekend"]
    assert layers[0].rotation.length == 3
    assert [(w.days, f"{w.starts} {w.ends}") for w in layers[1].windows] == [((5, 6), "08:30:00 20:00:00")]
    assert schedule(site).layers[0].rotation.length == 1


def test_whoever_is_on_call_stays_so_until_the_next_handoff(site, visitor):
    site.rotation("anna", "bruno")
    visitor.get("/rotations/platinum/edit").send(layers_0_participants_0="carla", layers_0_participants_2="anna")
    assert "On call now: Anna Rossi until Mon 16 Nov 09:00." in visitor.text
    visitor.send(step="save")
    assert "Anna Rossi is on call now" in visitor.text
    assert "Carla Verdi Mon 16 Nov 09:00" in visitor.text


def test_or_the_order_of_turns_decides_at_once_and_the_past_stays(site, visitor):
    site.rotation("anna", "bruno")
    site.clock.advance(timedelta(hours=1))
    visitor.get("/rotations/platinum/edit").saves(
        layers_0_participants_0="bruno",
        layers_0_participants_1="anna",
        layers_0_length="2",
        layers_0_unit="day",
        holder="new",
    )
    rotation = schedule(site).layers[0].rotation
    assert (rotation.participants, rotation.length, rotation.unit) == (("bruno", "anna"), 2, Unit.DAY)
    assert (on_call(site, days=-0.001), on_call(site)) == ("anna", "bruno")
    assert revisions(site) == 2


def test_an_edit_may_hold_from_a_later_time_and_the_rotations_page_tells(site, visitor):
    site.rotation("anna", "bruno")
    visitor.get("/rotations/platinum/edit").send(layers_0_participants_0="carla", holds_from="2026-12-07T09:00")
    assert "From Mon 7 Dec 09:00 on Layer weekly: the order of turns" in visitor.text
    visitor.send(step="save")
    assert "From Mon 7 Dec 09:00 another revision holds: Layer weekly: the order of turns was" in visitor.text
    assert schedule(site).layers[0].rotation.participants == ("anna", "bruno")
    assert "carla" in schedule(site, days=30).layers[0].rotation.participants


def test_what_is_planned_already_is_told_in_the_preview(site, visitor):
    site.rotation("anna", "bruno")
    visitor.get("/rotations/platinum/edit").saves(layers_0_participants_0="carla", holds_from="2026-12-07T09:00")
    visitor.get("/rotations/platinum/edit").send(layers_0_length="2")
    assert "From Mon 7 Dec 09:00 on another revision holds, as planned" in visitor.text


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("2026-11-11T02:14", "That is over: the past is never rewritten."),
        ("2027-03-28T02:30", "does not exist in Europe/Rome"),
        ("soon", "Type a date and a time"),
        ("2030-01-01T09:00", "That is more than two years ahead."),
    ],
)
def test_an_edit_holds_from_a_time_to_come(site, visitor, typed, complaint):
    site.rotation("anna", "bruno")
    visitor.get("/rotations/platinum/edit").send(layers_0_length="2", holds_from=typed)
    assert visitor.status == 422
    assert complaint in visitor.text
    assert 'value="2"' in visitor.html


def test_an_edit_that_changes_nothing_says_so_and_saves_nothing(site, visitor):
    site.rotation("anna", "bruno")
    visitor.get("/rotations/platinum/edit").send()
    assert "Nothing was saved: that would change nothing." in visitor.text
    assert revisions(site) == 1


def test_layers_and_places_are_added_without_losing_what_was_typed(site, visitor):
    three = {"layers_0_participants_0": "bruno", "layers_0_participants_1": "anna", "layers_0_participants_2": "carla"}
    visitor.get("/rotations/add").send(**three, layers_0_length="3", step="places")
    visitor.send(layers_0_participants_4="anna", step="layer")
    visitor.saves(layers_1_name="weekend", layers_1_participants_0="anna")
    first, second = schedule(site).layers
    assert (first.rotation.participants, first.rotation.length) == (("bruno", "anna", "carla", "anna"), 3)
    assert (second.name, second.rotation.participants) == ("weekend", ("anna",))


def test_a_weekend_layer_is_added_with_its_windows(site, visitor):
    site.rotation("anna")
    visitor.get("/rotations/platinum/edit").send(step="layer").saves(
        layers_1_name="weekend",
        layers_1_participants_0="carla",
        layers_1_windows_0_days=["5", "6"],
        layers_1_windows_0_starts="00:00",
        layers_1_windows_0_ends="00:00",
    )
    assert [layer.name for layer in schedule(site).layers] == ["weekly", "weekend"]
    assert "Carla Verdi Sat 14 Nov 00:00 \u2013 Mon 16 Nov 00:00 weekend layer" in visitor.text
    visitor.get("/rotations/platinum/edit").saves(layers_1_remove="y")
    assert [layer.name for layer in schedule(site).layers] == ["weekly"]


def test_a_gap_needs_a_confirmation_to_be_saved(site, visitor):
    visitor.get("/rotations/add").send(layers_0_participants_0="anna", **WEEKDAYS)
    assert "Nobody would be on call, in the next 60 days: Sat 14 Nov 00:00 \u2013 Mon 16 Nov 00:00" in visitor.text
    assert "and 4 more times" in visitor.text
    visitor.send(step="save")
    assert visitor.status == 422
    assert "Nothing was saved. Tick this to leave the gaps" in visitor.text
    assert revisions(site) == 0
    visitor.send(step="save", gaps_accepted="y")
    assert "Nobody is on call Sat 14 Nov 00:00 \u2013 Mon 16 Nov 00:00" in visitor.text
    assert "2 gaps" in visitor.text
    assert "Gaps after that, up to 60 days ahead" in visitor.text


def test_gaps_that_are_there_already_need_none(site, visitor):
    visitor.get("/rotations/add").send(layers_0_participants_0="anna", **WEEKDAYS)
    visitor.send(step="save", gaps_accepted="y")
    visitor.get("/rotations/platinum/edit").send(layers_0_participants_0="bruno", holder="new")
    assert "Nobody would be on call" not in visitor.text
    assert "The rotation is changed" in visitor.send(step="save").text


def test_who_cannot_be_texted_or_is_on_call_elsewhere_is_told(site, visitor):
    site.rotation("anna", "bruno")
    site.rotation("carla", key="other")
    with site.database.write() as session:
        session.get_one(Technician, "carla").phone = None
    visitor.get("/rotations/platinum/edit").send(layers_0_participants_1="carla")
    assert "Carla Verdi has no telephone" in visitor.text
    assert "On call twice at once: Carla Verdi on other too, Mon 16 Nov 09:00" in visitor.text


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"time_zone": "Europe/Roma"}, "did you mean Europe/Rome?"),
        ({"time_zone": ""}, "Type the zone whose clock the handoffs follow."),
        ({"layers_0_participants_0": "", "layers_0_name": ""}, "Nobody takes part: choose at least one technician."),
        ({"layers_0_participants_0": ""}, "Nobody takes part: choose at least one technician."),
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
    visitor.get("/rotations/add").send(**({"key": "new", "layers_0_participants_0": "anna"} | typed))
    assert visitor.status == 422
    assert complaint in visitor.text
    assert revisions(site) == 1


@pytest.mark.parametrize("path", ["/rotations/nowhere", "/rotations/nowhere/edit"])
def test_a_rotation_that_does_not_exist_is_not_found(visitor, path):
    assert visitor.get(path).status == 404
